"""The hours ahead: which of those that the line offers somebody is planned for, and which nobody is. Never who."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from hotline.engine.world import DAY, DAYS_AHEAD
from hotline.ports import Transaction
from hotline.service import roster
from hotline.service.coverage import Span, merged, planned_spans, takes
from hotline.service.parts import Parts


class Week(Struct, frozen=True):
    """One language's hours in the seven days to come, in local minutes."""

    language: str
    covered: tuple[Span, ...]
    gaps: tuple[Span, ...]
    offered: int
    """Minutes."""
    missing: int


def weeks(parts: Parts, tx: Transaction, at: int) -> tuple[Week, ...]:
    """Each language of the line, in its order."""
    people, shifts, edition = tx.all_staff(), tx.shifts(), parts.written
    now, hours = parts.clock.local(at), tuple(edition.parts.values())
    made = []
    for language in edition.languages:
        counselors = [each for each in people if takes(each, language)]
        spans = merged(span for each in counselors for span in planned_spans(each, shifts, at, parts.clock.local))
        gaps, offered = roster.uncovered(hours, spans, now)
        made.append(Week(language, spans, gaps, offered, sum(end - start for start, end in gaps)))
    return tuple(made)


def by_day(spans: Iterable[Span], now: int) -> dict[int, tuple[Span, ...]]:
    """The parts of spans that lie in each of the seven days from today, by day, in minutes of that day."""
    cut = tuple(roster.by_day(spans))
    return {day: tuple((start, end) for its, start, end in cut if its == day) for day in range(now // DAY, now // DAY + DAYS_AHEAD)}
