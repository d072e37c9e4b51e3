"""Authorships: who of the staff wrote words that were published from a draft, so that nobody signs her own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from msgspec import Struct


class WordsAuthorship(Struct, frozen=True):
    """Somebody wrote exactly this text. What came from files has no author here."""

    language: str
    key: str
    """Of the message, with its channel: `callback.when@sms`."""
    digest: str
    """Of the text: SHA-256, in hex."""
    by: str
    """The id of a staff row: it never becomes part of an edition."""


class WordsAuthorships(Protocol):
    def add(self, authorship: WordsAuthorship) -> None:
        """Insert; again changes nothing."""

    def of(self, keys: Collection[str]) -> tuple[WordsAuthorship, ...]:
        """Of these messages in every language, whatever their words were."""
