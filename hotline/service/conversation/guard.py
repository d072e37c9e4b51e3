"""How a process's threads use store and spool: a few at a time, and the store not at all for a moment after it failed, so that a slow one delays no browsing hop."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from hotline.ports.clock import Clock
from hotline.ports.meter import Meter
from hotline.ports.spool import Spool, SpoolFull, SpoolState
from hotline.ports.store import Store, StoreAway, Transaction

PATIENCE: Final = 0.02
"""Seconds that a hop waits for its turn: it does so on the thread that is left to browsing hops."""
WRITE_PATIENCE: Final = 0.25
"""Seconds where the store is to be written to: that our own threads are busy says nothing of it."""
LAST_PATIENCE: Final = 0.4
"""Seconds, beside two of the store's budgets, where something is to be spooled: what is given up then is lost. So long another thread may be at the store
and not be stuck there: its budget for a connection and the one for a lock, on a machine that is busy besides."""
MOST_PATIENCE: Final = 5.0
"""Seconds: half of the ten for which a vendor waits for a screen."""
REST: Final = 2
"""The clock counts whole seconds: one to two of them."""


class GuardedStore:
    """`hotline.ports.store.Store` over another one. StoreAway also means here that it was not even asked.

    `threads`: of this process; one of them waits no longer than a moment, and then goes on without the store.
    """

    def __init__(self, store: Store, clock: Clock, meter: Meter, threads: int) -> None:
        self._store = store
        self._clock = clock
        self._meter = meter
        self.turns = threading.BoundedSemaphore(max(1, threads - 1))
        self._rests_until = 0

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        self._refuse_resting()
        with self._turn(WRITE_PATIENCE), self._watched(self._store.write()) as tx:
            yield tx

    @contextmanager
    def write_at_last(self) -> Iterator[Transaction]:
        """For what would be lost else: the store is asked though it rests."""
        with self._turn(WRITE_PATIENCE), self._store.write() as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        self._refuse_resting()
        with self._turn(PATIENCE), self._watched(self._store.read()) as tx:
            yield tx

    def _refuse_resting(self) -> None:
        if 0 < self._rests_until - self._clock.now() <= REST:  # more: the clock was put back meanwhile
            raise StoreAway("resting")

    @contextmanager
    def _turn(self, patience: float) -> Iterator[None]:
        if not self.turns.acquire(timeout=patience):
            raise StoreAway("crowded")
        try:
            yield
        finally:
            self.turns.release()

    @contextmanager
    def _watched(self, unit: AbstractContextManager[Transaction]) -> Iterator[Transaction]:
        try:
            with unit as tx:
                yield tx
        except StoreAway:
            self._rests_until = self._clock.now() + REST
            self._meter.breaker("store")
            raise


class GuardedSpool:
    """`hotline.ports.spool.Spool` over another one, for hops. SpoolFull also means here that it was not even asked.

    `budget_ms`: the store's. `turns`: the store's too, so that one thread is left to browsing hops whatever the others wait for, but for the moment that a write waits for its turn.
    """

    def __init__(self, spool: Spool, turns: threading.Semaphore, budget_ms: int) -> None:
        self._spool = spool
        self._last_patience = min(2 * budget_ms / 1000 + LAST_PATIENCE, MOST_PATIENCE)
        self._turns = turns
        self._is_failing = False
        """Did the last that was to be spooled not go in? Then those at it may be stuck there, and whoever else has something does not wait for them."""

    def put(self, key: bytes, record: bytes) -> None:
        with self._turn(PATIENCE if self._is_failing else self._last_patience):
            try:
                self._spool.put(key, record)
            except SpoolFull:
                self._is_failing = True
                raise
            self._is_failing = False

    def find(self, key: bytes) -> bytes | None:
        with self._turn():
            return self._spool.find(key)

    def find_all(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        with self._turn():
            return self._spool.find_all(keys)

    def records(self) -> tuple[tuple[bytes, bytes], ...]:
        with self._turn():
            return self._spool.records()

    def drop(self, key: bytes) -> None:
        with self._turn():
            self._spool.drop(key)

    def __len__(self) -> int:
        with self._turn():
            return len(self._spool)

    def state(self) -> SpoolState:
        try:
            with self._turn():
                return self._spool.state()
        except SpoolFull:
            return "away"

    def turn(self) -> AbstractContextManager[bool]:
        return self._spool.turn()

    @contextmanager
    def _turn(self, patience: float = PATIENCE) -> Iterator[None]:
        if not self._turns.acquire(timeout=patience):
            raise SpoolFull("crowded")
        try:
            yield
        finally:
            self._turns.release()
