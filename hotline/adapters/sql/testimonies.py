"""Testimonies, sealed where they lie; and what is rewritten when one is taken back."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from sqlalchemy import Row, bindparam, select, update

from hotline.adapters.sql.tables import editions, proposals, testimonies
from hotline.adapters.sql.unit import THIS, Unit
from hotline.ports.testimonies import Testimony

_FIND: Final = select(testimonies).where(testimonies.c.id == THIS)
_ALL: Final = select(testimonies).order_by(testimonies.c.at.desc(), testimonies.c.id)
_EDITION: Final = update(editions).where(editions.c.number == THIS).values(sources=bindparam("new"))
_PROPOSAL: Final = update(proposals).where(proposals.c.number == THIS).values(sources=bindparam("new"))


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
            released_on=testimony.released_on,
        )

    def testimony(self, id: str) -> Testimony | None:
        row = self._row(_FIND, this=id)
        return self._testimony(row) if row else None

    def testimonies(self) -> tuple[Testimony, ...]:
        return tuple(self._testimony(row) for row in self._rows(_ALL))

    def rewrite_edition(self, number: int, sources: bytes) -> None:
        self._change(_EDITION, this=number, new=sources)
        self.swept = True

    def rewrite_proposal(self, number: int, sources: bytes) -> None:
        self._change(_PROPOSAL, this=number, new=sources)
        self.swept = True

    def _testimony(self, row: Row[*tuple[Any, ...]]) -> Testimony:
        text = msgspec.json.decode(self._seal.open(row.sealed, _context(row.id)), type=dict[str, str])
        released = tuple(filter(None, row.released_by.split(",")))
        return Testimony(row.id, text, row.state, row.written_by, row.at, row.cut_by, released, row.released_on)


def _context(id: str) -> str:
    return f"testimonies.sealed.{id}"
