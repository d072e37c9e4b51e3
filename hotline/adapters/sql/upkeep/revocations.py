"""What a transaction revokes, for the file that lies apart (`hotline/adapters/backup/revoked.py`)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql.tables import numbers, stops
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.ports.upkeep.revocations import Revocation, RevokedKind, hashed_as
from hotline.retention import REVOKED_SECONDS

_HASH_OF: Final = select(numbers.c.number_hash).where(numbers.c.callback == THIS)
_STOPS: Final = select(stops.c.number_hash, stops.c.at).where(stops.c.until > AT).order_by(stops.c.sequence)


class SqlRevocations(Unit):
    __slots__ = ("made",)

    def __init__(self, connection: Connection, seal: Seal) -> None:
        super().__init__(connection, seal)
        self.made: list[Revocation] = []

    def add(self, kind: RevokedKind, about: str, at: int) -> None:
        # A phone under every key at hand: a backup from before an exchange of keys knows it by the older hash, and no number is opened after a restore.
        under_all = self._seal.digests(hashed_as(kind), about)
        digests = under_all if kind == "stop" else under_all[:1]
        self.made += [Revocation(kind, digest, at, at + REVOKED_SECONDS[kind]) for digest in digests]

    def add_stop_of(self, callback: str, at: int) -> None:
        digest = self._value(_HASH_OF, this=callback)
        if digest is not None:
            self.made.append(Revocation("stop", digest, at, at + REVOKED_SECONDS["stop"]))

    def standing(self, at: int) -> tuple[Revocation, ...]:
        lasts = REVOKED_SECONDS["stop"]
        return tuple(Revocation("stop", digest, stopped_at, stopped_at + lasts) for digest, stopped_at in self._rows(_STOPS, at_=at))

    def digests(self, kind: RevokedKind, about: str) -> frozenset[bytes]:
        return frozenset(self._seal.digests(hashed_as(kind), about))
