"""An hour of a counselor's calls on a phone of 360 pixels, on a network that goes twice: in a form, and as two are about to be put through."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, expect

from hotline.ports.calls.callbacks import Callback
from hotline.ports.voice import VoiceConnect
from tests.browser.room import Room
from tests.browser.served_desk import ServedDesk, note_of
from tests.console.calls import found

pytestmark = pytest.mark.browser
SMALL = {"width": 360, "height": 640}
NOTE = "Sa sœur garde un sac."
POLL, WAITS = 3, 2
"""Seconds: after which the page of a call asks anew; after which it is said what waits."""


class Hour:
    """Awa at work: what she does through her pages, and what happens at the two phones meanwhile."""

    def __init__(self, served: ServedDesk) -> None:
        self.served, self.line = served, served.line
        self.room: Room = served.of("awa", SMALL)
        self.page: Page = self.room.page
        self.began = self.line.clock.now()

    @property
    def rung(self) -> int:
        """How often the line rang her phone."""
        return len(self.line.gateway.rung)

    def pass_(self, minutes: int) -> None:
        self.served.pass_(60 * minutes)

    def takes(self, keys: str, number: str) -> Callback:
        """Somebody asks; Awa says that she is here and takes what the queue shows."""
        self.line.walk(keys, f"session-{number}", number)
        callback = self.line.callbacks()[-1]
        self.takes_up(callback)
        return callback

    def takes_up(self, callback: Callback) -> None:
        self.room.open("queue")
        with self.page.expect_navigation():  # the queue anew: what is pressed before it would be lost with the page
            self.room.press("/here")
        self.room.enter(f"take-{callback.reference}")
        self.page.wait_for_url(f"**/callback/{callback.id}")

    def talks(self) -> None:
        """*Connect*, her phone rings, she presses 1, the caller answers; the page follows by itself."""
        self.room.enter("connect")
        self.room.shows(self.room.say("callback.step.rings"))
        self.answers()

    def answers(self) -> None:
        self.line.work()
        self.line.pick_up()
        assert isinstance(self.line.press(), VoiceConnect)
        self.page.clock.run_for(POLL * 1000)
        expect(self.page.locator("#cover")).to_be_visible()

    def agrees(self, start: str, end: str) -> None:
        """They agree on when to talk again, and Awa keeps it while the caller is there."""
        form = self.page.locator("#wrap-up")
        form.locator("summary").first.click()
        form.locator("summary").nth(1).click()
        self.page.check("[name=day][value='0']")
        self.page.fill("[name=from]", start)
        self.page.fill("[name=to]", end)
        self.page.check("[name=word][value=milk]")
        self.page.check("[name=agreed]")
        self.room.press("/wrap-up")

    def marks(self, flag: str) -> None:
        case = self.page.locator(f"#{flag}")
        case.locator("summary").first.click()
        self.room.press("/mark", kind=flag)
        expect(case).to_contain_text(self.room.say("callback.paged"))

    def ends(self, how: str) -> None:
        """They hang up; one tap says how it ended, another that all is written down."""
        self.line.hang_up()
        self.page.clock.run_for(POLL * 1000)
        self.room.enter(f"how-{how}")
        self.finishes(how)

    def finishes(self, how: str) -> None:
        self.room.shows(self.room.say(f"callback.then.{how}"))
        self.room.press("/wrap-up")
        self.page.wait_for_url("**/queue*")

    def fits(self) -> None:
        assert (self.room.barriers(), self.room.is_too_wide()) == ([], False)

    def outcome(self, callback: Callback) -> str | None:
        return found(self.served.desk, callback).outcome

    def flags(self, callback: Callback) -> frozenset[str]:
        with self.line.real_store.read() as tx:
            return frozenset(tx.flags.of(callback.id))

    def noted(self) -> list[str]:
        """What the audit says that Awa did."""
        with self.line.real_store.read() as tx:
            return [row.what for row in tx.audit.all() if row.who == "awa"]


@pytest.fixture
def hour(served_desk: ServedDesk) -> Hour:
    return Hour(served_desk)


def test_an_hour_of_mixed_calls_with_the_network_cut_twice(hour: Hour) -> None:
    """An ordinary call, one in danger, a girl, one that nobody answers, and the one that was agreed on in the first: all is kept once, nothing rings late."""
    agreed = cut_in_a_form(hour)
    cut_at_connect(hour)
    a_girl(hour)
    nobody_answers(hour)
    what_was_agreed_on(hour, agreed)
    assert 55 * 60 < hour.line.clock.now() - hour.began < 70 * 60
    deeds = hour.noted()
    assert {deed: deeds.count(deed) for deed in ("taken", "connected", "note written", "marked", "outcome said")} == {
        "taken": 5,
        "connected": 5,
        "note written": 1,
        "marked": 2,
        "outcome said": 5,
    }
    assert [callback.claimed_by for callback in hour.line.callbacks() if callback.state == "claimed"] == []


def cut_in_a_form(hour: Hour) -> Callback:
    """Note, next call and outcome are said without the network, wait, and are kept once it is back: what was agreed on."""
    page, room = hour.page, hour.room
    ordinary = hour.takes("5 5", "+22370000001")
    hour.fits()
    hour.talks()
    hour.pass_(9)
    room.context.set_offline(True)
    page.fill("#note-text", NOTE)
    room.press("/note")
    hour.agrees("10:45", "11:15")
    hour.line.hang_up()
    page.click("#how-spoke")
    page.clock.run_for(WAITS * 1000)
    for what in ("note", "next", "end"):
        expect(page.locator("#waits")).to_contain_text(room.say(f"callback.{what}"))
    hour.fits()
    hour.pass_(2)
    assert (note_of(hour.served, ordinary), hour.outcome(ordinary), len(hour.line.callbacks())) == (None, None, 1)
    room.context.set_offline(False)
    hour.finishes("spoke")
    agreed = hour.line.callbacks()[-1]
    assert (note_of(hour.served, ordinary), hour.outcome(ordinary)) == (NOTE, "spoke")
    assert (len(hour.line.callbacks()), agreed.agreed, agreed.word, hour.rung) == (2, True, "milk", 1)
    return agreed


def cut_at_connect(hour: Hour) -> None:
    """It is given up, and what arrives a minute later rings nobody; pressed again it rings once."""
    page, room = hour.page, hour.room
    lost: dict[str, Request] = {}
    page.on("requestfailed", lambda request: lost.update({request.url.rpartition("/")[2]: request}))
    urgent = hour.takes("4 1 1", "+22370000002")
    room.context.set_offline(True)
    room.enter("connect")
    expect(page.locator("#given-up")).to_have_text(room.say("page.given_up.connect"))
    hour.pass_(1)
    room.context.set_offline(False)
    page.clock.run_for(POLL * 1000)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    late = room.context.request.post(lost["connect"].url, data=lost["connect"].post_data, headers=form)
    hour.line.work()
    assert (late.status, hour.rung) == (408, 1)
    hour.talks()
    hour.marks("danger")
    hour.pass_(8)
    hour.ends("spoke")
    assert (hour.flags(urgent), hour.outcome(urgent), hour.rung) == ({"danger"}, "spoke", 2)


def a_girl(hour: Hour) -> None:
    girl = hour.takes("5 5", "+22370000003")
    hour.talks()
    hour.marks("minor")
    hour.pass_(8)
    hour.ends("spoke")
    assert (hour.flags(girl), hour.outcome(girl), hour.rung) == ({"minor"}, "spoke", 3)


def nobody_answers(hour: Hour) -> None:
    nobody = hour.takes("5 5", "+22370000004")
    hour.talks()
    hour.ends("no_answer")
    assert (hour.outcome(nobody), hour.rung) == ("no_answer", 4)


def what_was_agreed_on(hour: Hour, agreed: Callback) -> None:
    """Its time comes, with the word that was chosen."""
    hour.pass_((agreed.opens_at - hour.line.clock.now()) // 60 + 1)
    hour.takes_up(agreed)
    hour.room.shows(hour.room.say("callback.word_how", word="lait"))
    hour.talks()
    hour.pass_(12)
    hour.ends("spoke")
    assert (hour.outcome(agreed), hour.rung) == ("spoke", 5)
