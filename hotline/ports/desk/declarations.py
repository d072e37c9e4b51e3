"""What a supervisor declares of the line: that so many ask that a call may not come, and hours in which no window is offered."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

from hotline.engine.effects import Minute


class Declaration(Struct, frozen=True):
    """It holds from `start` until `end`."""

    kind: Literal["many", "closed"]
    start: Minute
    end: Minute


class Declarations(Protocol):
    def add(self, declaration: Declaration) -> None: ...
    def drop(self, declaration: Declaration) -> None: ...
    def ending_after(self, now: Minute) -> tuple[Declaration, ...]:
        """Those that are not over by this minute, in the order of their beginnings."""
