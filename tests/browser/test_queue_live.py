"""The queue keeps itself up to date in a real browser, and never under a thumb."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.room import PATIENCE_MS, Room
from tests.system.lines import Line, started

pytestmark = [pytest.mark.browser, pytest.mark.system]
POLL_MS = 5_000


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    yield from started(tmp_path_factory.mktemp("queue") / "v")


@pytest.fixture
def room(line: Line, browser: Browser) -> Iterator[Room]:
    room = Room(browser, line.await_card(), "fanta")
    yield room
    room.close()


def dial(card: dict, number: str, text: str) -> None:
    """A whole dialogue in one hop."""
    form = {"sessionId": f"ATUid_{number}_{text}", "serviceCode": card["service_code"], "phoneNumber": number, "text": text}
    with urlopen(card["ussd"], urlencode(form).encode()) as answer:  # noqa: S310 -- an address of ours
        assert answer.status == 200


def references(room: Room) -> list[str]:
    return room.page.locator("#due ~ .cards .ref").all_inner_texts()


def test_what_is_new_is_told_and_nothing_moves_under_a_thumb(room: Room) -> None:
    """Told politely; the focus stays where it was; nothing is swapped while a finger is down; a tap just after a change takes nothing."""
    dial(room.card, "+22370000001", "5*5")
    room.open("queue")
    page = room.page
    focused = page.locator("a[id^=hand-]").first.get_attribute("id")
    page.locator(f"#{focused}").focus()
    page.evaluate("document.addEventListener('submit', (event) => { event.preventDefault(); document.title = 'sent'; })")
    page.evaluate("window.finger = setInterval(() => document.dispatchEvent(new PointerEvent('pointerdown')), 200)")
    before = references(room)
    dial(room.card, "+22370000003", "4*1*1")
    page.wait_for_timeout(POLL_MS * 1.5)
    assert before == references(room)
    page.evaluate(
        """() => {
          clearInterval(finger);
          document.addEventListener("htmx:afterSwap", () => document.querySelector("button[id^=take-]").dispatchEvent(
            new MouseEvent("click", {bubbles: true, cancelable: true, detail: 1})), {once: true});
        }"""
    )
    expect(page.locator("#news")).not_to_be_empty(timeout=PATIENCE_MS)
    new = next(each for each in references(room) if each not in before)
    expect(page.locator("#news")).to_have_text(room.say("queue.news_urgent", references=new))
    assert focused == page.evaluate("document.activeElement.id")
    assert page.title() != "sent"
    page.wait_for_timeout(400)
    page.locator(f"#take-{new}").click()
    assert "sent" == page.title()


def test_a_page_that_hears_nothing_says_so(room: Room) -> None:
    """What it shows is old: minutes left that are not true may not look true."""
    room.open("queue")
    room.page.route("**/console/board*", lambda route: route.fulfill(status=503, body="away"))
    expect(room.page.locator("#offline")).to_be_visible(timeout=PATIENCE_MS)
    room.page.unroute("**/console/board*")
    expect(room.page.locator("#offline")).to_be_hidden(timeout=PATIENCE_MS)
