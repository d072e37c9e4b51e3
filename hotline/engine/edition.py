"""Flows, words and directory, compiled for one kind of phone: what `step` walks on.

Every screen without variables is rendered here, once, for each of its pages, with and without a way back, with and without the line
that follows a wrong key. What is left for a hop is a look-up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import product
from typing import Any, Final

from msgspec import Struct

from hotline.engine.effects import Screen
from hotline.engine.flow import (
    ANY,
    KEY_TALK,
    NEXT,
    Ask,
    Branch,
    CallFlow,
    Condition,
    DayPart,
    Do,
    Each,
    End,
    Item,
    Kind,
    List,
    Menu,
    Say,
    Sources,
)
from hotline.engine.phone import gsm, limits
from hotline.engine.phone.letters import fold

OPTIONS_A_PAGE: Final = 7
LABEL: Final = re.compile(r"^([0-9]) (.+)$")
PLACEHOLDER: Final = re.compile(r"\{([a-z_]*)\}")
WRONG_SCREEN, SAFE_END, OUT_END, WRONG_LINE = "wrong.screen", "safe.end", "out.end", "wrong.line"
UNCONFIRMED: Final = "place.unconfirmed"
"""What `{unconfirmed}` says of a place that nobody confirmed lately."""


class Move(Struct, frozen=True):
    """Where a key leads, and what it sets on the way. `node` is the screen itself if nothing need be worked out to get there."""

    go: str
    set: Mapping[str, str] = {}
    when: tuple[Condition, ...] = ()
    node: Node | None = None


class Page(Struct, frozen=True):
    """One page, rendered: plain or after a wrong key, with a way back or without."""

    plain: Screen
    plain_first: Screen
    wrong: Screen
    wrong_first: Screen

    def screen(self, back: bool, wrong: bool) -> Screen:
        """The page with a way `back` or without, after a `wrong` key or not."""
        if wrong:
            return self.wrong if back else self.wrong_first
        return self.plain if back else self.plain_first


class Node:
    """One screen in one language. `shown` is empty if its words depend on what was set or on facts."""

    __slots__ = ("head", "key", "kind", "labels", "language", "shown", "ways")

    def __init__(self, key: str, language: str, kind: Kind) -> None:
        self.key = key
        self.language = language
        self.kind = kind
        self.head: str = ""
        self.labels: tuple[tuple[int, str], ...] = ()
        self.ways: dict[str, Move] = {}
        self.shown: tuple[tuple[Page, Mapping[str, Move]], ...] = ()
        """Its pages, each with what the numbered keys do there."""


class FixedLines(Struct, frozen=True):
    """What may stand around a screen's words in one language and one spelling, as it is sent."""

    language: str
    folded: bool
    wrong: str
    """The line after a wrong key."""
    keys: Mapping[tuple[bool, bool], str]
    """The line of the keys, with a way back or without, and with `8` or without."""
    other: str
    """The key of the other language, on a line of its own. Empty where there is no other."""

    def sent(self, text: str) -> str:
        """Words of this language in this spelling."""
        return fold(text, self.language) if self.folded else text

    def whole(self, text: str, *, more: bool, back: bool = True) -> str:
        """A text that is spelled so, with all that may stand around it."""
        return f"{self.wrong}\n{text}\n{self.keys[back, more]}"

    def reserved(self) -> int:
        """What the line of the keys, `8` among them, and the line after a wrong key take at most, with their line breaks."""
        return gsm.units(self.keys[True, True])[0] + gsm.units(self.wrong)[0] + 2


class Edition:
    """A compiled edition. Immutable once made; shared by threads."""

    __slots__ = (
        "_fixed",
        "fit",
        "help",
        "items",
        "languages",
        "listed",
        "longest",
        "nodes",
        "number",
        "opening",
        "parts",
        "promise",
        "start",
        "starts",
        "told_kept",
        "words",
    )

    def __init__(self, sources: Sources, number: int, fit: limits.Fit, promise: int) -> None:
        self.number = number
        self.fit = fit
        self.promise = promise
        self.start = sources.start
        self.help = sources.help
        self.languages = tuple(sources.words)
        self.starts = {flow.name: flow.start for flow in sources.flows}
        self.opening: object = None
        """The state before the first key, worked out once by `step`."""
        self.parts: dict[str, DayPart] = {part.name: part for part in sources.parts}
        self.items: dict[str, dict[str, Item]] = {}
        for item in sources.items:
            self.items.setdefault(item.list, {})[item.id] = item
        self.listed: dict[object, str] = {}
        """Which lists of the directory have something, for what was chosen, as far as `world` has looked. What can be chosen are its own entries."""
        self.longest: dict[tuple[str, str], Mapping[str, str]] = {}
        """The longest that placeholders can hold, by what they are and language, as far as `pages` has looked."""
        self.words = {language: _words(sources, language, fit) for language in self.languages}
        self.nodes: dict[str, dict[str, Node]] = {}
        self.told_kept = told_kept(sources)
        spellings = (True,) if fit.folded else (False, True)
        self._fixed = {language: tuple(self._fixed_lines(language, folded) for folded in spellings) for language in self.languages}

    def language_for(self, wanted: str) -> str:
        """The language asked for, or the edition's first if it does not have it."""
        return wanted if wanted in self.words else self.languages[0]

    def phrase(self, key: str, language: str, **values: str) -> str:
        """Words that are no screen (staff, voice, neutral ends), with their placeholders filled, as this kind of phone gets them.

        A language that the edition does not have falls back to its first. Raises KeyError for a key that no language has.
        """
        words = self.words[self.language_for(language)]
        text = fill(words.get(key) or self.words[self.languages[0]][key], values)
        return fold(text, language) if self.fit.folded else text

    def spellings(self, key: str, language: str) -> tuple[str, str]:
        """Words that stand around screens, as these phones may get them: as `phrase` has them, and folded."""
        words = self.phrase(key, language)
        return words, fold(words, language)

    def has_phrase(self, key: str) -> bool:
        """Are there words for this key? An edition may be older than the program."""
        return key in self.words[self.languages[0]]

    def item(self, list: str, id: str) -> Item | None:
        """The directory's entry of this list and id. Returns None if there is none."""
        return self.items.get(list, {}).get(id)

    def name_of(self, item: Item, language: str) -> str:
        """What an entry is called: a kind by the catalogue, every other by its own name."""
        return self.words[language][f"kind.{item.id}"] if item.list == "kinds" else item.name

    def next_language(self, language: str) -> str:
        """The one after this, the first after the last."""
        return self.languages[(self.languages.index(language) + 1) % len(self.languages)]

    def render(
        self, key: str, language: str, body: str, has_more: bool, labels: Iterable[tuple[int, str]] = (), *, menu: bool = False
    ) -> tuple[Page, ...]:
        """Body and option lines as pages that fit, the line of the keys below each.

        Where a phone shows every letter they go as they are written if that is one page, else folded: a letter outside GSM-7 leaves a page of words less than
        a third of its room, and a sentence that is torn is not read. `has_more`: `8` leads on past the last. `menu`: the key of the other language is shown
        too, wherever there is room. Raises ValueError if a word is longer than a page.
        """
        words = _lines(body, labels)
        # An order cuts the way back, so that the first page of what follows it needs no room for that key.
        fixed, text, fits = self._spelled(words, language, has_more, back=key not in self.told_kept)
        if fits:
            return (self._page(key, fixed, text, has_more, menu=menu),)
        room = self.fit.budget - fixed.reserved()
        parts = gsm.paginate(text, lambda _page: room)
        return tuple(self._page(key, fixed, part, has_more or part is not parts[-1], menu=menu) for part in parts)

    def at_once(self, key: str, language: str, body: str, labels: Iterable[tuple[int, str]], *, more: bool = False) -> str:
        """Body and option lines on one page, whether they fit or not, with all that may stand around them."""
        back = key not in self.told_kept
        fixed, text, _ = self._spelled(_lines(body, labels), language, more, back=back)
        return fixed.whole(text, more=more, back=back)

    def _spelled(self, words: str, language: str, more: bool, *, back: bool) -> tuple[FixedLines, str, bool]:
        """Words as they are sent, with what stands around them, and whether that is one page: as they are written where it is, else folded."""
        for fixed in self._fixed[language]:
            text = fixed.sent(words)
            fits = limits.fits(fixed.whole(text, more=more, back=back), self.fit)
            if fits:
                break
        return fixed, text, fits

    def numbered(self, key: str, language: str, head: str, names: tuple[str, ...]) -> tuple[tuple[Page, int], ...]:
        """A list as pages of at most seven entries, numbered from 1 on each; with each page how many entries come before it. Spelled as `render` spells."""
        for fixed in self._fixed[language]:
            pages = self._numbered(key, fixed, head, names)
            if len(pages) == 1:
                break
        return pages

    def _numbered(self, key: str, fixed: FixedLines, head: str, names: tuple[str, ...]) -> tuple[tuple[Page, int], ...]:
        pages: list[tuple[Page, int]] = []
        first = 0
        while first < len(names) or not pages:
            count = min(OPTIONS_A_PAGE, len(names) - first)
            while True:
                lines = ([head] if head else []) + [f"{n} {name}" for n, name in enumerate(names[first : first + count], 1)]
                text = fixed.sent("\n".join(lines))
                more = first + count < len(names)
                if count <= 1 or limits.fits(fixed.whole(text, more=more), self.fit):
                    break
                count -= 1
            pages.append((self._page(key, fixed, text, more, menu=True), first))
            first += max(count, 1)
        return tuple(pages)

    def last(self, key: str, language: str, text: str) -> Screen:
        """A screen that ends the session: no keys. Folded if it does not fit as it is written."""
        sent = fold(text, language) if self.fit.folded else text
        return Screen(self.number, key, sent if limits.fits(sent, self.fit) else fold(sent, language), ends=True)

    def _page(self, key: str, fixed: FixedLines, text: str, more: bool, *, menu: bool) -> Page:
        body = f"{text}\n" if text else ""
        with_back = f"{body}{fixed.keys[True, more]}"
        without = f"{body}{fixed.keys[False, more]}"
        other = fixed.other if menu else ""

        def screen(*shown: str) -> Screen:
            """The first that fits: the other language has no room on every page, and the line after a wrong key none beside a long name."""
            fitting = next((words for words in shown if limits.fits(words, self.fit)), None)
            return Screen(self.number, key, fold(shown[-1], fixed.language) if fitting is None else fitting, ends=False)

        longest = f"{fixed.wrong}\n{with_back}{other}"
        if limits.fits(longest, self.fit):  # and so do the others, which leave out some of it
            texts = (f"{with_back}{other}", f"{without}{other}", longest, f"{fixed.wrong}\n{without}{other}")
            return Page(*(Screen(self.number, key, text, ends=False) for text in texts))
        cut = (without,) if key in self.told_kept else ()
        return Page(
            screen(f"{with_back}{other}", with_back, *cut),
            screen(f"{without}{other}", without),
            screen(longest, f"{fixed.wrong}\n{with_back}", with_back, *cut),
            screen(f"{fixed.wrong}\n{without}{other}", f"{fixed.wrong}\n{without}", without),
        )

    def _fixed_lines(self, language: str, folded: bool) -> FixedLines:
        words = self.words[language]
        other = self.next_language(language)

        def sent(text: str, of: str = language) -> str:
            return fold(text, of) if folded else text

        keys = {}
        for back, more in product((True, False), repeat=2):
            named = [*(["keys.more"] if more else []), *(["keys.back"] if back else []), "keys.out"]
            keys[back, more] = sent(" ".join(self._there(words[key]) for key in named))
        name = "\n" + sent(self._there(self.words[other]["keys.language"]), other) if other != language else ""
        return FixedLines(language, folded, sent(words[WRONG_LINE]), keys, name)

    def _there(self, words: str) -> str:
        """The words of a key, with the one that stands in its place where the vendor takes that one for itself."""
        key, _, rest = words.partition(" ")
        return f"{dict(self.fit.keys).get(key, key)} {rest}"


def told_kept(sources: Sources) -> frozenset[str]:
    """The screens that say that an order is kept: nobody goes back from them, and by SMS their conversation is over."""
    screens = {screen.key: screen.kind for flow in sources.flows for screen in flow.screens}
    found: set[str] = set()
    ahead = [kind.kept for kind in screens.values() if isinstance(kind, Do)]
    while ahead:
        key = ahead.pop()
        if key in screens and key not in found:
            found.add(key)
            kind = screens[key]
            ahead += [way.go for way in kind.ways] if isinstance(kind, Branch) else []
    return frozenset(key for key in found if not isinstance(screens[key], Branch))


class CannotShow(ValueError):
    """No page can be made of a screen without variables, in one language."""

    def __init__(self, key: str, language: str, why: str) -> None:
        self.key = key
        self.language = language
        self.why = why
        super().__init__(f"{key} in {language}: {why}")


def compile_edition(sources: Sources, number: int, fit: limits.Fit, promise: int = 30, only: Collection[str] | None = None) -> Edition:
    """Sources that `check` found clean, compiled for phones of this fit.

    `promise`: minutes within which a callback *now* is made, at most. `only`: of these screens, by key, to look at them; nobody can walk there.
    Raises KeyError or CannotShow if the sources have faults.
    """
    edition = Edition(sources, number, fit, promise)
    for language in edition.languages:
        screens = (screen for flow in sources.flows for screen in flow.screens if only is None or screen.key in only)
        nodes = {screen.key: Node(screen.key, language, screen.kind) for screen in screens}
        nodes[WRONG_SCREEN] = Node(WRONG_SCREEN, language, Menu(()))
        edition.nodes[language] = nodes
        for node in nodes.values():
            _words_of(edition, node)
    for language in edition.languages:
        for node in edition.nodes[language].values():
            _link(edition, node)
    return edition


def compiled_node(edition: Edition, key: str, kind: Kind, language: str) -> Node:
    """One screen of an edition that is compiled as somebody walks through it. It stands in no list of the edition's yet. Raises KeyError or CannotShow."""
    node = Node(key, language, kind)
    _words_of(edition, node)
    _link(edition, node)
    return node


def fill(text: str, values: Mapping[str, str]) -> str:
    """Placeholders replaced. A line whose placeholders are all empty is left out: an entry without hours shows no line for them."""
    if "{" not in text:
        return text
    lines = []
    for line in text.split("\n"):
        names = PLACEHOLDER.findall(line)
        if names and not any(values.get(name) for name in names):
            continue
        lines.append(PLACEHOLDER.sub(lambda match: values.get(match[1], ""), line))
    return "\n".join(lines)


def split_labels(text: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """A message's free lines, and its option lines as (number, label)."""
    free: list[str] = []
    labels: list[tuple[int, str]] = []
    for line in text.split("\n"):
        match = LABEL.match(line)
        if match:
            labels.append((int(match[1]), match[2]))
        else:
            free.append(line)
    return "\n".join(free).strip("\n"), tuple(labels)


def _lines(body: str, labels: Iterable[tuple[int, str]]) -> str:
    return "\n".join([*([body] if body else []), *(f"{number} {label}" for number, label in labels)])


def _words(sources: Sources, language: str, fit: limits.Fit) -> dict[str, str]:
    """The words of one language, a channel's own wording in place of the common one."""
    plain = {message.key: message.text for message in sources.words[language] if "@" not in message.key}
    own = f"@{fit.channel}"
    return plain | {message.key.removesuffix(own): message.text for message in sources.words[language] if message.key.endswith(own)}


def _words_of(edition: Edition, node: Node) -> None:
    """Head and labels, and the pages too if nothing in them can vary."""
    if isinstance(node.kind, Branch | Do | CallFlow):
        return
    text = edition.words[node.language][node.key]
    if isinstance(node.kind, Menu):
        node.head, node.labels = split_labels(text)
    else:
        node.head = text
    if isinstance(node.kind, End) or PLACEHOLDER.search(text) or isinstance(node.kind, Each):
        return
    if isinstance(node.kind, Menu) and any(option.when for option in node.kind.options):
        return
    if isinstance(node.kind, Say) and node.kind.each:
        return
    has_more = isinstance(node.kind, Say) and node.kind.go is not None
    try:
        pages = edition.render(node.key, node.language, node.head, has_more, node.labels, menu=changes_language(node.kind))
    except ValueError as error:
        raise CannotShow(node.key, node.language, str(error)) from None
    node.shown = tuple((page, node.ways) for page in pages)


def _link(edition: Edition, node: Node) -> None:
    """What each key does: straight to the next screen if that is ready to be shown."""
    nodes = edition.nodes[node.language]

    def move(go: str, sets: Mapping[str, str] = {}, when: tuple[Condition, ...] = ()) -> Move:
        there = nodes.get(go)
        ready = there is not None and bool(there.shown) and not sets and go != edition.start
        return Move(go, sets, when, there if ready else None)

    if isinstance(node.kind, Menu):
        other = edition.next_language(node.language)
        for option in node.kind.options:
            sets = {name: other if (name, value) == ("language", NEXT) else value for name, value in option.set.items()}
            node.ways[str(option.key)] = move(option.go, sets, option.when)
    if node.key == WRONG_SCREEN:
        node.ways[KEY_TALK] = move(edition.help)


def shown_items(edition: Edition, of: List, where: Iterable[str], chosen: Mapping[str, Any]) -> tuple[Item, ...]:
    """The directory's entries of a list whose fields `where` equal what was set; what was not set, or to `any`, does not matter."""
    asked = {name: chosen[name] for name in where if chosen.get(name, ANY) != ANY}
    if of == "kinds":
        there = {item.fields.get("kind") for item in _matching(edition, "services", asked)}
        return tuple(item for item in edition.items.get(of, {}).values() if item.id in there)
    return tuple(_matching(edition, of, asked))


def _matching(edition: Edition, of: List, asked: Mapping[str, str]) -> Iterable[Item]:
    return (item for item in edition.items.get(of, {}).values() if all(item.fields.get(name) == value for name, value in asked.items()))


def changes_language(kind: Kind) -> bool:
    """Does the key of the other language stand on this screen? On menus, unless one of their options is that."""
    return isinstance(kind, Each) or (isinstance(kind, Menu) and not any("language" in option.set for option in kind.options))


def asks_fact(condition: Condition) -> bool:
    """Does this condition ask for a fact, and not only for what was set or what the directory lists?"""
    return condition.subject.partition(".")[0] in ("coverage", "opening", "offered", "many")


def is_pause(kind: Kind) -> bool:
    """Does this kind of screen wait for the caller?"""
    return isinstance(kind, Menu | Each | Ask | Say)
