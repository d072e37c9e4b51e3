"""Migrations: upward with data in, on both databases, and to the very schema that the code speaks of."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from msgspec.structs import asdict
from sqlalchemy import inspect, text

import hotline.migrations
from hotline.adapters.sql import SqlStore, is_current, upgrade
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.tables import metadata
from hotline.ports.calls.numbers import Stop
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.editions import EditionRow, Proposal, Withdrawal
from hotline.ports.store import StoreAway
from tests.adapters.test_store import HERS, NOW, OTHERS, a_callback, a_counselor, a_post, id_of

REVISIONS = [step.revision for step in ScriptDirectory(str(Path(hotline.migrations.__file__).parent)).walk_revisions()][::-1]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/hotline.db"
    return request.getfixturevalue("postgres").create("migrations")


@pytest.fixture
def engine(empty_url):
    engine = make_engine(empty_url, 5000)
    yield engine
    engine.dispose()


def fill_0001(url, seal) -> None:
    """As the code of that day wrote it: what has columns of its own since then in SQL."""
    store = SqlStore(url, seal, 5000)
    with store.write() as t:
        t.ledger.enter(b"k", "kept", b"facts", NOW, NOW + 9)
        callback, counselor = asdict(a_callback(1)), asdict(a_counselor(1))
        for table, values in (("callbacks", callback), ("staff", counselor | {"speaks": ",".join(counselor["speaks"])})):
            old = {NAMED.get(name, name): value for name, value in values.items() if name not in LATER}
            t._connection.execute(text(f"INSERT INTO {table} ({', '.join(old)}) VALUES ({', '.join(f':{name}' for name in old)})"), old)  # noqa: S608 -- names of ours
        sealed = seal.seal(HERS.encode(), f"numbers.sealed.{id_of(1)}")
        number = {"callback": id_of(1), "number_hash": seal.digest("number", HERS), "sealed": sealed}
        t._connection.execute(text("INSERT INTO numbers (callback, number_hash, sealed) VALUES (:callback, :number_hash, :sealed)"), number)
        t.outbox.add(a_post(1))
        t._connection.execute(
            text("INSERT INTO editions (number, made_at, made_by, active_from, sources) VALUES (1, :at, 'awa', :at, :json)"), AN_EDITION
        )
    store.close()


def fill_0003(url, seal) -> None:
    fill_0001(url, seal)
    store = SqlStore(url, seal, 5000)
    with store.write() as t:
        t.editions.add_proposal(Proposal(1, NOW, "awa", b"{}"))
        t.editions.withdraw(Withdrawal("samu", "+22370000310", "2026-11-24", NOW, "awa"))
        line = asdict(AuditRecord(NOW, "awa", "published", "1"))
        digest = seal.digest("audit", "|".join(f"{len(part)}:{part}" for part in ("1", "", *map(str, line.values()))))
        t._connection.execute(text("INSERT INTO audit VALUES (1, :at, :who, :what, :about, :digest)"), line | {"digest": digest})
    store.close()


def fill_0004(url, seal) -> None:
    fill_0003(url, seal)
    store = SqlStore(url, seal, 5000)
    with store.write() as t:
        t.accounts.save(Account(id_of(1), "hashed", "SECRET", 7, ("a", "b")))
        t.cases.save_note(id_of(1), "short", NOW)
        for number in (1, 2, 7):
            t.audit.add(AuditRecord(NOW + number, "awa", "proposed", f"proposal {number}"))
        t.audit.add(AuditRecord(NOW, "awa", "published", "2"))
    store.close()


def fill_0005(url, seal) -> None:
    fill_0003(url, seal)
    store = SqlStore(url, seal, 5000)
    with store.write() as t:
        t.editions.add_proposal(Proposal(7, NOW, "awa", b"{}"))
        t.editions.decide_proposal(7)
    store.close()


def fill_0006(url, seal) -> None:
    fill_0005(url, seal)


def fill_0007(url, seal) -> None:
    fill_0006(url, seal)
    store = SqlStore(url, seal, 5000)
    with store.write() as t:
        t.numbers.stop(OTHERS, NOW, NOW + 9, by_keys=False)
    store.close()


LATER = ("given_back", "sunk", "safer", "minors", "on_call_until", "at_once", "paused_until")
NAMED = {"attempts": "tries", "outcome": "ending"}
"""What the code calls otherwise than the database."""
AN_EDITION = {"at": NOW, "json": b"{}"}
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
    upgrade(empty_url)
    assert is_current(empty_url, 5000)
    store = SqlStore(empty_url, seal, 5000)
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
    upgrade(empty_url)
    store = SqlStore(empty_url, seal, 5000)
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


def test_what_waits_for_a_call_now_is_told_from_what_waits_for_a_part_of_the_day(empty_url, seal):
    """By its window, which began when it was asked for; what is urgent was always asked for at once."""
    upgrade(empty_url, "0005")
    store = SqlStore(empty_url, seal, 5000)
    spans = {1: (NOW + 30, NOW + 1830, False), 2: (NOW, NOW + 14400, False), 3: (NOW + 3600, NOW + 5400, False), 4: (NOW, NOW + 5000, True)}
    with store.write() as t:
        for number, (opens, ends, urgent) in spans.items():
            row = asdict(a_callback(number, made_at=NOW, opens_at=opens, not_after=ends, urgent=urgent))
            row = {NAMED.get(name, name): value for name, value in row.items() if name != "at_once"}
            names = ", ".join(row)
            t._connection.execute(text(f"INSERT INTO callbacks ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row)  # noqa: S608
    upgrade(empty_url)
    with store.write() as t:
        assert [True, False, False, True] == [t.callbacks.get(id_of(number)).at_once for number in spans]
    store.close()


def test_stops_stay_in_their_order(empty_url, seal):
    """A stop that an older line remembers is remembered on, as given by keys, and all that come after it count higher."""
    upgrade(empty_url, "0005")
    store = SqlStore(empty_url, seal, 5000)
    with store.write() as t:
        for number, at in ((HERS, NOW + 5), (OTHERS, NOW), (HERS, NOW - 5)):
            row = {"hash": seal.digest("number", number), "at": at, "until": at + 60}
            t._connection.execute(text("INSERT INTO stops (number_hash, at, until) VALUES (:hash, :at, :until)"), row)
    upgrade(empty_url)
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
        assert [] == compare_metadata(MigrationContext.configure(connection, opts={"compare_server_default": True}), metadata)
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
    assert not is_current(empty_url, 5000)
    upgrade(empty_url)
    assert is_current(empty_url, 5000)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    assert not is_current(empty_url, 5000)


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


def test_several_processes_at_once(empty_url):
    """Web, workers and clock may all upgrade at their start: one works, the others wait, none fails."""
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(4)
    processes = [spawn.Process(target=upgrade_together, args=(start, empty_url)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
    assert [0] * 4 == [process.exitcode for process in processes]
    assert is_current(empty_url, 5000)
