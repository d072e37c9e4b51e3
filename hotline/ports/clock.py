"""The clock: moments, and the local minutes that they fall in."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from hotline.engine.effects import Minute


class Reading(Struct, frozen=True):
    """What a machine's two clocks say at the same moment, in milliseconds."""

    boot: str
    """Since which start of which machine `steady` counts."""
    wall: int
    """Since 1970-01-01 UTC. Anybody may set it."""
    steady: int
    """Nobody sets it, and it goes on while the machine sleeps."""


class Clock(Protocol):
    def now(self) -> int:
        """The moment, in Unix seconds."""

    def reading(self) -> Reading:
        """`now` beside the clock that nobody sets."""

    def local(self, at: int) -> Minute:
        """The local wall-clock minute of a moment."""

    def moment(self, minute: Minute) -> int:
        """The moment of a local wall-clock minute."""

    def pause(self, seconds: float) -> None:
        """Let so many seconds pass."""
