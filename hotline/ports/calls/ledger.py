"""The ledger: each order, and each act by its origin, is applied once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from hotline.engine.effects import OrderResult


class LedgerEntry(Struct, frozen=True):
    """What a key stands for: an order, or an act (then `facts` is its result). `outcome` and `facts` are None once a session's lifetime has passed."""

    outcome: OrderResult | None
    facts: bytes | None
    over: int | None = None
    """When that lifetime had passed; None before."""


class Ledger(Protocol):
    def enter(self, key: bytes, outcome: OrderResult, facts: bytes, at: int, until: int) -> LedgerEntry | None:
        """Write the key if it is new and return None; else return what stands there. Concurrent callers wait for each other."""

    def find(self, key: bytes, at: int) -> LedgerEntry | None:
        """What stands there, without writing. Returns None where nothing does."""

    def find_all(self, keys: Sequence[bytes], at: int) -> dict[bytes, LedgerEntry]:
        """`find` for many at once; what is not there is left out."""
