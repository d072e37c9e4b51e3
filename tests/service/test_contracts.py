"""The fakes that the service is tested with keep the promises of the real parts: one suite over both."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec import Struct
from redis import Redis

from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.spool import DiskSpool
from hotline.adapters.spool_file import SLOT
from hotline.adapters.valkey import ValkeyMemory, connect
from hotline.ports.memory import Memory, MemoryAway, Press, Recalled, SessionMarker
from hotline.ports.spool import Spool, SpoolFull
from tests.service.fakes import DAY, FakeClock, FakeMemory, FakeSpool

pytest_plugins = ["tests.valkey"]

SEAL = Seal.from_text(new_keys())
SESSION, OTHER = "fake|session-1", "fake|session-2"


class Kept(Struct, frozen=True):
    """A memory, a way to let seconds pass for it, and the same one out of reach."""

    memory: Memory
    wait: Callable[[int], None]
    away: Memory


def kept_by_fake() -> Kept:
    clock = FakeClock()
    away = FakeMemory(clock)
    away.away = True

    def wait(seconds: int) -> None:
        clock.at += seconds

    return Kept(FakeMemory(clock), wait, away)


def kept_by_valkey(client: Redis, nobody: Redis) -> Kept:
    def wait(seconds: int) -> None:
        """Nobody sleeps: what lives on has less time left, the rest is over."""
        for key in client.scan_iter():
            left = client.ttl(key) - seconds
            client.expire(key, left) if left > 0 else client.delete(key)

    return Kept(ValkeyMemory(client, SEAL), wait, ValkeyMemory(nobody, SEAL))


@pytest.fixture(params=["fake", "valkey"])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    if request.param == "fake":
        yield kept_by_fake()
        return
    url = request.getfixturevalue("valkey")
    with connect(url, 5000) as client, connect(f"{url}.nobody", 100) as nobody:
        yield kept_by_valkey(client, nobody)


@pytest.fixture
def memory(kept: Kept) -> Memory:
    return kept.memory


def test_facts_come_back_as_last_remembered(memory: Memory) -> None:
    """A session's facts, the latest ones, and nobody else's."""
    memory.remember(SESSION, b"one", 300)
    memory.remember(SESSION, b"two", 300)
    assert (b"two", None) == (memory.recall(SESSION).facts, memory.recall(OTHER).facts)


def test_facts_live_from_when_they_were_remembered(kept: Kept) -> None:
    """Their seconds count from the last time."""
    kept.memory.remember(SESSION, b"one", 300)
    kept.wait(200)
    kept.memory.remember(SESSION, b"two", 300)
    kept.wait(299)
    assert b"two" == kept.memory.recall(SESSION).facts
    kept.wait(1)
    assert None is kept.memory.recall(SESSION).facts


def test_inputs_grow_in_order(memory: Memory) -> None:
    """Each message brings the whole list back, itself last; other sessions have their own."""
    assert ("4",) == memory.hear(SESSION, "m1", "4", 300)
    assert ("4", "1") == memory.hear(SESSION, "m2", "1", 300)
    assert ("5",) == memory.hear(OTHER, "m3", "5", 300)


def test_a_message_is_heard_once(memory: Memory) -> None:
    """What a gateway sends again changes nothing, and brings back the inputs as far as its place: who heard it first may have died."""
    memory.hear(SESSION, "m1", "4", 300)
    assert ("4",) == memory.hear(SESSION, "m1", "4", 300)
    assert ("4", "1") == memory.hear(SESSION, "m2", "1", 300)
    assert ("4",) == memory.hear(SESSION, "m1", "4", 300)


def test_inputs_live_from_the_last_new_message(kept: Kept) -> None:
    """Each new one prolongs them, one that comes again does not; after that the next message begins anew."""
    kept.memory.hear(SESSION, "m1", "4", 300)
    kept.wait(200)
    assert ("4", "1") == kept.memory.hear(SESSION, "m2", "1", 300)
    kept.wait(200)
    assert ("4", "1") == kept.memory.hear(SESSION, "m2", "1", 300)
    kept.wait(100)
    assert ("5",) == kept.memory.hear(SESSION, "m3", "5", 300)


def test_a_message_stays_heard_for_a_day(kept: Kept) -> None:
    """When its conversation is over it brings nothing back, or what began since; a day later it is new again."""
    kept.memory.hear(SESSION, "m1", "4", 300)
    kept.wait(300)
    assert () == kept.memory.hear(SESSION, "m1", "4", 300)
    assert ("5",) == kept.memory.hear(SESSION, "m2", "5", 300)
    assert ("5",) == kept.memory.hear(SESSION, "m1", "4", 300)
    kept.wait(DAY - 300)
    assert ("4",) == kept.memory.hear(SESSION, "m1", "4", 300)


def pressed(text: str | None, hop: str = "", whole: tuple[str, ...] = ("first",)) -> Press:
    return Press(hop, text, whole, 2)


def test_a_key_goes_behind_the_others_or_begins_the_list(memory: Memory) -> None:
    """Where there is no list the whole one stands, and the key that came is none."""
    assert ("first", "4") == memory.press(SESSION, pressed("9", "h1", ("first", "4")), 300)
    assert ("first", "4", "1") == memory.press(SESSION, pressed("1", "h2"), 300)
    assert ("first", "4", "1") == memory.press(SESSION, pressed(None), 300)
    assert ("first",) == memory.press(OTHER, pressed("9"), 300)


def test_a_hop_with_an_id_is_heard_once(memory: Memory) -> None:
    """What came after it does not show when it comes again; two keys alike are two."""
    for hop, text in (("h1", None), ("h2", "5"), ("h3", "5")):
        memory.press(SESSION, pressed(text, hop), 300)
    assert ("first",) == memory.press(SESSION, pressed(None, "h1"), 300)
    assert ("first", "5") == memory.press(SESSION, pressed("5", "h2"), 300)
    assert ("first", "5", "5") == memory.press(SESSION, pressed("5", "h3"), 300)


def test_a_list_that_begins_again_hears_its_hops_anew(memory: Memory) -> None:
    """A vendor counts the requests of each session from one, and may give a session's id again: no key of the next is taken for one of before."""
    for hop, text in (("1", None), ("2", "5"), ("3", "4")):
        memory.press(SESSION, pressed(text, hop), 300)
    memory.forget(SESSION)
    assert [("first",), ("first", "5"), ("first", "5", "1")] == [
        memory.press(SESSION, pressed(text, hop), 300) for hop, text in (("1", None), ("2", "5"), ("3", "1"))
    ]


def test_without_ids_the_newest_text_is_heard_once_for_a_while(kept: Kept) -> None:
    """And no other: 5, 4, 5 are three. What lingers is heard once for longer."""
    memory = kept.memory
    for text in (None, "5", "5", "4", "5", "5"):
        typed = memory.press(SESSION, pressed(text), 300)
    assert ("first", "5", "4", "5") == typed
    kept.wait(3)
    assert ("first", "5", "4", "5", "5") == memory.press(SESSION, pressed("5"), 300)
    memory.linger(SESSION, 10)
    kept.wait(3)
    assert ("first", "5", "4", "5", "5") == memory.press(SESSION, pressed("5"), 300)


def test_the_first_of_a_list_can_be_replaced(memory: Memory) -> None:
    """Where there is one."""
    with pytest.raises(MemoryAway):
        memory.affirm(SESSION, "sure")
    memory.press(SESSION, pressed(None), 300)
    memory.affirm(SESSION, "sure")
    assert ("sure", "4") == memory.press(SESSION, pressed("4"), 300)


def test_a_list_is_over_so_long_after_the_last_key(kept: Kept) -> None:
    """With it what was heard of it: it begins again."""
    kept.memory.press(SESSION, pressed(None, "h1"), 5)
    kept.wait(6)
    assert ("first",) == kept.memory.press(SESSION, pressed("4", "h1"), 300)


def test_a_message_may_begin_anew(memory: Memory) -> None:
    """Then it is the first of its list, unless it was heard before: then it changes nothing."""
    memory.hear(SESSION, "m1", "4", 300)
    assert ("5",) == memory.hear(SESSION, "m2", "5", 300, anew=True)
    assert ("5", "1") == memory.hear(SESSION, "m3", "1", 300)
    assert ("5",) == memory.hear(SESSION, "m2", "5", 300, anew=True)
    assert ("5", "1", "2") == memory.hear(SESSION, "m4", "2", 300)


def test_a_forgotten_session_begins_anew(memory: Memory) -> None:
    """Its inputs are gone; facts stay, and what was heard stays heard."""
    memory.remember(SESSION, b"facts", 300)
    memory.hear(SESSION, "m1", "4", 300)
    memory.forget(SESSION)
    memory.forget(OTHER)
    assert () == memory.hear(SESSION, "m1", "4", 300)
    assert ("5",) == memory.hear(SESSION, "m2", "5", 300)
    assert b"facts" == memory.recall(SESSION).facts


def test_different_members_are_counted(kept: Kept) -> None:
    """Each once, under its name, until none has been new for so long."""
    assert [1, 2, 2] == [kept.memory.distinct("name", member, 300) for member in ("a", "b", "a")]
    assert 1 == kept.memory.distinct("other", "a", 300)
    kept.wait(200)
    assert 3 == kept.memory.distinct("name", "c", 300)
    kept.wait(200)
    assert 3 == kept.memory.distinct("name", "a", 300)
    kept.wait(100)
    assert 1 == kept.memory.distinct("name", "a", 300)


def test_a_marker_stays_as_it_was_left_first(memory: Memory) -> None:
    """Who comes second learns what stands there and changes nothing; nobody else's session has it."""
    assert None is memory.begin(SESSION, 3, 300)
    assert SessionMarker(3, sure=False) == memory.begin(SESSION, 4, 300)
    assert (SessionMarker(3, sure=False), None) == (memory.began(SESSION).marker, memory.began(OTHER).marker)


def test_a_marker_is_made_sure(memory: Memory) -> None:
    """In a second step; it is found beside the facts, and alone."""
    memory.begin(SESSION, 3, 300)
    memory.settle(SESSION, 3, 300)
    memory.remember(SESSION, b"facts", 300)
    assert SessionMarker(3, sure=True) == memory.began(SESSION).marker == memory.begin(SESSION, 4, 300)
    assert (Recalled(b"facts", SessionMarker(3, sure=True)), Recalled()) == (memory.recall(SESSION), memory.recall(OTHER))


def test_a_marker_lives_as_long_as_its_session(kept: Kept) -> None:
    """Its seconds count from the beginning, and again from when it was made sure."""
    kept.memory.begin(SESSION, 3, 300)
    kept.wait(299)
    kept.memory.settle(SESSION, 3, 300)
    kept.wait(299)
    assert SessionMarker(3, sure=True) == kept.memory.began(SESSION).marker
    kept.wait(1)
    assert None is kept.memory.began(SESSION).marker


def test_the_first_who_vouches_counts(kept: Kept) -> None:
    """For a day from the last time: whoever finds no marker can tell that none was lost. Nobody vouched: any may be."""
    assert None is kept.memory.began(SESSION).since
    kept.memory.vouch(1_795_514_400)
    kept.wait(DAY - 1)
    kept.memory.vouch(1_795_600_000)
    kept.wait(DAY - 1)
    assert 1_795_514_400 == kept.memory.began(SESSION).since
    kept.wait(1)
    assert None is kept.memory.began(SESSION).since


def test_away_is_said_by_every_method(kept: Kept) -> None:
    """Nothing else is raised, nothing is made up."""
    away = kept.away
    for ask in (
        lambda: away.recall(SESSION),
        lambda: away.remember(SESSION, b"", 300),
        lambda: away.hear(SESSION, "m1", "4", 300),
        lambda: away.distinct("name", "a", 300),
        lambda: away.begin(SESSION, 3, 300),
        lambda: away.settle(SESSION, 3, 300),
        lambda: away.began(SESSION),
        lambda: away.vouch(0),
        lambda: away.forget(SESSION),
        away.ping,
    ):
        with pytest.raises(MemoryAway):
            ask()


Spools = Callable[[int], Spool]
FIRST, SECOND, THIRD = (bytes([number]) * 32 for number in (9, 5, 7))


@pytest.fixture(params=["fake", "disk"])
def spools(request: pytest.FixtureRequest) -> Iterator[Spools]:
    """Makes spools of so many slots."""
    if request.param == "fake":
        yield FakeSpool
        return
    with ExitStack() as stack:

        def make(slots: int) -> Spool:
            spool = DiskSpool(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "spool", SEAL, slots, 60.0)
            stack.callback(spool.close)
            return spool

        yield make


def test_records_are_found_and_listed_oldest_first(spools: Spools) -> None:
    """By their keys, whatever these are."""
    spool = spools(3)
    assert (0, (), None) == (len(spool), spool.records(), spool.find(FIRST))
    for key, record in ((FIRST, b"one"), (SECOND, b"two"), (THIRD, b"")):
        spool.put(key, record)
    assert ((FIRST, b"one"), (SECOND, b"two"), (THIRD, b"")) == spool.records()
    assert (3, b"two", b"") == (len(spool), spool.find(SECOND), spool.find(THIRD))
    assert [(THIRD, b""), (FIRST, b"one")] == list(spool.find_all((THIRD, b"0" * 32, FIRST)).items())


def test_a_key_is_kept_once(spools: Spools) -> None:
    """Whoever comes second with a key changes nothing, and is told that it is kept."""
    spool = spools(1)
    spool.put(FIRST, b"one")
    spool.put(FIRST, b"another")
    assert ((FIRST, b"one"),) == spool.records()


def test_a_full_spool_takes_nothing_and_loses_nothing(spools: Spools) -> None:
    """SpoolFull for the one too many; those before stay, and a known key is still acknowledged."""
    spool = spools(2)
    spool.put(FIRST, b"one")
    spool.put(SECOND, b"two")
    with pytest.raises(SpoolFull):
        spool.put(THIRD, b"three")
    spool.put(FIRST, b"one")
    assert ((FIRST, b"one"), (SECOND, b"two")) == spool.records()


def test_a_dropped_record_makes_room_at_the_end(spools: Spools) -> None:
    """Not found, not listed; its key may come again and is the youngest then. Dropping what is not there is nothing."""
    spool = spools(2)
    spool.put(FIRST, b"one")
    spool.put(SECOND, b"two")
    spool.drop(FIRST)
    spool.drop(THIRD)
    assert (None, 1) == (spool.find(FIRST), len(spool))
    spool.put(FIRST, b"again")
    assert ((SECOND, b"two"), (FIRST, b"again")) == spool.records()


def test_a_record_has_some_900_bytes(spools: Spools) -> None:
    """So much is taken; what would fill a whole slot is refused and not cut."""
    spool = spools(2)
    spool.put(FIRST, bytes(900))
    with pytest.raises(SpoolFull):
        spool.put(SECOND, bytes(SLOT))
    assert ((FIRST, bytes(900)),) == spool.records()
