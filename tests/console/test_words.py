"""The console's two catalogues say the same things."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po

from hotline.config import CONTENT

KEYS = {}
for language in ("fr", "bm"):
    with (CONTENT / "locales" / language / "LC_MESSAGES" / "console.po").open("rb") as file:
        KEYS[language] = {str(message.id): message for message in read_po(file) if message.id}


def test_both_languages_have_every_message() -> None:
    """Whoever reads Bambara reads no French by the way."""
    assert set(KEYS["fr"]) == set(KEYS["bm"])


@pytest.mark.parametrize("language", ["fr", "bm"])
def test_every_message_says_who_reviewed_it(language: str) -> None:
    """Nobody takes pending words for reviewed ones, and none is empty."""
    assert [
        key for key, message in KEYS[language].items() if not message.string or not any("review:" in each for each in message.auto_comments)
    ] == []


def test_places_are_the_same() -> None:
    """What a message is given to show, it shows in both languages."""
    places = {
        language: {key: sorted(re.findall(r"\{\w+\}", str(message.string))) for key, message in KEYS[language].items()} for language in KEYS
    }
    assert [key for key in places["fr"] if key in places["bm"] and places["fr"][key] != places["bm"][key]] == []
