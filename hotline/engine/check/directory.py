"""What can be wrong with the directory's entries: what one says of another that is not there, what its fields say against each other, numbers in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from hotline.engine.check.disguises import disguises
from hotline.engine.check.phrases import LONGEST
from hotline.engine.faults import english, fault, reason
from hotline.engine.flow import Fault, FaultReason, Gaps, Item, Sources
from hotline.engine.freshness import CALLS, EMERGENCY, fresh, has_lapsed, is_shown, last_day, verified
from hotline.engine.phone.spoken_numbers import says_number

_NAMED: Final = (("region", "regions"), ("place", "places"), ("near", "places"))

FREE_WORDS: Final = ("name", "address", "hours", "offers", "languages", "cost", "way", "asks_for")
"""What an entry of the directory says in free words."""


def entry_faults(sources: Sources, today: date | None, gaps: Gaps) -> Iterator[Fault]:
    """Entries that name others that are not there; numbers in words; numbers that nobody verified, or not lately; events that are over."""
    yield from gone_astray(sources.items, gaps)
    for item in sources.items:
        for field, text in (("name", item.name), *item.fields.items()):
            if len(text) > LONGEST:
                yield fault(item.at, item.id, reason("field_too_long", field=field, most=LONGEST))
            elif field in FREE_WORDS and says_number(text):
                yield fault(item.at, item.id, reason("number_in_field", field=field))
            yield from (fault(item.at, item.id, reason("in_field", field=field, why=why)) for why in _disguised(field, text))
        if "phone" in item.fields and not verified(item):
            yield fault(item.at, item.id, reason("unverified"), grave=False)
    if today is not None:
        # Never grave: what is stale goes by itself, and must not hold up other words.
        for item in fresh(sources, today)[1]:
            for why in _gone(item, today):
                yield fault(item.at, item.id, why, grave=False)


def _disguised(field: str, text: str) -> Iterator[FaultReason]:
    """Files cannot say all of this; a form can."""
    if field in FREE_WORDS:
        yield from disguises(text)
        if "{" in text or "}" in text:
            yield reason("stray_brace")
        if "\n" in text:
            yield reason("line_break")


def _gone(item: Item, today: date) -> Iterator[FaultReason]:
    """What is not shown any more of an entry that `fresh` reports."""
    if item.list == "events":
        yield reason("over")
    if "phone" in item.fields and last_day(item) is not None and not is_shown(item, today):
        yield reason("stale", day=item.fields["verified_on"])
    if has_lapsed(item, today):
        yield reason("lapsed")


def gone_astray(items: Iterable[Item], gaps: Gaps) -> Iterator[Fault]:
    """`astray` as faults."""
    for item, field, why in _astray(items):
        yield fault(item.at, item.id, why, follows=gaps.directory or item.fields.get(field) in gaps.entries)


def astray(items: Iterable[Item]) -> Iterator[tuple[Item, str, str]]:
    """Every such fault as the entry, its field, and what is wrong with that; the form of each field is its reader's business."""
    return ((item, field, english(why)) for item, field, why in _astray(items))


def _astray(items: Iterable[Item]) -> Iterator[tuple[Item, str, FaultReason]]:
    entries = tuple(items)
    known = {of: {item.id: item for item in entries if item.list == of} for of in ("regions", "places", "kinds")}
    for item in entries:
        for field, of in _NAMED:
            value = item.fields.get(field)
            if value is not None and value not in known[of]:
                yield item, field, reason("unknown_place", field=field, value=value)
        kind = item.fields.get("kind")
        if item.list == "services" and kind is not None and known["kinds"] and kind not in known["kinds"]:
            yield item, "kind", reason("unknown_place", field="kind", value=kind)
        for field, why in _at_odds(item, known["places"].get(item.fields.get("place", ""))):
            yield item, field, why


def _at_odds(item: Item, place: Item | None) -> Iterator[tuple[str, FaultReason]]:
    fields = item.fields
    region = place.fields.get("region") if place else None
    if place and region and fields.get("region", region) != region:
        yield "region", reason("other_region", region=fields["region"], place=place.id, right=region)
    if item.list == "places" and fields.get("near") == item.id:
        yield "near", reason("near_itself")
    if "verified_on" in fields and "verified_by" not in fields:
        yield "verified_by", reason("verified_by_nobody")
    if "confirmed_on" in fields and "confirmed_by" not in fields:
        yield "confirmed_by", reason("confirmed_by_nobody")
    for call in CALLS:
        if call in fields and fields.get("kind") != EMERGENCY:
            yield call, reason("no_emergency", field=call, kind=EMERGENCY)
