"""Local days and minutes as digits that every reader knows, whatever the language. Days are counted from 1970-01-01, as everywhere."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from hotline.engine.effects import Minute
from hotline.engine.times import DAY_MINUTES, EPOCH

_PART: Final = re.compile(r"([0-9]{1,4})-([0-9]{1,4})")
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")


def stamp(minute: Minute) -> str:
    """`24/11/2026 10:05`."""
    return f"{full_date(minute // DAY_MINUTES)} {time_of_day(minute)}"


def full_date(day: int) -> str:
    """`24/11/2026`."""
    return f"{_date(day):%d/%m/%Y}"


def short_date(day: int) -> str:
    """`24/11`."""
    return f"{_date(day):%d/%m}"


def iso(day: int) -> str:
    """`2026-11-24`, as a date's field has it."""
    return _date(day).isoformat()


def day_of(text: str) -> int | None:
    """The day in `2026-11-24`. Returns None for anything else."""
    try:
        return (date.fromisoformat(text.strip()) - EPOCH).days
    except ValueError:
        return None


def minute_of(text: str) -> Minute | None:
    """The minute of the day in `14:30`, 24:00 at most. Returns None for anything else."""
    match = _TIME.fullmatch(text.strip())
    minute = int(match[1]) * 60 + int(match[2]) if match else None
    return minute if minute is not None and minute <= DAY_MINUTES else None


def chosen_hours(part: str, start: str, end: str) -> tuple[Minute, Minute] | None:
    """The hours that a form asks for, in minutes of a day: from `start` to `end`, else `part`, which is `480-720`. Returns None where they are none."""
    match = _PART.fullmatch(part)
    if match and not start and not end:
        return int(match[1]), int(match[2])
    since, until = minute_of(start), minute_of(end)
    return None if since is None or until is None else (since, until)


def time_of_day(minute: Minute) -> str:
    """`10:05`."""
    return f"{minute % DAY_MINUTES // 60:02d}:{minute % 60:02d}"


def hours(start: Minute, end: Minute) -> str:
    """`08:00–12:00`, minutes of one day; midnight at the end is 24:00."""
    return f"{time_of_day(start)}–{'24:00' if end == DAY_MINUTES else time_of_day(end)}"


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)
