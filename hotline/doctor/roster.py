"""The roster of the week to come against the hours that are offered, as a finding in an operator's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hotline.app import SystemClock
from hotline.config import Config
from hotline.doctor.finding import Level, listed
from hotline.engine.flow import DayPart
from hotline.engine.times import DAY_MINUTES, THURSDAY
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service.calls.rules.planned import MinuteSpan, merged, planned_spans
from hotline.service.desk.shifts.roster import uncovered

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def covered(
    config: Config, at: int, parts: tuple[DayPart, ...], people: Iterable[Staff], shifts: tuple[Shift, ...], who: str
) -> tuple[Level, str]:
    """How many hours of the week to come are covered: a level, and the words for it. `who` says whose shifts they are."""
    clock = SystemClock(config.timezone)
    spans = merged(span for row in people for span in planned_spans(row, shifts, at, clock.local))
    gaps, offered = uncovered(parts, spans, clock.local(at))
    if not spans:
        return "bad", f"{who}: nobody has a shift in the week to come"
    if not gaps:
        return "ok", f"{who}: all {offered // 60} hours of the week to come"
    missing = sum(end - start for start, end in gaps)
    hours = f"{missing // 60} h {missing % 60:02d} of {offered // 60} h in the week to come with nobody"
    return "warn", f"{who}: {hours}: {listed(tuple(map(_span, gaps)))}"


def _span(span: MinuteSpan) -> str:
    start, end = span
    return f"{_DAYS[(start // DAY_MINUTES + THURSDAY) % 7]} {_clock(start % DAY_MINUTES)}-{_clock(end % DAY_MINUTES or DAY_MINUTES)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
