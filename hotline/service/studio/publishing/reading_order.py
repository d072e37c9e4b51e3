"""In which order a person reads what differs: flow by flow as the line's menus go, then phrases, then places and services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from msgspec.structs import replace

from hotline.engine.drafting.difference import ScreenDifference
from hotline.engine.entry_fields import FIELDS, DirectorySection
from hotline.engine.flow import Sources
from hotline.service.studio.line.tree import GROUPS, in_order_of_keys, phrase_group, ways_to

LISTS: Final = ("kinds", "services", "events", "places", "regions")
"""Of the directory, those first that callers choose by."""


def in_reading_order(parts: Iterable[ScreenDifference], before: Sources, after: Sources) -> tuple[ScreenDifference, ...]:
    """What the line as a whole is set to, then flows that hold a critical screen that differs, then the others, each whole and in the order of the keys
    that lead there; what no key leads to behind what is reached. Phrases as the tree has them, then the directory, list by list.
    """
    found = tuple(parts)
    ways = {**ways_to(before), **ways_to(after)}
    starts = {flow.name: flow.start for sources in (before, after) for flow in sources.flows}
    urgent = {_flow(part) for part in found if part.is_critical}
    groups, lines = tuple(GROUPS), [f"{item.list}.{item.id}" for sources in (after, before) for item in sources.items]
    entries = {entry: place for place, entry in reversed(tuple(enumerate(lines)))}
    stands = [screen.key for sources in (after, before) for flow in sources.flows for screen in flow.screens]
    screens = {key: place for place, key in reversed(tuple(enumerate(stands)))}

    def keys(key: str) -> tuple[bool, tuple[int, ...]]:
        return in_order_of_keys(ways[key].keys if key in ways else None)

    def rank(part: ScreenDifference) -> tuple[Any, ...]:
        flow = _flow(part)
        if part.section == "line":
            return (0,)
        if part.section == "directory":
            of = part.key.partition(".")[0]
            return 3, LISTS.index(of) if of in LISTS else len(LISTS), entries.get(part.key, -1), part.key
        if flow not in starts:
            return 2, groups.index(phrase_group(flow)), part.key
        return 1, flow not in urgent, keys(starts[flow]), flow, keys(part.key), screens.get(part.key, -1)

    return tuple(map(_fields_in_order, sorted(found, key=rank)))


def _fields_in_order(part: ScreenDifference) -> ScreenDifference:
    """The fields of an entry as its form asks for them; what the form does not ask for behind."""
    if part.section != "directory":
        return part
    fields = FIELDS.get(cast("DirectorySection", part.key.partition(".")[0]), ())
    places = {field: place for place, field in enumerate(fields)}
    return replace(part, changes=tuple(sorted(part.changes, key=lambda change: places.get(change.part, len(fields)))))


def _flow(part: ScreenDifference) -> str:
    return part.key.partition(".")[0]
