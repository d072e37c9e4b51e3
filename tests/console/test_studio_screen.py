"""One screen in the studio: words changed, weighed and kept, two who change the same, and the phone beside them."""

from __future__ import annotations

import re

import pytest

from tests.console.desk import Desk

SCREEN = "/console/studio/callback/when"
FR, BM = "words/fr/callback.when", "words/bm/callback.when"


def test_it_opens(desk: Desk) -> None:
    browser = desk.browser("mariam")
    browser.open(SCREEN)
    assert browser.status == 200, browser.page[-3000:]
