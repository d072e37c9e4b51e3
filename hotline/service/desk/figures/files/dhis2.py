"""DHIS2's `dataValueSets`: one message for each period and unit, which a person uploads (docs.dhis2.org, data values)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec import Struct

from hotline.ports.figures.releases import TOTAL, FigureTable, Release
from hotline.service.desk.figures.definitions import FIGURES, LANGUAGES, REGIONS, YEARLY, TableSpec

NATIONAL: Final = "national"
"""The unit of a quarter; those of a year are regions."""
Scheme: TypeAlias = Literal["code", "uid"]
SCHEMES: Final[tuple[Scheme, ...]] = ("code", "uid")


class MappedCell(Struct, frozen=True):
    """By which ids a cell is known there. Without `combo`: the default one."""

    element: str
    combo: str | None = None


class FigureMapping(Struct, frozen=True):
    """`flows/mapping.yml` (content/figure_files/mapping.py)."""

    scheme: Scheme
    data_sets: Mapping[str, str]
    """By `quarter` and `year`."""
    units: Mapping[str, str]
    """By `national`, a region's code, `others`."""
    cells: Mapping[str, MappedCell]
    """By `cell_keys`."""
    never: tuple[str, ...]
    """Keys, or how they begin, of what is not sent on purpose."""


class DataValue(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A number, as text."""

    data_element: str
    category_option_combo: str | None = None
    value: str = msgspec.field(default="")


class DataValueSet(Struct, frozen=True, rename="camel"):
    """A message."""

    data_set: str
    complete_date: date
    period: str
    org_unit: str
    data_element_id_scheme: Scheme
    org_unit_id_scheme: Scheme
    category_option_combo_id_scheme: Scheme
    id_scheme: Scheme
    data_values: tuple[DataValue, ...]


class Unmapped(Exception):
    """The mapping has no place for a cell, a region or the period of a release. `names`: which."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def tables_of(period: Literal["quarter", "year"]) -> tuple[TableSpec, ...]:
    """Which tables are sent: of a quarter the national ones, of a year those by region alone, since DHIS2 adds up what lies below a unit."""
    return tuple(table for figure in FIGURES for table in figure.tables) if period == "quarter" else YEARLY


def cell_keys(table: TableSpec) -> tuple[str, ...]:
    """By what its cells are mapped: `types.rape`, `referrals.health.unavailable`; of rows that are regions, which are units, the column alone.

    None of a table by language: nothing by language leaves so.
    """
    if LANGUAGES in table.columns:
        return ()
    if table in YEARLY:
        return tuple(f"{table.name}.{column}" for column in table.columns)
    rows = [row for row in table.rows if row != REGIONS]
    return tuple(_key(table.name, row, column) for row in rows for column in table.columns)


def is_never(mapping: FigureMapping, key: str) -> bool:
    """Is it not sent, on purpose?"""
    return any(key == beginning or key.startswith(f"{beginning}.") for beginning in mapping.never)


def data_value_sets(release: Release, mapping: FigureMapping, released_on: date) -> tuple[DataValueSet, ...]:
    """A hidden cell is absent, and so is a table that is too small. Raises Unmapped.

    `released_on`: the local day, which says that the set is complete.
    """
    period: Literal["quarter", "year"] = "quarter" if "-" in release.period else "year"
    found = [*(_national(release) if period == "quarter" else _by_region(release))]
    missing = {f"data_sets: {period}"} - {f"data_sets: {name}" for name in mapping.data_sets}
    missing |= {f"units: {unit}" for unit, _, _ in found if unit not in mapping.units}
    missing |= {key for _, key, _ in found if key not in mapping.cells and not is_never(mapping, key)}
    if missing:
        raise Unmapped(tuple(sorted(missing)))
    units = tuple(dict.fromkeys(unit for unit, _, _ in found))
    return tuple(
        DataValueSet(
            *(mapping.data_sets[period], released_on, release.period.replace("-", ""), mapping.units[unit]),
            *(mapping.scheme,) * 4,
            tuple(
                DataValue(mapping.cells[key].element, mapping.cells[key].combo, str(value))
                for of, key, value in found
                if of == unit and key in mapping.cells and not is_never(mapping, key)
            ),
        )
        for unit in units
    )


def as_json(message: DataValueSet) -> bytes:
    """One message, as it is posted to `/api/dataValueSets`."""
    return msgspec.json.format(msgspec.json.encode(message), indent=1) + b"\n"


def _national(release: Release) -> Iterator[tuple[str, str, int]]:
    """Unit, key and number of what is shown."""
    for spec in tables_of("quarter"):
        table = release.table(spec.name)
        keys = frozenset(cell_keys(spec))
        for row, column, value in _shown(table) if table else ():
            key = _key(spec.name, row, column)
            if key in keys:
                yield NATIONAL, key, value


def _by_region(release: Release) -> Iterator[tuple[str, str, int]]:
    for spec in tables_of("year"):
        table = release.table(spec.name)
        yield from ((row, f"{spec.name}.{column}", value) for row, column, value in (_shown(table) if table else ()) if row != TOTAL)


def _shown(table: FigureTable) -> Iterator[tuple[str, str, int]]:
    for row in table.rows:
        for column in table.columns:
            value = table.cell(row, column)
            if value is not None:
                yield row, column, value


def _key(table: str, row: str, column: str) -> str:
    return f"{table}.{row}" if column == "count" else f"{table}.{row}.{column}"
