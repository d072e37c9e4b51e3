"""The numbers of callbacks, the stops and the pranks: sealed, or as keyed hashes."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, func, select, update

from hotline.adapters.sql.tables import OPEN, callbacks, numbers, pranks, rings, stops
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.engine.times import hour

_c = callbacks.c
_NUMBER: Final = select(numbers.c.sealed).where(numbers.c.callback == THIS)
_FORGET: Final = delete(numbers).where(numbers.c.callback == THIS)
_STOP: Final = (
    update(callbacks)
    .where(_c.state.in_(OPEN), _c.id.in_(select(numbers.c.callback).where(numbers.c.number_hash == bindparam("hash"))))
    .values(state="stopped", closed_at=AT)
    .returning(_c.id)
)
_ERASE: Final = delete(numbers).where(numbers.c.number_hash == bindparam("hash"))
_UNCOUNT: Final = delete(rings).where(rings.c.number_hash == bindparam("hash"))
_UNCOUNT_UNTIED: Final = delete(rings).where(rings.c.number_hash.not_in(select(numbers.c.number_hash)))
_FORGIVE: Final = delete(pranks).where(pranks.c.number_hash == bindparam("hash"))
_STOPPED: Final = select(stops.c.at).where(stops.c.number_hash == bindparam("hash"), stops.c.at >= AT).limit(1)
_ITS_OWN_HASH: Final = (
    select(numbers.c.number_hash).join(callbacks, _c.id == numbers.c.callback).where(numbers.c.callback == THIS, _c.other_phone.is_(False))
)
_PRANKS: Final = select(func.count()).where(pranks.c.number_hash == THIS, pranks.c.at >= AT)


class SqlNumbers(Unit):
    __slots__ = ()

    def of(self, id: str) -> str | None:
        sealed = self._value(_NUMBER, this=id)
        return None if sealed is None else self._seal.open(sealed, _context(id)).decode()

    def forget(self, id: str) -> None:
        if self._change(_FORGET, this=id):
            self._change(_UNCOUNT_UNTIED)

    def stop(self, number: str, at: int, until: int) -> tuple[str, ...]:
        """Numbers of closed callbacks go too."""
        hashed = self._hash(number)
        self._add(stops, number_hash=hashed, at=at, until=until)
        stopped = self._rows(_STOP, hash=hashed, at_=at)
        self._change(_ERASE, hash=hashed)
        self._change(_UNCOUNT, hash=hashed)
        self._change(_FORGIVE, hash=hashed)
        return tuple(sorted(row.id for row in stopped))

    def stopped_since(self, number: str, at: int) -> bool:
        return self._value(_STOPPED, hash=self._hash(number), at_=at) is not None

    def add_prank(self, callback: str, at: int) -> None:
        hashed = self._value(_ITS_OWN_HASH, this=callback)
        if hashed is not None:
            self._add(pranks, callback=callback, number_hash=hashed, at=hour(at))

    def pranks(self, number: str, since: int) -> int:
        return int(self._value(_PRANKS, this=self._hash(number), at_=hour(since)))

    def _hash(self, number: str) -> bytes:
        return self._seal.digest("number", number)


def _context(id: str) -> str:
    return f"numbers.sealed.{id}"
