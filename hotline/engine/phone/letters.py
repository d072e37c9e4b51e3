"""Letters: how words lose what a basic phone cannot show, and how what people type is compared, whatever its accents and capitals."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from hotline.engine.phone import gsm

_OLD_SPELLING: Final = {"ɛ": "e", "ɔ": "o", "ɲ": "ny", "ŋ": "ng", "œ": "oe"}
"""Letters that no accent makes, each as people write it who do not have it on their keys."""
_TYPED: Final = str.maketrans({**_OLD_SPELLING, "æ": "ae"})
_WORD: Final = re.compile(r"\w+")
_SPELLED: Final = re.compile(r"[^\W_]+")
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")
_LINES: Final = dict.fromkeys(map(ord, "\n\t\r"))
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def plain(text: str) -> str:
    """Words and digits alone, one space between, without accents, capitals and Bambara letters: as they are typed on a basic phone."""
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_TYPED))
    return " ".join(_WORD.findall("".join(char for char in spread if not unicodedata.combining(char))))


def as_name(text: str, most: int) -> str:
    """What is called so, as a name that a file can have: `plain`, in letters and digits of ASCII, `-` for all that stands between, at most so many characters.

    Empty where nothing of it is such a letter.
    """
    return _NO_NAME.sub("-", plain(text).encode("ascii", "ignore").decode()).strip("-")[:most].strip("-")


def words_of(text: str) -> list[str]:
    """Its words and digits in order, without capitals, as they are spelled."""
    return _SPELLED.findall(text.casefold())


def name_key(name: str) -> str:
    """A person's name as it is compared with another: capitals and spaces make no other person, an accent does."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def composed(text: str) -> str:
    """The text with every letter and its accent as one character (Unicode NFC)."""
    return unicodedata.normalize("NFC", text)


def has_unseen(text: str) -> bool:
    """Does it hold a character that nobody can see, other than a blank, a tab and a line's end?"""
    words = text.translate(_LINES)
    # Nearly all words are of letters that can be seen: only what may hold another is gone through.
    return not words.isprintable() and any(unicodedata.category(letter) in _UNSEEN for letter in words)


_BEYOND: Final = re.compile(
    r"[^\t\n -~\u00a0-\u00ac\u00ae-\u00ffŒœƐɛƆɔƝɲŊŋ\u0300-\u0304\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u202f]|[\u0300-\u036f]{3}"
)
"""What French and official Bambara are not written with, or one mark upon another upon another."""


def odd_letters(text: str) -> tuple[str, str]:
    """The first character of these words that nobody can see, and the first that only looks like a letter or digit of ours, or that no basic phone can
    show: of another alphabet, full-width, a picture, a heap of marks. Empty where there is none.
    """
    beyond = _BEYOND.findall(text)
    if not beyond:
        return "", ""
    unseen = next((char for char in beyond if char == "\r" or unicodedata.category(char[0]) in _UNSEEN), "")
    return unseen, next((char[-1] for char in beyond if char != unseen and _is_strange(char)), "")


def _is_strange(char: str) -> bool:
    if len(char) > 1 or _fold_letter(char) == "?":
        return True
    kind = unicodedata.category(char)[0]
    if kind == "M":
        return not "\u0300" <= char <= "\u036e" or char == "\u034f"
    if kind in "LN":
        own = unicodedata.name(char, "").startswith(("LATIN ", "MODIFIER LETTER "))
        return not own or unicodedata.normalize("NFKC", char) != char
    return char >= "\ufe00"


def named(char: str) -> str:
    """A character as whoever looks for it calls it: `U+0430 CYRILLIC SMALL LETTER A`."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip()


_BY_LETTER: Final = {
    **_OLD_SPELLING, "Ɛ": "E", "Ɔ": "O", "Ɲ": "Ny", "Ŋ": "Ng",
    "ɓ": "b", "ɗ": "d", "ƴ": "y", "ɣ": "g", "ə": "e", "Ɓ": "B", "Ɗ": "D", "Ƴ": "Y", "Ɣ": "G",
    "Œ": "Oe", "ı": "i", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ð": "d", "Ð": "D",
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "ʹ": "'", "′": "'", "`": "'", "´": "'", "‹": "'", "›": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "·": "-", "•": "*", "…": "...",
    "°": "o", "×": "x", "÷": "/", "⁄": "/", "→": "->", "←": "<-", "©": "(c)", "®": "(R)",
    "\t": " ", "\v": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n",
}  # fmt: skip

_BY_LANGUAGE: Final[dict[str, dict[str, str]]] = {
    # The spelling of Mali before 1982 for the small letters; È and Ò are outside the alphabet, so the capitals lose their accent.
    "bm": {"ɛ": "è", "ɔ": "ò"},
}


class _Folding(dict[int, str]):
    """A table for `str.translate` that works out a letter that it does not have, and does not grow by it: what comes in may be anything."""

    def __missing__(self, code: int) -> str:
        return _fold_letter(chr(code))


def _fold_letter(char: str) -> str:
    """The letter without its accents, nothing for what has no width, `?` for what cannot be written."""
    folded = ""
    for part in unicodedata.normalize("NFKD", char):
        if part in _BY_LETTER or gsm.is_gsm(part):
            folded += _BY_LETTER.get(part, part)
        elif (category := unicodedata.category(part)) == "Zs":
            folded += " "
        elif category[0] != "M" and category not in {"Cc", "Cf"}:
            return "?"
    return folded


def _table(letters: dict[str, str]) -> _Folding:
    table = _Folding({code: _fold_letter(chr(code)) for code in (*range(0x80, 0x250), *range(0x1E00, 0x1F00), *range(0x2000, 0x2070))})
    for own in (_BY_LETTER, {char: char for char in gsm.BASIC + gsm.EXTENSION}, letters):
        table.update({ord(char): words for char, words in own.items()})
    return table


_PLAIN: Final = _table({})
_TABLES: Final = {language: _table(letters) for language, letters in _BY_LANGUAGE.items()}


def fold(text: str, language: str) -> str:
    """`text` in GSM-7, whatever it was: by the language's table, else by letter, else `?`. Folding twice changes nothing more."""
    if gsm.is_gsm(text):
        return text
    return composed(text).translate(_TABLES.get(language, _PLAIN))
