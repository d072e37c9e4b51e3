"""What counselors flagged a call with."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from hotline.adapters.sql.tables import flags
from hotline.adapters.sql.unit import THIS, Unit
from hotline.engine.flags import Flag

_FLAGS: Final = select(flags.c.kind).where(flags.c.callback == THIS)
_THEIR_FLAGS: Final = select(flags.c.callback, flags.c.kind).where(flags.c.callback.in_(bindparam("these", expanding=True)))


class SqlFlags(Unit):
    __slots__ = ()

    def of(self, callback: str) -> frozenset[Flag]:
        return frozenset(row.kind for row in self._rows(_FLAGS, this=callback))

    def of_many(self, callbacks: tuple[str, ...]) -> dict[str, frozenset[Flag]]:
        rows = self._rows(_THEIR_FLAGS, these=callbacks)
        return {id: frozenset(row.kind for row in rows if row.callback == id) for id in {row.callback for row in rows}}

    def add(self, callback: str, kind: Flag, staff: str, at: int) -> bool:
        return self._add(flags, callback=callback, kind=kind, staff=staff, at=at)
