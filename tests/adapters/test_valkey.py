"""The short memory on a real Valkey: sealed, hashed, in order, and quickly given up when it is away. What its fake must do too is in `service/test_contracts.py`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as NotReached

from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.valkey import Breaker, ValkeyMemory, connect
from hotline.ports.memory import Memory, MemoryAway

if TYPE_CHECKING:
    from tests.valkey import Mortal

pytest_plugins = ["tests.valkey"]

SESSION = "demo|+22370000001"
SEAL = Seal.from_text(new_keys())


@pytest.fixture
def client(valkey: str) -> Iterator[Redis]:
    with connect(valkey, 5000) as client:
        yield client


@pytest.fixture
def memory(client: Redis) -> Memory:
    return ValkeyMemory(client, SEAL)


class HandClock:
    """A monotonic clock that moves by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def everything(client: Redis) -> bytes:
    """All that the server holds: every key, every value."""
    held = b""
    for key in client.scan_iter():
        value = client.lrange(key, 0, -1) if client.type(key) == b"list" else [client.get(key)]
        held += key + b"".join(value)
    return held


def fail_once(breaker: Breaker) -> None:
    with pytest.raises(MemoryAway), breaker.guard():
        raise NotReached


def test_everything_expires(client: Redis, memory: Memory) -> None:
    """Facts, inputs and markers live their session's seconds, from the last message on; a message's id a day. Nothing stays for good."""
    memory.begin(SESSION, 3, 300)
    memory.vouch(0)
    memory.remember(SESSION, b"facts", 300)
    memory.hear(SESSION, "m1", "5", 60)
    memory.hear(SESSION, "m2", "5", 1800)
    lives = sorted((key.split(b":")[0], client.ttl(key)) for key in client.scan_iter())
    assert [kind for kind, _ in lives] == [b"began", b"facts", b"heard", b"heard", b"inputs", b"vouched"]
    assert [round(seconds, -2) for _, seconds in lives] == [300, 300, 86400, 86400, 1800, 86400]


def test_messages_at_once_neither_vanish_nor_swap(valkey: str, memory: Memory) -> None:
    """Eight senders at once: every answer is a beginning of the longest one, and each message is the last of its own answer."""
    answers: dict[str, tuple[str, ...] | None] = {}
    barrier = threading.Barrier(8)

    def send(sender: int) -> None:
        with connect(valkey, 5000) as own:
            mine = ValkeyMemory(own, SEAL)
            barrier.wait()
            for n in range(20):
                text = f"{sender}.{n}"
                answers[text] = mine.hear(SESSION, text, text, 300)

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lists = sorted((answer for answer in answers.values() if answer is not None), key=len)
    assert [len(heard) for heard in lists] == list(range(1, 161))
    assert all(heard == lists[-1][: len(heard)] for heard in lists)
    assert all(answer is not None and answer[-1] == text for text, answer in answers.items())


def test_a_dump_of_the_server_says_nothing(client: Redis, memory: Memory) -> None:
    """Neither number, nor text, nor message id, nor facts can be read from keys or values."""
    memory.remember(SESSION, b"waiting for 14h20", 300)
    memory.begin(SESSION, 3, 300)
    memory.hear(SESSION, "ATXid_99", "70000001", 300)
    held = everything(client)
    assert [word for word in (b"70000001", b"14h20", b"ATXid", b"demo") if word in held] == []


def test_a_value_moved_to_another_session_does_not_open(client: Redis, memory: Memory) -> None:
    """Sealed for its key: copied elsewhere, facts count as lost, and a conversation begins anew instead of going astray."""
    memory.remember(SESSION, b"facts", 300)
    memory.hear(SESSION, "m1", "4", 300)
    facts, inputs = (next(client.scan_iter(f"{kind}:*")) for kind in ("facts", "inputs"))
    memory.remember("b", b"other", 300)
    memory.hear("b", "m2", "5", 300)
    for kind, source in (("facts", facts), ("inputs", inputs)):
        target = next(key for key in client.scan_iter(f"{kind}:*") if key != source)
        client.copy(source, target, replace=True)
    assert memory.recall("b").facts is None
    with pytest.raises(MemoryAway):
        memory.hear("b", "m3", "1", 300)
    assert memory.hear("b", "m3", "1", 300) == ("1",)


def test_a_killed_server_is_away_without_a_word(mortal_valkey: Mortal) -> None:
    """Every method says MemoryAway, and not one says why: an address or a value in it could reach a log."""
    with connect(mortal_valkey.url, 1000) as client:
        memory = ValkeyMemory(client, SEAL, Breaker(rest=0.0))
        memory.ping()
        mortal_valkey.kill()
        for call in (
            memory.ping,
            lambda: memory.recall(SESSION),
            lambda: memory.remember(SESSION, b"facts", 300),
            lambda: memory.hear(SESSION, "m1", "5", 300),
            lambda: memory.begin(SESSION, 3, 300),
            lambda: memory.settle(SESSION, 3, 300),
            lambda: memory.began(SESSION),
            lambda: memory.vouch(0),
            lambda: memory.forget(SESSION),
        ):
            with pytest.raises(MemoryAway) as caught:
                call()
            assert (caught.value.args, caught.value.__cause__, caught.value.__suppress_context__) == ((), None, True)


def test_a_silent_server_is_given_up_and_left_alone(mortal_valkey: Mortal) -> None:
    """A server that accepts and never answers costs one budget; then it is not asked for a second, and then by one caller alone."""
    clock = HandClock()
    with connect(mortal_valkey.url, 1000) as client:
        memory = ValkeyMemory(client, SEAL, Breaker(clock))
        memory.ping()
        mortal_valkey.server.send_signal(signal.SIGSTOP)
        with pytest.raises(MemoryAway):
            memory.ping()
        mortal_valkey.server.send_signal(signal.SIGCONT)
        clock.at = 0.9
        with pytest.raises(MemoryAway):  # well again, but left alone
            memory.ping()
        clock.at = 1.1
        memory.ping()
        memory.ping()


def test_a_resting_server_is_asked_by_one_at_a_time() -> None:
    """When the rest is over one caller tries; all others go on without until it has an answer."""
    clock = HandClock()
    breaker = Breaker(clock)
    fail_once(breaker)
    clock.at = 1.5
    with breaker.guard(), pytest.raises(MemoryAway), breaker.guard():
        pass
    with breaker.guard():
        pass


def test_a_server_that_comes_back_is_used_at_once_after_the_rest(mortal_valkey: Mortal) -> None:
    """Connections of before the crash do not fail a second time."""
    clock = HandClock()
    with connect(mortal_valkey.url, 1000) as client:
        memory = ValkeyMemory(client, SEAL, Breaker(clock))
        memory.ping()
        mortal_valkey.kill()
        mortal_valkey.start()
        memory.ping()
        assert memory.hear(SESSION, "m1", "5", 300) == ("5",)


def test_a_refusal_is_away_but_no_reason_to_rest(client: Redis) -> None:
    """An answer costs no time: the next call may ask again."""
    memory = ValkeyMemory(client, SEAL, Breaker(HandClock()))
    memory.hear(SESSION, "m1", "4", 300)
    inputs = next(client.scan_iter("inputs:*"))
    client.set(inputs, "not a list")
    with pytest.raises(MemoryAway):
        memory.hear(SESSION, "m2", "1", 300)
    memory.ping()


def test_a_fresh_connection_says_nothing_but_the_command(client: Redis, valkey: str) -> None:
    """No handshake, no second try: the budget is spent on the question itself."""
    with client.monitor() as monitor, connect(valkey, 5000) as fresh:
        fresh.ping()
        assert monitor.next_command()["command"] == "PING"
        assert fresh.get_connection_kwargs()["retry"].get_retries() == 0
