"""A coordinator records under which protocol rows of incidents may leave, and ends it; everybody else finds the page closed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hotline.engine.times import DAY_SECONDS, EPOCH
from tests.console.desk import Browser, Desk

PAGE = "/console/figures/protocols"
FILLED = {"partner": "  Sous-cluster   VBG ", "signed_by": "A. Diarra", "letter": "ISP-2027"}


def day(desk: Desk, days: int) -> str:
    return (EPOCH + timedelta(days=desk.line.clock.now() // DAY_SECONDS + days)).isoformat()


@pytest.fixture
def browser(desk: Desk) -> Browser:
    found = desk.browser("djeneba")
    assert desk.say("protocols.none") in found.open(PAGE)
    return found


def audited(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.line.real_store.read() as tx:
        return [(record.who, record.what, record.about) for record in tx.audit.all()]


def test_recorded_and_ended(desk: Desk, browser: Browser) -> None:
    """For whom, by whom, under which letter, until when: it stands there, and in the audit under a name; ended, it is over."""
    page = browser.send(PAGE, until=day(desk, 366), **FILLED)
    assert desk.say("protocols.after.recorded") in page
    assert desk.say("protocols.one", number=1, partner="Sous-cluster VBG") in page
    assert desk.say("protocols.in_force") in page
    page = browser.send(f"{PAGE}/1/end")
    assert desk.say("protocols.over") in page
    assert desk.say("protocols.in_force") not in page
    assert [("djeneba", "protocol recorded", "protocol 1"), ("djeneba", "protocol ended", "protocol 1")] == audited(desk)


def test_it_is_over_by_itself(desk: Desk, browser: Browser) -> None:
    """After its last day, whoever forgot it."""
    browser.send(PAGE, until=day(desk, 1), **FILLED)
    with desk.line.real_store.read() as tx:
        (protocol,) = tx.sharing_protocols.all()
    assert [True, False] == [protocol.holds(desk.line.clock.now() // DAY_SECONDS + later) for later in (1, 2)]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"until": "2020-01-01"}, "day"),
        ({"until": "2999-01-01"}, "day"),
        ({"until": "demain"}, "day"),
        ({"letter": "  "}, "empty"),
        ({"partner": "x" * 121}, "long"),
    ],
)
def test_what_cannot_be_recorded(desk: Desk, browser: Browser, changed: dict[str, str], fault: str) -> None:
    """The form comes back as it was filled in, with what is to be mended; nothing is kept."""
    page = browser.send(PAGE, **{**FILLED, "until": day(desk, 30), **changed})
    assert (400, True, True) == (browser.status, desk.say(f"protocols.error.{fault}") in page, "A. Diarra" in page)
    assert [] == audited(desk)


def test_the_officers_page_leads_there(desk: Desk) -> None:
    """An admin's; a supervisor prepares figures and lets no row out."""
    assert f'href="{PAGE}"' in desk.browser("djeneba").open("/console/figures")
    fanta = desk.browser("fanta")
    assert f'href="{PAGE}"' not in fanta.open("/console/figures")
    fanta.open(PAGE)
    assert 403 == fanta.status
