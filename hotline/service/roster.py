"""The roster against the hours that are offered: which of the week to come nobody has planned to take."""

from __future__ import annotations

from collections.abc import Iterable

from hotline.engine.effects import Minute
from hotline.engine.flow import Part
from hotline.ports import Shift, Staff
from hotline.service.coverage import DAY, DAYS_AHEAD, Local, Span, merged, planned_spans, takes
from hotline.service.parts import Parts


def uncovered_hours(parts: Parts, at: int) -> dict[str, tuple[Span, ...]]:
    """For each language of the line, what it offers in the seven days to come and nobody has planned to take. Raises StoreAway."""
    with parts.store.read() as tx:
        people, shifts = tx.all_staff(), tx.shifts()
    edition = parts.written
    hours = tuple(edition.parts.values())
    return {language: uncovered_in(language, hours, people, shifts, at, parts.clock.local) for language in edition.languages}


def uncovered_in(
    language: str, hours: tuple[Part, ...], people: Iterable[Staff], shifts: tuple[Shift, ...], at: int, local: Local
) -> tuple[Span, ...]:
    """`uncovered_hours` of one language, for whoever has read staff and shifts already."""
    counselors = [each for each in people if takes(each, language)]
    planned = merged(span for each in counselors for span in planned_spans(each, shifts, at, local))
    return uncovered(hours, planned, local(at))[0]


def uncovered(parts: tuple[Part, ...], spans: tuple[Span, ...], now: Minute) -> tuple[tuple[Span, ...], int]:
    """Of the hours that the parts of the day offer in the seven days to come, those that no planned span holds; and how many minutes are offered.

    All in local minutes; `spans` merged.
    """
    offered = merged(
        (max(day * DAY + part.start, now), day * DAY + part.end)
        for day in range(now // DAY, now // DAY + DAYS_AHEAD)
        for part in parts
        if day * DAY + part.end > now
    )
    gaps: list[Span] = []
    for start, end in offered:
        reached = start
        for first, last in spans:
            if last > reached and first < end:
                if first > reached:
                    gaps.append((reached, first))
                reached = last
        if reached < end:
            gaps.append((reached, end))
    return tuple(gaps), sum(end - start for start, end in offered)
