"""Counts over callbacks, those that are gone among them; nothing by caller."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import bindparam, case, func, literal, or_, select

from hotline.adapters.sql.tables import (
    attempts,
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
)
from hotline.adapters.sql.unit import AT, Unit, columns
from hotline.engine.times import DAY_SECONDS
from hotline.ports.desk.figures import Counts, Tally, TurnedAway, WaitingNow

DAY_HOURS: Final = 24
_c, _t = callbacks.c, tallies.c
_MADE: Final = (_c.made_at >= bindparam("since"), _c.made_at < bindparam("until"))
_ROWS: Final = (
    select(
        (_c.made_at // DAY_SECONDS).label("day"),
        _c.language,
        _c.urgent,
        _c.state,
        func.coalesce(_c.outcome, literal("")).label("how"),
        or_(_c.attempts > 0, _c.outcome.is_not(None)).label("rung"),
    )
    .where(*_MADE)
    .subquery()
)
_STILL: Final = select(*_ROWS.c, func.count()).group_by(*_ROWS.c)
_GONE: Final = select(_t.day, _t.language, _t.urgent, _t.state, _t.outcome, _t.outcome != literal(""), _t["count"]).where(
    _t.day >= bindparam("since"), _t.day < bindparam("until")
)
_ATTEMPTS: Final = select(_c.attempts, func.coalesce(_c.outcome, literal("")), func.count()).where(*_MADE).group_by(_c.attempts, _c.outcome)
_SAFER: Final = select(_c.safer, func.count()).where(*_MADE, _c.safer.is_not(None)).group_by(_c.safer)
_MAY_COUNT: Final = (
    select(consents.c.kind)
    .where(consents.c.callback == referrals.c.callback, consents.c.kind == "figures", consents.c.revoked_at.is_(None))
    .correlate(referrals)
    .exists()
)
_REFERRED: Final = (
    select(referrals.c.outcome, func.count())
    .where(referrals.c.day >= bindparam("since"), referrals.c.day < bindparam("until"), _MAY_COUNT)
    .group_by(referrals.c.outcome)
)
_TURNED_AWAY: Final = (
    select(*columns(turned_away, TurnedAway))
    .where(turned_away.c.hour >= bindparam("since"), turned_away.c.hour < bindparam("until"))
    .order_by(*turned_away.primary_key)
)
_SINCE: Final = case((_c.made_at > _c.opens_at, _c.made_at), else_=_c.opens_at)
_FIRST_RINGS: Final = (
    select(_c.urgent, ((func.min(attempts.c.at) - _SINCE) // 60).label("minutes"))
    .join(attempts, attempts.c.callback == _c.id)
    .where(*_MADE)
    .group_by(_c.id)
    .subquery()
)
_WAITS: Final = select(*_FIRST_RINGS.c, func.count()).group_by(*_FIRST_RINGS.c)
_NOT_TAKEN: Final = (
    select(func.count())
    .select_from(offers)
    .join(callbacks, _c.id == offers.c.callback)
    .where(
        *_MADE,
        _c.state != "waiting",
        func.coalesce(_c.claimed_by, literal("")) != offers.c.staff,
        ~select(calls.c.id).where(calls.c.callback == offers.c.callback, calls.c.staff == offers.c.staff).exists(),
    )
)
_NOW: Final = (
    select(_c.language, func.count(), func.sum(case((_c.urgent, 1), else_=0)), func.min(_SINCE))
    .where(_c.state == "waiting", _c.opens_at <= AT, _c.not_after > AT)
    .group_by(_c.language)
    .order_by(_c.language)
)
_PHONES: Final = (
    select(func.count(numbers.c.number_hash.distinct()))
    .join(callbacks, _c.id == numbers.c.callback)
    .where(_c.state == "waiting", _c.opens_at <= AT, _c.not_after > AT, bindparam("before") >= _SINCE)
)
_QUEUE: Final = select(_c.language, func.count(), func.min(_SINCE)).where(_c.state == "waiting", _c.opens_at <= AT).group_by(_c.language)
_OUTBOX: Final = select(outbox.c.state, func.count()).group_by(outbox.c.state)
_EDITION: Final = select(func.max(editions.c.number)).where(editions.c.active_from <= AT)


class SqlFigures(Unit):
    __slots__ = ()

    def tallied(self, since: int, until: int) -> tuple[Tally, ...]:
        rows = [*self._rows(_GONE, since=since, until=until), *self._rows(_STILL, since=since * DAY_SECONDS, until=until * DAY_SECONDS)]
        return tuple(
            Tally(day, language, bool(urgent), state, outcome or None, bool(rung), count)
            for day, language, urgent, state, outcome, rung, count in rows
        )

    def attempts_by_outcome(self, since: int, until: int) -> dict[tuple[int, str], int]:
        return {
            (attempts, outcome): count
            for attempts, outcome, count in self._rows(_ATTEMPTS, since=since * DAY_SECONDS, until=until * DAY_SECONDS)
        }

    def waits(self, since: int, until: int) -> dict[tuple[bool, int], int]:
        rows = self._rows(_WAITS, since=since * DAY_SECONDS, until=until * DAY_SECONDS)
        return {(bool(urgent), minutes): count for urgent, minutes, count in rows}

    def offers_not_taken(self, since: int, until: int) -> int:
        return int(self._value(_NOT_TAKEN, since=since * DAY_SECONDS, until=until * DAY_SECONDS))

    def safer_answers(self, since: int, until: int) -> dict[str, int]:
        return {answer: count for answer, count in self._rows(_SAFER, since=since * DAY_SECONDS, until=until * DAY_SECONDS)}  # noqa: C416 - rows are not pairs to mypy

    def referral_outcomes(self, since: int, until: int) -> dict[str, int]:
        return {outcome: count for outcome, count in self._rows(_REFERRED, since=since, until=until)}  # noqa: C416

    def waiting_now(self, at: int) -> tuple[WaitingNow, ...]:
        return tuple(WaitingNow(language, waiting, int(urgent), since) for language, waiting, urgent, since in self._rows(_NOW, at_=at))

    def turn_away(self, turned: TurnedAway) -> None:
        self._count(turned_away, **asdict(turned))

    def turned_away(self, since: int, until: int) -> tuple[TurnedAway, ...]:
        return tuple(TurnedAway(*row) for row in self._rows(_TURNED_AWAY, since=since * DAY_HOURS, until=until * DAY_HOURS))

    def phones_waiting(self, at: int, seconds: int) -> int:
        return int(self._value(_PHONES, at_=at, before=at - seconds))

    def counts(self, at: int) -> Counts:
        """`waiting` and `oldest_age` (seconds): by language, of waiting callbacks whose window has opened; `outbox`: by state."""
        queue = self._rows(_QUEUE, at_=at)
        edition = self._value(_EDITION, at_=at)
        return Counts(
            waiting={language: count for language, count, _since in queue},
            oldest_age={language: at - since for language, _count, since in queue},
            outbox={state: count for state, count in self._rows(_OUTBOX)},  # noqa: C416 - rows are not pairs to mypy
            edition=edition or 0,
        )
