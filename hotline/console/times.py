"""Local days and minutes as digits that every reader knows, whatever the language. Days are counted from 1970-01-01, as everywhere."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from hotline.engine.effects import Minute
from hotline.engine.times import DAY_MINUTES, EPOCH

_PART: Final = re.compile(r"([0-9]{1,4})-([0-9]{1,4})")
_TIME: Final = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_DAY: Final = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b", re.ASCII)
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_WRITTEN: Final = re.compile(r"\A(?:\d{1,2}/)?\d{1,2}/\d{4}\Z", re.ASCII)


def stamp(minute: Minute) -> str:
    """`24/11/2026 10:05`."""
    return f"{full_date(minute // DAY_MINUTES)} {time_of_day(minute)}"


def full_date(day: int) -> str:
    """`24/11/2026`."""
    return f"{_date(day):%d/%m/%Y}"


def short_date(day: int) -> str:
    """`24/11`."""
    return f"{_date(day):%d/%m}"


def dated(text: str) -> str:
    """A text with every day in it as pages write days: `awa 24/11/2026`; where all of it is a month, `11/2026`."""
    month = _MONTH.fullmatch(text)
    return f"{month[2]}/{month[1]}" if month else _DAY.sub(r"\3/\2/\1", text)


def undated(text: str) -> str:
    """The reverse, for what was typed: `24/11/2026` is `2026-11-24`, `11/2026` is `2026-11`; all else is as it is."""
    return _WRITTEN.sub(lambda found: "-".join(part.zfill(2) for part in reversed(found[0].split("/"))), text.strip())


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
