"""Who is on shift: said by a tap or a message, planned for every week, changed for one day."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from hotline.engine.times import DAY_MINUTES
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls.coverage import stays_until, without
from hotline.service.desk.shifts import presence
from hotline.service.work import Work

WEEK: Final = 7


def acknowledge(work: Work, staff: Staff) -> int:
    """A supervisor says that she is on call: until her planned span ends, outside of one for as long as presence lasts. Returns the moment.

    Never longer than a shift; what she said before is not made shorter.
    """
    return _on_call(work, staff, work.deps.rules.presence_minutes * 60)


def go_on_call(work: Work, staff: Staff) -> int:
    """The same by one tap, which nobody repeats every quarter of an hour: outside of a planned span it holds for a shift."""
    return _on_call(work, staff, work.deps.rules.shift_hours * 3600)


def plan(tx: Transaction, staff: str, weekday: int | None, start: int, end: int) -> None:
    """A span of every week, or of every day. Where it `end`s before it starts it goes on past midnight."""
    for later, first, last in across(start, end):
        tx.shifts.add(Shift(staff, None if weekday is None else (weekday + later) % WEEK, first, last))


def come(work: Work, staff: Staff, day: int, start: int, end: int) -> None:
    """She is there on that day alone, beyond what the week says. `day`: local days since 1970-01-01."""
    for later, first, last in across(start, end):
        work.tx.shifts.add(Shift(staff.id, None, first, last, day + later))
    presence.come_back(work, staff, *_span(day, start, end))


def stay_away(work: Work, staff: Staff, day: int, start: int, end: int, *, wholly: bool = True) -> tuple[OutboxMessage, ...]:
    """She is not there then, whatever the week says; `wholly`: nor what she said of those hours before, and if they run she goes at once."""
    for later, first, last in across(start, end):
        if wholly:
            _cut(work.tx, staff.id, day + later, first, last)
        work.tx.shifts.add(Shift(staff.id, None, first, last, day + later, off=True))
    return presence.keep_away(work, staff, *_span(day, start, end)) if wholly else ()


def across(start: int, end: int) -> tuple[tuple[int, int, int], ...]:
    """A span as shifts have it, cut at midnight: days later, from, to."""
    if start < end:
        return ((0, start, end),)
    return tuple(part for part in ((0, start, DAY_MINUTES), (1, 0, end)) if part[1] < part[2])


def _span(day: int, start: int, end: int) -> tuple[int, int]:
    """In local minutes."""
    return day * DAY_MINUTES + start, day * DAY_MINUTES + end + (0 if start < end else DAY_MINUTES)


def _cut(tx: Transaction, staff: str, day: int, start: int, end: int) -> None:
    """Take the span out of what she comes on that day beyond the week."""
    for each in tx.shifts.all():
        if (each.staff, each.day, each.off) == (staff, day, False) and each.start < end and each.end > start:
            tx.shifts.drop(each)
            for first, last in without([(each.start, each.end)], (start, end)):
                tx.shifts.add(replace(each, start=first, end=last))


def _on_call(work: Work, staff: Staff, beyond: int) -> int:
    planned = work.deps.clock.moment(stays_until(replace(staff, on_until=None), work.tx.shifts.all(), work.at, work.deps.clock.local))
    least = work.at + (work.deps.rules.presence_minutes * 60 if planned > work.at else beyond)
    until = min(max(planned, least, staff.on_call_until or 0), work.at + work.deps.rules.shift_hours * 3600)
    work.tx.staff.save(replace(staff, seen_at=work.at, on_call_until=until, off_until=None))
    return until
