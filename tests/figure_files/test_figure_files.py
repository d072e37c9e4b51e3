"""The same numbers in every file, each read back and held against the release; and no hidden one in any."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from hotline.config import CONTENT
from hotline.content.figure_files.workbooks import as_xlsx
from hotline.ports.figures.figure_files import ReleasedFigures
from hotline.ports.figures.releases import UNKNOWN, FigureTable, Release
from hotline.service.desk.figures.definitions import FIGURES, SPECS
from hotline.service.desk.figures.files import hxl
from hotline.service.desk.figures.files.document import as_json, days_of
from hotline.service.desk.figures.files.webhook import body_of
from tests.figure_files.releases import QUARTER, REGIONS_OF_B, TYPES_OF_A, names, release, shown
from tests.json_schema import faults

AT = datetime(2027, 5, 12)  # noqa: DTZ001 -- workbooks know no zone
SCHEMA = CONTENT / "docs" / "figures.schema.json"
FIGURE_OF = {table.name: figure.code for figure in FIGURES for table in figure.tables}


def workbook(of: Release, language: str = "fr"):
    return load_workbook(io.BytesIO(as_xlsx(shown(of, language), names(language).words, AT)))


def lines(of: Release, language: str = "fr") -> list[dict[str, str]]:
    """By hashtag."""
    data = hxl.as_csv(shown(of, language))
    assert data.startswith(b"\xef\xbb\xbf")
    _heads, tags, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    return [dict(zip(tags, row, strict=True)) for row in rows]


def cells_of(table: FigureTable) -> list[int | None]:
    return [table.cell(row, column) for row in table.rows for column in table.columns]


def test_csv_says_what_was_released() -> None:
    """Cell by cell, in order: a number where it is shown; an empty one where it is hidden, with its state beside it."""
    found = lines(release())
    assert [value for table in QUARTER for value in cells_of(table)] == [
        int(line["#indicator+value+num"]) if line["#indicator+value+num"] else None for line in found
    ]
    assert {("", "hidden"), ("", "too_few")} == {
        (line["#indicator+value+num"], line["#status+code"]) for line in found if line["#status+code"] != "shown"
    }
    assert {"too_few"} == {line["#status+code"] for line in found if line["#indicator+code"] == "F7"}
    assert len(found) == len({(line["#indicator+code"], line["#x_category+code"]) for line in found})


def test_csv_to_the_letter() -> None:
    """The heads, the hashtags and the lines that a reader of HXL was promised."""
    text = hxl.as_csv(shown(release((TYPES_OF_A,)))).decode("utf-8-sig").split("\r\n")
    counted = "Appelantes qui ont dit oui\u00a0: pas la prévalence. Ne pas additionner au GBVIMS."
    assert [
        "Début,Fin,Pays,Figure,Catégorie,Libellé,Valeur,État,À lire avec",
        "#date+start,#date+end,#country+code,#indicator+code,#x_category+code,#x_category+name+i_fr,#indicator+value+num,#status+code,#meta+note+i_fr",
        f"2027-01-01,2027-03-31,MLI,F5,rape,Viol,,hidden,{counted}",
    ] == text[:3]
    assert f"2027-01-01,2027-03-31,MLI,F5,physical_assault,Agression physique,21,shown,{counted}" in text


def test_a_year_names_its_regions() -> None:
    """By name; the nation's total is of no region, the small ones are together."""
    found = lines(release((REGIONS_OF_B,), "2027"))
    assert ["Bamako"] * 3 + ["Ségou"] * 3 + ["Sikasso"] * 3 + ["Autres régions"] * 3 + [""] * 3 == [line["#adm1+name"] for line in found]
    assert {("2027-01-01", "2027-12-31")} == {(line["#date+start"], line["#date+end"]) for line in found}
    assert not any("#adm1+name" in line for line in lines(release()))


@pytest.mark.parametrize("name", ["=1+1", "+33", "-1", "@SUM(A1)", "\tx", "＝1"])
def test_no_cell_is_a_formula(name: str) -> None:
    """Whatever the directory calls a region."""
    evil = release((FigureTable("places", ("evil",), ("verified", "listed"), ((3, 12),)),))
    document = msgspec.structs.replace(
        shown(evil),
        figures=msgspec.json.decode(msgspec.json.encode(shown(evil).figures).replace(b'"evil"', json.dumps(name).encode()), type=tuple),
    )
    document = msgspec.convert(msgspec.to_builtins(document), ReleasedFigures)
    for row in csv.reader(io.StringIO(hxl.as_csv(document).decode("utf-8-sig"))):
        assert not [cell for cell in row if cell.startswith(tuple("=+-@\t＝"))]
    book = load_workbook(io.BytesIO(as_xlsx(document, names().words, AT)))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_workbook_says_what_was_released() -> None:
    """A sheet a figure: its numbers are numbers, what is hidden is a dash, and its sentence and the legend stand on it."""
    book = workbook(release())
    assert 1 + len(FIGURES) - 1 == len(book.sheetnames)  # no table of the eighth was released
    for figure in shown(release()).figures:
        sheet = book[next(name for name in book.sheetnames if name.startswith(f"{figure.code} "))]
        said = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        assert figure.sentence in said
        assert any("«\u00a0–\u00a0»\u00a0: moins de 5 (zéro compris)" in text and figure.read_with in text for text in said)
        row = 5
        for table in figure.tables:
            assert [table.title, *(column.label for column in table.columns)] == [
                sheet.cell(row, column).value for column in range(1, len(table.columns) + 2)
            ]
            if table.name == "minors":
                assert "Moins de 20" in sheet.cell(row + 1, 1).value
                continue
            for name, cells in zip(table.rows, table.cells, strict=True):
                row += 1
                assert [name.label, *("–" if cell.value is None else cell.value for cell in cells)] == [
                    sheet.cell(row, column).value for column in range(1, len(cells) + 2)
                ]
            row += 2 + bool(table.column_shares)


def test_shares_stand_where_they_tell_of_nobody() -> None:
    """The worked example: 23 and 27 of a hundred, and none for the small region nor beside a dash."""
    sheet = workbook(release((REGIONS_OF_B,), "2027")).worksheets[1]
    assert ["Part (%)", 23, None, None, None, 27] == [sheet.cell(row, 5).value for row in range(5, 11)]
    assert {"bamako": 23, "total": 27} == shown(release((REGIONS_OF_B,), "2027")).figures[0].tables[0].row_shares


def test_the_first_sheet_says_whose_numbers_these_are() -> None:
    """Period, release, who let it out and under what, its digest; who is counted, and what the numbers do not say."""
    said = [cell.value for row in workbook(release()).worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {3, "mariam", "L-7", "2027-05-12", "ab" * 32} <= set(said)
    assert (
        len(
            [
                text
                for text in said
                if str(text).startswith(("Qui est compté", "Ces chiffres ne disent pas", "À ne pas additionner", "Les dates"))
            ]
        )
        == 4
    )


def test_it_opens_as_a_workbook_should() -> None:
    """What a spreadsheet is strict about: names of sheets, no link to elsewhere, no macro, parts that are there."""
    data = as_xlsx(shown(release((*QUARTER, REGIONS_OF_B), "2027")), names().words, AT)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        listed = parts.namelist()
        assert not [name for name in listed if re.search(r"vba|externalLink|calcChain", name)]
        assert parts.testzip() is None
    titles = load_workbook(io.BytesIO(data)).sheetnames
    assert all(0 < len(title) <= 31 and not re.search(r"[\[\]:*?/\\]", title) for title in titles)
    assert len({title.casefold() for title in titles}) == len(titles)


def test_json_says_what_was_released_in_the_documented_shape() -> None:
    """Held to the schema that partners are given, and cell by cell to the release."""
    data = json.loads(as_json(shown(release())))
    assert [] == [*faults(json.loads(SCHEMA.read_text("utf-8")), data)]
    tables = {table["name"]: table for figure in data["figures"] for table in figure["tables"]}
    for table in QUARTER:
        assert cells_of(table) == [cell.get("value") for row in tables[table.name]["cells"] for cell in row]
        assert {"too_few"} == {cell["state"] for row in tables[table.name]["cells"] for cell in row} if table.too_few else True
    assert {name: FIGURE_OF[name] for name in tables} == {
        table["name"]: figure["code"] for figure in data["figures"] for table in figure["tables"]
    }


def test_the_schema_is_that_of_the_program() -> None:
    """`docs/figures.schema.json` is what the program writes; after a change it is made anew, and FORMAT with it where a reader would break."""
    assert json.loads(SCHEMA.read_text("utf-8")) == json.loads(msgspec.json.encode(msgspec.json.schema(ReleasedFigures)))


def test_both_languages() -> None:
    """Whoever reads Bambara gets every name in it, and none is a key."""
    for language in ("fr", "bm"):
        document = shown(release((*QUARTER, REGIONS_OF_B), "2027"), language)
        texts = [document.legend, *document.read_first]
        for figure in document.figures:
            texts += [figure.title, figure.sentence, figure.read_with]
            texts += [name.label for table in figure.tables for name in (*table.rows, *table.columns)]
        assert not [text for text in texts if re.search(r"(figures|overview|incident|referrals)\.|_", text)]


def test_periods() -> None:
    """Quarters begin on the first of January, April, July and October; a year is the calendar's."""
    spans = {period: "/".join(day.isoformat() for day in days_of(period)) for period in ("2027-Q1", "2027-Q4", "2028-Q1", "2027")}
    assert {
        "2027-Q1": "2027-01-01/2027-03-31",
        "2027-Q4": "2027-10-01/2027-12-31",
        "2028-Q1": "2028-01-01/2028-03-31",
        "2027": "2027-01-01/2027-12-31",
    } == spans


MARK = 700_000
"""Numbers from here on stand for what is hidden: they occur in nothing that is shown."""


@st.composite
def marked_tables(draw: st.DrawFn) -> tuple[FigureTable, dict[tuple[str, str], int]]:
    """A table as it is computed, some cells hidden, and what these were."""
    name = draw(st.sampled_from(sorted({*SPECS} - {"hours", "promises_languages", "places", "regions_ages", "regions_types"})))
    spec = SPECS[name]
    hidden: dict[tuple[str, str], int] = {}
    cells = []
    for row in spec.rows:
        line: list[int | None] = []
        for column in spec.columns:
            if draw(st.booleans()):
                hidden[row, column] = MARK + draw(st.integers(0, 99_999))
                line.append(None)
            else:
                line.append(draw(st.integers(5, 400)))
        cells.append(tuple(line))
    return FigureTable(name, spec.rows, spec.columns, tuple(cells)), hidden


@settings(max_examples=15, deadline=None)
@given(marked_tables())
def test_no_file_holds_what_is_hidden(made: tuple[FigureTable, dict[tuple[str, str], int]]) -> None:
    """Of a hidden cell every file has its state and no number, nor a percentage beside it; the number of every shown cell is there."""
    table, hidden = made
    of = release((table,))
    document = shown(of)
    found = {}
    for (row, column), line in zip(((row, column) for row in table.rows for column in table.columns), lines(of), strict=True):
        found[row, column] = line["#indicator+value+num"]
    (told,) = document.figures[0].tables
    for place, value in found.items():
        assert value == ("" if place in hidden else str(table.cell(*place)))
    assert not [code for code in told.column_shares if any(column == code and row != UNKNOWN for row, column in hidden)]
    sheet = workbook(of).worksheets[1]
    numbers = sorted(cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int))
    expected = [value for value in cells_of(table) if value is not None]
    assert sorted([*expected, *told.column_shares.values(), *told.row_shares.values()]) == numbers
    written = json.loads(as_json(document))["figures"][0]["tables"][0]["cells"]
    assert [
        {"state": "hidden"} if (row, column) in hidden else {"state": "shown", "value": table.cell(row, column)}
        for row in table.rows
        for column in table.columns
    ] == [cell for cells in written for cell in cells]
    news = json.loads(body_of(of, "released", 1_810_000_000))["data"]["tables"][0]
    assert [[table.cell(row, column) for column in table.columns] for row in table.rows] == news["cells"]
