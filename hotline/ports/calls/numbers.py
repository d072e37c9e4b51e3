"""The numbers of callbacks, sealed and apart; stops and pranks, which know a phone by its keyed hash alone."""

from __future__ import annotations

from typing import Protocol


class Numbers(Protocol):
    def of(self, id: str) -> str | None:
        """The number of this callback, E.164. Returns None once it is gone."""

    def forget(self, id: str) -> None:
        """Erase the number of this callback."""

    def stop(self, number: str, at: int, until: int) -> tuple[str, ...]:
        """Every waiting, claimed or review callback to this number becomes `stopped`, their numbers go, and the stop itself is
        remembered (hashed) until `until`. The same statements run whatever existed. Returns the ids."""

    def stopped_since(self, number: str, at: int) -> bool:
        """Was this number stopped at or after `at`?"""

    def add_prank(self, callback: str, at: int) -> None:
        """A call to this callback's number was a prank, somebody said. Once a callback; nothing where somebody asked on another phone."""

    def pranks(self, number: str, since: int) -> int:
        """How many since the hour of that moment, under a keyed hash that a stop erases too."""
