"""Testimonies, sealed where they lie."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Row, bindparam, select

from hotline.adapters.sql.tables import testimonies
from hotline.adapters.sql.unit import Unit
from hotline.ports.testimonies import Testimony

_FIND: Final = select(testimonies).where(testimonies.c.id == bindparam("this"))
_ALL: Final = select(testimonies).order_by(testimonies.c.at.desc(), testimonies.c.id)


class Testimonies(Unit):
    __slots__ = ()

    def save_testimony(self, testimony: Testimony) -> None:
        self._put(
            testimonies,
            id=testimony.id,
            sealed=self._seal.seal(msgspec.json.encode(testimony.text), _context(testimony.id)),
            state=testimony.state,
            written_by=testimony.written_by,
            at=testimony.at,
            cut_by=testimony.cut_by,
            released_by=",".join(testimony.released_by),
        )

    def testimony(self, id: str) -> Testimony | None:
        row = self._row(_FIND, this=id)
        return self._testimony(row) if row else None

    def testimonies(self) -> tuple[Testimony, ...]:
        return tuple(self._testimony(row) for row in self._rows(_ALL))

    def _testimony(self, row: Row[*tuple[Any, ...]]) -> Testimony:
        text = msgspec.json.decode(self._seal.open(row.sealed, _context(row.id)), type=dict[str, str])
        released = tuple(filter(None, row.released_by.split(",")))
        return Testimony(row.id, text, row.state, row.written_by, row.at, row.cut_by, released)


def _context(id: str) -> str:
    return f"testimonies.sealed.{id}"
