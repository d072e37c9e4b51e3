"""A form that comes back says why where it is read at once, in a real browser on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.room import NARROW
from tests.browser.served_desk import ServedDesk

pytestmark = pytest.mark.browser
TOO_LONG = "ɲaŋa " * 19
"""Bambara that fills more than one page of a phone."""


@pytest.mark.parametrize("size", [NARROW, {"width": 360, "height": 640}], ids=["740", "640"])
def test_what_is_wrong_is_not_under_the_bar(served_desk: ServedDesk, size: dict[str, int]) -> None:
    """Neither the field nor why lies under the pages at the thumb."""
    room = served_desk.of("awa", size)
    room.page.goto(f"{served_desk.address}/console/testimonies/new")
    room.page.check("[name=consent]")
    room.page.fill("[name=bm]", TOO_LONG)
    room.page.get_by_role("button", name=room.say("testimonies.keep")).press("Enter")
    expect(room.page.locator("#fault")).to_be_visible()
    expect(room.page.locator("[name=bm]")).to_be_focused()  # by which the page has moved
    bar = room.page.locator(".tabs").bounding_box()
    assert bar is not None
    for part in ("[name=bm]", "#fault"):
        box = room.page.locator(part).bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= box["y"] + box["height"] <= bar["y"], part
