"""Counts over callbacks, those that are gone among them; nothing by caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, NamedTuple, get_args

from msgspec.structs import asdict
from sqlalchemy import BindParameter, Row, Select, Table, and_, bindparam, case, func, literal, literal_column, or_, select

from hotline.adapters.sql.calls.callbacks import NOTHING, Answers
from hotline.adapters.sql.desk.cases import REFERRAL, CaseRows
from hotline.adapters.sql.tables import (
    OPEN,
    callbacks,
    calls,
    consents,
    editions,
    hour_tallies,
    incidents,
    numbers,
    offers,
    outbox,
    referral_tallies,
    referrals,
    safer_tallies,
    tallies,
    tries_tallies,
    turned_away,
    wait_tallies,
)
from hotline.adapters.sql.unit import AT, columns
from hotline.engine.casework.call_outcomes import TALKED
from hotline.engine.times import DAY_HOURS, DAY_SECONDS, HOUR_SECONDS
from hotline.ports.calls.callbacks import CallbackState, SaferCode
from hotline.ports.desk.cases import FIGURES, Incident
from hotline.ports.figures.figures import Counts, OfferedHours, SealedCounts, Tally, TurnedAway, WaitingNow

_c, _t = callbacks.c, tallies.c
_MADE: Final = (_c.made_at >= bindparam("since"), _c.made_at < bindparam("until"))
_ALIKE: Final = (_c.language, _c.urgent, _c.state, _c.outcome, _c.attempts)
_STILL: Final = (
    select(*_ALIKE, func.count())
    # In the order in which they are counted, and not by the day: that would read every row.
    .where(_c.made_at + NOTHING >= bindparam("since"), _c.made_at + NOTHING < bindparam("until"))
    .group_by(*_ALIKE)
)
_GONE: Final = select(_t.day, _t.language, _t.urgent, _t.state, _t.outcome, _t["count"]).where(
    _t.day >= bindparam("since"), _t.day < bindparam("until")
)
_REFERRED: Final = (
    select(consents.c.sealed, *REFERRAL)
    .join(consents, consents.c.callback == referrals.c.callback)
    .where(referrals.c.day >= bindparam("since"), referrals.c.day < bindparam("until"))
)
_TURNED_AWAY: Final = (
    select(*columns(turned_away, TurnedAway))
    .where(turned_away.c.hour >= bindparam("since"), turned_away.c.hour < bindparam("until"))
    .order_by(*turned_away.primary_key)
)
_SINCE: Final = case((_c.made_at > _c.opens_at, _c.made_at), else_=_c.opens_at)
_RUNG: Final = or_(_c.attempts > 0, _c.other_phone)
"""Of another phone a supervisor may set the attempts back to none."""
_TALKED: Final = _c.outcome.in_(TALKED)
_SAID: Final = select(_c.id, _c.sealed, _c.made_at, _c.urgent, _c.entered, case((_RUNG, 1), else_=0), case((_TALKED, 1), else_=0)).where(
    # Row by row: of what was made lately most is wanted, or waits.
    _c.made_at + NOTHING >= bindparam("since"),
    _c.made_at + NOTHING < bindparam("until"),
    or_(_RUNG, _TALKED),
)
_w = wait_tallies.c
_WAITED: Final = select(_w.day, _w.urgent, _w.minutes, _w["count"]).where(_w.day >= bindparam("since"), _w.day < bindparam("until"))
_NOT_TAKEN: Final = (
    select(func.count())
    .select_from(offers)
    .join(callbacks, _c.id == offers.c.callback)
    .where(
        # By its state: what waits is most of what was made lately.
        _c.made_at + NOTHING >= bindparam("since"),
        _c.made_at + NOTHING < bindparam("until"),
        _c.state.in_([state for state in get_args(CallbackState) if state != "waiting"]),
        func.coalesce(_c.claimed_by, literal("")) != offers.c.staff,
        # The sum of nothing keeps SQLite from going through all calls that somebody ever made.
        ~select(calls.c.id)
        .where(calls.c.callback == offers.c.callback, calls.c.staff.concat(literal_column("''")) == offers.c.staff)
        .exists(),
    )
)
_ENDS: Final = select(_c.call, func.max(_c.not_after).label("last")).where(_c.call.is_not(None)).group_by(_c.call).subquery()
_END: Final = func.coalesce(_ENDS.c.last, _c.not_after)
_DIALED: Final = calls.c.dialed_at
_RUNG_LATE: Final = (
    select(func.count())
    .select_from(calls.join(callbacks, _c.id == calls.c.callback).outerjoin(_ENDS, _ENDS.c.call == _c.call))
    .where(
        bindparam("since") <= _DIALED,
        bindparam("until") > _DIALED,
        or_(
            _DIALED - _DIALED % HOUR_SECONDS > _END - _END % HOUR_SECONDS,
            and_(_c.state.in_(OPEN), _DIALED > _END),
        ),
    )
)
_NOW: Final = (
    select(_c.language, func.count(), func.sum(case((_c.urgent, 1), else_=0)), func.min(_SINCE))
    .where(_c.state == "waiting", _c.opens_at <= AT, _c.not_after + NOTHING > AT)
    .group_by(_c.language)
    .order_by(_c.language)
)
_PHONES: Final = (
    select(func.count(numbers.c.number_hash.distinct()))
    .join(callbacks, _c.id == numbers.c.callback)
    .where(_c.state == "waiting", _c.opens_at <= AT, _c.not_after > AT, bindparam("before") >= _SINCE)
)
_QUEUE: Final = select(_c.language, func.count(), func.min(_SINCE)).where(_c.state == "waiting", _c.opens_at <= AT).group_by(_c.language)
_GATEWAYS: Final = (
    select(outbox.c.gateway, outbox.c.state, func.count()).where(outbox.c.gateway.is_not(None)).group_by(outbox.c.gateway, outbox.c.state)
)
_OUTBOX: Final = select(outbox.c.state, func.count()).group_by(outbox.c.state)
_OLDEST: Final = select(outbox.c.queue, func.min(outbox.c.made_at)).where(outbox.c.state == "pending").group_by(outbox.c.queue)
_EDITION: Final = select(func.max(editions.c.number)).where(editions.c.active_from <= AT)


def _months(table: Table, *by: str) -> Select[*tuple[Any, ...]]:
    """The counts of a table by month, over some months."""
    keys = [table.c[name] for name in by]
    month = table.c.month
    return select(*keys, func.sum(table.c["count"])).where(month >= bindparam("since"), month < bindparam("until")).group_by(*keys)


_ENDINGS: Final = _months(tries_tallies, "ending")
_SAFER: Final = _months(safer_tallies, "answer")
_REFERRALS: Final = _months(referral_tallies, "kind", "outcome")
_i = incidents.c
_OF_DAYS: Final = (_i.figures, _i.day >= bindparam("since"), _i.day < bindparam("until"))
_INCIDENTS: Final = select(incidents).where(*_OF_DAYS, _i.callback.is_(None)).order_by(_i.day, _i.id)
# Of earlier days too: to what the caller says yes late counts in a later month (`retention.counted_in`).
_TIED: Final = select(func.count()).select_from(incidents).where(_i.figures, _i.day < bindparam("until"), _i.callback.is_not(None))
_UNSETTLED: Final = select(func.count()).select_from(callbacks).where(*_MADE, _c.state.in_(OPEN))
_FIRST: Final = select(func.min(_t.day))
_FIRST_LEFT: Final = select(func.min(_c.made_at))
_HOURS: Final = (
    select(*columns(hour_tallies, OfferedHours))
    .where(hour_tallies.c.day >= bindparam("since"), hour_tallies.c.day < bindparam("until"))
    .order_by(hour_tallies.c.day, hour_tallies.c.language)
)


@cache
def _still_since(edges: int) -> Select[*tuple[Any, ...]]:
    """What is alike, and how much of it was made since each of so many moments but the last, before which all was: one walk of the index, however many spans are wanted."""
    made_at = _c.made_at + NOTHING
    moments: list[BindParameter[int]] = [bindparam(f"since{place}") for place in range(edges)]
    counts = [func.count(case((made_at >= moment, 1))) for moment in moments[:-1]]
    return select(*_ALIKE, *counts).where(made_at >= moments[0], made_at < moments[-1]).group_by(*_ALIKE)


class _Opened(NamedTuple):
    waited: int | None
    safer: SaferCode | None
    agreed: bool


MOST_OPENED: Final = 20_000
_OPENED: Final[dict[bytes, _Opened]] = {}
"""By the sealed value, which names no callback: once its row is gone it is tied to nothing."""


def _said(days: range, counted: Counter[tuple[Any, ...]], gone: Sequence[Row[*tuple[Any, ...]]]) -> SealedCounts:
    waits: Counter[tuple[bool, int]] = Counter()
    safer: Counter[str] = Counter()
    entered = 0
    for (day, urgent, is_entered, rung, talked, opened), count in counted.items():
        if day not in days:
            continue
        entered += count if is_entered and not opened.agreed else 0
        if rung and opened.waited is not None:
            waits[bool(urgent), opened.waited] += count
        if talked and opened.safer is not None:
            safer[opened.safer] += count
    for day, urgent, minutes, count in gone:
        waits[bool(urgent), minutes] += count if day in days else 0
    return SealedCounts(dict(+waits), dict(safer), entered)


class SqlFigures(CaseRows):
    __slots__ = ()

    def tallied(self, *spans: tuple[int, int]) -> tuple[tuple[Tally, ...], ...]:
        edges = sorted({day for span in spans for day in span})
        found: dict[tuple[int, int], Counter[tuple[Any, ...]]] = {span: Counter() for span in spans}
        for day, *alike, count in self._rows(_GONE, since=edges[0], until=edges[-1]):
            for span, counted in found.items():
                counted[(*alike, 0)] += count if day in range(*span) else 0
        since = {f"since{place}": day * DAY_SECONDS for place, day in enumerate(edges)}
        for row in self._rows(_still_since(len(edges)), **since):
            made_since = dict(zip(edges, (*row[len(_ALIKE) :], 0), strict=True))
            for (first, end), counted in found.items():
                counted[tuple(row[: len(_ALIKE)])] += made_since[first] - made_since[end]
        return tuple(
            tuple(
                Tally(language, bool(urgent), state, outcome or None, attempts, count)
                for (language, urgent, state, outcome, attempts), count in (+found[span]).items()
            )
            for span in spans
        )

    def said(self, *spans: tuple[int, int]) -> tuple[SealedCounts, ...]:
        """It is opened here: of a callback that closed no moment is left by which it could be worked out how long a wait was."""
        since, until = min(first for first, _ in spans), max(end for _, end in spans)
        rows = self._rows(_SAID, since=since * DAY_SECONDS, until=until * DAY_SECONDS)
        counted = Counter(
            (made_at // DAY_SECONDS, urgent, entered, rung, talked, _OPENED.get(sealed) or self._open(id, sealed))
            for id, sealed, made_at, urgent, entered, rung, talked in rows
        )
        gone = self._rows(_WAITED, since=since, until=until)
        return tuple(_said(days, counted, gone) for days in (range(*span) for span in spans))

    def rung_late(self, since: int, until: int) -> int:
        return int(self._value(_RUNG_LATE, since=since * DAY_SECONDS, until=until * DAY_SECONDS))

    def offers_not_taken(self, since: int, until: int) -> int:
        return int(self._value(_NOT_TAKEN, since=since * DAY_SECONDS, until=until * DAY_SECONDS))

    def referral_outcomes(self, since: int, until: int) -> dict[str, int]:
        """What was agreed to and how it went lies sealed: both are opened here, for the referrals of these days."""
        counted: Counter[str] = Counter()
        for sealed, *row in self._rows(_REFERRED, since=since, until=until):
            referral = self._referral(*row)
            consent = self._consents(referral.callback or "", sealed).get(FIGURES)
            if consent is not None and consent.revoked_at is None:
                counted[referral.outcome] += 1
        return dict(counted)

    def waiting_now(self, at: int) -> tuple[WaitingNow, ...]:
        return tuple(WaitingNow(language, waiting, int(urgent), since) for language, waiting, urgent, since in self._rows(_NOW, at_=at))

    def turn_away(self, turned: TurnedAway) -> None:
        self._count(turned_away, **asdict(turned))

    def turned_away(self, since: int, until: int) -> tuple[TurnedAway, ...]:
        return tuple(TurnedAway(*row) for row in self._rows(_TURNED_AWAY, since=since * DAY_HOURS, until=until * DAY_HOURS))

    def phones_waiting(self, at: int, seconds: int) -> int:
        return int(self._value(_PHONES, at_=at, before=at - seconds))

    def _open(self, id: str, sealed: bytes) -> _Opened:
        """What a page of figures needs of it. What closed does not change, so that it is opened once in a process."""
        if len(_OPENED) >= MOST_OPENED:
            _OPENED.clear()
        answers = self._unpack(_c.sealed, id, sealed, Answers)
        opened = _OPENED[sealed] = _Opened(answers.waited, answers.safer, answers.agreed)
        return opened

    def endings(self, since: int, until: int) -> dict[str, int]:
        ended = Counter({ending: int(count) for ending, count in self._rows(_ENDINGS, since=since, until=until)})
        for *_, outcome, _attempts, count in self._rows(_STILL, since=since * DAY_SECONDS, until=until * DAY_SECONDS):
            if outcome:
                ended[outcome] += count
        return dict(ended)

    def safety(self, since: int, until: int) -> dict[str, int]:
        said = Counter({answer: int(count) for answer, count in self._rows(_SAFER, since=since, until=until)})
        for id, sealed, _made_at, _urgent, _entered, _rung, talked in self._rows(
            _SAID, since=since * DAY_SECONDS, until=until * DAY_SECONDS
        ):
            answer = (_OPENED.get(sealed) or self._open(id, sealed)).safer
            if talked and answer is not None:
                said[answer] += 1
        return dict(said)

    def referrals_counted(self, since: int, until: int) -> dict[tuple[str, str], int]:
        return {(kind, outcome): int(count) for kind, outcome, count in self._rows(_REFERRALS, since=since, until=until)}

    def incidents(self, since: int, until: int) -> tuple[Incident, ...]:
        return tuple(self._incident(row) for row in self._rows(_INCIDENTS, since=since, until=until))

    def tied(self, since: int, until: int) -> int:
        unsettled = self._value(_UNSETTLED, since=since * DAY_SECONDS, until=until * DAY_SECONDS)
        return int(unsettled) + int(self._value(_TIED, until=until)) + sum(self.referral_outcomes(0, until).values())

    def first_day(self) -> int | None:
        gone, left = self._value(_FIRST), self._value(_FIRST_LEFT)
        return min((day for day in (gone, None if left is None else left // DAY_SECONDS) if day is not None), default=None)

    def note_hours(self, hours: OfferedHours) -> None:
        self._add(hour_tallies, **asdict(hours))

    def hours(self, since: int, until: int) -> tuple[OfferedHours, ...]:
        return tuple(OfferedHours(*row) for row in self._rows(_HOURS, since=since, until=until))

    def counts(self, at: int) -> Counts:
        """`waiting` and `oldest_age` (seconds): by language, of waiting callbacks whose window has opened; `outbox`: by state."""
        queue = self._rows(_QUEUE, at_=at)
        edition = self._value(_EDITION, at_=at)
        return Counts(
            waiting={language: count for language, count, _since in queue},
            oldest_age={language: at - since for language, _count, since in queue},
            gateways={(gateway, state): count for gateway, state, count in self._rows(_GATEWAYS)},
            outbox={state: count for state, count in self._rows(_OUTBOX)},  # noqa: C416 - rows are not pairs to mypy
            edition=edition or 0,
        )

    def oldest_pending(self, at: int) -> dict[str, int]:
        return {queue: max(at - since, 0) for queue, since in self._rows(_OLDEST)}
