"""The clock: moments, and the local minutes that they fall in."""

from __future__ import annotations

from typing import Protocol

from hotline.engine.effects import Minute


class Clock(Protocol):
    def now(self) -> int:
        """The moment, in Unix seconds."""

    def local(self, at: int) -> Minute:
        """The local wall-clock minute of a moment."""

    def moment(self, minute: Minute) -> int:
        """The moment of a local wall-clock minute."""

    def pause(self, seconds: float) -> None:
        """Let so many seconds pass."""
