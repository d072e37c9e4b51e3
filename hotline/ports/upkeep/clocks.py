"""What is remembered of the machines' clocks: when each was right for the last time."""

from __future__ import annotations

from typing import Protocol

from hotline.ports.clock import Reading


class Clocks(Protocol):
    def readings(self) -> tuple[Reading, ...]:
        """The last right reading of each machine since it started, the newest last."""

    def keep(self, reading: Reading, oldest: int) -> None:
        """In place of what was kept of the same start. What is older than the moment `oldest`, in milliseconds, goes."""

    def forget(self) -> None:
        """Whatever the clocks say next counts as right."""
