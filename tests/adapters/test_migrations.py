"""Migrations: upward with data in, on both databases, and to the very schema that the code speaks of."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from msgspec.structs import asdict
from sqlalchemy import inspect, make_url, text

import hotline.migrations
from hotline.adapters.keys.seal import Seal, SealBroken, new_keys
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.revisions import chain, reached
from hotline.adapters.sql.schema import upgrade
from hotline.adapters.sql.tables import metadata
from hotline.ports.calls.alarms import Alarm
from hotline.ports.calls.numbers import Stop
from hotline.ports.calls.staff_rings import RingDigits, StaffRing
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.care import Load
from hotline.ports.desk.cases import Consent, HandedNote, Incident, Referral
from hotline.ports.desk.staff import Agreement, Staff
from hotline.ports.editions.authorships import WordsAuthorship
from hotline.ports.editions.edition_drafts import DraftPart, EditionDraft
from hotline.ports.editions.editions import EditionRow, Proposal, Withdrawal
from hotline.ports.figures.releases import Release
from hotline.ports.figures.sharing_protocols import SharingProtocol
from hotline.ports.store import StoreAway
from hotline.ports.upkeep.backups import BackupRun, Hold
from tests.adapters.conftest import PATIENT_MS
from tests.adapters.test_store import HERS, HOUR, NOW, OTHERS, a_callback, a_counselor, a_post, id_of

REVISIONS = [step.revision for step in ScriptDirectory(str(Path(hotline.migrations.__file__).parent)).walk_revisions()][::-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hotline.db"
    return request.getfixturevalue("postgres").create("migrations")


@pytest.fixture
def engine(empty_url):
    engine = make_engine(empty_url, PATIENT_MS)
    yield engine
    engine.dispose()


def insert(t, table: str, values) -> None:
    t._connection.execute(text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(f':{name}' for name in values)})"), values)  # noqa: S608 -- names of ours


def is_current(url: str) -> bool:
    return reached(url, PATIENT_MS) == chain()[-1]


def without_origin(row) -> dict[str, object]:
    """An edition or a proposal as it was kept before it had a title."""
    return {name: value for name, value in asdict(row).items() if name != "title"}


def add_old_post(t, seal) -> None:
    post = asdict(a_post(1))
    del post["role"], post["gateway"]
    for name in ("to", "text"):
        post[f"sealed_{name}"] = seal.seal(post.pop(name).encode(), f"outbox.sealed_{name}.{id_of(1)}")
    insert(t, "outbox", post)


def add_old_callback(t, seal) -> None:
    """Before 0023."""
    callback = t.callbacks._new(a_callback(1))
    del callback["entered"]
    insert(t, "callbacks", {NAMED.get(name, name): value for name, value in callback.items()})
    sealed = seal.seal(HERS.encode(), f"numbers.sealed.{id_of(1)}")
    insert(t, "numbers", {"callback": id_of(1), "number_hash": seal.digest("number", HERS), "sealed": sealed})


def fill_0001(url, seal) -> None:
    """As the code of that day wrote it: what has columns of its own since then in SQL."""
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.ledger.enter(b"k", "kept", b"facts", NOW, NOW + 9)
        callback, counselor = asdict(a_callback(1)), asdict(a_counselor(1))
        for table, values in (("callbacks", callback), ("staff", counselor | {"speaks": ",".join(counselor["speaks"])})):
            old = {NAMED.get(name, name): value for name, value in values.items() if name not in LATER}
            insert(t, table, old)
        sealed = seal.seal(HERS.encode(), f"numbers.sealed.{id_of(1)}")
        number = {"callback": id_of(1), "number_hash": seal.digest("number", HERS), "sealed": sealed}
        t._connection.execute(text("INSERT INTO numbers (callback, number_hash, sealed) VALUES (:callback, :number_hash, :sealed)"), number)
        add_old_post(t, seal)
        t._connection.execute(
            text("INSERT INTO editions (number, made_at, made_by, active_from, sources) VALUES (1, :at, 'awa', :at, :json)"), AN_EDITION
        )
    store.close()


def fill_0003(url, seal) -> None:
    fill_0001(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        insert(t, "proposals", without_origin(Proposal(1, NOW, "awa", b"{}")))
        t.editions.withdraw(Withdrawal("samu", "+22370000310", "2026-11-24", NOW, "awa"))
        line = asdict(AuditRecord(NOW, "awa", "published", "1"))
        digest = seal.digest("audit", "|".join(f"{len(part)}:{part}" for part in ("1", "", *map(str, line.values()))))
        t._connection.execute(text("INSERT INTO audit VALUES (1, :at, :who, :what, :about, :digest)"), line | {"digest": digest})
    store.close()


def fill_0004(url, seal) -> None:
    fill_0003(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.accounts.save(Account(id_of(1), "hashed", "SECRET", 7, ("a", "b")))
        t.cases.save_note(id_of(1), "short", NOW)
        for number in (1, 2, 7):
            append(t, seal, AuditRecord(NOW + number, "awa", "proposed", f"proposal {number}"))
        append(t, seal, AuditRecord(NOW, "awa", "published", "2"))
    store.close()


def append(t, seal, record) -> None:
    """A line of the audit behind the last one, and the head, as every version wrote them since there is a head."""
    last = t._connection.execute(text("SELECT sequence, digest FROM audit ORDER BY sequence DESC LIMIT 1")).first()
    sequence, before = (last.sequence + 1, last.digest) if last else (1, b"")
    line = asdict(record)
    digest = seal.digest("audit.line", "|".join(f"{len(part)}:{part}" for part in (str(sequence), before.hex(), *map(str, line.values()))))
    values = line | {"sequence": sequence, "digest": digest, "bound": seal.digest("audit.head", f"{sequence}|{digest.hex()}")}
    t._connection.execute(text("INSERT INTO audit VALUES (:sequence, :at, :who, :what, :about, :digest)"), values)
    t._connection.execute(text("DELETE FROM audit_head"))
    t._connection.execute(text("INSERT INTO audit_head VALUES (1, :sequence, :digest, :bound)"), values)


def fill_0005(url, seal) -> None:
    """With what lay in clear until 0011, of a call that served two callbacks of one phone, and of one that is gone."""
    fill_0003(url, seal)
    before = make_engine(url, PATIENT_MS)
    with before.begin() as connection:
        for table, rows in CLEAR.items():
            for row in rows:
                names = ", ".join(row)
                values = ", ".join(f":{name}" for name in row)
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)  # noqa: S608 -- names of ours
        sealed = {id_of(n): seal.seal(HERS.encode(), f"numbers.sealed.{id_of(n)}") for n in (2, 3)}
        for id, number in sealed.items():
            statement = text("INSERT INTO numbers (callback, number_hash, sealed) VALUES (:id, :hash, :sealed)")
            connection.execute(statement, {"id": id, "hash": seal.digest("number", HERS), "sealed": number})
    before.dispose()
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        insert(t, "proposals", without_origin(Proposal(7, NOW, "awa", b"{}")))
        t.editions.decide_proposal(7)
    store.close()


def fill_0006(url, seal) -> None:
    fill_0005(url, seal)


def fill_0007(url, seal) -> None:
    """With a stop, and what was asked for on another phone and is silenced."""
    fill_0006(url, seal)
    before = make_engine(url, PATIENT_MS)
    with before.begin() as connection:
        statement = text("INSERT INTO stops (number_hash, at, until, by_keys) VALUES (:hash, :at, :until, :by_keys)")
        connection.execute(statement, {"hash": seal.digest("number", OTHERS), "at": NOW, "until": NOW + 9, "by_keys": False})
        names = ", ".join(SILENT)
        connection.execute(text(f"INSERT INTO callbacks ({names}) VALUES ({', '.join(f':{name}' for name in SILENT)})"), SILENT)  # noqa: S608 -- names of ours
        statement = text("INSERT INTO numbers (callback, number_hash, sealed) VALUES (:id, :hash, :sealed)")
        connection.execute(statement, {"id": SILENT["id"], "hash": seal.digest("number", OTHERS), "sealed": b""})
    before.dispose()


def fill_0011(url, seal) -> None:
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.ledger.enter(b"k", "kept", b"facts", NOW, NOW + 9)
        add_old_callback(t, seal)
        counselor = asdict(a_counselor(1)) | {
            "speaks": ",".join(a_counselor(1).speaks),
            "number_hash": seal.digest("staff", a_counselor(1).number),
        }
        counselor["sealed_number"] = t.staff._pack(metadata.tables["staff"].c.sealed_number, id_of(1), counselor.pop("number"))
        counselor = {name: value for name, value in counselor.items() if name not in LATER[LATER.index("goes_on_until") :]}
        insert(t, "staff", counselor)
        add_old_post(t, seal)
        append(t, seal, AuditRecord(NOW, "awa", "published", "1"))
        insert(t, "editions", without_origin(EditionRow(1, NOW, "awa", NOW, b"{}")))
        insert(t, "proposals", without_origin(Proposal(1, NOW, "awa", b"{}")))
        t.editions.withdraw(Withdrawal("samu", "+22370000310", "2026-11-24", NOW, "awa"))
    store.close()


def fill_0012(url, seal) -> None:
    """With a draft."""
    fill_0011(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.form_drafts.save(id_of(1), "tell", {"fr": ("Elle",)}, NOW + 9)
    store.close()


def fill_0015(url, seal) -> None:
    """With an alarm, and what was told at a hand-over."""
    fill_0012(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.alarms.save(Alarm(id_of(1), "urgent", NOW, seen_by=id_of(2)))
        t.cases.save_handed(id_of(1), HandedNote("Le soir", id_of(2)))
    store.close()


def fill_0019(url, seal) -> None:
    """With a draft that came back, and who wrote words that were published."""
    fill_0015(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.edition_drafts.save(
            EditionDraft(id_of(9), "Danger", 1, id_of(1), NOW, sent_back="Non", sent_back_by="awa", sent_back_to=id_of(1))
        )
        t.authorships.add(WordsAuthorship("fr", "danger.open", "d" * 64, id_of(1)))
    store.close()


def fill_0018(url, seal) -> None:
    fill_0017(url, seal)


def fill_0022(url, seal) -> None:
    """With a ring of somebody, and the two digits."""
    fill_0019(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.staff_rings.add(StaffRing(id_of(4), id_of(1), "offer", id_of(1), "placed", NOW))
        t.staff_rings.save_digits(RingDigits(id_of(1), b"keyed"))
    store.close()


def fill_0023(url, seal) -> None:
    """With a ring of what staff entered."""
    fill_0022(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.callbacks._add(metadata.tables["callbacks"], **t.callbacks._new(a_callback(4, reference="704", other_phone=True, entered=True)))
        sealed = seal.seal(OTHERS.encode(), f"numbers.sealed.{id_of(4)}")  # before there were keys of a day
        t.callbacks._add(metadata.tables["numbers"], callback=id_of(4), number_hash=seal.digest("number", OTHERS), sealed=sealed)
        t.calls.add_attempt(id_of(4), id_of(5), NOW)
    store.close()


def fill_0030(url, seal) -> None:
    """With a protocol under which rows may leave."""
    fill_0029(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.sharing_protocols.save(SharingProtocol(1, "Sous-cluster", "A. Diarra", "ISP-1", 21_000, NOW, "djeneba"))
    store.close()


def fill_0029(url, seal) -> None:
    """With a partner who accepted the terms."""
    fill_0027(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        terms = Agreement("d" * 64, "Rokia Traoré", NOW)
        t.staff.save(Staff(id_of(5), "rokia", "partner", "", "fr", (), organisation="Fédération", ends_on=21_000, agreed=terms))
    store.close()


def fill_0027(url, seal) -> None:
    """With figures that were released."""
    fill_0024(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.releases.save(Release(1, "2026-Q3", "released", (), NOW, "fanta", "d" * 64, NOW, "awa", "Lettre 4"))
    store.close()


def fill_0017(url, seal) -> None:
    """With a draft of an edition."""
    fill_0015(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        insert(t, "edition_drafts", {"id": id_of(9), "title": "Danger", "base": 1, "made_by": id_of(1), "made_at": NOW})
        t.edition_drafts.put(DraftPart(id_of(9), "words/fr/danger.open", '"Sortez"', '"Partez"', id_of(1), NOW))
    store.close()


LATER = (
    "entered",
    "call",
    "waited",
    "given_back",
    "sunk",
    "safer",
    "minors",
    "on_call_until",
    "at_once",
    "paused_until",
    "goes_on_until",
    "reviews",
    "approves",
    "worded",
    "agreed",
    "agreed_by",
    "minor_by",
    "organisation",
    "ends_on",
    "agreed",
)
NAMED = {"attempts": "tries", "outcome": "ending"}
"""What the code calls otherwise than the database."""
AN_EDITION = {"at": NOW, "json": b"{}"}
A_CLOSED = {
    "reference": "702",
    "state": "closed",
    "language": "fr",
    "urgent": False,
    "other_phone": False,
    "made_at": NOW,
    "opens_at": NOW,
    "not_after": NOW + HOUR,
    "edition": 1,
    "tries": 1,
    "claimed_by": id_of(1),
    "claimed_at": NOW + 70,
    "closed_at": NOW + 70,
    "ending": "spoke",
}
AN_AGREED = A_CLOSED | {"state": "waiting", "tries": 0, "claimed_by": None, "claimed_at": None, "closed_at": None, "ending": None}
CLEAR = {
    "callbacks": [
        {"id": id_of(2), "word": "milk", "safer": "less_safe"} | A_CLOSED,
        {"id": id_of(3), "word": None, "safer": None} | AN_AGREED | {"reference": "703", "made_at": NOW + 90, "opens_at": NOW + 2 * HOUR},
    ],
    "marks": [{"callback": id_of(2), "kind": kind, "staff": id_of(1), "at": NOW + 60} for kind in ("minor", "danger")],
    "tries": [{"callback": id_of(2), "call": id_of(5), "at": NOW + 70}],
    "calls": [
        {"id": id_of(5), "callback": id_of(2), "staff": id_of(1), "state": "ended"}
        | {"placed_at": NOW + 20, "dialed_at": NOW + 30, "ended_at": NOW + 60}
    ],
    "reviews": [{"id": id_of(6), "callback": id_of(2), "reason": "minor", "at": NOW + 60}],
    "incidents": [{"id": id_of(7), "callback": id_of(2), "day": 20000, "codes": '{"when": "today", "age": "12-17"}', "figures": True}],
    "referrals": [
        {"id": id_of(8), "callback": id_of(2), "kind": "shelter", "service": "house", "outcome": "referred", "legal": "yes", "slip": "AB12"}
        | {"look_again": 20007, "day": 20000, "revoked": False, "sent": False}
    ],
    "consents": [
        {"callback": id_of(2), "kind": "record", "given_at": NOW + 61, "revoked_at": None},
        {"callback": id_of(2), "kind": "figures", "given_at": NOW + 62, "revoked_at": NOW + 63},
        {"callback": id_of(2), "kind": "again", "given_at": NOW + 90, "revoked_at": None},
    ],
}
SILENT = AN_AGREED | {"id": id_of(0), "reference": "704", "other_phone": True}


def fill_0024(url, seal) -> None:
    """Held after a restore, and backed up."""
    fill_0023(url, seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as t:
        t.backups.begin_hold(Hold(NOW, NOW - HOUR, whole=True))
        t.backups.note(BackupRun("daily", NOW, NOW))
    store.close()


FILLS = {
    "0001": fill_0001,
    "0002": fill_0001,
    "0003": fill_0003,
    "0004": fill_0004,
    "0005": fill_0005,
    "0006": fill_0006,
    "0007": fill_0007,
    "0008": fill_0007,
    "0009": fill_0007,
    "0010": fill_0007,
    "0011": fill_0011,
    "0012": fill_0012,
    "0013": fill_0012,
    "0014": fill_0012,
    "0015": fill_0015,
    "0016": fill_0015,
    "0017": fill_0017,
    "0018": fill_0018,
    "0019": fill_0019,
    "0021": fill_0019,
    "0022": fill_0022,
    "0023": fill_0023,
    "0024": fill_0024,
    "0025": fill_0024,
    "0027": fill_0027,
    "0028": fill_0027,
    "0029": fill_0029,
    "0030": fill_0030,
    "0033": fill_0030,
    "0034": fill_0030,
}
"""What stands in a database of each revision. Once the code has moved on from one, its rows are written here in SQL."""


def test_every_revision_has_data():
    """A migration without rows to carry over is not tested."""
    assert REVISIONS == sorted(FILLS)


@pytest.mark.parametrize("revision", REVISIONS)
def test_upward_with_data(empty_url, seal, revision):
    """A database of any age, with data in, comes to the newest schema and loses nothing."""
    upgrade(empty_url, revision)
    FILLS[revision](empty_url, seal)
    upgrade(empty_url, seal=seal)
    assert is_current(empty_url)
    store = SqlStore(empty_url, seal, PATIENT_MS)
    with store.write() as t:
        assert a_callback(1, at_once=revision < "0006") == t.callbacks.get(id_of(1))
        assert HERS == t.numbers.of(id_of(1))
        assert a_counselor(1) == t.staff.get(id_of(1))
        assert a_post(1) == t.outbox.get(id_of(1))
        assert EditionRow(1, NOW, "awa", NOW, b"{}") == t.editions.get(1)
        assert [1 if revision >= "0003" else 0] * 2 == [len(t.editions.proposals()), len(t.editions.withdrawals())]
        assert {"0003": 1, "0004": 5}.get(revision, int(revision >= "0005")) == t.audit.count()
        assert None is t.audit.broken_at()
        assert b"facts" == t.ledger.enter(b"k", "lost", b"", NOW, NOW + 9).facts
    store.close()


def test_no_number_of_a_proposal_is_given_again(empty_url, seal, engine):
    """What the audit of an older line says was proposed leaves its number; what still waits waits on, and nothing else is touched."""
    upgrade(empty_url, "0004")
    fill_0004(empty_url, seal)
    upgrade(empty_url, seal=seal)
    store = SqlStore(empty_url, seal, PATIENT_MS)
    with store.write() as t:
        assert (Proposal(1, NOW, "awa", b"{}"), [1], 8) == (
            t.editions.proposal(1),
            [row.number for row in t.editions.proposals()],
            t.editions.next_proposal(),
        )
    store.close()
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT number, made_at, made_by, pending_by FROM proposals ORDER BY number")).all()
    assert [(1, NOW, "awa", None), (2, NOW + 2, "awa", None), (7, NOW + 7, "awa", None)] == [tuple(row) for row in rows]


def everything_in(engine) -> str:
    """What a dump of the database says in clear."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        return " ".join(str(row) for table in tables for row in connection.execute(text(f'SELECT * FROM "{table}"')))  # noqa: S608 -- names of ours


def files_of(empty_url, postgres_folder) -> set[str]:
    """Which of the words of `SAID` the database's files still hold: SQLite's, or PostgreSQL's tables."""
    url = make_url(empty_url)
    if url.get_backend_name() == "sqlite":
        files = Path(url.database).parent.iterdir()
    else:
        with psycopg.connect(empty_url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            (oid,) = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        files = (postgres_folder / "base" / str(oid)).iterdir()
    content = b"".join(file.read_bytes() for file in files)
    return {word for word in SAID if word.encode() in content}


SAID = ("milk", "less_safe", "12-17", "shelter", "AB12", "+22370000101")
"""What 0005 had in clear of a caller, and the number of one of the staff."""


def test_what_lay_in_clear_is_sealed(empty_url, seal, engine, request):
    """Codes, word, flags, consents and the staff's numbers are read as before, and neither a dump nor the files say them any more."""
    upgrade(empty_url, "0005")
    fill_0005(empty_url, seal)
    assert all(word in everything_in(engine) for word in SAID)
    engine.dispose()
    upgrade(empty_url, seal=seal)
    store = SqlStore(empty_url, seal, PATIENT_MS)
    with store.read() as t:
        assert ("milk", "less_safe") == (t.callbacks.get(id_of(2)).word, t.callbacks.get(id_of(2)).safer)
        assert [None, 1, None] == [t.callbacks.get(id_of(n)).waited for n in (1, 2, 3)]
        assert {id_of(2): {"minor", "danger"}} == t.flags.of_many((id_of(1), id_of(2), id_of(3)))
        assert a_counselor(1) == t.staff.by_number(a_counselor(1).number)
        assert ["minor"] == [review.reason for review, _ in t.reviews.undecided(9)]
        assert Incident(id_of(7), id_of(2), 20000, {"when": "to_3_days", "age": "12-17"}, True) == t.cases.incident_of(id_of(2))
        assert (Referral(id_of(8), id_of(2), "shelter", "house", "referred", "yes", 20007, "AB12", 20000),) == t.cases.referrals(id_of(2))
        hour = NOW - NOW % HOUR
        assert t.cases.consents(id_of(2)) == {
            "record": Consent("record", hour),
            "figures": Consent("figures", hour, hour),
            "again": Consent("again", hour, callback=id_of(3)),
        }
        assert [1, 1, 1] == [t.calls.rings(id_of(n), NOW) for n in (1, 2, 3)]
        assert {id_of(1): Load(1, 1, NOW + 60)} == t.care.loads(NOW)
    store.close()
    assert [] == [word for word in (*SAID, "danger", "figures'") if word in everything_in(engine)]
    engine.dispose()
    assert set() == files_of(empty_url, request.getfixturevalue("postgres").folder if "postgresql" in empty_url else None)


def test_who_was_not_asked_gave_no_answer(empty_url, seal, engine):
    """What was counted before as no answer may not have been asked: it is *either*, but for what stands in figures that were released."""
    upgrade(empty_url, "0033")
    months = {name: (date(year, month, 1) - date(1970, 1, 1)).days for name, year, month in (("out", 2026, 8), ("due", 2026, 12))}
    with engine.begin() as connection:
        for month in months.values():
            for answer in ("safer", "unknown"):
                connection.execute(text("INSERT INTO safer_tallies VALUES (:month, :answer, 7)"), {"month": month, "answer": answer})
    store = SqlStore(empty_url, seal, PATIENT_MS)
    with store.write() as t:
        t.releases.save(Release(1, "2026-Q3", "withdrawn", (), NOW, "fanta", "d" * 64, NOW, "awa", "Lettre 4"))
        t.releases.save(Release(2, "2026-Q4", "prepared", (), NOW, "fanta", "d" * 64))
    upgrade(empty_url, seal=seal)
    with store.read() as t:
        assert {"safer": 7, "unknown": 7} == t.figures.safety(months["out"], months["out"] + 1)
        assert {"safer": 7, "either": 7} == t.figures.safety(months["due"], months["due"] + 1)
    store.close()


def test_words_of_the_calendar_become_days(empty_url, seal):
    """What can be told in days is; what cannot is not known any more, and every other code stays as it was said."""
    upgrade(empty_url, "0027")
    store = SqlStore(empty_url, seal, PATIENT_MS)
    told = [{"when": when} for when in ("today", "week", "month", "year", "before", "unknown")]
    told += [{"reported": "yes", "age": "61"}, {"reported": "no"}, {}]
    with store.write() as t:
        for place, codes in enumerate(told):
            t.cases.save_incident(Incident(id_of(place), None, 20000, codes, figures=True))
    upgrade(empty_url, seal=seal)
    with store.read() as t:
        found = {incident.id: incident.codes for incident in t.figures.incidents(20000, 20001)}
    store.close()
    assert [found[id_of(place)] for place in range(len(told))] == [
        *({"when": when} for when in ("to_3_days", "unknown", "unknown", "older", "older", "unknown")),
        {"reported": "unknown", "age": "61"},
        {"reported": "no"},
        {},
    ]


def test_what_is_gone_is_counted_by_month(empty_url, seal):
    """Of callbacks that went before counts were by month, how they ended counts on."""
    upgrade(empty_url, "0022")
    store = SqlStore(empty_url, seal, PATIENT_MS)
    with store.write() as t:
        for day, ending, count in ((20_454, "spoke", 3), (20_483, "spoke", 2), (20_484, "", 9)):
            insert(t, "tallies", {"day": day, "language": "fr", "urgent": False, "state": "closed", "ending": ending, "count": count})
    upgrade(empty_url, seal=seal)
    with store.read() as t:
        assert {"spoke": 5} == t.figures.endings(20_454, 20_485)
    store.close()


class Faltering:
    """Keys that are taken away after some values were sealed."""

    def __init__(self, seal, values: int) -> None:
        self.open, self.digest = seal.open, seal.digest
        self._seal, self._left = seal, values

    def seal(self, plain: bytes, context: str) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt
        return self._seal.seal(plain, context)


@pytest.mark.parametrize("values", [0, 1, 5, 11])
def test_sealing_that_was_broken_off_is_taken_up_again(empty_url, seal, engine, values):
    """Interrupted after any number of rows it leaves all as it was, and the next time it seals all."""
    upgrade(empty_url, "0005")
    fill_0005(empty_url, seal)
    before = everything_in(engine)
    with pytest.raises(KeyboardInterrupt):
        upgrade(empty_url, seal=Faltering(seal, values))
    assert before == everything_in(engine)
    upgrade(empty_url, seal=seal)
    store = SqlStore(empty_url, seal, PATIENT_MS)
    with store.read() as t:
        assert "milk" == t.callbacks.get(id_of(2)).word
        assert a_counselor(1) == t.staff.by_number(a_counselor(1).number)
    store.close()


def test_nothing_is_sealed_under_other_keys(empty_url, seal, engine):
    """With keys that are not those of this database, or with none, it stays as it is."""
    upgrade(empty_url, "0005")
    fill_0005(empty_url, seal)
    before = everything_in(engine)
    with pytest.raises(SealBroken):
        upgrade(empty_url, seal=Seal.from_text(new_keys()))
    with pytest.raises(ValueError, match="the keys are needed"):
        upgrade(empty_url)
    assert before == everything_in(engine)


def test_what_waits_for_a_call_now_is_told_from_what_waits_for_a_part_of_the_day(empty_url, seal):
    """By its window, which began when it was asked for; what is urgent was always asked for at once."""
    upgrade(empty_url, "0005")
    store = SqlStore(empty_url, seal, PATIENT_MS)
    spans = {1: (NOW + 30, NOW + 1830, False), 2: (NOW, NOW + 14400, False), 3: (NOW + 3600, NOW + 5400, False), 4: (NOW, NOW + 5000, True)}
    with store.write() as t:
        for number, (opens, ends, urgent) in spans.items():
            row = asdict(a_callback(number, made_at=NOW, opens_at=opens, not_after=ends, urgent=urgent))
            row = {
                NAMED.get(name, name): value
                for name, value in row.items()
                if name not in ("at_once", "call", "entered", "waited", "worded", "agreed", "agreed_by", "minor_by")
            }
            names = ", ".join(row)
            t._connection.execute(text(f"INSERT INTO callbacks ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row)  # noqa: S608
    upgrade(empty_url, seal=seal)
    with store.write() as t:
        assert [True, False, False, True] == [t.callbacks.get(id_of(number)).at_once for number in spans]
    store.close()


def test_stops_stay_in_their_order(empty_url, seal):
    """A stop that an older line remembers is remembered on, as given by keys, and all that come after it count higher."""
    upgrade(empty_url, "0005")
    store = SqlStore(empty_url, seal, PATIENT_MS)
    with store.write() as t:
        for number, at in ((HERS, NOW + 5), (OTHERS, NOW), (HERS, NOW - 5)):
            row = {"hash": seal.digest("number", number), "at": at, "until": at + 60}
            t._connection.execute(text("INSERT INTO stops (number_hash, at, until) VALUES (:hash, :at, :until)"), row)
    upgrade(empty_url, seal=seal)
    with store.write() as t:
        assert (Stop(by_keys=True), None) == (t.numbers.stop_of(HERS, NOW + 5), t.numbers.stop_of(HERS, NOW + 6))
        before = t.numbers.last_stop(HERS)
        t.numbers.stop(HERS, NOW + 7, NOW + 60)
        assert 0 < t.numbers.last_stop(OTHERS) < before < t.numbers.last_stop(HERS)
    store.close()


def test_schema_is_what_the_code_speaks_of(empty_url, engine):
    """Tables, columns, types, indexes and keys after all migrations are those of `tables.py`."""
    upgrade(empty_url)
    with engine.connect() as connection:
        differs = compare_metadata(MigrationContext.configure(connection, opts={"compare_server_default": True}), metadata)
        # Alembic compares no index that goes down in a column.
        assert [] == [change for change in differs if getattr(change[1], "name", "") != "ix_callbacks_pressing"]
        assert {*metadata.tables, "alembic_version"} == set(inspect(connection).get_table_names())
        partial = {
            index["name"]
            for index in inspect(connection).get_indexes("callbacks")
            if index["dialect_options"].get(f"{engine.name}_where") is not None
        }
        assert {"uq_callbacks_reference"} == partial
        for table in metadata.tables:
            named = {key["name"]: key["options"] for key in inspect(connection).get_foreign_keys(table)}
            assert {key.name: {"ondelete": key.ondelete} for key in metadata.tables[table].foreign_key_constraints} == named


def test_is_current(empty_url, engine):
    """An empty database and one of another revision are told from one that is ready."""
    assert reached(empty_url, PATIENT_MS) is None
    upgrade(empty_url)
    assert is_current(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    assert reached(empty_url, PATIENT_MS) == "older"


def test_a_migration_that_breaks_leaves_nothing(empty_url, engine):
    """A migration that fails half way is undone, on SQLite too: the next start finds the old schema, not a half."""
    with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        connection.execute(text("CREATE TABLE outbox (id INTEGER)"))
    with pytest.raises(StoreAway, match=r"42P07|SQLITE_ERROR"):
        upgrade(empty_url)
    with engine.connect() as connection:
        assert ["outbox"] == inspect(connection).get_table_names()


def upgrade_together(start, url: str) -> None:
    start.wait(60)
    upgrade(url)


def test_a_cluster_that_knows_no_letters_keeps_them(postgres, seal):
    """A bare Debian makes one where no language was set (`SQL_ASCII`): its bytes are read as what was written."""
    with psycopg.connect(postgres.create("ascii").replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE DATABASE letters ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    upgrade(url := postgres.url("letters"), seal=seal)
    store = SqlStore(url, seal, PATIENT_MS)
    with store.write() as tx:
        append(tx, seal, AuditRecord(NOW, "chɛfa", "published", "ɲɛ"))
    with store.read() as tx:
        assert [(record.who, record.about) for record in tx.audit.all()] == [("chɛfa", "ɲɛ")]


def test_several_processes_at_once(empty_url):
    """Web, workers and clock may all upgrade at their start: one works, the others wait, none fails."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # what they import, they import once
    start = context.Barrier(4)
    processes = [context.Process(target=upgrade_together, args=(start, empty_url)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
    assert [0] * 4 == [process.exitcode for process in processes]
    assert is_current(empty_url)


def test_a_new_file_that_another_process_writes(tmp_path, monkeypatch):
    """SQLite refuses on the spot to turn such a file to its log, whatever its time-out: who meets that comes again, and is not refused."""
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("hotline.adapters.sql.engine.time.sleep", lambda _seconds: other.execute("COMMIT"))
        upgrade(url)
        assert not other.in_transaction
    assert is_current(url)
