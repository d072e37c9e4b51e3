"""Percentages of tables that left the line, where they tell of nobody: the one place from which a page, a plot or a file has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from hotline.ports.figures.releases import TOTAL, UNKNOWN, FigureTable
from hotline.service.desk.figures.definitions import SPECS, FigureSpec

LEAST_BASE: Final = 20
"""Of fewer there is no percentage."""
OF_A_YEAR: Final = {"regions_ages": ("under_18", TOTAL)}
"""Of the yearly tables: the columns whose share it is, region by region."""


class TableShares(Struct, frozen=True):
    """What a figure is a share of, in whole numbers of a hundred; None where that would tell of few. By column, or by row: one of the two."""

    by_column: dict[str, int | None] = {}
    by_row: dict[str, int | None] = {}


def percent(part: int | None, whole: int | None, beside: Iterable[int | None] = (), *, is_public: bool = False) -> int | None:
    """A whole number of a hundred, of shown cells alone. Returns None where a number of people could be read from it.

    That is so of a whole below 20, beside a hidden cell of the same sum (`beside`: its parts), and of 0 and 100, which count nobody among
    the one or the other. `is_public`: of plans and the directory, of which all and none may be told.
    """
    if part is None or not whole:
        return None
    share = rounded(100 * part, whole)
    is_told = whole >= LEAST_BASE and None not in beside and (is_public or 0 < share < 100)
    return share if is_told else None


def rounded(count: int, among: int) -> int:
    """A whole number of them, as people round it."""
    return (2 * count + among) // (2 * among)


def shares_of(figure: FigureSpec, table: FigureTable) -> TableShares:
    """The share that this figure is (`FigureSpec.of`), in one of its tables; none for a figure that is none."""
    if figure.of is None or not table.cells:
        return TableShares()
    return _shares(table, figure.of, is_public=SPECS[table.name].is_public)


def yearly_shares(table: FigureTable) -> TableShares:
    """Of a yearly table, by region; none where it is of no share."""
    return _shares(table, OF_A_YEAR[table.name], is_public=False) if table.name in OF_A_YEAR and table.cells else TableShares()


def without_answer(table: FigureTable, column: str = "count") -> int | None:
    """How many of a hundred gave no answer, of a table whose total counts those who did."""
    answers, none = (table.cell(row, column) for row in (TOTAL, UNKNOWN))
    return None if answers is None or none is None else percent(none, answers + none)


def _shares(table: FigureTable, of: tuple[str, str], *, is_public: bool) -> TableShares:
    part, whole = of
    if part in table.rows:
        rows = _parts(table.rows, whole)
        found = {
            column: percent(
                *(table.cell(part, column), table.cell(whole, column), [table.cell(row, column) for row in rows]), is_public=is_public
            )
            for column in table.columns
        }
        return TableShares(by_column=found)
    columns = _parts(table.columns, whole)
    return TableShares(
        by_row={
            row: percent(*(table.cell(row, part), table.cell(row, whole), [table.cell(row, name) for name in columns]), is_public=is_public)
            for row in table.rows
        }
    )


def _parts(names: tuple[str, ...], whole: str) -> tuple[str, ...]:
    """What adds up to it: all before the total. What is no total has no parts that could be worked out of it."""
    return names[: names.index(TOTAL)] if whole == TOTAL else ()
