"""The directory as a table: out and back without a change, and nothing taken in that a spreadsheet made of what was written."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.reader.excel import load_workbook

from hotline.content.directory_files.entries import values_of
from hotline.content.directory_files.intake import BadTable, edits_of
from hotline.content.directory_files.registry import edited, read_text
from hotline.content.directory_files.tables import COLUMNS, LARGEST, MOST_ROWS, as_csv, as_xlsx, read_table
from hotline.engine.flow import Item, Where
from tests.test_directory_registry import TEXT, change, some_edits

TODAY = date(2026, 11, 24)
CENTRE = {"list": "services", "id": "centre"}

Rows = Sequence[Sequence[object]]


def sheet(
    rows: Rows, name: str = "directory", form: str | None = None, more: Callable[[Any, Any], None] = lambda _book, _sheet: None
) -> bytes:
    """A workbook as a spreadsheet would write it: each value as what it is."""
    book = Workbook()
    page: Any = book.active
    page.title = name
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value != "":
                cell = page.cell(at, column, value)
                cell.number_format = (form or "yyyy-mm-dd") if cell.is_date else cell.number_format
    more(book, page)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def table(*rows: dict[str, Any]) -> list[list[Any]]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return [columns, *([row.get(column, "") for column in columns] for row in rows)]


def csv_of(rows: Rows, delimiter: str = ";") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


def take(data: bytes, *, xlsx: bool = False, text: str = TEXT) -> str:
    """The directory's file after this table."""
    return edited(text.encode(), lambda entries: edits_of(read_table(data, xlsx=xlsx), entries, TODAY)).decode()


def faults(data: bytes, *, xlsx: bool = False, text: str = TEXT) -> list[str]:
    """What is said of a table that is refused. That nothing is taken in then is seen in that nothing comes back."""
    with pytest.raises(BadTable) as refused:
        take(data, xlsx=xlsx, text=text)
    return str(refused.value).split("\n")


def entry(text: str, id: str) -> dict[str, str]:
    return next(values_of(item) for item in read_text(text) if item.id == id)


# out and back


@pytest.mark.parametrize("xlsx", [False, True], ids=["csv", "xlsx"])
def test_out_and_back_changes_nothing(xlsx: bool) -> None:
    """To the byte, whatever the layout of the file."""
    data = (as_xlsx if xlsx else as_csv)(read_text(TEXT))
    assert [len(read_table(data, xlsx=xlsx).rows), take(data, xlsx=xlsx)] == [9, TEXT]


@given(some_edits())
@settings(max_examples=25)
def test_any_directory_goes_out_and_comes_back(edits: Any) -> None:
    """Values that begin with = or ', that hold separators, quotes or letters of every script: the file stays as it is, to the byte."""
    text = change(*edits)
    items = read_text(text)
    for data, xlsx in ((as_csv(items), False), (as_xlsx(items), True)):
        assert len(read_table(data, xlsx=xlsx).rows) == len(items)
        assert take(data, xlsx=xlsx, text=text) == text


def test_a_table_begins_a_directory() -> None:
    """What one line exports another takes in: all entries, in their order."""
    items = read_text(TEXT)
    new = take(as_csv(items), text="regions: {}\n")
    assert [(item.list, item.id, values_of(item)) for item in read_text(new)] == [(item.list, item.id, values_of(item)) for item in items]


DANGEROUS = ["=1+1", "+223 70", "-1", "@SUM(A1)", "'x", "'=x", '=HYPERLINK("http://x")', "＝1+1"]


@pytest.mark.parametrize("value", DANGEROUS)
def test_no_cell_is_a_formula(value: str) -> None:
    """Whoever opens an export runs nothing: what would begin a formula has the mark of text before it, and is text in a workbook too."""
    items = (Item("regions", "one", value, {}, Where("", 1)),)
    cell = list(csv.reader(io.StringIO(as_csv(items).decode("utf-8-sig")), delimiter=";"))[1][2]
    book = load_workbook(io.BytesIO(as_xlsx(items)))["directory"].cell(2, 3)
    assert (cell, book.value, book.data_type, book.number_format) == (f"'{value}", f"'{value}", "s", "@")
    assert [read_table(data, xlsx=xlsx).rows[0].cells["name"] for data, xlsx in ((as_csv(items), False), (as_xlsx(items), True))] == [
        value,
        value,
    ]


@pytest.mark.parametrize("value", ["_x0041_", "a;b,c", 'a"b"', "1E5", "true", "2026-01-31", "007"])
def test_a_value_that_looks_like_another_thing_comes_back_as_it_was(value: str) -> None:
    """A code of the workbook's own, a separator, a number or a date: it is text."""
    items = (Item("regions", "one", value, {}, Where("", 1)),)
    assert [read_table(as_csv(items), xlsx=False).rows[0].cells["name"], read_table(as_xlsx(items), xlsx=True).rows[0].cells["name"]] == [
        value,
        value,
    ]


def test_a_spreadsheet_opens_the_csv_by_itself() -> None:
    """UTF-8 with the mark that it is, semicolons, lines as Windows ends them; every column is there to be filled."""
    data = as_csv(read_text(TEXT))
    assert data.startswith(b"\xef\xbb\xbf" + ";".join(f'"{name}"' for name in COLUMNS).encode() + b"\r\n")


# in


def test_a_row_changes_adds_and_takes_nothing_out() -> None:
    """By list and id; an empty cell, a column or an entry that the table does not have leave what stands."""
    rows = table(
        {**CENTRE, "hours": "8h-16h", "name": ""},
        {"list": "places", "id": "kati", "name": "Kati", "region": "bamako"},
        {"list": "kinds", "id": "legal"},
    )
    expected = TEXT.replace("hours: >\n      du lundi\n      au samedi", 'hours: "8h-16h"')
    expected = expected.replace("near: commune-5}}\n", "near: commune-5}, kati: {name: Kati, region: bamako}}\n").replace(
        "emergency]", "emergency, legal]"
    )
    assert take(csv_of(rows)) == expected
    assert take(csv_of(rows, ",")) == expected
    assert take(b"\xef\xbb\xbf" + csv_of(rows)) == expected
    assert take(sheet(rows), xlsx=True) == expected


def test_blank_rows_and_other_sheets_are_nothing() -> None:
    """People leave lines free; a sheet of notes beside the one called directory is theirs."""
    rows = [["list", "id", "name", ""], ["", "", "", ""], ["regions", "kita", "Kita", ""], ["", " ", "", ""]]
    assert take(csv_of(rows)) == TEXT
    assert take(sheet(rows, more=lambda book, _: book.create_sheet("notes").cell(1, 1, "x")), xlsx=True) == TEXT


def test_a_new_number_is_one_that_nobody_has_rung() -> None:
    """The verification was of the old one: it goes with it, unless the row brings a later one."""
    number = {**CENTRE, "phone": "70 00 03 09"}
    assert take(csv_of(table(number))) == TEXT.replace("70 00 03 00", '"70 00 03 09"').replace(
        "    verified_on: 2026-06-01\n    verified_by: Awa\n", ""
    )
    same = {**number, "verified_on": "2026-06-01", "verified_by": "Awa"}
    assert take(csv_of(table(same))) == take(csv_of(table(number)))
    rung = entry(take(csv_of(table({**number, "verified_on": "2026-11-20"}))), "centre")
    assert (rung["phone"], rung["verified_on"], rung["verified_by"]) == ("70 00 03 09", "2026-11-20", "Awa")


def test_another_spelling_of_a_number_is_no_change() -> None:
    """A spreadsheet drops the blanks: it is the number that was rung."""
    assert take(csv_of(table({**CENTRE, "phone": "70000300"}))) == TEXT
    assert take(sheet(table({**CENTRE, "phone": 70000300}, {"list": "services", "id": "line", "phone": 22370000301})), xlsx=True) == TEXT


def test_dates_and_numbers_of_a_workbook_are_what_was_written() -> None:
    """A day that shows as a day, a year, a short number."""
    rows = table({**CENTRE, "verified_on": datetime(2026, 11, 20), "source_date": 2024, "hours": 24})  # noqa: DTZ001
    line = table({"list": "services", "id": "line", "phone": 80333})
    centre = entry(take(sheet(rows), xlsx=True), "centre")
    assert (centre["verified_on"], centre["source_date"], centre["hours"]) == ("2026-11-20", "2024", "24")
    assert entry(take(sheet(line), xlsx=True), "line")["phone"] == "80333"


TEXT_PLEASE = "write it again, in a column formatted as text"

CELLS: dict[str, tuple[str, object, str]] = {
    "number with lost zeros": ("phone", 7000030, f"7000030 is a number, of which a spreadsheet may have dropped a zero or a digit; {TEXT_PLEASE}"),
    "number with lost digits": ("phone", 1.23e10, f"12300000000 is a number, of which a spreadsheet may have dropped a zero or a digit; {TEXT_PLEASE}"),
    "fraction": ("hours", 0.5, "is a number with a fraction or a sign, which a spreadsheet may have made of something else; write it as text"),
    "date of hours": ("hours", datetime(2026, 12, 8), f"is a date, which a spreadsheet may have made of something else; {TEXT_PLEASE}"),  # noqa: DTZ001
    "time": ("verified_on", datetime(2026, 11, 20, 8, 30), "is a time of day, which a spreadsheet may have made of something else; write it as text"),  # noqa: DTZ001
    "truth": ("hours", True, "is true or false, which a spreadsheet may have made of something else; write it as text"),
    "formula": ("hours", "=1+1", "is a formula; write its value"),
}  # fmt: skip


@pytest.mark.parametrize(("column", "value", "what"), CELLS.values(), ids=CELLS.keys())
def test_what_a_spreadsheet_made_of_a_value_is_refused(column: str, value: object, what: str) -> None:
    """With its row and column; nobody guesses which digit is missing."""
    assert faults(sheet(table({**CENTRE, column: value})), xlsx=True) == [f"row 2, column {column}: {what}"]


def test_a_month_of_which_a_spreadsheet_made_a_day_is_refused() -> None:
    """`2025-11` typed into a cell is the first of November there, and shows as nov-25."""
    rows = table({**CENTRE, "source_date": datetime(2025, 11, 1)})  # noqa: DTZ001
    assert faults(sheet(rows, form="mmm-yy"), xlsx=True) == [
        "row 2, column source_date: shows a month and holds a day that nobody wrote; write 2025-11 as text, or the day"
    ]


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("phone", "7,00003E+07", f'"7,00003E+07" is what a spreadsheet made of a number; {TEXT_PLEASE}'),
        ("phone", "1.23E+10", f'"1.23E+10" is what a spreadsheet made of a number; {TEXT_PLEASE}'),
        ("verified_on", "01/06/2026", '"01/06/2026" may be read in two ways; write 2026-01-31, in a column formatted as text'),
        ("source_date", "nov-25", '"nov-25" is no date; write 2026-01-31, 2026-01 or 2026, or leave the line out'),
        ("hours", '=HYPERLINK("x")', "is a formula; write its value"),
        ("hours", "8h\u200b", "holds a character that nobody can see"),
        ("near", "commune-5", "the services have none; leave it empty"),
        ("place", "kati", "unknown place kati"),
        ("kind", "police", "unknown kind police"),
        ("region", "kita", "region kita, but its place commune-5 is in bamako"),
        ("called_by_night", "2026-06-01", "called_by_night is for the kind emergency"),
        ("verified_on", "2026-11-25", '"2026-11-25" is in the future'),
        ("verified_on", "2026-05-01", "2026-05-01 is before 2026-06-01, which the directory has: this table is older"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_refused(column: str, value: str, what: str) -> None:
    """With its row and column, and why."""
    assert faults(csv_of(table({**CENTRE, column: value}))) == [f"row 2, column {column}: {what}"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["list", "id", "colour"]], [f"row 1, column colour: unknown, none of {', '.join(COLUMNS)}"]),
        ([["id", "name", "name"]], ["row 1, column list: is missing; the first row names the columns", "row 1, column name: stands twice"]),
        ([["list", "id"], ["towns", "x"]], ['row 2, column list: "towns" is none of regions, places, kinds, services, events']),
        ([["list", "id"], ["regions", "Gao"]], ['row 2, column id: "Gao" is no name; small letters, digits, - and _']),
        ([["list", "id", "name"], ["regions", "", "Gao"], ["", "gao", "Gao"]], ["row 2, column id: is empty", "row 3, column list: is empty"]),
        ([["list", "id", "name"], ["regions", "gao", "Gao"], ["regions", "gao", "G"]], ["row 3, column id: gao stands twice among the regions, first in row 2"]),
        ([["list", "id"], ["regions", "gao"]], ["row 2, column name: is missing"]),
        ([["list", "id", "name"], ["kinds", "legal", "Droit"]], ["row 2, column name: the kinds have none; leave it empty"]),
        ([["list", "id", "name", "phone"], ["services", "new", "N", "80333"]], ["row 2, column source: is missing; a phone needs it", "row 2, column source_date: is missing; a phone needs it"]),
        ([["list", "id", "name"], ["events", "talk", "N"]], [f"row 2, column {field}: is missing" for field in ("kind", "on", "source")]),
        ([["list", "id", "name"], ["regions", "gao", "Gao", "x"]], ["row 2, column 4: stands behind the last column that has a name"]),
        ([["list", "id", "region"], ["places", "commune-5", "kita"]], []),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_taken_is_refused(rows: Rows, said: list[str]) -> None:
    """Whatever it lacks, or has too much of."""
    for data, xlsx in ((csv_of(rows), False), (sheet(rows), True)):
        if said:
            assert faults(data, xlsx=xlsx) == said
        else:
            take(data, xlsx=xlsx)


def test_all_faults_come_at_once_and_nothing_is_taken_in() -> None:
    """Whoever keeps the table mends it in one go; the rows that are sound wait for the others."""
    rows = table(
        {"list": "regions", "id": "gao", "name": "Gao"},
        {**CENTRE, "phone": "7E+07", "verified_on": "2026-11-25", "place": "kati"},
        {"list": "places", "id": "Kati", "name": "Kati"},
        {"list": "events", "id": "talk", "name": "T", "kind": "party", "on": "2026-12-01", "source": "x"},
    )
    assert [fault.partition(":")[0] for fault in faults(csv_of(rows))] == [
        *("row 3, column phone", "row 3, column place", "row 3, column verified_on", "row 4, column id", "row 5, column kind")
    ]


def test_an_entry_outside_the_table_may_be_hurt_by_it() -> None:
    """A commune moved to another region, and a service that says it is in the old one."""
    text = TEXT.replace("    place: commune-5\n", "    place: commune-5\n    region: bamako\n")
    rows = [["list", "id", "region"], ["places", "commune-5", "kita"]]
    assert faults(csv_of(rows), text=text) == [
        "services centre, which is not in the table: region bamako, but its place commune-5 is in kita"
    ]


def zipped(change: Callable[[str, bytes], bytes], book: bytes | None = None, **more: bytes) -> bytes:
    """A workbook with its parts changed, and some more by their names."""
    data, source = io.BytesIO(), zipfile.ZipFile(io.BytesIO(book or sheet(table(CENTRE))))
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target:
        parts = {name: change(name, source.read(name)) for name in source.namelist()}
        for name, part in (parts | more).items():
            target.writestr(name, part)
    return data.getvalue()


def marked(field: int, value: int) -> bytes:
    """A workbook whose every part is said, at this offset of its entry in the list of parts, to be another thing than it is."""
    book = bytearray(zipped(lambda _name, data: data))
    for entry in re.finditer(rb"PK\x01\x02", bytes(book)):
        book[entry.start() + field] = value
    return bytes(book)


def in_utf_16(name: str, part: bytes, also: bytes = b'<!DOCTYPE x [<!ENTITY a "a">]>') -> bytes:
    """The sheet as no spreadsheet writes it: `<!` is nowhere in its bytes."""
    if not name.endswith("sheet1.xml"):
        return part
    head = b'<?xml version="1.0" encoding="UTF-16"?>' + also
    return (head + part.partition(b"?>")[2] if part.startswith(b"<?xml") else head + part).decode().encode("utf-16")


def shared(name: str, strings: bytes, before: bytes = b"") -> bytes:
    """A workbook whose strings that cells share are these, in a part of this name."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'.encode()
    table_of = before + b'<sst xmlns="%b" xmlns:x="%b">%b</sst>' % (space, space, strings)
    return zipped(lambda part, data: data.replace(b"</Types>", override) if part == "[Content_Types].xml" else data, **{name: table_of})


MUCH: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b" " * 60_000_000,
    "of rows": lambda: b"<row/>" * 3_000_000,
    "of cells": lambda: b"<row>" + b"<c/>" * 3_000_000 + b"</row>",
    "in a comment": lambda: b"<!--" + b" " * 60_000_000 + b"-->",
}
BOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "no workbook": (lambda: b"PK\x03\x04", "not a workbook that can be read; save it as XLSX again"),
    "a text": (lambda: csv_of(table(CENTRE)), "not a workbook that can be read; save it as XLSX again"),
    "damaged": (lambda: zipped(lambda name, data: data[:-20] if "sheet1" in name else data), "not a workbook that can be read; save it as XLSX again"),
    "under a password": (lambda: marked(8, 1), "not a workbook that can be read; save it as XLSX again"),
    "compressed in a way of its own": (lambda: marked(10, 77), "not a workbook that can be read; save it as XLSX again"),
    "document type": (lambda: zipped(lambda _name, data: data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "a">]>', 1)), "holds a document type, which no spreadsheet writes"),
    "document type in UTF-16": (lambda: zipped(in_utf_16), "is not in UTF-8, as every spreadsheet writes it"),
    "merged in UTF-16": (lambda: zipped(lambda name, data: in_utf_16(name, data, b""), sheet(table(CENTRE), more=lambda _, page: page.merge_cells("C2:D3"))), "is not in UTF-8, as every spreadsheet writes it"),
    "empty strings": (lambda: shared("xl/sharedStrings.xml", b"<si/>" * 12_000_000), "holds far more than a table does; save the sheet alone, as XLSX"),
    "fewer empty strings": (lambda: shared("xl/sharedStrings.xml", b"<si/>" * 1_900_000), "holds far more than a table does; save the sheet alone, as XLSX"),
    "empty strings by a prefix": (lambda: shared("xl/sharedStrings.xml", b"<x:si/>" * 900_000), "holds far more than a table does; save the sheet alone, as XLSX"),
    "empty strings by another name": (lambda: shared("xl/strings.bin", b"<si/>" * 12_000_000), "holds far more than a table does; save the sheet alone, as XLSX"),
    "empty strings far down": (lambda: shared("xl/strings.bin", b"<si/>" * 400_000, b" " * 2_000_000), "holds far more than a table does; save the sheet alone, as XLSX"),
    "huge": (lambda: zipped(lambda name, data: b" " * 70_000_000 if "app.xml" in name else data), "unpacks to more than 64 MB"),
    **{f"much {name}": (lambda more=more: zipped(lambda part, data: data.replace(b"<sheetData>", b"<sheetData>" + more()) if "sheet1" in part else data), "holds far more than a table does; save the sheet alone, as XLSX") for name, more in MUCH.items()},
    "merged": (lambda: sheet(table(CENTRE), more=lambda _, page: page.merge_cells("C2:D3")), "holds merged cells; a row has cells of its own"),
    "several": (lambda: sheet(table(CENTRE), name="a", more=lambda book, _: book.create_sheet("b")), "holds several sheets, none of them called directory"),
    "far cell": (lambda: sheet(table(CENTRE), more=lambda _, page: page.cell(1_000_001, 1, "x")), f"more than {MOST_ROWS + 1} rows or 100 columns"),
    "wide cell": (lambda: sheet(table(CENTRE), more=lambda _, page: page.cell(2, 9001, "x")), f"more than {MOST_ROWS + 1} rows or 100 columns"),
    "large": (lambda: b" " * (LARGEST + 1), "larger than 8 MB"),
}  # fmt: skip


@pytest.mark.parametrize(("book", "said"), BOOKS.values(), ids=BOOKS.keys())
def test_a_workbook_that_cannot_be_read_is_refused(book: Callable[[], bytes], said: str) -> None:
    """Damaged, made to do harm, or laid out so that a row is no row."""
    assert faults(book(), xlsx=True) == [said]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"list;id\nregions;caf\xe9\n", "row 2: not UTF-8; save it as `CSV UTF-8`"),
        (b'list;id\nregions;"gao\n', "row 2: not CSV: unexpected end of data"),
        (
            b"",
            "row 1, column id: is missing; the first row names the columns\nrow 1, column list: is missing; the first row names the columns",
        ),
        (b"list;id\n" * (MOST_ROWS + 2), f"more than {MOST_ROWS} rows"),
    ],
)
def test_a_csv_that_cannot_be_read_is_refused(data: bytes, said: str) -> None:
    assert "\n".join(faults(data)) == said


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.booleans())
@settings(max_examples=100)
def test_whatever_lies_in_a_file_is_read_or_refused(data: bytes, xlsx: bool) -> None:
    """No file, however wild, raises anything else or changes the directory by accident."""
    for whole in (data, b"list;id;name\n" + data):
        with suppress(BadTable):
            read_text(take(whole, xlsx=xlsx))


def test_the_cells_of_a_damaged_workbook_are_read_or_refused(subtests: Any) -> None:
    """Wherever a byte of the sheet is bad."""
    for at in range(0, 600, 40):
        with subtests.test(at=at):
            data = zipped(lambda name, part: part[:at] + b"\x00<&" + part[at + 3 :] if "sheet1" in name else part)  # noqa: B023
            with suppress(BadTable):
                take(data, xlsx=True)
