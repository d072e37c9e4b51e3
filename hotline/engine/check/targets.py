"""Where a screen's keys lead: the one walk over a flow's targets, for checks, drawings and whatever else asks what can be reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from hotline.engine.flow import Ask, Branch, CallFlow, Condition, Do, Each, Menu, Say, ScreenSource, Sources, Where


class Target(NamedTuple):
    """One way on from a screen."""

    key: str
    """The key of the phone; if no key leads on, what does, in a word or two."""
    when: tuple[Condition, ...]
    go: str
    """A screen's whole key, or `return`."""
    at: Where


def targets(screen: ScreenSource) -> Iterator[Target]:
    """Every way on, in the order of the file. Of a call of another flow it is the way on after it; `leads` adds that flow's start."""
    at = screen.at
    match screen.kind:
        case Menu(options):
            yield from (Target(str(option.key), option.when, option.go, option.at) for option in options)
        case Branch(ways):
            yield from (Target("by itself", way.when, way.go, way.at) for way in ways)
        case Each(go=go):
            yield Target("a line", (), go, at)
        case Ask(go=go):
            yield Target("answer", (), go, at)
        case Say(go=str(go)):
            yield Target("8", (), go, at)
        case Do(kept=kept, lost=lost):
            yield from (Target("kept", (), kept, at), Target("lost", (), lost, at))
        case CallFlow(then=then):
            yield Target("then", (), then, at)


def leads(sources: Sources) -> dict[str, tuple[str, ...]]:
    """By screen the screens that it leads to, the start of a flow that it calls first. Only what is there."""
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    starts = {flow.name: flow.start for flow in sources.flows}
    found: dict[str, tuple[str, ...]] = {}
    for key, screen in screens.items():
        called = (starts.get(screen.kind.flow, ""),) if isinstance(screen.kind, CallFlow) else ()
        found[key] = tuple(go for go in (*called, *(target.go for target in targets(screen))) if go in screens)
    return found


def reached(starts: Iterable[str], ways: Mapping[str, Iterable[str]], without: str = "") -> set[str]:
    """Whatever can be reached from these screens, they among it, without passing the screen `without`. Only what `ways` knows."""
    found: set[str] = set()
    front = list(starts)
    while front:
        key = front.pop()
        if key in ways and key != without and key not in found:
            found.add(key)
            front += ways[key]
    return found
