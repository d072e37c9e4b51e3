"""What the line may be judged by: whether it does what it promised, and harms nobody. How much it is used is no measure of that, nor how long calls last.

Worked out from what the page of figures shows, so that nothing is told here that is hidden there.
"""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from hotline.engine.casework.call_outcomes import ANSWERED
from hotline.engine.freshness import is_shown, verified
from hotline.ports.desk.staff import Role
from hotline.service.deps import Deps
from hotline.service.desk.figures.cell_suppression import RoomCell
from hotline.service.desk.figures.overview import Counted, Overview, kept_share, overview

Measure: TypeAlias = Literal["kept", "late", "wrong", "unanswered", "completed", "uncovered", "verified", "referrals", "safer"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)
NEVER: Final = ("volume", "length", "complaints", "again")
"""What never counts as success, nor its lack as failure."""


class Part(Struct, frozen=True):
    """One number of a measure. `name`: a language, an answer, an outcome, or empty where there is but one; a number is None where it is hidden, or there is nothing to count."""

    name: str
    value: RoomCell | None
    among: RoomCell | None = None


class Judged(Struct, frozen=True):
    """`parts`: as they are shown."""

    measure: Measure
    parts: tuple[Part, ...]


class Judgement(Struct, frozen=True):
    """Every measure, in the order of the page."""

    measures: tuple[Judged, ...]
    is_exact: bool
    quarter: str | None
    """As of the page of figures (`Overview`)."""


def judged(deps: Deps, role: Role, at: int) -> Judgement:
    """Over the days of the page of figures. Raises StoreAway."""
    found = overview(deps, role, at)
    parts: dict[Measure, tuple[Part, ...]] = {
        "kept": _kept(found),
        "late": (Part("", _late(deps, found)),),
        "wrong": (Part("", found.calls.wrong),),
        "unanswered": (Part("", _unanswered(found)),),
        "completed": (Part("", _completed(found)),),
        "uncovered": tuple(Part(week.language, week.missing, week.offered) for week in found.weeks),
        "verified": _verified(deps, deps.today(at)),
        "referrals": _named(found.calls.referrals),
        "safer": _named(found.calls.answers),
    }
    return Judgement(tuple(Judged(measure, parts[measure]) for measure in MEASURES), found.is_exact, found.quarter)


def _late(deps: Deps, found: Overview) -> int | None:
    """For who sees the queue itself: it goes with the calls that it counts."""
    if not found.is_exact:
        return None
    recent, before = found.periods
    with deps.store.read() as tx:
        return tx.figures.rung_late(before.since, recent.until + 1)


def _kept(found: Overview) -> tuple[Part, ...]:
    """By language, of the days of the first span."""
    promises = found.periods[0].promises
    return tuple(Part(column, kept_share(promises, column)) for column in promises.columns)


def _unanswered(found: Overview) -> int | None:
    """Rings that nobody took, for each 100 callbacks that somebody took; None where one of them is hidden."""
    ends = {row: cells[0] for row, cells in zip(found.calls.outcomes.rows, found.calls.outcomes.cells, strict=True)}
    taken = [ends[row] for row in ANSWERED]
    if isinstance(found.calls.rings, str) or any(isinstance(cell, str) for cell in taken):
        return None
    answered = sum(cell for cell in taken if isinstance(cell, int))
    return 100 * max(found.calls.rings - answered, 0) // answered if answered else None


def _completed(found: Overview) -> int | None:
    """Of 100 who asked for a call, how many were promised one."""
    totals = [counted.cells[-1][-1] for period in found.periods for counted in (period.promises, period.turned_away)]
    if any(isinstance(cell, str) for cell in totals):
        return None
    made, refused = (sum(cell for cell in totals[start::2] if isinstance(cell, int)) for start in (0, 1))
    return 100 * made // (made + refused) if made + refused else None


def _verified(deps: Deps, today: date) -> tuple[Part, ...]:
    """Numbers of the directory that may be shown, of all that it has; and how many days ago the middle one and the oldest of those were rung."""
    items = [item for item in deps.editions.active(deps.clock.now()).sources.items if "phone" in item.fields]
    ages = sorted((today - min(verified(item))).days for item in items if is_shown(item, today))
    parts = (Part("shown", len(ages), len(items)),)
    return (*parts, Part("middle", ages[len(ages) // 2]), Part("oldest", ages[-1])) if ages else parts


def _named(counted: Counted) -> tuple[Part, ...]:
    return tuple(Part(row, cells[0]) for row, cells in zip(counted.rows, counted.cells, strict=True) if row != "total")
