"""What an entry of the directory may say, however it was written: in `directory.yml`, in a table, in a form of the console. Its fields, and the form of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, Literal, TypeAlias, get_args

from msgspec.structs import replace

from hotline.engine.flow import Item
from hotline.engine.phone.numbers import is_written_number

DirectorySection: TypeAlias = Literal["regions", "places", "kinds", "services", "events"]

SECTIONS: Final[tuple[DirectorySection, ...]] = get_args(DirectorySection)
FIELDS: Final[Mapping[DirectorySection, tuple[str, ...]]] = {
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
NEEDED: Final[Mapping[DirectorySection, tuple[str, ...]]] = {
    "regions": ("name",),
    "places": ("name",),
    "kinds": (),
    "services": ("name",),
    "events": ("name", "kind", "on", "source"),
}
PHONE_NEEDS: Final = ("source", "source_date")
"""What an entry with a number says too."""
EVENTS: Final = ("meeting", "training-agents", "training-health", "training-teachers", "training-media")
"""The kinds of events."""
DAYS: Final = ("confirmed_on", "verified_on", "called_by_day", "called_by_night", "on")
VERIFICATION: Final = ("verified_on", "verified_by", "called_by_day", "called_by_night")
"""What is true of a number only, and is taken out with it."""
LONGEST_ID: Final = 64
"""Letters: as many as a withdrawal in the database holds."""

FieldFault: TypeAlias = Literal["unseen", "day", "partial_day", "phone", "event_kind"]
"""What is wrong with the form of a value: a letter that nobody sees, no day, no part of a date, no single number, none of `EVENTS`."""

_PARTIAL: Final = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def field_faults(section: DirectorySection, values: Mapping[str, str]) -> Iterator[tuple[str, FieldFault]]:
    """What is wrong with the form of an entry's values, which are `one_line`, as (field, what)."""
    for field, value in values.items():
        what = _fault(section, field, value)
        if what is not None:
            yield field, what


def _fault(section: DirectorySection, field: str, value: str) -> FieldFault | None:
    if not value.isprintable():
        return "unseen"
    if field in DAYS and not is_day(value):
        return "day"
    if field == "source_date" and not is_partial_day(value):
        return "partial_day"
    if field == "phone" and not is_written_number(value):
        return "phone"
    if section == "events" and field == "kind" and value not in EVENTS:
        return "event_kind"
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


def in_regions(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Those that name no region get that of their place."""
    regions = _regions(items)

    def in_region(item: Item) -> Item:
        region = regions.get(item.fields.get("place", ""))
        return replace(item, fields={"region": region, **item.fields}) if region else item

    return tuple(in_region(item) for item in items)


def as_written(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The reverse of `in_regions`: none names the region that is its place's."""
    regions = _regions(items)

    def written(item: Item) -> Item:
        region = regions.get(item.fields.get("place", ""))
        if region is None or item.fields.get("region") != region:
            return item
        return replace(item, fields={name: value for name, value in item.fields.items() if name != "region"})

    return tuple(written(item) for item in items)


def _regions(items: tuple[Item, ...]) -> dict[str, str]:
    """By place the region that it is in."""
    return {item.id: item.fields["region"] for item in items if item.list == "places" and "region" in item.fields}
