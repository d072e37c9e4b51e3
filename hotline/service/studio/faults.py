"""What is wrong with a draft, found once for as long as it stands as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

from msgspec import Struct

from hotline.engine.check import check
from hotline.engine.flow import Fault
from hotline.service.editions.snapshot import LoadedEdition
from hotline.service.studio.composing import Composed, key_of, located, place_of

MOST_KEPT: Final = 16
"""States of drafts over one edition: as many as are likely looked at within one minute."""
_State: TypeAlias = tuple[date, frozenset[tuple[str, str | None]]]


class DraftFaults(Struct, frozen=True):
    """The grave faults of a draft. `by_place`: by where they are mended, empty where that is no part of an edition."""

    by_place: Mapping[str, tuple[Fault, ...]]
    keys: Mapping[str, int]
    """By screen and phrase how many."""

    @property
    def count(self) -> int:
        return sum(map(len, self.by_place.values()))


NO_FAULTS: Final = DraftFaults({}, {})
_FOUND: Final[WeakKeyDictionary[LoadedEdition, dict[_State, DraftFaults]]] = WeakKeyDictionary()
"""By edition and what a draft changes of it: the same changes have the same faults, whoever asks."""


def faults_of(composed: Composed, today: date) -> DraftFaults:
    """All grave faults of a draft. An edition without changes has none: it was published."""
    if not composed.parts:
        return NO_FAULTS
    state = today, frozenset((part.place, part.value) for part in composed.parts.values())
    known = _FOUND.setdefault(composed.edition, {})
    if state not in known:
        while len(known) >= MOST_KEPT:
            known.pop(next(iter(known), state), None)
        known[state] = _find(composed, today)
    return known[state]


def _find(composed: Composed, today: date) -> DraftFaults:
    places = located(composed.sources)
    by_place: dict[str, list[Fault]] = {}
    keys: dict[str, int] = {}
    for fault in check(composed.sources, today, only=composed.changed_keys):
        if fault.grave:
            place = place_of(fault, places)
            by_place.setdefault(place, []).append(fault)
            if key := key_of(place):
                keys[key] = keys.get(key, 0) + 1
    return DraftFaults({place: tuple(found) for place, found in by_place.items()}, keys)
