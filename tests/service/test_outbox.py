"""Posts: at least once to staff, at most once to anybody else, never late, whatever dies in between."""

from __future__ import annotations

from contextlib import suppress

import pytest
from msgspec import structs
from msgspec.structs import replace

from hotline.ports.incoming import SmsReport
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown, Route
from hotline.ports.store import StoreAway
from hotline.ports.voice import VoiceEnd, VoicePrompt
from tests.service.fakes import FakeGateway
from tests.service.line import AWA, CALLER, Line, leg


@pytest.fixture
def offered(line: Line) -> Line:
    """An alert waits."""
    line.walk("5 5")
    return line


@pytest.fixture
def two(line: Line) -> Line:
    """Another gateway, which is the second choice for everything."""
    line.others["second"] = FakeGateway("second")
    line.route()
    return line


def only_hint(line: Line) -> str:
    ((_, post),) = line.queue.take()
    return post


def test_a_hint_that_comes_twice_sends_once(offered: Line) -> None:
    """Jobs are idempotent."""
    post = only_hint(offered)
    offered.hotline.deliver(post)
    offered.hotline.deliver(post)
    assert (1, [("alert", "sent")]) == (len(offered.inbox(AWA)), offered.posts())


def test_unknown_posts_are_nothing(line: Line) -> None:
    """A hint from before a purge."""
    line.hotline.deliver("0" * 32)
    assert [] == line.gateway.messages


def test_a_lost_hint_is_found(line: Line) -> None:
    """Redis was away or emptied: the clock hints again, five seconds at a time."""
    line.queue.away = True
    line.walk("5 5")
    line.queue.away = False
    line.wait(5, tick=False)
    line.hotline.tick()
    assert [] == line.queue.hints
    line.wait(1, tick=False)
    line.hotline.tick()
    line.hotline.tick()
    assert 1 == len(line.queue.hints)


def test_with_redis_away_the_clock_carries(line: Line) -> None:
    """No worker can hear of it, and the counselor is told all the same."""
    line.queue.away = True
    line.walk("5 5")
    line.wait(6)
    assert 1 == len(line.inbox(AWA))


def test_with_no_worker_alive_the_clock_carries(line: Line) -> None:
    """Every worker of its queue is dead and Redis is well: the counselor is told all the same, and once, whoever begins to work then."""
    line.queue.worked["default"] = False
    line.walk("5 5")
    line.clock.at += 6
    line.hotline.tick()
    assert 1 == len(line.inbox(AWA))
    line.work()
    assert [] == line.inbox(AWA)


def test_a_worker_that_lives_is_left_to_its_work(line: Line) -> None:
    """The clock keeps its own time: it hints, and hands over nothing."""
    line.queue.worked["urgent"] = False
    line.walk("5 5")
    line.clock.at += 6
    line.hotline.tick()
    assert [] == line.inbox(AWA)


def test_a_refused_alert_is_tried_again_ever_later_and_then_given_up(offered: Line) -> None:
    """Eight times, not more often than it makes sense."""
    offered.gateway.failure = GatewayRefused("insufficient_balance")
    offered.work()
    waits = []
    for _ in range(7):
        waited = 0
        while not offered.queue.hints:
            offered.clock.at += 5
            waited += 5
            offered.hotline.tick()
            offered.queue.hints = [(queue, post) for queue, post in offered.queue.hints if post == _first_alert(offered)]
        waits.append(waited)
        offered.work()
    assert (sorted(waits), 8) == (waits, len(offered.inbox(AWA)))


def _first_alert(line: Line) -> str:
    with line.real_store.read() as tx:
        return str(tx._connection.exec_driver_sql("SELECT id FROM outbox ORDER BY made_at, rowid").scalar())


def test_an_unknown_alert_is_sent_again(offered: Line) -> None:
    """It may have arrived; twice is better than never."""
    offered.gateway.failure = GatewayUnknown("time_out")
    offered.work()
    offered.gateway.failure = None
    offered.wait(11)
    assert (2, [("alert", "sent")]) == (len(offered.inbox(AWA)), offered.posts())


@pytest.mark.parametrize(("failure", "state"), [(GatewayRefused("no"), "failed"), (GatewayUnknown("time_out"), "unknown")])
def test_a_reply_is_never_sent_again(line: Line, failure: GatewayRefused | GatewayUnknown, state: str) -> None:
    """A second SMS on the caller's phone may be read by somebody else."""
    line.rule(replace(line.rules, sms_replies=True))
    line.gateway.failure = failure
    line.text(CALLER, "santé")
    line.work()
    line.gateway.failure = None
    line.wait(100)
    assert (1, [("reply", state)]) == (len(line.inbox(CALLER)), line.posts())


def test_a_reply_past_its_time_is_dropped(line: Line) -> None:
    """Two minutes after she wrote, the phone may be in other hands."""
    line.rule(replace(line.rules, sms_replies=True))
    line.text(CALLER, "santé")
    line.clock.at += 120
    line.work()
    assert ([], [("reply", "dropped")]) == (line.inbox(CALLER), line.posts())


def test_a_ring_that_was_refused_is_told(offered: Line) -> None:
    """She waits for her phone to ring; it will not, and she may ask again."""
    offered.work()
    offered.inbox(AWA)
    offered.text(AWA, "1")
    offered.gateway.failure = GatewayRefused("insufficient_credit")
    offered.hotline.deliver(offered.queue.hints[0][1])
    offered.gateway.failure = None
    offered.work()
    reference = offered.callback().reference
    assert {offered.say("taken_asked", ref=reference, asked="aujourd'hui 8h-12h"), offered.say("not_rung", ref=reference)} == set(
        offered.inbox(AWA)
    )
    offered.text(AWA, "7")
    offered.work()
    assert [AWA, AWA] == offered.gateway.rung


def test_a_ring_is_placed_once(offered: Line) -> None:
    """Not again where nobody knows whether it was."""
    offered.work()
    offered.text(AWA, "1")
    offered.gateway.failure = GatewayUnknown("time_out")
    offered.hotline.deliver(offered.queue.hints[0][1])
    offered.gateway.failure = None
    offered.wait(100)
    assert [AWA] == offered.gateway.rung


def test_a_ring_for_what_was_stopped_is_dropped(offered: Line) -> None:
    """Between her SMS and the worker the caller stopped all calls."""
    offered.work()
    offered.text(AWA, "1")
    offered.clock.at += 5
    offered.walk("5 7", "session-2")
    offered.work()
    assert [] == offered.gateway.rung


def test_a_worker_that_died_sending(offered: Line) -> None:
    """What hangs in `sending`: an alert goes again, a ring is left alone, and she is told."""
    offered.work()
    offered.text(AWA, "1")
    ring, answer = (post for _, post in offered.queue.take())
    for post in (ring, answer):
        _die_sending(offered, post)
    offered.inbox(AWA)
    offered.wait(61)
    offered.wait(11)
    reference = offered.callback().reference
    texts = {offered.say("taken_asked", ref=reference, asked="aujourd'hui 8h-12h"), offered.say("not_rung", ref=reference)}
    assert (texts, 1) == (set(offered.inbox(AWA)), len(offered.gateway.rung))
    assert ("ring", "unknown") in offered.posts()


def _die_sending(line: Line, post: str) -> None:
    """It was handed over, and the worker died before it could say so."""
    line.store.failing = "never"
    handed = len(line.gateway.messages) + len(line.gateway.rung)
    with suppress(StoreAway):
        line.store.fails_when = lambda: len(line.gateway.messages) + len(line.gateway.rung) > handed
        line.hotline.deliver(post)
    line.store.fails_when = None


def test_delivery_reports(offered: Line) -> None:
    """What the vendor says became of it is written down; a report about nothing of ours is nothing."""
    offered.work()
    offered.hotline.delivery(SmsReport("fake", "sms-1", delivered=True))
    assert [("alert", "sent")] == offered.posts()
    offered.hotline.delivery(SmsReport("fake", "sms-1", delivered=False))
    offered.hotline.delivery(SmsReport("fake", "sms-99", delivered=False))
    assert [("alert", "failed")] == offered.posts()


@pytest.mark.parametrize("gateway", ["fake", "second"])
def test_a_bad_report_that_overtakes_the_answer_counts(two: Line, gateway: str) -> None:
    """It comes while the worker still waits for the vendor's answer: the alert failed, and supervisors hear of it. Another vendor's says nothing of it."""
    two.walk("5 5")
    two.gateway.while_sending = lambda: two.hotline.delivery(SmsReport(gateway, "sms-1", delivered=False))
    two.work()
    assert [("alert", "failed" if gateway == "fake" else "sent")] == two.posts()


def test_a_report_about_nothing_of_ours_leaves_nothing(offered: Line) -> None:
    """Whoever makes reports up fills no table."""
    offered.work()
    before = _ledger(offered)
    offered.hotline.delivery(SmsReport("fake", "made-up", delivered=False))
    assert before == _ledger(offered)


def _ledger(line: Line) -> int:
    with line.real_store.read() as tx:
        return int(tx._connection.exec_driver_sql("SELECT count(*) FROM ledger").scalar_one())


@pytest.mark.parametrize("change", [{"active": False}, {"number": "+22370000199"}], ids=["removed", "another number"])
def test_a_phone_that_is_no_longer_hers_hears_of_nothing(offered: Line, change: dict[str, object]) -> None:
    """She was removed, or has another number, while an alert waited for a worker: it does not leave."""
    with offered.real_store.write() as tx:
        tx.staff.save(replace(offered.staff(AWA), **change))
    offered.work()
    assert ([], [("alert", "dropped")]) == (offered.inbox(AWA), offered.posts())


def test_a_vendor_that_took_an_sms_and_then_says_it_failed_makes_no_second_one(two: Line) -> None:
    """It timed out, then reports a failure: an SMS to a caller is handed to nobody else, now or later."""
    two.rule(replace(two.rules, sms_replies=True))
    two.gateway.failure = GatewayUnknown("time_out")
    two.gateway.while_sending = lambda: two.hotline.delivery(SmsReport("fake", "sms-1", delivered=False))
    two.text(CALLER, "santé")
    two.work()
    two.gateway.failure = None
    two.hotline.delivery(SmsReport("fake", "sms-1", delivered=False))
    two.wait(100)
    assert (1, [], [("reply", "unknown")]) == (len(two.gateway.messages), two.others["second"].messages, two.posts())


def test_store_away_is_said(offered: Line) -> None:
    """Jobs and webhooks must come again."""
    offered.store.failing = "always"
    with pytest.raises(StoreAway):
        offered.hotline.deliver(only_hint(offered))
    with pytest.raises(StoreAway):
        offered.hotline.delivery(SmsReport("fake", "sms-1", delivered=False))
    offered.spool.slots = 0
    with pytest.raises(StoreAway):
        offered.hotline.opt_out(CALLER)
    with pytest.raises(StoreAway):
        offered.hotline.tick()


def test_who_refuses_is_followed_by_the_second_choice(two: Line) -> None:
    """At once, and once; what came of it is looked for with whoever took it."""
    two.gateway.failure = GatewayRefused("no credit")
    two.walk("5 5")
    two.work()
    assert ([("alert", "sent")], 1) == (two.posts(), len(two.others["second"].messages))
    two.hotline.delivery(SmsReport("fake", "sms-1", delivered=False))
    assert [("alert", "sent")] == two.posts()
    two.hotline.delivery(SmsReport("second", "sms-1", delivered=False))
    assert [("alert", "failed")] == two.posts()


def test_nobody_else_is_asked_where_it_is_not_known_whether_it_went(two: Line) -> None:
    """Not then, and not when it is tried again, whatever the first says by then."""
    two.gateway.failure = GatewayUnknown("time_out")
    two.walk("5 5")
    two.work()
    two.gateway.failure = GatewayRefused("no credit")
    two.wait(60)
    assert (2, []) == (len(two.gateway.messages), two.others["second"].messages)


def test_a_worker_that_dies_leaves_the_name_of_whom_it_asked(two: Line) -> None:
    """It may have gone: the same one is asked again, and no other."""
    two.walk("5 5")
    two.gateway.while_sending = die
    for _, post in two.queue.take():
        with suppress(Died):
            two.hotline.deliver(post)
    two.gateway.while_sending, two.gateway.failure = None, GatewayRefused("no credit")
    two.wait(61)
    two.wait(10)
    assert [] == two.others["second"].messages


def test_routes_go_by_what_it_is_and_where_it_goes(two: Line) -> None:
    """The first that fits; what none names goes by all, in their order."""
    two.route(Route("alert", "+2237000", ("second",)), Route("alert", "", ("fake",)), Route("ring", "", ("second", "fake")))
    two.walk("5 5")
    two.work()
    assert (0, 1) == (len(two.gateway.messages), len(two.others["second"].messages))
    two.take()
    assert ([], [AWA]) == (two.gateway.rung, two.others["second"].rung)
    assert VoiceEnd() == two.hotline.voice(leg("voice-1", AWA, active=True, digits=None))
    hers = structs.replace(leg("voice-1", AWA, active=True, digits=None), gateway="second")
    assert isinstance(two.hotline.voice(hers), VoicePrompt)


def test_health_says_which_gateway_fails(two: Line) -> None:
    """Until it takes something again."""
    two.gateway.failure = GatewayRefused("no credit")
    two.walk("5 5")
    two.work()
    assert ("failing", "ok") == tuple(two.hotline.health()[f"gateway {name}"] for name in ("fake", "second"))
    assert {("second", "sent"): 1} == two.hotline.counts().gateways
    two.gateway.failure = None
    two.take()
    assert "ok" == two.hotline.health()["gateway fake"]


class Died(Exception):
    """Of a worker."""


def die() -> None:
    raise Died
