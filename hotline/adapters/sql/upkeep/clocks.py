"""What is remembered of the machines' clocks."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import delete, select

from hotline.adapters.sql.tables import clocks
from hotline.adapters.sql.unit import AT, Unit, columns
from hotline.ports.clock import Reading

_ALL: Final = select(*columns(clocks, Reading)).order_by(clocks.c.wall, clocks.c.boot)
_OLD: Final = delete(clocks).where(clocks.c.wall < AT)
_FORGET: Final = delete(clocks)


class SqlClocks(Unit):
    __slots__ = ()

    def readings(self) -> tuple[Reading, ...]:
        return tuple(Reading(*row) for row in self._rows(_ALL))

    def keep(self, reading: Reading, oldest: int) -> None:
        self._put(clocks, **asdict(reading))
        self._change(_OLD, at_=oldest)

    def forget(self) -> None:
        self._change(_FORGET)
