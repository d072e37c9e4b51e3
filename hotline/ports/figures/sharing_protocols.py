"""Information-sharing protocols: under which rows may leave the line for a partner, and until when."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class SharingProtocol(Struct, frozen=True):
    """A signed one, as a coordinator recorded it. While none is in force no row leaves."""

    number: int
    """From 1 on."""
    partner: str
    """For whom."""
    signed_by: str
    """Who signed it for the line."""
    letter: str
    """Under which it is kept."""
    until: int
    """The last day of it, since 1970-01-01."""
    recorded_at: int
    recorded_by: str
    """An alias, as the next."""
    ended_at: int | None = None
    """Ended before its last day."""
    ended_by: str | None = None

    def holds(self, day: int) -> bool:
        """Is it in force on that day?"""
        return self.ended_at is None and day <= self.until


class SharingProtocols(Protocol):
    def save(self, protocol: SharingProtocol) -> None:
        """A new one, or an end of one that is there."""

    def get(self, number: int) -> SharingProtocol | None: ...
    def all(self) -> tuple[SharingProtocol, ...]:
        """By number."""
