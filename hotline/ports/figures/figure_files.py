"""A release with its words, as the files carry it, and who makes workbooks of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

CellState: TypeAlias = Literal["shown", "hidden", "too_few"]


class ReleasedCell(Struct, frozen=True, omit_defaults=True):
    """One number, or why there is none: hidden (below five, zero among them, or held back for another), or its table too small for any."""

    state: CellState
    value: int | None = None


class ReleasedName(Struct, frozen=True):
    """A row or a column."""

    code: str
    label: str


class ReleasedTable(Struct, frozen=True):
    """`cells`: by row, then by column."""

    name: str
    title: str
    rows: tuple[ReleasedName, ...]
    columns: tuple[ReleasedName, ...]
    cells: tuple[tuple[ReleasedCell, ...], ...]
    column_shares: dict[str, int] = {}
    """Whole numbers of a hundred: what its figure is a share of, by the column's code; left out where it would tell of few."""
    row_shares: dict[str, int] = {}
    """The same by the row's."""


class ReleasedFigure(Struct, frozen=True):
    code: str
    name: str
    title: str
    sentence: str
    """Goes wherever a number of it goes."""
    read_with: str
    """The same where there is room for one line alone: of what callers agreed to count, whom it counts."""
    tables: tuple[ReleasedTable, ...]


class ReleasedFigures(Struct, frozen=True):
    """A file."""

    format: str
    release: int
    period: str
    start: date
    end: date
    country: str
    released_on: date | None
    released_by: str | None
    letter: str
    digest: str
    language: str
    read_first: tuple[str, ...]
    legend: str
    figures: tuple[ReleasedFigure, ...]


class FigureWorkbooks(Protocol):
    def xlsx(self, figures: ReleasedFigures, words: Callable[[str], str], released_at: datetime) -> bytes:
        """`words`: by key, in the language of `figures`."""
