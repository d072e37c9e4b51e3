"""The line as a list: flow by flow each screen with the keys that lead there, whether it was reviewed, changed, or is wrong."""

from __future__ import annotations

from collections import Counter, deque
from typing import Literal, TypeAlias

from msgspec import Struct

from hotline.engine.check.targets import targets
from hotline.engine.flow import Branch, CallFlow, Do, Sources
from hotline.engine.revisions import PENDING
from hotline.service.studio.composing import Composed, key_of
from hotline.service.studio.screens import title_of

Dot: TypeAlias = Literal["full", "half", "none"]
"""How much of the words of a screen is reviewed: in all languages, in some, in none."""


class TreeLeaf(Struct, frozen=True):
    """One screen. `keys`: what is pressed to come there, None where no keys lead there by themselves."""

    key: str
    title: str
    keys: str | None
    dot: Dot
    is_changed: bool
    shows: bool
    comments: int = 0
    """How many about its words wait for an answer."""


class TreeBranch(Struct, frozen=True):
    """One flow, or the phrases that are no screen."""

    name: str
    title: str
    keys: str | None
    leaves: tuple[TreeLeaf, ...]


def tree(composed: Composed) -> tuple[TreeBranch, ...]:
    """Every flow in the order of the keys that lead there, then the phrases."""
    sources = composed.sources
    ways, dots, changed = keys_to(sources), _dots(sources), composed.changed_keys
    comments = Counter[str]()
    for place, count in composed.open_comments.items():
        comments[key_of(place)] += count
    titles = {}
    table = {message.key: message.text for message in next(iter(sources.words.values()), ())}
    for flow in sources.flows:
        for screen in flow.screens:
            titles[screen.key] = table.get(screen.key, "").split("\n")[0].strip() or screen.key.partition(".")[2]
    branches = [
        TreeBranch(
            flow.name,
            next((titles[key] for key in (flow.start, *(screen.key for screen in flow.screens)) if key in table), flow.name),
            ways.get(flow.start),
            tuple(
                TreeLeaf(
                    screen.key,
                    titles[screen.key],
                    ways.get(screen.key),
                    dots.get(screen.key, "full"),
                    screen.key in changed,
                    not isinstance(screen.kind, Branch | Do | CallFlow),
                    comments[screen.key],
                )
                for screen in flow.screens
            ),
        )
        for flow in sources.flows
    ]
    flows = {flow.name for flow in sources.flows}
    phrases: dict[str, list[TreeLeaf]] = {}
    for key in dict.fromkeys(key.partition("@")[0] for key in table):
        root = key.partition(".")[0]
        if root not in flows:
            phrases.setdefault(root, []).append(
                TreeLeaf(key, title_of(sources, key), None, dots.get(key, "full"), key in changed, shows=True, comments=comments[key])
            )
    branches.sort(key=lambda branch: (branch.keys is None, branch.keys or ""))
    return (*branches, *(TreeBranch(root, root, None, tuple(leaves)) for root, leaves in sorted(phrases.items())))


def keys_to(sources: Sources) -> dict[str, str]:
    """By screen the shortest keys that lead there from the first, as far as keys alone do: `5 1`. Empty for the first."""
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    starts = {flow.name: flow.start for flow in sources.flows}
    found, front = {sources.start: ""}, deque([sources.start])
    while front:
        here = front.popleft()
        screen = screens.get(here)
        if screen is None:
            continue
        ways = [(target.key if target.key.isdigit() else "", target.go) for target in targets(screen)]
        if isinstance(screen.kind, CallFlow):
            ways.insert(0, ("", starts.get(screen.kind.flow, "")))
        for key, go in ways:
            if go in screens and go not in found:
                found[go] = f"{found[here]} {key}".strip()
                front.append(go)
    return found


def _dots(sources: Sources) -> dict[str, Dot]:
    languages = len(sources.words)
    pending: dict[str, set[str]] = {}
    for language, table in sources.words.items():
        for message in table:
            if message.review == PENDING:
                pending.setdefault(message.key.partition("@")[0], set()).add(language)
    return {key: "none" if len(found) == languages else "half" for key, found in pending.items()}
