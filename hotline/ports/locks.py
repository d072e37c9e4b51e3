"""Passwords, one-time codes and tokens."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Crowded(Exception):
    """Others are being checked just now: try again in a moment."""


class Passwords(Protocol):
    def hash(self, password: str) -> str:
        """argon2id, salted, in its own encoding."""

    def turn(self, *, known: bool) -> AbstractContextManager[None]:
        """A turn to have a password checked, weighed or hashed: within it nobody else is. A known browser waits for no unknown one. Raises Crowded."""

    def matches(self, hashed: str, password: str) -> bool:
        """As slow for an empty `hashed`, which nothing matches."""

    def is_weak(self, password: str, about: tuple[str, ...]) -> bool:
        """Is it common, or soon guessed? `about`: words that everybody would try, the alias among them."""


class Codes(Protocol):
    """Time-based one-time passwords (RFC 6238)."""

    def step(self, secret: str, code: str, at: int) -> int | None:
        """The 30-second step that this code belongs to, at most one away from `at`; None where it belongs to none."""

    def address(self, secret: str, alias: str) -> str:
        """What an authenticator's camera reads."""


class TokenSource(Protocol):
    def token(self) -> str:
        """At least 128 bits, in letters that an address carries as they are."""
