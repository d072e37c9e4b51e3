"""Encryption for what lies, or travels, outside the line."""

from __future__ import annotations

from typing import Protocol


class Sealer(Protocol):
    @property
    def is_dropped(self) -> bool:
        """Were the keys dropped? Then nothing is kept, and nothing that was opens."""

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt for one place, which `context` names: nowhere else does it open."""

    def opened(self, sealed: bytes, context: str) -> bytes | None:
        """What was sealed for this very place. Returns None for anything else."""
