"""What partners and journalists are shown: released tables and nothing else, each number as it was let out, and what may be worked out from those."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.quarters import Span, span
from hotline.ports.figures.releases import FigureTable, Release
from hotline.service.deps import Deps
from hotline.service.desk.figures import shares
from hotline.service.desk.figures.definitions import SPECS

ROUNDED_TO: Final = 5
LEAST_ROUNDED: Final = 10
"""Below it a rounded number is hidden (ONS: *10–5*)."""
YEAR: Final = re.compile(r"[0-9]{4}")
QUARTER: Final = re.compile(r"([0-9]{4})-Q([1-4])")


LEAST_QUARTERS: Final = 4
"""Of fewer there is no line through time."""
MOST_QUARTERS: Final = 8


class PublishedFigures(Struct, frozen=True):
    """All that was let out, the newest period first."""

    quarters: tuple[Release, ...]
    years: tuple[Release, ...]
    withdrawn: tuple[Release, ...]
    """Without their tables: that they were, and why they are no more."""

    def of(self, period: str) -> Release | None:
        """Returns None where nothing of it stands."""
        return next((release for release in (*self.quarters, *self.years) if release.period == period), None)


def published_figures(deps: Deps) -> PublishedFigures:
    """Everything that stands released now. Raises StoreAway."""
    with deps.store.read() as tx:
        return published(tx.releases.releases())


def published(releases: tuple[Release, ...]) -> PublishedFigures:
    """What of these anybody outside may see; of a period the release that was let out last."""
    by_period = {release.period: release for release in releases if release.standing == "released"}
    standing = sorted(by_period.values(), key=lambda release: release.period, reverse=True)
    return PublishedFigures(
        tuple(release for release in standing if QUARTER.fullmatch(release.period)),
        tuple(release for release in standing if YEAR.fullmatch(release.period)),
        tuple(replace(release, tables=()) for release in releases if release.standing == "withdrawn" and release.released_at is not None),
    )


def through_time(found: PublishedFigures) -> tuple[tuple[str, Release | None], ...]:
    """The last eight quarters up to the newest that stands, the oldest that stands first, with no gap between their names; None where none of a quarter
    stands. Empty where fewer than four stand."""
    standing = {span(release.period): release for release in found.quarters}
    places = {4 * of.year + (of.quarter or 1) - 1: release for of, release in standing.items() if of is not None}
    if not places:
        return ()
    first = min(place for place in places if place > max(places) - MOST_QUARTERS)
    row = [(str(Span(place // 4, place % 4 + 1)), places.get(place)) for place in range(first, max(places) + 1)]
    return tuple(row) if sum(release is not None for _, release in row) >= LEAST_QUARTERS else ()


def rounded(table: FigureTable) -> FigureTable:
    """For journalists: shown cells to the nearest 5, those below 10 hidden; each by itself, so that they do not add up. What is of no person stays as it is."""
    if SPECS[table.name].is_public:
        return table
    return replace(table, cells=tuple(tuple(_rounded(cell) for cell in row) for row in table.cells))


def _rounded(cell: int | None) -> int | None:
    if cell is None or cell < LEAST_ROUNDED:
        return None
    return ROUNDED_TO * shares.rounded(cell, ROUNDED_TO)


def for_journalists(release: Release) -> Release:
    """The same release, rounded."""
    return replace(release, tables=tuple(rounded(table) for table in release.tables))
