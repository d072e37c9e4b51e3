"""Figures that leave the line, on the officers' page: prepared, read with what is hidden and why, let out by another, withdrawn."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.desk.accounts import Account
from hotline.ports.desk.audit import AuditRecord
from tests.console.desk import IDS, Browser, Desk
from tests.console.test_editions import code, give_factor
from tests.service.fakes import DAY
from tests.service.test_released_figures import MadeUp, at_day, day_of, worked_example


@pytest.fixture
def due(desk: Desk) -> Desk:
    """In May, with a quarter that is final."""
    made = MadeUp(desk.line)
    worked_example(made)
    at_day(desk.line, 2027, 5, 10)
    made.purge()
    give_factor(desk, "djeneba")
    return desk


def prepared(desk: Desk) -> Browser:
    """The browser of the second person, at what the first prepared."""
    fanta = desk.browser("fanta")
    fanta.open("/console/figures")
    fanta.send("/console/figures", period="2027-Q1")
    admin = desk.browser("djeneba")
    admin.open("/console/figures/1")
    return admin


def standing(desk: Desk) -> str:
    with desk.line.real_store.read() as tx:
        release = tx.releases.release(1)
    assert release is not None
    return release.standing


def test_prepared_and_let_out(due: Desk):
    """One person prepares and cannot let it out; another reads what is hidden and why, lets it out under a letter, and may withdraw it with a note."""
    fanta, admin = due.browser("fanta"), due.browser("djeneba")
    page = fanta.open("/console/figures")
    assert f">{due.say('partners.quarter.1', year='2027')}</option>" in page
    assert due.say("partners.quarter.2", year="2027") not in page
    page = fanta.send("/console/figures", period="2027-Q1")
    assert due.say("figures.after.prepared") in page
    assert due.say("figures.page.own") in page
    assert 'action="/console/figures/1/release"' not in page
    page = admin.open("/console/figures/1")
    assert due.say("figures.why.few", place=due.say("incident.type.sexual_assault"), least="0", most="9") in page
    assert due.say("figures.error.letter") in admin.send("/console/figures/1/release", letter=" ", code=code(due))
    assert due.say("figures.after.released") in admin.send("/console/figures/1/release", letter="Lettre 12", code=code(due))
    assert 'value="2027-Q1"' not in fanta.open("/console/figures")
    page = fanta.open("/console/figures/1")
    assert "Lettre 12" in page
    page = fanta.send("/console/figures/1/withdraw", note="Un compte était faux")
    assert due.say("figures.after.withdrawn") in page
    assert "Un compte était faux" in page
    assert 'value="2027-Q1"' not in fanta.open("/console/figures")


def test_a_fresh_code_lets_it_out(due: Desk):
    """A browser that somebody left open lets nothing out: a wrong code, none, and one that was used already are refused, and what was typed stays."""
    admin = prepared(due)
    page = admin.send("/console/figures/1/release", letter="Lettre 12", code="000000")
    assert (401, "prepared") == (admin.status, standing(due))
    assert due.say("editions.error.wrong") in page
    assert 'value="Lettre 12"' in page
    with due.line.real_store.write() as tx:
        account = tx.accounts.get(IDS["djeneba"])
        assert account is not None
        tx.accounts.save(replace(account, totp_step=due.line.clock.now() // 30))
    assert due.say("editions.error.wrong") in admin.send("/console/figures/1/release", letter="Lettre 12", code=code(due))
    due.line.clock.at += 30
    assert due.say("figures.after.released") in admin.send("/console/figures/1/release", letter="Lettre 12", code=code(due))


def test_without_a_second_factor_nobody_lets_it_out(due: Desk):
    """It is said where the code is asked for."""
    with due.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS["djeneba"], ""))
    admin = prepared(due)
    assert due.say("figures.error.factor") in admin.open("/console/figures/1")
    admin.send("/console/figures/1/release", letter="Lettre 12", code="123456")
    assert "prepared" == standing(due)


def test_who_made_the_others_way_in_is_no_second_person(due: Desk):
    """An admin can make herself an account: what one prepared the other does not let out while a link that one made for the other is young."""
    with due.line.real_store.write() as tx:
        tx.audit.add(AuditRecord(due.line.clock.now() - 89 * DAY, "djeneba", "one-time link made", "fanta"))
    admin = prepared(due)
    assert due.say("figures.error.linked", by="fanta") in admin.send("/console/figures/1/release", letter="Lettre 12", code=code(due))
    assert "prepared" == standing(due)
    due.line.clock.at += 2 * DAY
    admin = due.browser("djeneba")
    admin.open("/console/figures/1")
    assert due.say("figures.after.released") in admin.send("/console/figures/1/release", letter="Lettre 12", code=code(due))


def test_one_phone_is_one_person(due: Desk):
    """Whoever prepared, was disabled, and came back under another name with the same phone lets nothing out."""
    admin = prepared(due)
    with due.line.real_store.write() as tx:
        fanta, djeneba = tx.staff.get(IDS["fanta"]), tx.staff.get(IDS["djeneba"])
        assert fanta is not None
        assert djeneba is not None
        tx.staff.save(replace(fanta, active=False))
        tx.staff.save(replace(djeneba, number=fanta.number))
    assert due.say("figures.error.own") in admin.send("/console/figures/1/release", letter="Lettre 12", code=code(due))
    assert "prepared" == standing(due)


def test_not_final(due: Desk):
    """While something that counts can be taken back, the page says that it is not final, and keeps nothing."""
    MadeUp(due.line).types(2027, 2, "denial", 1, closed_at=day_of(2027, 5, 2) * DAY)
    fanta = due.browser("fanta")
    fanta.open("/console/figures")
    assert due.say("figures.error.not_final", due="10/05/2027") in fanta.send("/console/figures", period="2027-Q1")
    with due.line.real_store.read() as tx:
        assert () == tx.releases.releases()


def test_nobody_else(due: Desk):
    """Counselors and operators neither see nor prepare them."""
    for alias in ("awa", "mariam"):
        assert alias in IDS
        browser = due.browser(alias)
        browser.open("/console/figures")
        assert 403 == browser.status
