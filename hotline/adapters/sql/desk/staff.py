"""The staff, their numbers sealed."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import Row, bindparam, select

from hotline.adapters.sql.tables import staff as people
from hotline.adapters.sql.unit import THIS, Unit
from hotline.ports.desk.staff import Agreement, Staff

_LISTS: Final = ("speaks", "reviews")
_STAFF: Final = select(people).where(people.c.id == THIS)
_BY_NUMBER: Final = select(people).where(people.c.number_hash == THIS).order_by(people.c.active.desc(), people.c.id).limit(1)
_BY_ALIAS: Final = select(people).where(people.c.active, people.c.alias == THIS).order_by(people.c.id).limit(1)
_ALIASES: Final = select(people.c.alias).where(people.c.number_hash.in_(bindparam("hashes", expanding=True))).order_by(people.c.id)
_ALL_STAFF: Final = select(people).where(people.c.active).order_by(people.c.id)


class SqlStaffStore(Unit):
    __slots__ = ()

    def save(self, staff: Staff) -> None:
        values = asdict(staff)
        number, agreed = values.pop("number"), values.pop("agreed")
        hashes, stands = self._hashes(number), self._row(_STAFF, this=staff.id)
        # Sealed anew it would look changed.
        sealed = stands.sealed_number if stands and stands.number_hash in hashes else self._pack(people.c.sealed_number, staff.id, number)
        same = stands is not None and stands.sealed_agreed is not None and self._agreed(stands) == agreed
        self._put(
            people,
            **values | {name: ",".join(getattr(staff, name)) for name in _LISTS},
            sealed_number=sealed,
            number_hash=hashes[0],
            sealed_agreed=stands.sealed_agreed if stands and same else agreed and self._pack(people.c.sealed_agreed, staff.id, agreed),
        )

    def get(self, id: str) -> Staff | None:
        row = self._row(_STAFF, this=id)
        return self._staff(row) if row else None

    def by_number(self, number: str) -> Staff | None:
        """Active or not; an active one first where a number was handed on."""
        found = [self._staff(row) for hashed in self._hashes(number) if (row := self._row(_BY_NUMBER, this=hashed)) is not None]
        return next((staff for staff in found if staff.active), found[0] if found else None)

    def active(self) -> tuple[Staff, ...]:
        return tuple(self._staff(row) for row in self._rows(_ALL_STAFF))

    def by_alias(self, alias: str) -> Staff | None:
        row = self._row(_BY_ALIAS, this=alias)
        return self._staff(row) if row else None

    def aliases(self, number: str) -> tuple[str, ...]:
        return tuple(row.alias for row in self._rows(_ALIASES, hashes=self._hashes(number)))

    def _hashes(self, number: str) -> tuple[bytes, ...]:
        """Under every key at hand. Of another purpose than callers' numbers: that one of the staff has called does not show."""
        return self._seal.digests("staff", number)

    def _staff(self, row: Row[*tuple[Any, ...]]) -> Staff:
        values = row._asdict()
        del values["number_hash"]
        number = self._unpack(people.c.sealed_number, row.id, values.pop("sealed_number"), str)
        del values["sealed_agreed"]
        lists = {name: tuple(filter(None, values[name].split(","))) for name in _LISTS}
        return Staff(number=number, agreed=self._agreed(row), **values | lists)

    def _agreed(self, row: Row[*tuple[Any, ...]]) -> Agreement | None:
        sealed = row.sealed_agreed
        return None if sealed is None else self._unpack(people.c.sealed_agreed, row.id, sealed, Agreement)
