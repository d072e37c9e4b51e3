"""The console's two catalogues say the same things."""

from __future__ import annotations

import re
from collections import Counter

import polib
import pytest

from hotline.config import CONTENT
from hotline.console.words import unbroken

ENTRIES = {
    language: list(polib.pofile((CONTENT / "locales" / language / "LC_MESSAGES" / "console.po").read_text("utf-8")))
    for language in ("fr", "bm")
}
KEYS = {language: {entry.msgid: entry for entry in entries} for language, entries in ENTRIES.items()}


def test_both_languages_have_every_message() -> None:
    """Whoever reads Bambara reads no French by the way."""
    assert set(KEYS["fr"]) == set(KEYS["bm"])


def test_no_message_stands_twice() -> None:
    """Of two, one would never be read, and whoever changes it would wonder why."""
    assert [
        (language, key) for language, entries in ENTRIES.items() for key, count in Counter(e.msgid for e in entries).items() if count > 1
    ] == []


@pytest.mark.parametrize("language", ["fr", "bm"])
def test_every_message_says_who_reviewed_it(language: str) -> None:
    """Nobody takes pending words for reviewed ones, and none is empty."""
    assert [key for key, entry in KEYS[language].items() if not entry.msgstr or "review:" not in entry.comment] == []


def test_places_are_the_same() -> None:
    """What a message is given to show, it shows in both languages."""
    places = {
        language: {key: sorted(re.findall(r"\{\w+\}", entry.msgstr)) for key, entry in entries.items()}
        for language, entries in KEYS.items()
    }
    assert [key for key in places["fr"] if key in places["bm"] and places["fr"][key] != places["bm"][key]] == []


def test_no_french_mark_begins_a_line() -> None:
    """However narrow the screen: what stands before `;`, `:`, `?`, `!` and within guillemets is no space at which a line ends. Bambara has none there."""
    broken = {
        language: [key for key, entry in entries.items() if unbroken(entry.msgstr) != entry.msgstr] for language, entries in KEYS.items()
    }
    assert broken == {"fr": [], "bm": []}
    assert unbroken("Touchez « Une autre personne ». Oui ? Merci : au revoir !") == (
        "Touchez «\u00a0Une autre personne\u00a0». Oui\u00a0? Merci\u00a0: au revoir\u00a0!"
    )
