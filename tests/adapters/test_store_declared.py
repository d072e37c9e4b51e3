"""The contracts of `ports.desk.declarations`, and of what figures say of who was turned away and of who waited, by SQLite and by PostgreSQL alike."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.adapters.sql import SqlStore
from hotline.ports.calls.calls import Call
from hotline.ports.calls.offers import Offer
from hotline.ports.clock import Reading
from hotline.ports.desk.declarations import Declaration
from hotline.ports.figures.figures import TurnedAway
from hotline.ports.figures.sharing_protocols import SharingProtocol
from hotline.settings import Rules
from tests.adapters.test_store import DAY, HOUR, a_callback, a_counselor, a_post, id_of, keep
from tests.adapters.test_store_figures import NOON, TODAY, made, put


def test_declarations_until_they_are_over(store: SqlStore) -> None:
    """In the order of their beginnings, the same twice once, and gone when dropped or over for days."""
    many, closed = Declaration("many", 600, 630), Declaration("closed", 480, 720)
    with store.write() as tx:
        for declaration in (many, closed, many):
            tx.declarations.add(declaration)
        assert (closed, many) == tx.declarations.ending_after(600)
        assert (closed,) == tx.declarations.ending_after(630)
        tx.declarations.drop(closed)
        assert (many,) == tx.declarations.ending_after(0)
        tx.retention.purge(630 * 60 + DAY, Rules(callback_days=1))
        assert (many,) == tx.declarations.ending_after(0)
        tx.retention.purge(630 * 60 + 2 * DAY, Rules(callback_days=1))
        assert () == tx.declarations.ending_after(0)


def test_sharing_protocols_stay(store: SqlStore) -> None:
    """By number, ended or not: what was allowed to leave is known for ever."""
    first = SharingProtocol(1, "Sous-cluster VBG", "A. Diarra", "ISP-1", TODAY + 30, NOON, "djeneba")
    second = replace(first, number=2, letter="ISP-2")
    ended = replace(first, ended_at=NOON + 60, ended_by="djeneba")
    with store.write() as tx:
        assert (None, ()) == (tx.sharing_protocols.get(1), tx.sharing_protocols.all())
        for protocol in (second, first, ended):
            tx.sharing_protocols.save(protocol)
        assert (ended, second) == tx.sharing_protocols.all()
        assert second == tx.sharing_protocols.get(2)
    assert [True, True, False] == [second.holds(day) for day in (TODAY, TODAY + 30, TODAY + 31)]
    assert not ended.holds(TODAY)


def test_the_clocks_are_remembered_by_their_starts(store: SqlStore) -> None:
    """The last reading of each, the newest last; those from before a moment go, and all are forgotten when a person says so."""
    first, other = Reading("a start", 5_000, 1_000), Reading("another start", 3_000, 0)
    with store.write() as tx:
        assert () == tx.clocks.readings()
        tx.clocks.keep(first, 0)
        tx.clocks.keep(other, 3_000)
        assert (other, first) == tx.clocks.readings()
        tx.clocks.keep(later := Reading("a start", 9_000, 5_000), 3_001)
        assert (later,) == tx.clocks.readings()
        tx.clocks.forget()
        assert () == tx.clocks.readings()


def test_a_message_from_a_time_to_come_is_found(store: SqlStore) -> None:
    """It changed before the clock was put back: no worker would hear of it for as long."""
    message = a_post(1, made_at=DAY, changed_at=DAY)
    with store.write() as tx:
        tx.outbox.add(message)
        assert () == tx.outbox.stale("pending", DAY - HOUR)
        assert (message,) == tx.outbox.stale("pending", DAY - HOUR - 1)


def test_turned_away_adds_up(store: SqlStore) -> None:
    """By hour, language, kind and reason; after a week by day."""
    morning = TODAY * 24 + 8
    with store.write() as tx:
        for hour, count in ((morning, 2), (morning, 3), (morning + 1, 1), (morning + 24, 1)):
            tx.figures.turn_away(TurnedAway(hour, "fr", "urgent", "nobody", count))
        assert [(morning, 5), (morning + 1, 1)] == [(row.hour, row.count) for row in tx.figures.turned_away(TODAY, TODAY + 1)]
        tx.retention.purge((TODAY + 8) * DAY, Rules(callback_days=1))
        assert [(TODAY * 24, 6), (morning + 24, 1)] == [(row.hour, row.count) for row in tx.figures.turned_away(TODAY, TODAY + 2)]
        tx.retention.purge((TODAY + 30) * DAY, Rules(callback_days=1))
        assert [6, 1] == [row.count for row in tx.figures.turned_away(TODAY, TODAY + 2)]


def test_waits_until_the_first_ring(store: SqlStore) -> None:
    """To the minute, a week after it closed too, when its day is all that is left; who was never rung is left out."""
    over = {"state": "closed", "closed_at": NOON + HOUR, "attempts": 1}
    urgent = made(1, NOON, urgent=True, waited=2, **over)
    put(store, urgent, made(2, NOON, waited=10, **over), made(3, NOON, other_phone=True, waited=10), made(4, NOON))
    for at in (NOON, NOON + 2 * HOUR, NOON + 8 * DAY):
        with store.write() as tx:
            tx.retention.purge(at, Rules())
            assert {(True, 2): 1, (False, 10): 2} == tx.figures.said((TODAY, TODAY + 1))[0].waits
            assert {} == tx.figures.said((TODAY + 1, TODAY + 2))[0].waits


def test_offers_that_were_not_taken(store: SqlStore) -> None:
    """Neither held nor rung by whom they were made to; what still waits may be taken yet."""
    held, rung, lapsed = made(1, NOON, state="claimed", claimed_by=id_of(1)), made(2, NOON, state="closed"), made(3, NOON, state="lapsed")
    put(store, held, rung, lapsed, made(4, NOON))
    with store.write() as tx:
        for number in (1, 2):
            tx.staff.save(a_counselor(number))
        tx.calls.add(Call("a" * 32, id_of(2), id_of(1), "ended", NOON))
        for callback, staff in ((1, 1), (1, 2), (2, 1), (3, 1), (3, 2), (4, 1)):
            tx.offers.add(Offer(id_of(callback), id_of(staff), NOON))
        assert 3 == tx.figures.offers_not_taken(TODAY, TODAY + 1)


def test_phones_that_wait(store: SqlStore) -> None:
    """Each phone once, and only those whose window has been open for so long."""
    put(store, made(1, NOON), made(2, NOON), made(3, NOON + 300), made(4, NOON, state="claimed"))
    with store.write() as tx:
        tx.callbacks.add(made(5, NOON), "+22370000088")
        tx.callbacks.add(a_callback(6, made_at=NOON, opens_at=NOON + HOUR, not_after=NOON + 2 * HOUR), "+22370000089")
    with store.read() as tx:
        assert (2, 0) == (tx.figures.phones_waiting(NOON + 600, 600), tx.figures.phones_waiting(NOON + 599, 600))


def test_how_long_callers_waited_outlives_their_rows(store: SqlStore) -> None:
    """Rounded up, by day and urgency alone."""
    asked = TODAY * 86400 + 3600
    for n, (urgent, waited) in enumerate(((False, 7), (False, 9), (True, 2), (False, None)), 1):
        keep(
            store,
            a_callback(
                n,
                made_at=asked,
                opens_at=asked,
                not_after=asked + 1800,
                urgent=urgent,
                state="closed",
                attempts=1,
                waited=waited,
                closed_at=asked + 900,
            ),
        )
    with store.write() as tx:
        assert {(False, 7): 1, (False, 9): 1, (True, 2): 1} == tx.figures.said((TODAY, TODAY + 1))[0].waits
        tx.retention.purge(asked + 40 * 86400, Rules())
    with store.read() as tx:
        assert {(False, 10): 2, (True, 2): 1} == tx.figures.said((TODAY, TODAY + 1))[0].waits
        assert {} == tx.figures.said((TODAY + 1, TODAY + 2))[0].waits
