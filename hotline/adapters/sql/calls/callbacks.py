"""Callbacks, whose numbers lie apart."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import Select, bindparam, func, or_, select, update

from hotline.adapters.sql.tables import OPEN, SILENCED, callbacks, numbers
from hotline.adapters.sql.unit import AT, THIS, Unit, columns
from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.callbacks import Callback

_c = callbacks.c
CALLBACK: Final = columns(callbacks, Callback)
_RUNG: Final = ("waiting", "claimed")
_YESTERDAY: Final = select(func.max(_c.made_at)).scalar_subquery() - DAY_SECONDS
"""A day before the newest callback: the rows' own clock."""
_HASH_OF: Final = select(numbers.c.number_hash).where(numbers.c.callback == THIS)
_ITS_HASH: Final = _HASH_OF.scalar_subquery()
_FIND: Final = select(*CALLBACK).where(_c.id == THIS)
_BY_REFERENCE: Final = (
    select(*CALLBACK)
    .where(_c.reference == THIS, or_(_c.state.in_(OPEN), _c.closed_at > _YESTERDAY))
    .order_by(_c.made_at.desc(), _c.id)
    .limit(1)
)
_SAVE: Final = update(callbacks).where(_c.id == THIS)
_CLAIM: Final = (
    update(callbacks).where(_c.id == THIS, _c.state == "waiting").values(state="claimed", claimed_by=bindparam("staff"), claimed_at=AT)
)
_TO_NUMBER: Final = (
    select(*CALLBACK).join(numbers, numbers.c.callback == _c.id).where(numbers.c.number_hash == _ITS_HASH).order_by(_c.made_at, _c.id)
)
_SAME_NUMBER: Final = _TO_NUMBER.where(_c.state.in_(_RUNG))
DUE: Final = (_c.state == "waiting", _c.opens_at <= AT, _c.not_after > AT)
"""What may be offered at the moment `at_`."""
_DUE: Final = select(*CALLBACK).where(*DUE).order_by(_c.urgent.desc(), _c.sunk, _c.not_after, _c.made_at, _c.id)
_HOLDERS: Final = select(_c.claimed_by).where(_c.state == "claimed").distinct()
_ENDED: Final = select(*CALLBACK).where(_c.state.in_(_RUNG), _c.not_after <= AT).order_by(_c.not_after, _c.id)
_CLAIMED_BY: Final = select(*CALLBACK).where(_c.state == "claimed", _c.claimed_by == bindparam("staff")).order_by(_c.claimed_at, _c.id)


class SqlCallbacks(Unit):
    __slots__ = ()

    def add(self, callback: Callback, number: str) -> None:
        """Its id derives from its order: one that is there stays as it is, and a number that was erased does not come back."""
        if self._add(callbacks, **asdict(callback)):
            sealed = self._seal.seal(number.encode(), _context(callback.id))
            self._add(numbers, callback=callback.id, number_hash=self._hash(number), sealed=sealed)

    def add_silent(self, callback: Callback, like: str) -> None:
        hashed = self._value(_HASH_OF, this=like)
        if hashed is not None and self._add(callbacks, **asdict(callback)):
            self._add(numbers, callback=callback.id, number_hash=hashed, sealed=SILENCED)

    def get(self, id: str) -> Callback | None:
        row = self._row(_FIND, this=id)
        return Callback(*row) if row else None

    def by_reference(self, reference: str) -> Callback | None:
        row = self._row(_BY_REFERENCE, this=reference)
        return Callback(*row) if row else None

    def save(self, callback: Callback) -> None:
        values = asdict(callback)
        self._change(_SAVE, this=values.pop("id"), **values)

    def claim(self, id: str, staff: str, at: int) -> bool:
        return self._change(_CLAIM, this=id, staff=staff, at_=at) == 1

    def same_number(self, id: str) -> tuple[Callback, ...]:
        return self._callbacks(_SAME_NUMBER, this=id)

    def to_number(self, id: str) -> tuple[Callback, ...]:
        return self._callbacks(_TO_NUMBER, this=id)

    def due(self, at: int) -> tuple[Callback, ...]:
        return self._callbacks(_DUE, at_=at)

    def ended(self, at: int) -> tuple[Callback, ...]:
        return self._callbacks(_ENDED, at_=at)

    def holders(self) -> frozenset[str]:
        return frozenset(row.claimed_by for row in self._rows(_HOLDERS))

    def claimed_by(self, staff: str) -> tuple[Callback, ...]:
        """The longest held first."""
        return self._callbacks(_CLAIMED_BY, staff=staff)

    def _hash(self, number: str) -> bytes:
        return self._seal.digest("number", number)

    def _callbacks(self, statement: Select[*tuple[object, ...]], **values: object) -> tuple[Callback, ...]:
        return tuple(Callback(*row) for row in self._rows(statement, **values))


def _context(id: str) -> str:
    return f"numbers.sealed.{id}"
