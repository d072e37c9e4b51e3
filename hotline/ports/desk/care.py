"""What staff ask for themselves, and what each carried lately."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class TimeRequest(Struct, frozen=True):
    """One of the staff needs time; nobody is told why, and nobody asks."""

    id: str
    staff: str
    at: int
    seen_by: str | None = None
    """The supervisor who took it on."""
    seen_at: int | None = None


class Load(Struct, frozen=True):
    """What one of the staff carried since a moment: to guard a counselor, not to count a counselor's work."""

    calls: int
    """How many callbacks were rung for, however often."""
    hard: int
    """Those of them that were flagged: life in danger, a minor, hard."""
    last_hard_at: int | None


class Care(Protocol):
    def add(self, request: TimeRequest) -> None:
        """The same id twice is one."""

    def save(self, request: TimeRequest) -> None: ...
    def waiting(self) -> tuple[TimeRequest, ...]:
        """Those that no supervisor took on yet, oldest first."""

    def loads(self, since: int) -> dict[str, Load]:
        """By the staff's id, those with a call since then."""
