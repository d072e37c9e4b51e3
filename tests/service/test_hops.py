"""Callers' hops: what a screen says is what was done, whatever is away and however often a hop comes."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import product
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.adapters.backup.revoked import RevokedFile
from hotline.adapters.spool import DiskSpool
from hotline.engine.phone.gsm import units
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.shifts import Shift
from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway
from hotline.ports.ussd import UssdHop
from hotline.service.editions.cache import EditionCache
from tests.content_line import sources
from tests.service.fakes import Failing, FakeSpool
from tests.service.line import AWA, CALLER, OTHER_CALLER, OTHER_PHONE, Line

HALF_AN_HOUR = 1800


def is_noted(key: str) -> bool:
    return ".kept" in key


def test_browsing_touches_nothing(line: Line) -> None:
    """A caller who only reads leaves no trace, and needs no store."""
    line.memory.away = True
    line.store.failing = "always"
    answered = line.hotline.hop("fake", "all", UssdHop("session-1", CALLER, ("4", "1")))
    assert ("danger.advice", False, 0) == (answered.screen.key, answered.stored, line.store.units)


@pytest.mark.parametrize("keys", ["", "4", "4 1", "4 1 8", "6 4 1", "5", "5 8", "4 2", "9"])
def test_a_vendor_that_shows_fewer_letters_gets_more_pages(line: Line, keys: str) -> None:
    """No screen is longer than it shows; what is longer goes on behind `8`, with the way out on each page."""
    screen = line.hotline.hop("fake", "all", UssdHop("session-1", CALLER, tuple(keys.split()), letters=120)).screen
    assert units(screen.text)[0] <= 120
    assert screen.ends or "9 " in screen.text
    longer = line.hotline.hop("fake", "all", UssdHop("session-2", CALLER, tuple(keys.split()))).screen
    assert screen.key == longer.key


@pytest.mark.parametrize("keys", ["6 4 1", "5", "x", "x x"])
def test_a_vendor_that_takes_a_key_for_itself_is_shown_another(line: Line, keys: str) -> None:
    """The line of the keys says what is pressed there, on every page; what is behind each key is what it is elsewhere."""
    screen, other = (
        line.hotline.hop("fake", "all", UssdHop("session-1", CALLER, tuple(keys.split()), keys=taken)).screen
        for taken in ((("0", "00"), ("9", "99")), ())
    )
    said = screen.text.split("\n")
    assert any("99 " in words and ("00 " in words) is (keys != "x") for words in said), "there is no way back from the first screen"
    assert not any(re.search(r"(?<!\d)[09] (Retour|Segin|Fin|Laban)", words) for words in said)
    assert (screen.key, units(screen.text)[0] <= 160) == (other.key, True)


@pytest.mark.parametrize("keys", ["4 1 1", "5 5", "5 7"])
def test_and_every_key_means_what_it_means_elsewhere(line: Line, keys: str) -> None:
    """Urgent help, a callback and a stop are as many keys away, though their lines stand on a second page."""
    hop = UssdHop("session-1", CALLER, tuple(keys.split()), letters=120)
    answered = line.hotline.hop("fake", "all", hop)
    assert line.dial(keys, "session-2").key == answered.screen.key
    assert answered.stored


def test_a_callback_is_kept_with_its_promise(line: Line) -> None:
    """The screen that says noted names the end; the callback carries the same one, and the number lies apart."""
    screen = line.walk("5 5")
    callback = line.callback()
    assert ("callback.kept_now", False) == (screen.key, screen.ends)
    assert "10h30" in screen.text
    assert ("waiting", "fr", False, False) == (callback.state, callback.language, callback.urgent, callback.other_phone)
    assert (line.clock.now(), line.clock.now() + HALF_AN_HOUR) == (callback.opens_at, callback.not_after)
    assert CALLER == line.number_of(callback)
    assert [("open_callback", "kept")] == line.meter.orders


def test_the_counselor_is_told_in_the_same_transaction(line: Line) -> None:
    """The alert is hinted at once, names a reference and nothing of the caller."""
    line.walk("5 5")
    line.work()
    callback = line.callback()
    assert [line.say("offer", ref=callback.reference, before="10h30")] == line.inbox(AWA)


def test_urgent_goes_to_the_urgent_queue(line: Line) -> None:
    """Urgent help does not queue behind anything else."""
    line.walk("4 1 1")
    assert (True, ["urgent"]) == (line.callback().urgent, [queue for queue, _ in line.queue.hints])


@pytest.mark.parametrize("memory_away", [False, True])
def test_a_doubled_hop_keeps_one_callback_and_one_promise(line: Line, *, memory_away: bool) -> None:
    """The gateway may send a hop three times, minutes apart: one callback, and the same screen each time."""
    line.memory.away = memory_away
    first = line.walk("5 5")
    line.clock.at += 120
    assert [first, first] == [line.dial("5 5"), line.dial("5 5")]
    assert 1 == len(line.callbacks())


def test_a_hop_that_comes_many_times_at_once(line: Line) -> None:
    """The gateway lost patience: eight deliveries in eight threads keep one callback and show one promise."""
    line.dial("5")
    with ThreadPoolExecutor(8) as threads:
        screens = set(threads.map(lambda _: line.dial("5 5"), range(8)))
    assert (1, 1) == (len(screens), len(line.callbacks()))


def test_bundled_inputs_keep_what_single_keys_keep(line: Line) -> None:
    """A deep code, or hops lost on the way, bring several keys at once: the same callback, refined."""
    at_once = line.dial("5 1 1 2", "session-1")
    key_by_key = line.walk("5 1 1 2", "session-2", OTHER_CALLER)
    assert at_once == key_by_key
    callback, other = line.callbacks()
    assert (callback.word, callback.opens_at, callback.not_after) == (other.word, other.opens_at, other.not_after)
    assert "milk" == callback.word


def test_facts_stay_what_they_were_when_first_asked_for(line: Line) -> None:
    """Once noted, the session goes on from there although nobody is on shift any more, Redis or not."""
    line.walk("5 5")
    line.set_staff(AWA, off_until=line.clock.now() + 3600)
    line.clock.at += 60
    line.memory.away = True
    assert "callback.kept_now" == line.dial("5 5").key


AWAY: list[Failing] = ["never", "always", "at commit", "after commit"]


@pytest.mark.parametrize(("failing", "memory_away", "spool_full"), list(product(AWAY, [False, True], [False, True])))
def test_noted_means_kept_exactly_once(line: Line, failing: Failing, *, memory_away: bool, spool_full: bool) -> None:
    """Whatever fails when the order is given, and whatever is back when the hop comes again: noted if and only if kept, once."""
    line.dial("5")
    line.memory.away, line.store.failing, line.spool.slots = memory_away, failing, 0 if spool_full else 100
    screen = line.dial("5 5")
    line.memory.away, line.store.failing, line.spool.slots = False, "never", 100
    again = line.dial("5 5") if is_noted(screen.key) else screen
    line.wait(3)
    kept = len(line.callbacks())
    assert is_noted(screen.key) == is_noted(again.key)
    assert kept == (1 if is_noted(screen.key) or (failing == "after commit" and spool_full) else 0)
    assert screen.ends == (screen.key == "callback.lost")
    assert 0 == len(line.spool)


def test_everything_away_still_answers_and_promises_nothing(line: Line) -> None:
    """With both stores away the order is kept on disk and the screen says `if possible`; with the disk full it says that nothing is kept."""
    line.memory.away, line.store.failing = True, "always"
    assert "callback.kept_now_unsure" == line.walk("5 5").key
    line.spool.slots = 0
    assert "callback.lost" == line.walk("5 5", "session-2", OTHER_CALLER).key
    assert [("open_callback", "spooled"), ("open_callback", "lost")] == line.meter.orders


def test_a_store_that_only_rested_is_asked_before_anything_is_lost(line: Line) -> None:
    """It failed a moment ago and is well again; there is no room in the spool: noted all the same."""
    line.store.failing = "always"
    line.dial("5")
    line.store.failing, line.spool.slots = "never", 0
    assert is_noted(line.dial("5 5").key)
    assert 1 == len(line.callbacks())


def test_what_the_store_kept_without_saying_so_is_not_told_as_lost(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """It kept the order and failed before its answer came, as where a process is killed, and there is no room in the spool: it is looked at once more."""

    def full(*_: bytes) -> None:
        line.store.failing = "never"
        raise SpoolFull

    line.dial("5")
    line.store.failing = "after commit"
    monkeypatch.setattr(line.spool, "put", full)
    assert is_noted(line.dial("5 5").key)
    assert 1 == len(line.callbacks())


def test_lost_stays_lost_for_that_session(line: Line) -> None:
    """She was told that nobody calls: the same hop again must not have her called."""
    line.store.failing, line.spool.slots = "always", 0
    line.walk("5 5")
    line.store.failing = "never"
    line.clock.at += 5
    assert ("callback.lost", []) == (line.dial("5 5").key, line.callbacks())


def test_a_store_that_failed_is_left_alone_for_a_moment(line: Line) -> None:
    """A slow store delays one hop, not every hop of the next second."""
    line.store.failing = "always"
    line.dial("5")
    asked = line.store.units
    line.dial("5", "session-2")
    assert (asked, ["store"]) == (line.store.units, line.meter.breakers)
    line.store.failing = "never"
    line.clock.at += 2
    assert "callback.when" == line.dial("5", "session-3").key


def test_refined_only_by_its_own_session(line: Line) -> None:
    """Another day and a word change the callback of this session and no other one to the same phone."""
    line.walk("5 5", "session-1")
    line.walk("5 1 1 2", "session-2")
    first, second = line.callbacks()
    assert (None, "milk") == (first.word, second.word)


def test_another_day_voids_what_was_offered(line: Line) -> None:
    """She chose another time: who was told of the old one cannot take it before the new one opens, and is told again then."""
    line.walk("5 1")
    line.work()
    line.inbox(AWA)
    line.walk("5 1 2")
    line.text(AWA, f"{line.callback().reference} 1")
    line.work()
    assert "waiting" == line.callback().state
    line.inbox(AWA)
    line.clock.at = line.callback().opens_at
    line.set_staff(AWA, seen_at=line.clock.now())
    line.wait(1)
    assert [line.say("offer", ref=line.callback().reference, before="12h")] == line.inbox(AWA)


def test_another_day_takes_it_from_who_claimed_it_before(line: Line) -> None:
    """Taken but not rung, then moved to tomorrow: nobody is rung today."""
    line.walk("5 1")
    line.work()
    line.take()
    line.walk("5 1 2")
    assert ("waiting", None) == (line.callback().state, line.callback().claimed_by)
    line.pick_up()
    assert 0 == line.callback().attempts


def test_no_refining_after_a_ring(line: Line) -> None:
    """What was rung is not changed any more, and the screen says so."""
    line.walk("5 1")
    line.work()
    line.ring()
    assert ("callback.unchanged", None) == (line.walk("5 1 1 2").key, line.callback().word)


def test_cancelled_is_never_rung(line: Line) -> None:
    """Two keys take it back, also when somebody has claimed it; its number goes at once."""
    line.walk("5 1")
    line.work()
    line.take()
    assert "callback.cancelled" == line.walk("5 1 7").key
    callback = line.callback()
    assert ("cancelled", None) == (callback.state, line.number_of(callback))
    line.pick_up()
    line.press()
    assert 0 == line.callback().attempts


def test_another_phone(line: Line) -> None:
    """The other phone's number is kept, and that it is another; her own typed in is her own."""
    line.walk(f"5 6 {OTHER_PHONE.removeprefix('+223')} 1", "session-1")
    line.walk(f"5 6 {CALLER.removeprefix('+223')} 1", "session-2")
    first, second = line.callbacks()
    assert [(OTHER_PHONE, True), (CALLER, False)] == [(line.number_of(callback), callback.other_phone) for callback in (first, second)]


def test_stop_ends_every_call_to_this_phone_and_erases_it(line: Line) -> None:
    """Whoever asked for it: two keys, and no open call to this phone is left, nor its number; other phones keep theirs."""
    line.walk("5 5", "session-1")
    line.walk("5 1", "session-2", OTHER_CALLER)
    line.clock.at += 5
    assert "callback.stopped" == line.walk("5 7", "session-3").key
    first, second = line.callbacks()
    assert [("stopped", None), ("waiting", OTHER_CALLER)] == [(callback.state, line.number_of(callback)) for callback in (first, second)]


def test_stop_looks_the_same_whatever_existed(line: Line) -> None:
    """The holder of the phone learns nothing from it."""
    line.walk("5 5", "session-1")
    line.clock.at += 5
    assert line.walk("5 7", "session-2") == line.walk("5 7", "session-3", OTHER_CALLER)


def test_a_late_hop_does_not_undo_a_stop(line: Line) -> None:
    """Her hop was held up on the way; meanwhile she dialled again and stopped all calls."""
    line.dial("5")
    line.clock.at += 10
    line.walk("5 7", "session-2")
    line.clock.at += 10
    line.dial("5 5")
    assert ("stopped", None) == (line.callback().state, line.number_of(line.callback()))


def test_after_a_stop_she_may_ask_again(line: Line) -> None:
    """Stop ends what was asked for before it, not what comes after."""
    line.walk("5 7", "session-1")
    line.clock.at += 1
    line.walk("5 5", "session-2")
    assert "waiting" == line.callback().state


def drained(line: Line) -> list[Callback]:
    line.store.failing = "never"
    line.wait(3)
    return line.callbacks()


def test_the_spool_drains_in_order_and_once(line: Line) -> None:
    """What was asked for while the database was away is there when it is back: opened, refined, and offered."""
    line.store.failing = "always"
    line.walk("5 1 1 2")
    (callback,) = drained(line)
    assert (0, "waiting", "milk") == (len(line.spool), callback.state, callback.word)
    assert 1 == len(line.inbox(AWA))


@pytest.mark.parametrize(("keys", "state"), [("5 7", "stopped"), ("5 1 7", "cancelled")])
def test_a_no_that_was_destroyed_in_the_spool_holds(line: Line, keys: str, state: str) -> None:
    """The database is away, something overwrites the spool, and whoever was told that nobody calls is not rung once all is back. What is asked for later stands."""
    line.walk("5 1", "session-1")
    line.store.failing = "always"
    line.walk(keys, "session-1" if state == "cancelled" else "session-2")
    for key, _ in line.spool.records():
        line.spool.drop(key)
    (callback,) = drained(line)
    assert (state, None) == (callback.state, line.number_of(callback))
    line.walk("5 5", "session-3")
    line.wait(3)
    assert [state, "waiting"] == [callback.state for callback in line.callbacks()]


def test_a_no_while_the_spool_is_read_holds(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for and taken back in the moment in which a drain has read the spool and not entered it: nobody is rung."""
    line.store.failing = "always"
    read = line.spool.records

    def read_before() -> tuple[tuple[bytes, bytes], ...]:
        monkeypatch.undo()
        found = read()
        line.walk("5 1 7")
        line.store.failing = "never"
        return found

    line.walk("5 1", "other session", OTHER_CALLER)
    monkeypatch.setattr(line.spool, "records", read_before)
    line.hotline.tend_spool()
    assert ["waiting", "cancelled"] == [callback.state for callback in drained(line)]


@pytest.mark.parametrize(("keys", "found"), [("5 1 7", ("cancelled", None)), ("5 1 1 2", ("waiting", "milk"))])
def test_what_follows_waits_for_an_opening_that_does_not_go_in(line: Line, keys: str, found: tuple[str, str | None]) -> None:
    """The database comes back behind the first record of the spool: a cancellation, or a word, is not entered before what it is about."""
    line.store.failing = "always"
    line.walk(keys)
    line.store.failing = "never"
    away = iter([True])
    line.store.fails_when = lambda: next(away, False)
    with suppress(StoreAway):
        line.hotline.tend_spool()
    (callback,) = drained(line)
    assert found == (callback.state, callback.word)


def test_a_cancellation_overtakes_its_opening_from_machine_to_machine(line: Line) -> None:
    """The opening lies in the spool of one machine, and the database answers the other, which takes the cancellation: nobody is rung once the first one drains."""
    line.store.failing = "always"
    line.walk("5 1")
    first, line.spool = line.spool, FakeSpool()
    line.route()
    line.store.failing = "never"
    assert "callback.cancelled" == line.walk("5 1 7").key
    line.spool = first
    line.route()
    (callback,) = drained(line)
    assert ("cancelled", None, []) == (callback.state, line.number_of(callback), line.inbox(AWA))


@pytest.mark.parametrize(("keys", "state"), [("5 7", "stopped"), ("5 1 7", "cancelled")])
def test_a_no_outlives_its_process_and_the_spool(line: Line, tmp_path: Path, keys: str, state: str) -> None:
    """The process that took it is killed and the spool destroyed before the database is back: the file apart still has it. What is asked for later stands."""
    line.revoked = RevokedFile(tmp_path / "apart" / "revoked", 30.0)
    line.route()
    line.walk("5 1", "session-1")
    line.store.failing = "always"
    line.clock.at += 1
    line.walk(keys, "session-1" if state == "cancelled" else "session-2")
    line.spool = FakeSpool()
    line.route()
    with suppress(StoreAway):
        line.hotline.tick()
    (callback,) = drained(line)
    assert (state, None) == (callback.state, line.number_of(callback))
    line.walk("5 5", "session-3")
    line.route()
    line.wait(3)
    assert [state, "waiting"] == [callback.state for callback in line.callbacks()]


def test_a_stop_that_stands_is_not_given_again(line: Line, tmp_path: Path) -> None:
    """Its phone stands in the file under each key at hand: what that phone asks for while a process starts is kept."""
    line.revoked = RevokedFile(tmp_path / "apart" / "revoked", 30.0)
    line.route()
    line.store.failing = "always"
    line.walk("5 7")
    drained(line)
    line.revoked.append(tuple(replace(stop, digest=bytes(32)) for stop in line.revoked.all()))
    with line.real_store.read() as tx:
        before = tx.revocations.standing(line.clock.now())
    line.route()
    line.wait(3)
    with line.real_store.read() as tx:
        assert before == tx.revocations.standing(line.clock.now())


def test_a_spooled_opening_meets_a_later_stop(line: Line) -> None:
    """She stopped all calls after it: it is entered as stopped, and its number is kept nowhere."""
    line.store.failing = "always"
    line.walk("5 5", "session-1")
    line.store.failing = "never"
    line.clock.at += 60
    line.text(CALLER, "STOP")
    (callback,) = drained(line)
    assert ("stopped", None, []) == (callback.state, line.number_of(callback), line.inbox(AWA))


def test_an_opening_after_a_spooled_stop_stands(line: Line) -> None:
    """The database is back before the stop was drained: what she asks for then queues behind it, and is kept."""
    line.store.failing = "always"
    line.walk("5 7", "session-1")
    line.store.failing = "never"
    line.clock.at += 60
    line.walk("5 5", "session-2")
    (callback,) = drained(line)
    assert "waiting" == callback.state


def test_refining_waits_behind_its_opening(line: Line) -> None:
    """The opening lies in the spool and the database is back: the word is not lost."""
    line.store.failing = "always"
    line.walk("5 1")
    line.store.failing = "never"
    line.clock.at += 60
    assert "callback.kept_word" == line.walk("5 1 1 2").key
    assert ["milk"] == [callback.word for callback in drained(line)]


def test_drained_too_late_it_is_not_offered(line: Line) -> None:
    """Its end is a minute away or past: nobody is told, nobody rings, and the promise counts as missed."""
    line.store.failing = "always"
    line.walk("5 5")
    line.clock.at += HALF_AN_HOUR - 50
    (callback,) = drained(line)
    assert ("waiting", []) == (callback.state, line.inbox(AWA))
    line.wait(60)
    assert "lapsed" == line.callback().state


def test_a_long_conversation_fits_the_spool(line: Line, tmp_path: Path) -> None:
    """Facts asked for again and again under many shifts do not crowd the order out of its slot."""
    with line.real_store.write() as tx:
        for weekday in range(7):
            for hour in range(0, 24, 3):
                tx.shifts.add(Shift("a" * 32, weekday, hour * 60 + weekday, hour * 60 + 100))
    with line.real_store.write() as tx:
        tx._connection.exec_driver_sql("DELETE FROM shifts WHERE weekday = -1")
    line.walk("5 0 5 0 5 0 5 0 5")
    line.store.failing = "always"
    assert "callback.kept_now_unsure" == line.dial("5 0 5 0 5 0 5 0 5 5").key
    ((key, record),) = line.spool.records()
    disk = DiskSpool(tmp_path / "spool", line.seal, 1)
    disk.put(key, record)
    disk.close()


def test_another_edition_ends_the_session_safely(line: Line) -> None:
    """The process was replaced by one with other flows: her keys are not taken for something else, and nothing is ordered."""
    line.dial("5")
    line.editions = EditionCache.of(sources(), 2)
    line.rule(line.rules)
    assert ("safe.end", []) == (line.dial("5 5").key, line.callbacks())
