"""A supervisor is wanted in a call, in two real browsers: one tap, and one answer, on pages that keep themselves up to date."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.phone_page import PATIENCE_MS
from tests.browser.room import Room
from tests.system.lines import Line, dial, started

pytestmark = [pytest.mark.browser, pytest.mark.system]
SMALL = {"width": 360, "height": 640}


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    yield from started(tmp_path_factory.mktemp("alarm") / "v", HOTLINE_CALLING="reveal")


@pytest.fixture
def rooms(line: Line, browser: Browser) -> Iterator[tuple[Room, Room]]:
    """Awa's, who calls, and Fanta's, who supervises."""
    both = Room(browser, line.await_card(), "awa", SMALL), Room(browser, line.await_card(), "fanta", SMALL)
    yield both
    for room in both:
        room.close()


def test_one_tap_in_a_call_and_one_answer(rooms: tuple[Room, Room]) -> None:
    """Neither page is loaded anew, and nothing that either typed is lost; each reads of the other by itself. Nothing is cut off, nobody left out."""
    awa, fanta = rooms
    dial(awa.card, "5*5", "ATUid_alarm")
    awa.open("queue")
    awa.enter(awa.page.locator("button[id^=take-]").first.get_attribute("id") or "")
    awa.enter("reveal")
    awa.page.locator("#note-text").fill("Elle attend")
    fanta.open("shifts")
    fanta.page.evaluate("window.stays = true")
    awa.page.evaluate("window.stays = true")

    awa.page.locator("#ask-help").click()
    expect(awa.page.locator("#help [role=status]")).to_be_visible(timeout=PATIENCE_MS)
    expect(awa.page.locator("#ask-help")).to_have_count(0)
    alarm = fanta.page.locator("#alarms")
    expect(alarm).to_contain_text(fanta.say("alarm.asked", alias="awa"), timeout=PATIENCE_MS)
    assert (fanta.barriers(), fanta.is_too_wide(), awa.barriers(), awa.is_too_wide()) == ([], False, [], False)

    alarm.get_by_role("button", name=fanta.say("alarm.see_to")).click()
    expect(alarm).to_contain_text(fanta.say("alarm.own"), timeout=PATIENCE_MS)
    expect(awa.page.locator("#help")).to_contain_text(awa.say("callback.help_seen", alias="fanta"), timeout=PATIENCE_MS)
    assert awa.page.locator("#note-text").input_value() == "Elle attend"
    assert [room.page.evaluate("window.stays === true") for room in rooms] == [True, True]
