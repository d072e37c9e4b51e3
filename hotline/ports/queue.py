"""The open callbacks as a page shows them: some of each kind, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from hotline.ports import Callback


class Waiting(Struct, frozen=True):
    """How many there are in all."""

    due: int
    coming: int
    review: int


class Board(Protocol):
    def due_first(self, at: int, languages: tuple[str, ...], limit: int) -> tuple[Callback, ...]:
        """As `due` of these languages, at most `limit`."""

    def coming_first(self, at: int, languages: tuple[str, ...], limit: int) -> tuple[Callback, ...]:
        """Waiting in these languages with a window that opens later, the next first."""

    def how_many(self, at: int, languages: tuple[str, ...]) -> Waiting: ...
    def marks(self, callback: str) -> frozenset[str]:
        """What counselors marked it with: `danger`, `minor`, `another`, `doer`, `known`, `silence`, `hard`."""

    def mark(self, callback: str, kind: str, staff: str, at: int) -> bool:
        """True if it is new."""
