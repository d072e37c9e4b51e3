"""What is urgent and waits, said on pages that are about something else."""

from __future__ import annotations

import re

import pytest

from tests.console.desk import Browser, Desk
from tests.service.line import OTHER_CALLER

PART = {"HX-Request": "true"}
PAGES = {
    "awa": ("/console/shifts", "/console/care", "/console/me", "/console/testimonies", "/console/off"),
    "fanta": ("/console/shifts", "/console/review", "/console/overview", "/console/care"),
}


def line(desk: Desk, count: int) -> str:
    return desk.say("queue.urgent_waits", count=count)


def polled(browser: Browser) -> str:
    found = re.search(r'hx-get="(/console/urgent[^"]+)"', browser.raw)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("alias", PAGES)
def test_it_stands_on_every_other_page_and_leads_to_the_queue(desk: Desk, alias: str) -> None:
    """Counted as the queue shows it; the queue itself, where it stands loud, has no second word of it."""
    desk.line.walk("4 1 1")
    desk.line.walk("5 5", "another", OTHER_CALLER)
    browser = desk.browser(alias)
    for path in PAGES[alias]:
        said = browser.open(path).partition(line(desk, 1))
        assert said[1]
        assert said[2].partition("</p>")[0].strip() == f'</strong> <a href="/console/queue">{desk.say("nav.queue")}</a>'
    assert line(desk, 1) not in browser.open("/console/queue")


def test_it_comes_and_goes_by_itself(desk: Desk) -> None:
    """With the call that was asked for, and with whoever takes it; nothing moves where nothing changed, and no poll keeps a sign-in alive."""
    browser = desk.browser("awa")
    browser.open("/console/care")
    assert browser.client.get(polled(browser), headers=PART).status_code == 204
    desk.line.walk("4 1 1")
    assert line(desk, 1) in browser.client.get(polled(browser), headers=PART).get_data(as_text=True)
    browser.open("/console/care")
    desk.line.take()
    assert line(desk, 1) not in browser.client.get(polled(browser), headers=PART).get_data(as_text=True)
    browser.open("/console/care")
    desk.line.clock.at += 29 * 60
    assert "HX-Redirect" not in browser.client.get(polled(browser), headers=PART).headers
    desk.line.clock.at += 60
    assert browser.client.get(polled(browser), headers=PART).headers["HX-Redirect"] == "/console/sign-in"


def test_while_the_database_is_away_a_page_keeps_what_it_says(desk: Desk) -> None:
    """That nothing is known is no word that nothing waits."""
    desk.line.walk("4 1 1")
    browser = desk.browser("awa")
    browser.open("/console/care")
    store, before = desk.line.store, desk.line.store.units
    assert browser.client.get(polled(browser), headers=PART).status_code == 204
    looked = store.units  # the last of them counts what waits, after it was seen whose page it is
    store.fails_when = lambda: store.units == looked + looked - before
    assert browser.client.get(polled(browser), headers=PART).status_code == 503


def test_it_is_for_whoever_could_take_it(desk: Desk) -> None:
    """Not for another language's counselor, nor one who is away or on a break; and operators and admins see no queue."""
    desk.line.walk("4 1 1")
    assert line(desk, 1) not in desk.browser("nana").open("/console/care")
    awa = desk.browser("awa")
    awa.open("/console/queue")
    awa.send("/console/pause")
    assert line(desk, 1) not in awa.open("/console/care")
    assert line(desk, 1) not in desk.browser("oumou").open("/console/care")
    for alias in ("mariam", "djeneba"):
        assert 'hx-get="/console/urgent' not in desk.browser(alias).open("/console/me")
