"""The promise window: from when until when a caller may be rung, as the screens promise it and the order asks for it.

Times that are agreed in a call are cut by the same shifts in `service/calls/agreements.py`.
"""

from __future__ import annotations

from typing import Final

from hotline.engine.effects import Coverage, Minute
from hotline.engine.flow import DayPart
from hotline.engine.times import DAY_MINUTES

SHORTEST_WINDOW: Final = 30
"""Minutes that must be left of a window for it to be offered."""
SHORTEST_STAY: Final = 10
"""Minutes for which somebody must stay on shift for a call *now* to be promised."""
DAYS_AHEAD: Final = 7


def can_call(coverage: Coverage, now: Minute, *, urgent: bool) -> bool:
    """Is somebody free for a call *now*, and stays long enough for it?"""
    return is_anybody_free(coverage, urgent=urgent) and coverage.until - now >= SHORTEST_STAY


def is_anybody_free(coverage: Coverage, *, urgent: bool) -> bool:
    """Urgent help waits for urgent help alone."""
    return (max(coverage.free, coverage.urgent) if urgent else coverage.free) > 0


def end_of_now(now: Minute, minutes: int, coverage: Coverage | None, *, urgent: bool) -> Minute:
    """Until when a call *now* is promised: `minutes` from now, or until the last who is there goes. Unknown coverage cuts nothing."""
    ends = now + minutes
    return min(ends, coverage.until) if coverage is not None and is_anybody_free(coverage, urgent=urgent) else ends


def window_of(span: DayPart, first_day: int, now: Minute, coverage: Coverage | None) -> tuple[Minute, Minute] | None:
    """The next window of a part of the day that somebody is there for, from a local day on; simply the next where coverage is unknown.

    What a shift does not cover is cut off: a promise names only hours that somebody keeps. Returns None if nothing long enough is left.
    """
    for day in range(first_day, first_day + DAYS_AHEAD):
        start, end = max(day * DAY_MINUTES + span.start, now), day * DAY_MINUTES + span.end
        for shift_start, shift_end in ((start, end),) if coverage is None else coverage.shifts:
            opens, ends = max(start, shift_start), min(end, shift_end)
            if ends - opens >= SHORTEST_WINDOW:
                return opens, ends
    return None
