"""Every page: closed unless listed open, kept by no browser, without a word of script in it."""

from __future__ import annotations

import html

from tests.console.calls import held
from tests.console.desk import IDS, Desk


def test_a_way_out_is_open_to_all(desk: Desk) -> None:
    """The neutral page is there without signing in, and gives real advice."""
    browser = desk.browser()
    assert desk.say("neutral.title") in browser.open("/console/sante")


def test_no_page_is_kept(desk: Desk) -> None:
    """No browser keeps a page, no script runs that is not a file of ours, nothing comes from another host."""
    headers = desk.browser().client.get("/console/sante").headers
    assert headers["Cache-Control"] == "no-store"
    assert "script-src 'self';" in headers["Content-Security-Policy"]


def test_outside_the_demo_a_browser_comes_back_over_tls_alone(desk: Desk) -> None:
    """From the first page on, whoever opens it. The demo has none: what is on loopback would be locked out of other programs there."""
    for secure in (True, False):
        desk.install(secure=secure)
        headers = desk.browser().client.get("/console/sign-in", base_url="https://localhost").headers
        assert ("Strict-Transport-Security" in headers) is secure


def test_an_address_that_is_none_answers_calmly(desk: Desk) -> None:
    """In the reader's language, kept by no browser, and the same whether anybody is signed in or not."""
    for alias in (None, "awa"):
        browser = desk.browser(alias)
        assert desk.say("trouble.not_found") in browser.open("/console/wp-admin")
        assert 404 == browser.status


def test_a_page_stands_under_the_one_that_leads_to_it(desk: Desk) -> None:
    """Whoever is on a call's page, or on somebody's hours, sees in the navigation where she is."""
    browser, _, address = held(desk)
    queue = f'<a href="/console/queue" aria-current="true">{desk.say("nav.queue")}</a>'
    for path in (address, f"{address}/what", f"{address}/referrals", f"{address}/consents", "/console/off"):
        assert queue in browser.open(path)
    assert queue.replace("true", "page") in browser.open("/console/queue")
    assert f'aria-current="true">{desk.say("nav.shifts")}</a>' in desk.browser("fanta").open(f"/console/shifts/{IDS['awa']}")


def test_what_came_too_late_leads_back(desk: Desk) -> None:
    """Refused before anybody is recognised: the page that says so has a way on nevertheless."""
    browser = desk.browser("awa")
    browser.open("/console/queue")
    browser.client.get("/console/queue")
    late = browser.hidden("/console/here") | {"pressed": str(desk.line.clock.now() - 60)}
    for form, kind in ((late, "given_up"), ({"once": "x"}, "stale")):
        page = html.unescape(browser.client.post("/console/here", data=form).get_data(as_text=True))
        assert (desk.say(f"trouble.{kind}") in page, f'href="/console/">{desk.say("trouble.home")}<' in page) == (True, True)
