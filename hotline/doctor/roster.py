"""The roster against the hours that are offered: which of the week to come nobody has planned to take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hotline.app import SystemClock
from hotline.config import Config
from hotline.doctor.finding import Level, listed
from hotline.engine.flow import Part
from hotline.ports import Shift, Staff
from hotline.service.coverage import DAY, DAYS_AHEAD, THURSDAY, Span, merged, planned_spans

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def covered(
    config: Config, at: int, parts: tuple[Part, ...], people: Iterable[Staff], shifts: tuple[Shift, ...], who: str
) -> tuple[Level, str]:
    """How the hours of the week to come stand, and in words; `who` says whose shifts they are."""
    clock = SystemClock(config.timezone)
    spans = merged(span for each in people for span in planned_spans(each, shifts, at, clock.local))
    gaps, offered = uncovered(parts, spans, clock.local(at))
    if not spans:
        return "bad", f"{who}: nobody has a shift in the week to come"
    if not gaps:
        return "ok", f"{who}: all {offered // 60} hours of the week to come"
    missing = sum(end - start for start, end in gaps)
    hours = f"{missing // 60} h {missing % 60:02d} of {offered // 60} h in the week to come with nobody"
    return "warn", f"{who}: {hours}: {listed(tuple(map(_span, gaps)))}"


def uncovered(parts: tuple[Part, ...], spans: tuple[Span, ...], now: int) -> tuple[tuple[Span, ...], int]:
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


def _span(span: Span) -> str:
    start, end = span
    return f"{_DAYS[(start // DAY + THURSDAY) % 7]} {_clock(start % DAY)}-{_clock(end % DAY or DAY)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
