"""The numbers of callbacks, sealed and apart; stops and pranks, which know a phone by its keyed hash alone."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from hotline.ports.upkeep.revocations import Revocation


class Stop(Struct, frozen=True):
    """A stop that is remembered. `by_keys`: two keys on the phone itself gave it, not an SMS, nor a counselor."""

    by_keys: bool


class Numbers(Protocol):
    def of(self, id: str) -> str | None:
        """The number of this callback, E.164. Returns None once it is gone, where it was silenced, and where the key of its day is gone. For processes alone
        that are handed the days' keys: those that place a call, or show a number."""

    def reaches(self, id: str) -> bool:
        """Has it a number, and one that was not silenced?"""

    def lost(self) -> tuple[str, ...]:
        """The open callbacks whose number nobody can open any more: the key of its day is gone."""

    def forget(self, id: str) -> None:
        """Erase the number of this callback, its keyed hash too."""

    def silence(self, id: str) -> None:
        """Erase the number of this callback and leave its keyed hash: nobody is rung for it, and nothing else about it changes."""

    def has(self, id: str) -> bool:
        """Has it a number, as far as anybody is shown: one that can be rung, or one that was silenced?"""

    def phones(self, ids: tuple[str, ...]) -> dict[str, int]:
        """Which of these callbacks share a number: the same figure for those, and for no other. One that has no number any more is missing."""

    def stop(self, number: str, at: int, until: int, asked_by: int | None = None, *, by_keys: bool = True) -> tuple[str, ...]:
        """Every waiting, claimed or review callback that was asked for on this phone becomes `stopped` and its number goes, as do the numbers of
        those that are closed; what was asked for on another is silenced. The stop itself is remembered (hashed) until `until`.

        `asked_by`: it ends what was asked for until then, and no more; where it is None, all that stands. The same statements run whatever existed.
        Returns the ids of those that it stopped.
        """

    def stop_phone_of(self, id: str, at: int, until: int) -> tuple[str, ...]:
        """The same for the phone of this callback, whose number nobody need know; a counselor gave it. Nothing where it has no number any more."""

    def stop_again(self, revoked: Revocation, asked_by: int, until: int) -> bool:
        """`stop`, by the keyed hash alone, after a restore: for what was asked for on the phone until `asked_by`; what was asked for on another is silenced
        as long as the stop itself is remembered, `until`. Did it stop anything?"""

    def forget_ended(self, at: int) -> None:
        """Erase the numbers of callbacks that closed, or should have ended, at `at` or before."""

    def last_stop(self, number: str) -> int:
        """The newest stop of this number by the database's own count, which only grows. 0: it remembers none."""

    def stop_of(self, number: str, since: int, after: int | None = None) -> Stop | None:
        """A stop of this number that came later than a request: later than the stop `after`, by the database's count; where that is None, one
        that counts from `since` or later. One that was not given by keys on the phone counts by both.

        Of several one that keys gave.
        """

    def add_prank(self, callback: str, at: int) -> None:
        """A call to this callback's number was a prank, somebody said. Once a callback; nothing where somebody asked on another phone."""

    def pranks(self, number: str, since: int) -> int:
        """How many since the hour of that moment, under a keyed hash that a stop erases too."""
