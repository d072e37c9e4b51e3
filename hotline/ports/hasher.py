"""Keyed hashes."""

from __future__ import annotations

from typing import Protocol


class Hasher(Protocol):
    def digest(self, purpose: str, value: str) -> bytes:
        """HMAC-SHA-256 under the key in force for this purpose, 32 bytes, and of what lies about for long the key's id in front; the same value under
        another purpose gives another digest."""

    def digests(self, purpose: str, value: str) -> tuple[bytes, ...]:
        """The same, and under every other key that is being exchanged or still has something hashed under it: the one in force first."""
