"""The audit: lines that are only ever appended, each bound to the one before by a keyed hash."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import asdict
from sqlalchemy import BindParameter, bindparam, func, insert, or_, select

from hotline.adapters.sql.tables import audit
from hotline.adapters.sql.unit import Unit
from hotline.ports import Record

_LAST: Final = select(audit.c.sequence, audit.c.digest).order_by(audit.c.sequence.desc()).limit(1)
_ALL: Final = select(audit).order_by(audit.c.sequence)
_LIKE: Final[BindParameter[Any]] = bindparam("like")
_SEARCH: Final = (
    select(audit)
    .where(
        audit.c.sequence < bindparam("before"),
        or_(*(func.lower(each).like(_LIKE, escape="!") for each in (audit.c.who, audit.c.what, audit.c.about))),
    )
    .order_by(audit.c.sequence.desc())
    .limit(bindparam("most"))
)
_APPEND: Final = insert(audit)


class Audit(Unit):
    __slots__ = ()

    def record(self, record: Record) -> None:
        """Writers take turns (`SqlStore.write`), so that no two lines follow the same one."""
        last = self._row(_LAST)
        sequence, before = (last.sequence + 1, last.digest) if last else (1, b"")
        self._change(_APPEND, sequence=sequence, digest=self._digest(sequence, before, record), **asdict(record))

    def records(self) -> tuple[Record, ...]:
        return tuple(Record(row.at, row.who, row.what, row.about) for row in self._rows(_ALL))

    def recorded(self, search: str, before: int, limit: int) -> tuple[tuple[int, Record], ...]:
        escaped = search.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        rows = self._rows(_SEARCH, like=f"%{escaped}%", before=before, most=limit)
        return tuple((row.sequence, Record(row.at, row.who, row.what, row.about)) for row in rows)

    def broken_at(self) -> int | None:
        before = b""
        for sequence, row in enumerate(self._rows(_ALL), 1):
            if row.sequence != sequence or row.digest != self._digest(sequence, before, Record(row.at, row.who, row.what, row.about)):
                return sequence
            before = row.digest
        return None

    def _digest(self, sequence: int, before: bytes, record: Record) -> bytes:
        parts = (str(sequence), before.hex(), str(record.at), record.who, record.what, record.about)
        return self._seal.digest("audit", "|".join(f"{len(part)}:{part}" for part in parts))
