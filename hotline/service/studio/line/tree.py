"""The line as a list: flow by flow each screen with the keys that lead there, whether it was reviewed, changed, or is wrong."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from hotline.engine.check.targets import targets
from hotline.engine.drafting.revisions import PENDING
from hotline.engine.drawing.mermaid import shortened
from hotline.engine.drawing.pieces import start_first
from hotline.engine.edition import split_labels
from hotline.engine.flow import Ask, Branch, CallFlow, Do, Each, Menu, ScreenSource, Sources
from hotline.service.studio.composing import Composed, key_of

Dot: TypeAlias = Literal["full", "half", "none"]
"""How much of the words of a screen is reviewed: in all languages, in some, in none."""
LONGEST_TITLE_SHOWN: Final = 28
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "keys": ("keys", "wrong"),
    "ends": ("safe", "out", "neutral"),
    "times": ("clock", "end", "window", "rest", "day"),
    "directory": ("kind", "place"),
    "sms": ("sms", "word"),
    "voice": ("voice",),
    "scripts": ("script",),
    "staff": ("staff",),
    "never": ("never",),
    "other": (),
}
"""What phrases are for, in the order of the tree, by how their keys begin. What is new is among the others."""


CHOSEN: Final = "…"
"""Among keys: a line of a list, or what is typed as an answer."""


class ScreenWay(Struct, frozen=True, gc=False):
    """How one comes to a screen. `keys`: what is pressed, `5 1`, empty for the first; `…` for what is chosen or typed. `label`: what the option says that leads to where no key is pressed any more."""

    keys: str
    label: str


class TreeLeaf(Struct, frozen=True, gc=False):
    """One screen. `keys`: what is pressed to come there (`ScreenWay`), None where no keys lead there by themselves. `short`: its title cut at a word."""

    key: str
    title: str
    short: str
    keys: str | None
    dot: Dot
    is_changed: bool
    is_bad: bool
    shows: bool
    label: str = ""
    """What the option says that leads there."""
    comments: int = 0
    """How many about its words wait for an answer."""


class TreeBranch(Struct, frozen=True):
    """One flow, or phrases that are no screens and begin alike. `group`: what those are for, which the pages' own words name; empty for a flow."""

    name: str
    title: str
    short: str
    keys: str | None
    leaves: tuple[TreeLeaf, ...]
    group: str = ""

    @property
    def dot(self) -> Dot:
        """Of all its words."""
        dots = {leaf.dot for leaf in self.leaves if leaf.shows}
        return "full" if dots <= {"full"} else "none" if dots == {"none"} else "half"

    @property
    def is_bad(self) -> bool:
        return any(leaf.is_bad for leaf in self.leaves)

    @property
    def is_changed(self) -> bool:
        return any(leaf.is_changed for leaf in self.leaves)

    @property
    def first(self) -> str:
        """The key of the first screen that shows words."""
        return next((leaf.key for leaf in self.leaves if leaf.shows), self.leaves[0].key)


def tree(composed: Composed, bad: Collection[str] = ()) -> tuple[TreeBranch, ...]:
    """Every flow that has screens in the order of the keys that lead there, then the phrases. `bad`: the keys of what is wrong."""
    sources = composed.sources
    ways, dots, changed = ways_to(sources, composed.reads), _dots(sources), composed.changed_keys
    table = first_words(sources, composed.reads)
    comments = Counter[str]()
    for place, count in composed.open_comments.items():
        comments[key_of(place)] += count

    def leaf(key: str, shows: bool = True) -> TreeLeaf:
        title = table.get(key) or key.partition(".")[2] or key
        way = ways.get(key)
        return TreeLeaf(
            key,
            title,
            shortened(title, LONGEST_TITLE_SHOWN),
            way.keys if way else None,
            dots.get(key, "full"),
            key in changed,
            key in bad,
            shows,
            way.label if way else "",
            comments[key],
        )

    branches = []
    titles = flow_titles(sources, ways, table)
    for flow in sources.flows:
        if flow.screens:
            leaves = tuple(leaf(screen.key, not is_silent(screen)) for screen in flow.screens)
            title, way = titles[flow.name], ways.get(flow.start)
            branches.append(TreeBranch(flow.name, title, shortened(title, LONGEST_TITLE_SHOWN), way.keys if way else None, leaves))
    branches.sort(key=lambda branch: in_order_of_keys(branch.keys))
    return (*branches, *_phrases({flow.name for flow in sources.flows}, table, leaf))


def _phrases(flows: Collection[str], table: Iterable[str], leaf: Callable[[str], TreeLeaf]) -> Iterable[TreeBranch]:
    groups = {root: group for group, roots in GROUPS.items() for root in roots}
    leaves: dict[str, list[TreeLeaf]] = {}
    for key in table:
        root = key.partition(".")[0]
        if root not in flows:
            leaves.setdefault(root, []).append(leaf(key))
    found = (TreeBranch(root, "", "", None, tuple(of), groups.get(root, "other")) for root, of in leaves.items())
    return sorted(found, key=lambda branch: tuple(GROUPS).index(branch.group))


def flow_titles(sources: Sources, ways: Mapping[str, ScreenWay], words: Mapping[str, str]) -> dict[str, str]:
    """What a flow is called: by the option that leads there, else by the first words that it shows, else by its name."""
    found = {}
    for flow in sources.flows:
        shown = next((words[screen.key] for screen in start_first(flow) if screen.key in words), "")
        way = ways.get(flow.start)
        found[flow.name] = (way.label if way else "") or shown or flow.name
    return found


def first_words(sources: Sources, reads: str = "") -> dict[str, str]:
    """By screen and phrase the first line that it shows in the language of whoever `reads`, or else in the first, without its options, whole."""
    return {
        key: split_labels(text)[0].partition("\n")[0].strip() or text.partition("\n")[0].strip()
        for key, text in read_words(sources, reads).items()
    }


def read_words(sources: Sources, reads: str) -> dict[str, str]:
    """By screen and phrase its words in this language, or where there are none in the first."""
    return common_words(sources, next(iter(sources.words), "")) | common_words(sources, reads)


def common_words(sources: Sources, language: str) -> dict[str, str]:
    """By screen and phrase its words in this language, the wording of no channel first."""
    found: dict[str, str] = {}
    for message in sources.words.get(language, ()):
        key, _, channel = message.key.partition("@")
        if not channel:
            found[key] = message.text
        else:
            found.setdefault(key, message.text)
    return found


def is_silent(screen: ScreenSource) -> bool:
    """Does it show nothing and lead on by itself?"""
    return isinstance(screen.kind, Branch | Do | CallFlow)


def in_order_of_keys(keys: str | None) -> tuple[bool, tuple[int, ...]]:
    """For sorting: as the keys are, and last what no keys lead to."""
    return keys is None, tuple(int(key) if key.isdigit() else 0 for key in (keys or "").split())


def ways_to(sources: Sources, reads: str = "") -> dict[str, ScreenWay]:
    """By screen the shortest way there from the first, as far as keys alone lead; labels as `first_words`."""
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    starts = {flow.name: flow.start for flow in sources.flows}
    words = read_words(sources, reads)
    found, front = {sources.start: ScreenWay("", "")}, deque([sources.start])
    while front:
        here = front.popleft()
        screen, way = screens.get(here), found[here]
        if screen is None:
            continue
        labels = dict(split_labels(words.get(here, ""))[1]) if isinstance(screen.kind, Menu) else {}
        passed = way.label if is_silent(screen) else ""
        for key, go in ways_on(screen, starts):
            if go in screens and go not in found:
                found[go] = ScreenWay(f"{way.keys} {key}".strip(), labels.get(int(key), "") if key.isdigit() else "" if key else passed)
                front.append(go)
    return found


def keys_to(sources: Sources) -> dict[str, str]:
    """By screen the shortest keys that lead there from the first: `5 1`. Empty for the first; without those where something is chosen or typed on the way."""
    return {key: way.keys for key, way in ways_to(sources).items() if CHOSEN not in way.keys}


def ways_on(screen: ScreenSource, starts: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Every screen that this one leads to, with the key; empty where nothing is pressed, `…` for what is chosen or typed. A call of another flow leads to its start first."""
    if isinstance(screen.kind, CallFlow):
        yield "", starts.get(screen.kind.flow, "")
    other = CHOSEN if isinstance(screen.kind, Each | Ask) else ""
    for target in targets(screen):
        yield target.key if target.key.isdigit() else other, target.go


def _dots(sources: Sources) -> dict[str, Dot]:
    languages = len(sources.words)
    pending: dict[str, set[str]] = {}
    for language, table in sources.words.items():
        for message in table:
            if message.review == PENDING:
                pending.setdefault(message.key.partition("@")[0], set()).add(language)
    return {key: "none" if len(found) == languages else "half" for key, found in pending.items()}
