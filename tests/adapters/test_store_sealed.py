"""What a dump of the database tells whoever has no keys, on both databases: no code of a caller, no length, and of what is over no second."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select

from hotline.adapters.seal import Seal, SealBroken, new_keys
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.rotation import BATCH
from hotline.adapters.sql.sealed import LENGTHS, sealed_columns
from hotline.adapters.sql.tables import callbacks, calls, metadata, notes, offers, pranks, reviews
from hotline.engine.flags import FLAGS
from hotline.engine.incidents import QUESTIONS
from hotline.ports.calls.calls import Call
from hotline.ports.calls.offers import Offer
from hotline.ports.calls.reviews import Review
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.care import Load
from hotline.ports.desk.cases import Consent, HandedNote, Incident, Referral
from hotline.ports.desk.releases import HiddenCell, Release
from hotline.ports.desk.staff import Agreement, Staff
from hotline.ports.desk.testimonies import Testimony as Told
from hotline.ports.editions.comments import WordsComment
from tests.adapters.test_store import DAY, HERS, HOUR, NOW, OTHERS, a_callback, a_counselor, a_post, id_of, keep

WEEK = 7 * DAY
MOMENTS = {
    callbacks: ("made_at", "opens_at", "not_after", "claimed_at", "closed_at"),
    offers: ("at",),
    calls: ("placed_at", "dialed_at", "ended_at", "covered_at"),
    reviews: ("at", "decided_at"),
    notes: ("at",),
    pranks: ("at",),
}
FULL = {question.key: max((*question.codes, "unknown"), key=len) for question in QUESTIONS.values()}


def write_all(store, n: int, *, much: bool) -> None:
    """A callback with all that hangs on it: the most that can be said of it, or the least."""
    callback = a_callback(n, reference=f"{700 + n}", word="vaccination12345" if much else None, safer="less_safe" if much else None)
    if much:
        callback = replace(callback, waited=10_080, worded=99, agreed=True, agreed_by=id_of(90), minor_by=id_of(90))
    keep(store, replace(callback, state="claimed", claimed_by=id_of(90), claimed_at=NOW + 10))
    with store.write() as t:
        t.staff.save(a_counselor(n, number=HERS if much else ""))
        for flag in [kind.flag for kind in FLAGS] if much else []:
            t.flags.add(id_of(n), flag)
        t.reviews.add(Review(id_of(n), id_of(n), "could_not_talk" if much else "flood", NOW))
        t.cases.save_incident(Incident(id_of(n), id_of(n), 20000, FULL if much else {"age": "61"}, figures=True))
        codes = ("psychosocial", "a" * 64, "not_applicable", "undecided") if much else ("legal", None, "already", None)
        t.cases.save_referral(Referral(id_of(n), id_of(n), *codes, None, "S" * 16 if much else None, 20000))
        t.drafts.save(id_of(n), f"note-{id_of(n)}", {"note": ("a" * 280 if much else "",)}, NOW + HOUR)
        t.cases.save_handed(id_of(n), HandedNote("a" * 280 if much else "", id_of(90)))
        t.comments.save(WordsComment(id_of(n), "words/bm/out", "ɔ" * 500 if much else "a", id_of(n), NOW))
        t.releases.save(Release(n, "2026-Q3", "prepared", (), NOW, "fanta", "d" * 64))
        cells = [HiddenCell("types", "rape", "count", "few", 0, 9)] * (20 if much else 1)
        t.releases.save_hidden(n, tuple(cells))
        kinds = ("record", "figures", "again", f"referral.{id_of(n)}") if much else ("record",)
        for kind in kinds:
            t.cases.save_consent(id_of(n), Consent(kind, NOW - NOW % HOUR))


def test_a_length_tells_nothing(store):
    """Whatever is chosen, whatever is flagged, agreed to or written down in codes: each column's values are of one length."""
    write_all(store, 1, much=True)
    write_all(store, 2, much=False)
    with store.read() as t:
        for column in LENGTHS:
            lengths = t._connection.execute(select(func.length(column)).distinct()).scalars().all()
            assert (column.table.name, 1) == (column.table.name, len(lengths))


def test_a_dump_without_keys_says_nothing(store):
    """Neither codes nor word, flags, consents, reasons and the staff's numbers stand in it, and a number of theirs is no caller's to look at."""
    write_all(store, 1, much=True)
    with store.read() as t:
        rows = [str(tuple(row)) for table in metadata.sorted_tables for row in t._connection.execute(table.select())]
        hashes = [
            t._connection.execute(select(table.c.number_hash)).scalar() for table in (metadata.tables["staff"], metadata.tables["numbers"])
        ]
    said = {*FULL.values(), "vaccination", "less_safe", "psychosocial", "not_applicable", "could_not_talk", "record", HERS}
    said |= {kind.flag for kind in FLAGS}
    assert set() == {word for word in said if any(f"'{word}" in row or f'"{word}' in row for row in rows)}
    assert hashes[0] != hashes[1]


def test_what_is_sealed_stays_where_it_was_sealed(store):
    """Moved to another row a word, a flag or a number does not open."""
    write_all(store, 1, much=True)
    write_all(store, 2, much=False)
    moved = (callbacks.c.sealed, callbacks.c.sealed_flags, metadata.tables["staff"].c.sealed_number)
    with store.write() as t:
        for column in moved:
            other = t._connection.execute(select(column).where(column.table.c.id == id_of(1))).scalar()
            t._connection.execute(column.table.update().where(column.table.c.id == id_of(2)).values({column.key: other}))
    with store.read() as t:
        for read in (t.callbacks.get, t.flags.of, t.staff.get):
            with pytest.raises(SealBroken):
                read(id_of(2))


def finest(store, state: str) -> set[int]:
    """The greatest step of which all moments of callbacks in this state, and of what hangs on them, are multiples."""
    found = set()
    with store.read() as t:
        ids = t._connection.execute(select(callbacks.c.id).where(callbacks.c.state == state)).scalars().all()
        for table, names in MOMENTS.items():
            key = table.c.id if table is callbacks else table.c.callback
            for row in t._connection.execute(select(*(table.c[name] for name in names)).where(key.in_(ids))):
                found |= {next((step for step in (DAY, HOUR) if at % step == 0), 1) for at in row if at is not None}
    return found


def carry(store, n: int, state: str, **changes) -> None:
    """A callback that a counselor rang, with an odd second in every moment."""
    closed = {"closed_at": NOW + 299} if state == "closed" else {}
    keep(
        store, a_callback(n, reference=f"{700 + n}", state=state, claimed_by=id_of(9), claimed_at=NOW + 7, attempts=1, **closed, **changes)
    )
    with store.write() as t:
        t.offers.add(Offer(id_of(n), id_of(9), NOW + 3))
        call = Call(id_of(20 + n), id_of(n), id_of(9), "dialed", NOW + 11, dialed_at=NOW + 13, covered_at=NOW + 17)
        t.calls.add(call)
        t.calls.save(replace(call, state="ended", ended_at=NOW + 271))
        t.calls.add_attempt(id_of(n), id_of(20 + n), NOW + 13)
        t.reviews.add(Review(id_of(n), id_of(n), "minor", NOW + 19, "noted", "seen", id_of(8), NOW + 23))
        t.cases.save_note(id_of(n), "short", NOW + 29)
        t.numbers.add_prank(id_of(n), NOW + 31)


def purge(store, at: int) -> None:
    with store.write() as t:
        t.retention.purge(at, DAY, 30 * DAY, DAY)


def test_what_is_closed_keeps_no_second(store):
    """From the next purge on the hour is left of its moments and of its calls, offers, reviews, note; after a week the day."""
    carry(store, 1, "closed")
    purge(store, NOW + 300)
    assert {HOUR, DAY} >= finest(store, "closed")
    purge(store, NOW + WEEK - HOUR)
    assert HOUR in finest(store, "closed")
    purge(store, NOW + WEEK + 300)
    assert {DAY} == finest(store, "closed")


@pytest.mark.parametrize("state", ["waiting", "claimed", "review"])
def test_what_is_open_keeps_its_seconds(store, state):
    """Nothing that somebody still waits for, or works at, is changed."""
    carry(store, 1, state, not_after=NOW + 9 * DAY)
    with store.read() as t:
        before = t.callbacks.get(id_of(1)), t.offers.of(id_of(1)), t.calls.get(id_of(21)), t.reviews.of(id_of(1))
    purge(store, NOW + 8 * DAY)
    with store.read() as t:
        assert before == (t.callbacks.get(id_of(1)), t.offers.of(id_of(1)), t.calls.get(id_of(21)), t.reviews.of(id_of(1)))


def test_a_call_that_goes_on_keeps_its_seconds(store):
    """How it ended may be said while they talk: the call is found and ended as before."""
    carry(store, 1, "closed")
    going = Call(id_of(31), id_of(1), id_of(9), "dialed", NOW + 11, dialed_at=NOW + 13)
    with store.write() as t:
        t.calls.add(going)
    purge(store, NOW + 300)
    with store.read() as t:
        assert going == t.calls.live_of(id_of(9))
    purge(store, NOW + DAY + 11)
    with store.read() as t:
        assert 0 == t.calls.get(id_of(31)).dialed_at % HOUR


def test_rules_that_look_back_see_what_they_saw(store):
    """Rings of a day, what a counselor carried and when the last hard call ended, whose turn it is: to the second as before it closed."""
    carry(store, 1, "closed")
    with store.write() as t:
        t.flags.add(id_of(1), "hard")
        t.offers.add(Offer(id_of(1), id_of(8), NOW + 1))
    looks = [
        lambda t: [t.calls.rings(id_of(1), at) for at in (NOW + 13, NOW + 14)],
        lambda t: [t.care.loads(at) for at in (NOW + 13, NOW + 14)],
        lambda t: sorted(t.offers.last(), key=t.offers.last().__getitem__),
        lambda t: t.callbacks.by_reference("701").id,
        lambda t: t.numbers.of(id_of(1)),
    ]
    with store.read() as t:
        before = [look(t) for look in looks]
    assert [[1, 0], [{id_of(9): Load(1, 1, NOW + 271)}, {}], [id_of(9), id_of(8)]] == before[:3]
    purge(store, NOW + 300)
    purge(store, NOW + DAY - HOUR)
    with store.read() as t:
        assert before == [look(t) for look in looks]


def test_a_phone_that_was_rung_is_known_a_day(store):
    """Then nothing says any more when it was, nor when the call ended."""
    carry(store, 1, "closed")
    carry(store, 2, "claimed", not_after=NOW + 9 * DAY)
    purge(store, NOW + DAY + 13)
    with store.read() as t:
        assert [0, 0] == [t.calls.rings(id_of(n), 0) for n in (1, 2)]
    purge(store, NOW + DAY + HOUR)
    with store.read() as t:
        assert [None, None] == t._connection.execute(select(calls.c.sealed_span)).scalars().all()
        assert {} == t.care.loads(NOW + HOUR)


def test_keys_can_be_thrown_away(url, seal):
    """After a rotation everything opens with the new key alone, a second one finds nothing to do, and what no key opens is said and left."""
    old, new = new_keys(), new_keys().replace("k1:", "k2:")
    hashed = old.split(",")[1]
    first, second = f"{new.split(',')[0]},{old}", f"{new.split(',')[0]},{hashed}"
    store = SqlStore(url, Seal.from_text(old), 20_000)
    write_all(store, 1, much=True)
    carry(store, 3, "closed")
    with store.write() as t:
        for n in range(100, 100 + BATCH + 1):
            t.callbacks.add(a_callback(n, reference=str(n)), OTHERS)
        t.numbers.silence(id_of(100))
        t.ledger.enter(b"k" * 32, "kept", b"facts", NOW, NOW + HOUR)
        t.outbox.add(a_post(1))
        t.accounts.save(Account(id_of(1), "hashed", "SECRET", 7, ("a",)))
        t.testimonies.save(Told(id_of(1), {"fr": "Un jour."}, "written", id_of(1), NOW))
        t.comments.save(WordsComment(id_of(1), "words/bm/out", "Une femme dirait.", id_of(1), NOW))
        terms = Agreement("d" * 64, "Rokia Traoré", NOW)
        t.staff.save(Staff(id_of(40), "rokia", "partner", "", "fr", (), organisation="Fédération", ends_on=21_000, agreed=terms))
        empty = [place.column for place in sealed_columns() if not t._connection.execute(select(func.count(place.column))).scalar()]
    store.close()
    assert [] == empty
    store = SqlStore(url, Seal.from_text(first), 20_000)
    assert 0 == store.rotate().closed
    assert (0, 0) == (store.rotate().sealed, store.rotate().closed)
    store.close()
    store = SqlStore(url, Seal.from_text(second), 20_000)
    with store.read() as t:
        assert "vaccination12345" == t.callbacks.get(id_of(1)).word
        assert a_counselor(1, number=HERS) == t.staff.by_number(HERS)
        assert terms == t.staff.get(id_of(40)).agreed
        assert (a_post(1), HERS, "SECRET") == (t.outbox.get(id_of(1)), t.numbers.of(id_of(3)), t.accounts.get(id_of(1)).totp)
        assert (FULL, "short", b"facts") == (
            t.cases.incident_of(id_of(1)).codes,
            t.cases.note(id_of(3)),
            t.ledger.find(b"k" * 32, NOW).facts,
        )
    store.close()
    store = SqlStore(url, Seal.from_text(new_keys()), 20_000)
    done = store.rotate()
    assert (0, True) == (done.sealed, done.closed > BATCH)
    store.close()
