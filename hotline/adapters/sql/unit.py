"""What every store of a transaction stands on: the connection, the seal, and the inserts that the two databases spell differently."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec
from msgspec import Struct
from sqlalchemy import BindParameter, Column, Connection, Executable, Insert, Label, Row, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql.sealed import context, filled

THIS: Final[BindParameter[Any]] = bindparam("this")
"""The key of the row, or rows, that a statement is about."""
AT: Final[BindParameter[Any]] = bindparam("at_")
"""The moment of a statement."""
_INSERT: Final[dict[str, Callable[[Table], Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


T = TypeVar("T")


def columns(table: Table, kind: type[Struct]) -> tuple[Label[Any], ...]:
    """What a `kind` is built from, by the names of its fields and in their order: `kind(*row)` does not depend on how the table lies."""
    return tuple(table.c[field].label(field) for field in kind.__struct_fields__)


class Unit:
    """What the stores of a transaction have in common. Statements are built once, at import, so that SQLAlchemy compiles each of them once."""

    __slots__ = ("_connection", "_dialect", "_seal", "swept")

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._seal = seal
        self.swept = False
        """A purge ran: the store then clears the write-ahead log too."""

    def _pack(self, column: Column[Any], row: str, value: object) -> bytes:
        """Seal a value for a column of this row, as JSON of the column's one length."""
        return self._seal.seal(filled(column, msgspec.json.encode(value)), context(column, row))

    def _unpack(self, column: Column[Any], row: str, sealed: bytes, kind: type[T]) -> T:
        """What `_pack` sealed. Raises SealBroken."""
        value: T = _decoder(cast("Any", kind)).decode(self._seal.open(sealed, context(column, row)))
        return value

    def _rows(self, statement: Executable, **values: object) -> Sequence[Row[*tuple[Any, ...]]]:
        return self._connection.execute(statement, values).all()  # all at once: one by one takes the driver several times as long

    def _row(self, statement: Executable, **values: object) -> Row[*tuple[Any, ...]] | None:
        return self._connection.execute(statement, values).first()

    def _value(self, statement: Executable, **values: object) -> Any:
        """The first column of the first row. Returns None if there is no row."""
        return self._connection.execute(statement, values).scalar()

    def _change(self, statement: Executable, **values: object) -> int:
        """Run a statement that writes. Returns how many rows it touched."""
        return self._connection.execute(statement, values).rowcount

    def _add(self, table: Table, **values: object) -> bool:
        """Insert; False if a row of that primary key stands there, which is waited for where it is being written, and left alone."""
        return self._change(insert_new(self._dialect, table), **values) == 1

    def _put(self, table: Table, **values: object) -> None:
        """Insert, or replace the row of that primary key."""
        self._change(insert_or_replace(self._dialect, table), **values)

    def _count(self, table: Table, **values: object) -> None:
        """Insert, or add to the `count` of the row of that primary key."""
        self._change(insert_or_count(self._dialect, table), **values)


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@cache
def insert_new(dialect: str, table: Table) -> Insert:
    statement: Insert = _INSERT[dialect](table).on_conflict_do_nothing(index_elements=list(table.primary_key))
    return statement.execution_options(preserve_rowcount=True)


@cache
def insert_or_replace(dialect: str, table: Table) -> Insert:
    statement = _INSERT[dialect](table)
    new = {column.key: statement.excluded[column.key] for column in table.columns if not column.primary_key}
    upsert: Insert = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=new)
    return upsert


@cache
def insert_or_count(dialect: str, table: Table) -> Insert:
    statement = _INSERT[dialect](table)
    total = {"count": table.c["count"] + statement.excluded["count"]}
    upsert: Insert = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=total)
    return upsert
