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


class Offers(Protocol):
    def add(self, offer: Offer) -> None: ...
    def of(self, callback: str) -> tuple[Offer, ...]:
        """Oldest first."""

    def last(self) -> dict[str, int]:
        """By the staff's id, which of all offers was the last to each, counted from 1: the greater, the later. Who was never offered anything is missing."""

    def to(self, staff: str, at: int) -> tuple[Callback, ...]:
        """Waiting, due at `at`, and offered to this counselor: newest offer first."""
