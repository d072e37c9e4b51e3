"""The ledger: an order is applied once, however often and from wherever its hop arrives, and an act once for each origin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import Row, bindparam, select

from hotline.adapters.sql.tables import ledger
from hotline.adapters.sql.unit import THIS, Unit
from hotline.engine.effects import OrderResult
from hotline.ports.calls.ledger import LedgerEntry

_FIND: Final = select(ledger.c.key, ledger.c.until, ledger.c.sealed).where(ledger.c.key == THIS)
_FIND_ALL: Final = select(ledger.c.key, ledger.c.until, ledger.c.sealed).where(ledger.c.key.in_(bindparam("these", expanding=True)))


class SqlLedger(Unit):
    __slots__ = ()

    def enter(self, key: bytes, outcome: OrderResult, facts: bytes, at: int, until: int) -> LedgerEntry | None:
        """The insert waits for whoever writes the same key: SQLite has one writer at a time, PostgreSQL holds the second insert
        until the first transaction ends, and what it then reads is committed."""
        sealed = self._seal.seal(outcome.encode() + b"\n" + facts, _context(key))
        if self._add(ledger, key=key, until=until, sealed=sealed):
            return None
        return self.find(key, at) or LedgerEntry(None, None, until)

    def find(self, key: bytes, at: int) -> LedgerEntry | None:
        row = self._row(_FIND, this=key)
        return None if row is None else self._entry(row, at)

    def find_all(self, keys: Sequence[bytes], at: int) -> dict[bytes, LedgerEntry]:
        return {row.key: self._entry(row, at) for row in self._rows(_FIND_ALL, these=list(keys))}

    def _entry(self, row: Row[*tuple[Any, ...]], at: int) -> LedgerEntry:
        if row.sealed is None or row.until <= at:
            return LedgerEntry(None, None, row.until)
        stood, _, known = self._seal.open(row.sealed, _context(row.key)).partition(b"\n")
        return LedgerEntry(cast("OrderResult", stood.decode()), known)


def _context(key: bytes) -> str:
    return f"ledger.sealed.{key.hex()}"
