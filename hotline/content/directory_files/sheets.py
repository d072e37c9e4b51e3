"""XLSX in and out: the cells of one sheet, and nothing that a workbook could do beside."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from msgspec import Struct
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.reader.excel import load_workbook
from openpyxl.styles.fonts import Font
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.dimensions import ColumnDimension

from hotline.ports.editions.directory_sheets import SheetFaultCode

SHEET: Final = "directory"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a workbook unpacked."""
PIECE: Final = 1024 * 1024
"""Bytes of it that are looked at in one go; so long is no cell."""
MOST_TAGS: Final = 2_000_000
"""A table of 10,000 rows, each of its cells filled, has 1.2 million."""
MOST_STRINGS: Final = 300_000
"""Strings that cells share; the same table has 240,000 cells. openpyxl takes 20 µs for an empty one."""
MOST_COLUMNS: Final = 100


class SheetBounds(Struct, frozen=True):
    """How much of a workbook is read: rows of its sheet, and tags and strings of the whole."""

    rows: int
    tags: int = MOST_TAGS
    strings: int = MOST_STRINGS


_BROKEN: Final = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    RuntimeError,  # zipfile's, for a file under a password and for a compression that it cannot undo
)
"""What openpyxl raises at a file that is not a workbook, or a damaged one: caught, and told in one line."""
_LINE_END: Final = re.compile(r"_x000[9AaDd]_")
"""How a workbook keeps a tab or a line's end within a cell; openpyxl leaves it so."""
_HEAD: Final = Font(bold=True)
_NO_DATE: Final = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


class Unread(Exception):
    """A cell, or the file, does not say what was written. The message says why, on one line; `code`: the same for a page."""

    def __init__(self, what: str, code: SheetFaultCode = "cell") -> None:
        super().__init__(what)
        self.code = code


class Moment(Struct, frozen=True):
    """A date as a spreadsheet keeps one. `shows_day`: its format shows the day, so that whoever wrote it saw it."""

    day: str
    shows_day: bool


def write_sheet(rows: Iterable[Sequence[str]], title: str = SHEET) -> bytes:
    """A workbook of one sheet of text, the first row its heads."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "C2"
    columns = ColumnDimension(sheet, "A", min=1, max=MOST_COLUMNS, width=18)
    columns.number_format = "@"
    sheet.column_dimensions["A"] = columns
    for at, row in enumerate(rows):
        sheet.append([text_cell(sheet, value, head=at == 0) for value in row])
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def text_cell(sheet: Any, value: str, *, head: bool) -> Any:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
    cell.data_type = "s"  # whatever was guessed: what begins with = is no formula
    cell.number_format = "@"
    if head:
        cell.font = _HEAD
    return cell


def read_sheet(data: bytes, bounds: SheetBounds) -> list[list[object]]:
    """The cells row by row: text, a number, a Moment, or Unread where a cell is none of them. At most one row more than `bounds.rows`. Raises Unread."""
    try:
        _look_inside(data, bounds)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl does not keep: nothing is written back
            workbook = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            sheet = _the_sheet(workbook)
            sheet.reset_dimensions()
            rows: list[list[object]] = []
            for row in sheet.iter_rows():
                if len(rows) > bounds.rows or len(row) > MOST_COLUMNS:
                    raise Unread(f"more than {bounds.rows} rows or {MOST_COLUMNS} columns", "large")
                rows.append([_value(cell) for cell in row])
    except _BROKEN:
        raise Unread("not a workbook that can be read; save it as XLSX again", "file") from None
    while rows and not any(cell for cell in rows[-1]):
        rows.pop()
    return rows


def _look_inside(data: bytes, bounds: SheetBounds) -> None:
    """Refuse what unpacks without end or into more than a table holds, what defines things of its own in XML, and cells of which only one holds what all of
    them show. openpyxl goes through a whole sheet before it gives its first row, so all of this comes before.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as folder:
        if sum(part.file_size for part in folder.infolist()) > LARGEST:
            raise Unread("unpacks to more than 64 MB", "large")
        tags = strings = 0
        for part in folder.infolist():
            if not _is_xml(folder, part):
                continue
            for piece in _pieces(folder, part):
                found = piece.count(b"<")
                tags += found
                strings += piece.count(b"<si") + piece.count(b":si")
                if tags > bounds.tags or strings > bounds.strings or (not found and len(piece) > PIECE):
                    raise Unread("holds far more than a table does; save the sheet alone, as XLSX", "large")
                if b"\0" in piece:
                    raise Unread("is not in UTF-8, as every spreadsheet writes it", "file")
                if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                    raise Unread("holds a document type, which no spreadsheet writes", "file")
                if b"<mergeCell " in piece or b":mergeCell " in piece:
                    raise Unread("holds merged cells; a row has cells of its own", "file")


def _is_xml(folder: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Might openpyxl take it for XML? What a part is says another part, not its name: so what begins as XML is, in whichever encoding."""
    if part.filename.endswith((".xml", ".rels")):
        return True
    with folder.open(part) as file:
        beginning = file.read(PIECE)
    return beginning.lstrip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n")[:1] in (b"<", b"") and bool(beginning)


def _pieces(folder: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part unpacked, a piece at a time; each begins with the end of the one before, so that no word is cut in two."""
    tail = b""
    with folder.open(part) as file:
        while piece := file.read(PIECE):
            yield tail + piece
            tail = piece[-16:]


def _the_sheet(workbook: Any) -> Any:
    if SHEET in workbook.sheetnames:
        return workbook[SHEET]
    if len(workbook.worksheets) == 1:
        return workbook.worksheets[0]
    raise Unread(f"holds several sheets, none of them called {SHEET}", "file")


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
