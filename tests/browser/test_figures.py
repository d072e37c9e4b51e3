"""Figures that leave the line, as officers meet them in a real browser on a phone and on a desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.room import NARROW, WIDE
from tests.browser.served_desk import ServedDesk
from tests.console.test_editions import code, give_factor
from tests.service.test_released_figures import MadeUp, at_day, worked_example

pytestmark = pytest.mark.browser


def test_two_officers(served_desk: ServedDesk) -> None:
    """One prepares, the other reads why cells are hidden and lets it out; at either size axe finds nothing, and no page runs off the side."""
    made = MadeUp(served_desk.line)
    worked_example(made)
    made.types(2027, 2, "rape", 30, referrals=[("health", "referred")], safer="same")
    at_day(served_desk.line, 2027, 5, 10)
    made.purge()
    first = served_desk.of("fanta")
    first.page.goto(f"{served_desk.address}/console/figures")
    first.page.select_option("#period", "2027-Q1")
    first.page.get_by_role("button", name=first.say("figures.page.prepare_now")).press("Enter")
    expect(first.page.get_by_text(first.say("figures.page.own"))).to_be_visible()
    give_factor(served_desk.desk, "djeneba")
    second = served_desk.of("djeneba")
    second.page.goto(f"{served_desk.address}/console/figures/1")
    for summary in second.page.locator("main section summary").all():
        summary.click()
    for size in (NARROW, WIDE):
        second.page.set_viewport_size(size)
        assert (size, [], False) == (size, second.barriers(), second.is_too_wide())
    second.page.fill("#letter", "Lettre 12")
    second.page.fill("[name=code]", code(served_desk.desk))
    second.page.get_by_role("button", name=second.say("figures.page.release_now")).press("Enter")
    expect(second.page.get_by_text(second.say("figures.after.released"))).to_be_visible()
