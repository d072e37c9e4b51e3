"""The studio's maps in a real browser: at either size nothing runs off the side, axe finds nothing, and the keyboard gets to every screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.room import NARROW, WIDE
from tests.browser.served_desk import ServedDesk

pytestmark = pytest.mark.browser
PAGES = ("/console/studio", "/console/studio/callback", "/console/studio/script", "/console/studio?q=5+1")


def test_the_line_is_seen_at_either_size(served_desk: ServedDesk) -> None:
    room = served_desk.of("mariam")
    for path in PAGES:
        room.page.goto(f"{served_desk.address}{path}")
        room.assert_nobody_is_left_out(path)
    for size in (NARROW, WIDE):
        room.page.set_viewport_size(size)  # type: ignore[arg-type]
        room.page.goto(f"{served_desk.address}/console/studio/callback")
        listed = room.page.locator("#list-title").bounding_box()
        drawn = room.page.locator("#map-title").bounding_box()
        assert listed is not None
        assert drawn is not None
        assert (listed["y"] < drawn["y"]) == (size == NARROW), "the list first on a phone, the map first on a wide screen"
        room.page.locator(".map a").first.focus()
        room.page.keyboard.press("Enter")
        room.page.wait_for_url("**/console/studio/callback/open")


def test_a_screen_is_searched_with_script_off(served_desk: ServedDesk) -> None:
    room = served_desk.of("mariam", NARROW, script=False)
    room.page.goto(f"{served_desk.address}/console/studio")
    room.page.locator("input[name=q]").fill("sogoma")
    room.page.keyboard.press("Enter")
    expect(room.page.locator("mark", has_text="Sɔgɔma").first).to_be_visible()
