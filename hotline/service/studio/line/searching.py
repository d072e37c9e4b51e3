"""Finding screens and phrases by the keys that lead there, by their own key, and by their words in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from msgspec import Struct

from hotline.engine.flow import Sources
from hotline.engine.phone.letters import plain
from hotline.service.studio.line.tree import CHOSEN, TreeBranch, TreeLeaf, is_silent, ways_on

MOST_FOUND: Final = 50
LONGEST_QUERY: Final = 80
AROUND: Final = 40
"""Letters shown on either side of what was found."""
KEPT_WORDS: Final = 16_384
"""Messages whose words are kept as they are compared: more than any line has."""
_PRESSED: Final = re.compile(r"[\d\s*#.,]+")
_NUMBER: Final = re.compile(r"\d+")
_WORD: Final = re.compile(r"[\w\u0300-\u036f]+")


class FoundWords(Struct, frozen=True):
    """Where the words were found, and what stands around them."""

    language: str
    before: str
    words: str
    after: str


class SearchHit(Struct, frozen=True):
    """One screen or phrase. `words`: by language where they were found; empty where it was found by its keys."""

    leaf: TreeLeaf
    branch: TreeBranch
    words: tuple[FoundWords, ...] = ()


class SearchResult(Struct, frozen=True):
    """At most 50. `is_cut`: there are more."""

    hits: tuple[SearchHit, ...]
    is_cut: bool


def search_line(sources: Sources, branches: Sequence[TreeBranch], query: str) -> SearchResult:
    """First what the keys lead to, then what has this key, then what has these words, each in the order of the tree. Accents, capitals and Bambara letters make no difference."""
    query = query[:LONGEST_QUERY].strip()
    folded = plain(query)
    if not folded:
        return SearchResult((), is_cut=False)
    homes = {leaf.key: (leaf, branch) for branch in branches for leaf in branch.leaves if leaf.shows}
    texts = _with_words(sources, folded)
    by_words = (key for key in homes if key in texts)
    found = [key for key in dict.fromkeys((*_by_keys(sources, homes, query), *by_words)) if key in homes]
    hits = tuple(SearchHit(*homes[key], _marked_in(texts.get(key, ()), folded)) for key in found[:MOST_FOUND])
    return SearchResult(hits, is_cut=len(found) > MOST_FOUND)


def pressed(sources: Sources, keys: Sequence[str]) -> frozenset[str]:
    """The screens with words that these keys may lead to from the first, whatever the line knows by then, and whatever a key chooses in a list; not past what comes back from another flow."""
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    starts = {flow.name: flow.start for flow in sources.flows}
    here = {sources.start} & screens.keys()
    for key in keys:
        reached: set[str] = set()
        front = [go for name in here for way, go in ways_on(screens[name], starts) if way in (key, CHOSEN) and go in screens]
        while front:
            name = front.pop()
            if name not in reached:
                reached.add(name)
                if is_silent(screens[name]):
                    front += [go for _, go in ways_on(screens[name], starts) if go in screens]
        here = reached
    return frozenset(name for name in here if not is_silent(screens[name]))


def _by_keys(sources: Sources, homes: Mapping[str, tuple[TreeLeaf, TreeBranch]], query: str) -> Iterator[str]:
    if not _PRESSED.fullmatch(query):
        yield from (key for key in homes if query.casefold() in key)
        return
    keys = _NUMBER.findall(query)
    led = pressed(sources, keys)
    if not led:  # typed without anything between: 51
        keys = list("".join(keys))
        led = pressed(sources, keys)
    typed = " ".join(keys)
    yield from (key for key, (leaf, _) in homes.items() if leaf.keys == typed)
    yield from (key for key in homes if key in led)
    yield from (key for key, (leaf, _) in homes.items() if (leaf.keys or "").startswith(f"{typed} "))


def _with_words(sources: Sources, folded: str) -> dict[str, list[tuple[str, str]]]:
    """By screen and phrase the texts that hold these words, each with its language."""
    found: dict[str, list[tuple[str, str]]] = {}
    for language, table in sources.words.items():
        for message in table:
            if folded in _folded(message.text):
                found.setdefault(message.key.partition("@")[0], []).append((language, message.text))
    return found


def _marked_in(texts: Iterable[tuple[str, str]], folded: str) -> tuple[FoundWords, ...]:
    """Once in each language."""
    found: dict[str, FoundWords] = {}
    for language, text in texts:
        if language not in found:
            found[language] = _marked(language, text, folded)
    return tuple(found.values())


def _marked(language: str, text: str, folded: str) -> FoundWords:
    """The text around the whole words in which `folded` stands. What it folds to holds it."""
    begins: list[tuple[int, re.Match[str]]] = []
    length = 0
    for word in _WORD.finditer(text):
        if said := plain(word[0]):
            begins.append((length, word))
            length += len(said) + 1
    start = _folded(text).index(folded)
    touched = [
        word for number, (begin, word) in enumerate(begins)
        if begin < start + len(folded) and (begins[number + 1][0] if number + 1 < len(begins) else length) - 1 > start
    ]  # fmt: skip
    first, last = (touched[0].start(), touched[-1].end()) if touched else (0, 0)
    left, right = max(0, first - AROUND), last + AROUND
    before, after = text[left:first], text[last:right]
    before = f"…{before.partition(' ')[2]}" if left and " " in before else before
    after = f"{after.rpartition(' ')[0]}…" if right < len(text) and " " in after else after
    return FoundWords(language, before, text[first:last], after)


@lru_cache(maxsize=KEPT_WORDS)
def _folded(text: str) -> str:
    return plain(text)
