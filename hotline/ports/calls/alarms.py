"""Alarms: what stands before supervisors until it is over, and which of them sees to it."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

AlarmKind: TypeAlias = Literal["help", "urgent"]
"""A supervisor is wanted in a call; an urgent callback waits and nobody took it. Of the latter there is a row once somebody acknowledged it."""


class Alarm(Struct, frozen=True):
    """One of a kind for each callback."""

    callback: str
    kind: AlarmKind
    at: int
    """Since when."""
    call: str | None = None
    """Of `help`: the call with which it ends."""
    seen_by: str | None = None
    """The supervisor who acknowledged it."""


class CallForHelp(Struct, frozen=True):
    """A supervisor is wanted in a call of which nobody said yet how it ended."""

    alarm: Alarm
    reference: str
    asked_by: str
    """Which of the staff talks there."""
    is_on_the_line: bool
    """The two talk still."""


class BeforeSupervisors(Struct, frozen=True):
    """All that stands before supervisors."""

    reviews: int
    """How many nobody has decided."""
    calls_for_help: tuple[CallForHelp, ...]
    """Oldest first."""
    seen_by: dict[str, str]
    """Of urgent callbacks that somebody acknowledged: who, by the callback's id."""


class Alarms(Protocol):
    def save(self, alarm: Alarm) -> None:
        """Insert, or replace the one of this kind."""

    def of(self, callback: str, kind: AlarmKind) -> Alarm | None: ...
    def drop(self, callback: str, kind: AlarmKind) -> None: ...
    def before_supervisors(self) -> BeforeSupervisors: ...
