"""What a supervisor declares of the line, by page and by SMS: that so many ask that a call may not come, and hours in which no window is offered.

Nothing but a supervisor's word sets it: a screen that changed with what is asked for would tell one phone of another. So what is said of *many* begins and ends on
a quarter of an hour, and only where three who could be meant are there. `sent_at` as in `on_duty.py`: late, hours are still closed, and nothing else is done.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from hotline.engine.effects import Minute
from hotline.engine.times import DAY_MINUTES, EPOCH
from hotline.ports.desk.declarations import Declaration
from hotline.service.acts import Act, Result
from hotline.service.calls.rules.planned import without
from hotline.service.calls.rules.presence import all_there
from hotline.service.desk.shifts.planning import DayHours

QUARTER: Final = 15
MANY_MINUTES: Final = (15, 30, 45, 60)
"""For how long it can be said at once that many ask."""
FEWEST: Final = 3
"""Counselors who are there. With fewer it would tell of single callers."""


def say_many(act: Act, minutes: int, sent_at: int | None = None) -> Result:
    """From the next quarter of an hour on, for so many `minutes`: so many ask that a call may not come. What is urgent heeds it not."""
    if minutes not in MANY_MINUTES:
        return Result("how_long")
    if sent_at is not None:
        return Result()
    if len(all_there(act)) < FEWEST:
        return Result("too_few")
    start = next_quarter(act.now)
    act.tx.declarations.add(Declaration("many", start, start + minutes))
    act.record("many declared", _about(start, start + minutes))
    return _span(start, start + minutes)


def end_many(act: Act, sent_at: int | None = None) -> Result:
    """It is over with the next quarter of an hour, at the latest."""
    ends = next_quarter(act.now)
    if sent_at is not None:
        return Result()
    for declared in act.tx.declarations.ending_after(ends):
        if declared.kind == "many":
            act.tx.declarations.drop(declared)
            if declared.start < ends:
                act.tx.declarations.add(replace(declared, end=ends))
    act.record("many ended", _about(ends, ends))
    return Result(values={"to": str(ends)})


def close_hours(act: Act, hours: DayHours, sent_at: int | None = None) -> Result:  # noqa: ARG001 -- late too it promises less
    """No window is offered in these hours, whoever is planned. What is promised already stays."""
    start, end = hours.minutes
    if end <= act.now:
        return Result("past")
    act.tx.declarations.add(Declaration("closed", start, end))
    act.record("hours closed", _about(start, end))
    return Result()


def open_hours(act: Act, hours: DayHours, sent_at: int | None = None) -> Result:
    """They are offered again, where somebody is planned."""
    start, end = hours.minutes
    if end <= act.now:
        return Result("past")
    if sent_at is not None:
        return Result()
    for declared in act.tx.declarations.ending_after(start):
        if declared.kind == "closed" and declared.start < end:
            act.tx.declarations.drop(declared)
            for first, last in without([(declared.start, declared.end)], (start, end)):
                act.tx.declarations.add(Declaration("closed", first, last))
    act.record("hours opened", _about(start, end))
    return Result()


def next_quarter(now: Minute) -> Minute:
    """The next one; this minute where it is one."""
    return -(-now // QUARTER) * QUARTER


def _about(start: Minute, end: Minute) -> str:
    """`2026-11-24 18:00-21:00`."""
    day = EPOCH + timedelta(days=start // DAY_MINUTES)
    return f"{day.isoformat()} " + "-".join(f"{minute % DAY_MINUTES // 60:02d}:{minute % 60:02d}" for minute in (start, end))


def _span(start: Minute, end: Minute) -> Result:
    return Result(values={"from": str(start), "to": str(end)})
