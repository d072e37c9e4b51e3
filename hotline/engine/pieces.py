"""A flow in pieces that can be taken in at a look: what its screens lead to, and where it is best cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hotline.engine.flow import Ask, Branch, CallFlow, Do, Each, End, Flow, Menu, Say, ScreenSource

MOST_SCREENS: Final = 16
"""Of one drawing, last screens not counted, where there is a good place to cut."""
LEAST_SCREENS: Final = 5


def leads(screen: ScreenSource) -> Iterator[tuple[str, str]]:
    """Targets with the key or whatever else leads there, in a word."""
    match screen.kind:
        case Menu(options):
            yield from ((option.go, str(option.key)) for option in options)
        case Branch(ways):
            yield from ((way.go, "by itself") for way in ways)
        case Each(go=go):
            yield go, "a line"
        case Ask(go=go):
            yield go, "answer"
        case Say(go=str(go)):
            yield go, "8"
        case Do(kept=kept, lost=lost):
            yield from ((kept, "kept"), (lost, "lost"))
        case CallFlow(flow, then):
            yield from ((flow, "calls"), (then, "then"))


def start_first(flow: Flow) -> tuple[ScreenSource, ...]:
    return tuple(sorted(flow.screens, key=lambda screen: screen.key != flow.start))


def pieces(flow: Flow, screens: Mapping[str, ScreenSource]) -> dict[str, tuple[str, ...]]:
    """The screens of a flow but its last ones, by the screen that each drawing begins at: cut where all that lies behind one screen is reached only through it."""
    whole = tuple(key for key, screen in screens.items() if not isinstance(screen.kind, End)) or tuple(screens)
    rest, cut = set(whole), dict[str, set[str]]()
    within = _reached(flow.start, screens) & rest
    behind = {key: within - _reached(flow.start, screens, without=key) for key in within if key != flow.start}
    while len(rest) > MOST_SCREENS:
        sizes = {key: len(rest & keys) for key, keys in behind.items() if LEAST_SCREENS <= len(rest & keys) <= MOST_SCREENS and key in rest}
        if not sizes:
            break
        root = max(sizes, key=lambda key: (sizes[key], key))
        cut[root] = rest & behind[root]
        rest -= behind[root]
    first = _reached(flow.start, {key: screens[key] for key in rest}) if cut else rest
    for key in whole:
        if key in rest - first:  # only what was cut off leads there
            cut[key] = _reached(key, {other: screens[other] for other in rest - first})
            rest -= cut[key]
    found = {flow.start: first, **{root: cut[root] for root in sorted(cut, key=whole.index)}}
    return {root: tuple(sorted(keys, key=lambda key: (key != root, whole.index(key)))) for root, keys in found.items()}


def _reached(start: str, screens: Mapping[str, ScreenSource], without: str = "") -> set[str]:
    found: set[str] = set()
    front = [start]
    while front:
        key = front.pop()
        if key in screens and key != without and key not in found:
            found.add(key)
            front += [target for target, _ in leads(screens[key])]
    return found
