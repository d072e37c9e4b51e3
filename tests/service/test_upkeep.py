"""What is kept goes when its time is over, and the line knows how it is."""

from __future__ import annotations

import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway
from hotline.service.conversation.guard import GuardedSpool, GuardedStore
from hotline.service.conversation.orders import MOST_TURNS_MISSED
from tests.service.line import AWA, CALLER, FANTA, Line


def test_health_names_each_part(line: Line) -> None:
    """The clock counts as there once it has ticked, and for as long as it goes on."""
    well = {
        "database": "ok",
        "redis": "ok",
        "spool": "ok",
        "editions": "ok",
        "keys": "ok",
        "emergency_number": "none",
        "clock": "ok",
        "wall_clock": "ok",
        "supervision": "ok",
        "restored": "ok",
        "gateway fake": "ok",
    }
    assert {**well, "clock": "away"} == line.hotline.health()
    line.wait(1)
    assert well == line.hotline.health()
    line.clock.at += 30
    assert {**well, "clock": "away"} == line.hotline.health()
    line.memory.away, line.store.failing = True, "always"
    assert {
        **well,
        "database": "away",
        "redis": "away",
        "clock": "away",
        "wall_clock": "away",
        "supervision": "away",
        "restored": "away",
        "gateway fake": "away",
    } == line.hotline.health()


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


def test_one_thread_is_left_to_browsing_whatever_store_and_spool_wait_for(line: Line) -> None:
    """They take turns together: where all but one thread are with the store, an order that would be spooled does not take the last."""
    guarded = GuardedStore(line.store, line.clock, line.meter, threads=2)
    spool = GuardedSpool(line.spool, guarded.turns, 300)
    with guarded.read():
        for work in (lambda: spool.put(b"k" * 32, b"one"), lambda: spool.find(b"k" * 32), lambda: len(spool), spool.records):
            with pytest.raises(SpoolFull):
                work()
        assert "away" == spool.state()
    spool.put(b"k" * 32, b"one")
    assert (1, "ok") == (len(spool), spool.state())


def test_a_spool_that_was_set_aside_is_told_to_supervisors_once_a_day(line: Line) -> None:
    """At once, and in health, until somebody took the file away."""
    line.spool.is_set_aside = True
    line.wait(1)
    assert [line.say("spool_set_aside")] == line.inbox(FANTA)
    assert "set_aside" == line.hotline.health()["spool"]
    line.wait(3600)
    assert [] == line.inbox(FANTA)
    line.wait(24 * 3600)
    assert [line.say("spool_set_aside")] == line.inbox(FANTA)
    line.spool.is_set_aside = False
    line.wait(24 * 3600)
    assert [] == line.inbox(FANTA)
    assert "ok" == line.hotline.health()["spool"]


def test_a_machine_without_a_spool_is_told_to_supervisors(line: Line) -> None:
    """After a minute of it: a disk that stalls and comes back is nobody's business. Callers are promised and kept as ever while the database is there."""
    line.spool.away = True
    for _ in range(2):
        line.clock.at += 30
        with pytest.raises(SpoolFull):
            line.hotline.tick()
    line.work()
    assert [] == line.inbox(FANTA)
    line.clock.at += 30
    with pytest.raises(SpoolFull):
        line.hotline.tick()
    line.work()
    assert [line.say("spool_away")] == line.inbox(FANTA)
    assert "callback.kept_now" == line.walk("5 5").key


def test_a_web_process_drains_the_spool_where_there_is_no_clock(line: Line) -> None:
    """Its own look, every second, takes in what lies on its disk; one process of the machine at a time, and none for ever."""
    line.store.failing = "always"
    line.walk("5 5")
    line.store.failing = "never"
    line.clock.at += 3
    line.spool.is_ours = False
    for _ in range(MOST_TURNS_MISSED):
        line.hotline.tend_spool()
    assert (1, []) == (len(line.spool), line.callbacks())
    line.hotline.tend_spool()
    assert (0, "waiting") == (len(line.spool), line.callback().state)


@pytest.mark.parametrize("how", ["lost", "destroyed"])
def test_what_lies_under_a_days_key_that_is_gone_is_missed_and_shown(line: Line, how: str) -> None:
    """Within a minute: nobody waits for a call that nobody can make. A supervisor is told and has it before her; what lies under another key goes on."""
    days = {day: X25519PrivateKey.generate().public_key().public_bytes_raw() for day in ("2026-11-27", "2026-11-28")}
    for day, public in days.items():
        with line.store.write() as tx:
            tx.day_keys.add(day, public, line.clock.at)
            tx.day_keys.use(day, line.clock.at)
        line.dial("5 5", session=day, number=f"+2237000{day[-2:]:>04}")
    with line.store.write() as tx:
        tx.day_keys.lose("2026-11-27", line.clock.at) if how == "lost" else tx.day_keys.drop("2026-11-27")
        gone, well = sorted(tx.day_keys.under(), key=tx.day_keys.under().__getitem__)
        reference = tx.callbacks.get(gone).reference
    line.inbox(FANTA)
    line.wait(61)
    line.wait(61)
    with line.store.read() as tx:
        assert ["lapsed", "waiting"] == [tx.callbacks.get(id).state for id in (gone, well)]
        assert ["missed"] == [review.reason for review in tx.reviews.of(gone)]
    assert [line.say("lapsed", ref=reference)] == line.inbox(FANTA)
