"""The line in figures: what it promised and kept, how calls went, who is planned. Never by caller, never by one of the staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, get_args

from msgspec import Struct

from hotline.engine.times import DAY_SECONDS, THURSDAY
from hotline.ports.calls.call_outcomes import DANGEROUS, OUTCOMES
from hotline.ports.calls.callbacks import Safer
from hotline.ports.desk.cases import ReferralOutcome
from hotline.ports.desk.figures import Tally, WaitingNow
from hotline.ports.desk.staff import Role
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.desk.figures import cell_suppression
from hotline.service.desk.figures.cell_suppression import FEW, HELD, Cell
from hotline.service.desk.shifts.staffing import Week, weeks
from hotline.service.work import Work

RECENT: Final = 7
"""Days of the first of the two spans that are shown, and of the one before it. They do not overlap: what lies between two that did could be
worked out."""
BEFORE: Final = 23
FATES: Final = ("kept", "missed", "withdrawn", "open", "closed")
"""What became of a promise. `kept`: somebody rang within its window. `missed`: it ended, and nobody had. `withdrawn`: the caller stopped or
cancelled it first. `open`: nobody has rung yet. `closed`: a supervisor closed it unrung."""
ATTEMPTS: Final = (1, 2, 3)
ROWS: Final = (*OUTCOMES, "unsaid")
"""`unsaid`: it was rung, and nobody has said how it ended."""


class Counted(Struct, frozen=True):
    """Cells with the names of their rows and columns, `total` last in each; of a single column the totals of rows are left out."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


class Period(Struct, frozen=True):
    """Promises that were made on these days, by language. `since`, `until`: days since 1970-01-01 UTC, the first and the last."""

    since: int
    until: int
    promises: Counted


class CallFigures(Struct, frozen=True):
    """How calls went over both periods."""

    attempts: Counted
    """Of those with whom somebody spoke: how many were rung once, twice, three times."""
    outcomes: Counted
    """How the last call ended, of all that were rung."""
    rings: Cell
    wrong: int | None
    """How many of 100 rings were to somebody else; None where that would tell of few."""
    answers: Counted
    referrals: Counted


class Waits(Struct, frozen=True):
    """What waits now. `oldest`: seconds, by language, for who sees the queue itself."""

    counts: Counted
    oldest: tuple[tuple[str, int], ...]


class Overview(Struct, frozen=True):
    """Everything on the page."""

    is_exact: bool
    """Exact, for whoever sees the queue itself; for everybody else small counts are hidden."""
    waits: Waits
    periods: tuple[Period, ...]
    calls: CallFigures
    weeks: tuple[Week, ...]
    now: int
    """The local minute."""


def overview(deps: Deps, role: Role, at: int) -> Overview:
    """Everything on the page, in a bounded number of queries, whatever there is to count. Raises StoreAway.

    A supervisor sees the queue itself, case by case, so that what waits now is shown as it is, and the days end today. Everybody else
    gets it with small counts hidden, and days that end with the last whole week: two looks on two days cannot be subtracted.
    """
    is_exact = role == "supervisor"
    today = at // DAY_SECONDS
    until = today + 1 if is_exact else today - (today + THURSDAY) % 7
    first, middle = until - RECENT - BEFORE, until - RECENT
    with deps.store.read() as tx:
        tallies = tx.figures.tallied(first, until)
        languages = _languages(deps, (tally.language for tally in tallies))
        recent, before = (
            _period(languages, [tally for tally in tallies if since <= tally.day < end], since, end)
            for since, end in ((middle, until), (first, middle))
        )
        return Overview(
            is_exact,
            _waits(deps, tx.figures.waiting_now(at), at, is_exact=is_exact),
            (recent, before),
            _calls(tx, first, until),
            weeks(Work(deps, tx, at)),
            deps.clock.local(at),
        )


def _languages(deps: Deps, counted: Iterable[str]) -> tuple[str, ...]:
    """The line's own, then those that it once had."""
    ours = deps.written.languages
    return (*ours, *sorted({*counted} - {*ours}))


def _period(languages: tuple[str, ...], tallies: Iterable[Tally], since: int, until: int) -> Period:
    counts: Counter[tuple[str, str]] = Counter()
    for tally in tallies:
        counts[fate(tally), tally.language] += tally.count
    rows = [[counts[name, language] for language in languages] for name in FATES]
    return Period(since, until - 1, Counted((*FATES, "total"), (*languages, "total"), cell_suppression.table(rows)))


def fate(tally: Tally) -> str:
    """Which of FATES this is."""
    match tally.state:
        case _ if tally.rung:
            return "kept"
        case "lapsed":
            return "missed"
        case "stopped" | "cancelled":
            return "withdrawn"
        case "closed":
            return "closed"
        case _:
            return "open"


def _calls(tx: Transaction, since: int, until: int) -> CallFigures:
    rung = {key: count for key, count in tx.figures.attempts_by_outcome(since, until).items() if key[0]}
    attempts: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    for (often, outcome), count in rung.items():
        outcomes[outcome or "unsaid"] += count
        if outcome == "spoke":
            attempts[str(min(often, ATTEMPTS[-1]))] += count
    spoken, ended = _column(tuple(map(str, ATTEMPTS)), attempts), _column(ROWS, outcomes)
    rings = sum(often * count for (often, _), count in rung.items())
    # With the calls counted, hidden attempts could be worked out from how many there were.
    is_shown = not any(cell in (FEW, HELD) for row in spoken.cells for cell in row)
    wrongs = [outcomes[outcome] for outcome in DANGEROUS]
    return CallFigures(
        spoken,
        ended,
        (FEW if 0 < rings < cell_suppression.FEWEST else rings) if is_shown else HELD,
        round(100 * sum(wrongs) / rings) if rings and _is_shown(ended, DANGEROUS) else None,
        _column(get_args(Safer), tx.figures.safer_answers(since, until)),
        _column(get_args(ReferralOutcome), tx.figures.referral_outcomes(since, until)),
    )


def _is_shown(counted: Counted, rows: Iterable[str]) -> bool:
    return all(counted.cells[counted.rows.index(row)][0] not in (FEW, HELD) for row in rows)


def _column(rows: tuple[str, ...], counts: Mapping[str, int]) -> Counted:
    cells = cell_suppression.line([counts.get(row, 0) for row in rows])
    return Counted((*rows, "total"), ("total",), tuple((cell,) for cell in cells))


def _waits(deps: Deps, waiting: tuple[WaitingNow, ...], at: int, *, is_exact: bool) -> Waits:
    languages = _languages(deps, (now.language for now in waiting))
    by_language = {now.language: now for now in waiting}
    rows = [by_language.get(language, WaitingNow(language, 0, 0, at)) for language in languages]
    urgent, others = [now.urgent for now in rows], [now.waiting - now.urgent for now in rows]
    full = [[*urgent, sum(urgent)], [*others, sum(others)]]
    full.append([sum(column) for column in zip(*full, strict=True)])
    cells = tuple(map(tuple, full)) if is_exact else cell_suppression.table([urgent, others])
    oldest = tuple((now.language, at - now.since) for now in waiting) if is_exact else ()
    return Waits(Counted(("urgent", "others", "total"), (*languages, "total"), cells), oldest)
