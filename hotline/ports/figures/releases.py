"""Figures that leave the line: tables computed once, cells hidden in them, looked at by two people, never changed afterwards."""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias

from msgspec import Struct

ReleaseStanding: TypeAlias = Literal["prepared", "released", "withdrawn"]
"""Shown to an officer alone; given to partners; taken back with a note, and shown to nobody any more."""

TOTAL: Final = "total"
"""The row or column that the others of its table add up to."""
UNKNOWN: Final = "unknown"
"""A row below the total: counted in the base, the answer not known or not asked."""


class FigureTable(Struct, frozen=True):
    """One table as whoever gets it sees it: nothing of a hidden cell is in it."""

    name: str
    """Of `service/desk/figures/definitions.py`: promises, hours, types, …"""
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    """By row, then by column; None for one that is hidden, zero perhaps. Empty where the table's base is below 20 (`too_few`)."""
    too_few: bool = False
    """The base is too small for a table; then there are no cells."""

    def cell(self, row: str, column: str) -> int | None:
        """Returns None for a hidden cell, and where there is none."""
        if row not in self.rows or column not in self.columns or not self.cells:
            return None
        return self.cells[self.rows.index(row)][self.columns.index(column)]


class Release(Struct, frozen=True):
    """The tables of one period, under one number."""

    number: int
    """From 1 on, in the order in which they were prepared."""
    period: str
    """A quarter or a year: 2026-Q3, 2026."""
    standing: ReleaseStanding
    tables: tuple[FigureTable, ...]
    prepared_at: int
    prepared_by: str
    """An alias, as all names here."""
    digest: str
    """SHA-256, in hex, of the tables as they are kept: what was published can be held against it."""
    released_at: int | None = None
    released_by: str | None = None
    letter: str = ""
    """Under which letter or protocol it was let out."""
    withdrawn_at: int | None = None
    withdrawn_by: str | None = None
    note: str = ""
    """Why it was withdrawn."""

    def table(self, name: str) -> FigureTable | None:
        return next((table for table in self.tables if table.name == name), None)


HiddenWhy: TypeAlias = Literal["few", "held", "narrow"]
"""Under five; held because another could be worked out from it; held because another could be narrowed down."""


class HiddenCell(Struct, frozen=True):
    """A cell that is hidden, why, and between which numbers it lies for whoever has this release and all before it. For officers alone."""

    table: str
    row: str
    column: str
    why: HiddenWhy
    least: int
    most: int | None
    """None where it has no end."""


class Releases(Protocol):
    """Of a transaction."""

    def save(self, release: Release) -> None:
        """A new one, or a new standing of one that is there; its tables never change."""

    def save_hidden(self, number: int, cells: tuple[HiddenCell, ...]) -> None:
        """Of a release that was saved, sealed: what was hidden when it was prepared, and what an attack on it would find."""

    def hidden(self, number: int) -> tuple[HiddenCell, ...]: ...
    def release(self, number: int) -> Release | None: ...
    def releases(self) -> tuple[Release, ...]:
        """All, in the order of their numbers; tables with them."""
