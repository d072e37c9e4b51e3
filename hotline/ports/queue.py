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
    """Due and coming are what somebody can take: what shares its number with one that is held is not among them. `minors` false: nor is
    what was marked `minor`."""

    def due_first(self, at: int, languages: tuple[str, ...], limit: int, *, minors: bool = True) -> tuple[Callback, ...]:
        """As `due`, in these languages, at most `limit`."""

    def coming_first(self, at: int, languages: tuple[str, ...], limit: int, *, minors: bool = True) -> tuple[Callback, ...]:
        """Waiting in these languages with a window that opens later, the next first."""

    def held_first(self, limit: int) -> tuple[Callback, ...]:
        """Claimed by anybody: urgent, then what ends soonest."""

    def how_many(self, at: int, languages: tuple[str, ...], *, minors: bool = True) -> Waiting: ...
    def rings_of(self, ids: tuple[str, ...], since: int) -> dict[str, int]:
        """`rings` of each of these callbacks, by id; those that were not rung are missing."""

    def marks(self, callback: str) -> frozenset[str]:
        """What counselors marked it with: `danger`, `minor`, `another`, `doer`, `known`, `silence`, `hard`."""

    def marks_of(self, callbacks: tuple[str, ...]) -> dict[str, frozenset[str]]:
        """`marks` of many at once; one that has none is missing."""

    def mark(self, callback: str, kind: str, staff: str, at: int) -> bool:
        """True if it is new."""
