"""A counselor who is rung instead of written to, on the phone page: two digits, one press, and the two are connected."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.phone_page import PhonePage
from tests.browser.test_whole_line import BAMBARA, FRENCH, Words, ask
from tests.system.lines import Line, lay_down, started

pytestmark = [pytest.mark.browser, pytest.mark.system]

NAME = {"awa": "Santé et famille", "nana": "Kɛnɛya ni denbaya"}
OFFER = {"awa": "Un: je prends", "nana": "Kelen: n b'a ta"}
HOW = {"awa": "comment l'appel a-t-il fini", "nana": "mun kɛra"}
NOTED = {"awa": "C'est noté", "nana": "An y'a mɛn"}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    yield from started(tmp_path_factory.mktemp("rung") / "v", HOTLINE_ALERTS="ring", HOTLINE_STAFF_REPLIES="none")


@pytest.fixture
def line(standing: Line) -> Line:
    lay_down(standing.await_card())
    return standing


@pytest.mark.parametrize("words", [FRENCH, BAMBARA], ids=["fr", "bm"])
def test_dial_and_be_rung_by_a_counselor_who_was_rung(line: Line, page: Page, words: Words) -> None:
    """She asks for a call; the counselor's phone rings, says one name, and after two digits and one press the caller's rings; a short call asks how it ended. No SMS."""
    card, who = line.await_card(), words.counselor
    digits = next(person["digits"] for person in card["people"] if person["alias"] == who)
    phone = PhonePage(page, card["address"])
    ask(phone, words, "5", words.noted)
    phone.staff.rings()
    phone.staff.command("green")
    phone.staff.shows(NAME[who])
    expect(phone.staff.screen).not_to_contain_text(OFFER[who])
    phone.staff.press(digits)
    phone.staff.shows(OFFER[who])
    phone.staff.press("1")
    phone.caller.rings()
    phone.caller.command("green")
    phone.staff.in_call("connected")
    phone.staff.command("red")
    phone.staff.rings()
    phone.staff.command("green")
    phone.staff.shows(NAME[who])
    phone.staff.press(digits)
    phone.staff.shows(HOW[who])
    phone.staff.press("1")
    phone.staff.shows(NOTED[who])
    expect(phone.staff.inbox).to_have_count(0)
    assert phone.troubles == []


def test_the_digits_stand_where_the_codes_do(line: Line, page: Page) -> None:
    """Of each who is rung, on a page of the demo's own."""
    card = line.await_card()
    page.goto(f"{card['address']}/phone/codes")
    digits = [person["digits"] for person in card["people"] if "digits" in person]
    expect(page.locator("dl").last.locator("dd")).to_have_text(digits)
