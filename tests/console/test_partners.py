"""Partners: released figures and nothing else, under terms that they accepted, until a day; and the pictures say what the tables say."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from hotline.engine.times import DAY_SECONDS
from hotline.ports.desk.accounts import Account
from hotline.ports.desk.cases import Incident
from hotline.ports.desk.staff import Staff
from hotline.ports.figures.releases import Release
from hotline.service.acts import By, run
from hotline.service.desk.accounts import sign_in
from hotline.service.desk.accounts.agreed_terms import accept_terms
from hotline.service.desk.figures.definitions import FIGURES
from hotline.service.desk.figures.preparing import decide
from hotline.service.desk.figures.releasing import prepare_release, release_figures
from tests.console.desk import IDS, SETTINGS, Browser, Desk
from tests.released import CELLS, release, table, too_few

_SVG = re.compile(r"<svg class=\"plot\".*?</svg>", re.DOTALL)
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
LARGEST = 20_000
WIDTH, ROOM, BAR, STUB = 340, 292, 14, 10
"""Of pictures: their width, the room for a bar with its number behind, how high it is, and how long one whose number is hidden."""
PICTURES = [figure.name for figure in FIGURES if figure.plot not in ("number", "table")]


def put(desk: Desk, *releases: Release) -> None:
    with desk.line.real_store.write() as tx:
        for one in releases:
            tx.releases.save(one)


@pytest.fixture
def rokia(desk: Desk) -> Browser:
    """A partner, who accepted the terms."""
    desk.add_partner()
    return desk.browser("rokia")


def partner(desk: Desk) -> Staff:
    return desk.staff("rokia")


def cells(markup: str) -> list[list[str]]:
    """Of a table, row by row."""
    return [re.findall(r'<td class="num">([^<]*)</td>', row) for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", markup, re.DOTALL)]


def pictures(browser: Browser) -> dict[str, ET.Element]:
    """By the name of the figure."""
    drawn = [ET.fromstring(plot) for plot in _SVG.findall(browser.raw)]  # noqa: S314 -- of our own making
    return {str(svg.get("aria-labelledby")).split()[0].removesuffix("-title").partition("-")[2]: svg for svg in drawn}


def words_in(svg: ET.Element) -> str:
    """What a reader reads in a picture."""
    return " ".join(part.text or "" for part in svg.iter("text"))


def test_a_partner_begins_with_the_terms(desk: Desk) -> None:
    """No figure is shown before they are accepted by name; the name and the moment stay, sealed, and the audit says that it was done."""
    put(desk, release("2027-Q1", 1))
    desk.add_partner(agreed=False)
    browser = desk.browser("rokia")
    page = browser.open("/console/")
    assert desk.say("partners.terms.title") in page
    assert "Publication n°" not in page
    browser.send("/console/partners/terms", name="  Rokia   Traoré ")
    assert desk.say("partners.release", number=1) in browser.page
    assert partner(desk).agreed is not None
    assert partner(desk).agreed.name == "Rokia Traoré"  # type: ignore[union-attr]
    with desk.line.real_store.read() as tx:
        assert [(row.who, row.about) for row in tx.audit.all() if row.what == "terms accepted"] == [("rokia", "rokia")]


def test_a_name_is_a_name(desk: Desk) -> None:
    """Two letters are none, and accept nothing."""
    desk.add_partner(agreed=False)
    browser = desk.browser("rokia")
    browser.open("/console/partners")
    browser.send("/console/partners/terms", name="R ")
    assert browser.status == 400
    assert partner(desk).agreed is None


def test_other_terms_are_accepted_anew(desk: Desk, rokia: Browser) -> None:
    """Whoever keeps the line changed: what was accepted was of another."""
    assert desk.say("partners.title") in rokia.open("/console/partners")
    desk.install(replace(SETTINGS, organisation="Une autre fédération"))
    assert desk.say("partners.terms.title") in desk.browser("rokia").open("/console/partners")


def test_nothing_past_the_last_day(desk: Desk, rokia: Browser) -> None:
    """On it everything; the next morning neither the browser that was signed in, nor a link, nor an act."""
    rokia.open("/console/partners")
    assert rokia.status == 200
    last = partner(desk).ends_on
    assert last is not None
    desk.line.wait((last + 1) * DAY_SECONDS - desk.line.clock.now())
    assert desk.say("access.title") in desk.browser("rokia").open("/console/partners")
    with desk.line.real_store.write() as tx:
        tx.accounts.add_invite("a-link", IDS["rokia"], desk.line.clock.now(), desk.line.clock.now() + 99)
        tx.accounts.save(Account(IDS["rokia"], desk.room.passwords.hash("quatre chevaux sous la pluie")))
    browser = desk.browser()
    browser.open("/console/sign-in")
    browser.send("/console/sign-in", alias="rokia", password="quatre chevaux sous la pluie")
    assert browser.status == 401
    assert sign_in.invited(desk.room.deps, "a-link") is None
    assert run(desk.room.deps, By(IDS["rokia"], "page"), accept_terms, "d" * 64, "Rokia Traoré").code == "forbidden"


def test_only_what_is_released(desk: Desk, rokia: Browser) -> None:
    """Neither what an officer looks at still, nor what was withdrawn: of that the note alone, to whoever used it already."""
    wrong = replace(
        release("2026-Q4", 1, "withdrawn"), withdrawn_at=1_800_100_000, withdrawn_by="fanta", note="Une langue y était comptée deux fois."
    )
    put(desk, wrong, release("2027-Q1", 2), release("2027-Q2", 3, "prepared"))
    page = rokia.open("/console/partners")
    assert desk.say("partners.release", number=2) in page
    assert "Une langue y était comptée deux fois." in page
    assert not re.search(r'value="2026-Q4"|value="2027-Q2"', rokia.raw)
    for period in ("2026-Q4", "2027-Q2", "2027-03", "nonsense"):
        rokia.open(f"/console/partners?period={period}")
        assert rokia.status == 404


@pytest.mark.parametrize("language", ["fr", "bm"])
def test_page_and_picture_say_the_released_numbers(desk: Desk, rokia: Browser, language: str) -> None:
    """Read back: each table is the release's, cell by cell; each picture and what is read aloud of it says the same cells; a hidden one is a dash everywhere."""
    desk.set_staff("rokia", reads=language)
    put(desk, release("2027-Q1", 7))
    rokia.open("/console/partners")
    shown = [cells(found) for found in _TABLE.findall(rokia.raw)]
    assert shown == [[["–" if cell is None else str(cell) for cell in row] for row in rows] for rows in CELLS.values()]
    for name, svg in pictures(rokia).items():
        aloud = next(part.text or "" for part in svg.iter("desc"))
        said = words_in(svg)
        for row in CELLS[name]:
            for cell in row:
                assert str(cell if cell is not None else "–") in aloud
        if name in ("safer", "types", "delay"):
            totals = 1 + (name != "types")
            assert [str(row[0] if row[0] is not None else "–") for row in CELLS[name][:-totals]] == [
                part.text for part in svg.iter("text") if part.get("font-weight") == "700" and part.get("x") != "0"
            ]
        assert "None" not in said


def test_what_two_people_let_out_is_what_a_partner_reads(desk: Desk) -> None:
    """From callbacks to the page: a quarter that one prepared and another released, with what is few hidden and what would give it away."""
    day = (date(2027, 2, 3) - date(1970, 1, 1)).days
    with desk.line.real_store.write() as tx:
        for number, (question, count) in enumerate(
            (("penetration", 6), ("contact", 3), ("physical", 21), ("denial", 9), ("psychological", 14))
        ):
            for place in range(count):
                tx.cases.save_incident(Incident(f"{number:016x}{place:016x}", None, day, {question: "yes"}, figures=True))
    desk.line.wait((day + 100) * DAY_SECONDS - desk.line.clock.now())
    deps = desk.room.deps
    prepared = run(deps, By("fanta (root)", "shell"), prepare_release, decide(deps, "2027-Q1", desk.line.clock.now()))
    number = int(prepared.values["release"])
    run(deps, By("moussa (root)", "shell"), release_figures, number, decide(deps, "2027-Q1", desk.line.clock.now()), "Lettre 12/2027")
    desk.add_partner()
    browser = desk.browser("rokia")
    browser.open("/console/partners")
    title = desk.say("figures.types.title")
    found = next(markup for markup in _TABLE.findall(browser.raw) if title in html.unescape(markup))
    assert cells(found) == [["–"], ["–"], ["21"], ["–"], ["9"], ["14"], ["53"]]
    said = words_in(pictures(browser)["types"])
    assert "n = 53" in said
    assert not re.search(r"\b[36]\b", said.partition("Un seul type")[0].partition(title)[2].replace("2027", ""))


def test_page_and_file_say_the_same(desk: Desk, rokia: Browser) -> None:
    """Cell by cell, and each share: the file that the page leads to, read back."""
    put(desk, release("2027-Q1", 7))
    rokia.open("/console/partners")
    file = json.loads(rokia.client.get("/console/partners/7.json").data)
    tables = [found for figure in file["figures"] for found in figure["tables"]]
    read = [[["–" if cell["state"] == "hidden" else str(cell["value"]) for cell in row] for row in found["cells"]] for found in tables]
    assert read == [cells(found) for found in _TABLE.findall(rokia.raw)]
    below = [re.findall(r'<td class="num">([^<]*)</td>', row) for row in re.findall(r'<tr class="share">.*?</tr>', rokia.raw)]
    shares = [
        [str(found["column_shares"].get(column["code"], "–")) for column in found["columns"]] for found in tables if found["column_shares"]
    ]
    assert len(shares) > 3
    assert below == shares


def test_each_picture_carries_what_it_has_to_be_read_with(desk: Desk, rokia: Browser) -> None:
    """A picture that travels alone has its title, its sentence, what it is of, its period, its number, and what a dash is; title and text for whoever hears it."""
    put(desk, release("2027-Q1", 7))
    rokia.open("/console/partners")
    found = pictures(rokia)
    assert list(found) == PICTURES
    for name, svg in found.items():
        said = words_in(svg).replace("\u00a0", " ")
        for sentence in (f"figures.{name}.title", f"figures.{name}.sentence"):
            assert desk.say(sentence).replace("\u00a0", " ") in said
        assert desk.say("partners.quarter.1", year=2027) in said
        assert "n° 7" in said
        assert name == "hours" or ("n = " in said and "moins de 5 (zéro compris)" in said)
        assert (name in ("types", "partner", "minors", "delay", "referrals")) == ("À ne pas additionner aux chiffres du GBVIMS" in said)
        assert not [part for part in svg.iter() if part.get("style") or (part is not svg and part.get("class"))]
    assert [html.unescape(svg.find("title").text or "") for svg in found.values()] == [
        desk.say(f"figures.{name}.title") for name in PICTURES
    ]  # type: ignore[union-attr]


def test_what_is_drawn_is_as_long_as_its_number(desk: Desk, rokia: Browser) -> None:
    """Every bar, strip and stack of all eight pictures, measured: in proportion where the number is shown, the one stub where it is hidden."""
    put(desk, release("2027-Q1", 7))
    rokia.open("/console/partners")
    measured = {name: _lengths(svg) for name, svg in pictures(rokia).items()}
    for name, last in (("safer", -2), ("types", -1), ("delay", -2)):
        counts = [row[0] for row in CELLS[name][:last]]
        longest = max(count or 0 for count in counts)
        assert measured[name] == [[pytest.approx(STUB if count is None else ROOM * count / longest, abs=0.1)] for count in counts]
    for name, columns in (("promises", (2, 1)), ("hours", (0, 1)), ("partner", (0,))):
        part, whole = CELLS[name][0], CELLS[name][2]
        percents = [(200 * (part[column] or 0) + (whole[column] or 0)) // (2 * (whole[column] or 1)) for column in columns]
        assert measured[name] == [
            [pytest.approx(WIDTH * percent / 100, abs=0.1), pytest.approx(WIDTH * (100 - percent) / 100, abs=0.1)] for percent in percents
        ]
    assert [[STUB]] == measured["minors"]
    rows = [(row[:5], row[5]) for row in CELLS["referrals"][:-1]]
    unit = WIDTH / max(max(whole or 0, sum(part or 0 for part in parts)) for parts, whole in rows)
    for drawn, (parts, whole) in zip(measured["referrals"], rows, strict=True):
        shown = [part for part in parts if part]
        rest = max(((whole or 0) - sum(shown)) * unit, STUB) if whole else STUB
        hidden = [rest] if None in parts else []
        assert drawn == [pytest.approx(length, abs=0.1) for length in (*(part * unit for part in shown), *hidden)]


def _lengths(svg: ET.Element) -> list[list[float]]:
    """Of what is drawn from left to right, line by line; not of the legend."""
    lines: dict[str, list[float]] = {}
    for part in svg.iter("rect"):
        if part.get("height") == str(BAR):
            lines.setdefault(str(part.get("y")), []).append(float(str(part.get("width"))))
    return list(lines.values())


def test_a_hidden_bar_tells_nothing(desk: Desk, rokia: Browser) -> None:
    """As long as every other that is hidden, and of no colour of its own."""
    put(desk, release("2027-Q1", 7))
    rokia.open("/console/partners")
    svg = pictures(rokia)["types"]
    hidden = [part.attrib for part in svg.iter("rect") if part.get("stroke-dasharray")]
    assert len(hidden) == 3
    assert len({(part["width"], part["height"], part["fill"], part["stroke"]) for part in hidden}) == 1


def test_two_quarters_have_one_scale(desk: Desk, rokia: Browser) -> None:
    """A bar of twice the number is twice as long, in whichever picture it stands."""
    doubled = table("types", ((None,), (None,), (42,), (None,), (9,), (14,), (79,)))
    put(desk, release("2027-Q1", 7), release("2027-Q2", 8, types=doubled))
    rokia.open("/console/partners?period=2027-Q1&beside=2027-Q2")
    drawn = [plot for plot in _SVG.findall(rokia.raw) if "-types-title" in plot]
    longest = [max(float(width) for width in re.findall(r'<rect x="0" y="\d+" width="([\d.]+)" height="14"', plot)) for plot in drawn]
    assert longest[1] == pytest.approx(2 * longest[0], abs=0.2)
    ids = re.findall(r' id="([^"]+)"', rokia.raw)
    assert len(ids) == len(set(ids))


def test_too_few_have_no_table(desk: Desk, rokia: Browser) -> None:
    """It is said instead, with no picture."""
    put(desk, release("2027-Q1", 7, types=too_few("types")))
    page = rokia.open("/console/partners")
    assert desk.say("figures.too_few") in page
    assert "types" not in pictures(rokia)


def test_regions_are_of_a_year(desk: Desk, rokia: Browser) -> None:
    """Crossed with age only where a yearly release was: with the share of each row that has one."""
    crossed = replace(
        table("minors", ((12,), (40,), (52,), (6,))),
        name="regions_ages",
        rows=("kayes", "segou", "others", "total"),
        columns=("under_18", "adult", "total"),
        cells=((12, 40, 52), (8, 11, 19), (None, None, 12), (27, 72, 99)),
    )
    put(desk, release("2027-Q1", 1), release("2027", 2, regions_ages=crossed))
    assert desk.say("partners.crossed") not in rokia.open("/console/partners?period=2027-Q1")
    page = rokia.open("/console/partners?period=2027")
    assert desk.say("partners.crossed") in page
    found = next(markup for markup in _TABLE.findall(rokia.raw) if desk.say("figures.regions_ages.title") in html.unescape(markup))
    assert cells(found) == [["12", "40", "52", "23"], ["8", "11", "19", "–"], ["–", "–", "12", "–"], ["27", "72", "99", "27"]]


def test_the_page_is_small_and_the_same_for_everybody(desk: Desk, rokia: Browser) -> None:
    """Two quarters beside each other come in under 20 kB as they go over the network, and no figure depends on who looks."""
    put(desk, release("2027-Q1", 7), release("2027-Q2", 8))
    answer = rokia.client.get("/console/partners?period=2027-Q1&beside=2027-Q2", headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) < LARGEST
    shown = []
    for alias in ("rokia", "fanta", "mariam"):
        browser = desk.browser(alias)
        browser.open("/console/partners")
        shown.append(browser.raw.partition('<div class="three">')[2].partition("</main>")[0])
    assert shown[0]
    assert shown[0] == shown[1] == shown[2]
