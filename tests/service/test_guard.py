"""What the guards of store and spool keep away from hops, and what they never keep away: something that is to be written."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hotline.adapters.apart import Apart, Late
from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway
from hotline.service.conversation.guard import GuardedSpool, GuardedStore
from tests.service.fakes import FakeMeter
from tests.service.line import Line

THREADS = 2


def test_what_is_to_be_written_waits_for_its_turn(line: Line) -> None:
    """That all threads of the process are busy says nothing of store or spool: an order is not lost over it, and a look goes on without them at once."""
    store = GuardedStore(line.real_store, line.clock, FakeMeter(), THREADS)
    spool = GuardedSpool(line.spool, store.turns)
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


def test_the_last_resort_keeps_no_rest() -> None:
    """After something came late all else is told so at once for a second; what nobody asks for again is tried all the same."""
    apart, hangs = Apart("test", 0.05), threading.Event()
    with pytest.raises(Late):
        apart.do(lambda _: hangs.wait())
    hangs.set()
    with pytest.raises(Late):
        apart.do(lambda _: "looked")
    assert apart.do(lambda _: "put", now=True) == "put"
    apart.close()
