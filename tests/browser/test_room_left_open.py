"""What a phone shows that a counselor laid down, in a real browser: less and less, with the network or without."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.room import Room
from tests.system.lines import SECONDS, Line, dial, started

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


TYPED = "Elle va mieux depuis la pluie."
FIELD = "[name=fr]"


def write(room: Room) -> None:
    """Words into the form of a testimony, with a finger that stops."""
    room.open("testimonies/new")
    room.page.fill(FIELD, TYPED)


def left_behind(room: Room) -> str:
    """All that the browser keeps or shows of this page."""
    return room.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.documentElement.outerHTML])")


def test_what_was_typed_leaves_with_the_page_and_comes_back(room: Room, line: Line) -> None:
    """Said to be kept; after Escape neither in the browser's storage nor on the page, nor in clear in the database; there again when it is opened."""
    write(room)
    room.page.clock.run_for(2_500)
    expect(room.page.get_by_text(room.say("page.draft"))).to_be_visible()
    assert room.barriers() == []
    with room.page.expect_navigation(url="**/console/sante**"):
        room.page.keyboard.press("Escape")
    assert TYPED not in left_behind(room)
    assert TYPED.encode() not in b"".join(path.read_bytes() for path in line.var.glob("hotline.db*"))
    assert room.page.evaluate("localStorage.length + sessionStorage.length") == 0
    room.open("testimonies/new")
    expect(room.page.locator(FIELD)).to_have_value(TYPED)
    room.page.get_by_text(room.say("page.draft_discard")).click()
    expect(room.page.locator(FIELD)).to_have_value("")
    room.open("testimonies/new")
    expect(room.page.locator(FIELD)).to_have_value("")


def test_escape_at_once_loses_nothing(room: Room) -> None:
    """What was typed a moment before is saved as the page goes."""
    write(room)
    with room.page.expect_navigation(url="**/console/sante**"):
        room.page.keyboard.press("Escape")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        room.open("testimonies/new")
        if room.page.input_value(FIELD) == TYPED:
            break
    expect(room.page.locator(FIELD)).to_have_value(TYPED)


def test_on_a_shared_computer_nobody_else_finds_it(room: Room) -> None:
    """Whoever signs in next sees an empty form; its author finds it, until the sign-out."""
    write(room)
    room.page.clock.run_for(2_500)
    expect(room.page.get_by_text(room.say("page.draft"))).to_be_visible()
    for alias, value in (("fanta", ""), ("awa", TYPED)):
        room.sign_in(alias)
        room.open("testimonies/new")
        expect(room.page.locator(FIELD)).to_have_value(value)
    room.open("me")
    room.press("sign-out")
    room.arrive()
    assert TYPED not in left_behind(room)
    room.sign_in("awa")
    room.open("testimonies/new")
    expect(room.page.locator(FIELD)).to_have_value("")


def test_without_the_network_it_is_typed_on_and_saved_later(room: Room) -> None:
    """The page never says that it is kept before it is."""
    write(room)
    room.context.set_offline(True)
    room.page.clock.run_for(2_500)
    expect(room.page.locator("#offline")).to_be_visible()
    expect(room.page.get_by_text(room.say("page.draft"))).to_be_hidden()
    room.context.set_offline(False)
    room.page.clock.run_for(20_000)
    expect(room.page.get_by_text(room.say("page.draft"))).to_be_visible()
    room.troubles.clear()
