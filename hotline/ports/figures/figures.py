"""Figures about the line, never about a person."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from hotline.engine.effects import Urgency
from hotline.ports.desk.cases import Incident


class Tally(Struct, frozen=True):
    """How many callbacks of one language ended so."""

    language: str
    urgent: bool
    state: str
    outcome: str | None
    attempts: int
    """How often somebody rang; 0 where its row is gone."""
    count: int

    @property
    def rung(self) -> bool:
        """Did somebody ring? Of a callback whose row is gone its ending tells, `unsaid` where nobody said it; before 0027 only where it was said."""
        return self.attempts > 0 or self.outcome is not None


class SealedCounts(Struct, frozen=True):
    """What lies sealed of the callbacks of some days, counted."""

    waits: dict[tuple[bool, int], int]
    """How many (urgent or not) were first rung so many minutes after somebody waited for it; those never rung are left out. Of callbacks whose
    rows are gone the minutes are rounded up."""
    safer: dict[str, int]
    """What callers answered with whom somebody talked."""
    entered: int = 0
    """How many were entered by staff, of those whose rows are left."""


class WaitingNow(Struct, frozen=True):
    """What waits in one language at this moment, its window open."""

    language: str
    waiting: int
    urgent: int
    """Of them."""
    since: int
    """Since when the longest waits."""


class TurnedAway(Struct, frozen=True):
    """How many sessions in one hour asked for a call *now* in a language and were shown that nobody can make it."""

    hour: int
    """Hours since 1970-01-01 UTC; of what is older than a week the first of its day."""
    language: str
    urgency: Urgency
    missing: str
    """Why (`calls/rules/coverage.py`): nobody was there, who was there goes too soon, the line is closed."""
    count: int = 0


class Counts(Struct, frozen=True):
    """What the gauges show; nothing in it points to a person."""

    waiting: dict[str, int]
    oldest_age: dict[str, int]
    outbox: dict[str, int]
    gateways: dict[tuple[str, str], int] = {}
    """Of these, by gateway and state."""
    edition: int = 0
    """The one in force; 0 where there is none."""
    clock_jumped: int = 0
    """Seconds by which this machine's wall clock is ahead of what it should say, negative where it is behind; 0 where it is right."""
    backup_age: int | None = None
    """Seconds since a daily backup was last made; None where none ever was, or nobody knows."""
    drill_age: int | None = None
    """Seconds since a backup was last tried out, and was right."""
    is_held: bool = False
    """The line was restored, and nobody said go yet."""


class OfferedHours(Struct, frozen=True):
    """Minutes of a local day that the line offered in a language, and how many of them a counselor was planned for."""

    day: int
    language: str
    offered: int
    covered: int


class LineState(Struct, frozen=True):
    """How the line stands, for gauges; nothing in it points to a person."""

    promises: dict[tuple[str, str], int]
    """By language and what became of them: of the last seven days, `made`, `kept` (somebody rang), `missed` (their end passed and nobody did)."""
    refused: dict[tuple[str, str], int]
    """Who asked for a call and met nobody, by language and why, of the last seven days."""
    there: dict[str, int]
    """Counselors who are there, by language."""
    on_call: int
    """Supervisors who said that they are."""
    uncovered: dict[str, float]
    """Hours of the seven days to come that nobody has planned to take, by language; `supervision`: that no supervisor has."""
    oldest_pending: dict[str, int]
    """Age in seconds of the message that has waited longest, by queue."""
    proposals: int
    """Editions that wait for a second person."""


class Figures(Protocol):
    """`since` and `until`: days since 1970-01-01 UTC on which a callback was made, the first of them and the one after the last."""

    def tallied(self, *spans: tuple[int, int]) -> tuple[tuple[Tally, ...], ...]:
        """Of each span, `since` and `until`; they may overlap, and are counted at once. Callbacks, those whose rows are gone among them, open ones too."""

    def said(self, *spans: tuple[int, int]) -> tuple[SealedCounts, ...]:
        """Of each span, as above."""

    def rung_late(self, since: int, until: int) -> int:
        """Calls of these days in which the caller's phone was rung after the last end of all that they were for: to the second while that is open, and
        once it closed by whole hours, since no more is kept (later by days)."""

    def offers_not_taken(self, since: int, until: int) -> int:
        """Offers of callbacks that wait no longer, to somebody who neither held nor rang them."""

    def referral_outcomes(self, since: int, until: int) -> dict[str, int]:
        """Referrals noted on these days, of callers whose consent to count in figures stands."""

    def waiting_now(self, at: int) -> tuple[WaitingNow, ...]:
        """By language; those in which nobody waits are left out."""

    def turn_away(self, turned: TurnedAway) -> None:
        """Add these to what was counted of the same hour."""

    def turned_away(self, since: int, until: int) -> tuple[TurnedAway, ...]:
        """Of these days, as they were asked on them."""

    def phones_waiting(self, at: int, seconds: int) -> int:
        """How many phones wait at `at`, their windows open, for so long or longer."""

    def counts(self, at: int) -> Counts: ...
    def endings(self, since: int, until: int) -> dict[str, int]:
        """How the last call ended of what was made in these months and rung; of those whose rows are left, too."""

    def safety(self, since: int, until: int) -> dict[str, int]:
        """What was said of safety, `unknown` where nothing was, of what was made in these months and talked; of those whose rows are left, too."""

    def referrals_counted(self, since: int, until: int) -> dict[tuple[str, str], int]:
        """By kind and outcome, of these months: those that nobody can take back any more."""

    def incidents(self, since: int, until: int) -> tuple[Incident, ...]:
        """Of these days, those that count and that nobody can take back any more: they are tied to no callback."""

    def tied(self, since: int, until: int) -> int:
        """How much of these days is not settled: callbacks that are open; incidents and referrals that count and can still be taken back, of earlier
        days too, since a yes that was said late counts in the month in which it was said."""

    def first_day(self) -> int | None:
        """The day of the first callback that was ever made. Returns None where there was none."""

    def note_hours(self, hours: OfferedHours) -> None:
        """Once for a day and a language: what stands there stays."""

    def hours(self, since: int, until: int) -> tuple[OfferedHours, ...]: ...
    def oldest_pending(self, at: int) -> dict[str, int]:
        """Age in seconds of the message that waits longest to be handed over, by queue."""
