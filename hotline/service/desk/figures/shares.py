"""Percentages of tables that left the line, where they tell of nobody: the one place from which a page, a plot or a file has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hotline.ports.desk.releases import TOTAL, FigureTable
from hotline.service.desk.figures.definitions import SPECS, FigureSpec

LEAST_BASE: Final = 20
"""Of fewer there is no percentage."""
OF_A_YEAR: Final = {"regions_ages": ("under_18", TOTAL)}
"""Of the yearly tables: the columns whose share it is, region by region."""


def percent(part: int | None, whole: int | None, beside: Iterable[int | None] = (), *, is_public: bool = False) -> int | None:
    """A whole number of a hundred, of shown cells alone. Returns None where a number of people could be read from it.

    That is so of a whole below 20, beside a hidden cell of the same sum (`beside`: its parts), and of 0 and 100, which count nobody among
    the one or the other. `is_public`: of plans and the directory, of which all may be told.
    """
    if part is None or not whole:
        return None
    share = (200 * part + whole) // (2 * whole)
    if is_public:
        return share
    is_told = whole >= LEAST_BASE and None not in beside and 0 < share < 100
    return share if is_told else None


def shares_of(figure: FigureSpec, table: FigureTable) -> dict[str, int | None]:
    """The share that this figure is (`FigureSpec.of`), in one of its tables: by column, or by row where its columns are held together.

    Nothing for a figure that is none.
    """
    if figure.of is None or not table.cells:
        return {}
    return _shares(table, figure.of, is_public=SPECS[table.name].is_public)


def yearly_shares(table: FigureTable) -> dict[str, int | None]:
    """By row, of a yearly table. Nothing where none is to be had of it."""
    return _shares(table, OF_A_YEAR[table.name], is_public=False) if table.name in OF_A_YEAR and table.cells else {}


def _shares(table: FigureTable, of: tuple[str, str], *, is_public: bool) -> dict[str, int | None]:
    part, whole = of
    if part in table.rows:
        parts = _parts(table.rows, whole)
        return {
            column: percent(
                table.cell(part, column), table.cell(whole, column), [table.cell(row, column) for row in parts], is_public=is_public
            )
            for column in table.columns
        }
    parts = _parts(table.columns, whole)
    return {
        row: percent(table.cell(row, part), table.cell(row, whole), [table.cell(row, column) for column in parts], is_public=is_public)
        for row in table.rows
    }


def _parts(names: tuple[str, ...], whole: str) -> tuple[str, ...]:
    """What adds up to it: all before the total. What is no total has no parts that could be worked out of it."""
    return names[: names.index(TOTAL)] if whole == TOTAL else ()
