"""The page of figures: plots that are tables too, nobody in them, and nothing told of few."""

from __future__ import annotations

import re
from itertools import count
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from hotline.console import plots
from hotline.ports.calls.callbacks import Callback
from hotline.ports.figures.figures import OfferedHours
from tests.console.desk import IDS, Desk
from tests.service.fakes import DAY

ADDRESS = "/console/overview"
_SVG = re.compile(r"<svg class=\"plot\".*?</svg>", re.DOTALL)
_number = count(1)


def put(desk: Desk, many: int, days_ago: int = 0, **fields: object) -> None:
    at = desk.line.clock.now() - days_ago * DAY
    with desk.line.real_store.write() as tx:
        for _ in range(many):
            n = next(_number)
            made = Callback(f"{n:032x}", f"{n:04}", "closed", "fr", False, False, at - 60, at - 60, at + 1740, 1, closed_at=at)
            tx.callbacks.add(replace(made, **fields), "+22370000001")


def busy(desk: Desk) -> None:
    """Thirty days of a line that is used."""
    for days_ago in (1, 12):
        put(desk, 40, days_ago, attempts=1, outcome="spoke", safer="safer")
        put(desk, 12, days_ago, attempts=2, outcome="spoke", safer="same", claimed_by=IDS["awa"])
        put(desk, 9, days_ago, attempts=3, outcome="no_answer", language="bm")
        put(desk, 7, days_ago, state="lapsed")
        put(desk, 2, days_ago, state="stopped")
        put(desk, 3, days_ago, attempts=1, outcome="someone_else")


@pytest.mark.parametrize(("alias", "status"), [("awa", 403), ("djeneba", 403), ("fanta", 200), ("mariam", 200)])
def test_supervisors_and_operators_see_it(desk: Desk, alias: str, status: int) -> None:
    """Nobody else does."""
    browser = desk.browser(alias)
    browser.open(ADDRESS)
    assert browser.status == status


def test_it_begins_with_one_number_a_block(desk: Desk) -> None:
    """And says in words what is out of order; six weeks for a supervisor, whom an operator would see overlap with what is hidden from her."""
    busy(desk)
    yesterday = desk.line.clock.now() // DAY - 1
    with desk.line.real_store.write() as tx:
        tx.figures.note_hours(OfferedHours(yesterday, "fr", 600, 570))
        tx.figures.note_hours(OfferedHours(yesterday, "bm", 600, 480))
    page = desk.browser("fanta").open(ADDRESS)
    heads = re.findall(r'<dd class="head num">([^<]*)</dd>', page)[:4]
    assert heads[0] == "90\u00a0%"
    assert heads[2] == "0"
    assert desk.say("overview.disorder.wrong") in page
    assert desk.say("overview.disorder.kept") not in page
    rows = page.partition(f"<h3>{desk.say('overview.trend')}</h3>")[2].partition("</table>")[0]
    weeks = [re.findall(r"<td>([^<]*)</td>", row) for row in rows.split("</tr>")[1:-1]]
    assert [week[0] for week in weeks] == ["–", "–", "–", "–", "90\u00a0%", "90\u00a0%"]
    assert [week[3] for week in weeks] == ["–", "–", "–", "–", "–", desk.say("overview.hours", hours=2, minutes="30")]
    assert desk.say("overview.trend") not in desk.browser("mariam").open(ADDRESS)


def test_words_tell_no_hidden_number(desk: Desk) -> None:
    """Of four promises, all of them missed, nothing is told, neither as a number nor as what is out of order."""
    put(desk, 4, 1, state="lapsed")
    page = desk.browser("mariam").open(ADDRESS)
    assert desk.say("overview.disorder.kept") not in page
    assert re.findall(r'<dd class="head num">([^<]*)</dd>', page)[0] == "–"


def test_an_empty_line_has_a_page(desk: Desk) -> None:
    """It says that there is nothing to count, and which hours are covered."""
    page = desk.browser("fanta").open(ADDRESS)
    assert page.count(desk.say("overview.nothing")) == 6
    assert desk.say("overview.nobody_waits") in page
    assert len(_SVG.findall(page)) == 2


def test_each_plot_is_a_table_too(desk: Desk) -> None:
    """Whoever cannot see a plot hears its title and its numbers, and finds the table that every browser opens."""
    busy(desk)
    browser = desk.browser("fanta")
    browser.open(ADDRESS)
    drawn = _SVG.findall(browser.raw)
    assert len(drawn) == 7
    for plot in drawn:
        svg = ET.fromstring(plot)  # noqa: S314 -- of our own making
        assert svg.get("role") == "img"
        labels = {child.get("id"): child.text for child in svg if child.tag in {"title", "desc"}}
        assert list(labels) == str(svg.get("aria-labelledby")).split()
        assert all(labels.values())
    assert browser.raw.count("</svg>") <= browser.raw.count("<details><summary>")
    ids = re.findall(r' id="([^"]+)"', browser.raw)
    assert len(ids) == len(set(ids))


def test_no_style_and_no_script_stand_in_a_plot(desk: Desk) -> None:
    """The page's policy allows none."""
    busy(desk)
    browser = desk.browser("fanta")
    browser.open(ADDRESS)
    assert not re.search(r"\sstyle=|\son\w+=|<style", browser.raw)


def test_few_are_not_told(desk: Desk) -> None:
    """Neither in a table nor in a plot nor in what is read out."""
    busy(desk)
    page = desk.browser("fanta").open(ADDRESS)
    stopped = page.partition(f'<th scope="row">{desk.say("overview.fate.withdrawn")}</th>')[2].partition("</tr>")[0]
    assert re.findall(r"<td>([^<]*(?:<5)?)</td>", stopped)[0] in (desk.say("overview.few"), desk.say("overview.held"))
    drawn = _SVG.findall(page)
    assert not [number for plot in drawn for number in re.findall(r'font-weight="700"[^>]*>(\d+)</text>', plot) if 0 < int(number) < 5]
    assert desk.say("overview.held") in page, "the one who had another phone answered is not to be computed"


def test_nobody_of_the_staff_stands_on_it(desk: Desk) -> None:
    """No alias, no id, whoever called; and no reference and no number of a caller."""
    busy(desk)
    put(desk, 1, state="claimed", claimed_by=IDS["awa"], attempts=1)
    desk.line.walk("5 5")
    reference = desk.line.callbacks()[-1].reference
    for alias in ("fanta", "mariam"):
        page = desk.browser(alias).open(ADDRESS).partition("<main")[2]
        assert not [word for word in (*IDS, *IDS.values(), "70000001", f">{reference}<", "+223") if word in page]


def test_what_waits_is_told_to_who_sees_the_queue(desk: Desk) -> None:
    """A supervisor reads how many, and since when; an operator neither."""
    desk.line.walk("4 1 1")
    desk.line.wait(600, tick=False)
    oldest = desk.say("overview.oldest", name=desk.say("language.fr").capitalize())
    page = desk.browser("fanta").open(ADDRESS)
    assert oldest in page
    assert desk.say("overview.minutes", minutes=10) in page
    page = desk.browser("mariam").open(ADDRESS)
    assert oldest not in page
    assert desk.say("overview.weeks_only") in page


def test_hours_without_anybody_are_drawn_hatched(desk: Desk) -> None:
    """By pattern, not by colour alone, and in words."""
    browser = desk.browser("fanta")
    browser.open(ADDRESS)
    assert "url(#week-bm-striped)" not in browser.raw
    with desk.line.real_store.write() as tx:
        for shift in tx.shifts.all():
            if shift.staff == IDS["nana"]:
                tx.shifts.drop(shift)
    browser.open(ADDRESS)
    assert browser.raw.count("url(#week-bm-striped)") >= 7
    assert 'id="week-bm-striped"' in browser.raw
    assert "url(#week-fr-striped)" not in browser.raw


def test_the_page_asks_the_database_a_bounded_number_of_times(desk: Desk) -> None:
    """However much there is to count."""

    def queries() -> int:
        browser = desk.browser("fanta")
        with desk.statements() as asked:
            browser.open(ADDRESS)
        return len(asked)

    few = queries()
    busy(desk)
    assert few == queries() < 27


# the plots themselves


def test_a_hidden_bar_s_length_tells_nothing() -> None:
    """It is as long whatever it hides, and its number is not in the markup."""
    bar = plots.PlotBar("a", None, "<5")
    (drawn,) = {
        plots.bars("p", "t", "d", (plots.Group("", (bar, plots.PlotBar("b", value, str(value)))),)).split("<text")[1] for value in (7, 90)
    }
    assert f'width="{plots.STUB}"' in drawn


def test_bars_are_as_long_as_their_numbers() -> None:
    """On one scale over all groups; what is nothing has no bar."""
    groups = (
        plots.Group("fr", (plots.PlotBar("a", 50, "50"), plots.PlotBar("b", 0, "0"))),
        plots.Group("bm", (plots.PlotBar("a", 100, "100"),)),
    )
    lengths = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', plots.bars("p", "t", "d", groups))]
    assert len(lengths) == 2
    assert lengths[1] == 2 * lengths[0]


def test_names_are_written_as_text() -> None:
    """Whatever a word holds, it is no markup."""
    drawn = plots.bars("p", "<t>", "d & d", (plots.Group("<g>", (plots.PlotBar("<b>", 7, "7"),)),))
    assert "&lt;g&gt;" in drawn
    assert "<b>" not in drawn
    ET.fromstring(drawn)  # noqa: S314


def test_text_can_be_read_on_the_narrowest_screen() -> None:
    """At 360 pixels a plot's unit is about a pixel, and its letters are at least 12 of them."""
    width = 360 - 2 * 12
    assert plots.TEXT * width / plots.WIDTH >= 12
