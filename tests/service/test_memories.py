"""Sessions whose wire does not bring all that was typed: where the list of inputs is, what a repeat is, and what remains of it when something is lost."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from msgspec.structs import replace

from hotline.ports.ussd import InputMemory, UssdHop
from hotline.service.conversation import inputs as lists
from tests.service.line import CALLER, OTHER_CALLER, Line
from tests.service.wires import MEMORIES, Wire

NEWEST: tuple[InputMemory, ...] = ("echoed", "last")
SESSION = "session-1"


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("ids", [True, False])
def test_the_same_conversation_whatever_the_wire_remembers(line: Line, memory: InputMemory, *, ids: bool) -> None:
    """The other language, this afternoon, and taken back: what the screens said was done, once."""
    wire = Wire(line, memory, ids=ids)
    assert ["callback.kept", "callback.cancelled"] == [wire.walk("6 5 3").key, wire.send(SESSION, tuple("6537")).key]
    assert ("cancelled", "bm") == (line.callback().state, line.callback().language)


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_session_id_that_a_vendor_gives_to_another_phone_is_another_session(line: Line, memory: InputMemory) -> None:
    """What one caller asked for is no other one's: each is noted, once."""
    for number in (CALLER, OTHER_CALLER):
        wire = Wire(line, memory)
        assert "callback.kept_now" == wire.walk("5 5", number=number).key
        line.clock.at += line.rules.session_seconds
    assert {CALLER, OTHER_CALLER} == {line.number_of(callback) for callback in line.callbacks()}


def test_nor_within_its_time_where_all_inputs_come(line: Line) -> None:
    """Nobody is told that it is noted by what another asked for just now."""
    assert ["callback.kept_now"] * 2 == [line.walk("5 5", number=number).key for number in (CALLER, OTHER_CALLER)]
    assert 2 == len(line.callbacks())


@pytest.mark.parametrize("memory", NEWEST)
def test_a_star_is_one_input(line: Line, memory: InputMemory) -> None:
    """What a caller types is one input, a star in it or not: a wrong key, and the next one is the next."""
    wire = Wire(line, memory)
    assert "line.first" == wire.send(SESSION, ()).key
    assert "line.first" == wire.send(SESSION, ("4*1",)).key
    assert "family.help" == wire.send(SESSION, ("4*1", "4")).key


@pytest.mark.parametrize("memory", NEWEST)
def test_what_was_dialled_behind_the_code_counts(line: Line, memory: InputMemory) -> None:
    """`*123*4*1#` begins at the advice; a key goes on from there; a dial that comes again orders nothing twice."""
    wire = Wire(line, memory)
    dial = UssdHop(SESSION, CALLER, ("4", "1"), first=True, hop="1")
    dialled = wire.ask(dial)
    assert "danger.advice" == dialled.screen.key
    noted = wire.ask(UssdHop(SESSION, CALLER, last="1", first=False, hop="2", state=dialled.state))
    assert "danger.kept" == noted.screen.key
    at_once = UssdHop("session-2", OTHER_CALLER, ("4", "1", "1"), first=True, hop="1")
    assert ["danger.kept"] * 2 == [wire.ask(at_once).screen.key for _ in range(2)]
    assert 2 == len(line.callbacks())


@pytest.mark.parametrize("memory", NEWEST)
def test_a_session_that_is_known_goes_on_whatever_the_wire_says(line: Line, memory: InputMemory) -> None:
    """A flag that says *first* in mid-session begins nothing anew."""
    wire = Wire(line, memory)
    wire.send(SESSION, ())
    wire.send(SESSION, ("4",))
    assert "danger.advice" == wire.ask(replace(wire.hop(SESSION, ("4", "1")), first=True)).screen.key


@pytest.mark.parametrize("memory", NEWEST)
def test_a_number_that_comes_with_the_dial_alone(line: Line, memory: InputMemory) -> None:
    """It is kept beside the inputs, sealed as they are, and is the one that is rung."""
    wire = Wire(line, memory)
    wire.send(SESSION, ())
    for typed in (("5",), ("5", "5")):
        screen = wire.send(SESSION, typed, number="")
    assert ("callback.kept_now", CALLER) == (screen.key, line.number_of(line.callback()))


@pytest.mark.parametrize("memory", NEWEST)
def test_nobody_else_goes_on_with_it(line: Line, memory: InputMemory) -> None:
    """The same session from another phone orders nothing on the first one's inputs."""
    wire = Wire(line, memory)
    wire.send(SESSION, ())
    wire.send(SESSION, ("5",))
    screen = wire.send(SESSION, ("5", "5"), number=OTHER_CALLER)
    assert (screen.key in ("safe.end", "line.first"), []) == (True, line.callbacks())


# what comes back with each hop


def test_nothing_is_kept_where_the_vendor_brings_it_back(line: Line) -> None:
    """The list is nowhere but in what rides along, where nobody can read it, short, in letters that no format escapes."""
    wire = Wire(line, "echoed")
    wire.walk("4 2 0 7 7 0")
    state = wire.states[SESSION, tuple("42077")]
    assert ({}, True) == (line.memory.inputs, len(state) <= 120)
    assert all(char.isalnum() or char in "-_" for char in state)
    assert b"70000001" not in urlsafe_b64decode(state + "=" * (-len(state) % 4))
    line.memory.away = True
    assert "line.first" == wire.send(SESSION, (*"420770", "0")).key


@pytest.mark.parametrize("how", ["gone", "changed", "another session's", "another gateway's", "old", "no base64"])
def test_what_does_not_open_begins_again(line: Line, how: str) -> None:
    """Lost, changed, moved or old: the first screen, and the key that came with it is none. What is ordered then is no repeat of what was before."""
    wire = Wire(line, "echoed")
    wire.send(SESSION, ())
    wire.send(SESSION, ("5",))
    good = wire.states[SESSION, ("5",)]
    raw = urlsafe_b64decode(good + "=" * (-len(good) % 4))
    other = Wire(line, "echoed")
    other.send("session-2", ())
    state = {
        "gone": "",
        "changed": urlsafe_b64encode(raw[:-1] + bytes([raw[-1] ^ 1])).decode().rstrip("="),
        "another session's": other.states["session-2", ()],
        "another gateway's": line.hotline.hop("else", "echoed", UssdHop(SESSION, CALLER, first=True)).state,
        "old": good,
        "no base64": "é",
    }[how]
    if how == "old":
        line.clock.at += line.rules.session_seconds
    hop = replace(wire.hop(SESSION, ("5", "5")), state=state)
    again = wire.ask(hop)
    assert ("line.first", []) == (again.screen.key, line.callbacks())
    asked = wire.ask(replace(hop, state=again.state))
    assert "callback.kept_now" == wire.ask(replace(hop, state=asked.state)).screen.key


def test_what_rides_along_fits_whatever_was_typed(line: Line) -> None:
    """Sixty inputs, every other of strange letters: what comes back is short enough to be read again, and the session ends calmly, as with any."""
    wire, typed = Wire(line, "echoed"), ("\U0001f600" * 40, "4", "\U0001f600" * 40, "0") * 16
    screens = [wire.send(SESSION, typed[:length]) for length in range(62)]
    assert [61] == [at for at, screen in enumerate(screens) if screen.ends]
    assert 0 < max(len(state) for state in wire.states.values()) <= 4096


def test_who_goes_back_and_chooses_otherwise_is_told_the_truth(line: Line) -> None:
    """A link of an older page leads on from that page: what is noted there is kept, too, and going the first way again orders nothing twice."""
    wire = Wire(line, "echoed")
    wire.walk("5 5")
    assert "callback.kept" == wire.ask(replace(wire.hop(SESSION, ("5", "5")), last="3")).screen.key
    assert 2 == len(line.callbacks())
    assert ["callback.kept_now"] * 2 == [wire.send(SESSION, ("5", "5")).key for _ in range(2)]
    assert 2 == len(line.callbacks())


# Redis


def test_a_key_twice_on_a_wire_without_ids(line: Line) -> None:
    """Within two seconds it is the same hop; later it is the next key."""
    wire = Wire(line, "last", ids=False)
    wire.send(SESSION, ())
    line.clock.at += 3
    hop = wire.hop(SESSION, ("4",))
    assert ["family.help"] * 2 == [wire.ask(hop).screen.key for _ in range(2)]
    line.clock.at += 3
    assert "family.help" != wire.ask(hop).screen.key


def test_what_ordered_something_is_the_same_hop_for_longer(line: Line) -> None:
    """A vendor that asks again after its time-out gets the same screen, and nothing is ordered or changed by it."""
    wire = Wire(line, "last", ids=False)
    first = wire.walk("5 5")
    line.clock.at += 9
    assert first == wire.send(SESSION, ("5", "5"))
    assert 1 == len(line.callbacks())


def test_without_redis_the_danger_advice_is_there_and_nothing_is_ordered(line: Line) -> None:
    """The list is in the process then; what would ask or order something is the calm end."""
    wire = Wire(line, "last")
    line.memory.away = True
    assert "danger.advice" == wire.walk("6 4 1").key
    assert ("safe.end", []) == (wire.send(SESSION, tuple("6411")).key, line.callbacks())


def test_who_would_miss_a_key_ends(line: Line) -> None:
    """Redis away for a hop in mid-session: it is over, in all languages, since no key after it could be read rightly."""
    wire = Wire(line, "last")
    wire.walk("5")
    line.memory.away = True
    screen = wire.send(SESSION, ("5", "5"))
    assert ("safe.end", True, []) == (screen.key, screen.ends, line.callbacks())


def test_a_process_that_answered_alone_leaves_no_list_that_lacks_a_key(line: Line) -> None:
    """Redis took the dial without a word and was away for a key: when it is back its list is the whole one, and orders nothing."""
    wire = Wire(line, "last")
    line.memory.mute = True
    wire.send(SESSION, ())
    line.memory.mute, line.memory.away = False, True
    wire.send(SESSION, ("4",))
    line.memory.away = False
    assert "danger.advice" == wire.send(SESSION, ("4", "1")).key
    assert ("safe.end", []) == (wire.send(SESSION, ("4", "1", "1")).key, line.callbacks())


def test_a_session_that_began_without_redis_goes_on_when_it_is_back(line: Line) -> None:
    """It goes on where it was, for reading alone; the next one orders."""
    wire = Wire(line, "last")
    line.memory.away = True
    wire.walk("4")
    line.memory.away = False
    assert "danger.advice" == wire.send(SESSION, ("4", "1")).key
    assert ("safe.end", []) == (wire.send(SESSION, ("4", "1", "1")).key, line.callbacks())
    assert "danger.kept" == wire.walk("4 1 1", "session-2").key


def test_what_redis_did_and_did_not_say_orders_nothing(line: Line) -> None:
    """A dial that Redis took without saying so is not whole: another process may have gone on by its own list."""
    wire = Wire(line, "last")
    line.memory.mute = True
    wire.send(SESSION, ())
    line.memory.mute = False
    wire.send(SESSION, ("5",))
    assert ("safe.end", []) == (wire.send(SESSION, ("5", "5")).key, line.callbacks())


def test_redis_lost_everything_in_mid_session(line: Line) -> None:
    """The first screen again, for reading; nothing that was ordered before is taken for what is ordered now."""
    wire = Wire(line, "last")
    wire.walk("5 5")
    line.memory.lose()
    assert "line.first" == wire.send(SESSION, ("5", "5", "4")).key
    assert "family.help" == wire.ask(UssdHop(SESSION, CALLER, last="4", first=False, hop="again")).screen.key
    assert 1 == len(line.callbacks())


def test_a_wire_that_tells_no_beginning(line: Line) -> None:
    """A session that is not known begins, and what came with it, the code, is no input."""
    wire = Wire(line, "last", ids=False)
    screens = []
    for last in ("*123#", "5", "5"):
        line.clock.at += 3
        screens.append(wire.ask(UssdHop(SESSION, CALLER, last=last)).screen.key)
    assert (["line.first", "callback.when", "callback.kept_now"], 1) == (screens, len(line.callbacks()))


def test_an_end_notice_forgets_what_was_typed(line: Line) -> None:
    """And the number that lay beside it."""
    wire = Wire(line, "last")
    wire.walk("4 2")
    line.hotline.over("fake", "last", SESSION)
    assert {} == line.memory.inputs


def test_lists_in_the_process_are_bounded(line: Line) -> None:
    """While Redis is away for long, the oldest make room."""
    wire = Wire(line, "last")
    line.memory.away = True
    for n in range(lists.MOST_HELD + 1):
        wire.send(f"session-{n}", ())
    assert ["safe.end", "family.help"] == [wire.send(f"session-{n}", ("4",)).key for n in (0, 1)]


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("seconds", [301, 8 * 3600])
def test_a_session_id_that_comes_again_for_the_same_phone_is_another_session(line: Line, memory: InputMemory, seconds: int) -> None:
    """What is noted then is kept, beside what was before; its hop that comes again adds nothing, and taking it back takes back that one."""
    noted = Wire(line, memory).walk("5 1").key
    line.wait(seconds)
    wire = Wire(line, memory)
    assert [noted] * 2 == [wire.walk("5 1").key, wire.send(SESSION, ("5", "1")).key]
    assert "callback.cancelled" == wire.send(SESSION, ("5", "1", "7")).key
    first, second = line.callbacks()
    assert second.made_at - first.made_at >= seconds
    assert ("cancelled", False) == (second.state, first.state == "cancelled")


@pytest.mark.parametrize("memory", MEMORIES)
def test_and_soon_it_does_not_take_one_deed_for_another(line: Line, memory: InputMemory) -> None:
    """She asked, hung up, dialled again within a minute under the same id, and stopped all calls: they are stopped."""
    assert "callback.kept_now" == Wire(line, memory).walk("5 5").key
    line.clock.at += 60
    if memory == "last":
        line.hotline.over("fake", memory, SESSION)
    assert "callback.stopped" == Wire(line, memory).walk("5 7").key
    assert ("stopped", None) == (line.callback().state, line.number_of(line.callback()))


def test_keys_without_a_beginning_order_nothing_twice(line: Line) -> None:
    """A hop of long ago that comes again all at once ends calmly: nothing says that it is not the one of before."""
    line.walk("5 5")
    line.wait(400)
    assert "safe.end" == line.dial("5 5").key
    assert 1 == len(line.callbacks())
