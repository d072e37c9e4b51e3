"""What is wrong with a draft, by where it is mended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from hotline.engine.check import check
from hotline.engine.flow import Fault
from hotline.service.studio.composing import Composed, key_of, located, place_of


class DraftFaults(Struct, frozen=True):
    """The grave faults of a draft. `by_place`: as `hotline.engine.drafting.revisions` names places, empty where no part of an edition is to blame."""

    by_place: Mapping[str, tuple[Fault, ...]]

    @property
    def count(self) -> int:
        return sum(map(len, self.by_place.values()))

    @property
    def keys(self) -> frozenset[str]:
        """The screens and phrases that are wrong."""
        return frozenset(key for place in self.by_place if (key := key_of(place)))


NO_FAULTS: Final = DraftFaults({})


def find_faults(composed: Composed, today: date) -> DraftFaults:
    """All grave faults of a draft. An edition without changes has none: it was published."""
    if not composed.parts:
        return NO_FAULTS
    places = located(composed.sources)
    found: dict[str, list[Fault]] = {}
    for fault in check(composed.sources, today, only=composed.changed_keys):
        if fault.grave:
            found.setdefault(place_of(fault, places), []).append(fault)
    return DraftFaults({place: tuple(faults) for place, faults in found.items()})
