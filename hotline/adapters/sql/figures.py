"""Counts over callbacks, those that are gone among them, and what each of the staff carried lately; nothing by caller."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import BindParameter, bindparam, case, func, literal, select, update

from hotline.adapters.sql.tables import callbacks, calls, marks, tallies, wants
from hotline.adapters.sql.unit import DAY, Unit
from hotline.ports.care import Load, Want
from hotline.ports.figures import Tally

_AT: Final[BindParameter[Any]] = bindparam("at_")
_c, _t = callbacks.c, tallies.c

HARD: Final = ("danger", "minor", "hard")
_ROWS: Final = (
    select((_c.made_at // DAY).label("day"), _c.language, _c.urgent, _c.state, func.coalesce(_c.ending, literal("")).label("how"))
    .where(_c.made_at >= _AT)
    .subquery()
)
_STILL: Final = select(*_ROWS.c, func.count()).group_by(*_ROWS.c)
_GONE: Final = select(tallies).where(_t.day >= bindparam("day_"))
_TRIES: Final = select(_c.tries, func.coalesce(_c.ending, literal("")), func.count()).where(_c.made_at >= _AT).group_by(_c.tries, _c.ending)
_SAFER: Final = select(_c.safer, func.count()).where(_c.made_at >= _AT, _c.safer.is_not(None)).group_by(_c.safer)
_IS_HARD: Final = (
    select(marks.c.callback).where(marks.c.callback == calls.c.callback, marks.c.kind.in_(HARD)).correlate(calls).exists()
)
_LOADS: Final = (
    select(
        calls.c.staff,
        func.count(),
        func.sum(case((_IS_HARD, 1), else_=0)),
        func.max(case((_IS_HARD, func.coalesce(calls.c.ended_at, calls.c.dialed_at)), else_=None)),
    )
    .where(calls.c.dialed_at >= _AT)
    .group_by(calls.c.staff)
)
_WANTS: Final = select(wants).where(wants.c.seen_at.is_(None)).order_by(wants.c.at, wants.c.id)
_SAVE_WANT: Final = update(wants).where(wants.c.id == bindparam("this"))


class Figures(Unit):
    __slots__ = ()

    def tallied(self, since_day: int) -> tuple[Tally, ...]:
        rows = [*self._rows(_GONE, day_=since_day), *self._rows(_STILL, at_=since_day * DAY)]
        return tuple(Tally(day, language, bool(urgent), state, ending or None, count) for day, language, urgent, state, ending, count in rows)

    def tries_by_ending(self, since: int) -> dict[tuple[int, str], int]:
        return {(tries, ending): count for tries, ending, count in self._rows(_TRIES, at_=since)}

    def safer_answers(self, since: int) -> dict[str, int]:
        return {answer: count for answer, count in self._rows(_SAFER, at_=since)}  # noqa: C416 - rows are not pairs to mypy

    def loads(self, since: int) -> dict[str, Load]:
        return {staff: Load(count, int(hard), last) for staff, count, hard, last in self._rows(_LOADS, at_=since)}

    def add_want(self, want: Want) -> None:
        self._add(wants, **asdict(want))

    def save_want(self, want: Want) -> None:
        values = asdict(want)
        self._change(_SAVE_WANT, this=values.pop("id"), **values)

    def wants(self) -> tuple[Want, ...]:
        return tuple(Want(*row) for row in self._rows(_WANTS))
