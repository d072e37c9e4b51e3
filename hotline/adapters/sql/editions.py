"""Published editions: never changed once written, but for words that were taken back; what waits to become one; what was taken off all of them."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import delete, insert, literal, select

from hotline.adapters.sql.tables import darkened, editions, proposals
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.ports import Dark, EditionRow, Proposal

_c, _p = editions.c, proposals.c
_FIND: Final = select(editions).where(_c.number == THIS)
_ACTIVE: Final = select(editions).where(_c.active_from <= AT).order_by(_c.number.desc()).limit(1)
_LIST: Final = select(_c.number, _c.made_at, _c.made_by, _c.active_from, literal(b""), _c.approved_by, _c.again).order_by(_c.number.desc())
_MOMENTS: Final = select(_c.number, _c.made_at, _c.active_from).order_by(_c.number)
"""Columns that lie before the sources: SQLite would read through these to come to what lies behind."""
_ADD: Final = insert(editions)
_PROPOSE: Final = insert(proposals)
_PROPOSED: Final = select(proposals).where(_p.number == THIS)
_WAITING: Final = select(_p.number, _p.made_at, _p.made_by, literal(b""), _p.pending_by).order_by(_p.number.desc())
_DROP: Final = delete(proposals).where(_p.number == THIS)
_DARK: Final = select(darkened).order_by(darkened.c.at, darkened.c.item)


class Editions(Unit):
    __slots__ = ()

    def add_edition(self, edition: EditionRow) -> None:
        """A number that is taken raises StoreAway: of two who publish at once one is told, none is dropped."""
        self._change(_ADD, **asdict(edition))

    def edition(self, number: int) -> EditionRow | None:
        row = self._row(_FIND, this=number)
        return EditionRow(*row) if row else None

    def active_edition(self, at: int) -> EditionRow | None:
        row = self._row(_ACTIVE, at_=at)
        return EditionRow(*row) if row else None

    def editions(self) -> tuple[EditionRow, ...]:
        return tuple(EditionRow(*row) for row in self._rows(_LIST))

    def moments(self) -> tuple[tuple[int, int, int], ...]:
        return tuple((row.number, row.made_at, row.active_from) for row in self._rows(_MOMENTS))

    def add_proposal(self, proposal: Proposal) -> None:
        """A number that is taken raises StoreAway."""
        self._change(_PROPOSE, **asdict(proposal))

    def proposal(self, number: int) -> Proposal | None:
        row = self._row(_PROPOSED, this=number)
        return Proposal(*row) if row else None

    def proposals(self) -> tuple[Proposal, ...]:
        return tuple(Proposal(*row) for row in self._rows(_WAITING))

    def drop_proposal(self, number: int) -> bool:
        return self._change(_DROP, this=number) == 1

    def darken(self, dark: Dark) -> None:
        self._add(darkened, **asdict(dark))

    def darkened(self) -> tuple[Dark, ...]:
        return tuple(Dark(*row) for row in self._rows(_DARK))
