"""Words that people send by SMS, compared as they are typed on a basic phone: without accents, capitals, Bambara letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from hotline.engine.edition import Edition

_OLD_SPELLING: Final = str.maketrans({"ɛ": "e", "ɔ": "o", "ɲ": "ny", "ŋ": "ng", "œ": "oe", "æ": "ae"})
_WORD: Final = re.compile(r"\w+")


def plain(text: str) -> str:
    """Words and digits alone, one space between."""
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_OLD_SPELLING))
    return " ".join(_WORD.findall("".join(char for char in spread if not unicodedata.combining(char))))


def meanings(edition: Edition, prefix: str) -> dict[str, str]:
    """What the catalogues list under `prefix…`, in every language: the word as `plain` has it, and the rest of the key."""
    return {
        plain(word): key.removeprefix(prefix)
        for language in reversed(edition.languages)
        for key, listed in edition.words[language].items()
        if key.startswith(prefix)
        for word in listed.split(",")
        if plain(word)
    }
