"""The phone page in a real browser, over the real stand-in, against a line that plays two screens and one bridge."""

from __future__ import annotations

import re

import pytest
from africastalking.SMS import SMSService
from africastalking.Voice import VoiceService
from playwright.sync_api import Page, expect

from tests.browser.phone_page import PhonePage
from tests.demo.fakes import CALLER, COUNSELOR, COVER, KEY, FakeLine

pytestmark = pytest.mark.browser

FIRST = "CON Santé et famille\n1 Grossesse\n4 Vie de famille\n5 Conseil par téléphone\n9 Fin"
LAST = "END Noté. Une femme appelle avant 14h20."
ASK = '<Response><GetDigits numDigits="1" timeout="15"><Say>Tapez 1.</Say></GetDigits></Response>'
CONNECT = f'<Response><Dial phoneNumbers="{CALLER}" callerId="{COVER}"/><Say>Personne ne répond.</Say></Response>'


def test_dial_and_answer(page: Page, address: str, line: FakeLine) -> None:
    """The keypad and the green key dial the code and answer a screen; the line gets it as the vendor posts it; the page has no trouble."""
    line.say("ussd", FIRST, LAST)
    phones = PhonePage(page, address)

    phones.caller.press("*12")
    phones.caller.command("clear")
    phones.caller.dial("23#")
    phones.caller.shows("5 Conseil par téléphone")
    expect(phones.caller.length).to_have_text("75 sur 160")
    phones.caller.dial("5")
    phones.caller.shows("Noté. Une femme appelle avant 14h20.")
    phones.caller.command("red")
    phones.caller.shows("*123#")

    assert [(CALLER, "*123#", ""), (CALLER, "*123#", "5")] == [
        (h["phoneNumber"], h["serviceCode"], h["text"]) for h in (line.heard("ussd"), line.heard("ussd"))
    ]
    assert [] == phones.troubles


def test_the_keyboard_is_enough(page: Page, address: str, line: FakeLine) -> None:
    """Without a mouse: the screen takes the focus, digits type, Enter is the green key, Escape the red one."""
    line.say("ussd", FIRST, LAST)
    phones = PhonePage(page, address)
    phones.caller.root.locator("[data-part=view]").focus()

    page.keyboard.type("*1223")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.type("3#")
    page.keyboard.press("Enter")
    phones.caller.shows("Santé et famille")
    page.keyboard.press("Escape")
    phones.caller.shows("*123#")

    assert "Incomplete" == line.heard("ussd/end")["status"]


def test_a_bridge_between_two_phones(page: Page, address: str, line: FakeLine, standin_address: str) -> None:
    """An alert, a reply, ringing here, a digit, ringing there, both connected, both at rest."""
    line.say("voice", ASK, CONNECT, "")
    phones = PhonePage(page, address)
    sms = SMSService("sandbox", KEY)
    sms._baseUrl = f"{standin_address}/version1"
    sms.send("471: avant 14h20. 1 = prendre", [COUNSELOR], "36123")
    phones.staff.hears("471")
    phones.staff.shows("Nouveau message")
    phones.staff.write("471 1")
    heard = line.heard("sms")
    assert (COUNSELOR, "471 1") == (heard["from"], heard["text"])

    voice = VoiceService("sandbox", KEY)
    voice._baseUrl = standin_address
    voice.call(COVER, [COUNSELOR])
    phones.staff.rings()
    phones.staff.shows("+223 70 00 09 00")
    phones.staff.command("green")
    phones.staff.shows("Tapez 1.")
    phones.staff.press("1")
    phones.caller.rings()
    phones.caller.shows("+223 70 00 09 00")
    phones.caller.command("green")
    for phone in (phones.caller, phones.staff):
        phone.in_call("connected")
    phones.caller.command("red")
    phones.staff.in_call("over")
    phones.staff.command("red")
    for phone in (phones.caller, phones.staff):
        phone.in_call("")
    assert [] == phones.troubles


def test_in_bambara(page: Page, address: str) -> None:
    """`?l=bm` puts the whole page into Bambara."""
    phones = PhonePage(page, address, "bm")

    expect(page.locator("html")).to_have_attribute("lang", "bm")
    phones.caller.shows("*123# sɛbɛn, ka wele")


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_overflows(page: Page, address: str, line: FakeLine, width: int) -> None:
    """On a small screen as on a large one nothing is cut off at the side, and every key is big enough for a thumb."""
    page.set_viewport_size({"width": width, "height": 740})
    phones = PhonePage(page, address)
    phones.caller.shows("*123#")

    assert width == page.evaluate("document.documentElement.scrollWidth")
    boxes = [key.bounding_box() for key in page.locator(".key").all()]
    assert all(box and box["width"] >= 44 and box["height"] >= 44 for box in boxes)


def test_only_this_origin_is_asked(page: Page, address: str, line: FakeLine) -> None:
    """The page asks nobody else for anything, and what it gets never holds the webhooks' secret."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    phones = PhonePage(page, address)
    phones.caller.shows("*123#")

    assert {address} == {re.match(r"https?://[^/]+", url)[0] for url in asked}  # type: ignore[index]
    assert "s" * 32 not in page.content()
