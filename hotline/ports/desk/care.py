"""What staff ask for themselves, and what each carried lately."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class TimeRequest(Struct, frozen=True):
    """She needs time; nobody is told why, and nobody asks."""

    id: str
    staff: str
    at: int
    seen_by: str | None = None
    """The supervisor who took it on."""
    seen_at: int | None = None


class Load(Struct, frozen=True):
    """What one of the staff did since a moment: a guard for her, not a figure about her."""

    calls: int
    """How many callbacks she rang for, however often."""
    hard: int
    """Those of them that were marked: life in danger, a minor, hard."""
    last_hard_at: int | None


class Care(Protocol):
    def add(self, want: TimeRequest) -> None:
        """The same id twice is one."""

    def save(self, want: TimeRequest) -> None: ...
    def waiting(self) -> tuple[TimeRequest, ...]:
        """Those that no supervisor took on yet, oldest first."""

    def loads(self, since: int) -> dict[str, Load]:
        """By the staff's id, those with a call since then."""
