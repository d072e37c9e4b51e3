"""Comments: what staff say to each other about words of the line."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from msgspec import Struct


class WordsComment(Struct, frozen=True):
    """One remark in the thread of a message. It is open until somebody answers or closes the thread, and goes after a year."""

    id: str
    place: str
    """Of the message: `words/bm/callback.when@sms`."""
    text: str
    by: str
    """The id of one of the staff."""
    at: int
    closed_by: str | None = None
    """The id of one of the staff."""
    closed_at: int | None = None

    @property
    def is_open(self) -> bool:
        """Does it wait for an answer?"""
        return self.closed_at is None


class WordsComments(Protocol):
    def save(self, comment: WordsComment) -> None:
        """Insert, or replace the row of the same id."""

    def of(self, places: Collection[str]) -> tuple[WordsComment, ...]:
        """Of these messages, oldest first."""

    def open_counts(self) -> dict[str, int]:
        """By place how many are open. Nothing is unsealed for it."""
