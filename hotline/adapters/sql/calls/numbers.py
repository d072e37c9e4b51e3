"""The numbers of callbacks, the stops and the pranks: sealed, or as keyed hashes."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BindParameter, Row, bindparam, delete, func, insert, or_, select, update

from hotline.adapters.keys.day_keys import day_of
from hotline.adapters.sql.calls.phones import PhoneRows
from hotline.adapters.sql.tables import OPEN, SILENCED, callbacks, day_keys, numbers, pranks, rings, stops
from hotline.adapters.sql.unit import AT, THIS
from hotline.engine.times import hour
from hotline.ports.calls.numbers import Stop
from hotline.ports.upkeep.revocations import Revocation

_c = callbacks.c
_NUMBER: Final = select(numbers.c.sealed).where(numbers.c.callback == THIS)
_DAYS: Final = select(day_keys.c.day, day_keys.c.state)
_OPEN_NUMBERS: Final = (
    select(numbers.c.callback, numbers.c.sealed)
    .join(callbacks, _c.id == numbers.c.callback)
    .where(_c.state.in_(OPEN), numbers.c.sealed != SILENCED)
)
_FORGET: Final = delete(numbers).where(numbers.c.callback == THIS)
_HASH: Final[BindParameter[Any]] = bindparam("hash")
EVER: Final = 2**62
ITS_END: Final = select(func.coalesce(_c.closed_at, _c.not_after)).where(_c.id == numbers.c.callback).scalar_subquery()
"""Of a number's callback: when it closed; where nobody ever closed it, when it should have ended."""
_FORGET_ENDED: Final = delete(numbers).where(ITS_END <= AT)
_SILENCE_ONE: Final = update(numbers).where(numbers.c.callback == THIS).values(sealed=SILENCED)
_HASH_OF: Final = select(numbers.c.number_hash).where(numbers.c.callback == THIS)
_HAS: Final = select(numbers.c.callback).where(numbers.c.callback == THIS)
_PHONES: Final = select(numbers.c.callback, numbers.c.number_hash).where(numbers.c.callback.in_(bindparam("these", expanding=True)))
_ASKED_ON_IT: Final = (_c.other_phone.is_(False), _c.made_at <= bindparam("asked_by"))
_ITS: Final = select(numbers.c.callback).where(numbers.c.number_hash == _HASH)
_REMEMBER: Final = insert(stops).inline()
_STOP: Final = (
    update(callbacks).where(_c.state.in_(OPEN), *_ASKED_ON_IT, _c.id.in_(_ITS)).values(state="stopped", closed_at=AT).returning(_c.id)
)
_ERASE: Final = delete(numbers).where(
    numbers.c.number_hash == _HASH, numbers.c.callback.in_(select(_c.id).where(*_ASKED_ON_IT, _c.id.in_(_ITS)))
)
_SILENCE: Final = (
    update(numbers)
    .where(
        numbers.c.number_hash == _HASH,
        numbers.c.callback.in_(select(_c.id).where(_c.other_phone, _c.made_at <= bindparam("silenced_by"), _c.id.in_(_ITS))),
    )
    .values(sealed=SILENCED)
)
_OWNERS: Final = select(numbers.c.callback).join(callbacks, _c.id == numbers.c.callback)
_IS_UNTIED: Final = (
    ~_OWNERS.where(numbers.c.number_hash == rings.c.number_hash, _c.other_phone == rings.c.other_phone, _c.entered == rings.c.entered)
    .correlate(rings)
    .exists()
)
_UNCOUNT: Final = delete(rings).where(_IS_UNTIED)
"""The rings of phones of which no callback that was asked for in the same way has the hash any more."""
_FORGIVE: Final = delete(pranks).where(pranks.c.number_hash == _HASH)
_LAST_STOP: Final = select(func.coalesce(func.max(stops.c.sequence), 0)).where(stops.c.number_hash == _HASH)
_STOPS: Final = select(stops.c.by_keys).where(stops.c.number_hash == _HASH).order_by(stops.c.by_keys.desc()).limit(1)
_SINCE: Final = _STOPS.where(stops.c.at >= AT)
_AFTER: Final = _STOPS.where(stops.c.sequence > bindparam("after"), or_(stops.c.by_keys, stops.c.at >= AT))
_ITS_OWN_HASH: Final = (
    select(numbers.c.number_hash).join(callbacks, _c.id == numbers.c.callback).where(numbers.c.callback == THIS, _c.other_phone.is_(False))
)
_PRANKS: Final = select(func.count()).where(pranks.c.number_hash == THIS, pranks.c.at >= AT)


class SqlNumbers(PhoneRows):
    __slots__ = ()

    def of(self, id: str) -> str | None:
        sealed = self._value(_NUMBER, this=id)
        return self._opened(id, sealed) if sealed else None

    def reaches(self, id: str) -> bool:
        return bool(self._value(_NUMBER, this=id))

    def lost(self) -> tuple[str, ...]:
        gone = {row.day: row.state == "lost" for row in self._rows(_DAYS)}
        inner = {row.callback: self._inner(row.callback, row.sealed) for row in self._rows(_OPEN_NUMBERS)}
        return tuple(sorted(id for id, box in inner.items() if box is not None and gone.get(day_of(box), True)))

    def forget(self, id: str) -> None:
        if self._change(_FORGET, this=id):
            self._change(_UNCOUNT)

    def silence(self, id: str) -> None:
        self._change(_SILENCE_ONE, this=id)

    def has(self, id: str) -> bool:
        return self._value(_HAS, this=id) is not None

    def phones(self, ids: tuple[str, ...]) -> dict[str, int]:
        seen: dict[bytes, int] = {}
        return {row.callback: seen.setdefault(row.number_hash, len(seen)) for row in self._rows(_PHONES, these=ids)}

    def stop(self, number: str, at: int, until: int, asked_by: int | None = None, *, by_keys: bool = True) -> tuple[str, ...]:
        hashed = self._hash(number)
        self._remember(hashed, at if asked_by is None else asked_by, until, by_keys=by_keys)
        return self._stop(hashed, at, EVER if asked_by is None else asked_by, EVER)

    def stop_phone_of(self, id: str, at: int, until: int) -> tuple[str, ...]:
        hashed = self._value(_HASH_OF, this=id)
        if hashed is None:
            return ()
        self._remember(hashed, at, until, by_keys=False)
        return self._stop(hashed, at, EVER, EVER)

    def stop_again(self, revoked: Revocation, asked_by: int, until: int) -> bool:
        self._remember(revoked.digest, revoked.at, until, by_keys=True)
        return bool(self._stop(revoked.digest, revoked.at, asked_by, until))

    def forget_ended(self, at: int) -> None:
        self._change(_FORGET_ENDED, at_=at)

    def _remember(self, hashed: bytes, at: int, until: int, *, by_keys: bool) -> None:
        self._change(_REMEMBER, number_hash=hashed, at=at, until=until, by_keys=by_keys)

    def _stop(self, hashed: bytes, at: int, asked_by: int, silenced_by: int) -> tuple[str, ...]:
        """`silenced_by`: what was asked for on another phone until then."""
        stopped = self._rows(_STOP, hash=hashed, at_=at, asked_by=asked_by)
        self._change(_ERASE, hash=hashed, asked_by=asked_by)
        self._change(_SILENCE, hash=hashed, silenced_by=silenced_by)
        self._change(_UNCOUNT)
        self._change(_FORGIVE, hash=hashed)
        return tuple(sorted(row.id for row in stopped))

    def last_stop(self, number: str) -> int:
        return max(int(self._value(_LAST_STOP, hash=hashed)) for hashed in self._hashes(number))

    def stop_of(self, number: str, since: int, after: int | None = None) -> Stop | None:
        found = [row for hashed in self._hashes(number) if (row := self._stop_row(hashed, since, after)) is not None]
        return Stop(any(row.by_keys for row in found)) if found else None

    def add_prank(self, callback: str, at: int) -> None:
        hashed = self._value(_ITS_OWN_HASH, this=callback)
        if hashed is not None:
            self._add(pranks, callback=callback, number_hash=hashed, at=hour(at))

    def pranks(self, number: str, since: int) -> int:
        return sum(int(self._value(_PRANKS, this=hashed, at_=hour(since))) for hashed in self._hashes(number))

    def _stop_row(self, hashed: bytes, since: int, after: int | None) -> Row[*tuple[Any, ...]] | None:
        return self._row(_SINCE, hash=hashed, at_=since) if after is None else self._row(_AFTER, hash=hashed, at_=since, after=after)
