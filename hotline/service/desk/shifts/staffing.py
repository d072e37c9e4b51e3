"""The hours ahead: which of those that the line offers somebody is planned for, and which nobody is. Never who."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from hotline.engine.promise import DAYS_AHEAD
from hotline.engine.times import DAY_MINUTES
from hotline.service.calls.rules.planned import MinuteSpan, merged, planned_spans
from hotline.service.calls.rules.skill import takes
from hotline.service.desk.shifts import roster
from hotline.service.work import Work


class Week(Struct, frozen=True):
    """One language's hours in the seven days to come, in local minutes."""

    language: str
    covered: tuple[MinuteSpan, ...]
    gaps: tuple[MinuteSpan, ...]
    offered: int
    """Minutes."""
    missing: int


def weeks(work: Work) -> tuple[Week, ...]:
    """Each language of the line, in its order."""
    people, shifts, edition = work.tx.staff.active(), work.tx.shifts.all(), work.deps.written
    now, hours = work.deps.clock.local(work.at), tuple(edition.parts.values())
    own = {staff.id: tuple(planned_spans(staff, shifts, work.at, work.deps.clock.local)) for staff in people}
    found = []
    for language in edition.languages:
        spans = merged(span for staff in people if takes(staff, language) for span in own[staff.id])
        gaps, offered = roster.uncovered(hours, spans, now)
        found.append(Week(language, spans, gaps, offered, sum(end - start for start, end in gaps)))
    return tuple(found)


def by_day(spans: Iterable[MinuteSpan], now: int) -> dict[int, tuple[MinuteSpan, ...]]:
    """The parts of spans that lie in each of the seven days from today, by day, in minutes of that day."""
    cut = tuple(roster.by_day(spans))
    return {
        day: tuple((start, end) for of, start, end in cut if of == day)
        for day in range(now // DAY_MINUTES, now // DAY_MINUTES + DAYS_AHEAD)
    }
