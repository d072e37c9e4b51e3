"""Whoever has all figures that ever left the line, and knows how its tables hang together: what they make of a hidden cell.

It knows the tables as they are read, from rows of the line or back from files, and nothing of how cells were chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from tests import programme

TOTAL, UNKNOWN = "total", "unknown"
TYPES = ("rape", "sexual_assault", "physical_assault", "forced_marriage", "denial", "psychological")


class AttackedTable(Protocol):
    """One table, as it was let out."""

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    too_few: bool

    def cell(self, row: str, column: str) -> int | None: ...


class AttackedRelease(Protocol):
    """All tables of a period."""

    period: str
    tables: tuple[AttackedTable, ...]

    def table(self, name: str) -> AttackedTable | None: ...


def everything_public(releases: Sequence[AttackedRelease]) -> tuple[dict, list]:
    """What an attacker makes of all tables that ever left the line: unknown cells, and every equation that one can write down."""
    tables = [(release.period, table) for release in releases for table in release.tables if table.name not in ("hours", "places")]
    cells = {
        (period, table.name, row, column): table.cell(row, column)
        for period, table in tables
        for row in table.rows
        for column in table.columns
    }
    known = [*(sum_ for period, table in tables for sum_ in within(period, table)), *(s for release in releases for s in across(release))]
    for parts, total in known:
        for cell in (*parts, total):
            if cell[1] == "rests" and all(other in cells or other[1] == "rests" for other in (*parts, total)):
                cells[cell] = None
    sums = [(parts, total) for parts, total in known if all(cell in cells for cell in (*parts, total))]
    for period, table in tables:
        base = (
            period,
            table.name,
            TOTAL if TOTAL in table.rows else table.rows[-1],
            TOTAL if TOTAL in table.columns else table.columns[-1],
        )
        for row in table.rows if table.name.startswith("regions") and table.cells else ():
            if row != TOTAL and cells[period, table.name, row, TOTAL] is None:  # a row of its own tells that there are ten
                ten, above = (period, "rests", "ten", row), (period, "rests", f"above ten, {table.name}", row)
                cells[ten], cells[above] = 10, None
                sums.append(([ten, above], (period, table.name, row, TOTAL)))
        if cells[base] is None:  # that there is a table, or none, tells on which side of 20 its base is
            edge, rest = (period, "rests", "edge", table.name), (period, "rests", "beside", table.name)
            cells[edge], cells[rest] = 19 if table.too_few else 20, None
            sums.append(([base, rest], edge) if table.too_few else ([edge, rest], base))
    return cells, sums


def within(period: str, table: AttackedTable) -> list:
    """Rows, columns, and a year's quarters."""
    places = [(row, column) for row in table.rows for column in table.columns]
    sums = []
    if TOTAL in table.rows:
        inner = table.rows[: table.rows.index(TOTAL)]
        sums += [([(period, table.name, row, column) for row in inner], (period, table.name, TOTAL, column)) for column in table.columns]
    if TOTAL in table.columns:
        inner = [column for column in table.columns if column != TOTAL]
        sums += [([(period, table.name, row, column) for column in inner], (period, table.name, row, TOTAL)) for row in table.rows]
    if len(period) == 4:
        quarters = [f"{period}-Q{quarter}" for quarter in (1, 2, 3, 4)]
        sums += [([(quarter, table.name, *place) for quarter in quarters], (period, table.name, *place)) for place in places]
    return sums


def across(release: AttackedRelease) -> list:
    """What the tables of a period say of each other; what is left out of both is a `rest`."""

    def cell(table: str, row: str, column: str = "count") -> tuple:
        return (release.period, table, row, column)

    total, sexual = cell("types", TOTAL), cell("rests", "sexual")
    said = [cell("safer", TOTAL), cell("safer", UNKNOWN), cell("wrong", "wrong"), cell("rests", "calls")]
    regions = release.table("regions_ages")
    return [
        *(([cell(name, TOTAL), cell(name, UNKNOWN)], total) for name in ("partner", "minors")),
        *(([cell("promises_languages", row, TOTAL)], cell("promises", row, TOTAL)) for row in ("kept", "missed", TOTAL)),
        ([cell("promises", "kept", TOTAL)], cell("wrong", "rung")),
        (said, cell("wrong", "rung")),
        ([cell("types", "rape"), cell("types", "sexual_assault")], sexual),
        ([cell("delay", TOTAL), cell("delay", UNKNOWN)], sexual),
        *(([cell("regions_types", TOTAL, name), cell("rests", "region", name)], cell("types", name)) for name in (*TYPES, TOTAL)),
        *(([cell("regions_ages", TOTAL, name), cell("rests", "region", name)], cell("minors", name)) for name in ("under_18", "adult")),
        *(
            ([cell("regions_ages", row, TOTAL), cell("rests", "age", row)], cell("regions_types", row, TOTAL))
            for row in (regions.rows if regions else ())
        ),
    ]


def attack(cells: dict, equations: list) -> dict:
    unknown = [cell for cell, count in cells.items() if count is None]
    rows = []
    for parts, total in equations:
        terms = Counter(dict.fromkeys(parts, 1))
        terms[total] -= 1
        value = -sum(times * cells[cell] for cell, times in terms.items() if cells[cell] is not None)
        rows.append(({cell: times for cell, times in terms.items() if cells[cell] is None}, value))
    return programme.ranges(unknown, [(terms, value) for terms, value in rows if terms])


def narrowed(releases: Sequence[AttackedRelease], cells: Mapping = {}, sums: Sequence = (), fewer: int = 6) -> dict:
    """Hidden cells that an attacker narrows down to fewer than six numbers, and between which they lie. `cells`, `sums`: what was read besides."""
    public, known = everything_public(releases)
    found = attack({**public, **cells}, [*known, *sums])
    asked = {cell for cell in public if cell[1] != "rests"}
    return {cell: ends for cell, ends in found.items() if cell in asked and ends[1] - ends[0] < fewer - 1 - 1e-6}
