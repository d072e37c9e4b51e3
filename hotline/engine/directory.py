"""How the directory's entries hang together: what one entry says of another that is not there, and what one of its fields says against the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from hotline.engine.flow import Item
from hotline.engine.freshness import CALLS, EMERGENCY

_NAMED: Final = (("region", "regions"), ("place", "places"), ("near", "places"))


def astray(items: Iterable[Item]) -> Iterator[tuple[Item, str, str]]:
    """Every such fault as the entry, its field, and what is wrong with that; the form of each field is its reader's business."""
    entries = tuple(items)
    known = {of: {item.id: item for item in entries if item.list == of} for of in ("regions", "places", "kinds")}
    for item in entries:
        for field, of in _NAMED:
            value = item.fields.get(field)
            if value is not None and value not in known[of]:
                yield item, field, f"unknown {field} {value}"
        kind = item.fields.get("kind")
        if item.list == "services" and kind is not None and known["kinds"] and kind not in known["kinds"]:
            yield item, "kind", f"unknown kind {kind}"
        for field, what in _at_odds(item, known["places"].get(item.fields.get("place", ""))):
            yield item, field, what


def _at_odds(item: Item, place: Item | None) -> Iterator[tuple[str, str]]:
    fields = item.fields
    region = place.fields.get("region") if place else None
    if place and region and fields.get("region", region) != region:
        yield "region", f"region {fields['region']}, but its place {place.id} is in {region}"
    if item.list == "places" and fields.get("near") == item.id:
        yield "near", "is near itself"
    if "verified_on" in fields and "verified_by" not in fields:
        yield "verified_by", "verified_on without verified_by"
    for call in CALLS:
        if call in fields and fields.get("kind") != EMERGENCY:
            yield call, f"{call} is for the kind {EMERGENCY}"
