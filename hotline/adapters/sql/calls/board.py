"""The open callbacks as a page shows them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Boolean, ColumnElement, Select, Subquery, bindparam, case, func, or_, select

from hotline.adapters.sql.calls.callbacks import CALLBACK
from hotline.adapters.sql.tables import callbacks, flags, numbers, reviews
from hotline.adapters.sql.unit import AT, Unit
from hotline.ports.calls.board import Waiting
from hotline.ports.calls.callbacks import Callback

_MOST: Final[BindParameter[Any]] = bindparam("most")
_c = callbacks.c
_r = reviews.c
_held = callbacks.alias("held")
_its = numbers.alias("its")
_others = numbers.alias("others")
_IN_HAND: Final = (
    select(_others.c.callback)
    .join(_its, _its.c.number_hash == _others.c.number_hash)
    .join(_held, _held.c.id == _its.c.callback)
    .where(_held.c.state == "claimed")
)
"""Of numbers that somebody is at: rung once for all that is open and was asked for in the same way, so that nobody need take these (docs: callback life).
By the board nobody reads whether the phone that a stranger asks for has asked itself."""
_TAKEABLE: Final = (
    _c.state == "waiting",
    _c.language.in_(bindparam("languages", expanding=True)),
    or_(bindparam("minors", type_=Boolean), _c.id.not_in(select(flags.c.callback).where(flags.c.kind == "minor"))),
    or_(_c.other_phone, _c.id.not_in(_IN_HAND.where(_held.c.other_phone.is_(False)))),
    or_(_c.other_phone.is_(False), _c.id.not_in(_IN_HAND.where(_held.c.other_phone))),
)
_DUE: Final = (*_TAKEABLE, _c.opens_at <= AT, _c.not_after > AT)
_COMING: Final = (*_TAKEABLE, _c.opens_at > AT)
_PHONE: Final = (numbers.c.number_hash, _c.other_phone, case((_c.at_once, ""), else_=_c.id))
"""What was asked for at once from one phone is one; whatever was asked for a part of the day stands by itself (docs: callback life)."""
_TOGETHER: Final = {
    "urgent": func.max(case((_c.urgent, 1), else_=0)).over(partition_by=_PHONE) == 1,
    "not_after": func.max(_c.not_after).over(partition_by=_PHONE),
}
_FIRST: Final = func.row_number().over(partition_by=_PHONE, order_by=(_c.made_at, _c.id))


def _cards(*where: ColumnElement[bool]) -> Subquery:
    """The first request of each phone, urgent if any is, with the latest end of all."""
    shown = [_TOGETHER.get(column.key, column).label(column.key) for column in CALLBACK]
    rows = select(*shown, _FIRST.label("place")).join(numbers, numbers.c.callback == _c.id).where(*where).subquery()
    return select(*(rows.c[column.key] for column in CALLBACK)).where(rows.c.place == 1).subquery()


_due, _coming, _claimed = _cards(*_DUE), _cards(*_COMING), _cards(_c.state == "claimed")
_DUE_FIRST: Final = select(_due).order_by(_due.c.urgent.desc(), _due.c.sunk, _due.c.not_after, _due.c.made_at, _due.c.id).limit(_MOST)
_COMING_FIRST: Final = select(_coming).order_by(_coming.c.opens_at, _coming.c.not_after, _coming.c.id).limit(_MOST)
_HELD_FIRST: Final = select(_claimed).order_by(_claimed.c.urgent.desc(), _claimed.c.not_after, _claimed.c.id).limit(_MOST)
_HOW_MANY: Final = select(
    select(func.count()).select_from(_due).scalar_subquery().label("due"),
    select(func.count()).select_from(_coming).scalar_subquery().label("coming"),
    select(func.count()).where(_r.decision.is_(None)).scalar_subquery().label("review"),
)


class SqlBoard(Unit):
    __slots__ = ()

    def due(self, at: int, languages: tuple[str, ...], limit: int, *, minors: bool = True) -> tuple[Callback, ...]:
        return self._first(_DUE_FIRST, at_=at, languages=languages, most=limit, minors=minors)

    def coming(self, at: int, languages: tuple[str, ...], limit: int, *, minors: bool = True) -> tuple[Callback, ...]:
        return self._first(_COMING_FIRST, at_=at, languages=languages, most=limit, minors=minors)

    def held(self, limit: int) -> tuple[Callback, ...]:
        return self._first(_HELD_FIRST, most=limit)

    def count(self, at: int, languages: tuple[str, ...], *, minors: bool = True) -> Waiting:
        row = self._row(_HOW_MANY, at_=at, languages=languages, minors=minors)
        return Waiting(**row._asdict()) if row else Waiting(0, 0, 0)

    def _first(self, statement: Select[*tuple[Any, ...]], **values: object) -> tuple[Callback, ...]:
        return tuple(Callback(*row) for row in self._rows(statement, **values))
