"""The console's own words, from its catalogues: one a language, the same keys in each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import polib

_PLACE = re.compile(r"\{(\w+)\}")
_QUOTE = re.compile(r"(«[^»]*»)")
_MARK = re.compile(r" (?=[;:?!»])|(?<=«) ")


class Words:
    """Says a message in a language, its `{places}` filled; in the first one where another lacks it. Raises KeyError for a key that is nowhere, and a
    place that is not given.
    """

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]]) -> None:
        self._catalogues = catalogues
        self.languages = tuple(catalogues)

    @classmethod
    def read(cls, locales: Path, languages: tuple[str, ...]) -> Words:
        """Every catalogue `LANGUAGE/LC_MESSAGES/console.po` that there is. Raises OSError where the first language has none."""
        first, *others = languages
        there = [first, *(language for language in others if (locales / language / "LC_MESSAGES" / "console.po").exists())]
        return cls({language: _read(locales / language / "LC_MESSAGES" / "console.po") for language in there})

    def language(self, wanted: str | None) -> str:
        """The language asked for, or the first."""
        return wanted if wanted is not None and wanted in self._catalogues else self.languages[0]

    def say(self, language: str, key: str, /, **values: object) -> str:
        """A message in one language. Raises KeyError."""
        words = self._catalogues[language].get(key) or self._catalogues[self.languages[0]][key]
        return _PLACE.sub(lambda place: str(values[place[1]]), words)

    def say_or(self, language: str, key: str, otherwise: str, /, **values: object) -> str:
        """The same, or `otherwise` for a code that nobody has written words for yet."""
        try:
            return self.say(language, key, **values)
        except KeyError:
            return otherwise


def _read(path: Path) -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in polib.pofile(path.read_text("utf-8")) if entry.msgstr and not entry.obsolete}


def quotes(text: str) -> tuple[tuple[str, bool], ...]:
    """A text in pieces, each with whether it stands in quotes: what is said aloud, among what is read."""
    return tuple((piece, piece[0] == "«") for piece in _QUOTE.split(text) if piece)


def unbroken(text: str) -> str:
    """French marks stay on the line of the word that they belong to. For words of flows, whose spaces are those that phones know."""
    return _MARK.sub("\u00a0", text)
