"""Planned hours: what a person's shifts make of days and weeks, in local minutes, and how spans of them are joined and cut."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from hotline.engine.effects import Minute
from hotline.engine.promise import DAYS_AHEAD
from hotline.engine.times import DAY_MINUTES, THURSDAY
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff

MinuteSpan: TypeAlias = tuple[Minute, Minute]
Local: TypeAlias = Callable[[int], Minute]
"""The local minute of a moment."""


def planned_spans(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> Iterator[MinuteSpan]:
    """The planned spans of one person from now on for seven days, unmerged, without what lies in the time off."""
    now = local(at)
    first = now if staff.off_until is None else max(now, local(staff.off_until))
    last = now + DAYS_AHEAD * DAY_MINUTES
    for start, end in _spans(staff, shifts, now // DAY_MINUTES, DAYS_AHEAD + 1):
        if end > first and start < last:
            yield max(start, first), min(end, last)


def covering(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> MinuteSpan | None:
    """The planned span that this person is in, those that touch made one."""
    now = local(at)
    today = now // DAY_MINUTES
    own = tuple(shift for shift in shifts if shift.staff == staff.id)
    spans = spans_of_day(own, today - 1)
    for day in range(today, today + DAYS_AHEAD + 1):
        spans = merged((*spans, *spans_of_day(own, day)))
        found = next((span for span in spans if span[0] <= now < span[1]), None)
        if found is None or found[1] < (day + 1) * DAY_MINUTES:
            return found  # nothing of a later day touches it
    return found


def spans_of_day(own: Iterable[Shift], day: int) -> tuple[MinuteSpan, ...]:
    """What one person's shifts make of a local day: the week's spans without that day's absences, and what that day has beyond the week."""
    weekday, begins = (day + THURSDAY) % 7, day * DAY_MINUTES
    spans: tuple[MinuteSpan, ...] = ()
    absences: list[MinuteSpan] = []
    beyond: list[MinuteSpan] = []
    for shift in own:
        span = (begins + shift.start, begins + shift.end)
        if shift.day is None:
            if shift.weekday is None or shift.weekday == weekday:
                spans += (span,)
        elif shift.day == day:
            (absences if shift.off else beyond).append(span)
    for gap in absences:
        spans = without(spans, gap)
    return (*spans, *beyond)


def _spans(staff: Staff, shifts: Iterable[Shift], first_day: int, days: int) -> Iterator[MinuteSpan]:
    own = tuple(shift for shift in shifts if shift.staff == staff.id)
    for day in range(first_day, first_day + days):
        yield from spans_of_day(own, day)


def merged(spans: Iterable[MinuteSpan]) -> tuple[MinuteSpan, ...]:
    """The spans in order, those that touch made one."""
    whole: list[MinuteSpan] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        else:
            whole.append((start, end))
    return tuple(whole)


def without(spans: Iterable[MinuteSpan], gap: MinuteSpan) -> tuple[MinuteSpan, ...]:
    """The parts of the spans that lie outside of the gap."""
    opens, ends = gap
    return tuple(part for start, end in spans for part in ((start, min(end, opens)), (max(start, ends), end)) if part[0] < part[1])


def common(span: MinuteSpan, others: Iterable[MinuteSpan]) -> Iterator[MinuteSpan]:
    """What of a span lies in the others, which are merged."""
    for start, end in others:
        if start < span[1] and end > span[0]:
            yield max(start, span[0]), min(end, span[1])
