"""Released figures as files: for whom the table of permissions names, each taken under a name, and nothing of what was withdrawn."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from openpyxl import load_workbook

from hotline.ports.figures.releases import FigureTable
from tests.console.desk import Desk
from tests.figure_files.releases import QUARTER, release


@pytest.fixture
def released(desk: Desk) -> Desk:
    """A quarter that is out, one that waits and one that was withdrawn."""
    with desk.line.real_store.write() as tx:
        for of in (release(number=1), release(number=2, standing="prepared"), release(number=3, standing="withdrawn")):
            tx.releases.save(of)
    return desk


def taken(desk: Desk) -> list[tuple[str, str]]:
    with desk.line.real_store.read() as tx:
        return [(record.who, record.about) for record in tx.audit.all() if record.what == "figures taken"]


def numbers() -> list[int | None]:
    return [table.cell(row, column) for table in QUARTER for row in table.rows for column in table.columns]


def test_a_file_of_each_kind(released: Desk) -> None:
    """The same numbers in each, as in the release; the audit has each, by release and person."""
    client = released.browser("djeneba").client
    answers = {kind: client.get(f"/console/partners/1.{kind}") for kind in ("xlsx", "csv", "json")}
    assert {200} == {answer.status_code for answer in answers.values()}
    assert ['attachment; filename="2027-Q1-1.csv"', "no-store"] == [
        answers["csv"].headers[name] for name in ("Content-Disposition", "Cache-Control")
    ]
    rows = [*csv.reader(io.StringIO(answers["csv"].data.decode("utf-8-sig")))][2:]
    assert numbers() == [int(row[6]) if row[6] else None for row in rows]
    figures = json.loads(answers["json"].data)["figures"]
    cells = [cell.get("value") for figure in figures for table in figure["tables"] for row in table["cells"] for cell in row]
    assert numbers() == cells
    assert 10 == len(load_workbook(io.BytesIO(answers["xlsx"].data)).sheetnames)
    assert [("djeneba", f"release 1 {kind}") for kind in ("xlsx", "csv", "json")] == taken(released)


@pytest.mark.parametrize(
    "path", ["2.csv", "3.csv", "3.xlsx", "9.json", "0.csv", "-1.csv", f"{2**31}.csv", f"{10**40}.json", "1.pdf", "1.csv.exe", "x.csv"]
)
def test_what_is_not_released_is_not_there(released: Desk, path: str) -> None:
    """Nor in another kind; and nothing is said to have been taken."""
    browser = released.browser("djeneba")
    browser.open(f"/console/partners/{path}")
    assert (404, []) == (browser.status, taken(released))


@pytest.mark.parametrize(("alias", "status"), [("fanta", 200), ("djeneba", 200), ("mariam", 200), ("awa", 403)])
def test_for_whom(released: Desk, alias: str, status: int) -> None:
    """Who sees the page, and admins; counselors have neither."""
    assert status == released.browser(alias).client.get("/console/partners/1.csv").status_code


def test_a_partner_takes_files_once_the_terms_are_accepted(released: Desk) -> None:
    """Before that, there are the terms; then the page leads to each file, and the audit names the partner."""
    released.add_partner(agreed=False)
    assert "/console/partners/terms" in released.browser("rokia").client.get("/console/partners/1.csv").headers["Location"]
    assert [] == taken(released)
    released.add_partner()
    browser = released.browser("rokia")
    page = browser.open("/console/partners")
    links = re.findall(r'href="(/console/partners/1\.\w+)"', page)
    assert ["xlsx", "csv", "json"] == [link.rpartition(".")[2] for link in links]
    assert [200] * 3 == [browser.client.get(link).status_code for link in links]
    assert [("rokia", f"release 1 {kind}") for kind in ("xlsx", "csv", "json")] == taken(released)


def test_a_region_is_called_what_the_directory_calls_it(released: Desk) -> None:
    """By its name, in the reader's language where there is one."""
    with released.line.real_store.write() as tx:
        tx.releases.save(release((FigureTable("places", ("kayes", "total"), ("verified", "listed"), ((3, 12), (3, 12))),), number=4))
    text = released.browser("djeneba").client.get("/console/partners/4.csv").data.decode("utf-8-sig")
    assert "Kayes · Vérifiés" in text
