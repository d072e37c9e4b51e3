"""The studio's pages about keys in a real browser: on a phone and a desk, without barriers, and with what was typed still there after a reload."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.served_desk import ServedDesk

pytestmark = pytest.mark.browser

MENU = "studio/babies/topics/keys"
PAGES = (
    MENU,
    f"{MENU}?key=1",
    f"{MENU}?key=0",
    "studio/callback/now/keys?key=1",
    "studio/danger/order/keys",
    "studio/centres/places/keys",
    "studio/new-screen",
    "studio/new-screen?id=babies&part=topics",
    "studio/new-flow?id=babies&part=topics&as=each",
)
HEAVIEST = 20_000


def test_every_page_about_keys_fits_and_has_no_barrier(served_desk: ServedDesk) -> None:
    """Each kind of form, on a phone and at a desk, and light once the first page is there."""
    room = served_desk.of("mariam")
    room.open(MENU)
    for path in PAGES:
        room.open(path)
        assert room.weight() < HEAVIEST, path
        room.assert_nobody_is_left_out(path)
    assert (room.troubles, room.strangers) == ([], [])


def test_what_was_typed_about_a_key_is_there_after_a_reload(served_desk: ServedDesk) -> None:
    """And goes with the form once it is sent."""
    room = served_desk.of("mariam")
    room.open(f"{MENU}?key=0")
    field = room.page.locator("[name='label:words/fr/babies.topics']")
    with room.page.expect_response("**/console/draft"):
        field.fill("Dents")
        served_desk.pass_(5)
    room.page.wait_for_function("history.state === null")  # the page has heard that it is kept
    room.page.reload()
    expect(field).to_have_value("Dents")
    room.page.locator("[name='label:words/bm/babies.topics']").fill("Ɲinw")
    room.page.locator("[name=number]").select_option("6")
    room.page.locator("[name=go]").select_option("fever.topics")
    room.page.locator("form[action$='/option'] .primary").click()
    room.shows("Dents")
    room.open(f"{MENU}?key=0")
    expect(field).to_have_value("")
