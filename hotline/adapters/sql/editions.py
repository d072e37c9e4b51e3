"""Published editions: written once, never changed."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import bindparam, insert, literal, select

from hotline.adapters.sql.tables import editions
from hotline.adapters.sql.unit import Unit
from hotline.ports import EditionRow

_c = editions.c
_FIND: Final = select(editions).where(_c.number == bindparam("this"))
_ACTIVE: Final = select(editions).where(_c.active_from <= bindparam("at_")).order_by(_c.number.desc()).limit(1)
_LIST: Final = select(_c.number, _c.made_at, _c.made_by, _c.active_from, literal(b"")).order_by(_c.number.desc())
_ADD: Final = insert(editions)


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
