"""*I am here*, a break, and what colleagues see of it, on the pages."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.service.desk.shifts.on_duty import TAKEN_BACK_SECONDS
from tests.console.calls import one_rests_one_breaks
from tests.console.desk import Desk
from tests.service.line import AWA, OTHER_CALLER, RULES


def test_the_page_asks_again_from_half_of_the_time_on(desk: Desk) -> None:
    """A quiet line beside the button; said with one tap, it is gone."""
    desk.line.rule(replace(RULES, presence_minutes=90))
    desk.install()
    desk.line.clock.at += 44 * 60
    awa = desk.browser("awa")
    assert desk.say("queue.asked") not in awa.open("/console/queue")
    desk.line.clock.at += 60
    assert desk.say("queue.asked") in awa.open("/console/queue")
    assert desk.say("queue.asked") not in awa.send("/console/here")
    assert desk.line.clock.now() == desk.staff("awa").seen_at


def test_a_break_and_back(desk: Desk) -> None:
    """One button begins it, one ends it; between them the page says what holds, and the shift goes on."""
    awa = desk.browser("awa")
    awa.open("/console/queue")
    page = awa.send("/console/pause")
    assert desk.say("queue.paused") in page
    assert desk.say("queue.off") not in page
    assert desk.staff("awa").is_paused(desk.line.clock.now())
    assert desk.say("queue.paused") not in awa.send("/console/here")
    assert not desk.staff("awa").is_paused(desk.line.clock.now())


def test_after_a_call_it_is_said_by_a_tap_of_its_own(desk: Desk) -> None:
    """Neither the call nor its outcome makes her present; the button beside it does."""
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.ring()
    desk.line.clock.at += 20 * 60
    desk.line.text(AWA, "1")
    assert desk.line.clock.now() - 20 * 60 == desk.staff("awa").seen_at
    awa, callback = desk.browser("awa"), desk.line.callback().id
    assert desk.say("callback.still_here") in awa.open(f"/console/callback/{callback}")
    assert desk.say("callback.told.here") in awa.send(f"/console/callback/{callback}/here")
    assert desk.line.clock.now() == desk.staff("awa").seen_at


def test_after_a_call_off_shift_it_is_said_plainly(desk: Desk) -> None:
    """Whose shift ended meanwhile is not told that calls come."""
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.ring()
    desk.line.text(AWA, "1")
    desk.line.text(AWA, "fin")
    desk.line.clock.at += TAKEN_BACK_SECONDS + 1
    awa, callback = desk.browser("awa"), desk.line.callback().id
    awa.open(f"/console/callback/{callback}")
    assert desk.say("callback.told.not_on") in awa.send(f"/console/callback/{callback}/here")


def test_rest_and_break_look_alike_to_others(desk: Desk) -> None:
    """Whoever hands over reads that she is in a pause: not why, nor for how long."""
    one_rests_one_breaks(desk)
    desk.line.walk("5 5", "session-2", OTHER_CALLER)
    desk.line.work()
    page = desk.browser("fanta").open(f"/console/hand-over/{desk.line.callbacks()[1].id}")
    states = [entry.split("</span>")[0] for entry in page.split('<span class="hint state">')[1:]]
    assert 2 == states.count(desk.say("queue.colleague.paused"))
