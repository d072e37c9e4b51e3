"""Where a wrong word does harm: urgent help, a call that was asked for, and the end of all calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from hotline.engine.check.phrases import PHRASES
from hotline.engine.check.targets import leads
from hotline.engine.edition import is_pause
from hotline.engine.faults import fault, reason
from hotline.engine.flow import CallFlow, Do, Each, Fault, Kind, Say, ScreenSource, Sources
from hotline.engine.world import PHRASES_DAY

PENDING: Final = "pending"
EVERYWHERE: Final = frozenset((*PHRASES, *PHRASES_DAY, "neutral.broken", "sms.word.stop"))
"""What stands on every screen, ends any session, or says when the caller is rung: no screen of a flow, and read as much."""
_FAR: Final = 1_000_000


def critical_screens(sources: Sources) -> frozenset[str]:
    """The keys of the screens where only reviewed words belong, worked out from what the flows do.

    They are: all on a shortest way from the first screen to urgent help, to where a call is asked for (`help`) and to a stop; every screen of a flow
    that holds an order, and of flows that those call; what follows an order up to the next screen where the caller chooses.
    """
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    ways = leads(sources)
    orders = {key: screen.kind for key, screen in screens.items() if isinstance(screen.kind, Do)}
    aims = {sources.help, *(key for key, order in orders.items() if order.urgent or order.order == "stop_calls")}
    found = {sources.start, *_of_flows(sources, {key.partition(".")[0] for key in orders})}
    found |= _on_the_way(sources.start, aims, screens, ways)
    for order in orders.values():
        found |= _until_a_choice((order.kept, order.lost), screens, ways)
    return frozenset(found)


def pending_words(sources: Sources) -> tuple[tuple[Fault, ...], int]:
    """A fault for each message on a critical screen that nobody reviewed, and how many elsewhere nobody reviewed."""
    where = critical_screens(sources) | EVERYWHERE
    pending = [(language, message) for language, messages in sources.words.items() for message in messages if message.review == PENDING]
    grave = [
        fault(message.at, message.key, reason("unreviewed", language=language))
        for language, message in pending
        if message.key.partition("@")[0] in where
    ]
    return tuple(sorted(grave)), len(pending) - len(grave)


def _of_flows(sources: Sources, names: set[str]) -> Iterator[str]:
    """The screens of these flows, and of those that they call."""
    flows, todo, done = {flow.name: flow for flow in sources.flows}, sorted(names), set[str]()
    while todo:
        name = todo.pop()
        if name in done or name not in flows:
            continue
        done.add(name)
        for screen in flows[name].screens:
            yield screen.key
            if isinstance(screen.kind, CallFlow):
                todo.append(screen.kind.flow)


def _on_the_way(start: str, aims: Iterable[str], screens: Mapping[str, ScreenSource], ways: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Every screen on a way that takes the fewest keys, to each of these."""
    waits = {key for key, screen in screens.items() if _waits(screen.kind)}
    keys = _keys(start, ways, waits)
    back: dict[str, list[str]] = {key: [] for key in screens}
    for key, goes in ways.items():
        for go in goes:
            back[go].append(key)
    found: set[str] = set()
    todo = [aim for aim in aims if aim in keys and aim in screens]
    while todo:
        key = todo.pop()
        if key not in found:
            found.add(key)
            todo += [before for before in back[key] if before in keys and keys[before] + (before in waits) == keys[key]]
    return found


def _keys(start: str, ways: Mapping[str, Sequence[str]], waits: Collection[str]) -> dict[str, int]:
    """How many keys it takes to each screen that can be reached: leaving a screen that waits costs one."""
    keys, front = {start: 0}, deque([start])
    while front:
        here = front.popleft()
        cost = keys[here] + (here in waits)
        for go in ways.get(here, ()):
            if cost < keys.get(go, _FAR):
                keys[go] = cost
                front.append(go)
    return keys


def _until_a_choice(starts: Iterable[str], screens: Mapping[str, ScreenSource], ways: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    todo = [start for start in starts if start in screens]
    while todo:
        key = todo.pop()
        if key not in found:
            found.add(key)
            todo += ways[key] if isinstance(screens[key].kind, Say) or not _waits(screens[key].kind) else ()
    return found


def _waits(kind: Kind) -> bool:
    """Does the caller press a key there, whatever the directory holds? A list that may choose its one entry by itself is passed like a branch."""
    return is_pause(kind) and not (isinstance(kind, Each) and kind.skip_one)
