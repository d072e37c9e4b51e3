"""The wall clock, looked at before each tick: supervisors are told where it jumped, once, and nothing ends meanwhile."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from hotline.ports.clock import Reading
from hotline.ports.store import StoreAway
from hotline.service import outbox
from hotline.service.deps import Deps
from hotline.service.wall_clock import AHEAD, BACK, followed, jumped_by
from hotline.service.work import Work

KEPT_EVERY: Final = 60_000
GRACE: Final = 60_000
"""Milliseconds. A clock that is put back by then, as after a start without the network, is nobody's business."""
CLOCKS_APART: Final = BACK // 1000
"""Seconds by which another machine's clock may be ahead and count as right."""
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


def put_back(deps: Deps, at: int) -> None:
    """What was asked for at once while a clock was ahead counts as asked for now: else nobody would see it before that time comes. `at`: by a clock
    that is right. Raises StoreAway."""
    with deps.store.read() as tx:
        ahead = [callback.id for callback in tx.callbacks.ahead(at + CLOCKS_APART)]
    for id in ahead:
        with deps.store.write() as tx:
            callback = tx.callbacks.get(id)
            if callback is not None and callback.state == "waiting" and callback.made_at > at:
                early = callback.made_at - at
                times = {"made_at": at, "opens_at": callback.opens_at - early, "not_after": callback.not_after - early}
                tx.callbacks.save(replace(callback, **times))
