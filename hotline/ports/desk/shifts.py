"""Planned shifts."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class Shift(Struct, frozen=True):
    """A planned span: minutes of the local day, `start` < `end` <= 1440; weekday 0 is Monday, None every day.

    With a `day` (local days since 1970-01-01) it is an exception and holds on that day alone; `off`: away then, whatever the
    week says.
    """

    staff: str
    weekday: int | None
    start: int
    end: int
    day: int | None = None
    off: bool = False


class Shifts(Protocol):
    def add(self, shift: Shift) -> None: ...
    def drop(self, shift: Shift) -> None: ...
    def all(self) -> tuple[Shift, ...]:
        """Of active staff; the week's first, then exceptions, the past ones too until they are purged."""
