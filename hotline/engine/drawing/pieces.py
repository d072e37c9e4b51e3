"""A flow in pieces that can be taken in at a glance: where it is best cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
    above = _dominators(flow.start, ways, within)
    behind: dict[str, list[str]] = {key: [] for key in within}
    sizes = dict.fromkeys(within, 1)
    for key, root in reversed(above.items()):
        behind[root].append(key)
        sizes[root] += sizes[key]
    while len(rest) > MOST_SCREENS:
        fit = {key: sizes[key] for key in above if LEAST_SCREENS <= sizes[key] <= MOST_SCREENS and key in rest}
        if not fit:
            break
        root = max(fit, key=lambda key: (fit[key], key))
        cut[root] = rest & reached([root], behind)
        rest -= cut[root]
        here = root
        while here in above:
            here = above[here]
            sizes[here] -= fit[root]
    first = reached([flow.start], {key: ways[key] for key in rest}) if cut else rest
    left = rest - first
    for key in whole:
        if key in left:  # only what was cut off leads there
            cut[key] = reached([key], {other: ways[other] for other in left})
            left -= cut[key]
    found = {flow.start: first, **{root: cut[root] for root in sorted(cut, key=whole.index)}}
    return {root: tuple(sorted(keys, key=lambda key: (key != root, whole.index(key)))) for root, keys in found.items()}


def _dominators(start: str, ways: Mapping[str, Iterable[str]], within: Collection[str]) -> dict[str, str]:
    """By screen but the first the nearest one that every way there passes, each after that one (Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm, 2001)."""
    order = _backwards(start, ways, within)[::-1]
    place = {key: number for number, key in enumerate(order)}
    before: dict[str, list[str]] = {key: [] for key in order}
    for key in order:
        for go in ways[key]:
            if go in before:
                before[go].append(key)
    above = {start: start}
    changed = True
    while changed:
        changed = False
        for key in order[1:]:
            nearest, *others = (other for other in before[key] if other in above)
            for other in others:
                here = other
                while here != nearest:
                    if place[here] > place[nearest]:
                        here = above[here]
                    else:
                        nearest = above[nearest]
            if above.get(key) != nearest:
                above[key], changed = nearest, True
    return {key: above[key] for key in order[1:]}


def _backwards(start: str, ways: Mapping[str, Iterable[str]], within: Collection[str]) -> list[str]:
    """Each screen after all that it leads to, circles aside: the postorder of a walk in depth."""
    found: list[str] = []
    path, known = ([(start, iter(ways[start]))], {start}) if start in within else ([], set())
    while path:
        key, rest = path[-1]
        go = next((go for go in rest if go in within and go not in known), None)
        if go is None:
            found.append(key)
            path.pop()
        else:
            known.add(go)
            path.append((go, iter(ways[go])))
    return found
