"""A clock that jumps ends nothing and erases nothing, until it is right again or somebody says that it is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.clock import Reading
from hotline.ports.store import StoreAway
from hotline.service import acts
from hotline.service.conversation.guard import REST
from hotline.service.desk.clock import trust_clock
from hotline.service.upkeep.clock_watch import GRACE
from hotline.service.wall_clock import AHEAD, BACK, TOLERANCE, followed, jumped_by
from tests.service.fakes import DAY
from tests.service.line import AWA, CALLER, FANTA, OTHER_CALLER, Line

SECOND, HOUR = 1000, 3_600_000
THEN = Reading("a start", 1_000_000 * HOUR, 5 * HOUR)


def later(seconds: int, jumped: int = 0, boot: str = "a start") -> Reading:
    """So many seconds after `THEN`, the wall clock set by so many milliseconds meanwhile."""
    return Reading(boot, THEN.wall + seconds * SECOND + jumped, THEN.steady + seconds * SECOND)


def trust(line: Line) -> None:
    assert "done" == acts.run(line.hotline.deps, acts.By("Djeneba (root)", "shell"), trust_clock).code


def test_the_two_clocks_of_a_machine_agree_to_some_seconds() -> None:
    """Whatever time went by, asleep too; what is more is a jump, either way."""
    for seconds in (0, 1, 3600, 400 * DAY):
        for jumped in (0, TOLERANCE, -TOLERANCE):
            assert 0 == jumped_by([THEN], later(seconds, jumped))
        assert 172_800 == jumped_by([THEN], later(seconds, 2 * DAY * SECOND))
        assert -6 == jumped_by([THEN], later(seconds, -6 * SECOND))


def test_over_a_restart_a_clock_goes_on_from_where_it_was() -> None:
    """By the newest of all machines: a night and a day later at most, and never back."""
    older = replace(THEN, boot="another machine", wall=THEN.wall - 20 * DAY * SECOND)
    for wall in (-BACK, 0, 10 * HOUR, AHEAD):
        assert 0 == jumped_by([older, THEN], Reading("a new start", THEN.wall + wall, 0))
    assert 36 * 3600 + 1 == jumped_by([older, THEN], Reading("a new start", THEN.wall + AHEAD + SECOND, 0))
    assert -61 == jumped_by([older, THEN], Reading("a new start", THEN.wall - BACK - SECOND, 0))
    assert 0 == jumped_by([], THEN)


def test_a_clock_that_is_put_right_bit_by_bit_is_followed_and_one_that_runs_away_is_not() -> None:
    """Three seconds are nothing after an hour; a second a minute adds up to a jump."""
    kept = THEN
    for minute in range(1, 61):
        kept = followed(kept, later(minute * 60, 3 * SECOND))
    assert kept == later(3600, 3 * SECOND)
    kept, minute = THEN, 0
    while not jumped_by([kept], now := later((minute + 1) * 60, (minute + 1) * SECOND)):
        kept, minute = followed(kept, now), minute + 1
    assert 5 <= minute < 10


def test_two_days_forward_and_back_end_no_promise(line: Line) -> None:
    """What waits, what is held, and an alert on its way are as before, and go on."""
    line.wait(1)
    line.walk("5 5")
    line.work()
    line.walk("5 5", "session-2", OTHER_CALLER)
    line.text(AWA, "1")
    line.inbox(AWA)
    before = line.callbacks()
    assert ["claimed", "waiting"] == [callback.state for callback in before]
    line.clock.jump(2 * DAY)
    for _ in range(6):
        line.wait(1)
    assert before == line.callbacks()
    assert (["jumped"], 2 * DAY) == ([line.hotline.health()["wall_clock"]], line.hotline.counts().clock_jumped)
    line.clock.jump(-2 * DAY)
    line.wait(10)
    assert ["claimed", "waiting"] == [callback.state for callback in line.callbacks()]
    assert ("ok", 0) == (line.hotline.health()["wall_clock"], line.hotline.counts().clock_jumped)
    assert [AWA] == line.gateway.rung
    line.wait(3600)
    assert ["lapsed", "lapsed"] == [callback.state for callback in line.callbacks()]


def test_an_alert_that_seems_over_waits_for_the_clock(line: Line) -> None:
    """A worker drops nothing by a clock that jumped; what was about to leave leaves once it is right, at once."""
    line.wait(1)
    line.walk("5 5")
    line.clock.jump(2 * DAY)
    line.wait(1)
    line.wait(60)
    assert [("alert", "pending")] == [post for post in line.posts() if post[0] == "alert"]
    line.clock.jump(-2 * DAY)
    line.wait(1)
    assert [("alert", "sent")] == [post for post in line.posts() if post[0] == "alert"]
    assert 1 == len(line.inbox(AWA))


def test_a_month_forward_erases_no_number(line: Line) -> None:
    """Nor what was said of the call, nor who called; until somebody says that so much time did pass."""
    line.wait(1)
    line.walk("5 5")
    line.work()
    line.ring()
    line.text(AWA, "1")
    line.clock.jump(31 * DAY)
    line.wait(1)
    line.wait(400)
    assert CALLER == line.number_of(line.callback())
    trust(line)
    line.wait(1)
    assert [] == line.callbacks()


def test_supervisors_hear_of_it_once(line: Line) -> None:
    """After a minute; however long it lasts, whatever process looks, and not of one that was over by then."""
    line.wait(1)
    line.clock.jump(2 * DAY)
    line.wait(GRACE // SECOND - 1)
    line.clock.jump(-2 * DAY)
    line.wait(1)
    line.clock.jump(-DAY)
    line.wait(1)
    assert [] == line.inbox(FANTA)
    line.wait(GRACE // SECOND)
    line.rule(line.rules)
    line.wait(1)
    line.wait(GRACE // SECOND)
    line.wait(DAY)
    assert [line.say("clock_jumped")] == line.inbox(FANTA)


def test_a_person_says_that_the_clock_is_right(line: Line) -> None:
    """Then what is over ends, in the process that runs; the audit has the name."""
    line.wait(1)
    line.walk("5 5")
    line.clock.jump(2 * DAY)
    line.wait(1)
    assert "waiting" == line.callback().state
    trust(line)
    line.wait(1)
    assert ("lapsed", "ok") == (line.callback().state, line.hotline.health()["wall_clock"])
    with line.real_store.read() as tx:
        assert ("Djeneba (root)", "clock trusted") == (tx.audit.all()[-1].who, tx.audit.all()[-1].what)
    line.clock.jump(-2 * DAY)
    line.wait(1)
    assert "jumped" == line.hotline.health()["wall_clock"]


def test_a_machine_that_starts_with_a_wrong_clock_ends_nothing(line: Line) -> None:
    """It is right again when it is set: hours without power are no jump, days are."""
    line.wait(1)
    line.walk("5 5")
    line.clock.boot = "a new start"
    line.clock.jump(-300 * DAY)
    line.wait(1)
    assert "jumped" == line.hotline.health()["wall_clock"]
    line.clock.jump(300 * DAY + 5 * DAY)
    line.wait(1)
    assert ("jumped", "waiting") == (line.hotline.health()["wall_clock"], line.callback().state)
    line.clock.jump(-4 * DAY)
    line.wait(1)
    assert ("ok", "lapsed") == (line.hotline.health()["wall_clock"], line.callback().state)


def test_with_the_database_away_nothing_is_judged(line: Line) -> None:
    """Health says that it cannot tell. A tick that could not look ends nothing, though the database is back in the middle of it."""
    line.wait(1)
    line.walk("5 5")
    line.store.failing = "always"
    assert "away" == line.hotline.health()["wall_clock"]
    line.clock.at += 3600
    line.store.failing, failures = "never", [True]
    line.store.fails_when = lambda: bool(failures and failures.pop())
    with pytest.raises(StoreAway):  # the rest of the tick leaves it alone
        line.hotline.tick()
    assert ("waiting", []) == (line.callback().state, failures)
    line.wait(REST + 1)
    assert "lapsed" == line.callback().state


def test_a_stop_and_a_request_are_in_the_databases_order(line: Line) -> None:
    """A clock that went back five seconds, or two hours, between them makes no stop end what was asked for after it."""
    line.wait(1)
    for back, session in ((5, "stops"), (7200, "stops again")):
        line.walk("5 7", session)
        line.clock.jump(-back)
        line.walk("5 5", f"asks {back}")
        line.wait(1)
        states = [callback.state for callback in line.callbacks()]
        assert (1, "waiting") == (states.count("waiting"), states[0])  # the newest has the earliest date


def test_what_was_offered_in_a_time_to_come_is_offered_again(line: Line) -> None:
    """Once the clock is put back it counts no longer."""
    line.wait(1)
    line.walk("5 2")
    line.clock.at = line.callback().opens_at - 60
    line.clock.jump(3600)
    line.set_staff(AWA, seen_at=line.clock.at)
    line.wait(1)
    assert 1 == len(line.inbox(AWA))
    line.clock.jump(-3400)
    line.wait(1)
    assert 1 == len(line.inbox(AWA))


def test_what_came_out_of_the_spool_keeps_its_end(line: Line) -> None:
    """A clock that jumped knows nobody who is there: the end that was told is not cut by it."""
    line.wait(1)
    line.store.failing = "always"
    line.walk("5 5")
    line.store.failing = "never"
    line.clock.jump(2 * DAY)
    line.wait(3)
    callback = line.callback()
    assert ("waiting", 30 * 60) == (callback.state, callback.not_after - callback.opens_at)


def test_what_was_asked_for_while_the_clock_was_ahead_is_rung(line: Line) -> None:
    """Once it is right the request counts as made now, and is promised for as long as it was: a counselor is told at once, and not when that time comes."""
    line.wait(1)
    line.clock.jump(1200)
    line.text(AWA, "ICI")
    line.wait(1)
    line.inbox(AWA)
    line.walk("5 5")
    line.clock.jump(-1200)
    line.wait(1)
    at, callback = line.clock.now(), line.callback()
    assert callback.made_at <= at < callback.not_after <= at + 30 * 60
    line.work()
    assert "avant 10h30" in line.inbox(AWA)[-1]


def open_now(line: Line) -> dict[str, Callback]:
    with line.store.read() as tx:
        return {callback.id: callback for callback in tx.callbacks.all_open()}


def test_what_was_asked_for_while_the_clock_was_behind_is_rung(line: Line) -> None:
    """Once it is right the request counts as made when it was, and is promised for as long as it was: it is not over by the hours that the clock was behind. What was
    asked for before, and had its time, is over."""
    line.wait(1)
    line.walk("5 5", "session-2", OTHER_CALLER)
    line.clock.jump(-7200)
    line.wait(1)
    line.walk("5 5")
    line.wait(1500)
    asked = open_now(line)
    line.clock.jump(7200)
    line.wait(1)
    (late,) = (callback for callback in asked.values() if callback.made_at < line.clock.at - 7200)
    assert open_now(line)[late.id].not_after == late.not_after + 7200
    line.wait(300 + 1)
    assert open_now(line) == {}


def test_a_clock_that_was_right_all_the_time_puts_nothing_forward(line: Line) -> None:
    """Somebody said so: what was asked for meanwhile ends when it was told to."""
    line.wait(1)
    line.clock.jump(-7200)
    line.wait(1)
    line.walk("5 5")
    asked = open_now(line)
    trust(line)
    line.wait(1)
    assert {id: callback.not_after for id, callback in open_now(line).items()} == {id: callback.not_after for id, callback in asked.items()}
    assert len(asked) == 1
