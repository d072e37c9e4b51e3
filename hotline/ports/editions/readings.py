"""Readings: who of the staff read which words and signed for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from msgspec import Struct


class WordsReading(Struct, frozen=True):
    """Somebody read exactly this text. Other words of the same message are not read by it."""

    language: str
    key: str
    """Of the message, with its channel: `callback.when@sms`."""
    digest: str
    """Of the text: SHA-256, in hex."""
    by: str
    """An alias: it becomes part of editions."""
    day: str
    """As 2026-01-31."""

    @property
    def signature(self) -> str:
        """As a message's review has it: `awa 2026-01-31`."""
        return f"{self.by} {self.day}"


class WordsReadings(Protocol):
    def add(self, reading: WordsReading) -> bool:
        """Insert; False where this person signed this text before, and that day stays."""

    def drop(self, language: str, key: str, digest: str, by: str) -> bool:
        """Take a reading back that was not meant. False where there is none."""

    def all(self) -> tuple[WordsReading, ...]:
        """By day, the latest last."""

    def of(self, keys: Collection[str]) -> tuple[WordsReading, ...]:
        """Of these messages in every language, whatever their words were, by day."""
