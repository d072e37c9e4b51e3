"""What a supervisor has to look at before anything else happens."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

Reason: TypeAlias = Literal["someone_else", "wrong_word", "could_not_talk", "unanswered", "missed", "given_back", "minor", "flood"]
"""Why it is looked at. `unanswered`: somebody rang and said nothing of how it ended. `missed`: its end passed and nobody rang."""
Decision: TypeAlias = Literal["wait", "close", "forget", "noted"]
"""It waits to be rung again; it is closed; it is closed and its number erased at once; it was looked at and stays as it is."""


class Review(Struct, frozen=True):
    id: str
    callback: str
    reason: Reason
    at: int
    decision: Decision | None = None
    why: str | None = None
    """In the supervisor's words; sealed where it lies, gone with the callback."""
    decided_by: str | None = None
    decided_at: int | None = None


class Reviews(Protocol):
    def add_review(self, review: Review) -> None:
        """Its id derives from callback and reason: while one of the same kind is undecided no second is made."""

    def save_review(self, review: Review) -> None: ...
    def review(self, id: str) -> Review | None: ...
    def reviews(self, limit: int) -> tuple[Review, ...]:
        """Undecided, oldest first."""

    def reviews_of(self, callback: str) -> tuple[Review, ...]: ...
    def add_prank(self, callback: str, at: int) -> None:
        """A call to this callback's number was a prank, somebody said. Once a callback."""

    def pranks(self, number: str, since: int) -> int:
        """How many since then, under a keyed hash that a stop erases too."""
