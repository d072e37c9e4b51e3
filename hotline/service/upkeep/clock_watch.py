"""The wall clock, looked at before each tick: supervisors are told where it jumped, once, and nothing ends meanwhile."""

from __future__ import annotations

from typing import Final

from hotline.ports.clock import Reading
from hotline.ports.store import StoreAway
from hotline.service import outbox
from hotline.service.deps import Deps
from hotline.service.wall_clock import AHEAD, followed, jumped_by
from hotline.service.work import Work

KEPT_EVERY: Final = 60_000
GRACE: Final = 60_000
"""Milliseconds. A clock that is put back by then, as after a start without the network, is nobody's business."""
TOLD: Final = "clock_jumped"


class ClockWatch:
    """What this process has seen of its machine's clocks."""

    def __init__(self) -> None:
        self._jumped_at: int | None = None
        """By the clock that nobody sets."""
        self._is_told = False

    def look(self, deps: Deps, now: Reading) -> bool:
        """May what is over by this reading end? Remembers it if so, once a minute; else tells supervisors when it is time to. With the database away nothing may."""
        try:
            return self._look(deps, now)
        except StoreAway:
            return False

    def _look(self, deps: Deps, now: Reading) -> bool:
        with deps.store.read() as tx:
            known = tx.clocks.readings()
        if jumped_by(known, now):
            self._tell(deps, now, known)
            return False
        self._jumped_at, self._is_told = None, False
        before = next((reading for reading in known if reading.boot == now.boot), None)
        if before is None or now.steady - before.steady >= KEPT_EVERY:
            with deps.store.write() as tx:
                tx.clocks.keep(followed(before, now), now.wall - AHEAD)
        return True

    def _tell(self, deps: Deps, now: Reading, known: tuple[Reading, ...]) -> None:
        """All machines and processes together do so once for a jump: nothing is remembered anew until it is over."""
        if self._jumped_at is None:
            self._jumped_at = now.steady
        if self._is_told or now.steady - self._jumped_at < GRACE or not deps.written.has_phrase(f"staff.{TOLD}"):
            return
        with deps.store.write() as tx:
            messages = outbox.tell_supervisors(Work(deps, tx, now.wall // 1000), TOLD, f"{known[-1].boot}|{known[-1].wall}")
        self._is_told = True
        outbox.enqueue(deps, messages)
