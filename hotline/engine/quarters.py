"""Months, quarters and years of the calendar, in days since 1970-01-01: what figures that leave the line are counted by. Nothing finer leaves it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, Literal

from msgspec import Struct

from hotline.engine.times import EPOCH

_NAME: Final = re.compile(r"([0-9]{4})(?:-Q([1-4]))?", re.ASCII)
DUE_DAY: Final = 10
"""Of the second month after a quarter's end its figures are due, and no earlier."""
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2999
"""Of later ones no date could say when they are due."""


class Span(Struct, frozen=True):
    """A quarter or a year. Months, half-years and windows that move are none: one taken from another would tell of few."""

    year: int
    quarter: int | None = None

    def __str__(self) -> str:
        return str(self.year) if self.quarter is None else f"{self.year}-Q{self.quarter}"

    @property
    def kind(self) -> Literal["quarter", "year"]:
        return "year" if self.quarter is None else "quarter"

    @property
    def since(self) -> int:
        """The first day."""
        return _day(date(self.year, 1 if self.quarter is None else 3 * self.quarter - 2, 1))

    @property
    def until(self) -> int:
        """The day after the last."""
        end = 12 if self.quarter is None else 3 * self.quarter
        return _day(date(self.year + end // 12, end % 12 + 1, 1))

    @property
    def due(self) -> int:
        """The day from which its figures may be prepared: the 10th of the second month after its end."""
        after = EPOCH + timedelta(days=self.until)
        return _day(date(after.year, after.month + 1, DUE_DAY))

    @property
    def quarters(self) -> tuple[Span, ...]:
        """Those that it is made of."""
        return tuple(Span(self.year, quarter) for quarter in (1, 2, 3, 4)) if self.quarter is None else (self,)


def span(name: str) -> Span | None:
    """What `2027-Q1` and `2027` mean. Returns None for anything else."""
    found = _NAME.fullmatch(name)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return None
    return Span(int(found[1]), int(found[2]) if found[2] else None)


def quarter_of(day: int) -> Span:
    when = EPOCH + timedelta(days=day)
    return Span(when.year, (when.month + 2) // 3)


def first_of_month(day: int) -> int:
    """The first day of its month."""
    return day - (EPOCH + timedelta(days=day)).day + 1


def _day(when: date) -> int:
    return (when - EPOCH).days
