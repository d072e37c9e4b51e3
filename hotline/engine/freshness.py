"""What time does to an edition's directory: a number is shown only while somebody has lately rung it, a place is said to be there only while somebody has confirmed it, an event until its day is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, TypeAlias

from msgspec.structs import replace

from hotline.engine.flow import Item, Sources
from hotline.engine.phone.numbers import digits

STALE_DAYS: Final = 180
STALE_EMERGENCY_DAYS: Final = 30
STALE_PLACE_DAYS: Final = 730
EMERGENCY: Final = "emergency"
"""The kind whose numbers are rung by day and by night."""
UNVERIFIED: Final = "unverified_phone"
"""A number that may not be shown, in the field that no screen can name: counselors see it, as one that nobody verified."""
CALLS: Final = ("called_by_day", "called_by_night")
_CONFIRMS: Final = ("confirmed_on", "verified_on")

WithdrawnItem: TypeAlias = tuple[str, str, str]
"""A withdrawal of a number: its entry's id, the number, the local day (2026-01-31). The number is empty if a testimony was taken back."""


def fresh(sources: Sources, today: date) -> tuple[Sources, tuple[Item, ...]]:
    """These sources as they may be shown on this local day, and, as they stood, the entries that lost what they would have shown.

    A service for which `is_shown` is false loses its `phone`, one that lapsed (`has_lapsed`) what says that somebody confirmed it; an event whose
    day is over goes. A number that nobody ever verified (emergency: by day and by night) goes too, and its entry is not reported. A second
    time on the same day changes nothing.
    """
    kept: list[Item] = []
    lost: list[Item] = []
    for item in sources.items:
        if is_over(item, today):
            lost.append(item)
            continue
        loses_number = "phone" in item.fields and not is_shown(item, today)
        lapsed = has_lapsed(item, today)
        if lapsed or (loses_number and last_day(item) is not None):
            lost.append(item)
        standing = _silent(item) if loses_number else item
        kept.append(_unconfirmed(standing) if lapsed else standing)
    return replace(sources, items=tuple(kept)), tuple(lost)


def is_shown(item: Item, today: date) -> bool:
    """May this entry's number be shown on this day: verified neither in the future nor longer ago than its kind allows?"""
    last = last_day(item)
    return last is not None and today <= last and all(day <= today for day in verified(item))


def last_day(item: Item) -> date | None:
    """The last day on which this entry's number may be shown. Returns None if it has none or nobody has verified it (emergency: by day and by night)."""
    days = verified(item)
    return date.fromordinal(min(min(days).toordinal() + period(item), date.max.toordinal())) if days else None


def period(item: Item) -> int:
    """Days for which a verification of this entry's number holds."""
    return STALE_EMERGENCY_DAYS if item.fields.get("kind") == EMERGENCY else STALE_DAYS


def verified(item: Item) -> tuple[date, ...]:
    """All days on which this entry's number had to be rung and was; empty if it has no number or one of them is missing."""
    needed = ("verified_on", *CALLS) if item.fields.get("kind") == EMERGENCY else ("verified_on",)
    days = [_day(item.fields.get(name, "")) for name in needed]
    return tuple(day for day in days if day) if "phone" in item.fields and all(days) else ()


def is_confirmed(item: Item) -> bool:
    """Did somebody confirm this service: that it is where the directory says, or, by ringing it, that it answers? For how long that holds, `fresh` sees to."""
    return any(name in item.fields for name in _CONFIRMS)


def has_lapsed(item: Item, today: date) -> bool:
    """Was this service at a place confirmed once, and for two years not again, or only on days that are still to come?"""
    if item.list != "services" or "place" not in item.fields or not is_confirmed(item):
        return False
    days = [_day(item.fields.get(name, "")) for name in _CONFIRMS]
    return not any(day is not None and 0 <= (today - day).days <= STALE_PLACE_DAYS for day in days)


def is_over(item: Item, today: date) -> bool:
    """Is this entry an event whose day is past?"""
    day = _day(item.fields.get("on", "")) if item.list == "events" else None
    return day is not None and day < today


def without_withdrawn(sources: Sources, withdrawals: Iterable[WithdrawnItem]) -> Sources:
    """These sources without the numbers and the testimonies that were withdrawn."""
    found = tuple(withdrawals)
    taken_back = {id for id, phone, _ in found if not phone}
    staying = (item for item in sources.items if item.list != "testimonies" or item.id not in taken_back)
    items = tuple(_silent(item) if is_withdrawn(item, found) else item for item in staying)
    gone = {digits(phone) for _, phone, _ in found if phone}
    items = tuple(_unlisted(item) if digits(item.fields.get(UNVERIFIED, "")) in gone else item for item in items)
    return replace(sources, items=items) if found else sources


def is_withdrawn(item: Item, withdrawals: Iterable[WithdrawnItem]) -> bool:
    """Was this entry's number withdrawn, and not verified for this entry (emergency: by day and by night) on a later day?

    However the number is spelled, and whichever entry gives it: whoever answers it is the same.
    """
    phone = digits(item.fields.get("phone", ""))
    since = min(verified(item), default=date.min).isoformat()
    return bool(phone) and any(digits(number) == phone and since <= day for _, number, day in withdrawals)


def _silent(item: Item) -> Item:
    """Without its `phone`, which is set aside as `UNVERIFIED`."""
    fields = {name: value for name, value in item.fields.items() if name != "phone"}
    return replace(item, fields=fields | {UNVERIFIED: item.fields["phone"]})


def _unlisted(item: Item) -> Item:
    return replace(item, fields={name: value for name, value in item.fields.items() if name != UNVERIFIED})


def _unconfirmed(item: Item) -> Item:
    return replace(
        item, fields={name: value for name, value in item.fields.items() if name not in (*_CONFIRMS, "confirmed_by", "verified_by")}
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
