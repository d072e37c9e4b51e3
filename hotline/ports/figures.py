"""Figures about the line, never about a person."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Tally(Struct, frozen=True):
    """How many callbacks of one day and language ended so."""

    day: int
    """Days since 1970-01-01 UTC on which it was made."""
    language: str
    urgent: bool
    state: str
    ending: str | None
    count: int


class Figures(Protocol):
    def tallied(self, since_day: int) -> tuple[Tally, ...]:
        """Callbacks made on this day or later, those whose rows are gone among them, open ones too."""

    def tries_by_ending(self, since: int) -> dict[tuple[int, str], int]:
        """How many callbacks made since then had so many tries and this ending (empty: none yet)."""

    def safer_answers(self, since: int) -> dict[str, int]: ...
