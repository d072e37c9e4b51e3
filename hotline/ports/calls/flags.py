"""What counselors flagged a call with."""

from __future__ import annotations

from typing import Protocol


class Flags(Protocol):
    def of(self, callback: str) -> frozenset[str]:
        """What counselors marked it with: `danger`, `minor`, `another`, `doer`, `known`, `silence`, `hard`."""

    def of_many(self, callbacks: tuple[str, ...]) -> dict[str, frozenset[str]]:
        """`marks` of many at once; one that has none is missing."""

    def add(self, callback: str, kind: str, staff: str, at: int) -> bool:
        """True if it is new."""
