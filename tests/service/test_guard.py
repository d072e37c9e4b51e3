"""What the guards of store and spool keep away from hops, and what they never keep away: something that is to be written."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hotline.adapters.apart import Apart, Late
from hotline.config import SETTINGS
from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway
from hotline.service.conversation.guard import GuardedSpool, GuardedStore
from tests.service.fakes import FakeMeter
from tests.service.line import Line

THREADS = 2
BUDGET_MS = next(int(variable.default) for variable in SETTINGS if variable.name == "HOTLINE_DATABASE_BUDGET_MS")


def test_what_is_to_be_written_waits_for_its_turn(line: Line) -> None:
    """That all threads of the process are busy says nothing of store or spool: an order is not lost over it, and a look goes on without them at once."""
    store = GuardedStore(line.real_store, line.clock, FakeMeter(), THREADS)
    spool = GuardedSpool(line.spool, store.turns, BUDGET_MS)
    store.turns.acquire()
    with pytest.raises(StoreAway, match="crowded"), store.read():
        pass
    with pytest.raises(SpoolFull, match="crowded"):
        spool.find(b"k" * 32)
    store.turns.release()

    def write() -> None:
        with store.write():
            pass

    for asks in (write, lambda: spool.put(b"k" * 32, b"record")):
        store.turns.acquire()
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(asks)
            store.turns.release()
            asking.result()
    assert spool.find(b"k" * 32) == b"record"


class Busy(threading.Semaphore):
    """No turn is free; it notes how long each waits for one."""

    def __init__(self) -> None:
        super().__init__(0)
        self.waited: list[float] = []

    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0)
        return super().acquire(blocking=False)


@pytest.mark.parametrize("budget_ms", [BUDGET_MS, 2000])
def test_the_last_resort_waits_until_another_may_have_left_the_store(line: Line, budget_ms: int) -> None:
    """Whoever holds a turn may wait twice in the store, for a connection and for a lock: an order that gave up sooner would be lost over a store that is well."""
    turns = Busy()
    store = GuardedStore(line.real_store, line.clock, FakeMeter(), THREADS)
    store.turns = turns  # type: ignore[assignment]
    with pytest.raises(StoreAway, match="crowded"), store.write():
        pass
    with pytest.raises(SpoolFull, match="crowded"):
        GuardedSpool(line.spool, turns, budget_ms).put(b"k" * 32, b"record")
    written, spooled = turns.waited
    assert written < 2 * budget_ms / 1000 < spooled


def test_the_last_resort_waits_no_longer_than_a_vendor(line: Line) -> None:
    """A screen comes within ten seconds, whatever the budget and whatever came before the spool: another half of them is left for that."""
    turns = Busy()
    with pytest.raises(SpoolFull, match="crowded"):
        GuardedSpool(line.spool, turns, 5000).put(b"k" * 32, b"record")
    assert turns.waited == [5.0]


def test_nobody_waits_for_those_that_a_spool_keeps(line: Line) -> None:
    """Once it kept nothing, whoever is at it may be stuck there: the thread that is left to browsing hops does not wait for them, until something went in."""
    turns = Busy()
    spool = GuardedSpool(line.spool, turns, BUDGET_MS)
    turns.release()
    line.spool.away = True
    with pytest.raises(SpoolFull):
        spool.put(b"k" * 32, b"record")
    turns.acquire()
    turns.waited.clear()
    with pytest.raises(SpoolFull, match="crowded"):
        spool.put(b"k" * 32, b"record")
    turns.release()
    line.spool.away = False
    spool.put(b"k" * 32, b"record")
    turns.acquire()
    with pytest.raises(SpoolFull, match="crowded"):
        spool.put(b"l" * 32, b"record")
    at_once, _, _, long = turns.waited
    assert at_once < long / 10


def test_what_would_be_lost_asks_a_store_that_rests(line: Line) -> None:
    """Though it failed a moment ago; and no more threads are at it at once than ever."""
    store = GuardedStore(line.real_store, line.clock, FakeMeter(), THREADS)
    with pytest.raises(StoreAway), store.write():
        raise StoreAway("late")
    with pytest.raises(StoreAway, match="resting"), store.write():
        pass
    with store.write_at_last() as tx:
        assert tx.callbacks.all_open() == ()
    store.turns.acquire()
    with pytest.raises(StoreAway, match="crowded"), store.write_at_last():
        pass


def test_the_last_resort_keeps_no_rest() -> None:
    """After something came late all else is told so at once for a second; what nobody asks for again is tried all the same."""
    apart, hangs = Apart("test", 1.0, monotonic=lambda: 0.0), threading.Event()  # on a busy machine a thread may begin late
    with pytest.raises(Late):
        apart.do(lambda _: hangs.wait())
    hangs.set()
    with pytest.raises(Late):
        apart.do(lambda _: "looked")
    assert apart.do(lambda _: "put", is_last=True) == "put"
    apart.close()


@pytest.mark.parametrize(("budget", "waits"), [(0.3, 1.2), (1.0, 2.0), (5.0, 5.0)])
def test_the_last_resort_waits_longer_for_the_disk(monkeypatch: pytest.MonkeyPatch, budget: float, waits: float) -> None:
    """What comes too late there is lost: four times the budget, two seconds at most, and never less than all else."""
    waited: list[float] = []

    class Noting(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.extend(() if timeout is None else (timeout,))
            return super().wait()

    monkeypatch.setattr(threading, "Event", Noting)
    apart = Apart("test", budget)
    assert [apart.do(lambda _: "read"), apart.do(lambda _: "put", is_last=True)] == ["read", "put"]
    apart.close()
    assert waited == [budget, waits]
