"""A contact that came otherwise, entered in a real browser: at either size, in both languages, with script and without, by the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.room import NARROW, WIDE, Room
from tests.browser.served_desk import ServedDesk

pytestmark = pytest.mark.browser


def fill(room: Room, phone: str) -> None:
    room.page.fill("[name=phone]", phone)
    room.page.check("[name=language][value=fr]")
    room.page.check("[name=day] >> nth=1")
    room.page.check("[name=part] >> nth=1")
    room.page.check("[name=word][value=milk]")


def sound(room: Room, *, script: bool) -> None:
    """At either size nothing runs off the side; axe, which is a script itself, finds nothing."""
    if script:
        room.assert_nobody_is_left_out(room.page.url)
        assert (room.troubles, room.strangers) == ([], [])


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize(("reads", "size"), [("fr", WIDE), ("bm", NARROW)], ids=["fr", "bm"])
def test_a_contact_is_entered(served_desk: ServedDesk, reads: str, size: dict[str, int], *, script: bool) -> None:
    """From the queue to *noted*: a number with a digit too few is said beside its field, a whole one is shown back, and nothing is typed twice."""
    served_desk.desk.set_staff("awa", reads=reads)
    room = served_desk.of("awa", size, script)
    room.language = reads
    page = room.page
    room.open("queue")
    page.click("#contact")
    sound(room, script=script)
    fill(room, "7000 010")
    page.press("[name=phone]", "Enter")
    room.shows(room.say("contact.error.phone"))
    expect(page.locator("[name=phone]")).to_be_focused()
    if script:
        # What a status of 400 says of itself is no trouble of the page.
        room.troubles.clear()
    sound(room, script=script)
    page.fill("[name=phone]", "7000 0199")
    page.press("[name=phone]", "Enter")
    room.shows("70\u00a000\u00a001\u00a099")
    sound(room, script=script)
    page.press("[name=change]", "Enter")
    expect(page.locator("[name=phone]")).to_have_value("70 00 01 99")
    expect(page.locator("[name=word][value=milk]")).to_be_checked()
    page.press("[name=phone]", "Enter")
    page.press("[name=agreed]", "Space")
    page.press("[name=agreed]", "Enter")
    room.shows(room.say("contact.kept"))
    sound(room, script=script)
    assert not re.search(r"70\D*00\D*01\D*99", page.content())
    callback = served_desk.line.callback()
    assert (callback.entered, callback.word) == (True, "milk")
    room.open("queue")
    room.shows(room.say("queue.entered"))
    sound(room, script=script)
