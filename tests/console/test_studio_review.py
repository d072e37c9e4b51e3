"""Hearing a reviewer on the pages: what nobody read, signed for by whoever may, and talked about without a case."""

from __future__ import annotations

import pytest

from tests.console.desk import IDS, Desk

LIST, READ, COMMENT = "/console/studio/review", "/console/studio/review/read", "/console/studio/review/comment"


@pytest.fixture
def room(desk: Desk) -> Desk:
    """Nana, a counselor, reviews Bambara."""
    desk.set_staff("nana", reviews=("bm",))
    return desk


def test_a_reviewer_signs_one_after_another(room: Desk) -> None:
    browser = room.browser("nana")
    browser.open(LIST)
    assert browser.status == 200
    assert browser.raw.count("<article") == 20
    browser.send(READ)
    assert browser.status == 200
