"""Counts over callbacks, those that are gone among them; nothing by caller."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple, get_args

from msgspec.structs import asdict
from sqlalchemy import bindparam, case, func, literal, literal_column, or_, select

from hotline.adapters.sql.calls.callbacks import NOTHING, Answers
from hotline.adapters.sql.desk.cases import REFERRAL, CaseRows
from hotline.adapters.sql.tables import (
    callbacks,
    calls,
    consents,
    editions,
    numbers,
    offers,
    outbox,
    referrals,
    tallies,
    turned_away,
    wait_tallies,
)
from hotline.adapters.sql.unit import AT, columns
from hotline.engine.times import DAY_HOURS, DAY_SECONDS
from hotline.ports.calls.call_outcomes import TALKED
from hotline.ports.calls.callbacks import Safer, State
from hotline.ports.desk.cases import FIGURES
from hotline.ports.desk.figures import Counts, SealedCounts, Tally, TurnedAway, WaitingNow

_c, _t = callbacks.c, tallies.c
_MADE: Final = (_c.made_at >= bindparam("since"), _c.made_at < bindparam("until"))
_ALIKE: Final = (_c.language, _c.urgent, _c.state, _c.outcome, _c.attempts)
_STILL: Final = (
    select(*_ALIKE, func.count())
    # In the order in which they are counted, and not by the day: that would read every row.
    .where(_c.made_at + NOTHING >= bindparam("since"), _c.made_at + NOTHING < bindparam("until"))
    .group_by(*_ALIKE)
)
_GONE: Final = (
    select(_t.language, _t.urgent, _t.state, _t.outcome, NOTHING, func.sum(_t["count"]))
    .where(_t.day >= bindparam("since"), _t.day < bindparam("until"))
    .group_by(_t.language, _t.urgent, _t.state, _t.outcome)
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
_SAID: Final = select(_c.id, _c.sealed, _c.urgent, case((_RUNG, 1), else_=0), case((_TALKED, 1), else_=0)).where(
    *_MADE, or_(_RUNG, _TALKED)
)
_w = wait_tallies.c
_WAITED: Final = (
    select(_w.urgent, _w.minutes, func.sum(_w["count"]))
    .where(_w.day >= bindparam("since"), _w.day < bindparam("until"))
    .group_by(_w.urgent, _w.minutes)
)
_NOT_TAKEN: Final = (
    select(func.count())
    .select_from(offers)
    .join(callbacks, _c.id == offers.c.callback)
    .where(
        # By its state: what waits is most of what was made lately.
        _c.made_at + NOTHING >= bindparam("since"),
        _c.made_at + NOTHING < bindparam("until"),
        _c.state.in_([state for state in get_args(State) if state != "waiting"]),
        func.coalesce(_c.claimed_by, literal("")) != offers.c.staff,
        # The sum of nothing keeps SQLite from going through all calls that somebody ever made.
        ~select(calls.c.id)
        .where(calls.c.callback == offers.c.callback, calls.c.staff.concat(literal_column("''")) == offers.c.staff)
        .exists(),
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


class _Opened(NamedTuple):
    waited: int | None
    safer: Safer | None
    entered: bool


MOST_OPENED: Final = 20_000
_OPENED: Final[dict[bytes, _Opened]] = {}
"""By the sealed value, which names no callback: once its row is gone it is tied to nothing."""


class SqlFigures(CaseRows):
    __slots__ = ()

    def tallied(self, since: int, until: int) -> tuple[Tally, ...]:
        rows = [*self._rows(_GONE, since=since, until=until), *self._rows(_STILL, since=since * DAY_SECONDS, until=until * DAY_SECONDS)]
        return tuple(
            Tally(language, bool(urgent), state, outcome or None, attempts, int(count))
            for language, urgent, state, outcome, attempts, count in rows
        )

    def said(self, since: int, until: int) -> SealedCounts:
        """Both lie sealed, and are opened here: of a callback that closed no moment is left by which it could be worked out how long a wait was."""
        waits: Counter[tuple[bool, int]] = Counter()
        safer: Counter[str] = Counter()
        entered = 0
        for id, sealed, urgent, rung, talked in self._rows(_SAID, since=since * DAY_SECONDS, until=until * DAY_SECONDS):
            opened = _OPENED.get(sealed) or self._open(id, sealed)
            entered += opened.entered
            if rung and opened.waited is not None:
                waits[bool(urgent), opened.waited] += 1
            if talked and opened.safer is not None:
                safer[opened.safer] += 1
        for urgent, most, count in self._rows(_WAITED, since=since, until=until):
            waits[bool(urgent), most] += int(count)
        return SealedCounts(dict(waits), dict(safer), entered)

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
        opened = _OPENED[sealed] = _Opened(answers.waited, answers.safer, answers.entered)
        return opened

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
