"""What an entry of the directory may say, whether it was written in `directory.yml` or in a table: its fields, and the form of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, Literal, TypeAlias, get_args

from hotline.content.flow_files.nodes import quoted
from hotline.engine.flow import Item
from hotline.engine.phone.numbers import is_written_number

Section: TypeAlias = Literal["regions", "places", "kinds", "services", "events"]

SECTIONS: Final[tuple[Section, ...]] = get_args(Section)
FIELDS: Final[Mapping[Section, tuple[str, ...]]] = {
    "regions": ("name", "near"),
    "places": ("name", "region", "near"),
    "kinds": (),
    "services": (
        "name",
        "region",
        "place",
        "kind",
        "address",
        "hours",
        "phone",
        "offers",
        "languages",
        "cost",
        "way",
        "asks_for",
        "source",
        "source_date",
        "confirmed_on",
        "confirmed_by",
        "verified_on",
        "verified_by",
        "called_by_day",
        "called_by_night",
    ),
    "events": ("name", "kind", "place", "region", "on", "hours", "address", "source"),
}
"""The fields of each list, in the order in which they are written. A kind is an id and no more."""
NEEDED: Final[Mapping[Section, tuple[str, ...]]] = {
    "regions": ("name",),
    "places": ("name",),
    "kinds": (),
    "services": ("name",),
    "events": ("name", "kind", "on", "source"),
}
EVENTS: Final = ("meeting", "training-agents", "training-health", "training-teachers", "training-media")
"""The kinds of events."""
DAYS: Final = ("confirmed_on", "verified_on", "called_by_day", "called_by_night", "on")
VERIFICATION: Final = ("verified_on", "verified_by", "called_by_day", "called_by_night")
"""What is true of a number only, and is taken out with it."""
LONGEST_ID: Final = 64
"""Letters: as many as a withdrawal in the database holds."""

_PARTIAL: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def faults(section: Section, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with the form of an entry's values, which are `one_line`, as (field, what)."""
    for field, value in values.items():
        what = _fault(section, field, value)
        if what is not None:
            yield field, what


def _fault(section: Section, field: str, value: str) -> str | None:
    if not value.isprintable():
        return "holds a character that nobody can see"
    if field in DAYS and not is_day(value):
        return f"{quoted(value)} is no date; write 2026-01-31, or leave the line out"
    if field == "source_date" and not is_partial_day(value):
        return f"{quoted(value)} is no date; write 2026-01-31, 2026-01 or 2026, or leave the line out"
    if field == "phone" and not is_written_number(value):
        return "is not one telephone number, such as 70 00 03 00"
    if section == "events" and field == "kind" and value not in EVENTS:
        return f"{quoted(value)} is none of {', '.join(EVENTS)}"
    return None


def values_of(item: Item) -> dict[str, str]:
    """An entry's values by field, its name among them; a kind has none."""
    return dict(item.fields) if item.list == "kinds" else {"name": item.name, **item.fields}


def one_line(text: str) -> str:
    """A value as it is kept: whatever space stood in it, a line's end among them, is one blank."""
    return " ".join(text.split())


def is_day(text: str) -> bool:
    """Is it a day, written as 2026-01-31?"""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_partial_day(text: str) -> bool:
    """A day, a month (2026-01) or a year: as much as a source says."""
    match = _PARTIAL.fullmatch(text)
    return match is not None and is_day("-".join((match[1], match[2] or "01", match[3] or "01")))
