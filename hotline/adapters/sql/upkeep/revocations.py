"""What a transaction revokes, for the file that lies apart (`hotline/adapters/backup/revoked.py`)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select

from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql.tables import callbacks, numbers, stops
from hotline.adapters.sql.unit import AT, THIS, Unit
from hotline.ports.upkeep.revocations import Revocation, RevokedKind, hashed_as
from hotline.retention import REVOKED_SECONDS

_HASH_OF: Final = select(numbers.c.number_hash).where(numbers.c.callback == THIS)
_STOPS: Final = select(stops.c.number_hash, stops.c.at).where(stops.c.until > AT).order_by(stops.c.sequence)
_CANCELLED: Final = (
    select(callbacks.c.id, callbacks.c.closed_at)
    .where(callbacks.c.state == "cancelled", callbacks.c.closed_at > AT)
    .order_by(callbacks.c.closed_at, callbacks.c.id)
)


class SqlRevocations(Unit):
    __slots__ = ("made",)

    def __init__(self, connection: Connection, seal: Seal) -> None:
        super().__init__(connection, seal)
        self.made: list[Revocation] = []

    def add(self, kind: RevokedKind, about: str, at: int) -> None:
        # A phone under every key at hand: a backup from before an exchange of keys knows it by the older hash, and no number is opened after a restore.
        under_all = self._seal.digests(hashed_as(kind), about)
        self.made += [_revocation(kind, digest, at) for digest in (under_all if kind == "stop" else under_all[:1])]

    def add_stop_of(self, callback: str, at: int) -> None:
        digest = self._value(_HASH_OF, this=callback)
        if digest is not None:
            self.made.append(_revocation("stop", digest, at))

    def standing(self, at: int) -> tuple[Revocation, ...]:
        stopped = [_revocation("stop", digest, stopped_at) for digest, stopped_at in self._rows(_STOPS, at_=at)]
        purpose, since = hashed_as("cancelled"), at - REVOKED_SECONDS["cancelled"]
        cancelled = [
            _revocation("cancelled", self._seal.digest(purpose, id), closed_at) for id, closed_at in self._rows(_CANCELLED, at_=since)
        ]
        return (*stopped, *cancelled)

    def digests(self, kind: RevokedKind, about: str) -> frozenset[bytes]:
        return frozenset(self._seal.digests(hashed_as(kind), about))


def _revocation(kind: RevokedKind, digest: bytes, at: int) -> Revocation:
    return Revocation(kind, digest, at, at + REVOKED_SECONDS[kind])
