"""The directory as one table, CSV or XLSX: written so that no cell is a formula, read so that what a spreadsheet made of a value is never taken for the value."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from hotline.content.directory_files.entries import DAYS, FIELDS, one_line, values_of
from hotline.content.directory_files.sheets import Moment, SheetBounds, Unread, read_sheet, write_sheet
from hotline.content.flow_files.nodes import quoted
from hotline.engine.flow import Item
from hotline.engine.phone.numbers import is_in_mali
from hotline.ports.editions.directory_sheets import SheetFaultCode

COLUMNS: Final = (
    *("list", "id", "name", "region", "place", "near", "kind", "on", "address", "hours", "phone", "offers", "languages"),
    *("cost", "way", "asks_for"),
    *("source", "source_date", "confirmed_on", "confirmed_by", "verified_on", "verified_by", "called_by_day", "called_by_night"),
)
MOST_ROWS: Final = 10_000
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a file."""
WHOLE: Final = SheetBounds(MOST_ROWS + 1)

_FORMULA: Final = tuple("=+-@\t\r＝＋－＠")
"""The wide ones begin a formula where a spreadsheet is Chinese or Japanese."""
_MARK: Final = "'"
_SCIENTIFIC: Final = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+")
_SLASHED: Final = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")


class CellFault(Struct, frozen=True, order=True):
    """One thing that is wrong with a table. Rows are counted as a spreadsheet counts them, the heads being row 1; 0: the whole file."""

    row: int
    column: str
    what: str
    code: SheetFaultCode = "cell"

    def __str__(self) -> str:
        place = [f"row {self.row}"] if self.row else []
        place += [f"column {self.column}"] if self.column else []
        return f"{', '.join(place)}: {self.what}" if place else self.what


class Row(Struct, frozen=True):
    """What one row says, by column; empty cells are left out."""

    number: int
    cells: dict[str, str]
    unread: tuple[str, ...]
    """Columns of cells that are faults already."""


class Table(Struct, frozen=True):
    """What could be read of a table, and what is wrong with it."""

    rows: tuple[Row, ...] = ()
    faults: tuple[CellFault, ...] = ()


def as_csv(items: Iterable[Item]) -> bytes:
    """UTF-8 with a byte order mark and semicolons, as a spreadsheet set to French opens it by a double click."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(_grid(items))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(items: Iterable[Item]) -> bytes:
    """One sheet in which every cell is text, and stays text whatever is typed over it."""
    return write_sheet(_grid(items))


def read_table(data: bytes, *, xlsx: bool, bounds: SheetBounds = WHOLE) -> Table:
    """CSV in UTF-8 with semicolons or commas; of a workbook the sheet called `directory`, or the only one. Does not raise: what cannot be read is among the faults."""
    if len(data) > LARGEST:
        return _whole(0, "larger than 8 MB", "large")
    if not xlsx:
        return _from_csv(data)
    try:
        return _table(read_sheet(data, bounds))
    except Unread as error:
        return _whole(0, str(error), error.code)


def _from_csv(data: bytes) -> Table:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _whole(data[: error.start].count(b"\n") + 1, "not UTF-8; save it as `CSV UTF-8`")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") >= first.count(",") else ",", strict=True)
    grid: list[Sequence[object]] = []
    try:
        grid.extend(reader)
    except csv.Error as error:
        return _whole(len(grid) + 1, f"not CSV: {error}")
    return _table(grid)


def _whole(row: int, what: str, code: SheetFaultCode = "file") -> Table:
    return Table((), (CellFault(row, "", what, code),))


def _grid(items: Iterable[Item]) -> Iterator[list[str]]:
    yield list(COLUMNS)
    for item in items:
        if item.list in FIELDS:
            values = {**values_of(item), "list": item.list, "id": item.id, "name": item.name}
            yield [guarded(values.get(column, "")) for column in COLUMNS]


def guarded(value: str) -> str:
    """A value with the mark of text before it, where a spreadsheet would take it for a formula, or the mark for its own."""
    return f"{_MARK}{value}" if value.startswith((*_FORMULA, _MARK)) else value


def _bare(value: str) -> str:
    """The reverse of `guarded`."""
    return value[1:] if value.startswith(_MARK) and value[1:].startswith((*_FORMULA, _MARK)) else value


def _table(grid: Sequence[Sequence[object]]) -> Table:
    if len(grid) > MOST_ROWS + 1:
        return _whole(0, f"more than {MOST_ROWS} rows", "large")
    header = [one_line(str(cell)) for cell in grid[0]] if grid else []
    while header and not header[-1]:
        header.pop()
    faults = list(_header_faults(header))
    if faults:
        return Table((), tuple(faults))
    rows: list[Row] = []
    for number, line in enumerate(grid[1:], 2):
        cells: dict[str, str] = {}
        unread: list[CellFault] = []
        for at, cell in enumerate(line):
            column = header[at] if at < len(header) else f"{at + 1}"
            try:
                text = _text(column, cell)
            except Unread as error:
                unread.append(CellFault(number, column, str(error), error.code))
                continue
            if text and at >= len(header):
                unread.append(CellFault(number, column, "stands behind the last column that has a name", "column"))
            elif text:
                cells[column] = text
        if cells or unread:
            rows.append(Row(number, cells, tuple(fault.column for fault in unread)))
        faults += unread
    return Table(tuple(rows), tuple(faults))


def _header_faults(header: Sequence[str]) -> Iterator[CellFault]:
    for at, name in enumerate(header):
        if name not in COLUMNS:
            yield CellFault(1, name[:40] or f"{at + 1}", f"unknown, none of {', '.join(COLUMNS)}", "column")
        elif name in header[:at]:
            yield CellFault(1, name, "stands twice", "column")
    for name in ("list", "id"):
        if name not in header:
            yield CellFault(1, name, "is missing; the first row names the columns", "column")


def _text(column: str, cell: object) -> str:
    """A cell's value as text. Raises Unread for what a spreadsheet may have made of something else."""
    match cell:
        case Unread():
            raise cell
        case Moment():
            return _from_moment(column, cell)
        case int() | float():
            return _from_number(column, float(cell))
    text = one_line(str(cell))
    if text.startswith("="):
        raise Unread("is a formula; write its value")
    text = _bare(text)
    if column == "phone" and _SCIENTIFIC.fullmatch(text):
        raise Unread(f"{quoted(text)} is what a spreadsheet made of a number; write it again, in a column formatted as text")
    if (column in DAYS or column == "source_date") and _SLASHED.fullmatch(text):
        raise Unread(f"{quoted(text)} may be read in two ways; write 2026-01-31, in a column formatted as text", "day")
    return text


def _from_moment(column: str, moment: Moment) -> str:
    if column not in DAYS and column != "source_date":
        raise Unread("is a date, which a spreadsheet may have made of something else; write it again, in a column formatted as text")
    if not moment.shows_day:
        raise Unread(f"shows a month and holds a day that nobody wrote; write {moment.day[:7]} as text, or the day")
    return moment.day


def _from_number(column: str, number: float) -> str:
    text = f"{number:.0f}"
    if not number.is_integer() or number < 0 or len(text) > 15:
        raise Unread("is a number with a fraction or a sign, which a spreadsheet may have made of something else; write it as text")
    if column != "phone":
        return text
    if len(text) == 11 and is_in_mali(f"+{text}"):
        return f"+{text}"
    if len(text) == 8 or 2 <= len(text) <= 5:
        return text
    raise Unread(
        f"{text} is a number, of which a spreadsheet may have dropped a zero or a digit; write it again, in a column formatted as text"
    )
