"""The promise window: from when until when a caller may be rung, as the screens promise it and the order asks for it.

Times that are agreed in a call are cut by the same shifts in `service/calls/agreements.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hotline.engine.effects import Coverage, Minute
from hotline.engine.flow import DayPart
from hotline.engine.times import DAY_MINUTES

SHORTEST_WINDOW: Final = 30
"""Minutes that must be left of a window for it to be offered."""
SHORTEST_STAY: Final = 10
"""Minutes for which somebody must stay for a call *now* to be kept: who leaves sooner could not ring, and talk."""
SHORTEST_URGENT_STAY: Final = 2
"""The same for what is urgent: enough to take it and to ring."""
DAYS_AHEAD: Final = 7


def can_call(coverage: Coverage, *, urgent: bool) -> bool:
    """Is somebody there to try, and stays long enough? Then a call *now* is kept, whoever else asked for one."""
    return coverage.urgent if urgent else coverage.now


def end_of_now(now: Minute, minutes: int, coverage: Coverage | None, *, urgent: bool) -> Minute:
    """Until when somebody tries to call *now*: for `minutes`, or until the last who is there goes. Coverage that is unknown, or nobody's, cuts nothing."""
    ends = now + minutes
    if coverage is None or not can_call(coverage, urgent=urgent):
        return ends
    return min(ends, coverage.urgent_until if urgent else coverage.until)


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


def soonest_of(parts: Mapping[str, DayPart], now: Minute, coverage: Coverage | None) -> tuple[str, tuple[Minute, Minute]] | None:
    """The part of the day whose next window comes first, and that window; the one that ends first where two begin together."""
    windows = ((part, window_of(span, now // DAY_MINUTES, now, coverage)) for part, span in parts.items())
    return min(((part, window) for part, window in windows if window is not None), key=lambda found: found[1], default=None)
