"""Care: a check-in that leaves no trace, *I need time* without a reason, and complaints that go past the team."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import select
from structlog.testing import capture_logs

from hotline.adapters.sql.tables import metadata
from hotline.service.desk import care
from hotline.service.desk.care import CheckInAdvice, check_in
from tests.console.desk import IDS, SETTINGS, Browser, Desk
from tests.service.fakes import TEN_O_CLOCK
from tests.service.line import FANTA, OTHER_CALLER, RULES

HEAVY = {"sleep": "often", "thoughts": "often", "tension": "often", "talk": "rarely", "wish": "rarely"}
LIGHT = {"sleep": "rarely", "thoughts": "rarely", "tension": "rarely", "talk": "often", "wish": "often"}


def everything(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with desk.line.real_store.read() as tx:
        return {table.name: [tuple(row) for row in tx._connection.execute(select(table))] for table in metadata.sorted_tables}


def wants(desk: Desk) -> list[tuple[str, str | None]]:
    with desk.line.real_store.read() as tx:
        return [(request.staff, request.seen_by) for request in tx.care.waiting()]


def ask_for_time(desk: Desk, alias: str = "awa") -> Browser:
    browser = desk.browser(alias)
    browser.open("/console/care")
    browser.send("/console/care/time")
    desk.line.work()
    return browser


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (HEAVY, CheckInAdvice(("sleep", "thoughts", "tension", "talk", "wish"), is_much=True)),
        (LIGHT, CheckInAdvice((), is_much=False)),
        ({}, CheckInAdvice((), is_much=False)),
        ({"sleep": "sometimes", "talk": "rarely"}, CheckInAdvice(("talk", "sleep"), is_much=False)),
        ({"sleep": "often", "thoughts": "often", "wish": "rarely"}, CheckInAdvice(("sleep", "thoughts", "wish"), is_much=True)),
        ({"sleep": "<b>", "other": "often"}, CheckInAdvice((), is_much=False)),
    ],
)
def test_what_it_answers(answers: dict[str, str], said: CheckInAdvice) -> None:
    """What weighs first, then what stirs; nothing for what was not answered."""
    assert said == check_in(answers)


def test_a_check_in_leaves_no_trace(desk: Desk) -> None:
    """Not a row of the database changes, nothing is logged, nothing leaves, and the next page knows nothing."""
    browser = desk.browser("awa")
    browser.open("/console/care/check-in")
    before = everything(desk)
    desk.line.clock.at += 30
    with capture_logs() as logs:
        page = browser.send("/console/care/check-in", **HEAVY)
    assert (before, [], []) == (everything(desk), logs, desk.line.queue.take())
    assert desk.say("care.much") in page
    assert desk.say("care.advice.sleep") in page
    assert desk.say("care.advice.sleep") not in browser.open("/console/care/check-in")
    assert " checked" not in browser.page


def test_its_answers_are_never_kept(desk: Desk) -> None:
    """Nor as a draft, and no address carries an answer."""
    page = desk.browser("awa").open("/console/care/check-in")
    assert ("data-draft" in page, 'method="post"' in page) == (False, True)


def test_five_questions_of_our_own(desk: Desk) -> None:
    """Each with three answers; for more there is a link, which tells nobody where its reader came from."""
    browser = desk.browser("awa")
    page = browser.open("/console/care/check-in")
    assert [3] * 5 == [page.count(f'name="{question}"') for question in care.QUESTIONS]
    assert '<a href="https://proqol.org/" rel="noreferrer noopener">' in browser.open("/console/care")


def test_i_need_time(desk: Desk) -> None:
    """Whoever asks is off until her shift ends, and the supervisor hears her alias and nothing else."""
    browser = ask_for_time(desk)
    assert TEN_O_CLOCK + 8 * 3600 == desk.staff("awa").off_until
    assert [(IDS["awa"], None)] == wants(desk)
    assert [desk.line.say("wants_time", name="awa")] == desk.line.inbox(FANTA)
    assert desk.say("care.time_given") in browser.page


def test_asked_twice_it_is_told_once(desk: Desk) -> None:
    """One need, one message, however often the button is pressed."""
    ask_for_time(desk)
    ask_for_time(desk)
    assert (1, 1) == (len(wants(desk)), len(desk.line.inbox(FANTA)))


def test_what_she_had_not_rung_goes_to_another(desk: Desk) -> None:
    """As with PAUSE: nothing that was asked for is lost."""
    desk.line.walk("5 5", number=OTHER_CALLER)
    desk.line.work()
    with desk.line.real_store.write() as tx:
        assert tx.callbacks.claim(desk.line.callback().id, IDS["awa"], TEN_O_CLOCK)
    ask_for_time(desk)
    assert "waiting" == desk.line.callback().state


def test_those_on_call_are_told_first(desk: Desk) -> None:
    """Another supervisor is on call: Fanta is left in peace."""
    desk.set_staff("oumou", role="supervisor", on_call_until=TEN_O_CLOCK + 60)
    ask_for_time(desk)
    assert [] == desk.line.inbox(FANTA)


def test_a_supervisor_sees_to_it(desk: Desk) -> None:
    """A supervisor reads who asked and since when, says that she sees to it, and it is gone."""
    ask_for_time(desk)
    browser = desk.browser("fanta")
    page = browser.open("/console/care")
    assert ("<strong>awa</strong>" in page, desk.say("care.since", time="10:00") in page) == (True, True)
    with desk.line.real_store.read() as tx:
        id = tx.care.waiting()[0].id
    page = browser.send(f"/console/care/seen/{id}")
    assert ([], False) == (wants(desk), "<strong>awa</strong>" in page)


def test_a_supervisor_needs_time_too(desk: Desk) -> None:
    """The other supervisors hear of it; nobody takes on her own."""
    desk.set_staff("oumou", role="supervisor")
    browser = ask_for_time(desk, "fanta")
    assert ([], 1) == (desk.line.inbox(FANTA), len(desk.line.inbox("+22370000102")))
    assert "/console/care/seen/" not in browser.open("/console/care")


def test_nobody_else_sees_who_needs_time(desk: Desk) -> None:
    """Not colleagues of whoever asked, and not by an address."""
    ask_for_time(desk)
    browser = desk.browser("nana")
    page = browser.open("/console/care")
    assert "awa" not in page
    assert 403 == browser.client.post(f"/console/care/seen/{'0' * 32}", data=browser.hidden("/console/care/time")).status_code


def test_she_is_told_that_she_rests(desk: Desk) -> None:
    """Kindly, and until when."""
    desk.line.rule(replace(RULES, pause_minutes=15))
    desk.install(desk.room.settings)
    desk.line.walk("5 5")
    desk.line.work()
    desk.line.ring()
    with desk.line.real_store.write() as tx:
        tx.flags.add(desk.line.callback().id, "hard")
    assert desk.say("care.rests", until="10:15") in desk.browser("awa").open("/console/care")
    assert "10:15" not in desk.browser("oumou").open("/console/care")


def test_where_complaints_go(desk: Desk) -> None:
    """To who is named, outside of the team; where nobody is, it says so. Nothing is typed here."""
    browser = desk.browser("awa")
    assert desk.say("care.complaints_nobody") in browser.open("/console/care")
    desk.install(replace(SETTINGS, complaints="Mme Coulibaly, bureau de l'association"))
    page = desk.browser("awa").open("/console/care")
    assert "Mme Coulibaly, bureau de l'association" in page
    assert ("<textarea" in page, 'type="text"' in page) == (False, False)


@pytest.mark.parametrize(("alias", "status"), [("awa", 200), ("fanta", 200), ("mariam", 403), ("djeneba", 403)])
def test_whose_page_it_is(desk: Desk, alias: str, status: int) -> None:
    """Those who listen."""
    browser = desk.browser(alias)
    browser.open("/console/care")
    assert status == browser.status
