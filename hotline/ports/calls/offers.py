"""What was offered to whom."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from hotline.ports.calls.callbacks import Callback


class Offer(Struct, frozen=True):
    """A callback was offered to someone of the staff."""

    callback: str
    staff: str
    at: int


class LiveOffer(Struct, frozen=True):
    """An offer that can still be followed."""

    callback: str
    staff: str
    at: int
    urgent: bool


class Offers(Protocol):
    def add(self, offer: Offer) -> None: ...
    def of(self, callback: str) -> tuple[Offer, ...]:
        """Oldest first."""

    def last(self) -> dict[str, int]:
        """By the staff's id, which of all offers was the last to each, counted from 1: the greater, the later. Who was never offered anything is missing."""

    def offered_since(self, since: int) -> frozenset[str]:
        """Who was offered anything after that moment. Of a callback that closed the hour is left, so that whoever heard of that one alone is missing."""

    def live(self, since: int) -> tuple[LiveOffer, ...]:
        """Offers made after `since` of what still waits, to whomever, newest first; but for those that were followed: whoever rang for it, and gave it back, is not
        asked about it any more."""

    def to(self, staff: str, at: int) -> tuple[Callback, ...]:
        """Waiting, due at `at`, and offered to this counselor: newest offer first."""
