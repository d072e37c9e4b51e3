"""Information-sharing protocols."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import select

from hotline.adapters.sql.tables import sharing_protocols
from hotline.adapters.sql.unit import THIS, Unit, columns
from hotline.ports.figures.sharing_protocols import SharingProtocol

_ALL: Final = select(*columns(sharing_protocols, SharingProtocol)).order_by(sharing_protocols.c.number)
_ONE: Final = _ALL.where(sharing_protocols.c.number == THIS)


class SqlSharingProtocols(Unit):
    __slots__ = ()

    def save(self, protocol: SharingProtocol) -> None:
        self._put(sharing_protocols, **asdict(protocol))

    def get(self, number: int) -> SharingProtocol | None:
        row = self._row(_ONE, this=number)
        return SharingProtocol(*row) if row else None

    def all(self) -> tuple[SharingProtocol, ...]:
        return tuple(SharingProtocol(*row) for row in self._rows(_ALL))
