"""Testimonies, sealed where they lie."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Row, select

from hotline.adapters.sql.tables import testimonies
from hotline.adapters.sql.unit import THIS, Unit
from hotline.ports.desk.testimonies import Testimony

_FIND: Final = select(testimonies).where(testimonies.c.id == THIS)
_ALL: Final = select(testimonies).order_by(testimonies.c.at.desc(), testimonies.c.id)


class SqlTestimonies(Unit):
    __slots__ = ()

    def save(self, testimony: Testimony) -> None:
        self._put(
            testimonies,
            id=testimony.id,
            sealed=self._seal.seal(msgspec.json.encode(testimony.text), _context(testimony.id)),
            state=testimony.state,
            written_by=testimony.written_by,
            at=testimony.at,
            cut_by=testimony.cut_by,
            released_by=",".join(testimony.released_by),
            released_on=testimony.released_on,
        )

    def get(self, id: str) -> Testimony | None:
        row = self._row(_FIND, this=id)
        return self._testimony(row) if row else None

    def all(self) -> tuple[Testimony, ...]:
        return tuple(self._testimony(row) for row in self._rows(_ALL))

    def _testimony(self, row: Row[*tuple[Any, ...]]) -> Testimony:
        values = row._asdict()
        text = msgspec.json.decode(self._seal.open(values.pop("sealed"), _context(row.id)), type=dict[str, str])
        released = tuple(filter(None, row.released_by.split(",")))
        return Testimony(text=text, **values | {"released_by": released})


def _context(id: str) -> str:
    return f"testimonies.sealed.{id}"
