"""Rings of staff, and their two digits."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict, replace
from sqlalchemy import Row, delete, select, update

from hotline.adapters.sql.tables import ring_digits, staff_rings
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.ports.calls.calls import NAMED
from hotline.ports.calls.staff_rings import RingDigits, StaffRing

_c = staff_rings.c
_RING: Final = select(staff_rings).where(_c.id == THIS)
_OF_SESSION: Final = select(staff_rings).where(_c.session_hash == THIS).limit(1)
_LIVE: Final = (
    select(staff_rings)
    .where(_c.staff == THIS, _c.state.in_(("placed", "answered", "known")))
    .order_by(_c.placed_at.desc(), _c.id.desc())
    .limit(1)
)
_FAILED: Final = select(staff_rings).where(_c.state == "failed", _c.placed_at >= AT).order_by(_c.placed_at, _c.id)
_SAVE: Final = update(staff_rings).where(_c.id == THIS)
_DIGITS: Final = select(ring_digits).where(ring_digits.c.staff == THIS)
_DROP_DIGITS: Final = delete(ring_digits).where(ring_digits.c.staff == THIS)


class SqlStaffRings(Unit):
    __slots__ = ()

    # As of bridges: of the vendor's session id a keyed hash lies here.
    def add(self, ring: StaffRing) -> bool:
        return self._add(staff_rings, **self._columns(ring))

    def save(self, ring: StaffRing) -> None:
        values = self._columns(ring)
        if ring.session in (None, NAMED):
            del values["session_hash"]
        self._change(_SAVE, this=values.pop("id"), **values)

    def get(self, id: str) -> StaffRing | None:
        return _ring(self._row(_RING, this=id))

    def of_session(self, session: str) -> StaffRing | None:
        ring = _ring(self._row(_OF_SESSION, this=self._seal.digest("ring.session", session)))
        return replace(ring, session=session) if ring else None

    def live_of(self, staff: str) -> StaffRing | None:
        return _ring(self._row(_LIVE, this=staff))

    def failed(self, since: int) -> tuple[StaffRing, ...]:
        return tuple(ring for row in self._rows(_FAILED, at_=since) if (ring := _ring(row)))

    def digits(self, staff: str) -> RingDigits | None:
        row = self._row(_DIGITS, this=staff)
        return RingDigits(**row._asdict()) if row else None

    def save_digits(self, digits: RingDigits) -> None:
        self._put(ring_digits, **asdict(digits))

    def drop_digits(self, staff: str) -> None:
        self._change(_DROP_DIGITS, this=staff)

    def _columns(self, ring: StaffRing) -> dict[str, object]:
        values = asdict(ring)
        session = values.pop("session")
        return values | {"session_hash": None if session in (None, NAMED) else self._seal.digest("ring.session", session)}


def _ring(row: Row[*tuple[Any, ...]] | None) -> StaffRing | None:
    if row is None:
        return None
    values = row._asdict()
    return StaffRing(session=None if values.pop("session_hash") is None else NAMED, **values)
