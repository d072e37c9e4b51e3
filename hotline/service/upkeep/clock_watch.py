"""The wall clock, looked at before each tick: supervisors are told where it jumped, once, and nothing ends meanwhile."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.clock import Reading
from hotline.ports.store import StoreAway
from hotline.service import outbox
from hotline.service.deps import Deps
from hotline.service.wall_clock import AHEAD, BACK, TOLERANCE, apart, followed, jumped_by
from hotline.service.work import Work

KEPT_EVERY: Final = 60_000
GRACE: Final = 60_000
"""Milliseconds. A clock that is put back by then, as after a start without the network, is nobody's business."""
CLOCKS_APART: Final = BACK // 1000
"""Seconds by which another machine's clock may be ahead and count as right."""
TOLD: Final = "clock_jumped"


class Behind(Struct, frozen=True):
    """A clock that this process saw behind."""

    last: Reading
    """When it looked last."""
    open_before: frozenset[str]
    """What was open when it looked first: asked for by a clock that was right."""


class ClockWatch:
    """What this process has seen of its machine's clocks."""

    def __init__(self) -> None:
        self._jumped_at: int | None = None
        """By the clock that nobody sets."""
        self._is_told = False
        self._behind: Behind | None = None

    def look(self, deps: Deps, now: Reading) -> bool:
        """May what is over by this reading end? Remembers it if so, once a minute; else tells supervisors when it is time to. With the database away nothing may."""
        try:
            return self._look(deps, now)
        except StoreAway:
            return False

    def _look(self, deps: Deps, now: Reading) -> bool:
        with deps.store.read() as tx:
            known = tx.clocks.readings()
        ahead = jumped_by(known, now)
        if self._behind is not None and known:  # else somebody said that it is right
            put_forward(deps, self._behind, now)
        if ahead:
            self._behind = self._seen_behind(deps, now) if ahead < 0 else None
            self._tell(deps, now, known)
            return False
        self._jumped_at, self._is_told, self._behind = None, False, None
        before = next((reading for reading in known if reading.boot == now.boot), None)
        if before is None or now.steady - before.steady >= KEPT_EVERY:
            with deps.store.write() as tx:
                tx.clocks.keep(followed(before, now), now.wall - AHEAD)
        return True

    def _seen_behind(self, deps: Deps, now: Reading) -> Behind:
        if self._behind is not None:
            return replace(self._behind, last=now)
        with deps.store.read() as tx:
            return Behind(now, frozenset(callback.id for callback in tx.callbacks.all_open()))

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


def put_forward(deps: Deps, behind: Behind, now: Reading) -> None:
    """What was asked for at once while a clock was behind counts as asked for when it was: else all of it would be over once the clock is right. By as much as the
    clock was put forward since it was looked at last. Raises StoreAway."""
    step = apart(behind.last, now)
    if step <= TOLERANCE:
        return
    late, before_the_step = round(step / 1000), (now.wall - step) // 1000 + 1
    with deps.store.read() as tx:
        made = [callback.id for callback in tx.callbacks.all_open() if callback.id not in behind.open_before]
    for id in made:
        with deps.store.write() as tx:
            callback = tx.callbacks.get(id)
            if (
                callback is not None
                and callback.at_once
                and callback.state in ("waiting", "claimed")
                and callback.made_at <= before_the_step
            ):
                claimed_at = None if callback.claimed_at is None else callback.claimed_at + late
                times = {name: getattr(callback, name) + late for name in ("made_at", "opens_at", "not_after")}
                tx.callbacks.save(replace(callback, claimed_at=claimed_at, **times))
