"""The bridge: who is rung, when, and when not; checked again at the moment that she presses 1."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from hotline.ports.voice import VoiceConnect, VoiceEnd, VoicePrompt, VoiceStep
from tests.service.line import AWA, CALLER, FANTA, OUMOU, Line, leg


@pytest.fixture
def taken(line: Line) -> Line:
    """Awa took a callback, and her phone rings."""
    line.walk("5 5")
    line.work()
    line.take()
    line.inbox(AWA)
    return line


def spoken(line: Line, key: str, **values: str) -> str:
    return line.words("voice").phrase(f"voice.{key}", "fr", **values)


def test_the_two_are_joined(taken: Line) -> None:
    """She hears what to do, presses 1, and the caller's phone rings; the try is counted before that."""
    assert VoicePrompt(spoken(taken, "answer"), "fr", ask=True) == taken.pick_up()
    assert VoiceConnect(CALLER, spoken(taken, "none"), "fr") == taken.press()
    assert 1 == taken.callback().attempts


def test_she_is_asked_how_it_ended(taken: Line) -> None:
    """By SMS, once, however often the vendor says that the call is over."""
    taken.pick_up()
    taken.press()
    taken.hang_up()
    taken.hang_up()
    assert [taken.say("how", ref=taken.callback().reference)] == taken.inbox(AWA)


def test_the_word_is_told_first(line: Line) -> None:
    """A word that the caller chose is asked for, the strictest of all that is open: one of two requests has one."""
    line.walk("5 1 1 2", "session-1")
    line.walk("5 1", "session-2")
    line.work()
    line.take()
    step = line.pick_up()
    assert isinstance(step, VoicePrompt)
    assert step.text.startswith(spoken(line, "word", word="lait"))


def test_a_request_made_meanwhile_is_rung_for_too(taken: Line) -> None:
    """Made after she took the first: the same ring serves both, with the word of the second."""
    taken.walk("5 1 1 1", "session-2")
    step = taken.pick_up()
    taken.press()
    assert isinstance(step, VoicePrompt)
    assert "eau" in step.text
    assert [1, 1] == [callback.attempts for callback in taken.callbacks()]


@pytest.mark.parametrize(("keys", "session", "state"), [("4 1 1 7", "session-1", "cancelled"), ("5 7", "session-2", "stopped")])
def test_a_no_that_waits_in_the_spool_rings_nobody(line: Line, keys: str, session: str, state: str) -> None:
    """The caller was told that nobody calls, and the database does not know it yet: the counselor who presses 1 in that moment hears that it is late."""
    line.walk("4 1 1", "session-1")
    line.work()
    line.take()
    line.pick_up()
    line.store.failing = "at commit"
    line.walk(keys, session)
    line.store.failing = "never"
    assert VoicePrompt(spoken(line, "late"), "fr", ask=False) == line.press()
    line.wait(3)
    assert (state, 0) == (line.callback().state, line.callback().attempts)


@pytest.mark.parametrize("digits", ["2", "0", "11"])
def test_any_other_key_rings_nobody(taken: Line, digits: str) -> None:
    """Only 1 does; whoever pressed another is told again, and may still press it."""
    greeting = taken.pick_up()
    assert (greeting, 0) == (taken.press(digits), taken.callback().attempts)
    assert isinstance(taken.press(), VoiceConnect)


def test_no_key_ends_the_call(taken: Line) -> None:
    """She does not listen: her phone is not kept busy."""
    taken.pick_up()
    assert (VoiceEnd(), 0) == (taken.press(""), taken.callback().attempts)


def test_who_said_it_while_they_talked_is_not_asked_again(taken: Line) -> None:
    """How it ended is asked for once, and not where the caller stopped it meanwhile."""
    taken.pick_up()
    taken.press()
    taken.text(AWA, f"{taken.callback().reference} 1")
    taken.work()
    taken.inbox(AWA)
    taken.hang_up()
    assert [] == taken.inbox(AWA)


def test_pressing_twice_rings_once(taken: Line) -> None:
    """The vendor may post a key twice."""
    taken.pick_up()
    taken.press()
    assert (VoiceEnd(), 1) == (taken.press(), taken.callback().attempts)


def test_past_its_end_nobody_is_rung(taken: Line) -> None:
    """Checked when she presses 1, whatever was right when she picked up."""
    taken.clock.at = taken.callback().not_after - 1
    taken.pick_up()
    taken.clock.at += 1
    assert VoicePrompt(spoken(taken, "late"), "fr", ask=False) == taken.press()
    assert 0 == taken.callback().attempts


def test_stopped_meanwhile_nobody_is_rung(taken: Line) -> None:
    """Two keys on the caller's phone, while the counselor's is ringing."""
    taken.pick_up()
    taken.clock.at += 5
    taken.walk("5 7", "session-2")
    assert VoicePrompt(spoken(taken, "late"), "fr", ask=False) == taken.press()


def test_three_rings_a_day(line: Line) -> None:
    """Over all that was asked for from this phone, in whatever window; for a fourth only a supervisor is told, and she may."""
    for session in ("session-1", "session-2", "session-3", "session-4"):
        line.set_staff(AWA, seen_at=line.clock.now())
        line.walk("5 5", session)
        line.work()
        if session != "session-4":
            line.ring()
            line.text(AWA, "1")
            line.wait(3600)
    fourth = line.callbacks()[-1]
    assert [line.say("escalated", ref=fourth.reference, before="13h30")] == line.inbox(FANTA)[-1:]
    line.inbox(AWA)
    line.text(AWA, f"{fourth.reference} 1")
    line.work()
    assert [line.say("help")] == line.inbox(AWA)
    line.take(FANTA)
    assert isinstance(line.ring(FANTA), VoiceConnect)


def test_the_day_begins_anew(line: Line) -> None:
    """A day after its three rings a phone may be rung again."""
    for session in ("session-1", "session-2", "session-3"):
        line.set_staff(AWA, seen_at=line.clock.now())
        line.walk("5 5", session)
        line.work()
        line.ring()
        line.text(AWA, "1")
        line.wait(3600)
    line.wait(24 * 3600)
    line.set_staff(AWA, seen_at=line.clock.now())
    line.walk("5 5", "session-5")
    line.work()
    assert isinstance(line.ring(), VoiceConnect)


def test_the_store_away_rings_nobody(taken: Line) -> None:
    """Nobody is rung on a guess, not even where the try may have been written."""
    taken.pick_up()
    taken.store.failing = "after commit"
    assert VoiceEnd() == taken.press()
    taken.store.failing = "always"
    assert VoiceEnd() == taken.press()


def test_a_database_that_stumbles_is_asked_again(taken: Line) -> None:
    """She is on the telephone: one failed write does not hang up on her, and rings the caller once."""
    taken.pick_up()
    stumbles = iter([True])
    taken.store.fails_when = lambda: next(stumbles, False)
    assert isinstance(taken.press(), VoiceConnect)
    assert 1 == taken.callback().attempts


def test_a_stranger_gets_nothing(taken: Line) -> None:
    """A leg of a number that is not staff's, or of one who has placed nothing."""
    assert VoiceEnd() == taken.hotline.voice(leg("voice-9", CALLER, active=True, digits=None))
    assert VoiceEnd() == taken.hotline.voice(leg("voice-1", OUMOU, active=True, digits=None))


def test_a_leg_that_nobody_answered_can_be_rung_again(taken: Line) -> None:
    """Her phone did not get through: no try is counted, and 7 rings it again."""
    taken.hang_up()
    assert ([], 0) == (taken.inbox(AWA), taken.callback().attempts)
    taken.text(AWA, "7")
    taken.work()
    taken.pick_up()
    assert isinstance(taken.press(), VoiceConnect)
    assert [AWA, AWA] == taken.gateway.rung


@pytest.fixture
def asked_for(line: Line) -> Line:
    """A callback that Awa is offered."""
    line.walk("5 5")
    line.work()
    return line


def test_the_vendors_question_may_overtake_its_answer(asked_for: Line) -> None:
    """The counselor picks up before the vendor has told us the session's id: the leg waits for that, and is the counselor's call."""
    line, waits, answered = asked_for, Event(), Event()
    steps: list[VoiceStep] = []
    asking = Thread(target=lambda: steps.append(line.hotline.voice(leg("voice-1", AWA, active=True, digits=None))))

    def overtake() -> None:
        asking.start()
        assert waits.wait(120)

    def hold() -> None:
        waits.set()
        assert answered.wait(120)

    line.gateway.while_ringing, line.clock.while_pausing = overtake, hold
    line.take()
    answered.set()
    asking.join()
    assert isinstance(steps[0], VoicePrompt)
    assert isinstance(line.press(), VoiceConnect)


def test_a_session_that_the_vendor_did_not_name_gets_nothing(taken: Line) -> None:
    """Whoever has the webhook's secret and knows whom the line rings makes up a session, and presses 1: no number, no wait, no change."""
    for digits in (None, "1", "1"):
        assert VoiceEnd() == taken.hotline.voice(leg("voice-x", AWA, active=True, digits=digits))
    assert VoiceEnd() == taken.hotline.voice(leg("voice-x", AWA, active=False, digits=None))
    assert ([], 0) == (taken.clock.pauses, taken.callback().attempts)
    taken.pick_up()
    assert isinstance(taken.press(), VoiceConnect)
    assert 1 == taken.callback().attempts


def test_first_is_not_enough(asked_for: Line) -> None:
    """Made up while the vendor is being asked, before it can have named any: the session waits its five seconds, and ends. The counselor's own
    is served after it."""
    line = asked_for
    steps: list[VoiceStep] = []
    line.gateway.while_ringing = lambda: steps.extend(line.hotline.voice(leg("voice-x", AWA, active=True, digits=d)) for d in (None, "1"))
    line.take()
    assert [VoiceEnd(), VoiceEnd()] == steps
    assert pytest.approx(10.0) == sum(line.clock.pauses)
    assert 0 == line.callback().attempts
    assert isinstance(line.pick_up(), VoicePrompt)
    assert isinstance(line.press(), VoiceConnect)


def test_what_the_ring_carried_names_the_session_too(asked_for: Line) -> None:
    """A vendor that brings it back need not have answered yet; another call's, or one that is made up, names nothing."""
    line = asked_for
    steps: list[VoiceStep] = []

    def overtake() -> None:
        tokens = ("0" * 32, line.gateway.tokens[0])
        steps.extend(line.hotline.voice(leg("voice-1", AWA, active=True, digits=None, token=token)) for token in tokens)

    line.gateway.while_ringing = overtake
    line.take()
    assert VoiceEnd() == steps[0]
    assert isinstance(steps[1], VoicePrompt)
    assert isinstance(line.press(), VoiceConnect)


def test_legs_that_wait_leave_threads_to_others(asked_for: Line) -> None:
    """Of the 17 threads of this line no more than 8 wait at once; a leg beyond them ends."""
    line = asked_for
    waiting: list[int] = []

    def another() -> None:
        waiting.append(len(waiting))
        if line.hotline.voice(leg(f"voice-x{len(waiting)}", AWA, active=True, digits=None)) == VoiceEnd():
            line.clock.while_pausing = None

    def first() -> None:
        line.hotline.voice(leg("voice-x", AWA, active=True, digits=None))

    line.gateway.while_ringing, line.clock.while_pausing = first, another
    line.take()
    assert 8 == len(waiting)


def test_another_phone_hears_nothing_without_the_word(line: Line) -> None:
    """Whoever owns it did not ask: the counselor is told so before she presses, and not to ask on."""
    line.walk("5 6 70000301 1")
    line.work()
    line.take()
    step = line.pick_up()
    assert isinstance(step, VoicePrompt)
    assert step.text == line.words("voice").phrase("voice.other", "fr")
