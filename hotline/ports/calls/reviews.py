"""What a supervisor has to look at before anything else happens."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from hotline.ports.calls.callbacks import Callback

Reason: TypeAlias = Literal[
    "someone_else", "wrong_word", "could_not_talk", "unanswered", "missed", "given_back", "minor", "flood", "stopped"
]
"""Why it is looked at. `unanswered`: somebody rang and said nothing of how it ended. `missed`: its end passed and nobody rang. `stopped`: it was
urgent, and something else than keys on the phone stopped it."""

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
    def add(self, review: Review) -> None:
        """Its id derives from callback and reason: while one of the same kind is undecided no second is made."""

    def save(self, review: Review) -> None: ...
    def get(self, id: str) -> Review | None: ...
    def undecided(self, limit: int) -> tuple[tuple[Review, Callback], ...]:
        """Undecided, with what they are about: oldest first, but floods behind all others, whom they must not hide."""

    def floods_over(self, at: int) -> tuple[Callback, ...]:
        """Callbacks that lie in review as part of a flood, undecided, with `not_after` <= at."""

    def of(self, callback: str) -> tuple[Review, ...]: ...
