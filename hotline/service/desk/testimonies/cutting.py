"""The words of a testimony: what is refused, what fits, and what whoever cuts it should look at again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from hotline.engine.edition import Edition
from hotline.engine.flow import Say
from hotline.engine.phone.letters import composed, plain
from hotline.engine.phone.numbers import has_five_digits

LONGEST: Final = 100
"""Letters: two or three short sentences, one page."""
CHECKS: Final = ("names", "number", "known", "left", "blow", "better")
"""What whoever cuts a testimony looks for, line by line."""
_WORD: Final = re.compile(r"\w+")
_SENTENCE_ENDS: Final = re.compile(r"[.!?…:]\W*$")

Wrong: TypeAlias = Literal["long", "page", "number", "braces", "unseen"]
SpotWhy: TypeAlias = Literal["place", "digit", "capital"]


class Spot(Struct, frozen=True):
    """Letters `start` to `end` of a text, and why somebody should look at them."""

    start: int
    end: int
    why: SpotWhy


def tidy(text: str) -> str:
    """One paragraph, its letters composed."""
    return " ".join(composed(text).split())


def wrong(edition: Edition, language: str, text: str) -> Wrong | None:
    """Why these words, tidy, can stand on no screen of this edition; None where they can. A language that it does not have is not looked at."""
    if not text.isprintable():
        return "unseen"
    if "{" in text or "}" in text:
        return "braces"
    if has_five_digits(text):
        return "number"
    if len(text) > LONGEST:
        return "long"
    return None if language not in edition.languages or _is_one_page(edition, language, text) else "page"


def conspicuous(text: str, names: Iterable[str]) -> tuple[Spot, ...]:
    """What may tell who it was, in the order of the text: names of the directory's places, however they are written; digits; capitals
    that begin no sentence. A help and no proof: a name that begins a sentence is not among them."""
    words = tuple(_WORD.finditer(text))
    places = set(_places([plain(word[0]) for word in words], names))
    return tuple(Spot(word.start(), word.end(), why) for n, word in enumerate(words) if (why := _why(text, word, is_place=n in places)))


def pieces(text: str, spots: Iterable[Spot]) -> tuple[tuple[str, SpotWhy | None], ...]:
    """The text cut at its spots, for a page that marks them."""
    marked: list[tuple[str, SpotWhy | None]] = []
    before = 0
    for spot in spots:
        marked += [(text[before : spot.start], None), (text[spot.start : spot.end], spot.why)]
        before = spot.end
    return tuple(piece for piece in (*marked, (text[before:], None)) if piece[0])


def _why(text: str, word: re.Match[str], *, is_place: bool) -> SpotWhy | None:
    if is_place:
        return "place"
    if any(letter.isnumeric() for letter in word[0]):
        return "digit"
    begins = not text[: word.start()].strip() or _SENTENCE_ENDS.search(text[: word.start()])
    return "capital" if any(letter.isupper() for letter in (word[0][1:] if begins else word[0])) else None


def _places(words: list[str], names: Iterable[str]) -> Iterator[int]:
    """Which of the words are part of a name."""
    for name in names:
        parts = [plain(part) for part in _WORD.findall(name)]
        for first in range(len(words) - len(parts) + 1 if parts else 0):
            if words[first : first + len(parts)] == parts:
                yield from range(first, first + len(parts))


def _is_one_page(edition: Edition, language: str, text: str) -> bool:
    """Does it fit with a sign that another one follows, wherever the flows read them out?"""
    heads = [node.head for node in edition.nodes[language].values() if isinstance(node.kind, Say) and node.kind.each]
    try:
        return all(len(edition.render("", language, "\n".join(filter(None, (head, text))), has_more=True)) == 1 for head in heads)
    except ValueError:  # a word longer than a page
        return False
