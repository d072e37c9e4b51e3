"""What the demo reads from the catalogues: the words of the phone page, and how counselors say that they are there."""

from __future__ import annotations

import re
from pathlib import Path

import polib

from hotline.demo.people import DemoPerson
from hotline.engine.phone.letters import fold, plain

LOCALES = Path(__file__).resolve().parents[2] / "locales"
PLACEHOLDER = re.compile(r"\{\w+\}")


def read_words(language: str, domain: str = "demo", locales: Path = LOCALES) -> dict[str, str]:
    """Every message of one catalogue by its key. Raises OSError where there is none."""
    text = (locales / language / "LC_MESSAGES" / f"{domain}.po").read_text("utf-8")
    return {entry.msgid: entry.msgstr for entry in polib.pofile(text) if entry.msgstr and not entry.obsolete}


class Here:
    """How one of the staff says *I am here* by SMS, and the line's confirmation of it; a supervisor is on call by it."""

    def __init__(self, person: DemoPerson, words: dict[str, str]) -> None:
        """`words`: the line's catalogue in this person's language. Raises KeyError naming the key that it lacks."""
        self.number = person.number
        self.word = words["staff.word.here"].split(",")[0].strip()
        confirmed = words["staff.on_call" if person.role == "supervisor" else "staff.here"]
        either = "|".join(_pattern(text) for text in (confirmed, fold(confirmed, person.language)))
        self._confirmation = re.compile(either, re.DOTALL)
        self._leaving, self._returning = (_words(words, *keys) for keys in (("off", "pause"), ("on", "here")))

    def confirmed_by(self, text: str) -> bool:
        """Is this the line's plain confirmation of the word?"""
        return self._confirmation.fullmatch(text) is not None

    def leaves_by(self, text: str) -> bool:
        """Does this person end the shift, or begin a break, by this message?"""
        return plain(text) in self._leaving

    def returns_by(self, text: str) -> bool:
        """Does this person come back by it?"""
        return plain(text) in self._returning


def read_here(people: tuple[DemoPerson, ...], locales: Path = LOCALES) -> tuple[Here, ...]:
    """Each of them with the words of their language. Raises KeyError naming the key that a catalogue lacks, and OSError where there is none."""
    catalogues = {language: read_words(language, "flows", locales) for language in {p.language for p in people}}
    return tuple(Here(p, catalogues[p.language]) for p in people)


def _words(words: dict[str, str], *keys: str) -> frozenset[str]:
    return frozenset(plain(word) for key in keys for word in words.get(f"staff.word.{key}", "").split(","))


def _pattern(text: str) -> str:
    return ".+".join(re.escape(piece) for piece in PLACEHOLDER.split(text))
