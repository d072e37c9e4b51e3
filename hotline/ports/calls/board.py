"""The open callbacks as a page shows them: some of each kind, and how many there are."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from hotline.ports.calls.callbacks import Callback


class Waiting(Struct, frozen=True):
    """How many there are in all."""

    due: int
    coming: int
    review: int


class Board(Protocol):
    """Due and coming are what somebody can take: what shares its number with one that is held is not among them. `minors` false: nor is
    what was flagged `minor`. What was asked for at once from one phone stands there once: its first request, urgent if any is, with the latest end."""

    def due(self, at: int, languages: tuple[str, ...], limit: int, *, minors: bool = True) -> tuple[Callback, ...]:
        """As `due`, in these languages, at most `limit`."""

    def coming(self, at: int, languages: tuple[str, ...], limit: int, *, minors: bool = True) -> tuple[Callback, ...]:
        """Waiting in these languages with a window that opens later, the next first."""

    def held(self, limit: int) -> tuple[Callback, ...]:
        """Claimed by anybody: urgent, then what ends soonest."""

    def count(self, at: int, languages: tuple[str, ...], *, minors: bool = True) -> Waiting: ...
