"""Words that people send by SMS, and what the catalogues make of them."""

from __future__ import annotations

from hotline.engine.edition import Edition
from hotline.engine.phone.letters import plain


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
