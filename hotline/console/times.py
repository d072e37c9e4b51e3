"""Local minutes as digits that every reader knows, whatever her language."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from hotline.engine.effects import Minute

DAY: Final = 1440
_EPOCH: Final = date(1970, 1, 1)


def stamp(minute: Minute) -> str:
    """`24/11/2026 10:05`."""
    return f"{_day(minute):%d/%m/%Y} {time_of_day(minute)}"


def short_day(minute: Minute) -> str:
    """`24/11`."""
    return f"{_day(minute):%d/%m}"


def time_of_day(minute: Minute) -> str:
    """`10:05`."""
    return f"{minute % DAY // 60:02d}:{minute % 60:02d}"


def _day(minute: Minute) -> date:
    return _EPOCH + timedelta(days=minute // DAY)
