"""Everything that whoever has the tables can calculate with: which cells add up to which, in a table, across tables, and across a year's quarters.

One list for a release, with every earlier one in it that it could be held against. What the two do not share is a cell of its own here (`rest`),
though it stands in no table: an incident whose region is not known, say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct

from hotline.engine.casework.incidents import LADDER
from hotline.ports.figures.releases import TOTAL, UNKNOWN, FigureTable
from hotline.service.desk.figures.cell_suppression import FEWEST
from hotline.service.desk.figures.counting import SMALLEST_REGION, CountedTable
from hotline.service.desk.figures.definitions import OTHERS, SMALLEST_BASE
from hotline.service.desk.figures.release_suppression import Cell, Public, Sum

RESTS: Final = "rests"
"""Where a table's name would stand, of what is in none."""
ALL: Final = "count"
"""The column of tables that have but one."""


class Book(Struct, frozen=True):
    """All true numbers that there are to hide, what adds up to what, and what stands fast."""

    counts: Mapping[Cell, int]
    sums: tuple[Sum, ...]
    public: Public


class PeriodTables(Struct, frozen=True):
    """A period's true tables, and those of it that are public: None where none ever were."""

    name: str
    tables: Sequence[CountedTable]
    published: Mapping[str, FigureTable] | None = None
    """By name; a name that is missing was not among them."""


def book(new: PeriodTables, parts: Sequence[PeriodTables] = ()) -> Book:
    """Of a new release, and the periods that it is the sum of, in their order. What was never published of these stays hidden."""
    pages = _Pages()
    for period in parts:
        pages.add(period, is_new=False)
    pages.add(new, is_new=True)
    for counted in new.tables:
        if parts and not counted.spec.is_public and "quarter" in counted.spec.periods:
            for row, column in _places(counted):
                pages.over_time([Cell(part.name, counted.name, row, column) for part in parts], Cell(new.name, counted.name, row, column))
    return pages.book()


class _Pages:
    """Gathers a book."""

    def __init__(self) -> None:
        self._counts: dict[Cell, int] = {}
        self._sums: list[Sum] = []
        self._shown: set[Cell] = set()
        self._hidden: set[Cell] = set()
        self._loose: set[Cell] = set()
        self._least: dict[Cell, int] = {}
        self._most: dict[Cell, int] = {}

    def book(self) -> Book:
        fast = Public(frozenset(self._shown), frozenset(self._hidden), frozenset(self._loose), self._least, self._most)
        return Book(self._counts, tuple(self._sums), fast)

    def add(self, period: PeriodTables, *, is_new: bool) -> None:
        about_people = [table for table in period.tables if not table.spec.is_public]
        for table in about_people:
            for row, column in _places(table):
                self._counts[Cell(period.name, table.name, row, column)] = table.count(row, column)
            self._sums += _within(period.name, table)
            self._standing(period, table, is_new=is_new)
        _Across(self, period.name, {table.name: table for table in about_people}).add(is_new=is_new)

    def _standing(self, period: PeriodTables, table: CountedTable, *, is_new: bool) -> None:
        """What of this table stands fast, and what it tells though it is hidden: on which side of 20 its base is, and that its regions have ten."""
        cells = {place: Cell(period.name, table.name, *place) for place in _places(table)}
        base = Cell(period.name, table.name, table.rows[-1] if TOTAL not in table.rows else TOTAL, TOTAL if TOTAL in table.columns else ALL)
        is_small = table.base < SMALLEST_BASE
        if is_new:
            if is_small:
                self._hidden.update(cells.values())
        else:
            printed = (period.published or {}).get(table.name)
            for place, cell in cells.items():
                (self._hidden if printed is None or printed.cell(*place) is None else self._shown).add(cell)
            is_small = printed is not None and printed.too_few
        if is_small:
            self._most[base] = SMALLEST_BASE - 1
        elif is_new or (table.base >= SMALLEST_BASE and period.published is not None and table.name in period.published):
            self._least[base] = SMALLEST_BASE
            if OTHERS in table.spec.rows:  # a region with a row of its own has ten, and so have the others together
                own = (cell for (row, column), cell in cells.items() if row != TOTAL and column == TOTAL)
                self._least |= {cell: SMALLEST_REGION for cell in own if self._counts[cell] >= SMALLEST_REGION}

    def count(self, cell: Cell) -> int:
        return self._counts[cell]

    def join(self, parts: Iterable[Cell], total: Cell) -> None:
        self._sums.append(Sum(tuple(parts), total))

    def over_time(self, parts: Sequence[Cell], total: Cell) -> None:
        """What all of its parts are public of, is public too, however it is printed."""
        self.join(parts, total)
        if self._shown.issuperset(parts) and total not in self._hidden:
            self._shown.add(total)

    def between(self, cell: Cell, parts: Sequence[Cell]) -> None:
        """These parts make a number that stands in no table, and that others make too."""
        self._counts[cell] = sum(self._counts[part] for part in parts)
        self._leave_out(cell)
        self.join(parts, cell)

    def rest(self, parts: Sequence[Cell], total: Cell, name: str, *, is_loose: bool = False) -> None:
        """The parts and what is left out of them make the total."""
        left = Cell(total.period, RESTS, name, total.column)
        self._counts[left] = self._counts[total] - sum(self._counts[part] for part in parts)
        if is_loose:
            self._loose.add(left)
        else:
            self._leave_out(left)
        self.join((*parts, left), total)

    def _leave_out(self, cell: Cell) -> None:
        """It is in no table, and has to stay unknown only where it is few."""
        (self._hidden if self._counts[cell] < FEWEST else self._loose).add(cell)


class _Across:
    """What tables of one period tell of each other."""

    def __init__(self, pages: _Pages, period: str, tables: Mapping[str, CountedTable]) -> None:
        self._pages, self._period, self._tables = pages, period, tables

    def _cell(self, table: str, row: str, column: str = ALL) -> Cell:
        return Cell(self._period, table, row, column)

    def add(self, *, is_new: bool) -> None:
        if {"promises", "promises_languages"} <= self._tables.keys():
            self._promises()
        if {"promises", "wrong", "safer"} <= self._tables.keys():
            self._calls()
        for name in ("partner", "minors"):
            if {"types", name} <= self._tables.keys():
                self._pages.join((self._cell(name, TOTAL), self._cell(name, UNKNOWN)), self._cell("types", TOTAL))
        if {"types", "delay"} <= self._tables.keys():
            self._sexual()
        if {"types", "referrals"} <= self._tables.keys():
            self._beside_each_other(is_new=is_new)
        if {"regions_types", "regions_ages"} <= self._tables.keys():
            self._regions()

    def _promises(self) -> None:
        """By language and by urgency they are the same promises, but for languages that have no column."""
        for row in self._tables["promises"].rows:
            whole, listed = self._cell("promises", row, TOTAL), self._cell("promises_languages", row, TOTAL)
            if self._pages.count(whole) == self._pages.count(listed):
                self._pages.join((listed,), whole)
            else:
                self._pages.rest((listed,), whole, f"languages {row}")

    def _calls(self) -> None:
        """A promise was kept where somebody rang; of whoever was rung some talked, and some were somebody else."""
        kept, rung = self._cell("promises", "kept", TOTAL), self._cell("wrong", "rung")
        if self._pages.count(kept) == self._pages.count(rung):
            self._pages.join((kept,), rung)
        else:  # rung, and nobody said how it ended
            self._pages.rest((rung,), kept, "unsaid", is_loose=True)
        elsewhere = [self._cell("safer", TOTAL), self._cell("safer", UNKNOWN), self._cell("wrong", "wrong")]
        self._pages.rest(elsewhere, rung, "calls", is_loose=True)

    def _sexual(self) -> None:
        """How long it took is asked of sexual violence alone, and of some it is not known."""
        sexual = self._cell(RESTS, "sexual")
        self._pages.between(sexual, (self._cell("delay", TOTAL), self._cell("delay", UNKNOWN)))
        self._pages.join((self._cell("types", "rape"), self._cell("types", "sexual_assault")), sexual)

    def _beside_each_other(self, *, is_new: bool) -> None:
        """Referrals and incidents are no part of each other; all the same nobody learns that they differ by a few."""
        less, more = sorted((self._cell("referrals", TOTAL, TOTAL), self._cell("types", TOTAL)), key=self._pages.count)
        if is_new and self._pages.count(more) - self._pages.count(less) < FEWEST:
            self._pages.rest((less,), more, "referrals")

    def _regions(self) -> None:
        """The country is its regions, and those incidents whose region is not known; a region's ages are its incidents, but for unknown ages."""
        for column in (*LADDER.values(), TOTAL):
            of_country = self._cell("types", column)
            self._pages.rest((self._cell("regions_types", TOTAL, column),), of_country, f"region unknown, {column}")
        for column in ("under_18", "adult"):
            of_country = self._cell("minors", column)
            self._pages.rest((self._cell("regions_ages", TOTAL, column),), of_country, f"region unknown, {column}")
        for row in self._tables["regions_ages"].rows:
            of_types = self._cell("regions_types", row, TOTAL)
            self._pages.rest((self._cell("regions_ages", row, TOTAL),), of_types, f"age unknown, {row}")


def _within(period: str, table: CountedTable) -> Iterator[Sum]:
    """Rows, then columns."""

    def cell(row: str, column: str) -> Cell:
        return Cell(period, table.name, row, column)

    if TOTAL in table.columns:
        for row in table.rows:
            yield Sum(tuple(cell(row, column) for column in table.columns if column != TOTAL), cell(row, TOTAL))
    if TOTAL in table.rows:
        parts = table.rows[: table.rows.index(TOTAL)]
        for column in table.columns:
            yield Sum(tuple(cell(row, column) for row in parts), cell(TOTAL, column))


def _places(table: CountedTable) -> Iterator[tuple[str, str]]:
    return ((row, column) for row in table.rows for column in table.columns)
