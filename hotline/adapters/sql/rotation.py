"""Sealing anew, under the key that seals now, what lies in the database under older ones: then those can be thrown away."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct
from sqlalchemy import bindparam, select, update

from hotline.adapters.seal import SealBroken
from hotline.adapters.sql.sealed import SealedColumn, context
from hotline.adapters.sql.tables import SILENCED
from hotline.adapters.sql.unit import THIS, Unit

BATCH: Final = 500
"""Rows a transaction: nobody else waits long."""


class Rotated(Struct, frozen=True):
    """How many values were sealed anew, and how many no key at hand opens."""

    sealed: int = 0
    closed: int = 0


class SqlRotation(Unit):
    __slots__ = ()

    def look(self, place: SealedColumn) -> tuple[int, int]:
        """How many values of this column open with the keys at hand, and how many do not."""
        opened = closed = 0
        for row, value in self._rows(select(place.key, place.column).where(place.column != SILENCED)):
            try:
                self._seal.open(value, context(place.column, row))
                opened += 1
            except SealBroken:
                closed += 1
        return opened, closed

    def batch(self, place: SealedColumn, after: Any) -> tuple[Rotated, Any]:
        """The next rows of this column behind the key `after`, None for the first. Returns the last one's key too, None where there was none."""
        statement = select(place.key, place.column).where(place.column != SILENCED).order_by(place.key).limit(BATCH)
        rows = self._rows(statement if after is None else statement.where(place.key > after))
        save = update(place.table).where(place.key == THIS).values({place.column.key: bindparam("new")})
        sealed = closed = 0
        for row, value in rows:
            if self._seal.is_current(value):
                continue
            where = context(place.column, row)
            try:
                self._change(save, this=row, new=self._seal.seal(self._seal.open(value, where), where))
                sealed += 1
            except SealBroken:
                closed += 1
        return Rotated(sealed, closed), rows[-1][0] if rows else None
