"""CSV with HXL's hashtags in its second row: one line for each cell (HXL 1.1, hxlstandard.org; its own hashtags begin with `#x_`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from hotline.ports.figures.figure_files import ReleasedFigure, ReleasedFigures, ReleasedName, ReleasedTable
from hotline.ports.figures.releases import TOTAL
from hotline.service.desk.figures.definitions import REGIONS, SPECS

HEADS: Final = {
    "Début": "#date+start",
    "Fin": "#date+end",
    "Pays": "#country+code",
    "Figure": "#indicator+code",
    "Catégorie": "#x_category+code",
    "Libellé": "#x_category+name+i_fr",
    "Valeur": "#indicator+value+num",
    "État": "#status+code",
    "À lire avec": "#meta+note+i_fr",
}
"""`#affected`, `#inneed` and `#population` would claim people of a country: none of them is here."""
REGION: Final = {"Région": "#adm1+name"}
"""Last, in the files of a year."""
FRENCH: Final = "+i_fr"
ONE: Final = "count"
_FORMULA: Final = tuple("=+-@\t\r＝＋－＠")
"""Begins a formula in a spreadsheet; the wide ones in those that are Chinese or Japanese."""


def as_csv(figures: ReleasedFigures) -> bytes:
    """UTF-8 with a byte order mark, commas; no cell begins a formula, and of a hidden one the value is empty."""
    is_year = "-" not in figures.period
    heads = {**HEADS, **(REGION if is_year else {})}
    tags = [tag.replace(FRENCH, f"+i_{figures.language}") for tag in heads.values()]
    text = io.StringIO(newline="")
    rows = ([*row, region] if is_year else row for row, region in _rows(figures))
    csv.writer(text, lineterminator="\r\n").writerows([_safe(cell) for cell in row] for row in ([*heads], tags, *rows))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def category(figure: ReleasedFigure, table: ReleasedTable, row: str, column: str) -> str:
    """By which a cell is known within its figure: `rape`, `health.unavailable`; of a figure's further tables with the table's name in front."""
    of_table = () if table is figure.tables[0] else (table.name,)
    return ".".join((*of_table, row, *(() if column == ONE else (column,))))


def _rows(figures: ReleasedFigures) -> Iterator[tuple[list[str], str]]:
    """Each cell, and the name of its region where its row is one."""
    for figure in figures.figures:
        for table in figure.tables:
            is_by_region = table.name in SPECS and REGIONS in SPECS[table.name].rows
            for row, cells in zip(table.rows, table.cells, strict=True):
                for column, cell in zip(table.columns, cells, strict=True):
                    yield (
                        [
                            *(figures.start.isoformat(), figures.end.isoformat(), figures.country, figure.code),
                            *(category(figure, table, row.code, column.code), _label(row, column)),
                            *("" if cell.value is None else str(cell.value), cell.state, figure.read_with),
                        ],
                        row.label if is_by_region and row.code != TOTAL else "",
                    )


def _label(row: ReleasedName, column: ReleasedName) -> str:
    return row.label if column.code == ONE else f"{row.label} · {column.label}"


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
