"""What counselors flagged a call with."""

from __future__ import annotations

from typing import Protocol

from hotline.engine.casework.flags import Flag


class Flags(Protocol):
    def of(self, callback: str) -> frozenset[Flag]:
        """What counselors flagged it with: of `engine.flags.FLAGS`."""

    def of_many(self, callbacks: tuple[str, ...]) -> dict[str, frozenset[Flag]]:
        """`of` many at once; one that has none is missing."""

    def add(self, callback: str, kind: Flag) -> bool:
        """True if it is new."""

    def drop(self, callback: str, kind: Flag) -> bool:
        """True if it was there."""
