"""A draft's line as the studio's pages list it, and what is wrong with it: worked out once for as long as the draft stands as it is."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

from msgspec import Struct

from hotline.service.studio.composing import Composed, key_of
from hotline.service.studio.faults import DraftFaults, find_faults
from hotline.service.studio.line.tree import TreeBranch, TreeLeaf, tree

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
    return _worked_out(_Looked(composed), today)


class _Looked:
    """A draft as it stands, told from another by all that the list shows of it."""

    def __init__(self, composed: Composed) -> None:
        self.composed = composed
        reviews = tuple(message.review for table in composed.sources.words.values() for message in table)
        self._all = (composed.edition, tuple(composed.parts.values()), reviews, tuple(composed.open_comments.items()), composed.reads)
        self._hash = hash(self._all)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Looked) and self._all == other._all


@lru_cache(maxsize=MOST_KEPT)
def _worked_out(looked: _Looked, today: date) -> LineView:
    faults = find_faults(looked.composed, today)
    return LineView(tree(looked.composed, faults.keys), faults)
