"""A release as a workbook: a sheet a figure, its numbers as numbers, what they mean beside them, and nothing that a spreadsheet computes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles.alignment import Alignment
from openpyxl.styles.borders import Border, Side
from openpyxl.styles.fills import PatternFill
from openpyxl.styles.fonts import Font
from openpyxl.utils.cell import get_column_letter
from openpyxl.workbook.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

from hotline.ports.figures.figure_files import ReleasedCell, ReleasedFigure, ReleasedFigures, ReleasedTable
from hotline.service.desk.figures.files.recorder import RecorderRow

FIRST_MOMENT: Final = datetime(1980, 1, 1)  # noqa: DTZ001 -- as workbook and archive have it, without a zone
"""That an archive can tell."""
INCIDENT_DATA: Final = "Incident Data"
MENU_DATA: Final = "Menu Data"
HIDDEN: Final = "–"
NAME_WIDTH: Final = 44
NUMBER_WIDTH: Final = 14
NOTE_WIDTH: Final = 56
NOTE_ROWS: Final = 18
A_LINE: Final = 15.0
"""Points of a row of one line."""
_TITLE: Final = Font(bold=True, size=14)
_HEAD: Final = Font(bold=True)
_HEAD_FILL: Final = PatternFill("solid", fgColor="E7E4DC")
_LINE: Final = Side(style="thin", color="9A958A")
_BELOW: Final = Border(bottom=_LINE)
_WRAPPED: Final = Alignment(wrap_text=True, vertical="top")
_RIGHT: Final = Alignment(horizontal="right", vertical="top")
_OVER: Final = Alignment(horizontal="right", wrap_text=True, vertical="top")
"""A head over its numbers."""
_NO_SHEET: Final = re.compile(r"[\[\]:*?/\\]")
_SHEET_LETTERS: Final = 31

InWords: TypeAlias = Callable[[str], str]


class OpenpyxlWorkbooks:
    """`hotline.ports.figures.figure_files.FigureWorkbooks`."""

    def xlsx(self, figures: ReleasedFigures, words: InWords, released_at: datetime) -> bytes:
        return as_xlsx(figures, words, released_at)


def as_xlsx(figures: ReleasedFigures, words: InWords, released_at: datetime) -> bytes:
    """`words`: by key, in the language of `figures`. `released_at`: what the file says of its making, which is nobody's business."""
    workbook = Workbook()
    _read_first(workbook.active, figures, words)
    for figure in figures.figures:
        _figure(
            workbook.create_sheet(_sheet_name(f"{figure.code} {figure.title}" if figure.code != figure.name else figure.title)),
            figure,
            figures,
            words,
        )
    return _written(workbook, released_at)


def _written(workbook: Workbook, at: datetime) -> bytes:
    """The same bytes whenever it is made: nothing in them, nor on their archive, tells when somebody took it."""
    properties, loose, data = workbook.properties, io.BytesIO(), io.BytesIO()
    properties.creator, properties.created, properties.modified = "hotline", at, at
    ExcelWriter(workbook, ZipFile(loose, "w")).save()
    with ZipFile(loose) as parts, ZipFile(data, "w", ZIP_DEFLATED) as whole:
        for name in parts.namelist():
            whole.writestr(ZipInfo(name, max(at, FIRST_MOMENT).timetuple()[:6]), parts.read(name), ZIP_DEFLATED)
    return data.getvalue()


def put(sheet: Any, row: int, column: int, value: str | int | None) -> Any:
    """A cell that is a number or text, and never a formula, whatever the text begins with."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
        cell.data_type = "s"
    elif value is not None:
        cell.value = value
    return cell


def _read_first(sheet: Any, figures: ReleasedFigures, words: InWords) -> None:
    sheet.title = _sheet_name(words("figures.files.readme"))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 90
    put(sheet, 1, 1, f"{words('figures.files.figures')} · {figures.period}").font = _TITLE
    facts = (
        ("period", f"{figures.period} ({figures.start.isoformat()} – {figures.end.isoformat()})"),
        ("release", figures.release),
        ("released_on", figures.released_on.isoformat() if figures.released_on else ""),
        ("released_by", figures.released_by or ""),
        ("letter", figures.letter),
        ("digest", figures.digest),
    )
    row = 3
    for name, value in facts:
        put(sheet, row, 1, words(f"figures.files.{name}")).font = _HEAD
        put(sheet, row, 2, value).alignment = Alignment(horizontal="left")
        row += 1
    row += 1
    for sentence in (*figures.read_first, figures.legend):
        _note(sheet, row, sentence, last=2, letters=110)
        row += 1
    row += 1
    for figure in figures.figures:
        put(sheet, row, 1, figure.code if figure.code != figure.name else "").font = _HEAD
        put(sheet, row, 2, figure.title)
        row += 1
    _page(sheet)
    sheet.page_setup.fitToHeight = 1


def _figure(sheet: Any, figure: ReleasedFigure, figures: ReleasedFigures, words: InWords) -> None:
    """Title and sentence, the tables below each other, and beside the first what is to be read with it."""
    widest = max(1 + len(table.columns) + bool(table.row_shares) for table in figure.tables)
    put(sheet, 1, 1, figure.title).font = _TITLE
    put(sheet, 2, 1, f"{words('figures.files.period')} {figures.period} · {words('figures.files.release')} {figures.release}")
    _note(sheet, 3, figure.sentence, last=widest, letters=NAME_WIDTH + NUMBER_WIDTH * (widest - 1))
    row = 5
    for table in figure.tables:
        row = _table(sheet, row, table, words) + 2
    beside = widest + 2
    head = put(sheet, 5, beside, words("figures.files.note"))
    head.font, head.alignment = _HEAD, _WRAPPED
    # Who is counted, and what the dash is, stand in the figure's own sentence and in the legend; in front there may be that all of it is made up.
    _counted, prevalence, gbvims, _dash, dates = figures.read_first[-5:]
    notes = dict.fromkeys((figure.read_with, prevalence, gbvims, dates, figures.legend))
    put(sheet, 6, beside, "\n\n".join(notes)).alignment = _WRAPPED
    sheet.merge_cells(start_row=6, start_column=beside, end_row=5 + NOTE_ROWS, end_column=beside)
    sheet.column_dimensions["A"].width = NAME_WIDTH
    for column in range(2, widest + 1):
        sheet.column_dimensions[get_column_letter(column)].width = NUMBER_WIDTH
    sheet.column_dimensions[get_column_letter(beside)].width = NOTE_WIDTH
    sheet.freeze_panes = "B6" if len(figure.tables) == 1 else "B5"  # heads of the first table would stand over the second
    _page(sheet)


def _table(sheet: Any, row: int, table: ReleasedTable, words: InWords) -> int:
    """Returns the last row that it takes."""
    heads = [table.title, *(column.label for column in table.columns), *([words("figures.percent")] if table.row_shares else [])]
    for column, head in enumerate(heads, 1):
        cell = put(sheet, row, column, head)
        cell.font, cell.fill, cell.border, cell.alignment = _HEAD, _HEAD_FILL, _BELOW, _WRAPPED if column == 1 else _OVER
    sheet.row_dimensions[row].height = A_LINE * max(2, -(-len(table.title) // NAME_WIDTH), *(-(-len(head) // 11) for head in heads[1:]))
    if not any(cell.state != "too_few" for cells in table.cells for cell in cells):
        put(sheet, row + 1, 1, words("figures.too_few"))
        return row + 1
    for name, cells in zip(table.rows, table.cells, strict=True):
        row += 1
        put(sheet, row, 1, name.label).alignment = _WRAPPED
        sheet.row_dimensions[row].height = A_LINE * -(-len(name.label) // NAME_WIDTH)
        for column, cell in enumerate(cells, 2):
            _number(sheet, row, column, cell)
        put(sheet, row, len(cells) + 2, table.row_shares.get(name.code))
    if table.column_shares:
        row += 1
        put(sheet, row, 1, words("figures.percent"))
        for column, name in enumerate(table.columns, 2):
            put(sheet, row, column, table.column_shares.get(name.code))
    return row


def _number(sheet: Any, row: int, column: int, cell: ReleasedCell) -> None:
    shown = put(sheet, row, column, HIDDEN if cell.value is None else cell.value)
    shown.alignment = _RIGHT
    if cell.value is not None:
        shown.number_format = "#,##0"  # each spreadsheet writes thousands as its reader does


def _note(sheet: Any, row: int, text: str, *, last: int, letters: int) -> None:
    """A sentence over the first columns, its row as high as it needs."""
    put(sheet, row, 1, text).alignment = _WRAPPED
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=last)
    sheet.row_dimensions[row].height = A_LINE * -(-len(text) // letters)


def _page(sheet: Any) -> None:
    """Printed on A4, as wide as the page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _sheet_name(text: str) -> str:
    """Excel takes 31 letters, without some; cut after a word."""
    name = " ".join(_NO_SHEET.sub(" ", text).split())
    whole = name if len(name) <= _SHEET_LETTERS else name[: _SHEET_LETTERS + 1].rpartition(" ")[0]
    return whole[:_SHEET_LETTERS].strip().strip("'").rstrip(",")


def recorder_as_xlsx(heads: Sequence[str], rows: Sequence[RecorderRow], menu: Sequence[str], made_at: datetime) -> bytes:
    """Two sheets, as the recorder has them: rows below their heads, and lists of which the heads alone are there."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = INCIDENT_DATA
    for row, values in enumerate((heads, *rows), 1):
        for column, value in enumerate(values, 1):
            if isinstance(value, date):
                sheet.cell(row, column, value).number_format = "yyyy-mm-dd"
            else:
                put(sheet, row, column, value)
    lists = workbook.create_sheet(MENU_DATA)
    for column, head in enumerate(menu, 1):
        put(lists, 1, column, head)
    for of, count in ((sheet, len(heads)), (lists, len(menu))):
        for column in range(1, count + 1):
            of.cell(1, column).font, of.cell(1, column).alignment = _HEAD, _WRAPPED
            of.column_dimensions[get_column_letter(column)].width = 24
    sheet.freeze_panes = "B2"
    return _written(workbook, made_at)
