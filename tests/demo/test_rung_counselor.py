"""A counselor with no data, no smartphone and no SMS replies works by ring alone: over the real voice webhook, with the stand-in for the vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest
from flask import Flask
from msgspec.structs import replace

from hotline.demo.standin.bridge import RingTiming
from hotline.demo.standin.network import Standin, VendorAccount
from hotline.demo.standin.phones import CallView, Phone
from hotline.demo.standin.server import create_standin
from hotline.gateways import africastalking
from hotline.gateways.africastalking import AfricasTalkingGateway
from hotline.gateways.africastalking_forms import WebhookGuard
from hotline.ports.desk.shifts import Shift
from hotline.ports.outgoing import Route
from hotline.service.acts import By, run
from hotline.service.desk.accounts.people import make_digits
from hotline.service.editions.cache import EditionCache
from tests.content_line import sources
from tests.databases import migrated
from tests.demo.fakes import COVER, KEY, PATIENCE, SECRET, shows
from tests.fakes import AT
from tests.service.line import AWA, CALLER, OTHER_CALLER, RULES, Line, staffed

DIGITS = "58"
THIRD_CALLER = "+22370000003"


class TellingQueue:
    """Hands each hint to whoever waits for it: the voice webhook answers on threads of its own."""

    def __init__(self) -> None:
        self.hints: SimpleQueue[str] = SimpleQueue()

    def enqueue(self, queue: str, post: str) -> None:
        self.hints.put(post)

    def dropped(self) -> int:
        return 0

    def is_worked(self, queue: str) -> bool:
        return True

    def take(self) -> list[tuple[str, str]]:
        """All that is there by now."""
        return [("", self.hints.get()) for _ in range(self.hints.qsize())]


class RungLine:
    """The line, its vendor, and the phones of this test."""

    def __init__(self, line: Line, standin: Standin, queue: TellingQueue) -> None:
        self.line, self.standin, self.queue = line, standin, queue

    def tick(self, seconds: int = 1) -> None:
        """Time passes, the clock ticks, and a worker hands over what it is told of."""
        self.line.clock.at += seconds
        self.line.hotline.tick()
        self.line.work()

    def deliver_next(self) -> None:
        """Hand over what a post of the vendor's causes, once it has."""
        self.line.hotline.deliver(self.queue.hints.get(timeout=PATIENCE))

    def answers(self, number: str) -> None:
        shows(self.standin, number, lambda phone: phone.call is not None and phone.call.state == "ringing")
        assert self.standin.answer(number)

    def refuses(self, number: str) -> None:
        shows(self.standin, number, lambda phone: phone.call is not None and phone.call.state == "ringing")
        self.standin.hang_up(number)

    def hears(self, key: str, **values: str) -> CallView:
        """What she hears last, and that a key is waited for."""
        text = self.line.words("voice").phrase(f"voice.{key}", "fr", **values)
        return self._call(lambda phone: phone.call is not None and phone.call.asked and phone.call.said[-1:] == (" ".join(text.split()),))

    def is_told(self, key: str) -> None:
        """Her last words before the call is over."""
        text = self.line.words("voice").phrase(f"voice.{key}", "fr")
        self._call(lambda phone: phone.call is not None and phone.call.state == "over" and phone.call.said[-1:] == (text,))
        self.standin.hang_up(AWA)
        for call in tuple(self.standin._calls):  # the line has heard of its end
            call.join(PATIENCE)

    def keys(self, digits: str) -> None:
        for digit in digits:
            assert self.standin.press(AWA, digit)

    def opens(self) -> None:
        """She picks up, and hears nothing but the cover's name before her two digits."""
        self.answers(AWA)
        assert ("Santé et famille.",) == self.hears("cover_name").said
        self.keys(DIGITS)

    def connected(self, caller: str) -> None:
        self.answers(caller)
        self._call(lambda phone: phone.call is not None and phone.call.state == "connected")
        self.standin.hang_up(AWA)

    def reference(self, n: int) -> str:
        """In words, as they are said."""
        return " ".join(self.line.words("voice").phrase(f"voice.digit.{digit}", "fr") for digit in self.line.callbacks()[n].reference)

    def ended(self, n: int) -> tuple[str, str | None, int]:
        callback = self.line.callbacks()[n]
        return callback.state, callback.outcome, callback.attempts

    def _call(self, holds: Callable[[Phone], bool]) -> CallView:
        call = shows(self.standin, AWA, holds).call
        assert call is not None
        return call


@pytest.fixture
def rung(tmp_path: Path, serving: Callable[[Flask], str]) -> Iterator[RungLine]:
    """Awa has no account, and two digits that an admin's shell made; her shift begins at ten, and no SMS can be answered."""
    migrated(f"sqlite:///{tmp_path / 'empty.db'}")
    with staffed(tmp_path / "empty.db", tmp_path / "hotline.db", EditionCache.of(sources())) as line:
        webhooks = Flask(__name__)
        at = replace(AT, api_key=KEY, secret=(SECRET,), sender="SANTE", cover_number=COVER)
        app = create_standin(
            serving(webhooks),
            SECRET,
            VendorAccount("sandbox", KEY, "*123#", COVER),
            3600.0,
            timing=RingTiming(PATIENCE, PATIENCE, retry=0.01),
            here=(),
        )
        at = replace(at, base_url=serving(app))
        queue = TellingQueue()
        line.queue, line.others = queue, {WebhookGuard.name: AfricasTalkingGateway(at)}  # type: ignore[assignment, dict-item]
        line.rules = replace(RULES, alerts="ring", staff_replies="none", presence_minutes=240)
        line.route(Route("any", "", (WebhookGuard.name,)))
        webhooks.register_blueprint(africastalking.blueprint(line.hotline, at, WebhookGuard(at), lambda _: None))
        awa = line.staff(AWA)
        with line.real_store.write() as tx:
            for shift in tx.shifts.all():
                tx.shifts.drop(shift)
            tx.shifts.add(Shift(awa.id, None, 10 * 60, 18 * 60))
        line.set_staff(AWA, seen_at=None)
        assert "done" == run(line.hotline.deps, By("djeneba", "shell", "a"), make_digits, awa.id, DIGITS).code
        standin: Standin = app.extensions["standin"]
        try:
            yield RungLine(line, standin, queue)
        finally:
            standin.close()


def test_three_callbacks_by_ring_alone(rung: RungLine) -> None:
    """She says that she is there, talks with one, does not reach the second, tries the third again; and not one SMS comes or goes on her phone."""
    rung.tick()
    rung.opens()
    rung.hears("here")
    rung.keys("1")
    rung.is_told("now_here")

    rung.line.walk("5 5", "first", CALLER)
    rung.tick()
    rung.opens()
    rung.hears("offer", ref=rung.reference(0))
    rung.keys("1")
    rung.connected(CALLER)
    rung.deliver_next()
    rung.opens()
    rung.hears("how", ref=rung.reference(0))
    rung.keys("1")
    rung.is_told("noted")
    assert ("closed", "spoke", 1) == rung.ended(0)

    rung.line.walk("4 1 1", "second", OTHER_CALLER)
    rung.tick()
    rung.opens()
    rung.hears("offer_urgent", ref=rung.reference(1))
    rung.keys("1")
    rung.refuses(OTHER_CALLER)
    rung.hears("after")
    rung.keys("2")
    rung.is_told("noted")
    assert ("closed", "no_answer", 1) == rung.ended(1)

    rung.line.walk("5 5", "third", THIRD_CALLER)
    rung.tick()
    rung.opens()
    rung.hears("offer", ref=rung.reference(2))
    rung.keys("1")
    rung.refuses(THIRD_CALLER)
    rung.hears("after")
    rung.keys("3")
    rung.is_told("noted")
    assert ("claimed", "unreachable", 1) == rung.ended(2)
    rung.tick(181)
    rung.opens()
    rung.hears("held", ref=rung.reference(2))
    rung.keys("1")
    rung.connected(THIRD_CALLER)
    rung.deliver_next()
    rung.opens()
    rung.hears("how", ref=rung.reference(2))
    rung.keys("1")
    rung.is_told("noted")
    assert ("closed", "spoke", 2) == rung.ended(2)
    assert () == rung.standin.look(AWA).messages
