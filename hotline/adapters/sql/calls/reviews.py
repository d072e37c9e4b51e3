"""What waits for a supervisor."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, bindparam, select, update

from hotline.adapters.sql.calls.callbacks import CALLBACK, CallbackRows
from hotline.adapters.sql.tables import callbacks, reviews
from hotline.adapters.sql.unit import AT, THIS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.reviews import Reason, Review

_c, _r = callbacks.c, reviews.c
_REVIEW: Final = select(reviews).where(_r.id == THIS)
_REVIEWS: Final = select(reviews).where(_r.decision.is_(None)).order_by(_r.flood, _r.at, _r.id).limit(bindparam("most"))
_THEIR_CALLBACKS: Final = select(*CALLBACK).where(_c.id.in_(bindparam("these", expanding=True)))
_FLOODS_OVER: Final = (
    select(*CALLBACK)
    .join(reviews, _r.callback == _c.id)
    .where(_r.decision.is_(None), _r.flood, _c.state == "review", _c.not_after <= AT)
    .order_by(_c.not_after, _c.id)
)
_REVIEWS_OF: Final = select(reviews).where(_r.callback == THIS).order_by(_r.at, _r.id)
_SAVE: Final = update(reviews).where(_r.id == THIS)
_REASON: Final[Any] = Reason


class SqlReviews(CallbackRows):
    __slots__ = ()

    def add(self, review: Review) -> None:
        stands = self.get(review.id)
        if stands is None:
            self._add(reviews, **self._review_columns(review))
        elif stands.decision is not None:
            self.save(review)  # the same again, after it was decided once

    def save(self, review: Review) -> None:
        values = self._review_columns(review)
        self._change(_SAVE, this=values.pop("id"), **values)

    def get(self, id: str) -> Review | None:
        row = self._row(_REVIEW, this=id)
        return self._review(row) if row else None

    def undecided(self, limit: int) -> tuple[tuple[Review, Callback], ...]:
        """In two statements: a callback and its review have columns of the same names."""
        found = [self._review(row) for row in self._rows(_REVIEWS, most=limit)]
        by_id = {callback.id: callback for callback in self._callbacks(_THEIR_CALLBACKS, these=[review.callback for review in found])}
        return tuple((review, by_id[review.callback]) for review in found if review.callback in by_id)

    def floods_over(self, at: int) -> tuple[Callback, ...]:
        return self._callbacks(_FLOODS_OVER, at_=at)

    def of(self, callback: str) -> tuple[Review, ...]:
        return tuple(self._review(row) for row in self._rows(_REVIEWS_OF, this=callback))

    def _review_columns(self, review: Review) -> dict[str, Any]:
        why = None if review.why is None else self._seal.seal(review.why.encode(), _context(review.id))
        return {
            "id": review.id,
            "callback": review.callback,
            "flood": review.reason == "flood",
            "sealed_reason": self._pack(_r.sealed_reason, review.id, review.reason),
            "at": review.at,
            "decision": review.decision,
            "sealed_why": why,
            "decided_by": review.decided_by,
            "decided_at": review.decided_at,
        }

    def _review(self, row: Row[*tuple[Any, ...]]) -> Review:
        values = row._asdict()
        sealed = values.pop("sealed_why")
        del values["flood"]
        reason = self._unpack(_r.sealed_reason, row.id, values.pop("sealed_reason"), _REASON)
        return Review(reason=reason, why=None if sealed is None else self._seal.open(sealed, _context(row.id)).decode(), **values)


def _context(id: str) -> str:
    return f"reviews.sealed_why.{id}"
