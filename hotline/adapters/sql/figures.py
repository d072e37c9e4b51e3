"""Counts over callbacks, those that are gone among them; nothing by caller."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, case, func, literal, or_, select

from hotline.adapters.sql.tables import callbacks, consents, referrals, tallies
from hotline.adapters.sql.unit import AT, DAY, Unit
from hotline.ports.figures import Tally, WaitingNow

_c, _t = callbacks.c, tallies.c

_MADE: Final = (_c.made_at >= bindparam("since"), _c.made_at < bindparam("until"))
_ROWS: Final = (
    select(
        (_c.made_at // DAY).label("day"),
        _c.language,
        _c.urgent,
        _c.state,
        func.coalesce(_c.ending, literal("")).label("how"),
        or_(_c.tries > 0, _c.ending.is_not(None)).label("rung"),
    )
    .where(*_MADE)
    .subquery()
)
_STILL: Final = select(*_ROWS.c, func.count()).group_by(*_ROWS.c)
_GONE: Final = select(_t.day, _t.language, _t.urgent, _t.state, _t.ending, _t.ending != literal(""), _t["count"]).where(
    _t.day >= bindparam("since"), _t.day < bindparam("until")
)
_TRIES: Final = select(_c.tries, func.coalesce(_c.ending, literal("")), func.count()).where(*_MADE).group_by(_c.tries, _c.ending)
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
_SINCE: Final = case((_c.made_at > _c.opens_at, _c.made_at), else_=_c.opens_at)
_NOW: Final = (
    select(_c.language, func.count(), func.sum(case((_c.urgent, 1), else_=0)), func.min(_SINCE))
    .where(_c.state == "waiting", _c.opens_at <= AT, _c.not_after > AT)
    .group_by(_c.language)
    .order_by(_c.language)
)


class Figures(Unit):
    __slots__ = ()

    def tallied(self, since: int, until: int) -> tuple[Tally, ...]:
        rows = [*self._rows(_GONE, since=since, until=until), *self._rows(_STILL, since=since * DAY, until=until * DAY)]
        return tuple(
            Tally(day, language, bool(urgent), state, ending or None, bool(rung), count)
            for day, language, urgent, state, ending, rung, count in rows
        )

    def tries_by_ending(self, since: int, until: int) -> dict[tuple[int, str], int]:
        return {(tries, ending): count for tries, ending, count in self._rows(_TRIES, since=since * DAY, until=until * DAY)}

    def safer_answers(self, since: int, until: int) -> dict[str, int]:
        return {answer: count for answer, count in self._rows(_SAFER, since=since * DAY, until=until * DAY)}  # noqa: C416 - rows are not pairs to mypy

    def referral_outcomes(self, since: int, until: int) -> dict[str, int]:
        return {outcome: count for outcome, count in self._rows(_REFERRED, since=since, until=until)}  # noqa: C416

    def waiting_now(self, at: int) -> tuple[WaitingNow, ...]:
        return tuple(WaitingNow(language, waiting, int(urgent), since) for language, waiting, urgent, since in self._rows(_NOW, at_=at))
