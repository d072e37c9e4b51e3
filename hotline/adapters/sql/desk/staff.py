"""The staff."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import Row, select

from hotline.adapters.sql.tables import staff as people
from hotline.adapters.sql.unit import THIS, Unit
from hotline.ports.desk.staff import Staff

_STAFF: Final = select(people).where(people.c.id == THIS)
_BY_NUMBER: Final = select(people).where(people.c.number == THIS).order_by(people.c.active.desc(), people.c.id).limit(1)
_BY_ALIAS: Final = select(people).where(people.c.active, people.c.alias == THIS).order_by(people.c.id).limit(1)
_ALL_STAFF: Final = select(people).where(people.c.active).order_by(people.c.id)


class SqlStaffStore(Unit):
    __slots__ = ()

    def save(self, staff: Staff) -> None:
        self._put(people, **asdict(staff) | {"speaks": ",".join(staff.speaks)})

    def get(self, id: str) -> Staff | None:
        row = self._row(_STAFF, this=id)
        return _staff(row) if row else None

    def by_number(self, number: str) -> Staff | None:
        """Active or not; an active one first where a number was handed on."""
        row = self._row(_BY_NUMBER, this=number)
        return _staff(row) if row else None

    def active(self) -> tuple[Staff, ...]:
        return tuple(_staff(row) for row in self._rows(_ALL_STAFF))

    def by_alias(self, alias: str) -> Staff | None:
        row = self._row(_BY_ALIAS, this=alias)
        return _staff(row) if row else None


def _staff(row: Row[*tuple[Any, ...]]) -> Staff:
    values = row._asdict()
    return Staff(**values | {"speaks": tuple(filter(None, values["speaks"].split(",")))})
