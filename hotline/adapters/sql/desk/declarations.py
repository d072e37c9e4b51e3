"""What a supervisor declares of the line."""

from __future__ import annotations

from typing import Final

from msgspec.structs import asdict
from sqlalchemy import bindparam, delete, select

from hotline.adapters.sql.tables import declarations
from hotline.adapters.sql.unit import Unit, columns
from hotline.engine.effects import Minute
from hotline.ports.desk.declarations import Declaration

_d = declarations.c
_NOT_OVER: Final = select(*columns(declarations, Declaration)).where(_d.end > bindparam("now")).order_by(_d.start, _d.end, _d.kind)
_DROP: Final = delete(declarations).where(*(key == bindparam(f"{key.name}_") for key in declarations.primary_key))


class SqlDeclarations(Unit):
    __slots__ = ()

    def add(self, declaration: Declaration) -> None:
        """The same twice is one."""
        self._add(declarations, **asdict(declaration))

    def drop(self, declaration: Declaration) -> None:
        self._change(_DROP, kind_=declaration.kind, start_=declaration.start, end_=declaration.end)

    def ending_after(self, now: Minute) -> tuple[Declaration, ...]:
        return tuple(Declaration(*row) for row in self._rows(_NOT_OVER, now=now))
