"""The open callbacks as a page shows them, and what they were marked with."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Boolean, Select, bindparam, func, or_, select

from hotline.adapters.sql.tables import callbacks, marks, numbers, reviews, tries
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.ports import Callback
from hotline.ports.queue import Waiting

_MOST: Final[BindParameter[Any]] = bindparam("most")
_c = callbacks.c
_r = reviews.c

_held = callbacks.alias("held")
_its = numbers.alias("its")
_other = callbacks.alias("other")
_others = numbers.alias("others")

_IN_HAND: Final = (
    select(_others.c.callback)
    .join(_its, _its.c.number_hash == _others.c.number_hash)
    .join(_held, _held.c.id == _its.c.callback)
    .where(_held.c.state == "claimed")
)
"""Of numbers that somebody is at: rung once for all that is open, so that nobody need take these (docs: callback life)."""
_FOR_HER: Final = (
    _c.state == "waiting",
    _c.language.in_(bindparam("languages", expanding=True)),
    or_(bindparam("minors", type_=Boolean), _c.id.not_in(select(marks.c.callback).where(marks.c.kind == "minor"))),
    # Held is what was asked for on the phone itself: her other requests go with it. A stranger's wait for whatever is held of this phone.
    _c.id.not_in(_IN_HAND.where(_held.c.other_phone.is_(False))),
    or_(_c.other_phone.is_(False), _c.id.not_in(_IN_HAND)),
)
_DUE: Final = (*_FOR_HER, _c.opens_at <= AT, _c.not_after > AT)
_COMING: Final = (*_FOR_HER, _c.opens_at > AT)
_DUE_FIRST: Final = select(callbacks).where(*_DUE).order_by(_c.urgent.desc(), _c.sunk, _c.not_after, _c.made_at, _c.id).limit(_MOST)
_COMING_FIRST: Final = select(callbacks).where(*_COMING).order_by(_c.opens_at, _c.not_after, _c.id).limit(_MOST)
_HELD_FIRST: Final = select(callbacks).where(_c.state == "claimed").order_by(_c.urgent.desc(), _c.not_after, _c.id).limit(_MOST)
_HOW_MANY: Final = select(
    select(func.count()).where(*_DUE).scalar_subquery(),
    select(func.count()).where(*_COMING).scalar_subquery(),
    select(func.count()).where(_r.decision.is_(None)).scalar_subquery(),
)
_RINGS_OF: Final = (
    select(_c.id, func.count(tries.c.call.distinct()))
    .join(_its, _its.c.callback == _c.id)
    .join(_others, _others.c.number_hash == _its.c.number_hash)
    .join(_other, (_other.c.id == _others.c.callback) & (_other.c.other_phone == _c.other_phone))
    .join(tries, tries.c.callback == _other.c.id)
    .where(_c.id.in_(bindparam("ids", expanding=True)), tries.c.at >= AT)
    .group_by(_c.id)
)
_MARKS: Final = select(marks.c.kind).where(marks.c.callback == THIS)
_THEIR_MARKS: Final = select(marks.c.callback, marks.c.kind).where(marks.c.callback.in_(bindparam("these", expanding=True)))


class Board(Unit):
    __slots__ = ()

    def due_first(self, at: int, languages: tuple[str, ...], limit: int, *, minors: bool = True) -> tuple[Callback, ...]:
        return self._first(_DUE_FIRST, at_=at, languages=languages, most=limit, minors=minors)

    def coming_first(self, at: int, languages: tuple[str, ...], limit: int, *, minors: bool = True) -> tuple[Callback, ...]:
        return self._first(_COMING_FIRST, at_=at, languages=languages, most=limit, minors=minors)

    def held_first(self, limit: int) -> tuple[Callback, ...]:
        return self._first(_HELD_FIRST, most=limit)

    def how_many(self, at: int, languages: tuple[str, ...], *, minors: bool = True) -> Waiting:
        row = self._row(_HOW_MANY, at_=at, languages=languages, minors=minors)
        return Waiting(*row) if row else Waiting(0, 0, 0)

    def rings_of(self, ids: tuple[str, ...], since: int) -> dict[str, int]:
        return {id: rings for id, rings in self._rows(_RINGS_OF, ids=ids, at_=since)} if ids else {}  # noqa: C416 - rows are not pairs to mypy

    def marks(self, callback: str) -> frozenset[str]:
        return frozenset(row.kind for row in self._rows(_MARKS, this=callback))

    def marks_of(self, callbacks: tuple[str, ...]) -> dict[str, frozenset[str]]:
        rows = self._rows(_THEIR_MARKS, these=callbacks)
        return {each: frozenset(row.kind for row in rows if row.callback == each) for each in {row.callback for row in rows}}

    def mark(self, callback: str, kind: str, staff: str, at: int) -> bool:
        return self._add(marks, callback=callback, kind=kind, staff=staff, at=at)

    def _first(self, statement: Select[*tuple[Any, ...]], **values: object) -> tuple[Callback, ...]:
        return tuple(Callback(*row) for row in self._rows(statement, **values))
