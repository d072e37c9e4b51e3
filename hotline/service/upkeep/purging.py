"""The purge: what is kept no longer than its time is erased, by the clock, and by a person who does not want to wait, or wants to see first what would go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NoReturn

from msgspec import Struct

from hotline.engine.times import DAY_SECONDS
from hotline.ports.store import Transaction
from hotline.ports.upkeep.retention import Swept
from hotline.service.acts import Act, Result
from hotline.service.deps import Deps
from hotline.service.held import is_held
from hotline.service.wall_clock import is_right

BATCH: Final = 500
"""Lines of the audit a transaction: no hop waits long while a year goes."""
GOES_SOON_SECONDS: Final = 31 * DAY_SECONDS
"""From 1 December on it is told which year of the audit goes: a head of it is to be printed before."""


class CannotPurge(Exception):
    """Nothing may be erased now: `clock`, the wall clock is not right; `held`, the line was restored and waits for a person."""


class Due(Struct, frozen=True):
    """What goes or becomes coarser, by table: now, and by tomorrow at this time beyond that."""

    now: tuple[Swept, ...]
    tomorrow: tuple[Swept, ...]
    audit_now: int
    """Lines of the audit, which go by whole years."""
    audit_tomorrow: int


class _Undone(Exception):
    """Ends a transaction of which nothing stays but what was counted in it."""

    def __init__(self, due: Due) -> None:
        super().__init__()
        self.due = due


def foresee(deps: Deps) -> Due:
    """What `erase_over` and `age_audit` would do. It is done, counted and undone, in one transaction, so that what is said is what happens; writers wait for that long.
    Raises StoreAway."""
    try:
        with deps.store.write() as tx:
            _count_and_undo(deps, tx, deps.clock.now())
    except _Undone as undone:
        return undone.due


def erase_over(act: Act) -> Result:
    """Do at once what the clock does every five minutes. What went stands in the result by its table, and in the audit, a line a table; no more than how much.
    Raises Refused."""
    if not is_right(act.deps, act.tx):
        raise CannotPurge("clock")
    if is_held(act.tx):
        raise CannotPurge("held")
    swept = act.tx.retention.swept_by_purge(act.at, act.deps.rules)
    for part in swept:
        if part.gone:
            act.record("erased at once", f"{part.table} {part.gone}")
    return Result(values={part.table: f"{part.gone} {part.coarsened}" for part in swept})


def swept_in(result: Result) -> tuple[Swept, ...]:
    """What `erase_over` did."""
    return tuple(Swept(table, *map(int, counts.split())) for table, counts in result.values.items())


def age_audit(deps: Deps, at: int) -> int:
    """Take away the years of the audit that are over, if the whole of it holds. Returns how many lines went. Raises StoreAway.

    A batch a transaction, after each of which the chain holds from its first line: what kills it half-way leaves the rest to the next day.
    """
    with deps.store.read() as tx:
        until = tx.audit.due(oldest_kept(at, deps.rules.audit_years))
    gone, batch = 0, 0 if until is None else BATCH
    while until is not None and batch == BATCH:
        with deps.store.write() as tx:
            batch = tx.audit.forget(until, BATCH)
        gone += batch
    return gone


def audit_year_to_go(deps: Deps, at: int) -> int | None:
    """The last of the audit's years that goes with the coming 1 January; None where that is more than a month away, or none goes. Raises StoreAway."""
    kept = oldest_kept(at + GOES_SOON_SECONDS, deps.rules.audit_years)
    with deps.store.read() as tx:
        oldest = tx.audit.search("", tx.audit.first() + 1, 1)
    return datetime.fromtimestamp(kept, UTC).year - 1 if any(record.at < kept for _, record in oldest) else None


def oldest_kept(at: int, years: int) -> int:
    """When the oldest year began that is kept beside the one that runs, by UTC."""
    return int(datetime(datetime.fromtimestamp(at, UTC).year - years, 1, 1, tzinfo=UTC).timestamp())


def _count_and_undo(deps: Deps, tx: Transaction, at: int) -> NoReturn:
    now, tomorrow = (_audit_lines(deps, tx, at + later) for later in (0, DAY_SECONDS))
    swept = [tx.retention.swept_by_purge(at + later, deps.rules) for later in (0, DAY_SECONDS)]
    raise _Undone(Due(swept[0], swept[1], now, tomorrow - now))


def _audit_lines(deps: Deps, tx: Transaction, at: int) -> int:
    until = tx.audit.due(oldest_kept(at, deps.rules.audit_years))
    return 0 if until is None else until - tx.audit.first() + 1
