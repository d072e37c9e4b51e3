"""What counselors flagged a call with: one sealed list a callback, as long whether it holds one flag, all or none."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select, update

from hotline.adapters.sql.tables import callbacks
from hotline.adapters.sql.unit import THIS, Unit
from hotline.engine.casework.flags import Flag

_c = callbacks.c
FLAGS: Final = (_c.id, _c.sealed_flags)
"""What `FlagRows` reads the flags of a callback from."""
_FLAGS: Final = select(*FLAGS).where(_c.id == THIS)
_THEIR_FLAGS: Final = select(*FLAGS).where(_c.id.in_(bindparam("these", expanding=True)))
_SAVE: Final = update(callbacks).where(_c.id == THIS)


class FlagRows(Unit):
    """A store that reads flags, by statements that select `FLAGS`."""

    __slots__ = ()

    def _flags(self, id: str, sealed: bytes) -> frozenset[Flag]:
        return self._unpack(_c.sealed_flags, id, sealed, frozenset[Flag])


class SqlFlags(FlagRows):
    __slots__ = ()

    def of(self, callback: str) -> frozenset[Flag]:
        row = self._row(_FLAGS, this=callback)
        return self._flags(*row) if row else frozenset()

    def of_many(self, callbacks: tuple[str, ...]) -> dict[str, frozenset[Flag]]:
        found = {id: self._flags(id, sealed) for id, sealed in self._rows(_THEIR_FLAGS, these=callbacks)}
        return {id: flags for id, flags in found.items() if flags}

    def add(self, callback: str, kind: Flag) -> bool:
        flags = self.of(callback)
        return kind not in flags and self._save(callback, flags | {kind})

    def drop(self, callback: str, kind: Flag) -> bool:
        flags = self.of(callback)
        return kind in flags and self._save(callback, flags - {kind})

    def _save(self, callback: str, flags: frozenset[Flag]) -> bool:
        return self._change(_SAVE, this=callback, sealed_flags=self._pack(_c.sealed_flags, callback, sorted(flags))) == 1
