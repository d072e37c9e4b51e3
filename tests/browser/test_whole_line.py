"""The main job from end to end: a woman dials on the phone page, and the line connects the two, caller and counselor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct
from playwright.sync_api import Page, expect

from tests.browser.phone_page import PhonePage
from tests.system.lines import Line, lay_down, started

pytestmark = [pytest.mark.browser, pytest.mark.system]


class Words(Struct, frozen=True):
    """Who speaks, and what is read in that language, as far as the test looks at it."""

    caller: str
    counselor: str
    way: tuple[tuple[str, str], ...]
    """Keys from the first dial to where a call is asked for, each with what its screen says."""
    noted: str
    """Up to where the time comes in, which is another turn of phrase for one that is after midnight."""
    stopped: str
    prompt: str
    """What a counselor hears on picking up."""
    said_how: str
    """What a counselor is answered who said how the call ended."""
    void: str
    """What a counselor is answered who takes what was stopped."""


FRENCH = Words(
    "kadi",
    "awa",
    (("*123#", "1 Grossesse"), ("5", "5 Maintenant")),
    "Noté. Une femme essaie d'appeler",
    "Ce téléphone ne sera pas appelé",
    "Pour appeler maintenant, tapez 1",
    "{ref}: c'est noté",
    "{ref}: annulé",
)
BAMBARA = Words(
    "sira",
    "nana",
    (("*123#", "1 Grossesse"), ("6", "1 Kònòmaya"), ("5", "5 Sisan")),
    "An y'a mèn. Muso dò b'a nyini k'i wele",
    "An tèna nin telefòni in wele",
    "Ka wele sisan, 1 digi",
    "{ref}: an y'a mèn",
    "{ref}: a dabilala",
)
OFFER = re.compile(r"\b(\d{3}) 1\b")
"""How an offer ends: what the counselor has to answer."""


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    yield from started(tmp_path_factory.mktemp("whole") / "v")


@pytest.fixture
def line(standing: Line) -> Line:
    """One for all tests here, on which nothing is left of the test before."""
    lay_down(standing.await_card())
    return standing


@pytest.fixture(scope="module", params=["safaricom", "hubtel", "arkesel"])
def vendors_line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """Codes go by a vendor of a table: whose requests hold all inputs; the newest and a field that comes back; the newest alone."""
    yield from started(tmp_path_factory.mktemp(request.param) / "v", HOTLINE_DEMO_VENDOR=request.param)


def ask(phone: PhonePage, words: Words, key: str, shown: str) -> None:
    """Dial anew, walk to where a call is asked for, and press this key."""
    phone.caller.hold(words.caller)
    phone.staff.hold(words.counselor)
    phone.caller.rest("*123#")
    for typed, screen in (*words.way, (key, shown)):
        phone.caller.dial(typed)
        phone.caller.shows(screen)


def ask_for_a_call(phone: PhonePage, words: Words) -> str:
    """She asks for one, and the counselor is offered it: its reference."""
    phone.staff.hold(words.counselor)
    before = phone.staff.newest()
    ask(phone, words, "5", words.noted)
    found = OFFER.search(phone.staff.hears(OFFER, before))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("words", [FRENCH, BAMBARA], ids=["fr", "bm"])
def test_dial_be_noted_be_rung(line: Line, page: Page, words: Words) -> None:
    """She asks for a call, a counselor hears of it without a number, takes it, presses 1, and both are connected; then how it ended."""
    dialled_noted_rung(line, page, words)


def test_the_same_by_each_kind_of_wire(vendors_line: Line, page: Page) -> None:
    """Whoever carries the codes, with the real door between; the page says who it is."""
    name = vendors_line.await_card()["vendor"]["name"]
    dialled_noted_rung(vendors_line, page, FRENCH)
    expect(page.locator(".intro")).to_contain_text(f"Les codes passent par {name.capitalize()}")


def dialled_noted_rung(line: Line, page: Page, words: Words) -> None:
    """From the first dial to how the call ended."""
    card = line.await_card()
    number = next(person["number"] for person in card["people"] if person["alias"] == words.caller)
    phone = PhonePage(page, card["address"])
    reference = ask_for_a_call(phone, words)
    assert number[-8:] not in re.sub(r"\D", "", phone.staff.inbox.last.inner_text())

    phone.staff.write(f"{reference} 1")
    phone.staff.rings()
    phone.staff.command("green")
    phone.staff.in_call("talking")
    phone.staff.shows(words.prompt)
    phone.staff.press("1")
    phone.caller.rings()
    phone.caller.command("green")
    phone.caller.in_call("connected")
    phone.staff.in_call("connected")
    phone.staff.command("red")
    phone.caller.in_call("over")

    phone.staff.hears(re.compile(rf"{reference}.*1 .*6 ", re.DOTALL))  # the list of how it may have ended, not what was sent before
    before = phone.staff.newest()
    phone.staff.write(f"{reference} 1")
    phone.staff.hears(words.said_how.format(ref=reference), before)  # beside what the demo's staff are told every four minutes
    assert phone.troubles == []


@pytest.mark.parametrize("words", [FRENCH, BAMBARA], ids=["fr", "bm"])
def test_stop_silences_what_was_asked_for(line: Line, page: Page, words: Words) -> None:
    """`5 7` from the same phone: the counselor who takes it after that is told kindly, and no phone rings."""
    card = line.await_card()
    phone = PhonePage(page, card["address"])
    reference = ask_for_a_call(phone, words)
    ask(phone, words, "7", words.stopped)
    before = phone.staff.newest()
    phone.staff.write(f"{reference} 1")
    phone.staff.hears(words.void.format(ref=reference), before)
    phone.staff.in_call("")
    phone.caller.in_call("")


@pytest.mark.parametrize(
    ("words", "text", "shown"), [(FRENCH, "conseil", "5 Maintenant"), (BAMBARA, "kunnafoni", "5 Sisan")], ids=["fr", "bm"]
)
def test_the_same_by_sms(line: Line, page: Page, words: Words, text: str, shown: str) -> None:
    """A caller's word opens the same dialogue as the keys do, and digits go on in it; the answers give nothing away."""
    phone = PhonePage(page, line.await_card()["address"])
    phone.caller.hold(words.caller)
    before = phone.caller.newest()
    phone.caller.write(text)
    phone.caller.hears(shown, before)
    phone.caller.write("9")
    expect(phone.caller.inbox.last).not_to_contain_text(shown)


def test_no_page_is_wider_than_its_screen(line: Line, page: Page, tmp_path: Path) -> None:
    """At 360 pixels nothing runs off the side, in a session too."""
    page.set_viewport_size({"width": 360, "height": 740})
    phone = PhonePage(page, line.await_card()["address"])
    phone.caller.dial("*123#")
    phone.caller.shows("Santé et famille")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
