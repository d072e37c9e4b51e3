"""The end of a shift: asked once, with what is still promised, and taken back within a minute."""

from __future__ import annotations

import pytest

from hotline.service.desk.shifts import on_duty
from tests.console.desk import IDS, Browser, Desk
from tests.service.line import OTHER_CALLER, OUMOU


def end(desk: Desk, alias: str = "awa") -> Browser:
    browser = desk.browser(alias)
    browser.open("/console/off")
    browser.send("/console/off")
    return browser


def test_what_is_promised_is_said_before(desk: Desk) -> None:
    """What she holds, what waits and what comes in her languages, and in which of them nobody else is there; looking changes nothing."""
    desk.line.walk("5 5")
    desk.line.walk("5 3", "later", OTHER_CALLER)
    browser = desk.browser("awa")
    page = browser.open("/console/off")
    for words in (
        desk.say("queue.end.due", count=1),
        desk.say("queue.end.coming", count=1),
        desk.say("queue.end.alone", spoken=desk.say("language.fr")),
    ):
        assert words in page
    desk.line.text(OUMOU, "ici")
    assert desk.say("queue.end.alone", spoken=desk.say("language.fr")) not in browser.open("/console/off")
    assert desk.staff("awa").off_until is None


def test_nothing_promised_is_said_too(desk: Desk) -> None:
    """Nobody goes with a doubt."""
    desk.line.text(OUMOU, "ici")
    assert desk.say("queue.end.nothing") in desk.browser("awa").open("/console/off")


def test_a_slip_is_taken_back_within_a_minute(desk: Desk) -> None:
    """She is there as before, whatever made her so, and holds again what nobody took."""
    desk.line.walk("5 5")
    desk.line.take()
    desk.set_staff("awa", on_until=desk.line.clock.now() + 3600)
    before = desk.staff("awa")
    browser = end(desk)
    assert (desk.staff("awa").on_until, desk.line.callback().state) == (None, "waiting")
    desk.line.clock.at += on_duty.TAKEN_BACK_SECONDS
    assert desk.say("queue.off_back.back") in browser.send("/console/off/back", **hidden(browser))
    assert before == desk.staff("awa")
    assert (IDS["awa"], "claimed") == (desk.line.callback().claimed_by, desk.line.callback().state)


def test_what_a_colleague_took_meanwhile_stays_hers(desk: Desk) -> None:
    """Taking back never takes from another."""
    desk.line.walk("5 5")
    desk.line.take()
    browser = end(desk)
    oumou, take = desk.browser("oumou"), f"/console/take/{desk.line.callback().id}"
    oumou.open("/console/queue")
    oumou.send(take)
    browser.send("/console/off/back", **hidden(browser))
    assert IDS["oumou"] == desk.line.callback().claimed_by


def test_after_a_minute_the_end_stands(desk: Desk) -> None:
    """The page says how to begin again."""
    browser = end(desk)
    desk.line.clock.at += on_duty.TAKEN_BACK_SECONDS + 1
    assert desk.say("queue.off_back.late") in browser.send("/console/off/back", **hidden(browser))
    assert desk.staff("awa").off_until is not None


@pytest.mark.parametrize("off", ["", "token-1", "another's"])
def test_no_other_form_is_taken_back(desk: Desk, off: str) -> None:
    """Only the form by which she went, and only hers."""
    browser = end(desk)
    stands = desk.staff("awa")
    browser.send("/console/off/back", off=off)
    assert stands == desk.staff("awa")


def hidden(browser: Browser) -> dict[str, str]:
    return {"off": browser.hidden("/console/off/back")["off"]}
