"""Keyed hashes."""

from __future__ import annotations

from typing import Protocol


class Hasher(Protocol):
    def digest(self, purpose: str, value: str) -> bytes:
        """HMAC-SHA-256 (32 bytes) under the hashing key; the same value under another purpose gives another digest."""
