"""Figures that leave the line, on the officers' page: prepared, read with what is hidden and why, let out by another, withdrawn."""

from __future__ import annotations

import pytest

from tests.console.desk import IDS, Desk
from tests.service.fakes import DAY
from tests.service.test_released_figures import MadeUp, at_day, day_of, worked_example


@pytest.fixture
def due(desk: Desk) -> Desk:
    """In May, with a quarter that is final."""
    made = MadeUp(desk.line)
    worked_example(made)
    at_day(desk.line, 2027, 5, 10)
    made.purge()
    return desk


def test_prepared_and_let_out(due: Desk):
    """One person prepares and cannot let it out; another reads what is hidden and why, lets it out under a letter, and may withdraw it with a note."""
    fanta, admin = due.browser("fanta"), due.browser("djeneba")
    page = fanta.open("/console/figures")
    assert "2027-Q1" in page
    assert "2027-Q2" not in page
    page = fanta.send("/console/figures", period="2027-Q1")
    assert due.say("figures.after.prepared") in page
    assert due.say("figures.page.own") in page
    assert 'action="/console/figures/1/release"' not in page
    page = admin.open("/console/figures/1")
    assert due.say("figures.why.few", place=due.say("incident.type.sexual_assault"), least="0", most="9") in page
    assert due.say("figures.error.letter") in admin.send("/console/figures/1/release", letter=" ")
    assert due.say("figures.after.released") in admin.send("/console/figures/1/release", letter="Lettre 12")
    assert "2027-Q1</option>" not in fanta.open("/console/figures")
    page = fanta.open("/console/figures/1")
    assert "Lettre 12" in page
    page = fanta.send("/console/figures/1/withdraw", note="Un compte était faux")
    assert due.say("figures.after.withdrawn") in page
    assert "Un compte était faux" in page
    assert "2027-Q1</option>" not in fanta.open("/console/figures")


def test_not_final(due: Desk):
    """While something that counts can be taken back, the page says that it is not final, and keeps nothing."""
    MadeUp(due.line).types(2027, 2, "denial", 1, closed_at=day_of(2027, 5, 2) * DAY)
    fanta = due.browser("fanta")
    fanta.open("/console/figures")
    assert due.say("figures.error.not_final", due="2027-05-10") in fanta.send("/console/figures", period="2027-Q1")
    with due.line.real_store.read() as tx:
        assert () == tx.releases.releases()


def test_nobody_else(due: Desk):
    """Counselors and operators neither see nor prepare them."""
    for alias in ("awa", "mariam"):
        assert alias in IDS
        browser = due.browser(alias)
        browser.open("/console/figures")
        assert 403 == browser.status
