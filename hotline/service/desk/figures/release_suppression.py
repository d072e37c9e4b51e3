"""Which cells of a release are hidden, so that nobody can be found in it, nor in it and all earlier ones together.

Stricter than `cell_suppression`, which is for the room: zero is hidden too, and all that is public counts, whatever the table, page or year. A hidden
cell could be as many different numbers as `FEWEST`, and one more.
Statistical disclosure control calls it primary and secondary cell suppression, and the last step an audit of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec import Struct

from hotline.ports.figures.releases import HiddenWhy
from hotline.service.desk.figures.bounds import Equation, Solved, bounds, first_narrow
from hotline.service.desk.figures.cell_suppression import FEWEST


class Cell(Struct, frozen=True, order=True):
    """A cell, by where it stands."""

    period: str
    table: str
    row: str
    column: str


class Sum(Struct, frozen=True):
    """These parts add up to this total. Of one part: both are the same number."""

    parts: tuple[Cell, ...]
    total: Cell

    @property
    def members(self) -> tuple[Cell, ...]:
        return (*self.parts, self.total)


class Public(Struct, frozen=True):
    """What stands fast before a release is decided on."""

    shown: frozenset[Cell] = frozenset()
    """Of earlier releases, or not about people: nothing of it can be hidden any more."""
    hidden: frozenset[Cell] = frozenset()
    """Of earlier releases, in a table that is too small to be shown, or in no table at all and few."""
    loose: frozenset[Cell] = frozenset()
    """In no table, and nobody minds if it is worked out."""
    least: Mapping[Cell, int] = {}
    most: Mapping[Cell, int] = {}
    """What the rules themselves tell of a hidden cell: a base below 20, say."""


NOTHING_PUBLIC: Final = Public()


class Unprotected(Exception):
    """A hidden cell can be narrowed down, and nothing is left that could be hidden beside it. `cell`: which."""

    def __init__(self, cell: Cell) -> None:
        super().__init__(f"{cell.period} {cell.table}")
        self.cell = cell


def suppress(counts: Mapping[Cell, int], sums: Iterable[Sum], public: Public = NOTHING_PUBLIC) -> dict[Cell, HiddenWhy]:
    """Every hidden cell that is not hidden already, and why. `counts`: all cells, the true numbers, in the order in which tables show them.

    Raises Unprotected.
    """
    table = _Table(counts, tuple(sums), public)
    while True:
        table.hold_secondary()
        narrow = table.first_narrow()
        if narrow is None:
            return table.why
        table.widen(narrow)


def ranges(
    counts: Mapping[Cell, int], sums: Iterable[Sum], hidden: AbstractSet[Cell], public: Public, wanted: Iterable[Cell]
) -> dict[Cell, tuple[int, int | None]]:
    """Between which numbers each wanted hidden cell lies, by all that is public."""
    return bounds(_equations(counts, sums, hidden, public), wanted)


def _equations(counts: Mapping[Cell, int], sums: Iterable[Sum], hidden: AbstractSet[Cell], public: Public) -> list[Equation[Cell]]:
    """What the public sums say of the hidden cells."""
    equations = []
    for sum_ in sums:
        value, terms = 0, dict[Cell, int]()
        for cell, sign in (*((part, 1) for part in sum_.parts), (sum_.total, -1)):
            if cell in hidden:
                terms[cell] = terms.get(cell, 0) + sign
            else:
                value -= sign * counts[cell]
        if terms:
            equations.append(Equation(terms, value))
    for cell, least in public.least.items():
        if cell in hidden:
            equations.append(Equation({cell: 1, _beside(cell, "above"): -1}, least))
    for cell, most in public.most.items():
        if cell in hidden:
            equations.append(Equation({cell: 1, _beside(cell, "below"): 1}, most))
    return equations


def _beside(cell: Cell, side: str) -> Cell:
    return Cell(cell.period, cell.table, cell.row, f"{cell.column} {side}")


class _Table:
    """What is hidden so far, and the choice of what is hidden next."""

    def __init__(self, counts: Mapping[Cell, int], sums: tuple[Sum, ...], public: Public) -> None:
        self._counts, self._sums, self._public = counts, sums, public
        self._exact = tuple(sum_ for sum_ in sums if public.loose.isdisjoint(sum_.members))
        self._order = {cell: place for place, cell in enumerate(counts)}
        self._solved: Solved = {}
        self._fixed = public.shown | public.hidden | public.loose
        self.why: dict[Cell, HiddenWhy] = {cell: "few" for cell, count in counts.items() if count < FEWEST and cell not in self._fixed}
        self._hidden = set(public.hidden | public.loose) | set(self.why)

    def hold_secondary(self) -> None:
        """Until nothing changes: where a sum has one hidden member, or shows its total and hides fewer than five, one more is hidden."""
        is_changed = True
        while is_changed:
            is_changed = any(self._hold(sum_) for sum_ in self._exact if self._tells(sum_))

    def _tells(self, sum_: Sum) -> bool:
        members = [cell for cell in sum_.members if cell in self._hidden]
        if len(members) == 1:
            return True
        parts = [part for part in sum_.parts if part in self._hidden]
        return bool(parts) and sum_.total not in self._hidden and sum(self._counts[part] for part in parts) < FEWEST

    def _hold(self, sum_: Sum) -> bool:
        """False where nothing of it can be hidden: then it stood fast before."""
        victim = self._smallest(sum_.parts) or self._smallest((sum_.total,))
        if victim is None or not self._tells(sum_):
            return False
        self._hide(victim, "held")
        return True

    def _smallest(self, cells: Iterable[Cell]) -> Cell | None:
        free = [cell for cell in cells if cell not in self._hidden and cell not in self._fixed]
        return min(free, key=lambda cell: (self._counts[cell], self._order[cell]), default=None)

    def _hide(self, cell: Cell, why: HiddenWhy) -> None:
        self.why[cell] = why
        self._hidden.add(cell)

    def first_narrow(self) -> Cell | None:
        """The first hidden cell that could be fewer than five different numbers beyond its least."""
        equations = _equations(self._counts, self._sums, self._hidden, self._public)
        guarded = (cell for cell in self._order if cell in self._hidden and cell not in self._public.loose)
        return first_narrow(equations, guarded, FEWEST, self._solved)

    def widen(self, narrow: Cell) -> None:
        """Hide one more beside it, or else beside what is hidden beside it, and so on. Raises Unprotected."""
        reached, edge = {narrow}, {narrow}
        while edge:
            touched = [sum_ for sum_ in self._sums if edge.intersection(sum_.members)]
            victim = self._smallest(part for sum_ in touched for part in sum_.parts) or self._smallest(sum_.total for sum_ in touched)
            if victim is not None:
                return self._hide(victim, "narrow")
            edge = {cell for sum_ in touched for cell in sum_.members if cell in self._hidden} - reached
            reached |= edge
        raise Unprotected(narrow)
