"""What the store keeps of shifts, exceptions, needs for time and what each carried; on both databases."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.ports.calls.calls import Call
from hotline.ports.desk.care import Load, TimeRequest
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.settings import Rules
from tests.adapters.test_store import DAY, HERS, NOW, a_callback, id_of

TODAY = NOW // DAY
AWA, OUMOU = (Staff(id_of(number), f"alias{number}", "counselor", f"+2237000010{number}", "fr", ("fr",)) for number in (1, 2))


def keep_staff(store) -> None:
    with store.write() as t:
        t.staff.save(AWA)
        t.staff.save(OUMOU)


def ring(store, number: int, staff: Staff, dialed_at: int | None, *, ended_at: int | None = None, callback: int | None = None) -> None:
    with store.write() as t:
        if callback is None:
            t.callbacks.add(a_callback(number), HERS)
        t.calls.add(Call(id_of(100 + number), id_of(callback or number), staff.id, "ended", NOW - 10, None, dialed_at, ended_at))


def test_the_week_then_the_days(store) -> None:
    """Exceptions come after the week's shifts; one said again with another meaning stands in the place of the first; each can go."""
    keep_staff(store)
    weekly = Shift(AWA.id, 1, 480, 720)
    there = Shift(AWA.id, None, 480, 720, TODAY)
    away = replace(there, off=True)
    other = Shift(OUMOU.id, None, 0, 1440, TODAY + 1, off=True)
    with store.write() as t:
        for shift in (other, there, weekly, away):
            t.shifts.add(shift)
        assert (weekly, away, other) == t.shifts.all()
        t.shifts.drop(away)
        t.shifts.drop(weekly)
        assert (other,) == t.shifts.all()


def test_exceptions_go_when_their_day_is_over(store) -> None:
    """Not before: a night shift runs past midnight, and the line's day is not UTC's."""
    keep_staff(store)
    with store.write() as t:
        t.shifts.add(Shift(AWA.id, None, 0, 1440, TODAY, off=True))
        t.retention.purge(NOW + DAY - NOW % DAY, Rules())
        assert 1 == len(t.shifts.all())
        t.retention.purge(NOW + 2 * DAY - NOW % DAY, Rules())
        assert () == t.shifts.all()


def test_what_each_carried(store) -> None:
    """Callbacks that she rang for since then, those marked as hard, and when the last of these ended; who rang for none is missing."""
    keep_staff(store)
    ring(store, 1, AWA, NOW - 300, ended_at=NOW - 200)
    ring(store, 2, AWA, NOW - 100)
    ring(store, 3, AWA, NOW - 5000, ended_at=NOW - 4000)
    ring(store, 4, AWA, None)
    ring(store, 5, OUMOU, NOW - 50, ended_at=NOW - 40)
    with store.write() as t:
        t.flags.add(id_of(1), "danger")
        t.flags.add(id_of(1), "minor")
        t.flags.add(id_of(3), "hard")
        t.flags.add(id_of(5), "silence")
        assert {AWA.id: Load(2, 1, NOW - 200), OUMOU.id: Load(1, 0, None)} == t.care.loads(NOW - 1000)
        assert {} == t.care.loads(NOW)


def test_a_callback_counts_once_however_often_it_was_rung(store) -> None:
    """Three tries at one phone are one call that she carried; while the last runs, its pause begins when it began."""
    keep_staff(store)
    ring(store, 1, AWA, NOW - 300, ended_at=NOW - 290)
    ring(store, 2, AWA, NOW - 60, callback=1)
    with store.write() as t:
        t.flags.add(id_of(1), "hard")
        assert {AWA.id: Load(1, 1, NOW - 60)} == t.care.loads(NOW - 1000)


def test_who_needs_time(store) -> None:
    """Oldest first, each once, until a supervisor sees to it."""
    keep_staff(store)
    later, sooner = TimeRequest(id_of(9), AWA.id, NOW), TimeRequest(id_of(8), OUMOU.id, NOW - 1)
    with store.write() as t:
        t.care.add(later)
        t.care.add(sooner)
        t.care.add(replace(later, at=NOW - 5))
        assert (sooner, later) == t.care.waiting()
        t.care.save(replace(sooner, seen_by=AWA.id, seen_at=NOW))
        assert (later,) == t.care.waiting()
