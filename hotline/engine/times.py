"""Days, in minutes and in seconds, and the one epoch that all of them are counted from."""

from __future__ import annotations

from datetime import date
from typing import Final

DAY_MINUTES: Final = 24 * 60
HOUR_SECONDS: Final = 3600
DAY_HOURS: Final = 24
DAY_SECONDS: Final = DAY_MINUTES * 60
EPOCH: Final = date(1970, 1, 1)
"""Local days and minutes, and days of UTC, are counted from here."""
THURSDAY: Final = 3
"""The weekday of the epoch; Monday is 0."""


def hour(at: int) -> int:
    """The full hour of UTC in which this second lies: as much as is kept of a moment when nothing needs it more closely."""
    return at - at % HOUR_SECONDS
