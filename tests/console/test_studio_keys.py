"""The studio's page of a screen's keys, as an operator uses it without script: every kind of screen, new ones, and what is refused with its reason."""

from __future__ import annotations

from tests.console.desk import Desk

KEYS = "/console/studio/babies/topics/keys"


def test_every_screen_of_the_line_has_its_page(desk: Desk) -> None:
    """Whatever kind it is."""
    browser = desk.browser("mariam")
    for flow in desk.line.library.snapshot.editions[-1].sources.flows:
        for screen in flow.screens:
            id, _, part = screen.key.partition(".")
            browser.open(f"/console/studio/{id}/{part}/keys")
            assert browser.status == 200, screen.key
