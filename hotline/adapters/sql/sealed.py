"""Sealed values of columns: each is bound to its table, its column and its row, and those that take few forms are all of one length."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Column, Table

from hotline.adapters.sql.tables import (
    callbacks,
    comments,
    consents,
    drafts,
    handed,
    incidents,
    metadata,
    referrals,
    releases,
    reviews,
    staff,
)

LENGTHS: Final[dict[Column[Any], int]] = {
    callbacks.c.sealed: 224,
    callbacks.c.sealed_flags: 96,
    staff.c.sealed_number: 32,
    staff.c.sealed_agreed: 512,
    reviews.c.sealed_reason: 32,
    consents.c.sealed: 512,
    incidents.c.sealed: 1024,
    referrals.c.sealed: 256,
    drafts.c.sealed: 1024,
    handed.c.sealed: 1024,
    comments.c.sealed: 2048,
    releases.c.sealed_hidden: 4096,
}
"""Bytes to whose multiple the JSON of these is filled up: what may be chosen for one of them fits the first, so that its length tells nothing."""


def context(column: Column[Any], row: str | bytes | int) -> str:
    """What a value is bound to: it opens nowhere else. `row`: the primary key."""
    return _place(column) + (row.hex() if isinstance(row, bytes) else str(row))


@cache
def _place(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}."


def filled(column: Column[Any], plain: bytes) -> bytes:
    """With blanks at its end, which JSON does not mind."""
    length = LENGTHS[column]
    return plain.ljust(-(-len(plain) // length) * length)


class SealedColumn(Struct, frozen=True):
    """A column of sealed values, its table and the table's one primary key."""

    table: Table
    key: Column[Any]
    column: Column[Any]


def sealed_columns() -> tuple[SealedColumn, ...]:
    """Every one that there is."""
    return tuple(
        SealedColumn(table, key, column)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.startswith("sealed")
        for key in table.primary_key
    )
