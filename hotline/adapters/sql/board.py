"""The open callbacks as a page shows them; what they were marked with; what waits for a supervisor; pranks."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Boolean, Row, Select, bindparam, func, or_, select, update

from hotline.adapters.sql.tables import callbacks, marks, numbers, pranks, reviews, tries
from hotline.adapters.sql.unit import Unit
from hotline.ports import Callback
from hotline.ports.queue import Waiting
from hotline.ports.review import Review

_THIS: Final[BindParameter[Any]] = bindparam("this")
_AT: Final[BindParameter[Any]] = bindparam("at_")
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
_DUE: Final = (*_FOR_HER, _c.opens_at <= _AT, _c.not_after > _AT)
_COMING: Final = (*_FOR_HER, _c.opens_at > _AT)
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
    .where(_c.id.in_(bindparam("ids", expanding=True)), tries.c.at >= _AT)
    .group_by(_c.id)
)
_MARKS: Final = select(marks.c.kind).where(marks.c.callback == _THIS)
_REVIEW: Final = select(reviews).where(_r.id == _THIS)
_IS_FLOOD: Final = _r.reason == "flood"
_REVIEWS: Final = select(reviews).where(_r.decision.is_(None)).order_by(_IS_FLOOD, _r.at, _r.id).limit(_MOST)
_THEIR_CALLBACKS: Final = select(callbacks).where(_c.id.in_(bindparam("these", expanding=True)))
_THEIR_MARKS: Final = select(marks.c.callback, marks.c.kind).where(marks.c.callback.in_(bindparam("these", expanding=True)))
_FLOODS_OVER: Final = (
    select(callbacks)
    .join(reviews, _r.callback == _c.id)
    .where(_r.decision.is_(None), _IS_FLOOD, _c.state == "review", _c.not_after <= _AT)
    .order_by(_c.not_after, _c.id)
)
_REVIEWS_OF: Final = select(reviews).where(_r.callback == _THIS).order_by(_r.at, _r.id)
_SAVE: Final = update(reviews).where(_r.id == _THIS)
_ITS_HASH: Final = (
    select(numbers.c.number_hash)
    .join(callbacks, _c.id == numbers.c.callback)
    .where(numbers.c.callback == _THIS, _c.other_phone.is_(False))
)
_PRANKS: Final = select(func.count(pranks.c.at.distinct())).where(pranks.c.number_hash == _THIS, pranks.c.at >= _AT)


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

    def mark(self, callback: str, kind: str, staff: str, at: int) -> bool:
        return self._add(marks, callback=callback, kind=kind, staff=staff, at=at)

    def add_review(self, review: Review) -> None:
        stands = self.review(review.id)
        if stands is None:
            self._add(reviews, **self._review_columns(review))
        elif stands.decision is not None:
            self.save_review(review)  # the same again, after it was decided once

    def save_review(self, review: Review) -> None:
        values = self._review_columns(review)
        self._change(_SAVE, this=values.pop("id"), **values)

    def review(self, id: str) -> Review | None:
        row = self._row(_REVIEW, this=id)
        return self._review(row) if row else None

    def reviews(self, limit: int) -> tuple[tuple[Review, Callback], ...]:
        """In two statements: a callback and its review have columns of the same names."""
        found = [self._review(row) for row in self._rows(_REVIEWS, most=limit)]
        theirs = {row.id: Callback(*row) for row in self._rows(_THEIR_CALLBACKS, these=[each.callback for each in found])}
        return tuple((each, theirs[each.callback]) for each in found if each.callback in theirs)

    def floods_over(self, at: int) -> tuple[Callback, ...]:
        return tuple(Callback(*row) for row in self._rows(_FLOODS_OVER, at_=at))

    def marks_of(self, callbacks: tuple[str, ...]) -> dict[str, frozenset[str]]:
        rows = self._rows(_THEIR_MARKS, these=callbacks)
        return {each: frozenset(row.kind for row in rows if row.callback == each) for each in {row.callback for row in rows}}

    def reviews_of(self, callback: str) -> tuple[Review, ...]:
        return tuple(self._review(row) for row in self._rows(_REVIEWS_OF, this=callback))

    def add_prank(self, callback: str, at: int) -> None:
        hashed = self._value(_ITS_HASH, this=callback)
        if hashed is not None:
            self._add(pranks, callback=callback, number_hash=hashed, at=at)

    def pranks(self, number: str, since: int) -> int:
        return int(self._value(_PRANKS, this=self._seal.digest("number", number), at_=since))

    def _first(self, statement: Select[*tuple[Any, ...]], **values: object) -> tuple[Callback, ...]:
        return tuple(Callback(*row) for row in self._rows(statement, **values))

    def _review_columns(self, review: Review) -> dict[str, Any]:
        why = None if review.why is None else self._seal.seal(review.why.encode(), _context(review.id))
        return {
            "id": review.id,
            "callback": review.callback,
            "reason": review.reason,
            "at": review.at,
            "decision": review.decision,
            "sealed_why": why,
            "decided_by": review.decided_by,
            "decided_at": review.decided_at,
        }

    def _review(self, row: Row[*tuple[Any, ...]]) -> Review:
        values = row._asdict()
        sealed = values.pop("sealed_why")
        return Review(why=None if sealed is None else self._seal.open(sealed, _context(row.id)).decode(), **values)


def _context(id: str) -> str:
    return f"reviews.sealed_why.{id}"
