"""A flow in pieces that can be taken in at a glance: where it is best cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hotline.engine.check.targets import reached, targets
from hotline.engine.flow import End, Flow, ScreenSource

MOST_SCREENS: Final = 16
"""Of one drawing, last screens not counted, if there is a good place to cut."""
LEAST_SCREENS: Final = 5


def start_first(flow: Flow) -> tuple[ScreenSource, ...]:
    """A flow's screens, the one that it starts at before the others."""
    return tuple(sorted(flow.screens, key=lambda screen: screen.key != flow.start))


def pieces(flow: Flow, screens: Mapping[str, ScreenSource]) -> dict[str, tuple[str, ...]]:
    """The screens of a flow but its last ones, by the screen that each drawing begins at: cut where all that follows one screen is reached only through it."""
    whole = tuple(key for key, screen in screens.items() if not isinstance(screen.kind, End)) or tuple(screens)
    ways = {key: tuple(target.go for target in targets(screen)) for key, screen in screens.items()}
    rest, cut = set(whole), dict[str, set[str]]()
    within = reached([flow.start], ways) & rest
    behind = {key: within - reached([flow.start], ways, without=key) for key in within if key != flow.start}
    while len(rest) > MOST_SCREENS:
        sizes = {key: len(rest & keys) for key, keys in behind.items() if LEAST_SCREENS <= len(rest & keys) <= MOST_SCREENS and key in rest}
        if not sizes:
            break
        root = max(sizes, key=lambda key: (sizes[key], key))
        cut[root] = rest & behind[root]
        rest -= behind[root]
    first = reached([flow.start], {key: ways[key] for key in rest}) if cut else rest
    for key in whole:
        if key in rest - first:  # only what was cut off leads there
            cut[key] = reached([key], {other: ways[other] for other in rest - first})
            rest -= cut[key]
    found = {flow.start: first, **{root: cut[root] for root in sorted(cut, key=whole.index)}}
    return {root: tuple(sorted(keys, key=lambda key: (key != root, whole.index(key)))) for root, keys in found.items()}
