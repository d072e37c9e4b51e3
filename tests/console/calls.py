"""A call on its page: taken, talked, ended; what the tests of that page share."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.voice import VoiceConnect
from tests.console.desk import Browser, Desk
from tests.service.line import AWA, OUMOU, RULES


def held(desk: Desk, keys: str = "5 5", alias: str = "awa") -> tuple[Browser, Callback, str]:
    """A counselor takes what a caller asked for: her browser with the callback's page, and the page's address."""
    desk.line.walk(keys)
    callback = desk.line.callbacks()[-1]
    browser = desk.browser(alias)
    browser.open("/console/queue")
    browser.send(f"/console/take/{callback.id}")
    return browser, callback, f"/console/callback/{callback.id}"


def talking(desk: Desk, keys: str = "5 5") -> tuple[Browser, Callback, str]:
    """The two talk."""
    browser, callback, address = held(desk, keys)
    browser.send(f"{address}/connect")
    desk.line.work()
    desk.line.pick_up()
    assert isinstance(desk.line.press(), VoiceConnect)
    browser.open(address)
    return browser, callback, address


def ended(desk: Desk, how: str, keys: str = "5 5") -> tuple[Browser, Callback, str]:
    """They talked, and the counselor said how it ended."""
    browser, callback, address = talking(desk, keys)
    desk.line.hang_up()
    browser.open(address)
    browser.send(f"{address}/outcome", how=how)
    return browser, callback, address


def found(desk: Desk, callback: Callback) -> Callback:
    with desk.line.real_store.read() as tx:
        now = tx.callbacks.get(callback.id)
    assert now is not None
    return now


def agree(browser: Browser, address: str, **fields: str) -> None:
    browser.send(f"{address}/wrap-up", **{"day": "1", "part": "480-720", "word": "", "agreed": "on"} | fields)


def agreed_and_taken(desk: Desk) -> Browser:
    """They agreed on tomorrow morning, and then the same counselor takes it: her browser with its page."""
    browser, _, address = ended(desk, "spoke")
    agree(browser, address)
    agreed = desk.line.callbacks()[-1]
    desk.line.clock.at = agreed.opens_at
    desk.set_staff("awa", seen_at=agreed.opens_at)
    again = desk.browser("awa")
    again.open("/console/queue")
    again.send(f"/console/take/{agreed.id}")
    return again


def one_rests_one_breaks(desk: Desk) -> None:
    """Awa has had as many calls as a shift has, Oumou said that she is on a break."""
    desk.line.rule(replace(RULES, calls_a_shift=1))
    desk.install()
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.ring()
    desk.line.text(AWA, "1")
    for word in ("ici", "pause"):
        desk.line.text(OUMOU, word)
