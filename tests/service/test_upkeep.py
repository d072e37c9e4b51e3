"""What is kept goes when its time is over, and the line knows how it is."""

from __future__ import annotations

import threading

import pytest

from hotline.ports.store import StoreAway
from hotline.service.conversation.guard import GuardedStore
from tests.service.line import AWA, CALLER, Line


def test_health_names_each_part(line: Line) -> None:
    """The clock counts as there once it has ticked, and for as long as it goes on."""
    well = {
        "database": "ok",
        "redis": "ok",
        "spool": "ok",
        "editions": "ok",
        "emergency_number": "none",
        "clock": "ok",
        "supervision": "ok",
    }
    assert {**well, "clock": "away"} == line.hotline.health()
    line.wait(1)
    assert well == line.hotline.health()
    line.clock.at += 30
    assert {**well, "clock": "away"} == line.hotline.health()
    line.memory.away, line.store.failing = True, "always"
    assert {**well, "database": "away", "redis": "away", "clock": "away", "supervision": "away"} == line.hotline.health()


def test_counts(line: Line) -> None:
    """How many wait in each language, and for how long."""
    line.walk("5 5")
    line.clock.at += 60
    counts = line.hotline.counts()
    assert ({"fr": 1}, {"fr": 60}, {"pending": 1}) == (counts.waiting, counts.oldest_age, counts.outbox)


def test_numbers_go_a_day_after_the_end(line: Line) -> None:
    """The clock purges by itself."""
    line.walk("5 5")
    line.work()
    line.ring()
    line.text(AWA, "1")
    line.wait(24 * 3600 - 1)
    assert CALLER == line.number_of(line.callback())
    line.wait(301)
    assert None is line.number_of(line.callback())


def test_an_order_after_its_session_is_over_ends_safely(line: Line) -> None:
    """A hop that comes a day late finds its key and nothing else: nobody is rung anew, and nothing is promised."""
    line.walk("5 5")
    line.wait(3600)
    screen = line.dial("5 5")
    assert ("safe.end", 1) == (screen.key, len(line.callbacks()))


def test_crowded_stores_delay_no_hop(line: Line) -> None:
    """A few may wait for the store; whoever comes then is answered without it, and it is not thought to have failed."""
    guarded = GuardedStore(line.store, line.clock, line.meter, threads=4)
    entered, leave = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        with guarded.read():
            entered.release()
            leave.wait()

    holders = [threading.Thread(target=hold) for _ in range(3)]
    for holder in holders:
        holder.start()
    try:
        for _ in holders:
            assert entered.acquire(timeout=120)
        with pytest.raises(StoreAway), guarded.read():
            pass
    finally:
        leave.set()
        for holder in holders:
            holder.join()
    with guarded.read():
        assert [] == line.meter.breakers
