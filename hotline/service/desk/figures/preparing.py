"""Figures that leave the line, prepared once: gathered, counted, and hidden where they would tell of somebody, by all that was ever public.

What takes long is done before an act (`decide`). Then one person prepares a release, another lets it out, and its tables never change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.flow import Item
from hotline.engine.freshness import UNVERIFIED, has_lapsed, is_confirmed, is_shown
from hotline.engine.quarters import Span, span
from hotline.engine.times import DAY_MINUTES, EPOCH
from hotline.ports.figures.releases import TOTAL, FigureTable, HiddenCell, Release
from hotline.ports.store import Transaction
from hotline.service.acts import Refused
from hotline.service.deps import Deps
from hotline.service.desk.figures.counting import CountedTable, Material, count_tables
from hotline.service.desk.figures.definitions import NATIONAL, SMALLEST_BASE, SPECS
from hotline.service.desk.figures.public_sums import PeriodTables, book
from hotline.service.desk.figures.release_suppression import Unprotected, ranges, suppress

YEARS: Final = 2
"""Older periods are prepared from the shell."""
BY_LANGUAGE: Final = "promises_languages"


class CannotPrepare(Exception):
    """The figures of a period cannot leave the line. `code`: as an act would say; `values`: for words."""

    def __init__(self, code: Refused, **values: str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


class ReleaseDecision(Struct, frozen=True):
    """What the release of a period would be, as things stand."""

    period: str
    tables: tuple[FigureTable, ...]
    hidden: tuple[HiddenCell, ...]
    digest: str
    seen: tuple[tuple[int, str], ...]
    """Every release that there was, and how it stood."""

    def is_of(self, release: Release) -> bool:
        """Does that release say the same? What is of plans and the directory may have changed since."""
        return release.period == self.period and _about_people(release.tables) == _about_people(self.tables)


def decide(deps: Deps, name: str, at: int) -> ReleaseDecision:
    """The tables of a quarter or a year. Raises CannotPrepare and StoreAway."""
    of = span(name)
    if of is None:
        raise CannotPrepare("unlisted", name=name)
    with deps.store.read() as tx:
        if _today(deps, at) < of.due or tx.figures.tied(of.since, of.until):
            raise CannotPrepare("not_final", due=(EPOCH + timedelta(days=of.due)).isoformat())
        known = tx.releases.releases()
        published = {release.period: release for release in known if release.released_at is not None}
        if of.kind == "quarter" and str(of.year) in published:
            raise CannotPrepare("late", period=str(of.year))
        languages = _languages(deps, known, of)

        def count(of: Span) -> tuple[CountedTable, ...]:
            return count_tables(_material(deps, tx, of, languages, at), of)

        new = PeriodTables(name, count(of))
        _refuse_new_categories(new, of, published.values())
        parts = _quarters(of, tx.figures.first_day(), published, count) if of.kind == "year" else []
    try:
        decision = decision_of(new, parts, tuple((release.number, release.standing) for release in known))
    except Unprotected as unprotected:
        raise CannotPrepare("unprotected", period=unprotected.cell.period, table=unprotected.cell.table) from None
    if name in published and not decision.is_of(published[name]):
        raise CannotPrepare("differs", period=name)
    return decision


def open_periods(deps: Deps, known: Iterable[Release], at: int) -> tuple[str, ...]:
    """Those whose day has come, and that never were public: the quarters and years of the last two years, the newest first."""
    today = _today(deps, at)
    public = {release.period for release in known if release.released_at is not None}
    last = (EPOCH + timedelta(days=today)).year
    spans = [of for year in range(last, last - YEARS - 1, -1) for of in (Span(year), *Span(year).quarters[::-1])]
    return tuple(str(of) for of in spans if of.due <= today and str(of) not in public and (of.kind == "year" or str(of.year) not in public))


def digest_of(tables: tuple[FigureTable, ...]) -> str:
    """SHA-256, in hex, of the tables as they are kept."""
    return hashlib.sha256(msgspec.json.encode(tables)).hexdigest()


def _refuse_new_categories(new: PeriodTables, of: Span, published: Iterable[Release]) -> None:
    """Rows and columns are the same all year: a new one less the old total would tell of few. Raises CannotPrepare."""
    for release in published:
        other = span(release.period)
        for table in new.tables:
            printed = release.table(table.name)
            is_same = printed is None or table.spec.is_public or (printed.rows, printed.columns) == (table.rows, table.columns)
            if other is not None and (other.year, other.kind) == (of.year, "quarter") and not is_same:
                raise CannotPrepare("differs", period=release.period)


def _quarters(
    of: Span, first: int | None, published: Mapping[str, Release], count: Callable[[Span], tuple[CountedTable, ...]]
) -> list[PeriodTables]:
    """Those of the year in which there was a line, from its `first` day on. Raises CannotPrepare where one says otherwise than it did."""
    found = []
    for quarter in of.quarters:
        if first is None or quarter.until <= first:
            continue
        name = str(quarter)
        counted = count(quarter)
        release, known = published.get(name), None
        if release is not None:
            agrees = {table.name: _agrees(table, release.table(table.name)) for table in counted}
            if release.standing == "released" and not all(agrees.values()):
                raise CannotPrepare("differs", period=name)
            printed = [(table, release.table(table.name)) for table in counted]
            known = {of.name: of if agrees[of.name] else _still_true(table, of) for table, of in printed if of is not None}
        found.append(PeriodTables(name, counted, known))
    return found


def _still_true(counted: CountedTable, printed: FigureTable) -> FigureTable:
    """What whoever kept a table that was found wrong, and withdrawn, knows all the same: the cells that come out again. Nothing that comes later says by how much the others were wrong."""
    places = [[(row, column) for column in printed.columns] for row in printed.rows if not printed.too_few]
    cells = tuple(tuple(cell if (cell := printed.cell(*of)) == counted.counts.get(of) else None for of in row) for row in places)
    return replace(printed, cells=cells, too_few=False)


def _agrees(counted: CountedTable, printed: FigureTable | None) -> bool:
    """Does what was printed still come out?"""
    if counted.spec.is_public or printed is None:
        return counted.spec.is_public
    if printed.too_few or counted.base < SMALLEST_BASE:
        return printed.too_few == (counted.base < SMALLEST_BASE)
    shown = ((row, column, printed.cell(row, column)) for row in printed.rows for column in printed.columns)
    return (printed.rows, printed.columns) == (counted.rows, counted.columns) and all(
        count is None or count == counted.count(row, column) for row, column, count in shown
    )


def decision_of(new: PeriodTables, parts: Sequence[PeriodTables] = (), seen: tuple[tuple[int, str], ...] = ()) -> ReleaseDecision:
    """What leaves the line of these tables, beside the periods that they are the sum of: pure. Raises Unprotected."""
    pages = book(new, parts)
    why = suppress(pages.counts, pages.sums, pages.public)
    gone = frozenset(why) | pages.public.hidden | pages.public.loose
    printed = [cell for cell in pages.counts if cell in why and cell.period == new.name and cell.table in SPECS]
    found = ranges(pages.counts, pages.sums, gone, pages.public, printed)
    tables = tuple(
        _printed(table, {(c.row, c.column) for c in gone if (c.period, c.table) == (new.name, table.name)}) for table in new.tables
    )
    hidden = tuple(HiddenCell(cell.table, cell.row, cell.column, why[cell], *found[cell]) for cell in printed)
    return ReleaseDecision(new.name, tables, hidden, digest_of(tables), seen)


def _printed(table: CountedTable, hidden: set[tuple[str, str]]) -> FigureTable:
    if not table.spec.is_public and table.base < SMALLEST_BASE:
        return FigureTable(table.name, table.rows, table.columns, (), too_few=True)
    cells = tuple(tuple(None if (row, column) in hidden else table.count(row, column) for column in table.columns) for row in table.rows)
    return FigureTable(table.name, table.rows, table.columns, cells)


def _about_people(tables: Iterable[FigureTable]) -> tuple[FigureTable, ...]:
    return tuple(table for table in tables if table.name not in SPECS or not SPECS[table.name].is_public)


def _languages(deps: Deps, known: Iterable[Release], of: Span) -> tuple[str, ...]:
    """The same all year: those of its first release, else those of the line."""
    for release in known:
        table, other = release.table(BY_LANGUAGE), span(release.period)
        if release.released_at is not None and table is not None and other is not None and other.year == of.year:
            return tuple(column for column in table.columns if column != TOTAL)
    return deps.written.languages


def _material(deps: Deps, tx: Transaction, of: Span, languages: tuple[str, ...], at: int) -> Material:
    days = of.since, of.until
    return Material(
        tallies=tx.figures.tallied(days)[0],
        endings=tx.figures.endings(*days),
        safety=tx.figures.safety(*days),
        referrals=tx.figures.referrals_counted(*days),
        codes=tuple(incident.codes for incident in tx.figures.incidents(*days)),
        hours=tx.figures.hours(*days),
        places=_places(deps, at),
        languages=languages,
        regions=tuple(deps.written.items.get("regions", {})),
    )


def _today(deps: Deps, at: int) -> int:
    """The local day."""
    return deps.clock.local(at) // DAY_MINUTES


def _places(deps: Deps, at: int) -> dict[str, tuple[int, int]]:
    """By region: entries whose check holds today, and all that the directory lists."""
    today = EPOCH + timedelta(days=_today(deps, at))
    lists = deps.written.items
    found: dict[str, tuple[int, int]] = {}
    for item in lists.get("services", {}).values():
        place = lists.get("places", {}).get(item.fields.get("place", ""))
        region = item.fields.get("region", "") or (place.fields.get("region", "") if place else "") or NATIONAL
        verified, listed = found.get(region, (0, 0))
        holds = is_shown(item, today) if _has_number(item) else is_confirmed(item) and not has_lapsed(item, today)
        found[region] = (verified + holds, listed + 1)
    return found


def _has_number(item: Item) -> bool:
    return "phone" in item.fields or UNVERIFIED in item.fields
