"""XLSX in and out: the cells of one sheet, and nothing that a workbook could do beside."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import xlsxwriter
from msgspec import Struct
from openpyxl.reader.excel import load_workbook

SHEET: Final = "directory"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a workbook unpacked."""
MOST_COLUMNS: Final = 100
_BROKEN: Final = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    NotImplementedError,  # zipfile's, for a compression that it cannot undo
)
"""What openpyxl raises at a file that is not a workbook, or a damaged one: caught, and told in one line."""
_LINE_END: Final = re.compile(r"_x000[9AaDd]_")
"""How a workbook keeps a tab or a line's end within a cell; openpyxl leaves it so."""
_NO_DATE: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_MADE: Final = datetime(2000, 1, 1)  # noqa: DTZ001 -- a workbook's properties know no zone; the same entries make the same file


class Unread(Exception):
    """A cell, or the file, does not say what was written. Says why, on one line."""


class Moment(Struct, frozen=True):
    """A date as a spreadsheet keeps one. `shows_day`: its format does, so that whoever wrote it saw the day."""

    day: str
    shows_day: bool


def write_sheet(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet of text, the first row its heads."""
    data = io.BytesIO()
    workbook = xlsxwriter.Workbook(data, {"in_memory": True})
    workbook.set_properties({"created": _MADE})
    sheet = workbook.add_worksheet(SHEET)
    text, head = workbook.add_format({"num_format": "@"}), workbook.add_format({"num_format": "@", "bold": True})
    sheet.set_column(0, MOST_COLUMNS - 1, 18, text)
    sheet.freeze_panes(1, 2)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            # Never `write`, which guesses: what begins with = would be a formula, what looks like an address a link.
            sheet.write_string(at, column, value, head if at == 0 else text)
    workbook.close()
    return data.getvalue()


def read_sheet(data: bytes, most: int) -> list[list[object]]:
    """The cells row by row: text, a number, a Moment, or Unread where a cell is none of them. At most one row more than `most`. Raises Unread."""
    try:
        _look_inside(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl does not keep: nothing is written back
            workbook = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)  # type: ignore[no-untyped-call]
            sheet = _the_sheet(workbook)
            sheet.reset_dimensions()
            rows: list[list[object]] = []
            for row in sheet.iter_rows():
                if len(rows) > most or len(row) > MOST_COLUMNS:
                    raise Unread(f"more than {most} rows or {MOST_COLUMNS} columns")
                rows.append([_value(cell) for cell in row])
    except _BROKEN:
        raise Unread("not a workbook that can be read; save it as XLSX again") from None
    while rows and not any(cell for cell in rows[-1]):
        rows.pop()
    return rows


def _look_inside(data: bytes) -> None:
    """Refuse what unpacks without end, what defines things of its own in XML, and cells of which only one holds what all of them show."""
    with zipfile.ZipFile(io.BytesIO(data)) as folder:
        if sum(part.file_size for part in folder.infolist()) > LARGEST:
            raise Unread("unpacks to more than 64 MB")
        for part in folder.infolist():
            text = folder.read(part) if part.filename.endswith((".xml", ".rels")) else b""
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise Unread("holds a document type, which no spreadsheet writes")
            if part.filename.startswith("xl/worksheets/") and b"<mergeCell " in text:
                raise Unread("holds merged cells; a row has cells of its own")


def _the_sheet(workbook: Any) -> Any:
    if SHEET in workbook.sheetnames:
        return workbook[SHEET]
    if len(workbook.worksheets) == 1:
        return workbook.worksheets[0]
    raise Unread(f"holds several sheets, none of them called {SHEET}")


def _value(cell: Any) -> object:
    if cell.value is None:
        return ""
    match cell.data_type:
        case "f":
            return Unread("is a formula; write its value")
        case "e":
            return Unread("holds an error of the spreadsheet")
        case "b":
            return Unread("is true or false, which a spreadsheet may have made of something else; write it as text")
        case "d":
            return _moment(cell)
        case "n":
            return cell.value
    return _LINE_END.sub(" ", str(cell.value))


def _moment(cell: Any) -> Moment | Unread:
    if not isinstance(cell.value, datetime) or (cell.value.hour, cell.value.minute, cell.value.second) != (0, 0, 0):
        return Unread("is a time of day, which a spreadsheet may have made of something else; write it as text")
    shown = _NO_DATE.sub("", str(cell.number_format)).lower()
    return Moment(cell.value.date().isoformat(), "d" in shown)
