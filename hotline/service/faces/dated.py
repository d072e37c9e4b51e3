"""What staff say by SMS of one day: `ABSENTE 25/11`, `PRESENTE 25/11 8-12`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from hotline.engine.effects import Minute
from hotline.engine.phone.letters import plain
from hotline.engine.times import DAY_MINUTES, EPOCH

DatedKind: TypeAlias = Literal["away", "there", "close", "open"]

KINDS: Final[Mapping[str, DatedKind]] = {
    "away": "away",
    "off": "away",
    "pause": "away",
    "there": "there",
    "here": "there",
    "on": "there",
    "close": "close",
    "open": "open",
}
"""What a word means beside a day; without one those that mean a day say so."""
HORIZON: Final = timedelta(days=92)
"""Further ahead nobody plans by SMS: a day that seems so was mistyped, or is over."""
_TIME = r"(\d{1,2})(?:\s*[h:]\s*(\d{2})?)?"
_DATED: Final = re.compile(
    rf"(\D+?)(\d{{1,2}})\s*[/.-]\s*(\d{{1,2}})(?:\s*[/.-]\s*(\d{{4}}|\d\d))?(?:[^\w]+\D*?{_TIME}\D+?{_TIME})?\W*", re.ASCII
)

_EITHER: Final = re.compile(r"\D+(?:1?\d|2[0-4]|0\d)\s*-\s*\d\d?\W*", re.ASCII)
"""`8-12`: from eight to twelve, or the eighth of December? `25-11` can only be a day."""
_HOURS: Final = re.compile(r"\d\s*[-–/.:h]\s*\d|\d\s*h|\d\s+[^\W\d]", re.ASCII)
"""Hours or a date that names no day: `8-12`, `8h`, `25 novembre`. A reference and its digit, `471 1`, look otherwise."""


class Dated(Struct, frozen=True):
    """One such message, read."""

    kind: DatedKind
    written: str = ""
    """The day as it is said again; empty where none was named."""
    day: int | None = None
    """Local days since 1970-01-01; None where it is over, too far, or no day at all."""
    hours: tuple[int, int] | None = None


def read(text: str, words: Mapping[str, str], now: Minute) -> Dated | None:
    """Returns None if it is about no day. `words`: what the catalogue's words mean; `now`: the local minute."""
    found = _DATED.fullmatch(text.strip().lower())
    meant = _meant(found[1] if found else text, words)
    kind = KINDS.get(meant)
    if kind is None or (found is None and meant != kind and not _HOURS.search(text)):
        return None
    if found is None or _EITHER.fullmatch(text.strip()):
        return Dated(kind)
    day = _day(int(found[2]), int(found[3]), found[4], EPOCH + timedelta(days=now // DAY_MINUTES))
    written = f"{int(found[2])}/{int(found[3])}"
    if found[5] is None:
        return Dated(kind, written, day)
    hours = _minutes(found[5], found[6]), _minutes(found[7], found[8])
    if hours[0] >= DAY_MINUTES or hours[1] > DAY_MINUTES or hours[0] == hours[1]:
        return Dated(kind)
    return Dated(kind, written, day, hours)


def _meant(text: str, words: Mapping[str, str]) -> str:
    """The meaning of the longest word that it begins with; empty where there is none."""
    said = f"{plain(text)} "
    return words.get(max((word for word in words if said.startswith(f"{word} ")), key=len, default=""), "")


def _day(day: int, month: int, year: str | None, today: date) -> int | None:
    """The next such day, if it is soon."""
    years = (today.year, today.year + 1) if year is None else (int(year) % 100 + 2000,)
    for candidate in years:
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if today <= found <= today + HORIZON:
            return (found - EPOCH).days
    return None


def _minutes(hour: str, minute: str | None) -> int:
    return int(hour) * 60 + int(minute or 0)
