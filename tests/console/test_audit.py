"""The audit on a page: every line can be found, no search can do harm, and a touched chain says so."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

import hotline.service
from hotline.console.pages.audit import named
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.audit_deeds import DEEDS
from hotline.service.desk.audit_search import PAGE
from tests.console.desk import Desk

HOUR, DAY = 3600, 86_400
PLACES = {"record": 0, "audit": 1, "AuditRecord": 2}
"""What records, and which of its arguments is the deed."""


def write(desk: Desk, *lines: tuple[str, str, str]) -> None:
    with desk.line.real_store.write() as tx:
        for n, (who, what, about) in enumerate(lines):
            tx.audit.add(AuditRecord(desk.line.clock.now() + n * HOUR, who, what, about))


def touch(desk: Desk, statement: str) -> None:
    """As somebody does who has the database and another tool."""
    with desk.line.real_store.write() as tx:
        tx._connection.exec_driver_sql(statement)


@pytest.mark.parametrize(("alias", "status"), [("awa", 403), ("mariam", 403), ("fanta", 200), ("djeneba", 200)])
def test_supervisors_and_admins_read_it(desk: Desk, alias: str, status: int) -> None:
    """Nobody else does."""
    browser = desk.browser(alias)
    browser.open("/console/audit")
    assert browser.status == status


def test_a_line_says_when_who_what_and_about(desk: Desk) -> None:
    """In local time and in words; where no words were written yet, the code stands for them."""
    write(desk, ("awa", "rolled back", "edition 3 again 1"), ("fanta", "something new", "471"))
    page = desk.browser("fanta").open("/console/audit")
    assert "24/11/2026 10:00" in page
    assert f'<strong>awa</strong> · {desk.say("audit.what.rolled_back")} · <span class="about">edition 3 again 1</span>' in page
    assert '<strong>fanta</strong> · something new · <span class="about">471</span>' in page
    assert page.index("fanta</strong>") < page.index("awa</strong>"), "the newest first"


@pytest.mark.parametrize(("days", "year", "goes"), [(0, 2025, False), (7, 2025, True), (7, 2026, False), (37, 2025, True)])
def test_a_year_that_goes_is_told_a_month_before(desk: Desk, days: int, year: int, goes: bool) -> None:
    """From 1 December on, as long as the oldest line is of a year that goes with the next; not in November (24), nor where all that is kept stays."""
    at = int(datetime(year, 12, 31, 23, 59, tzinfo=UTC).timestamp())
    with desk.line.real_store.write() as tx:
        assert () == tx.audit.all()
        tx.audit.add(AuditRecord(at, "awa", "signed in", "x"))
    desk.line.wait(days * DAY, tick=False)
    assert goes is (desk.say("audit.goes", year=year) in desk.browser("fanta").open("/console/audit"))


@pytest.mark.parametrize("language", ["fr", "bm"])
def test_every_deed_has_words(desk: Desk, language: str) -> None:
    """Nobody who reads one of the languages has to guess what a code means."""
    assert [] == [deed for deed in DEEDS if named(desk.room, language, deed) == deed]


def test_the_list_of_deeds_is_what_the_line_records() -> None:
    """No more and no less: a deed that nobody records any more leaves the list, and nothing is recorded that is not in it."""
    recorded = set()
    for path in Path(hotline.service.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (place := PLACES.get(getattr(node.func, "attr", getattr(node.func, "id", "")))) is not None:
                recorded |= (
                    {part.value for part in ast.walk(node.args[place]) if isinstance(part, ast.Constant)}
                    if len(node.args) > place
                    else set()
                )
    assert set(DEEDS) == recorded & set(DEEDS)
    assert set() == {deed for deed in recorded - set(DEEDS) if isinstance(deed, str)}


def test_a_search_finds_by_name_reference_code_and_words(desk: Desk) -> None:
    """What is read is what can be looked for, whatever stands in the database; `%` and `_` are letters like others."""
    write(desk, ("awa", "rolled back", "edition 3"), ("fanta", "published", "100%"), ("nana", "taken", "a_b"))
    browser = desk.browser("fanta")
    found = {
        words: [who for who in ("awa", "fanta", "nana") if f"<strong>{who}</strong>" in browser.open(f"/console/audit?q={quoted}")]
        for words, quoted in {
            "AWA": "AWA",
            "rolled": "rolled",
            "revenue": "revenue",
            "100": "100",
            "%": "%25",
            "_": "_",
            "xyz": "xyz",
            "'": "'",
        }.items()
    }
    nobody: list[str] = []
    assert found == {
        "AWA": ["awa"],
        "rolled": ["awa"],
        "revenue": ["awa"],
        "100": ["fanta"],
        "%": ["fanta"],
        "_": ["nana"],
        "xyz": nobody,
        "'": nobody,
    }


def test_what_is_searched_for_is_written_as_text(desk: Desk) -> None:
    """Nobody can be sent a link that puts markup of its sender on this page."""
    browser = desk.browser("fanta")
    browser.open("/console/audit?q=%3Cb%3Ehere%22")
    assert "&lt;b&gt;here&#34;" in browser.raw
    assert "<b>here" not in browser.raw


def test_a_year_is_read_page_by_page(desk: Desk) -> None:
    """Fifty lines a page, none left out, none twice, the search kept."""
    write(desk, *(("awa" if n % 2 else "nana", "taken", f"about-{n}") for n in range(2 * PAGE + 21)))
    browser = desk.browser("fanta")
    seen: list[str] = []
    address = "/console/audit?q=awa"
    while address:
        page = browser.open(address)
        lines = page.split('<span class="about">')[1:]
        assert len(lines) <= PAGE
        seen += [line.partition("<")[0] for line in lines]
        address = page.partition('rel="next" href="')[2].partition('"')[0]
    assert seen == [f"about-{n}" for n in reversed(range(2 * PAGE + 21)) if n % 2]


def test_a_number_that_is_none_is_the_newest_page(desk: Desk) -> None:
    """An address that somebody typed does no harm."""
    write(desk, ("awa", "taken", "471"))
    browser = desk.browser("fanta")
    for before in ("no", "99999999999999999999999", "-1"):
        browser.open(f"/console/audit?before={before}")
        assert browser.status == 200


def test_the_chain_is_verified_when_asked(desk: Desk) -> None:
    """That it holds, and of how many lines; before that nothing is said of it."""
    write(desk, ("awa", "taken", "1"), ("awa", "taken", "2"))
    browser = desk.browser("djeneba")
    holds = desk.say("audit.holds", lines=2)
    assert holds not in browser.open("/console/audit")
    assert holds in browser.open("/console/audit?verify=1")


def test_a_year_that_went_is_said(desk: Desk) -> None:
    """The chain holds from where it begins now, and nobody takes what went with its time for taken out."""
    write(desk, ("awa", "taken", "1"), ("awa", "taken", "2"))
    with desk.line.real_store.write() as tx:
        tx.audit.forget(1, 10)
    page = desk.browser("djeneba").open("/console/audit?verify=1")
    assert f"{desk.say('audit.holds', lines=1)} {desk.say('audit.went', first=2)}" in page


@pytest.mark.parametrize(
    ("statement", "line"), [("UPDATE audit SET who = 'nana' WHERE sequence = 2", 2), ("DELETE FROM audit WHERE sequence = 3", 3)]
)
def test_a_touched_chain_is_said_loudly(desk: Desk, statement: str, line: int) -> None:
    """From which line it does not hold, at its end too, and as an alert."""
    write(desk, ("awa", "taken", "1"), ("awa", "taken", "2"), ("awa", "taken", "3"))
    touch(desk, statement)
    page = desk.browser("fanta").open("/console/audit?verify=1")
    assert f"à la ligne {line} " in page
    assert 'class="notice fault" role="alert">' in page
