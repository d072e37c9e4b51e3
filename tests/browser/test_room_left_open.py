"""What a phone shows that a counselor laid down, in a real browser: less and less, with the network or without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.room import Room
from tests.system.lines import Line, dial, started

pytestmark = [pytest.mark.browser, pytest.mark.system]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    yield from started(tmp_path_factory.mktemp("left-open") / "v", HOTLINE_CALLING="reveal")


@pytest.fixture
def room(line: Line, browser: Browser) -> Iterator[Room]:
    room = Room(browser, line.await_card(), "awa")
    room.page.clock.install()
    yield room
    room.close()


def test_a_number_goes_without_the_network_too(room: Room) -> None:
    """Two minutes after it was asked for it is not on the page, though nothing was heard of the line since."""
    dial(room.card, "5*5", "ATUid_left")
    room.open("queue")
    room.enter(room.page.locator("button[id^=take-]").first.get_attribute("id") or "")
    room.enter("reveal")
    number = room.page.get_by_text("70 00 00 01")
    expect(number).to_be_visible()
    room.context.set_offline(True)
    room.page.clock.run_for(121_000)
    expect(number).to_have_count(0)


def test_a_page_that_nobody_touches_gives_way(room: Room) -> None:
    """After as long as a sign-in lasts without anybody doing anything the neutral page stands there."""
    room.open("testimonies")
    room.page.clock.run_for(29 * 60_000)
    room.page.keyboard.press("Tab")
    room.page.clock.run_for(29 * 60_000)
    assert room.page.url.endswith("/console/testimonies")
    with room.page.expect_navigation(url="**/console/sante**"):
        room.page.clock.run_for(2 * 60_000)


def test_back_shows_nothing_out_of_memory(room: Room) -> None:
    """A page that the browser kept whole is asked for anew."""
    room.open("me")
    with room.page.expect_navigation():
        room.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
