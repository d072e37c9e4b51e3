"""Which services of the directory a caller can be sent on to, by what GBVIMS calls them, and in which order they are offered."""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec import Struct

from hotline.engine.casework.incidents import SEXUAL, Type
from hotline.engine.flow import Item
from hotline.engine.freshness import EMERGENCY, UNVERIFIED, has_lapsed, is_confirmed, is_shown
from hotline.ports.desk.cases import SERVICE_KINDS, ServiceKind
from hotline.service.deps import Deps

OFFERED_BY: Final[dict[ServiceKind, frozenset[str]]] = {
    "shelter": frozenset({"one-stop", "association"}),
    "health": frozenset({"one-stop", "health"}),
    "psychosocial": frozenset({"one-stop", "association"}),
    "legal": frozenset({"legal", "one-stop", "association"}),
    "police": frozenset({"police", "one-stop", "emergency"}),
    "livelihood": frozenset({"association"}),
    "child": frozenset({"one-stop", "association"}),
}
"""The directory's kinds that may give each service. A one-stop centre has a police desk and a nurse; a line for emergencies is the police's."""


class Destination(Struct, frozen=True):
    """What the directory knows of where a caller is sent on to; what it does not know is empty. For counselors: `phone` may be one that no caller sees."""

    name: str
    where: str
    """Its place and region."""
    facts: tuple[tuple[str, str], ...]
    """Field and words, in the order in which they are told."""
    phone: str
    is_verified: bool
    """Somebody rang the number lately; else it has to be tried first."""
    is_to_confirm: bool
    """Nobody saw or heard lately that it is there and open: no hours are told, as callers are told none."""


TOLD: Final = ("address", "way", "hours", "cost", "asks_for", "offers", "languages")
"""What is told of a destination: where it is, how to get there, when it is open, what it costs, what a caller may be asked for, what there is."""


class RegionServices(Struct, frozen=True):
    """The services of one region, or of the whole country (no name)."""

    region: str
    services: tuple[Item, ...]


def kinds_for(type_: Type | None) -> tuple[ServiceKind, ...]:
    """In which order services are offered: health first where it was sexual violence, or where nobody knows that it was not."""
    if type_ is not None and type_ not in SEXUAL:
        return SERVICE_KINDS
    return ("health", *(kind for kind in SERVICE_KINDS if kind != "health"))


def services_for(deps: Deps, kind: ServiceKind, near: str | None, day: date) -> tuple[RegionServices, ...]:
    """What the edition in force lists for this, by region: the region `near` first, then what serves the whole country."""
    names = regions(deps)
    listed: dict[str, list[Item]] = {}
    for item in deps.written.items.get("services", {}).values():
        if offers(item, kind, day):
            listed.setdefault(item.fields.get("region", ""), []).append(item)
    order = sorted(listed, key=lambda region: (region != near, region != "", list(names).index(region) if region in names else 0))
    return tuple(RegionServices(names.get(region, ""), tuple(listed[region])) for region in order)


def regions(deps: Deps) -> dict[str, str]:
    """What the directory's regions are called, by their codes."""
    return {id: item.name for id, item in deps.written.items.get("regions", {}).items()}


def find(deps: Deps, service: str | None) -> Item | None:
    """The entry, as the edition in force has it."""
    return deps.written.item("services", service or "")


def destination(deps: Deps, item: Item, day: date) -> Destination:
    """What is known of this entry, as the edition in force has it."""
    fields, lists = item.fields, deps.written.items
    place = lists.get("places", {}).get(fields.get("place", ""))
    region = lists.get("regions", {}).get(fields.get("region", "") or (place.fields.get("region", "") if place else ""))
    names = dict.fromkeys(entry.name for entry in (place, region) if entry is not None)
    shown = fields.get("phone", "") if is_shown(item, day) else ""
    is_to_confirm = not is_confirmed(item) or has_lapsed(item, day)
    shown_fields = (field for field in TOLD if field != "hours" or not is_to_confirm)
    return Destination(
        item.name,
        ", ".join(names),
        tuple((field, fields[field]) for field in shown_fields if fields.get(field)),
        shown or fields.get(UNVERIFIED, "") or fields.get("phone", ""),
        is_verified=bool(shown),
        is_to_confirm=is_to_confirm,
    )


def name_of(deps: Deps, service: str | None) -> str:
    """What it is called; empty where it is none of the directory's, or none any more."""
    item = find(deps, service)
    return item.name if item else ""


def offers(item: Item, kind: ServiceKind, day: date) -> bool:
    """May this entry give such a service today?"""
    of = item.fields.get("kind", "")
    return of in OFFERED_BY[kind] and (of != EMERGENCY or is_shown(item, day))
