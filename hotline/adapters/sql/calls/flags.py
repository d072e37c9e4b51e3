"""What counselors flagged a call with."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from hotline.adapters.sql.tables import flags
from hotline.adapters.sql.unit import THIS, Unit

_MARKS: Final = select(flags.c.kind).where(flags.c.callback == THIS)
_THEIR_MARKS: Final = select(flags.c.callback, flags.c.kind).where(flags.c.callback.in_(bindparam("these", expanding=True)))


class SqlFlags(Unit):
    __slots__ = ()

    def of(self, callback: str) -> frozenset[str]:
        return frozenset(row.kind for row in self._rows(_MARKS, this=callback))

    def of_many(self, callbacks: tuple[str, ...]) -> dict[str, frozenset[str]]:
        rows = self._rows(_THEIR_MARKS, these=callbacks)
        return {id: frozenset(row.kind for row in rows if row.callback == id) for id in {row.callback for row in rows}}

    def add(self, callback: str, kind: str, staff: str, at: int) -> bool:
        return self._add(flags, callback=callback, kind=kind, staff=staff, at=at)
