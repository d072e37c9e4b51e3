"""The queue keeps itself up to date in a real browser, and never under a thumb."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.room import Room
from tests.system.lines import Line, started

pytestmark = [pytest.mark.browser, pytest.mark.system]
IMMUNE_MS = 400
"""A little more than how long what has just moved takes no tap."""


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
    page.evaluate(
        """document.addEventListener("htmx:beforeSwap", (event) => {
          if (!event.detail.shouldSwap) document.body.dataset.refused = event.detail.serverResponse.split('id="take-').length - 1; })"""
    )
    before, buttons = references(room), page.locator("button[id^=take-]").count()
    dial(room.card, "+22370000003", "4*1*1")
    expect(page.locator("body")).to_have_attribute("data-refused", str(buttons + 1))
    assert before == references(room)
    page.evaluate(
        """(immune) => {
          clearInterval(finger);
          document.addEventListener("htmx:afterSwap", () => {
            delete document.body.dataset.settled;
            clearTimeout(window.settling);
            window.settling = setTimeout(() => { document.body.dataset.settled = ""; }, immune);
            document.querySelector("button[id^=take-]").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, detail: 1}));
          });
        }""",
        IMMUNE_MS,
    )
    expect(page.locator("#news")).not_to_be_empty()
    new = next(reference for reference in references(room) if reference not in before)
    expect(page.locator("#news")).to_have_text(room.say("queue.news_urgent", references=new))
    assert focused == page.evaluate("document.activeElement.id")
    assert page.title() != "sent"
    page.route("**/console/board*", lambda route: route.fulfill(status=204))  # nothing changes any more
    expect(page.locator("body[data-settled]")).to_be_attached()
    page.locator(f"#take-{new}").click()
    assert "sent" == page.title()


EARS = """
  window.heard = []; window.felt = [];
  window.AudioContext = class { state = "running"; currentTime = 0; destination = {}; resume() {} };
  window.GainNode = class { gain = { setTargetAtTime() {} }; connect(next) { return next; } };
  window.OscillatorNode = class { connect(next) { return next; } start(at) { heard.push(at); } stop() {} };
  Object.defineProperty(navigator, "vibrate", { value: (pattern) => felt.push(pattern.length) });
"""
"""What a test hears and feels of a sound, of which no machine has to be capable."""


def test_a_new_call_is_noticed_without_looking(room: Room) -> None:
    """A number before the title until somebody looks; a sound and a vibration only once they were allowed, twice for what is urgent, none when taken back."""
    page, plain = room.page, room.say("page.title")
    page.add_init_script(EARS)
    room.open("queue")
    numbers = (f"+2237000003{n}" for n in range(9))

    def comes(text: str, title: str) -> None:
        dial(room.card, next(numbers), text)
        expect(page).to_have_title(title)

    comes("5*5", f"(1) {plain}")
    comes("5*5", f"(2) {plain}")
    assert [[], []] == page.evaluate("[heard, felt]")
    page.keyboard.press("Tab")
    expect(page).to_have_title(plain)
    page.get_by_role("button", name=room.say("queue.signal_on")).press("Enter")
    expect(page.get_by_role("button", name=room.say("queue.signal_off"))).to_be_focused()
    assert [1, [1]] == page.evaluate("[heard.length, felt]"), "she hears what she allowed"
    comes("4*1*1", f"(1) {plain}")
    assert [3, [1, 3]] == page.evaluate("[heard.length, felt]")
    page.reload()
    page.get_by_role("button", name=room.say("queue.signal_off")).press("Enter")
    expect(page.get_by_role("button", name=room.say("queue.signal_on"))).to_be_visible()
    comes("5*5", f"(1) {plain}")
    assert [[], []] == page.evaluate("[heard, felt]")


def test_a_page_that_hears_nothing_says_so(room: Room) -> None:
    """What it shows is old: minutes left that are not true may not look true."""
    room.open("queue")
    room.page.route("**/console/board*", lambda route: route.fulfill(status=503, body="away"))
    expect(room.page.locator("#offline")).to_be_visible()
    room.page.unroute("**/console/board*")
    expect(room.page.locator("#offline")).to_be_hidden()
