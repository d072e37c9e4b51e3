"""The open callbacks as a page shows them: some of each kind, and how many there are."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from hotline.ports.calls.callbacks import Callback


class Listed(Struct, frozen=True):
    """The first of them, and how many there are, counted no further than was asked."""

    callbacks: tuple[Callback, ...]
    count: int


class Board(Protocol):
    """Due and coming are what somebody can take: what shares its number with one that is held is not among them. `minors` false: nor is
    what a phone asks for of which something was flagged `minor`. What was asked for at once from one phone stands there once: its first
    request, urgent if any is, with the latest end."""

    def due(self, at: int, languages: tuple[str, ...], limit: int, most: int, *, minors: bool = True) -> Listed:
        """What presses most, at most `limit`: all that a phone asked for of which some is in these languages. `most`: how far it is counted, more than `limit`."""

    def coming(self, at: int, languages: tuple[str, ...], limit: int, most: int, *, minors: bool = True) -> Listed:
        """Waiting in these languages with a window that opens later, the next first."""

    def held(self, limit: int) -> tuple[Callback, ...]:
        """Claimed by anybody: urgent, then what ends soonest."""

    def reviews(self) -> int:
        """How many reviews nobody has decided."""
