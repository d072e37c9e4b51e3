"""The two digits of one's own, without which a ring of the line says nothing: set on one's page, with the password."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.desk.accounts import Account
from hotline.service.calls.by_ring.reach import MOST_WRONG
from tests.console.desk import IDS, Desk
from tests.service.line import RULES

PASSWORD = "mil dans les champs"


@pytest.fixture
def rung(desk: Desk) -> Desk:
    """The line rings its counselors, and Awa has an account."""
    desk.line.rule(replace(RULES, alerts="ring"))
    desk.install()
    with desk.line.real_store.write() as tx:
        tx.accounts.save(Account(IDS["awa"], desk.room.passwords.hash(PASSWORD)))
    return desk


def kept(desk: Desk) -> bytes | None:
    with desk.line.real_store.read() as tx:
        digits = tx.staff_rings.digits(IDS["awa"])
    return digits.hashed if digits else None


def test_digits_need_the_password(rung: Desk) -> None:
    """A browser left open sets none; what everybody tries first is refused; two that differ are asked for again; then she is rung."""
    counselor = rung.browser("awa")
    assert rung.say("account.digits_none") in counselor.open("/console/me")
    assert rung.say("access.refused") in counselor.send("/console/me/digits", old="wrong", digits="58", again="58")
    assert rung.say("account.digits_weak") in counselor.send("/console/me/digits", old=PASSWORD, digits="12", again="12")
    assert rung.say("account.digits_differ") in counselor.send("/console/me/digits", old=PASSWORD, digits="58", again="85")
    assert kept(rung) is None
    page = counselor.send("/console/me/digits", old=PASSWORD, digits="58", again="58")
    assert (True, True) == (rung.say("account.told.digits") in page, rung.say("account.digits_set") in page)
    assert 32 == len(kept(rung) or b"")
    rung.line.walk("5 5")
    rung.line.work()
    assert 1 == len(rung.line.gateway.rung)


def test_other_digits_open_what_wrong_ones_shut(rung: Desk) -> None:
    """Her page says that the line rings her no more; once she has set others it does, and what was guessed counts no more."""
    counselor = rung.browser("awa")
    counselor.open("/console/me")
    counselor.send("/console/me/digits", old=PASSWORD, digits="58", again="58")
    with rung.line.real_store.write() as tx:
        digits = tx.staff_rings.digits(IDS["awa"])
        assert digits is not None
        tx.staff_rings.save_digits(replace(digits, wrong=MOST_WRONG))
    assert rung.say("account.digits_locked") in counselor.open("/console/me")
    assert rung.say("account.digits_set") in counselor.send("/console/me/digits", old=PASSWORD, digits="47", again="47")


def test_where_nobody_is_rung_nobody_is_asked_for_digits(desk: Desk) -> None:
    """Nor is who takes no calls."""
    assert rung_title(desk) not in desk.browser("awa").open("/console/me")
    desk.line.rule(replace(RULES, alerts="both"))
    desk.install()
    assert rung_title(desk) not in desk.browser("mariam").open("/console/me")


def rung_title(desk: Desk) -> str:
    return desk.say("account.digits")
