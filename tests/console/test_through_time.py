"""Figures from quarter to quarter: from four on, what was let out and stands, and nothing between the points that is not told."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree as ET

from msgspec.structs import replace

from hotline.ports.figures.releases import Release
from hotline.service.desk.figures.published import published, through_time
from tests.console.desk import SETTINGS, Browser, Desk
from tests.console.test_partners import LARGEST, PICTURES, cells, pictures, put, rokia, words_in  # noqa: F401 -- a fixture
from tests.released import release, table, too_few

PAGE = "/console/partners/quarters"
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)


def physical(count: int | None) -> tuple[tuple[int | None, ...], ...]:
    """A table of types in which nothing else is shown."""
    return ((None,), (None,), (count,), (None,), (None,), (None,), (53,))


def five(counts: tuple[int | None, ...] = (21, 25, None, 30, 34)) -> list[Release]:
    """Five quarters, from the last of 2026 on."""
    periods = ("2026-Q4", "2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4")
    return [
        release(period, place, types=table("types", physical(count)))
        for place, (period, count) in enumerate(zip(periods, counts, strict=True), 1)
    ]


def tables(browser: Browser) -> dict[str, str]:
    """By their titles."""
    found = (html.unescape(markup) for markup in _TABLE.findall(browser.raw))
    return {match[1]: markup for markup in found if (match := re.search(r'<caption class="unseen">([^<]*)<', markup))}


def drawn(svg: ET.Element) -> tuple[list[str], list[int]]:
    """The numbers beside its points, in order, and of how many points each line is."""
    said = [part.text or "" for part in svg.iter("text") if part.get("font-weight") == "700" and part.get("text-anchor") == "middle"]
    return said, [len((line.get("points") or "").split()) for line in svg.iter("polyline")]


def test_fewer_than_four_quarters_make_no_line(desk: Desk, rokia: Browser) -> None:  # noqa: F811
    """It is said how many there are; a year is no quarter, and what was withdrawn counts for none."""
    withdrawn = replace(release("2027-Q4", 5), standing="withdrawn")
    put(desk, *five()[:3], release("2026", 4), withdrawn)
    page = rokia.open(PAGE)
    assert desk.say("partners.through.few", count=3) in page
    assert {} == pictures(rokia)


def test_the_line_breaks_where_nothing_is_told(desk: Desk, rokia: Browser) -> None:  # noqa: F811
    """A hidden number is no point, and no line leads past it: nobody reads off a slope what is hidden. The table and what is read aloud say the same."""
    put(desk, *five())
    rokia.open(PAGE)
    svg = pictures(rokia)["types"]
    assert (["21", "25", "30", "34"], [2, 2]) == drawn(svg)
    title = desk.say("figures.types.title")
    row = cells(tables(rokia)[title])[2]
    assert ["21", "25", "–", "30", "34"] == row
    aloud = next(svg.iter("{*}desc"), svg.find("desc"))
    assert aloud is not None
    name = desk.say("incident.type.physical_assault")
    periods = [desk.say("partners.quarter.4", year=2026), *(desk.say(f"partners.quarter.{number}", year=2027) for number in (1, 2, 3, 4))]
    read = ", ".join(f"{period} {said}" for period, said in zip(periods, row, strict=True))
    assert f"{name}{desk.say('partners.colon')} {read}." in (aloud.text or "")


def test_a_quarter_that_was_withdrawn_is_a_gap(desk: Desk, rokia: Browser) -> None:  # noqa: F811
    """Its number stands nowhere, its place stays empty, and its column says why."""
    releases = five((21, 25, 27, 30, 34))
    put(
        desk,
        *releases[:2],
        replace(releases[2], standing="withdrawn", withdrawn_at=1_800_000_000, withdrawn_by="awa", note="faux"),
        *releases[3:],
    )
    page = rokia.open(PAGE)
    assert (["21", "25", "30", "34"], [2, 2]) == drawn(pictures(rokia)["types"])
    assert "×" in words_in(pictures(rokia)["types"])
    assert desk.say("partners.through.gone", period=desk.say("partners.quarter.2", year=2027)) in page
    assert ["21", "25", "", "30", "34"] == cells(tables(rokia)[desk.say("figures.types.title")])[2]


def test_a_quarter_with_no_table_is_one_too(desk: Desk, rokia: Browser) -> None:  # noqa: F811
    """Of fewer than 20 there is none: the dash, as everywhere."""
    releases = five((21, 25, 27, 30, 34))
    put(desk, *releases[:2], release("2027-Q2", 3, types=too_few("types")), *releases[3:])
    rokia.open(PAGE)
    assert (["21", "25", "30", "34"], [2, 2]) == drawn(pictures(rokia)["types"])


def test_heights_are_from_zero_on(desk: Desk, rokia: Browser) -> None:  # noqa: F811
    """A point of twice the number is twice as high."""
    put(desk, *five((10, 20, 10, 40, 40)))
    rokia.open(PAGE)
    svg = pictures(rokia)["types"]
    points = [float(circle.get("cy") or 0) for circle in svg.iter("circle")]
    foot = max(points) + (max(points) - min(points)) / 3
    assert [1, 2, 1, 4, 4] == [round((foot - point) / (foot - max(points))) for point in points]


def test_eight_quarters_at_most() -> None:
    """The newest; what lies before them is on the page of its own quarter."""
    periods = [f"{year}-Q{quarter}" for year in (2025, 2026, 2027) for quarter in (1, 2, 3, 4)]
    found = published(tuple(release(period, number) for number, period in enumerate(periods, 1)))
    assert periods[-8:] == [period for period, _ in through_time(found)]
    scattered = published(tuple(release(period, number) for number, period in enumerate(("2020-Q1", "2020-Q2", *periods[-2:]), 1)))
    assert () == through_time(scattered)


def test_the_page_of_eight_quarters_is_small(desk: Desk, rokia: Browser) -> None:  # noqa: F811
    """Under 20 kB as it goes over the network; every figure of which something stands has its line."""
    put(desk, *(release(f"{year}-Q{quarter}", 4 * (year - 2026) + quarter) for year in (2026, 2027) for quarter in (1, 2, 3, 4)))
    rokia.open(PAGE)
    assert {*PICTURES, "places"} == set(pictures(rokia))
    answer = rokia.client.get(PAGE, headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) < LARGEST


def test_nobody_passes_the_terms(desk: Desk) -> None:
    """A partner who did not accept them is led to them from here too."""
    put(desk, *five())
    desk.add_partner(agreed=False)
    assert desk.say("partners.terms.title") in desk.browser("rokia").open(PAGE)


def test_a_demo_says_that_it_is_made_up(desk: Desk, rokia: Browser) -> None:  # noqa: F811
    """On each page, and inside each picture, which travels without it."""
    put(desk, *five())
    desk.install(SETTINGS, is_demo=True)
    made_up = desk.say("figures.made_up")
    browser = desk.browser("rokia")
    for path in (PAGE, "/console/partners"):
        assert made_up in browser.open(path)
        assert all(made_up in words_in(svg) for svg in pictures(browser).values())
    assert made_up in browser.client.get("/console/partners/1.csv").get_data(as_text=True)
    officer = desk.browser("fanta")
    assert made_up in officer.open("/console/figures")
    assert made_up in officer.open("/console/figures/1")
