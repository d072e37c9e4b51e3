"""The numbers by which callers choose from lists of the directory: an entry that goes or moves lets those behind it lead elsewhere, which no entry says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from hotline.engine.flow import Each, Item, List, Sources

_PASSING: Final = frozenset({"events", "testimonies"})
"""Lists whose entries come and go by their day: nobody knows their numbers by heart."""


class ListKey(Struct, frozen=True):
    """A number of a list. `before` and `after`: the ids of the entries that it led and leads to; `after` is None where it leads to nothing."""

    number: int
    before: str
    after: str | None


class MovedKeys(Struct, frozen=True):
    """The numbers of one list, as one screen has it, that lead elsewhere than before."""

    list: List
    chosen: tuple[tuple[str, str], ...]
    """Fields and values of what was chosen before that screen: places of one region, services of one kind in one place. Empty for a whole list."""
    keys: tuple[ListKey, ...]


def moved_keys(before: Sources, after: Sources) -> tuple[MovedKeys, ...]:
    """Of every list that a screen of the newer side shows; where an entry was alone and asked for by no number, none of it moved."""
    found: list[MovedKeys] = []
    for menu in _menus(after):
        one, other = _numbered(before, menu), _numbered(after, menu)
        for chosen, ids in one.items():
            now = other.get(chosen, [])
            if not now or (menu.skip_one and len(ids) == 1):
                continue
            keys = [
                ListKey(number, id, then)
                for number, id in enumerate(ids, 1)
                if (then := now[number - 1] if number <= len(now) else None) != id
            ]
            if keys:
                found.append(MovedKeys(menu.list, chosen, tuple(keys)))
    return tuple(found)


def _menus(sources: Sources) -> list[Each]:
    """Each way in which a list is asked about, once."""
    found: dict[tuple[str, tuple[str, ...]], Each] = {}
    for flow in sources.flows:
        for screen in flow.screens:
            if isinstance(screen.kind, Each) and screen.kind.list not in _PASSING:
                found.setdefault((screen.kind.list, screen.kind.where), screen.kind)
    return list(found.values())


def _numbered(sources: Sources, menu: Each) -> dict[tuple[tuple[str, str], ...], list[str]]:
    """By what was chosen the entries in the order of their numbers, as `edition.shown_items` has it."""
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    if menu.list == "kinds":
        there = [(chosen, item.fields.get("kind", "")) for item in _of(sources, "services") for chosen in _chosen(item, menu)]
        for kind in _of(sources, "kinds"):
            for chosen in dict.fromkeys(chosen for chosen, name in there if name == kind.id):
                groups.setdefault(chosen, []).append(kind.id)
        return groups
    for item in _of(sources, menu.list):
        for chosen in _chosen(item, menu):
            groups.setdefault(chosen, []).append(item.id)
    return groups


def _chosen(item: Item, menu: Each) -> Iterator[tuple[tuple[str, str], ...]]:
    """What has to be chosen for this entry to be listed. Nothing where no choice lists it."""
    if all(item.fields.get(field) for field in menu.where):
        yield tuple((field, item.fields[field]) for field in menu.where)


def _of(sources: Sources, list: str) -> Iterator[Item]:
    return (item for item in sources.items if item.list == list)
