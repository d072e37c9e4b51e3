"""Telephone numbers that are not written as one: in words, with letters that look like digits, with Mali's prefix, over several lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from hotline.engine.phone.letters import plain, words_of
from hotline.engine.phone.numbers import has_number

ENOUGH: Final = 5
"""Digits in a row, as in `has_number`; in so few numerals only a year or a day is said."""
_NUMERALS: Final = 4
_WHOLE: Final = 8
"""Digits of a Malian number."""
_UNITS: Final = frozenset(
    (
        *("zero", "un", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
        *("fu", "kelen", "fila", "fla", "saba", "naani", "nani", "duuru", "duru", "wooro", "woro", "wolonwula", "wolonwla", "wolonfila"),
        *("seegin", "segin", "kononton"),
    )
)
_TEENS: Final = frozenset(("dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "tan"))
_TENS: Final = frozenset(("vingt", "vingts", "trente", "quarante", "cinquante", "soixante", "septante", "huitante", "nonante", "mugan"))
_BETWEEN: Final = frozenset(("et", "puis", "ni", "ani", "bi", "cent", "cents", "mille", "keme", "point", "tiret", "virgule", "plus"))
"""What may stand between two numerals, and is no digit."""
_NUMERAL: Final = frozenset((*_UNITS, *_TEENS, *_TENS, "zéro", "wɔɔrɔ", "wɔrɔ", "kɔnɔntɔn"))
_DIGIT: Final = re.compile(r"\d")
_MIXED: Final = re.compile(r"\d[OoIl]|[OoIl]\d")
_LOOK_ALIKE: Final = re.compile(r"\b[OoIl\d]{5,}\b|\b[OoIl\d]{1,4}(?:[ ._/-]{1,3}[OoIl\d]{1,4}){3,}\b")
_COUNTRY: Final = re.compile(r"(?:\+|\b00)\W{0,2}2\W{0,2}2\W{0,2}3")


def says_number(text: str) -> bool:
    """May these words say a telephone number, in whatever spelling? What `has_number` finds, or as many digits where some of them are letters that look
    like one, or words of French or Bambara; or Mali's prefix. Lines are read as if they were one.
    """
    if has_number(text.replace("_", " ")) or ("2" in text and _COUNTRY.search(text)):
        return True
    if _MIXED.search(text) and _LOOK_ALIKE.search(text):
        return True
    # Few words say any number: only those that do are looked at more closely.
    words = words_of(text)
    is_worded = not _NUMERAL.isdisjoint(words) and sum(word in _NUMERAL or word.isdecimal() for word in words) >= _NUMERALS
    return (is_worded or len(_DIGIT.findall(text)) >= _WHOLE) and _has_row(plain(text).split())


def may_say_number(text: str, words: Collection[str]) -> bool:
    """Is it worth a closer look? `words`: what `words_of` gives for this text."""
    digits = len(_DIGIT.findall(text))
    if digits >= ENOUGH or "+" in text or (digits and _MIXED.search(text)):
        return True
    return not _NUMERAL.isdisjoint(words) and digits + sum(word in _NUMERAL for word in words) >= _NUMERALS


def _has_row(words: Iterable[str]) -> bool:
    """Is there a row of numerals that may be a number? Digits alone may be days and hours; `soixante-dix-sept` says two digits."""
    count = numerals = 0
    is_worded, before = False, ""
    for word in (*words, ""):
        size = _size(word, before)
        if size is not None:
            count, numerals = count + size, numerals + 1
            is_worded |= not word.isdecimal()
        elif word in _BETWEEN:
            is_worded |= count >= _WHOLE // 2
        else:
            if is_worded and numerals >= _NUMERALS and count >= ENOUGH:
                return True
            count = numerals = 0
            is_worded = False
        before = before if word in ("et", "ni") else word
    return False


def _size(word: str, before: str) -> int | None:
    """How many digits a numeral adds to what stands before it. Returns None for what is none."""
    if word.isdecimal():
        return len(word)
    if word in _TENS:
        return 1 if before == "quatre" and word.startswith("vingt") else 2
    if word in _TEENS:
        return 0 if before.startswith(("soixante", "vingt")) else 2
    if word in _UNITS:
        return 2 if before == "bi" else 0 if before in _TENS or before in _TEENS else 1
    return None
