"""The phone page in a real browser, over the real stand-in, against a line that plays two screens and one bridge."""

from __future__ import annotations

import re

import pytest
from africastalking.SMS import SMSService
from africastalking.Voice import VoiceService
from playwright.sync_api import Browser, Page, expect

from tests.browser.phone_page import PhonePage
from tests.demo.fakes import CALLER, COUNSELOR, COVER, KEY, FakeLine

pytestmark = pytest.mark.browser

FIRST = "CON Santé et famille\n1 Grossesse\n4 Vie de famille\n5 Conseil par téléphone\n9 Fin"
LONGEST = """CON Une femme vous appelle ici.
Numéro effacé après.
5 Maintenant
1 Matin
2 Midi
3 Après-midi
4 Soir
6 Autre téléphone
7 Ne pas m'appeler
0 Retour 9 Fin"""
LAST = "END Noté. Une femme appelle avant 14h20."
OTHER = "+22370000102"
"""Nana's."""
ASK = '<Response><GetDigits numDigits="1" timeout="15"><Say>Tapez 1.</Say></GetDigits></Response>'
CONNECT = f'<Response><Dial phoneNumbers="{CALLER}" callerId="{COVER}"/><Say>Personne ne répond.</Say></Response>'

ROOM_MS = 60_000
"""Longer than an ended call or an unread message stays."""


def text(standin: str, number: str, words: str) -> None:
    """The line sends an SMS."""
    service = SMSService("sandbox", KEY)
    service._baseUrl = f"{standin}/version1"
    service.send(words, [number], "36123")


def ring(standin: str, number: str) -> None:
    """The line calls a number."""
    service = VoiceService("sandbox", KEY)
    service._baseUrl = standin
    service.call(COVER, [number])


def test_dial_and_answer(page: Page, address: str, line: FakeLine) -> None:
    """The keypad and the green key dial the code and answer a screen; the line gets it as the vendor posts it; the page has no trouble."""
    line.say("ussd", FIRST, LAST)
    phones = PhonePage(page, address)

    phones.caller.press("*12")
    phones.caller.command("clear")
    phones.caller.dial("23#")
    phones.caller.shows("5 Conseil par téléphone")
    expect(phones.caller.length).to_have_text("Écran : 75 sur 160")
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
    text(standin_address, COUNSELOR, "471: avant 14h20. 1 = prendre")
    phones.staff.shows("Nouveau message")
    phones.staff.hears("471")
    phones.staff.write("471 1")
    expect(phones.staff.sent).to_contain_text("471 1")
    expect(phones.staff.sent).to_contain_text("Envoyé")
    heard = line.heard("sms")
    assert (COUNSELOR, "471 1") == (heard["from"], heard["text"])

    ring(standin_address, COUNSELOR)
    phones.staff.rings()
    phones.staff.shows("+223 70 00 09 00")
    phones.staff.command("green")
    phones.staff.shows("Tapez 1.")
    expect(phones.staff.call).to_have_text("En ligne")
    phones.staff.press("1")
    phones.caller.rings()
    phones.caller.shows("+223 70 00 09 00")
    phones.caller.command("green")
    for phone in (phones.caller, phones.staff):
        phone.in_call("connected")
    phones.caller.command("red")
    phones.staff.in_call("over")
    expect(phones.staff.call).to_have_text("Appel terminé")
    phones.staff.command("red")
    for phone in (phones.caller, phones.staff):
        phone.in_call("")
    assert [] == phones.troubles


def test_the_longest_screen_and_its_answer_are_seen(page: Page, address: str, line: FakeLine) -> None:
    """Ten lines and the digit below them are on the glass at once; every key and both phones' messages are on a laptop's screen."""
    page.set_viewport_size({"width": 1366, "height": 768})
    line.say("ussd", LONGEST)
    phones = PhonePage(page, address)
    phones.caller.dial("*123#")
    phones.caller.shows("0 Retour 9 Fin")
    phones.caller.press("5")

    view = phones.caller.root.locator("[data-part=view]")
    assert view.evaluate("view => view.scrollHeight <= view.clientHeight")
    expect(phones.caller.typed).to_have_text("5")
    whole = [phones.caller.typed, *page.locator(".key").all(), *page.locator(".messages form").all()]
    for element in whole:
        expect(element).to_be_in_viewport(ratio=1)
    glass, typed = (part.bounding_box() for part in (phones.caller.root.locator("[data-part=glass]"), phones.caller.typed))
    assert glass
    assert typed
    assert typed["y"] + typed["height"] <= glass["y"] + glass["height"]


def test_on_a_small_phone_one_is_whole_and_the_other_a_tap_away(page: Page, address: str) -> None:
    """At 360 by 740 the caller's handset is on the first screen; one tap brings the counselor's there."""
    page.set_viewport_size({"width": 360, "height": 740})
    phones = PhonePage(page, address)
    for role, phone in (("caller", phones.caller), ("staff", phones.staff)):
        page.locator(f".tabs [data-front={role}]").click()
        expect(phone.root.locator("[data-part=handset]")).to_be_in_viewport(ratio=1)


def test_a_message_in_view_is_read(page: Page, address: str, standin_address: str) -> None:
    """The glass tells of a new SMS; once it lay open in the list for a moment, no longer."""
    phones = PhonePage(page, address)
    text(standin_address, COUNSELOR, "471: avant 14h20. 1 = prendre")
    phones.staff.shows("Nouveau message")
    expect(phones.staff.inbox).to_be_in_viewport()
    expect(phones.staff.call).to_have_text("")
    assert 1 == phones.staff.inbox.count()


def test_whoever_else_has_something_is_a_tap_away(page: Page, address: str, line: FakeLine, standin_address: str) -> None:
    """An SMS and a call for somebody whose phone is not in hand are told beside the list of people; a tap takes that phone."""
    line.say("voice", ASK)
    phones = PhonePage(page, address)
    text(standin_address, OTHER, "471: avant 14h20. 1 = prendre")
    expect(phones.staff.waiting).to_have_text(re.compile("Nana.*Nouveau message"))
    ring(standin_address, OTHER)
    expect(phones.staff.waiting).to_have_text(re.compile("Nana.*Appel entrant"))
    expect(phones.staff.root.locator("option[value=nana]")).to_contain_text("Appel entrant")

    phones.staff.waiting.click()
    phones.staff.rings()
    phones.staff.hears("471")
    expect(phones.staff.waiting).to_have_count(0)


def test_an_ended_call_gives_way(page: Page, address: str, line: FakeLine, standin_address: str) -> None:
    """Where the other side hung up the glass says so, shows an SMS that comes meanwhile, and after a moment is free."""
    page.clock.install()
    line.say("voice", "<Response/>")
    phones = PhonePage(page, address)
    ring(standin_address, COUNSELOR)
    phones.staff.rings()
    phones.staff.command("green")
    phones.staff.in_call("over")
    expect(phones.staff.call).to_have_text("Appel terminé")
    text(standin_address, COUNSELOR, "Appel fini? Envoyez 471")
    phones.staff.shows("Appel fini? Envoyez 471")

    page.clock.fast_forward(ROOM_MS)
    phones.staff.in_call("")


def test_in_bambara(page: Page, address: str) -> None:
    """`?l=bm` puts the whole page into Bambara."""
    phones = PhonePage(page, address, "bm")

    expect(page.locator("html")).to_have_attribute("lang", "bm")
    phones.caller.shows("*123# sɛbɛn, ka wele")


@pytest.mark.parametrize("width", [320, 360, 900, 1280])
def test_nothing_overflows(page: Page, address: str, line: FakeLine, width: int) -> None:
    """On a small screen as on a large one nothing is cut off at the side, and every key is big enough for a thumb."""
    page.set_viewport_size({"width": width, "height": 740})
    phones = PhonePage(page, address)
    phones.caller.shows("*123#")

    assert width == page.evaluate("document.documentElement.scrollWidth")
    boxes = [key.bounding_box() for key in page.locator("#caller .key").all()]
    assert all(box and box["width"] >= 44 and box["height"] >= 44 for box in boxes)


def test_only_this_origin_is_asked(page: Page, address: str, line: FakeLine) -> None:
    """The page asks nobody else for anything, and what it gets never holds the webhooks' secret."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    phones = PhonePage(page, address)
    phones.caller.shows("*123#")

    assert {address} == {re.match(r"https?://[^/]+", url)[0] for url in asked}  # type: ignore[index]
    assert "s" * 32 not in page.content()


def test_without_script_it_says_what_to_do(browser: Browser, address: str) -> None:
    """In either language: why no key does anything, and how to dial nevertheless."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    for language, word in (("fr", "Sans JavaScript"), ("bm", "JavaScript")):
        page.goto(f"{address}/phone?l={language}")
        expect(page.locator(".still")).to_contain_text(word)
        expect(page.locator(".still")).to_contain_text("hotline dial '*123#'")
        expect(page.locator(".still")).to_be_in_viewport(ratio=1)
    context.close()
