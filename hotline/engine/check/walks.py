"""What can be wrong with the ways through flows whose every target is there: loops, and the way to urgent help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hotline.engine.check.targets import leads, targets
from hotline.engine.edition import PLACEHOLDER, asks_fact, is_pause
from hotline.engine.faults import fault, reason
from hotline.engine.flow import Do, End, Fault, ScreenSource, Sources
from hotline.engine.step import MOST_WALK

URGENT_KEYS: Final = 3


def walk_faults(sources: Sources) -> Iterator[Fault]:
    """Loops without a pause, urgent help too far, facts on the way to the danger advice."""
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    ways = leads(sources)
    for screen in screens.values():
        if not is_pause(screen.kind) and not isinstance(screen.kind, End) and _walk(screen.key, screens, ways, 0) > MOST_WALK:
            yield fault(screen.at, screen.key, reason("loop", most=MOST_WALK))
    distance: dict[str, tuple[int, tuple[str, ...]]] = {sources.start: (0, (sources.start,))}
    front = [sources.start]
    while front:
        key = front.pop(0)
        keys, path = distance[key]
        cost = 1 if is_pause(screens[key].kind) else 0
        for go in ways[key]:
            if go not in distance or distance[go][0] > keys + cost:
                distance[go] = (keys + cost, (*path, go))
                front.append(go)
    urgent = [distance[key] for key, screen in screens.items() if isinstance(screen.kind, Do) and screen.kind.urgent and key in distance]
    at = screens[sources.start].at
    if not urgent:
        yield fault(at, "", reason("no_urgent_help"))
        return
    keys, path = min(urgent)
    if keys > URGENT_KEYS:
        yield fault(at, "", reason("urgent_too_far", keys=keys, most=URGENT_KEYS, way=" > ".join(path)))
    advice = max(index for index, key in enumerate(path) if is_pause(screens[key].kind))
    for key in path[: advice + 1]:
        if _needs_fact(sources, screens[key]):
            yield fault(screens[key].at, key, reason("fact_before_danger"))


def _walk(key: str, screens: Mapping[str, ScreenSource], ways: Mapping[str, tuple[str, ...]], length: int) -> int:
    """The longest chain of screens without a pause from here, cut where it is too long already."""
    kind = screens[key].kind
    if is_pause(kind) or isinstance(kind, End) or length > MOST_WALK:
        return length
    return max((_walk(go, screens, ways, length + 1) for go in ways[key]), default=length)


def _needs_fact(sources: Sources, screen: ScreenSource) -> bool:
    texts = (message.text for messages in sources.words.values() for message in messages if message.key.partition("@")[0] == screen.key)
    if any({"next", "next_day", "soonest"} & set(PLACEHOLDER.findall(text)) for text in texts):
        return True
    if isinstance(screen.kind, Do):
        return screen.kind.order != "stop_calls"
    return any(asks_fact(condition) for target in targets(screen) for condition in target.when)
