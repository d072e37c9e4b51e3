"""A draft's line as the studio's pages list it, and what is wrong with it: worked out once for as long as the draft stands as it is."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from msgspec import Struct

from hotline.ports.desk.edition_drafts import DraftPart
from hotline.service.editions.snapshot import LoadedEdition
from hotline.service.studio.composing import NO_DRAFT, Composed, key_of, with_parts
from hotline.service.studio.faults import DraftFaults, find_faults
from hotline.service.studio.tree import TreeBranch, TreeLeaf, tree

MOST_KEPT: Final = 8
"""States of drafts, as many as are likely looked at within one minute."""


class WrongPart(Struct, frozen=True):
    """What is to be mended: a screen or phrase, a flow, or something of another kind (`entry`, `order`, empty) that has no place in the tree. `key`: of the screen, or the flow's name."""

    kind: str
    key: str
    leaf: TreeLeaf | None
    branch: TreeBranch | None
    count: int


class LineView(Struct, frozen=True):
    """`branches`: every flow, then the phrases."""

    branches: tuple[TreeBranch, ...]
    faults: DraftFaults

    @property
    def wrong(self) -> tuple[WrongPart, ...]:
        """Each part that has faults, once, in the order of the tree."""
        flows = {branch.name: branch for branch in self.branches}
        leaves = {leaf.key: (number, leaf, branch) for number, (leaf, branch) in enumerate(self._leaves())}
        counts: dict[tuple[str, str], int] = {}
        for place, faults in self.faults.by_place.items():
            kind, _, rest = place.partition("/")
            key = key_of(place)
            name = ("screen", key) if key else (kind, rest if kind == "flow" else "")
            counts[name] = counts.get(name, 0) + len(faults)
        found = []
        for (kind, key), count in counts.items():
            number, leaf, branch = leaves.get(key, (len(leaves), None, flows.get(key.partition(".")[0])))
            found.append((number, WrongPart(kind, key, leaf, branch, count)))
        return tuple(part for _, part in sorted(found, key=lambda pair: pair[0]))

    def _leaves(self) -> list[tuple[TreeLeaf, TreeBranch]]:
        return [(leaf, branch) for branch in self.branches for leaf in branch.leaves]


def line_view(composed: Composed, today: date) -> LineView:
    """The line as this draft has it; `today` is the day on which verifications are judged."""
    return _worked_out(composed.edition, tuple(composed.parts.values()), today)


@lru_cache(maxsize=MOST_KEPT)
def _worked_out(edition: LoadedEdition, parts: tuple[DraftPart, ...], today: date) -> LineView:
    composed = Composed(NO_DRAFT, {part.place: part for part in parts}, edition, with_parts(edition.sources, parts))
    faults = find_faults(composed, today)
    return LineView(tree(composed, faults.keys), faults)
