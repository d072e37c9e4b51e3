"""What the line may be judged by: each measure with what it is, and never how much the line is used."""

from __future__ import annotations

import re

import pytest

from hotline.service.desk.figures.judged import MEASURES, NEVER
from tests.console.desk import Desk
from tests.console.test_overview import busy
from tests.console.test_partners import put
from tests.released import release

ADDRESS = "/console/judged"


def said(desk: Desk, page: str, measure: str) -> list[str]:
    """The numbers of a measure."""
    card = page.partition(f'<h2 id="{measure}"')[2].partition("</section>")[0]
    assert desk.say(f"judged.{measure}.means") in card
    return re.findall(r"<dd[^>]*>([^<]*)</dd>", card)


@pytest.mark.parametrize(("alias", "status"), [("awa", 403), ("djeneba", 403), ("fanta", 200), ("mariam", 200)])
def test_supervisors_and_operators_see_it(desk: Desk, alias: str, status: int) -> None:
    """Nobody else does; with every measure and its definition, and what never counts."""
    browser = desk.browser(alias)
    page = browser.open(ADDRESS)
    assert browser.status == status
    if status == 200:
        assert [measure for measure in MEASURES if desk.say(f"judged.{measure}.title") not in page] == []
        assert [point for point in NEVER if desk.say(f"judged.never.{point}") not in page] == []


def test_measures_are_of_what_the_line_did(desk: Desk) -> None:
    """Read back from a month that is known: promises kept, rings after the end, rings at somebody else, rings that nobody took, answers; and no number of calls."""
    busy(desk)
    page = desk.browser("fanta").open(ADDRESS)
    assert said(desk, page, "kept")[-1] == "90\u00a0%"
    assert said(desk, page, "late") == ["0"]
    assert said(desk, page, "wrong") == ["3\u00a0%"]
    assert said(desk, page, "unanswered") == [str(100 * (188 - 110) // 110)]
    assert said(desk, page, "completed") == ["100\u00a0%"]
    assert said(desk, page, "safer") == ["80", "24", "0"]
    assert "188" not in page


def test_what_is_hidden_on_the_page_of_figures_is_hidden_here(desk: Desk) -> None:
    """Nothing may be worked out from the two beside each other."""
    page = desk.browser("mariam").open(ADDRESS)
    assert said(desk, page, "kept") == [desk.say("judged.hidden")] * 3
    assert said(desk, page, "late") == [desk.say("judged.hidden")]
    assert desk.say("judged.of_no_quarter") in page


def test_an_operator_reads_what_is_released(desk: Desk) -> None:
    """Of what goes with its callback: the newest quarter's numbers, whatever was answered since, and a hidden one as hidden."""
    busy(desk)
    put(desk, release("2027-Q1", 1), release("2026-Q4", 2))
    page = desk.browser("mariam").open(ADDRESS)
    assert desk.say("judged.of_quarter", period=desk.say("partners.quarter.1", year=2027)) in page
    assert said(desk, page, "safer") == ["104", "61", "9"]
    assert said(desk, page, "wrong") == [desk.say("judged.hidden")]
    held = desk.say("overview.held")
    assert said(desk, page, "referrals") == ["46", "41", held, "22", "28"]
    page = desk.browser("mariam").open("/console/overview")
    assert desk.say("overview.of_quarter", period=desk.say("partners.quarter.1", year=2027)) in page
    assert "<td>104</td>" in page
    assert "<td>80</td>" not in page
