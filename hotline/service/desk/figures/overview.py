"""The line in figures: what it promised and kept, how calls went, who is planned. Never by caller, never by one of the staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from hotline.engine.casework.call_outcomes import DANGEROUS, OUTCOMES
from hotline.engine.times import DAY_HOURS, DAY_SECONDS, HOUR_SECONDS, THURSDAY
from hotline.ports.calls.callbacks import Safer
from hotline.ports.desk.cases import ReferralOutcome
from hotline.ports.desk.staff import Role
from hotline.ports.figures.figures import SealedCounts, Tally, TurnedAway, WaitingNow
from hotline.ports.figures.releases import TOTAL, Release
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.desk.figures import cell_suppression
from hotline.service.desk.figures.cell_suppression import FEW, HELD, RoomCell
from hotline.service.desk.figures.definitions import FIGURES, SPECS
from hotline.service.desk.figures.published import published
from hotline.service.desk.figures.shares import shares_of
from hotline.service.desk.shifts.staffing import Week, weeks
from hotline.service.work import Work

RECENT: Final = 7
"""Days of the first of the two spans that are shown, and of the one before it. They do not overlap: what lies between two that did could be
worked out."""
BEFORE: Final = 23
STEP: Final = 35
"""Days by which both move on together for whoever is not shown every count: whole weeks, and more than both are long, or one look would overlap with
an earlier one, and their difference tell of few."""
SETTLES: Final = 7
"""Days that both lie further back for them: what is open still changes, and the look of one day less that of another would be one promise."""
FATES: Final = ("kept", "missed", "withdrawn", "open", "closed")
"""What became of a promise. `kept`: somebody rang within its window. `missed`: it ended, and nobody had. `withdrawn`: the caller stopped or
cancelled it first. `open`: nobody has rung yet. `closed`: a supervisor closed it unrung."""
ATTEMPTS: Final = (1, 2, 3)
ROWS: Final = (*OUTCOMES, "unsaid")
"""`unsaid`: it was rung, and nobody has said how it ended."""


TURNED_AWAY: Final = ("urgent_nobody", "urgent_leaves", "ordinary_nobody", "ordinary_leaves", "ordinary_closed")
"""Who asked for a call *now* and met nobody: what was asked for, and why (`calls/rules/coverage.py`)."""
WEEKS: Final = 6
"""Of the trend."""
DAYS_A_WEEK: Final = 7
WELL_KEPT: Final = 90
FALLS_BY: Final = 10
MANY_WRONG: Final = 3
"""Of 100 rings."""
SOON: Final = (5, 10, 30)
"""Minutes within which somebody rings for what is urgent."""


class Counted(Struct, frozen=True):
    """Cells with the names of their rows and columns, `total` last in each; of a single column the totals of rows are left out."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[RoomCell, ...], ...]


class Period(Struct, frozen=True):
    """Promises that were made on these days, by language, for who sees the queue itself; for everybody else of all together. `since`, `until`: days since 1970-01-01 UTC, the first and the last."""

    since: int
    until: int
    promises: Counted
    turned_away: Counted
    """Sessions."""


class Waited(Struct, frozen=True):
    """How long callers waited until somebody rang for the first time, over both periods."""

    median: int | None
    """Minutes; None where nobody was rung."""
    nine_of_ten: int | None
    """Minutes within which nine of ten were rung, of those who were."""
    urgent: int
    """Asked for, and not withdrawn."""
    urgent_within: tuple[int, ...]
    """How many of these were rung within each of SOON."""
    not_taken: int
    """Offers that whoever got them did not take."""
    entered: int
    """Entered by staff, for somebody who came otherwise."""
    messages: int
    """To supervisors, within the last hour."""


class CallFigures(Struct, frozen=True):
    """How calls went over both periods; for whoever is not shown every count, how they ended, and the rest as the newest released quarter has it."""

    attempts: Counted
    """Of those with whom somebody spoke: how many were rung once, twice, three times."""
    outcomes: Counted
    """How the last call ended, of all that were rung."""
    rings: RoomCell
    wrong: int | None
    """How many of 100 rings were to somebody else; None where that would tell of few."""
    answers: Counted
    referrals: Counted


class Headlines(Struct, frozen=True):
    """One number a block, of the days of the first span; None where it would tell of few, or is nobody's to see."""

    kept: int | None
    """Of 100 promises that came to an end."""
    median: int | None
    """Minutes until the first ring."""
    turned_away: int | None
    reason: str | None
    """The one of TURNED_AWAY that was most often why."""
    uncovered: int
    """Minutes of the seven days to come in which nobody is planned, of all languages."""


class WeekTrend(Struct, frozen=True):
    """One week of seven days, from `since` on; numbers as in `Headlines`, hidden where they would be of few."""

    since: int
    kept: int | None
    median: int | None
    turned_away: int
    uncovered: int | None
    """Minutes that were offered and nobody was planned for, as it was written down on each day; None where nothing was."""


Disorder: TypeAlias = Literal["kept", "falls", "urgent_refused", "turned_away", "uncovered", "wrong", "less_safe"]
"""What is out of order."""


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
    quarter: str | None
    """For who does not see the queue itself: the released quarter that says what callers answered; None where none is."""
    waited: Waited | None
    """For who sees the queue itself."""
    weeks: tuple[Week, ...]
    headlines: Headlines
    trend: tuple[WeekTrend, ...]
    """For who sees the queue itself, the oldest week first: with the two spans others would see them overlap."""
    disorder: tuple[Disorder, ...]
    now: int
    """The local minute."""


def overview(deps: Deps, role: Role, at: int) -> Overview:
    """Everything on the page, in a bounded number of queries, whatever there is to count. Raises StoreAway.

    A supervisor sees the queue itself, case by case, so that what waits now is shown as it is, and the days end today. Everybody else
    gets it with small counts hidden, and days that end with a whole week and stay the same for five: no two looks can be subtracted. What goes with
    its callback, and would be less each day, they read from the newest released quarter.
    """
    is_exact = role == "supervisor"
    today = at // DAY_SECONDS
    settled = today - SETTLES
    until = today + 1 if is_exact else settled - (settled + THURSDAY) % STEP
    first, middle = until - RECENT - BEFORE, until - RECENT
    with deps.store.read() as tx:
        spans, whole_weeks = ((middle, until), (first, middle)), _whole_weeks(until) if is_exact else ()
        of_recent, of_before, *of_weeks = tx.figures.tallied(*spans, *whole_weeks)
        tallies = (*of_recent, *of_before)
        languages = _languages(deps, (tally.language for tally in tallies))
        turned_away = tx.figures.turned_away(min(first, until - WEEKS * DAYS_A_WEEK), until)
        recent, before = (
            _period(languages, of_span, [row for row in turned_away if row.hour // DAY_HOURS in range(*span)], span, is_exact=is_exact)
            for span, of_span in zip(spans, (of_recent, of_before), strict=True)
        )
        ahead, quarter = weeks(Work(deps, tx, at)), None
        if is_exact:
            said, *said_weekly = tx.figures.said((first, until), *whole_weeks)
            calls = _calls(tallies, said, tx.figures.referral_outcomes(first, until))
            waited = _waited(tx, tallies, said, (first, until), at)
            trend = _trend(tx, turned_away, zip(of_weeks, said_weekly, strict=True), until)
        else:
            quarter = next(iter(published(tx.releases.releases()).quarters), None)
            calls, waited, trend = _released_calls(tallies, quarter), None, ()
        headlines = _headlines(recent, trend, ahead)
        return Overview(
            is_exact,
            _waits(deps, tx.figures.waiting_now(at), at, is_exact=is_exact),
            (recent, before),
            calls,
            quarter.period if quarter else None,
            waited,
            ahead,
            headlines,
            trend,
            _disorder(headlines, recent, before, calls),
            deps.clock.local(at),
        )


def _headlines(recent: Period, trend: Sequence[WeekTrend], ahead: Iterable[Week]) -> Headlines:
    refused = {row: cells[-1] for row, cells in zip(recent.turned_away.rows, recent.turned_away.cells, strict=True)}
    most = max(TURNED_AWAY, key=lambda name: count if isinstance(count := refused[name], int) else 0)
    total = refused["total"]
    return Headlines(
        kept_share(recent.promises, "total"),
        trend[-1].median if trend else None,
        total if isinstance(total, int) else None,
        most if isinstance(refused[most], int) and refused[most] else None,
        sum(week.missing for week in ahead),
    )


def kept_share(promises: Counted, column: str) -> int | None:
    """Of the promises that came to an end, how many of 100 were kept; None where either number is hidden, or there are none."""
    cells = {row: row_cells[promises.columns.index(column)] for row, row_cells in zip(promises.rows, promises.cells, strict=True)}
    kept, missed = cells["kept"], cells["missed"]
    if isinstance(kept, str) or isinstance(missed, str) or not kept + missed:
        return None
    return 100 * kept // (kept + missed)


def _whole_weeks(until: int) -> tuple[tuple[int, int], ...]:
    """Of the trend, the oldest first: the first day of each, and the one after its last."""
    return tuple((until - back * DAYS_A_WEEK, until - (back - 1) * DAYS_A_WEEK) for back in range(WEEKS, 0, -1))


def _trend(
    tx: Transaction, turned_away: Iterable[TurnedAway], counted: Iterable[tuple[Sequence[Tally], SealedCounts]], until: int
) -> tuple[WeekTrend, ...]:
    """`counted`: of each whole week."""
    first = until - WEEKS * DAYS_A_WEEK
    refused: Counter[int] = Counter()
    for row in turned_away:
        refused[(row.hour // DAY_HOURS - first) // DAYS_A_WEEK] += row.count
    gaps: dict[int, int] = {}
    for hours in tx.figures.hours(first, until):
        week = (hours.day - first) // DAYS_A_WEEK
        gaps[week] = gaps.get(week, 0) + hours.offered - hours.covered
    return tuple(
        WeekTrend(first + DAYS_A_WEEK * week, _share(tallies), _middle(said.waits), refused[week], gaps.get(week))
        for week, (tallies, said) in enumerate(counted)
    )


def _share(tallies: Sequence[Tally]) -> int | None:
    kept, missed = (sum(tally.count for tally in tallies if fate(tally) == name) for name in ("kept", "missed"))
    cells = cell_suppression.line([kept, missed])
    return None if any(isinstance(cell, str) for cell in cells) or not kept + missed else 100 * kept // (kept + missed)


def _middle(waits: Mapping[tuple[bool, int], int]) -> int | None:
    """The median of at least as many as are shown anywhere."""
    minutes = _minutes(waits)
    return _part(minutes, 1, 2) if len(minutes) >= cell_suppression.FEWEST else None


def _disorder(headlines: Headlines, recent: Period, before: Period, calls: CallFigures) -> tuple[Disorder, ...]:
    """What a coordinator would see to first; from what is shown alone, so that no word tells a hidden number. The bounds are the project's choice."""
    then = kept_share(before.promises, "total")
    urgent = [recent.turned_away.cells[place][-1] for place, name in enumerate(TURNED_AWAY) if name.startswith("urgent")]
    answers = {row: cells[0] for row, cells in zip(calls.answers.rows, calls.answers.cells, strict=True)}
    safer, less = answers["safer"], answers["less_safe"]
    found: dict[Disorder, bool] = {
        "kept": headlines.kept is not None and headlines.kept < WELL_KEPT,
        "falls": headlines.kept is not None and then is not None and then - headlines.kept >= FALLS_BY,
        "urgent_refused": any(isinstance(cell, int) and cell > 0 for cell in urgent),
        "turned_away": headlines.turned_away is not None and headlines.turned_away > 0,
        "uncovered": headlines.uncovered > 0,
        "wrong": calls.wrong is not None and calls.wrong >= MANY_WRONG,
        "less_safe": isinstance(safer, int) and isinstance(less, int) and less > 0 and less * 4 > safer + less,
    }
    return tuple(name for name, is_so in found.items() if is_so)


def _languages(deps: Deps, counted: Iterable[str]) -> tuple[str, ...]:
    """The line's own, then those that it once had."""
    ours = deps.written.languages
    return (*ours, *sorted({*counted} - {*ours}))


def _period(
    languages: tuple[str, ...], tallies: Iterable[Tally], turned_away: Iterable[TurnedAway], days: tuple[int, int], *, is_exact: bool
) -> Period:
    """`days`: the first, and the one after the last."""
    counts: Counter[tuple[str, str]] = Counter()
    for tally in tallies:
        counts[fate(tally), tally.language] += tally.count
    if not is_exact:  # by language a span would narrow down what is hidden of its quarter
        return _whole(tallies, turned_away, days)
    rows = [[counts[name, language] for language in languages] for name in FATES]
    asked: Counter[tuple[str, str]] = Counter()
    for turned in turned_away:
        asked[f"{turned.urgency}_{turned.missing}", turned.language] += turned.count
    refused = [[asked[name, language] for language in languages] for name in TURNED_AWAY]
    columns = (*languages, "total")
    return Period(
        days[0],
        days[1] - 1,
        Counted((*FATES, "total"), columns, cell_suppression.table(rows)),
        Counted((*TURNED_AWAY, "total"), columns, _with_totals(refused)),
    )


def _whole(tallies: Iterable[Tally], turned_away: Iterable[TurnedAway], days: tuple[int, int]) -> Period:
    """Of all languages together."""
    fates, asked = Counter[str](), Counter[str]()
    for tally in tallies:
        fates[fate(tally)] += tally.count
    for turned in turned_away:
        asked[f"{turned.urgency}_{turned.missing}"] += turned.count
    return Period(days[0], days[1] - 1, _column(FATES, fates), _column(TURNED_AWAY, asked))


def _with_totals(rows: Sequence[Sequence[int]]) -> tuple[tuple[RoomCell, ...], ...]:
    """With, last in each row, its total, and below them a row of totals; nothing is hidden."""
    full = [[*row, sum(row)] for row in rows]
    full.append([sum(column) for column in zip(*full, strict=True)])
    return tuple(map(tuple, full))


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


def _calls(tallies: Iterable[Tally], said: SealedCounts, referrals: Mapping[str, int]) -> CallFigures:
    attempts: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    rings = 0
    for tally in tallies:
        if tally.attempts:
            rings += tally.attempts * tally.count
            outcomes[tally.outcome or "unsaid"] += tally.count
            if tally.outcome == "spoke":
                attempts[str(min(tally.attempts, ATTEMPTS[-1]))] += tally.count
    spoken, ended = _column(tuple(map(str, ATTEMPTS)), attempts), _column(ROWS, outcomes)
    # With the calls counted, hidden attempts could be worked out from how many there were.
    is_shown = not any(cell in (FEW, HELD) for row in spoken.cells for cell in row)
    wrongs = [outcomes[outcome] for outcome in DANGEROUS]
    return CallFigures(
        spoken,
        ended,
        (FEW if 0 < rings < cell_suppression.FEWEST else rings) if is_shown else HELD,
        round(100 * sum(wrongs) / rings) if rings and _is_shown(ended, DANGEROUS) else None,
        _column(get_args(Safer), said.safer),
        _column(get_args(ReferralOutcome), referrals),
    )


def _released_calls(tallies: Iterable[Tally], quarter: Release | None) -> CallFigures:
    """How calls ended stays counted by day when their rows go; how often they were rung, answers and referrals do not."""
    ends: Counter[str] = Counter()
    for tally in tallies:
        if tally.rung:
            ends[tally.outcome or "unsaid"] += tally.count
    wrong, safer, referrals = (quarter.table(name) if quarter else None for name in ("wrong", "safer", "referrals"))
    (figure,) = (figure for figure in FIGURES if figure.name == "wrong")
    return CallFigures(
        _column_of(tuple(map(str, ATTEMPTS)), lambda _row: None),
        _column(ROWS, ends),
        HELD,
        shares_of(figure, wrong).by_column.get("count") if wrong else None,
        _column_of(get_args(Safer), lambda row: safer.cell(row, "count") if safer else None),
        _column_of(SPECS["referrals"].columns[:-1], lambda row: referrals.cell(TOTAL, row) if referrals else None),
    )


def _column_of(rows: tuple[str, ...], cell_of: Callable[[str], int | None]) -> Counted:
    """Of released cells."""
    cells = (cell_of(row) for row in (*rows, TOTAL))
    return Counted((*rows, TOTAL), (TOTAL,), tuple((HELD if cell is None else cell,) for cell in cells))


def _waited(tx: Transaction, tallies: Iterable[Tally], said: SealedCounts, days: tuple[int, int], at: int) -> Waited:
    minutes = _minutes(said.waits)
    urgent = {minutes: count for (is_urgent, minutes), count in said.waits.items() if is_urgent}
    return Waited(
        _part(minutes, 1, 2),
        _part(minutes, 9, 10),
        sum(tally.count for tally in tallies if tally.urgent and fate(tally) != "withdrawn"),
        tuple(sum(count for minutes, count in urgent.items() if minutes < most) for most in SOON),
        tx.figures.offers_not_taken(*days),
        said.entered,
        tx.outbox.count("supervisor", at - HOUR_SECONDS),
    )


def _minutes(waits: Mapping[tuple[bool, int], int]) -> list[int]:
    """Of each that was rung, in order."""
    return sorted(minutes for (_, minutes), count in waits.items() for _ in range(count))


def _part(minutes: Sequence[int], of: int, whole: int) -> int | None:
    """The least that so many of them do not exceed; they are in order."""
    return minutes[-(-len(minutes) * of // whole) - 1] if minutes else None


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
    cells = _with_totals([urgent, others]) if is_exact else cell_suppression.table([urgent, others])
    oldest = tuple((now.language, at - now.since) for now in waiting) if is_exact else ()
    return Waits(Counted(("urgent", "others", "total"), (*languages, "total"), cells), oldest)
