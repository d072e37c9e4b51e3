"""Who is there, as counselors say it: asked for again before it lapses, taken back by a break, and given again by one word."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.desk.shifts import Shift
from hotline.ports.store import StoreAway
from hotline.service.calls import taking
from hotline.service.desk.shifts import on_duty
from tests.service.line import AWA, FANTA, NANA, OUMOU, RULES, Line

MINUTES = 90


@pytest.fixture
def asking(line: Line) -> Line:
    """As it is in earnest: *I am here* holds for an hour and a half. Awa and Nana have just said it."""
    line.rule(replace(RULES, presence_minutes=MINUTES))
    return line


def minutes(line: Line, count: int) -> None:
    """Time passes; the clock ticks at its end, and once more a minute after."""
    line.wait(count * 60 - 60)
    line.wait(60)


def can_call(line: Line, session: str) -> bool:
    """Is a call *now* kept?"""
    before = len(line.callbacks())
    line.walk("5 5", session)
    kept = len(line.callbacks()) > before
    if kept:
        line.walk("5 7", f"{session}-stop")
    line.work()
    return kept


def test_it_is_asked_for_again_at_half_and_at_two_thirds(asking: Line) -> None:
    """Who forgot to say it is asked in time, twice, and no more."""
    minutes(asking, 44)
    assert [] == asking.inbox(AWA)
    minutes(asking, 1)
    assert [asking.say("still_here")] == asking.inbox(AWA)
    minutes(asking, 14)
    assert [] == asking.inbox(AWA)
    minutes(asking, 1)
    assert [asking.say("still_here")] == asking.inbox(AWA)
    assert [asking.say("still_here", "bm")] * 2 == asking.inbox(NANA)
    minutes(asking, 40)
    assert ([], []) == (asking.inbox(AWA), asking.inbox(OUMOU))


def test_who_says_it_is_asked_anew_from_then(asking: Line) -> None:
    """The answer is the word itself, and the time runs from there."""
    minutes(asking, 45)
    asking.inbox(AWA)
    asking.text(AWA, "ici")
    asking.work()
    asking.inbox(AWA)
    minutes(asking, 44)
    assert [] == asking.inbox(AWA)
    minutes(asking, 1)
    assert [asking.say("still_here")] == asking.inbox(AWA)


def test_nobody_is_asked_who_is_not_there(asking: Line) -> None:
    """Off shift, in a break, on call: no message."""
    asking.text(AWA, "fin")
    asking.text(NANA, "lafiɲɛ")
    asking.text(FANTA, "ici")
    asking.work()
    for number in (AWA, NANA, FANTA):
        asking.inbox(number)
    minutes(asking, 70)
    assert [[], [], []] == [asking.inbox(number) for number in (AWA, NANA, FANTA)]


def test_nobody_is_asked_whose_shift_ends_first(asking: Line) -> None:
    """There is nothing left to say it for."""
    ends = asking.clock.local(asking.clock.now()) % 1440 + MINUTES
    with asking.real_store.write() as tx:
        tx.shifts.drop(Shift("a" * 32, None, 0, 1440))
        tx.shifts.add(Shift("a" * 32, None, 0, ends))
    minutes(asking, 70)
    assert [] == asking.inbox(AWA)


def test_asking_fails_calmly(asking: Line) -> None:
    """With the database away nobody is asked, and once it is back everybody is."""
    asking.clock.at += 45 * 60
    asking.store.failing = "always"
    with pytest.raises(StoreAway):
        asking.hotline.tick()
    asking.store.failing = "never"
    asking.wait(60)
    assert [asking.say("still_here")] == asking.inbox(AWA)


def test_a_break_ends_with_one_word(line: Line) -> None:
    """Until then nobody is promised a call by her, and nothing is offered to her; then at once."""
    line.text(AWA, "pause")
    line.work()
    assert [line.say("paused")] == line.inbox(AWA)
    assert not can_call(line, "in-the-break")
    line.walk("4 1 1", "urgent")
    line.wait(60)
    assert [] == line.inbox(AWA)
    line.text(AWA, "ici")
    line.work()
    assert line.say("here", until="10h16") in line.inbox(AWA)
    assert can_call(line, "after-the-break")


def test_a_break_leaves_nothing_untried_behind(line: Line) -> None:
    """What she holds and did not ring goes to the next at once."""
    line.walk("5 5")
    line.work()
    line.take()
    line.text(AWA, "pause")
    line.work()
    assert "waiting" == line.callback().state
    assert [line.say("escalated", ref=line.callback().reference, before="10h30")] == line.inbox(FANTA)


def test_a_break_does_not_outlast_its_shift(line: Line) -> None:
    """Who never came back from one begins the next shift as everybody does."""
    line.text(AWA, "pause")
    line.clock.at += RULES.shift_hours * 3600
    assert not line.staff(AWA).is_paused(line.clock.now())
    line.text(AWA, "ici")
    assert line.clock.now() == line.staff(AWA).seen_at


def test_a_break_that_comes_late_takes_back_no_word_said_since(line: Line) -> None:
    """She wrote it an hour ago, and has said since that she is here."""
    line.wait(600)
    line.text(AWA, "ici")
    line.text(AWA, "pause", age=500)
    assert not line.staff(AWA).is_paused(line.clock.now())
    line.wait(700)
    line.text(AWA, "pause", age=600)
    assert line.staff(AWA).is_paused(line.clock.now())


@pytest.mark.parametrize("word", ["ici", "pause"])
def test_off_shift_it_is_said_that_nothing_comes(line: Line, word: str) -> None:
    """She is not told that she is here while callers hear that nobody is, and hears how to come back."""
    line.text(AWA, "fin")
    line.work()
    line.inbox(AWA)
    line.clock.at += on_duty.TAKEN_BACK_SECONDS + 1
    line.text(AWA, word)
    line.work()
    assert [line.say("not_on")] == line.inbox(AWA)
    assert not can_call(line, "off")
    line.text(AWA, "service")
    assert can_call(line, "on")


def test_a_supervisor_in_a_break_is_not_on_call(line: Line) -> None:
    """Nobody counts on her until she says that she is here."""
    line.text(FANTA, "service")
    line.text(FANTA, "pause")
    assert not line.staff(FANTA).is_on_call(line.clock.now())
    line.text(FANTA, "ici")
    assert line.staff(FANTA).is_on_call(line.clock.now())


def test_a_slip_by_sms_is_taken_back_within_a_minute(line: Line) -> None:
    """`ICI` after `FIN`: her shift ends when it would have ended, and she holds again what nobody took; she is told until when she is there."""
    line.text(AWA, "service")
    before = line.staff(AWA)
    line.walk("5 5")
    line.act(AWA, taking.take, line.callback().id, origin="take")
    line.work()
    line.inbox(AWA)
    line.text(AWA, "fin")
    assert (line.staff(AWA).on_until, line.callback().state) == (None, "waiting")
    line.clock.at += on_duty.TAKEN_BACK_SECONDS
    line.text(AWA, "ici")
    line.work()
    assert line.inbox(AWA)[-1] == line.say("here", until="10h16")
    assert line.staff(AWA) == replace(before, seen_at=line.clock.now())
    assert (line.callback().state, line.callback().claimed_by) == ("claimed", before.id)


def test_a_planned_shift_goes_on_too(line: Line) -> None:
    """Off until its end, and back within a minute; said again later, off is off."""
    line.text(AWA, "fin")
    assert line.staff(AWA).off_until is not None
    line.text(AWA, "ici")
    assert (line.staff(AWA).off_until, can_call(line, "back")) == (None, True)
    line.clock.at += 300
    line.text(AWA, "fin")
    line.clock.at += on_duty.TAKEN_BACK_SECONDS + 1
    line.text(AWA, "ici")
    assert not can_call(line, "off")


def test_a_supervisors_slip_leaves_her_on_call_as_before(line: Line) -> None:
    """Until the same hour, though nothing is planned for her; a minute later *ICI* says it anew."""
    line.text(FANTA, "service")
    until = line.staff(FANTA).on_call_until
    line.text(FANTA, "fin")
    line.clock.at += 30
    line.text(FANTA, "ici")
    assert line.staff(FANTA).on_call_until == until
    line.text(FANTA, "fin")
    line.clock.at += on_duty.TAKEN_BACK_SECONDS + 1
    line.text(FANTA, "ici")
    assert line.staff(FANTA).on_call_until == line.clock.now() + line.rules.presence_minutes * 60


def test_what_comes_late_takes_no_end_back(line: Line) -> None:
    """Sent before it, or long ago: she stays off."""
    line.text(AWA, "fin")
    line.text(AWA, "ici", age=600)
    assert line.staff(AWA).off_until is not None
