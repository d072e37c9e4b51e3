"""The open callbacks as a page shows them; what they were marked with; what waits for a supervisor; pranks."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Row, bindparam, func, select, update

from hotline.adapters.sql.tables import callbacks, marks, numbers, pranks, reviews
from hotline.adapters.sql.unit import Unit
from hotline.ports import Callback
from hotline.ports.queue import Waiting
from hotline.ports.review import Review

_THIS: Final[BindParameter[Any]] = bindparam("this")
_AT: Final[BindParameter[Any]] = bindparam("at_")
_MOST: Final[BindParameter[Any]] = bindparam("most")
_c = callbacks.c
_r = reviews.c

_THEIRS: Final = _c.language.in_(bindparam("languages", expanding=True))
_DUE: Final = (_c.state == "waiting", _c.opens_at <= _AT, _c.not_after > _AT)
_COMING: Final = (_c.state == "waiting", _c.opens_at > _AT)
_DUE_FIRST: Final = (
    select(callbacks).where(*_DUE, _THEIRS).order_by(_c.urgent.desc(), _c.sunk, _c.not_after, _c.made_at, _c.id).limit(_MOST)
)
_COMING_FIRST: Final = select(callbacks).where(*_COMING, _THEIRS).order_by(_c.opens_at, _c.not_after, _c.id).limit(_MOST)
_HOW_MANY: Final = select(
    select(func.count()).where(*_DUE, _THEIRS).scalar_subquery(),
    select(func.count()).where(*_COMING, _THEIRS).scalar_subquery(),
    select(func.count()).where(_r.decision.is_(None)).scalar_subquery(),
)
_MARKS: Final = select(marks.c.kind).where(marks.c.callback == _THIS)
_REVIEW: Final = select(reviews).where(_r.id == _THIS)
_REVIEWS: Final = select(reviews).where(_r.decision.is_(None)).order_by(_r.at, _r.id).limit(_MOST)
_REVIEWS_OF: Final = select(reviews).where(_r.callback == _THIS).order_by(_r.at, _r.id)
_SAVE: Final = update(reviews).where(_r.id == _THIS)
_ITS_HASH: Final = select(numbers.c.number_hash).where(numbers.c.callback == _THIS)
_PRANKS: Final = select(func.count()).where(pranks.c.number_hash == _THIS, pranks.c.at >= _AT)


class Board(Unit):
    __slots__ = ()

    def due_first(self, at: int, languages: tuple[str, ...], limit: int) -> tuple[Callback, ...]:
        return tuple(Callback(*row) for row in self._rows(_DUE_FIRST, at_=at, languages=languages, most=limit))

    def coming_first(self, at: int, languages: tuple[str, ...], limit: int) -> tuple[Callback, ...]:
        return tuple(Callback(*row) for row in self._rows(_COMING_FIRST, at_=at, languages=languages, most=limit))

    def how_many(self, at: int, languages: tuple[str, ...]) -> Waiting:
        row = self._row(_HOW_MANY, at_=at, languages=languages)
        return Waiting(*row) if row else Waiting(0, 0, 0)

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

    def reviews(self, limit: int) -> tuple[Review, ...]:
        return tuple(self._review(row) for row in self._rows(_REVIEWS, most=limit))

    def reviews_of(self, callback: str) -> tuple[Review, ...]:
        return tuple(self._review(row) for row in self._rows(_REVIEWS_OF, this=callback))

    def add_prank(self, callback: str, at: int) -> None:
        hashed = self._value(_ITS_HASH, this=callback)
        if hashed is not None:
            self._add(pranks, callback=callback, number_hash=hashed, at=at)

    def pranks(self, number: str, since: int) -> int:
        return int(self._value(_PRANKS, this=self._seal.digest("number", number), at_=since))

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
