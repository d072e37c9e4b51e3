"""Callbacks, the numbers that lie apart from them, the tries, and the stops."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import Select, bindparam, delete, func, or_, select, update

from hotline.adapters.sql.tables import OPEN, callbacks, numbers, pranks, stops, tries
from hotline.adapters.sql.unit import AT, DAY, THIS, Unit
from hotline.ports import Callback

_c = callbacks.c

_RUNG: Final = ("waiting", "claimed")
_YESTERDAY: Final = select(func.max(_c.made_at)).scalar_subquery() - DAY
"""A day before the newest callback: the rows' own clock."""
_ITS_HASH: Final = select(numbers.c.number_hash).where(numbers.c.callback == THIS).scalar_subquery()
_its = callbacks.alias("its")
_ITS_PHONE: Final = select(_its.c.other_phone).where(_its.c.id == THIS).scalar_subquery()

_FIND: Final = select(callbacks).where(_c.id == THIS)
_BY_REFERENCE: Final = (
    select(callbacks)
    .where(_c.reference == THIS, or_(_c.state.in_(OPEN), _c.closed_at > _YESTERDAY))
    .order_by(_c.made_at.desc(), _c.id)
    .limit(1)
)
_SAVE: Final = update(callbacks).where(_c.id == THIS)
_CLAIM: Final = (
    update(callbacks).where(_c.id == THIS, _c.state == "waiting").values(state="claimed", claimed_by=bindparam("staff"), claimed_at=AT)
)
_NUMBER: Final = select(numbers.c.sealed).where(numbers.c.callback == THIS)
_TO_NUMBER: Final = (
    select(callbacks).join(numbers, numbers.c.callback == _c.id).where(numbers.c.number_hash == _ITS_HASH).order_by(_c.made_at, _c.id)
)
_SAME_NUMBER: Final = _TO_NUMBER.where(_c.state.in_(_RUNG))
_FORGET: Final = delete(numbers).where(numbers.c.callback == THIS)
DUE: Final = (_c.state == "waiting", _c.opens_at <= AT, _c.not_after > AT)
"""What may be offered at the moment `at_`."""
_DUE: Final = select(callbacks).where(*DUE).order_by(_c.urgent.desc(), _c.sunk, _c.not_after, _c.made_at, _c.id)
_WAITING: Final = (
    select(numbers.c.number_hash, _c.urgent, _c.opens_at, _c.not_after)
    .join(numbers, numbers.c.callback == _c.id)
    .where(
        _c.state == "waiting",
        _c.other_phone.is_(False),
        _c.language.in_(bindparam("languages", expanding=True)),
        numbers.c.number_hash != bindparam("hash"),
    )
)
_AHEAD: Final = _WAITING.where(_c.opens_at <= AT, _c.not_after > AT)
_BOOKED: Final = _WAITING.where(_c.not_after > AT)
_HOLDERS: Final = (
    select(_c.claimed_by)
    .outerjoin(numbers, numbers.c.callback == _c.id)
    .where(_c.state == "claimed", func.coalesce(numbers.c.number_hash, b"") != bindparam("hash"))
    .distinct()
)
_ENDED: Final = select(callbacks).where(_c.state.in_(_RUNG), _c.not_after <= AT).order_by(_c.not_after, _c.id)
_CLAIMED_BY: Final = select(callbacks).where(_c.state == "claimed", _c.claimed_by == bindparam("staff")).order_by(_c.claimed_at, _c.id)
_STOP: Final = (
    update(callbacks)
    .where(_c.state.in_(OPEN), _c.id.in_(select(numbers.c.callback).where(numbers.c.number_hash == bindparam("hash"))))
    .values(state="stopped", closed_at=AT)
    .returning(_c.id)
)
_ERASE: Final = delete(numbers).where(numbers.c.number_hash == bindparam("hash"))
_FORGIVE: Final = delete(pranks).where(pranks.c.number_hash == bindparam("hash"))
_STOPPED: Final = select(stops.c.at).where(stops.c.number_hash == bindparam("hash"), stops.c.at >= AT).limit(1)
_RINGS: Final = (
    select(func.count(tries.c.call.distinct()))
    .join(numbers, numbers.c.callback == tries.c.callback)
    .join(callbacks, _c.id == tries.c.callback)
    .where(numbers.c.number_hash == _ITS_HASH, tries.c.at >= AT, _c.other_phone == _ITS_PHONE)
)


class Callbacks(Unit):
    __slots__ = ()

    def add_callback(self, callback: Callback, number: str) -> None:
        """Its id derives from its order: one that is there stays as it is, and a number that was erased does not come back."""
        if self._add(callbacks, **asdict(callback)):
            sealed = self._seal.seal(number.encode(), _context(callback.id))
            self._add(numbers, callback=callback.id, number_hash=self._hash(number), sealed=sealed)

    def callback(self, id: str) -> Callback | None:
        row = self._row(_FIND, this=id)
        return Callback(*row) if row else None

    def by_reference(self, reference: str) -> Callback | None:
        row = self._row(_BY_REFERENCE, this=reference)
        return Callback(*row) if row else None

    def save_callback(self, callback: Callback) -> None:
        values = asdict(callback)
        self._change(_SAVE, this=values.pop("id"), **values)

    def claim(self, id: str, staff: str, at: int) -> bool:
        return self._change(_CLAIM, this=id, staff=staff, at_=at) == 1

    def number_of(self, id: str) -> str | None:
        sealed = self._value(_NUMBER, this=id)
        return None if sealed is None else self._seal.open(sealed, _context(id)).decode()

    def same_number(self, id: str) -> tuple[Callback, ...]:
        return self._callbacks(_SAME_NUMBER, this=id)

    def to_number(self, id: str) -> tuple[Callback, ...]:
        return self._callbacks(_TO_NUMBER, this=id)

    def forget_number(self, id: str) -> None:
        self._change(_FORGET, this=id)

    def due(self, at: int) -> tuple[Callback, ...]:
        return self._callbacks(_DUE, at_=at)

    def ahead(self, languages: tuple[str, ...], at: int, apart_from: str) -> tuple[int, int]:
        waiting = self._rows(_AHEAD, languages=languages, at_=at, hash=self._hash(apart_from))
        return len({row.number_hash for row in waiting}), len({row.number_hash for row in waiting if row.urgent})

    def booked(self, language: str, at: int, apart_from: str) -> tuple[tuple[int, int], ...]:
        rows = self._rows(_BOOKED, languages=(language,), at_=at, hash=self._hash(apart_from))
        waiting = {(row.number_hash, row.opens_at, row.not_after) for row in rows}
        return tuple(sorted((opens, ends) for _, opens, ends in waiting))

    def ended(self, at: int) -> tuple[Callback, ...]:
        return self._callbacks(_ENDED, at_=at)

    def holders(self, apart_from: str = "") -> frozenset[str]:
        return frozenset(row.claimed_by for row in self._rows(_HOLDERS, hash=self._hash(apart_from)))

    def claimed_by(self, staff: str) -> tuple[Callback, ...]:
        """The longest held first."""
        return self._callbacks(_CLAIMED_BY, staff=staff)

    def stop(self, number: str, at: int, until: int) -> tuple[str, ...]:
        """Numbers of closed callbacks go too."""
        hashed = self._hash(number)
        self._add(stops, number_hash=hashed, at=at, until=until)
        stopped = self._rows(_STOP, hash=hashed, at_=at)
        self._change(_ERASE, hash=hashed)
        self._change(_FORGIVE, hash=hashed)
        return tuple(sorted(row.id for row in stopped))

    def stopped_since(self, number: str, at: int) -> bool:
        return self._value(_STOPPED, hash=self._hash(number), at_=at) is not None

    def rings(self, id: str, since: int) -> int:
        """One call that serves several callbacks is one ring. Zero once the number is forgotten: nothing ties the tries together then."""
        return int(self._value(_RINGS, this=id, at_=since))

    def add_try(self, callback: str, call: str, at: int) -> None:
        """Once a callback and call. `Callback.tries` is the service's to count."""
        self._add(tries, callback=callback, call=call, at=at)

    def _callbacks(self, statement: Select[*tuple[object, ...]], **values: object) -> tuple[Callback, ...]:
        return tuple(Callback(*row) for row in self._rows(statement, **values))

    def _hash(self, number: str) -> bytes:
        return self._seal.digest("number", number)


def _context(id: str) -> str:
    return f"numbers.sealed.{id}"
