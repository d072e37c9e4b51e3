"""Figures about the line, never about a person."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Tally(Struct, frozen=True):
    """How many callbacks of one day and language ended so."""

    day: int
    """Days since 1970-01-01 UTC on which it was made."""
    language: str
    urgent: bool
    state: str
    outcome: str | None
    rung: bool
    """Somebody rang. Of a callback whose row is gone only where it is known how the call ended."""
    count: int


class WaitingNow(Struct, frozen=True):
    """What waits in one language at this moment, its window open."""

    language: str
    waiting: int
    urgent: int
    """Of them."""
    since: int
    """Since when the longest waits."""


class Counts(Struct, frozen=True):
    """What the gauges show; nothing in it points to a person."""

    waiting: dict[str, int]
    oldest_age: dict[str, int]
    outbox: dict[str, int]
    edition: int = 0
    """The one in force; 0 where there is none."""


class Figures(Protocol):
    """`since` and `until`: days since 1970-01-01 UTC on which a callback was made, the first of them and the one after the last."""

    def tallied(self, since: int, until: int) -> tuple[Tally, ...]:
        """Callbacks, those whose rows are gone among them, open ones too."""

    def attempts_by_outcome(self, since: int, until: int) -> dict[tuple[int, str], int]:
        """How many callbacks had so many attempts and this outcome (empty: none yet)."""

    def safer_answers(self, since: int, until: int) -> dict[str, int]: ...
    def referral_outcomes(self, since: int, until: int) -> dict[str, int]:
        """Referrals noted on these days, of callers whose consent to count in figures stands."""

    def waiting_now(self, at: int) -> tuple[WaitingNow, ...]:
        """By language; those in which nobody waits are left out."""

    def phones_waiting(self, at: int, seconds: int) -> int:
        """How many phones wait at `at`, their windows open, for so long or longer."""

    def counts(self, at: int) -> Counts: ...
