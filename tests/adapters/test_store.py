"""The contract of `ports.Store`, held by SQLite and by PostgreSQL alike."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from msgspec.structs import asdict, replace
from sqlalchemy import event, insert, text

from hotline.adapters.keys.seal import Seal, SealBroken, new_keys
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.tables import audit, audit_head
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import NAMED, Call
from hotline.ports.calls.ledger import LedgerEntry
from hotline.ports.calls.numbers import Stop
from hotline.ports.calls.offers import Offer
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.editions.editions import EditionRow, Proposal, Withdrawal
from hotline.ports.figures.figures import Counts
from hotline.ports.store import StoreAway
from hotline.settings import Rules

NOW = 1_790_000_000
HOUR = 3600
DAY = 24 * HOUR
HERS = "+22370000001"
OTHERS = "+22370000002"
THREADS = 50


def id_of(number: int) -> str:
    return f"{number:032x}"


def a_callback(number: int, **changes) -> Callback:
    callback = Callback(
        id=id_of(number),
        reference=f"{number:03}",
        state="waiting",
        language="fr",
        urgent=False,
        other_phone=False,
        made_at=NOW,
        opens_at=NOW,
        not_after=NOW + HOUR,
        edition=1,
    )
    return replace(callback, **changes)


def a_post(number: int, **changes) -> OutboxMessage:
    post = OutboxMessage(id_of(number), "alert", "urgent", "+22370000101", "A 471", NOW, NOW + HOUR, changed_at=NOW)
    return replace(post, **changes)


def a_counselor(n: int, **changes) -> Staff:
    return replace(Staff(id_of(n), f"awa{n}", "counselor", f"+2237000010{n}", "bm", ("bm", "fr")), **changes)


def keep(store, *callbacks: Callback, number: str = HERS) -> None:
    with store.write() as t:
        for callback in callbacks:
            t.callbacks.add(callback, number)


def at_once(work) -> list:
    """Run `work(i)` in fifty threads that start together; their results."""
    start = Barrier(THREADS)

    def one(i: int):
        start.wait()
        return work(i)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(one, range(THREADS)))


class Boom(Exception):
    pass


def test_a_failed_transaction_leaves_nothing(store):
    """What breaks half way is undone as a whole: no callback without its post, no ledger key without its callback."""

    def half() -> None:
        with store.write() as t:
            t.ledger.enter(b"k", "kept", b"", NOW, NOW + HOUR)
            t.callbacks.add(a_callback(1), HERS)
            t.outbox.add(a_post(1))
            raise Boom

    with pytest.raises(Boom):
        half()
    with store.write() as t:
        assert None is t.callbacks.get(id_of(1))
        assert None is t.outbox.get(id_of(1))
        assert None is t.ledger.enter(b"k", "kept", b"", NOW, NOW + HOUR)


# the ledger


def test_a_key_is_entered_once(store):
    """The second time, an order's key gives what stood there first, whatever it is entered with."""
    with store.write() as t:
        assert None is t.ledger.enter(b"k" * 32, "kept", b"f1", NOW, NOW + HOUR)
        assert LedgerEntry("kept", b"f1") == t.ledger.enter(b"k" * 32, "lost", b"f2", NOW, NOW + DAY)
    with store.write() as t:
        assert LedgerEntry("kept", b"f1") == t.ledger.enter(b"k" * 32, "lost", b"f2", NOW + HOUR - 1, NOW + DAY)
        assert None is t.ledger.enter(b"l" * 32, "late", b"\n\n", NOW, NOW + HOUR)
        assert LedgerEntry("late", b"\n\n") == t.ledger.enter(b"l" * 32, "kept", b"", NOW, NOW + HOUR)


def test_one_of_fifty_enters_and_the_others_read_what_it_wrote(store):
    """A hop that comes fifty times at once keeps one callback; each of the others waits and learns its outcome."""

    def hop(i: int) -> LedgerEntry | None:
        with store.write() as t:
            stood = t.ledger.enter(b"k", "kept", f"{i}".encode(), NOW, NOW + HOUR)
            if stood is None:
                t.callbacks.add(a_callback(i), HERS)
            return stood

    answers = at_once(hop)
    winner = answers.index(None)
    assert {LedgerEntry("kept", f"{winner}".encode()): THREADS - 1, None: 1} == Counter(answers)
    with store.read() as t:
        assert [winner] == [n for n in range(THREADS) if t.callbacks.get(id_of(n)) is not None]


def test_a_key_that_rolled_back_is_free(store):
    """Who waited for a transaction that broke enters the key herself: the order is not taken for kept."""
    entered, waited = Event(), []

    def breaks() -> None:
        with store.write() as t:
            t.ledger.enter(b"k", "kept", b"", NOW, NOW + HOUR)
            entered.set()
            raise Boom

    def waits() -> None:
        assert entered.wait(20)
        with store.write() as t:
            waited.append(t.ledger.enter(b"k", "lost", b"", NOW, NOW + HOUR))

    with ThreadPoolExecutor(2) as threads:
        waiting, broken = threads.submit(waits), threads.submit(breaks)
        with pytest.raises(Boom):
            broken.result()
        waiting.result()
    assert [None] == waited


def test_facts_end_with_the_session(store):
    """After a session's lifetime its key still refuses a second order, but tells nothing of what she chose."""
    with store.write() as t:
        t.ledger.enter(b"k", "kept", b"facts", NOW, NOW + HOUR)
        assert LedgerEntry(None, None, NOW + HOUR) == t.ledger.enter(b"k", "kept", b"", NOW + HOUR, NOW + DAY)
        t.retention.purge(NOW + HOUR, Rules())
        assert LedgerEntry(None, None, NOW + HOUR) == t.ledger.enter(b"k", "kept", b"", NOW, NOW + DAY)
        t.retention.purge(NOW + HOUR + DAY - 1, Rules())
        assert LedgerEntry(None, None, NOW + HOUR) == t.ledger.enter(b"k", "kept", b"", NOW, NOW + DAY)
        t.retention.purge(NOW + HOUR + DAY, Rules())
        assert None is t.ledger.enter(b"k", "kept", b"", NOW, NOW + DAY)


# callbacks and their numbers


def test_a_callback_comes_back_as_it_was(store):
    """Every field survives, and so does the number, which lies apart."""
    full = a_callback(
        1,
        state="closed",
        urgent=True,
        other_phone=True,
        word="milk",
        attempts=2,
        claimed_by=id_of(9),
        claimed_at=NOW + 1,
        closed_at=NOW + 2,
        outcome="spoke",
    )
    keep(store, full, a_callback(2))
    with store.read() as t:
        assert full == t.callbacks.get(id_of(1))
        assert a_callback(2) == t.callbacks.get(id_of(2))
        assert HERS == t.numbers.of(id_of(1))
        assert None is t.callbacks.get(id_of(3))
        assert None is t.numbers.of(id_of(3))


def test_a_callback_is_not_added_over_another(store):
    """A late repetition of an opening, its ledger key long gone, neither changes the callback nor brings back an erased number."""
    keep(store, a_callback(1))
    with store.write() as t:
        t.numbers.stop(HERS, NOW + 1, NOW + DAY)
        t.callbacks.add(a_callback(1), HERS)
        assert "stopped" == t.callbacks.get(id_of(1)).state
        assert None is t.numbers.of(id_of(1))


def test_save_writes_every_column_but_the_id(store):
    """A callback is saved whole, and no other is touched."""
    keep(store, a_callback(1), a_callback(2))
    changed = replace(
        a_callback(1),
        reference="999",
        state="review",
        language="bm",
        urgent=True,
        other_phone=True,
        made_at=NOW + 1,
        opens_at=NOW + 2,
        not_after=NOW + 3,
        edition=2,
        word="water",
        attempts=1,
        claimed_by=id_of(7),
        claimed_at=NOW + 4,
        closed_at=NOW + 5,
        outcome="wrong_word",
    )
    with store.write() as t:
        t.callbacks.save(changed)
        assert changed == t.callbacks.get(id_of(1))
        assert a_callback(2) == t.callbacks.get(id_of(2))


def test_one_of_fifty_claims(store):
    """However many counselors answer at once, one has the callback, and she knows; the others know too."""
    keep(store, a_callback(1))

    def take(i: int) -> bool:
        with store.write() as t:
            return t.callbacks.claim(id_of(1), id_of(i), NOW + 5)

    won = at_once(take)
    assert 1 == won.count(True)
    with store.read() as t:
        callback = t.callbacks.get(id_of(1))
        assert ("claimed", id_of(won.index(True)), NOW + 5) == (callback.state, callback.claimed_by, callback.claimed_at)
        assert (callback,) == t.callbacks.claimed_by(id_of(won.index(True)))
        assert () == t.callbacks.claimed_by(id_of(won.index(False)))
        assert (callback,) == t.callbacks.claimed()


@pytest.mark.parametrize("state", ["claimed", "review", "closed", "stopped", "lapsed", "cancelled"])
def test_only_what_waits_is_claimed(store, state):
    """What is taken, over or stopped is nobody's to take."""
    keep(store, a_callback(1, state=state))
    with store.write() as t:
        assert not t.callbacks.claim(id_of(1), id_of(9), NOW)
        assert a_callback(1, state=state) == t.callbacks.get(id_of(1))


def test_references_stay_reserved_for_a_day(store):
    """A reference in a counselor's inbox means one callback: it is not given again while open, nor for a day after."""
    keep(
        store,
        a_callback(1),
        a_callback(2, state="claimed"),
        a_callback(3, state="review"),
        a_callback(4, state="closed", closed_at=NOW - DAY + 1),
        a_callback(5, state="closed", closed_at=NOW - DAY),
    )
    with store.read() as t:
        assert [id_of(n) for n in range(1, 5)] == [t.callbacks.by_reference(f"{n:03}").id for n in range(1, 5)]
        assert None is t.callbacks.by_reference("005")
        assert None is t.callbacks.by_reference("006")
        assert {"001", "002", "003", "004"} == t.callbacks.taken(tuple(f"{n:03}" for n in range(1, 7)))
        assert frozenset() == t.callbacks.taken(("005", "006"))


def test_a_reference_means_the_newest(store):
    """Where a reference was given again, it means the newer callback."""
    keep(store, a_callback(1, reference="471", state="closed", made_at=NOW - 9, closed_at=NOW - 8), a_callback(2, reference="471"))
    with store.read() as t:
        assert id_of(2) == t.callbacks.by_reference("471").id


def test_two_open_callbacks_never_share_a_reference(store):
    """Even a race between two web processes cannot send a counselor to the wrong woman: the second is refused."""
    keep(store, a_callback(1, reference="471"))
    with pytest.raises(StoreAway):
        keep(store, a_callback(2, reference="471"))
    with store.read() as t:
        assert None is t.callbacks.get(id_of(2))


def test_due_order(store):
    """What is urgent apart; of the rest what ends soonest, then the longest waiting, what is sunk last; nothing before its window, after it, or not waiting. Whoever reads on goes on behind the last."""
    keep(
        store,
        a_callback(1, not_after=NOW + 200, made_at=NOW - 1),
        a_callback(2, not_after=NOW + 100),
        a_callback(3, not_after=NOW + 200, made_at=NOW - 2),
        a_callback(4, not_after=NOW + 900, urgent=True),
        a_callback(5, opens_at=NOW + 1),
        a_callback(6, not_after=NOW),
        a_callback(7, state="claimed"),
        a_callback(8, state="review", urgent=True),
        a_callback(9, not_after=NOW + 50, sunk=True),
    )
    with store.read() as t:
        assert [4] == [int(callback.id, 16) for callback in t.callbacks.due(NOW, 10, urgent=True)]
        first = t.callbacks.due(NOW, 3, urgent=False)
        assert [2, 3, 1] == [int(callback.id, 16) for callback in first]
        assert [[3, 1, 9], [9], []] == [
            [int(callback.id, 16) for callback in t.callbacks.due(NOW, 10, urgent=False, after=last)]
            for last in (first[0], first[2], *t.callbacks.due(NOW, 10, urgent=False)[-1:])
        ]


def test_ended(store):
    """What waits or is claimed past its end is found, to be closed as missed; nothing else is."""
    keep(
        store,
        a_callback(1, not_after=NOW),
        a_callback(2, not_after=NOW - 1, state="claimed"),
        a_callback(3, not_after=NOW - 1, state="review"),
        a_callback(4, not_after=NOW - 1, state="lapsed"),
        a_callback(5, not_after=NOW + 1),
    )
    with store.read() as t:
        assert [2, 1] == [int(callback.id, 16) for callback in t.callbacks.ended(NOW)]


def test_same_number(store):
    """All that is open to one number is known together, oldest first, whoever asked; other numbers are not among it."""
    keep(
        store,
        a_callback(1, made_at=NOW + 2),
        a_callback(2, state="claimed", made_at=NOW + 1),
        a_callback(3, state="review"),
        a_callback(4, state="closed"),
    )
    keep(store, a_callback(5), number=OTHERS)
    with store.read() as t:
        assert [2, 1] == [int(callback.id, 16) for callback in t.callbacks.same_number(id_of(1))]
        assert [5] == [int(callback.id, 16) for callback in t.callbacks.same_number(id_of(5))]


def test_forget_number(store):
    """A forgotten number is gone with its hash, and the callback stays."""
    keep(store, a_callback(1), a_callback(2))
    with store.write() as t:
        t.numbers.forget(id_of(1))
        assert None is t.numbers.of(id_of(1))
        assert () == t.callbacks.same_number(id_of(1))
        assert a_callback(1) == t.callbacks.get(id_of(1))
        assert HERS == t.numbers.of(id_of(2))


def test_stop(store):
    """Stop ends every open call to this phone, whoever asked, and forgets its number everywhere; other phones keep theirs."""
    keep(store, *(a_callback(n, state=state) for n, state in enumerate(["waiting", "claimed", "review", "closed", "lapsed"])))
    keep(store, a_callback(9), number=OTHERS)
    with store.write() as t:
        assert (id_of(0), id_of(1), id_of(2)) == t.numbers.stop(HERS, NOW + 7, NOW + DAY)
    with store.read() as t:
        ended = [t.callbacks.get(id_of(n)) for n in range(5)]
        assert ["stopped", "stopped", "stopped", "closed", "lapsed"] == [callback.state for callback in ended]
        assert [NOW + 7, NOW + 7, NOW + 7, None, None] == [callback.closed_at for callback in ended]
        assert [None] * 5 == [t.numbers.of(id_of(n)) for n in range(5)]
        assert OTHERS == t.numbers.of(id_of(9))
        assert "waiting" == t.callbacks.get(id_of(9)).state


def test_stop_silences_what_was_asked_for_on_another_phone(store):
    """It stays what it is, and one of its phone; only the number is gone. What is agreed on later with whoever holds it is silent too."""
    keep(store, a_callback(1), a_callback(2, other_phone=True), a_callback(3, other_phone=True, state="claimed"))
    with store.write() as t:
        assert (id_of(1),) == t.numbers.stop(HERS, NOW, NOW + DAY)
        t.callbacks.add_like(a_callback(4, other_phone=True), id_of(3))
        assert [False, True, True, True] == [t.numbers.has(id_of(n)) for n in range(1, 5)]
        assert [None] * 4 == [t.numbers.of(id_of(n)) for n in range(1, 5)]
        assert [("waiting", 2), ("claimed", 3), ("waiting", 4)] == [(c.state, int(c.id, 16)) for c in t.callbacks.same_number(id_of(2))]
        t.numbers.forget(id_of(2))
        assert not t.numbers.has(id_of(2))


def test_which_callbacks_are_of_one_phone(store):
    """By their numbers, silenced ones too; one whose number is gone is of no phone."""
    keep(store, a_callback(1), a_callback(2, other_phone=True), a_callback(3))
    keep(store, a_callback(4), number=OTHERS)
    with store.write() as t:
        t.numbers.silence(id_of(2))
        t.numbers.forget(id_of(3))
        phones = t.numbers.phones(tuple(map(id_of, (1, 2, 3, 4))))
        assert phones.keys() == {id_of(1), id_of(2), id_of(4)}
        assert phones[id_of(1)] == phones[id_of(2)] != phones[id_of(4)]


def test_a_stop_may_end_only_what_was_asked_for_until_it_was_sent(store):
    """What was asked for later stands, with its number."""
    keep(store, a_callback(1, made_at=NOW - 60), a_callback(2, made_at=NOW - 59), a_callback(3, made_at=NOW - 61, state="closed"))
    with store.write() as t:
        assert (id_of(1),) == t.numbers.stop(HERS, NOW, NOW + DAY, NOW - 60, by_keys=False)
        assert [None, HERS, None] == [t.numbers.of(id_of(n)) for n in (1, 2, 3)]
        assert NOW == t.callbacks.get(id_of(1)).closed_at


def test_stop_is_remembered(store):
    """An opening that was made before a stop and arrives after it is known as such, and one made later is not: by the clock where nothing else
    is known, else by the database's count."""
    with store.write() as t:
        assert 0 == t.numbers.last_stop(HERS)
        assert () == t.numbers.stop(HERS, NOW, NOW + DAY)
        first = t.numbers.last_stop(HERS)
        assert () == t.numbers.stop(OTHERS, NOW, NOW + DAY)
        assert () == t.numbers.stop(HERS, NOW - 10, NOW + DAY)
    with store.write() as t:
        assert [True, True, False] == [t.numbers.stop_of(HERS, at) is not None for at in (NOW - 1, NOW, NOW + 1)]
        assert first < t.numbers.last_stop(HERS)
        afters = (0, first, t.numbers.last_stop(HERS))
        assert [Stop(by_keys=True), Stop(by_keys=True), None] == [t.numbers.stop_of(HERS, NOW + DAY, after) for after in afters]
        t.retention.purge(NOW + DAY - 1, Rules())
        assert None is not t.numbers.stop_of(HERS, 0)
        t.retention.purge(NOW + DAY, Rules())
        assert None is t.numbers.stop_of(HERS, 0)
        assert () == t.numbers.stop(HERS, NOW, NOW + DAY)
        assert afters[-1] < t.numbers.last_stop(HERS)


def test_a_stop_without_keys_counts_by_date_and_count(store):
    """An SMS that came after a session began, and was sent before, ends nothing that the session asks for."""
    with store.write() as t:
        t.numbers.stop(HERS, NOW, NOW + DAY, NOW - 60, by_keys=False)
        assert [Stop(by_keys=False), None] == [t.numbers.stop_of(HERS, at, 0) for at in (NOW - 60, NOW - 59)]
        assert None is t.numbers.stop_of(HERS, 0, t.numbers.last_stop(HERS))


def test_stop_runs_the_same_statements_whatever_exists(store):
    """Who times or watches the line cannot tell from a stop whether a call was open."""
    keep(store, a_callback(1))
    seen: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: seen.append(statement))
    runs = []
    for number in (HERS, OTHERS, HERS):
        seen.clear()
        with store.write() as t:
            t.numbers.stop(number, NOW, NOW + DAY)
        runs.append([statement for statement in seen if not statement.startswith(("BEGIN", "SELECT pg_advisory"))])
    assert 6 == len(runs[0])
    assert runs[0] == runs[1] == runs[2]


def test_rings_a_day(store):
    """A number's rings are counted over all its callbacks, a bridge that served two of them once, other numbers never."""
    keep(store, a_callback(1), a_callback(2))
    keep(store, a_callback(3), number=OTHERS)
    with store.write() as t:
        for callback, call, at in [(1, "a", NOW), (2, "a", NOW), (2, "a", NOW), (2, "b", NOW + 5), (1, "c", NOW - DAY), (3, "d", NOW)]:
            t.calls.add_attempt(id_of(callback), call, at)
        assert 2 == t.calls.rings(id_of(1), NOW)
        assert 3 == t.calls.rings(id_of(2), NOW - DAY)
        assert 1 == t.calls.rings(id_of(2), NOW + 1)
        assert 1 == t.calls.rings(id_of(3), NOW)
        assert 0 == t.calls.rings(id_of(4), NOW)
        t.numbers.forget(id_of(2))
        assert [2, 0] == [t.calls.rings(id_of(n), NOW) for n in (1, 2)]
        t.retention.purge(NOW + DAY, Rules(number_hours=168))
        assert [1, 0] == [t.calls.rings(id_of(n), 0) for n in (1, 3)]


def test_a_stop_counts_on_what_it_leaves(store):
    """A silenced request is rung once a day as any, and what was asked for after a stop that came late has its rings behind it."""
    keep(store, a_callback(1), a_callback(2, other_phone=True))
    with store.write() as t:
        for n, call in ((1, "a"), (2, "b")):
            t.calls.add_attempt(id_of(n), call, NOW)
        t.callbacks.add(a_callback(3, made_at=NOW + 2), HERS)
        t.numbers.stop(HERS, NOW + 3, NOW + DAY, NOW + 1, by_keys=False)
        assert [0, 1, 1] == [t.calls.rings(id_of(n), NOW) for n in (1, 2, 3)]
        t.numbers.stop(HERS, NOW + 4, NOW + DAY)
        t.callbacks.add(a_callback(4), HERS)
        assert [1, 0] == [t.calls.rings(id_of(n), NOW) for n in (2, 4)]


@pytest.mark.parametrize("gone", ["forget", "stop"])
def test_no_ring_is_known_of_a_phone_that_is_forgotten(store, gone):
    """Once no callback has its number, its hash goes with the times at which it was rung."""
    keep(store, a_callback(1))
    with store.write() as t:
        t.calls.add_attempt(id_of(1), "a", NOW)
        if gone == "stop":
            t.numbers.stop(HERS, NOW, NOW + DAY)
        else:
            t.numbers.forget(id_of(1))
        t.callbacks.add(a_callback(2, reference="702"), HERS)
        assert 0 == t.calls.rings(id_of(2), NOW - DAY)


# staff


def test_staff(store):
    """Staff are found by id and number; saving one again replaces her; the inactive are not listed, nor are their shifts."""
    first = a_counselor(1)
    second = a_counselor(2, role="supervisor", speaks=(), seen_at=NOW, on_until=NOW + 1, off_until=NOW + 2)
    with store.write() as t:
        t.staff.save(second)
        t.staff.save(replace(first, alias="old", seen_at=NOW))
        t.staff.save(first)
        t.staff.save(a_counselor(3, active=False))
        shifts = Shift(first.id, None, 0, 1440), Shift(first.id, 0, 60, 120), Shift(second.id, 6, 0, 1)
        for shift in (*shifts, Shift(id_of(3), None, 0, 1440), shifts[0]):
            t.shifts.add(shift)
    with store.read() as t:
        assert (first, second) == t.staff.active()
        assert second == t.staff.get(second.id)
        assert first == t.staff.by_number(first.number)
        assert not t.staff.by_number(a_counselor(3).number).active
        assert None is t.staff.by_number(HERS)
        assert None is t.staff.get(id_of(8))
        assert set(shifts) == set(t.shifts.all())
        assert 3 == len(t.shifts.all())


def test_a_number_that_was_handed_on_is_hers_who_works(store):
    """When a counselor leaves and her phone goes to another, an SMS from it is the new one's."""
    with store.write() as t:
        t.staff.save(a_counselor(1, active=False))
        t.staff.save(a_counselor(2, number=a_counselor(1).number))
        assert id_of(2) == t.staff.by_number(a_counselor(1).number).id
        assert (a_counselor(1).alias, a_counselor(2).alias) == t.staff.aliases(a_counselor(1).number)
        assert () == t.staff.aliases(HERS)


def test_offers(store):
    """A callback's offers come oldest first; a counselor's offered callbacks newest offer first, those only that still wait now."""
    keep(
        store,
        *(a_callback(n) for n in range(1, 5)),
        a_callback(5, state="claimed"),
        a_callback(6, opens_at=NOW + 1),
        a_callback(7, not_after=NOW),
    )
    awa, mariam = id_of(101), id_of(102)
    offers = [Offer(id_of(n), awa, NOW) for n in (1, 2, 3, 5, 6, 7)]
    again = [Offer(id_of(1), mariam, NOW + 1), Offer(id_of(1), awa, NOW + 2)]
    with store.write() as t:
        for offer in (*offers, *again):
            t.offers.add(offer)
    with store.read() as t:
        assert (offers[0], *again) == t.offers.of(id_of(1))
        assert () == t.offers.of(id_of(4))
        assert [1, 3, 2] == [int(callback.id, 16) for callback in t.offers.to(awa, NOW)]
        assert [1] == [int(callback.id, 16) for callback in t.offers.to(mariam, NOW)]


# calls


def test_calls(store):
    """A bridge is found by its id, its vendor's session or its counselor, as long as it lives; saving keeps a session that is known."""
    keep(store, a_callback(1))
    first = Call(id_of(21), id_of(1), id_of(9), "placed", NOW)
    second = Call(id_of(22), id_of(1), id_of(9), "placed", NOW + 1, session="s2")
    with store.write() as t:
        t.calls.add(first)
        t.calls.add(second)
        t.calls.add(replace(second, placed_at=0))
        t.calls.save(replace(first, state="answered", session="s1"))
        t.calls.save(replace(t.calls.get(first.id), state="dialed", dialed_at=NOW + 3))
    with store.write() as t:
        assert replace(first, state="dialed", dialed_at=NOW + 3, session="s1") == t.calls.of_session("fake", "s1")
        assert second == t.calls.of_session("fake", "s2")
        assert replace(second, session=NAMED) == t.calls.get(second.id)
        assert True is t.calls.busy(first.placed_at)[first.staff]
        assert not any(t.calls.busy(first.placed_at + 1).values())
        assert second.id == t.calls.live_of(id_of(9)).id
        t.calls.save(replace(second, state="ended", ended_at=NOW + 9))
        assert first.id == t.calls.live_of(id_of(9)).id
        assert None is t.calls.live_of(id_of(8))
        assert None is t.calls.of_session("fake", "s3")
        assert None is t.calls.get(id_of(23))


# outbox


def test_posts(store):
    """A post comes back as it was, is found by the vendor's id once it has one, and is not added twice."""
    full = a_post(1, kind="reply", queue="default", to=HERS, text="é ɛ €", state="sent", attempts=2, vendor_id="ATX1")
    with store.write() as t:
        t.outbox.add(full)
        t.outbox.add(a_post(1))
        t.outbox.add(a_post(2))
    with store.read() as t:
        assert full == t.outbox.get(id_of(1)) == t.outbox.by_vendor_id("fake", "ATX1")
        assert a_post(2) == t.outbox.get(id_of(2))
        assert None is t.outbox.get(id_of(3))
        assert None is t.outbox.by_vendor_id("fake", "ATX2")


def test_one_of_fifty_moves_a_post(store):
    """A post that is hinted at fifty times is sent by one worker; each attempt counts."""
    with store.write() as t:
        t.outbox.add(a_post(1))

    def work(i: int) -> bool:
        with store.write() as t:
            return t.outbox.move(id_of(1), "pending", "sending", NOW + 1)

    assert 1 == at_once(work).count(True)
    with store.write() as t:
        assert t.outbox.move(id_of(1), "sending", "sent", NOW + 2, "ATX1")
        assert not t.outbox.move(id_of(1), "sending", "unknown", NOW + 3)
        assert a_post(1, state="sent", changed_at=NOW + 2, attempts=1, vendor_id="ATX1") == t.outbox.get(id_of(1))
        assert t.outbox.move(id_of(1), "sent", "failed", NOW + 4)
        assert "ATX1" == t.outbox.get(id_of(1)).vendor_id


def test_stale(store):
    """The clock finds what stood too long in a state, the longest first, and nothing else."""
    with store.write() as t:
        for n, (state, changed) in enumerate([("pending", NOW - 1), ("pending", NOW - 9), ("pending", NOW), ("sending", NOW - 9)]):
            t.outbox.add(a_post(n, state=state, changed_at=changed))
        assert [1, 0] == [int(post.id, 16) for post in t.outbox.stale("pending", NOW)]
        assert [3] == [int(post.id, 16) for post in t.outbox.stale("sending", NOW)]
        assert () == t.outbox.stale("sent", NOW)


def test_a_post_that_does_not_open_stops_no_other(store):
    """One row that was tampered with does not keep the clock from all the others; asked for itself, it says so."""
    with store.write() as t:
        t.outbox.add(a_post(1))
        t.outbox.add(a_post(2))
        t._connection.execute(text("UPDATE outbox SET sealed_to = sealed_text WHERE id = :id"), {"id": id_of(1)})
        assert (a_post(2),) == t.outbox.stale("pending", NOW + 1)
        with pytest.raises(SealBroken):
            t.outbox.get(id_of(1))


# editions


def test_editions(store):
    """The active edition is the highest whose moment has come; lists carry no sources; a number is written once."""
    rows = [EditionRow(n, NOW + n, "operator", NOW + n, b"{}") for n in (1, 2, 3)]
    with store.write() as t:
        for row in rows:
            t.editions.add(row)
    with store.read() as t:
        assert rows[1] == t.editions.get(2)
        assert None is t.editions.get(4)
        assert [None, rows[0], rows[2]] == [t.editions.active(at) for at in (NOW, NOW + 1, NOW + 99)]
        assert tuple(replace(row, sources=b"") for row in reversed(rows)) == t.editions.all()
        assert (replace(rows[2], sources=b""),) == t.editions.made_since(NOW + 2)
        assert tuple((row.number, row.made_at, row.active_from) for row in rows) == t.editions.moments()
    with pytest.raises(StoreAway), store.write() as t:
        t.editions.add(replace(rows[0], sources=b"other"))


def test_an_edition_has_who_approved_it_and_what_it_repeats(store):
    """In lists too."""
    row = EditionRow(1, NOW, "awa", NOW, b"{}", "fanta", 7)
    with store.write() as t:
        t.editions.add(row)
    with store.read() as t:
        assert (row, (replace(row, sources=b""),)) == (t.editions.get(1), t.editions.all())


def test_proposals(store):
    """They wait until they are decided, once; lists carry no sources; a number is given once, decided or not."""
    rows = [Proposal(1, NOW, "awa", b"{1}"), Proposal(2, NOW + 1, "fanta", b"{2}", "nana")]
    with store.write() as t:
        assert 1 == t.editions.next_proposal()
        for row in rows:
            t.editions.add_proposal(row)
    with store.read() as t:
        assert (rows[1], None) == (t.editions.proposal(2), t.editions.proposal(3))
        assert tuple(replace(row, sources=b"") for row in reversed(rows)) == t.editions.proposals()
    with pytest.raises(StoreAway), store.write() as t:
        t.editions.add_proposal(rows[0])
    with store.write() as t:
        assert [True, False, False] == [t.editions.decide_proposal(number) for number in (1, 1, 9)]
    with store.read() as t:
        assert (None, [2]) == (t.editions.proposal(1), [row.number for row in t.editions.proposals()])
    with store.write() as t:
        t.editions.decide_proposal(2)
        assert ((), 3) == (t.editions.proposals(), t.editions.next_proposal())
    with pytest.raises(StoreAway), store.write() as t:
        t.editions.add_proposal(rows[1])


def test_darkened(store):
    """Oldest first; the same entry, number and day is marked once, and the first mark stays; another day is another mark."""
    marks = [
        Withdrawal("samu", "+22370000310", "2026-11-24", NOW, "awa"),
        Withdrawal("samu", "+22370000310", "2026-11-25", NOW + 2, "fanta"),
        Withdrawal("samu", "+22370000311", "2026-11-24", NOW + 3, "awa"),
        Withdrawal("centre", "+22370000310", "2026-11-24", NOW + 1, "awa"),
    ]
    with store.write() as t:
        for mark in marks:
            t.editions.withdraw(mark)
        t.editions.withdraw(replace(marks[0], at=NOW + 9, by="nana"))
    with store.read() as t:
        assert tuple(sorted(marks, key=lambda mark: mark.at)) == t.editions.withdrawals()


# the audit


RECORDS = [AuditRecord(NOW + n, "awa", "published", str(n)) for n in range(1, 5)]


def recorded(store) -> None:
    with store.write() as t:
        for record in RECORDS:
            t.audit.add(record)


def changed(store, statement: str) -> int | None:
    """Where the chain breaks after somebody was at the table with other tools."""
    with store.write() as t:
        t._connection.exec_driver_sql(statement)
    with store.read() as t:
        return t.audit.broken_at()


def test_records(store):
    """The whole chain in order, and it holds; an empty one holds too."""
    with store.read() as t:
        assert ((), None) == (t.audit.all(), t.audit.broken_at())
    recorded(store)
    with store.read() as t:
        assert (tuple(RECORDS), None) == (t.audit.all(), t.audit.broken_at())


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("UPDATE audit SET who = 'nana' WHERE sequence = 2", 2),
        ("UPDATE audit SET at = at + 1 WHERE sequence = 1", 1),
        ("UPDATE audit SET about = '9' WHERE sequence = 4", 4),
        ("DELETE FROM audit WHERE sequence = 3", 3),
        ("DELETE FROM audit WHERE sequence = 1", 1),
        ("UPDATE audit SET sequence = sequence + 10 WHERE sequence > 2; UPDATE audit SET sequence = sequence - 10 WHERE sequence > 13", 3),
        ("INSERT INTO audit SELECT 5, at, who, what, about, digest FROM audit WHERE sequence = 4", 5),
    ],
)
def test_whoever_touches_the_chain_is_found(store, statement, at):
    """A line changed, taken out or put in: the first that does not follow from the one before is named."""
    recorded(store)
    for part in statement.split(";"):
        found = changed(store, part)
    assert at == found


def test_an_audit_that_was_emptied_with_its_head_is_broken_for_good(store):
    """Something was published, and nobody publishes without a line: its first one is missing, whatever is done after."""
    recorded(store)
    with store.write() as t:
        t.editions.add(EditionRow(1, NOW, "awa", NOW, b"{}"))
    assert None is changed(store, "UPDATE audit SET about = about")
    changed(store, "DELETE FROM audit")
    assert 1 == changed(store, "DELETE FROM audit_head")
    recorded(store)
    assert 1 == changed(store, "UPDATE audit SET about = about")


def test_a_chain_cannot_be_written_anew_without_the_key(store, url):
    """Another key makes another chain: whoever has the database alone cannot mend it after."""
    recorded(store)
    other = SqlStore(url, Seal.from_text(new_keys()), 20_000)
    with other.read() as t:
        assert 1 == t.audit.broken_at()
    with other.write() as t:
        t.audit.add(AuditRecord(NOW + 9, "awa", "published", "5"))
    other.close()
    with store.read() as t:
        assert 5 == t.audit.broken_at()


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("DELETE FROM audit WHERE sequence = 4", 4),
        ("DELETE FROM audit WHERE sequence > 2", 3),
        ("DELETE FROM audit", 1),
        ("DELETE FROM audit_head", 5),
        ("UPDATE audit_head SET sequence = 3", 5),
        ("DELETE FROM audit WHERE sequence = 4; DELETE FROM audit_head", 4),
        (
            "DELETE FROM audit WHERE sequence = 4; UPDATE audit_head SET sequence = 3, digest = (SELECT digest FROM audit WHERE sequence = 3)",
            4,
        ),
    ],
)
def test_the_end_of_a_chain_is_bound(store, statement, at):
    """What nothing follows cannot go without a trace: now, nor once more was written after it."""
    recorded(store)
    for part in statement.split(";"):
        found = changed(store, part)
    assert at == found
    with store.write() as t:
        t.audit.add(AuditRecord(NOW + 9, "fanta", "published", "5"))
    with store.read() as t:
        assert at == t.audit.broken_at()
        assert "fanta" in {record.who for record in t.audit.all()}


def test_an_older_copy_of_the_whole_chain_is_not_told(store):
    """What no key in the database can mend: head and lines put back together as they were are a chain that holds. Hence backups, and the length written down elsewhere."""
    recorded(store)
    with store.read() as t:
        head = t._connection.exec_driver_sql("SELECT sequence, digest, bound FROM audit_head").one()
    with store.write() as t:
        t.audit.add(AuditRecord(NOW + 9, "awa", "published", "5"))
        t._connection.exec_driver_sql("DELETE FROM audit WHERE sequence = 5")
        t.audit._put(audit_head, one=1, **head._asdict())
        assert None is t.audit.broken_at()


def test_lines_from_before_there_was_a_head_hold(store):
    """A database that was upgraded is not accused; its next line binds the old ones."""
    with store.write() as t:
        t.audit._change(insert(audit), sequence=1, digest=t.audit._digests("audit", 1, b"", RECORDS[0])[0], **asdict(RECORDS[0]))
        assert None is t.audit.broken_at()
        t.audit.add(RECORDS[1])
        assert None is t.audit.broken_at()
    assert 1 == changed(store, "DELETE FROM audit WHERE sequence = 1")


def test_the_audit_is_searched(store):
    """Newest first, by whoever, what and about, letters' size apart, no letter of a search a wildcard; page by page."""
    records = [
        AuditRecord(NOW, "Awa", "rolled back", "edition 1"),
        AuditRecord(NOW, "fanta", "100%", "a_b"),
        AuditRecord(NOW, "fanta", "published", "axb"),
    ]
    with store.write() as t:
        for record in records:
            t.audit.add(record)
        found = {
            search: [number for number, _ in t.audit.search(search, 99, 50)] for search in ("", "AWA", "%", "_", "a_b", "!", "EDITION")
        }
        assert {"": [3, 2, 1], "AWA": [1], "%": [2], "_": [2], "a_b": [2], "!": [], "EDITION": [1]} == found
        assert ((3, records[2]), (2, records[1])) == t.audit.search("", 99, 2)
        assert ((1, records[0]),) == t.audit.search("", 2, 2)
        assert [3, 1] == [number for number, _ in t.audit.search("awa", 99, 50, ("published",))]
        assert (("100%", "published", "rolled back"), 3) == (t.audit.deeds(), t.audit.count())
        assert ("fanta",) == t.audit.who_did("published", "axb", NOW)
        assert () == t.audit.who_did("published", "axb", NOW + 1) == t.audit.who_did("published", "edition 1", NOW)


def test_records_written_at_once_follow_each_other(store):
    """Fifty writers: fifty lines, one chain."""

    def write(i: int) -> None:
        with store.write() as t:
            t.audit.add(AuditRecord(NOW, "awa", "published", str(i)))

    at_once(write)
    with store.read() as t:
        assert (THREADS, None) == (len(t.audit.all()), t.audit.broken_at())


# upkeep


def test_purge_numbers(store):
    """A number goes a day after its callback closed; one that nobody closed, a day after its window; the callback stays."""
    keep(
        store,
        a_callback(1, state="closed", closed_at=NOW),
        a_callback(2, state="closed", closed_at=NOW + 1),
        a_callback(3, state="review", not_after=NOW),
        a_callback(4, not_after=NOW + 1),
    )
    with store.write() as t:
        t.retention.purge(NOW + DAY, Rules())
        assert [None, HERS, None, HERS] == [t.numbers.of(id_of(n)) for n in range(1, 5)]
        assert None not in [t.callbacks.get(id_of(n)) for n in range(1, 5)]


def test_purge_callbacks(store):
    """Thirty days after it closed a callback is gone, and so is everything that hung on it."""
    keep(store, a_callback(1, state="closed", closed_at=NOW), a_callback(2, state="closed", closed_at=NOW + 1))
    with store.write() as t:
        for n in (1, 2):
            t.offers.add(Offer(id_of(n), id_of(9), NOW))
            t.calls.add(Call(id_of(20 + n), id_of(n), id_of(9), "ended", NOW))
        t.retention.purge(NOW + 30 * DAY, Rules())
    with store.read() as t:
        assert [False, True] == [t.callbacks.get(id_of(n)) is not None for n in (1, 2)]
        assert [False, True] == [t.calls.get(id_of(20 + n)) is not None for n in (1, 2)]
        assert [0, 1] == [len(t.offers.of(id_of(n))) for n in (1, 2)]


def test_only_counts_are_left(store):
    """Once its row is gone, of a callback there is left that there was one that day, in its language, and how it ended."""
    keep(
        store,
        *(a_callback(n, state="closed", closed_at=NOW, outcome="spoke") for n in (1, 2)),
        a_callback(3, state="lapsed", closed_at=NOW + 9),
    )
    with store.write() as t:
        for later in (0, 9):
            t.retention.purge(NOW + later + 30 * DAY, Rules())
    keep(store, a_callback(4, state="closed", closed_at=NOW, outcome="spoke"))
    with store.write() as t:
        t.retention.purge(NOW + 30 * DAY, Rules())
    with store.read() as t:
        rows = t.callbacks._rows(text("SELECT day, language, state, ending, count FROM tallies ORDER BY state"))
        assert [(NOW // DAY, "fr", "closed", "spoke", 3), (NOW // DAY, "fr", "lapsed", "", 1)] == [tuple(row) for row in rows]


def test_purge_outbox(store):
    """A post goes a day after it ended; one that never ended, a day after its time was over; one at work stays."""
    with store.write() as t:
        t.outbox.add(a_post(1, state="sent", changed_at=NOW, not_after=NOW + DAY))
        t.outbox.add(a_post(2, state="failed", changed_at=NOW + 1, not_after=NOW + DAY))
        t.outbox.add(a_post(3, state="pending", changed_at=NOW - DAY, not_after=NOW + DAY))
        t.outbox.add(a_post(4, state="pending", changed_at=NOW - DAY, not_after=NOW))
        t.retention.purge(NOW + DAY, Rules())
        assert [False, True, True, False] == [t.outbox.get(id_of(n)) is not None for n in range(1, 5)]


def test_a_caller_s_reply_goes_when_its_time_is_over(store):
    """What was written to a caller holds her number: it is gone as soon as it may not be sent any more."""
    with store.write() as t:
        t.outbox.add(a_post(1, kind="reply", state="sent", not_after=NOW))
        t.outbox.add(a_post(2, kind="reply", state="sent", not_after=NOW + 1))
        t.retention.purge(NOW, Rules())
        assert [False, True] == [t.outbox.get(id_of(n)) is not None for n in (1, 2)]


def test_counts(store):
    """The gauges show how many wait by language, since when the oldest does, and the outbox by state."""
    keep(
        store,
        a_callback(1, made_at=NOW - 30, opens_at=NOW - 60),
        a_callback(2, made_at=NOW - 60, opens_at=NOW - 50),
        a_callback(3, language="bm", opens_at=NOW - 5, made_at=NOW - 5),
        a_callback(4, opens_at=NOW + 1),
        a_callback(5, state="claimed", opens_at=NOW - 99),
    )
    with store.write() as t:
        t.outbox.add(a_post(1))
        t.outbox.add(a_post(2))
        t.outbox.add(a_post(3, state="sent"))
    with store.read() as t:
        assert Counts({"fr": 2, "bm": 1}, {"fr": 50, "bm": 5}, {"pending": 2, "sent": 1}) == t.figures.counts(NOW)


def test_counts_of_nothing(store):
    """An empty line has empty gauges."""
    with store.read() as t:
        assert Counts({}, {}, {}) == t.figures.counts(NOW)


# sealing


def test_numbers_are_bound_to_their_row(store):
    """Who can write to the database cannot have one woman's number rung for another's callback."""
    keep(store, a_callback(1))
    keep(store, a_callback(2), number=OTHERS)
    with store.write() as t:
        t._connection.execute(
            text("UPDATE numbers SET sealed = (SELECT n.sealed FROM numbers n WHERE n.callback = :one) WHERE callback = :two"),
            {"one": id_of(1), "two": id_of(2)},
        )
        assert HERS == t.numbers.of(id_of(1))
        with pytest.raises(SealBroken):
            t.numbers.of(id_of(2))


def test_outcomes_and_facts_are_bound_to_their_key(store):
    """What one session was told cannot be made another's."""
    with store.write() as t:
        t.ledger.enter(b"a", "kept", b"facts", NOW, NOW + HOUR)
        t.ledger.enter(b"b", "lost", b"facts", NOW, NOW + HOUR)
        t._connection.execute(
            text("UPDATE ledger SET sealed = (SELECT l.sealed FROM ledger l WHERE l.key = :a) WHERE key = :b"), {"a": b"a", "b": b"b"}
        )
        with pytest.raises(SealBroken):
            t.ledger.enter(b"b", "kept", b"", NOW, NOW + HOUR)


def test_who_holds_a_callback(store):
    """Whoever claimed one and is not done with it, once however many they are; whose they are plays no part."""
    keep(store, a_callback(1), a_callback(2, state="claimed", claimed_by=id_of(9)), a_callback(3, state="claimed", claimed_by=id_of(9)))
    keep(store, a_callback(4, state="closed", claimed_by=id_of(8)), a_callback(5, state="claimed", claimed_by=id_of(7)), number=OTHERS)
    with store.read() as t:
        assert frozenset({id_of(9), id_of(7)}) == t.callbacks.holders()


def test_rings_of_requests_for_another_phone_count_apart(store):
    """A stranger's request takes nothing from her own day."""
    keep(store, a_callback(1), a_callback(2, other_phone=True))
    with store.write() as t:
        t.calls.add_attempt(id_of(2), id_of(20), NOW)
        assert [0, 1] == [t.calls.rings(id_of(n), NOW) for n in (1, 2)]


def test_what_was_read_is_still_so_when_it_is_written(store):
    """Fifty read a row, change it and write it whole, at once: none undoes another's change."""
    keep(store, a_callback(1))

    def add_one(_i):
        with store.write() as t:
            callback = t.callbacks.get(id_of(1))
            t.callbacks.save(replace(callback, attempts=callback.attempts + 1))

    at_once(add_one)
    with store.read() as t:
        assert THREADS == t.callbacks.get(id_of(1)).attempts


def test_last_offers(store):
    """Who was offered something later stands behind, over all callbacks, however close the two were."""
    keep(store, a_callback(1), a_callback(2))
    with store.write() as t:
        for callback, staff, at in ((1, 8, NOW), (1, 9, NOW), (2, 8, NOW), (1, 7, NOW)):
            t.offers.add(Offer(id_of(callback), id_of(staff), at))
        last = t.offers.last()
        assert [id_of(9), id_of(8), id_of(7)] == sorted(last, key=last.__getitem__)


def test_an_offer_lives_until_it_is_followed(store):
    """While the callback waits; whoever rang for it since is not asked about it any more, others are."""
    keep(store, a_callback(1), a_callback(2))
    with store.write() as t:
        for callback, staff, at in ((1, 8, NOW), (1, 9, NOW + 1), (2, 8, NOW + 9)):
            t.offers.add(Offer(id_of(callback), id_of(staff), at))
        t.calls.add(Call(id_of(20), id_of(1), id_of(8), "ended", NOW + 2))
        assert [(id_of(2), id_of(8)), (id_of(1), id_of(9))] == [(offer.callback, offer.staff) for offer in t.offers.live(NOW - 1)]
        t.offers.add(Offer(id_of(1), id_of(8), NOW + 10))
        assert [id_of(8), id_of(8), id_of(9)] == [offer.staff for offer in t.offers.live(NOW - 1)]


def test_who_was_offered_something_since(store):
    """After that second, over all callbacks."""
    keep(store, a_callback(1), a_callback(2))
    with store.write() as t:
        for callback, staff, at in ((1, 8, NOW), (2, 8, NOW + 5), (1, 9, NOW + 4)):
            t.offers.add(Offer(id_of(callback), id_of(staff), at))
        assert [{id_of(8), id_of(9)}, {id_of(8)}, set()] == [t.offers.offered_since(at) for at in (NOW + 3, NOW + 4, NOW + 5)]


def test_entered_writes_nothing(store):
    """Looking at a key leaves it free; what stands there is told, and only that it stood once its session is over."""
    with store.write() as t:
        assert None is t.ledger.find(b"k", NOW)
        assert None is t.ledger.enter(b"k", "kept", b"facts", NOW, NOW + HOUR)
        assert LedgerEntry("kept", b"facts") == t.ledger.find(b"k", NOW)
        assert LedgerEntry(None, None, NOW + HOUR) == t.ledger.find(b"k", NOW + HOUR)


def test_many_keys_are_looked_up_at_once(store):
    """Each as by itself; what nobody entered is left out."""
    with store.write() as t:
        t.ledger.enter(b"kept", "kept", b"facts", NOW, NOW + HOUR)
        t.ledger.enter(b"lost", "lost", b"", NOW, NOW + HOUR)
        t.ledger.enter(b"old", "kept", b"facts", NOW - HOUR, NOW)
        assert {
            b"kept": LedgerEntry("kept", b"facts"),
            b"lost": LedgerEntry("lost", b""),
            b"old": LedgerEntry(None, None, NOW),
        } == t.ledger.find_all((b"kept", b"lost", b"old", b"none"), NOW)
        assert {} == t.ledger.find_all((), NOW)
