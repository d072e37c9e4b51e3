"""Which of a stop and a request came first, and who hears of a stop that may not have been the caller's."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.calls.reviews import Reason
from hotline.ports.incoming import ReceivedSms
from hotline.ports.store import StoreAway
from hotline.service.calls import agreements
from tests.service.fakes import FakeSpool
from tests.service.line import AWA, CALLER, FANTA, OTHER_CALLER, Line

HOUR = 3600
URGENT, PLAIN = "4 1 1", "5 5"


def reasons(line: Line) -> list[list[Reason]]:
    """Why a supervisor looks at each callback."""
    with line.real_store.read() as tx:
        return [[review.reason for review in tx.reviews.of(callback.id) if review.decision is None] for callback in line.callbacks()]


def states(line: Line) -> list[str]:
    return [callback.state for callback in line.callbacks()]


def told(line: Line) -> list[str]:
    """The references of which the supervisor was told to look at them."""
    line.work()
    texts = line.inbox(FANTA)
    return [callback.reference for callback in line.callbacks() if line.say("review", ref=callback.reference) in texts]


@pytest.mark.parametrize("keys", [URGENT, PLAIN])
@pytest.mark.parametrize("age", [8 * HOUR, 60])
def test_a_stop_ends_nothing_that_was_asked_for_after_it_was_sent(line: Line, keys: str, age: int) -> None:
    """It came eight hours late, or a minute: what was asked for meanwhile stands, and before supervisors there is nothing."""
    line.clock.at += 30
    line.walk(keys)
    line.clock.at += 10
    line.text(CALLER, "STOP", age=age)
    assert (states(line), reasons(line), told(line)) == (["waiting"], [[]], [])
    assert line.number_of(line.callback()) == CALLER


def test_a_late_stop_ends_what_was_asked_for_before_it(line: Line) -> None:
    """Sent between two requests, it ends the first."""
    line.walk("5 3", "before")
    line.clock.at += HOUR
    line.walk("5 3", "after")
    line.clock.at += HOUR
    line.text(CALLER, "STOP", age=HOUR + 30)
    assert states(line) == ["stopped", "waiting"]


def test_a_late_stop_does_not_reach_a_session_that_began_after_it(line: Line) -> None:
    """It comes in while the caller is on the line."""
    line.dial("5")
    line.clock.at += 10
    line.text(CALLER, "STOP", age=60)
    line.clock.at += 10
    line.dial(PLAIN)
    assert states(line) == ["waiting"]


@pytest.mark.parametrize("age", [None, -HOUR, 400 * 24 * HOUR])
def test_a_date_that_cannot_be_is_none(line: Line, age: int | None) -> None:
    """No date, one to come, or one of last year: in doubt the stop wins."""
    line.walk(PLAIN)
    line.clock.at += 60
    line.hotline.sms(ReceivedSms("fake", "m", CALLER, "STOP", None if age is None else line.clock.now() - age, ""))
    assert states(line) == ["stopped"]


def test_clocks_that_differ_by_seconds_do_not_save_a_request(line: Line) -> None:
    """Whoever dates the SMS may be some seconds behind."""
    line.walk(PLAIN)
    line.text(CALLER, "STOP", age=3)
    assert states(line) == ["stopped"]


@pytest.mark.parametrize("how", ["SMS", "opt out", "keys by SMS"])
def test_a_supervisor_hears_of_a_stop_that_no_keys_gave(line: Line, how: str) -> None:
    """The sender of an SMS can be made up: nobody rings, and the urgent one lies before her, told by its reference alone. The rest is as ever."""
    line.walk(PLAIN, "one")
    line.walk(URGENT, "two")
    line.walk("5 3", "three", OTHER_CALLER)
    line.clock.at += 10
    line.inbox(FANTA)
    if how == "opt out":
        line.hotline.opt_out(CALLER)
    else:
        line.text(CALLER, "STOP" if how == "SMS" else "5 7")
    assert (states(line), reasons(line)) == (["stopped", "stopped", "waiting"], [[], ["stopped"], []])
    assert told(line) == [line.callbacks()[1].reference]
    line.text(CALLER, "STOP")
    assert told(line) == []


def test_two_keys_on_the_phone_are_silent(line: Line) -> None:
    """It is in the caller's hands: nobody is told, and nobody looks."""
    line.walk(URGENT, "one")
    line.walk("5 7", "two")
    assert (states(line), reasons(line), told(line)) == (["stopped"], [[]], [])


def test_what_a_counselor_ends_for_a_caller_is_seen_where_it_was_urgent(line: Line) -> None:
    """The caller wants no call any more, she says: what else was asked for in need ends too, and not by the caller's own keys."""
    line.walk(PLAIN, "one")
    line.work()
    line.ring()
    line.text(AWA, "1")
    line.walk(URGENT, "two")
    assert line.act(AWA, agreements.no_more, line.callbacks()[0].id).code == "erased"
    assert (states(line), reasons(line)) == (["closed", "stopped"], [[], ["stopped"]])
    assert told(line) == [line.callbacks()[1].reference]


def test_a_clock_set_back_ends_nothing_that_came_after_a_stop(line: Line) -> None:
    """The database knows which was first."""
    line.walk("5 7", "one")
    line.clock.at -= 5
    line.walk(PLAIN, "two")
    assert states(line) == ["waiting"]


def test_a_clock_set_back_saves_nothing_that_came_before_a_stop(line: Line) -> None:
    """Her hop was held up on the way; the stop came meanwhile, by a clock that had been set back."""
    line.dial("5")
    line.clock.at -= 5
    line.walk("5 7", "two")
    line.dial(PLAIN)
    assert states(line) == ["stopped"]


def test_a_conversation_by_sms_begins_behind_the_stop_of_the_one_before(line: Line) -> None:
    """Whatever the clock says by then."""
    line.walk(PLAIN)
    line.clock.at += 10
    line.text(CALLER, "5 7")
    line.clock.at -= 5
    line.text(CALLER, PLAIN)
    assert states(line) == ["stopped", "waiting"]


def test_of_two_in_a_spool_the_later_one_holds(line: Line) -> None:
    """In the order in which they were given, whatever the clock said."""
    line.store.failing = "always"
    line.walk("5 7", "one")
    line.clock.at += 5
    line.walk("5 3", "two")
    line.walk("5 3", "three", OTHER_CALLER)
    line.clock.at -= 5
    line.walk("5 7", "four", OTHER_CALLER)
    line.store.failing = "never"
    line.wait(3)
    assert sorted(states(line)) == ["stopped", "waiting"]
    assert [line.number_of(callback) for callback in line.callbacks() if callback.state == "waiting"] == [CALLER]


@pytest.mark.parametrize(("seconds", "state"), [(-30, "stopped"), (30, "stopped"), (90, "waiting")])
def test_where_only_two_clocks_can_say_the_stop_wins(line: Line, seconds: int, state: str) -> None:
    """Each machine has a spool of its own: the request lies in one, so many seconds later, the stop in the other."""
    here, there = line.spool, FakeSpool()
    line.store.failing = "always"
    line.clock.at += 90
    line.walk("5 3", "one")
    line.spool = there
    line.rule(line.rules)
    line.clock.at -= seconds
    line.walk("5 7", "two")
    line.clock.at += 90
    line.store.failing = "never"
    line.hotline.tick()
    line.spool = here
    line.rule(line.rules)
    line.hotline.tick()
    assert states(line) == [state]


@pytest.mark.parametrize("spooled", [True, False])
def test_a_spooled_request_that_an_sms_stopped_is_seen(line: Line, *, spooled: bool) -> None:
    """It was urgent, and turns up after its stop, which lies behind it in the spool or went into the database: a supervisor is told then."""
    line.store.failing = "always"
    assert line.walk(URGENT).key == "danger.kept_unsure"
    line.clock.at += 60
    line.store.failing = "always" if spooled else "never"
    if spooled:
        with pytest.raises(StoreAway):
            line.text(CALLER, "STOP")
    else:
        line.text(CALLER, "STOP")
    line.store.failing = "never"
    line.wait(3)
    assert (states(line), reasons(line)) == (["stopped"], [["stopped"]])
    assert told(line) == [line.callback().reference]


def test_an_old_stop_does_not_withhold_what_lies_before_it(line: Line) -> None:
    """It came behind the request into the spool, and was sent an hour before."""
    line.store.failing = "always"
    line.walk("5 3")
    line.clock.at += 10
    with pytest.raises(StoreAway):
        line.text(CALLER, "STOP", age=HOUR)
    line.store.failing = "never"
    line.wait(3)
    assert states(line) == ["waiting"]


def test_the_screens_say_nothing_of_it(line: Line) -> None:
    """Whatever stopped it, whoever holds the phone sees the same."""
    line.rule(replace(line.rules, sms_replies=True))
    line.walk(URGENT, "one")
    first = line.dial("", "two"), line.dial("5", "two")
    line.text(CALLER, "STOP")
    line.work()
    assert (line.dial("", "three"), line.dial("5", "three"), line.inbox(CALLER)) == (*first, [])
