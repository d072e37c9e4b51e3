"""The rows of a database as a backup holds them, read in one snapshot while the line works, and written into an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, Engine, Insert, Select, Table, case, column, func, insert, inspect, select, table, text

from hotline.adapters.backup.stream import BackupHead, Frame, Rows, TableBegins, encoded
from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql.calls.numbers import ITS_END
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.revisions import chain, needed
from hotline.adapters.sql.schema import PATIENCE_MS, revision_of
from hotline.adapters.sql.sealed import SealedColumn, context, sealed_columns
from hotline.adapters.sql.store import store_away
from hotline.adapters.sql.tables import ledger, metadata, numbers, pranks, rings, stops
from hotline.engine.times import DAY_SECONDS, HOUR_SECONDS
from hotline.ports.upkeep.backups import BackupFileKind
from hotline.retention import KEY_SECONDS, PRANK_DAYS, RING_SECONDS

NEVER: Final = frozenset(
    {
        *("outbox", "staff_rings"),  # nothing of old leaves after a restore
        *("sign_ins", "invites", "failures", "drafts"),  # what was signed out or used since must not open again
        *("clocks", "held", "backup_runs"),  # of this machine, and of this database
    }
)
"""Tables that are in no backup."""
ALWAYS: Final = frozenset(
    {
        *("staff", "shifts", "exceptions", "declarations", "accounts", "guesses", "ring_digits"),
        *("editions", "proposals", "edition_drafts", "draft_parts", "darkened", "readings", "authorships", "comments", "testimonies"),
        *("audit", "audit_head", "audit_base", "tallies", "wait_tallies", "turned_away"),
        *("tries_tallies", "safer_tallies", "referral_tallies", "legal_tallies", "hour_tallies", "releases", "sharing_protocols"),
    }
)
"""Tables that are in weekly backups too. Any other is in the daily ones alone: about callers, or of no use a month later."""
OF_NUMBERS: Final = frozenset({"numbers", "rings", "stops", "pranks", "ledger"})
"""Tables with callers' numbers, sealed or hashed. They stand in a file of their own, that the next backup takes away: a number that was erased lies nowhere
a day later, though the daily backups stay for a week."""
BATCH: Final = 200
"""Rows that are read and written together."""


class NotCurrent(Exception):
    """The tables are of a newer version than this, or too old for it."""


def in_backup(kind: BackupFileKind) -> tuple[Table, ...]:
    """The tables of such a file; whatever one refers to stands before it, or in the file beside."""
    meant = {"weekly": ALWAYS, "numbers": OF_NUMBERS}.get(kind) or set(metadata.tables) - NEVER - OF_NUMBERS
    return tuple(found for found in metadata.sorted_tables if found.name in meant)


@contextmanager
def snapshot(url: str) -> Iterator[Connection]:
    """All that is read within is of one moment, whatever is written meanwhile. Raises StoreAway."""
    engine = make_engine(url, PATIENCE_MS)
    try:
        if engine.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with store_away(), engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def backup(connection: Connection, kind: BackupFileKind, at: int, number_hours: int) -> Iterator[bytes]:
    """The stream of a backup. Numbers whose time is over are not in it, whether or not the clock came to erase them. Raises NotCurrent."""
    revision, steps = revision_of(connection), chain()
    if revision not in steps or steps.index(revision) < steps.index(needed(steps)):
        raise NotCurrent
    return encoded(_frames(connection, BackupHead(revision, at, kind), number_hours), partial(_sequences, connection))


def _frames(connection: Connection, head: BackupHead, number_hours: int) -> Iterator[BackupHead | TableBegins | Rows]:
    yield head
    reader = connection.execution_options(yield_per=BATCH)
    for found in in_backup(head.kind):
        names = tuple(str(held.name) for held in found.columns)
        yield TableBegins(str(found.name), names)
        for rows in reader.execute(_living(found, head.made_at, number_hours)).partitions(BATCH):
            yield Rows(tuple(tuple(row) for row in rows))


def _living(found: Table, at: int, number_hours: int) -> Select[Any]:
    """The rows of a table, without those whose time is over."""
    rows = select(*found.columns).order_by(*found.primary_key)
    if found is numbers:
        return rows.where(at - number_hours * HOUR_SECONDS < ITS_END)
    if found is stops:
        return rows.where(stops.c.until > at)
    if found is ledger:  # the bare key stays, so that what comes again counts once
        facts = case((ledger.c.until > at, ledger.c.sealed), else_=None).label("sealed")
        columns = [facts if held is ledger.c.sealed else held for held in found.columns]
        return select(*columns).where(ledger.c.until > at - KEY_SECONDS).order_by(ledger.c.key)
    if found is rings:
        return rows.where(rings.c.at > at - RING_SECONDS)
    return rows.where(pranks.c.at > at - PRANK_DAYS * DAY_SECONDS) if found is pranks else rows


def counting() -> tuple[tuple[Table, str], ...]:
    """Tables that number their rows by themselves, and by which column."""
    found = ((held, held.autoincrement_column) for held in metadata.sorted_tables)
    return tuple((held, by.name) for held, by in found if by is not None)


def _sequences(connection: Connection) -> dict[str, int]:
    """How far each of these counted: a number that was used once, by a row that is gone, is not used again."""
    return {found.name: _counted_to(connection, found, by) for found, by in counting()}


def _counted_to(connection: Connection, found: Table, by: str) -> int:
    if connection.dialect.name == "postgresql":
        sequence = connection.scalar(text("SELECT pg_get_serial_sequence(:of, :by)"), {"of": found.name, "by": by})
        row = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 -- the database's own name for it
        return int(row.last_value) if row.is_called else 0
    if found.dialect_options["sqlite"]["autoincrement"]:
        return int(connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :of"), {"of": found.name}) or 0)
    return int(connection.scalar(select(func.max(found.c[by]))) or 0)


class Loader:
    """Writes what a backup holds into tables of the backup's own revision. For `stream.FrameReader`, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert: Insert | None = None
        self._names: tuple[str, ...] = ()

    def take(self, frame: Frame) -> None:
        match frame:
            case TableBegins():
                self._insert = insert(table(frame.name, *(column(name) for name in frame.columns)))
                self._names = frame.columns
            case Rows() if self._insert is not None:
                for first in range(0, len(frame.rows), BATCH):
                    batch = frame.rows[first : first + BATCH]
                    self._connection.execute(self._insert, [dict(zip(self._names, row, strict=True)) for row in batch])

    def count_on(self, sequences: dict[str, int]) -> None:
        """Let each table number its next row as the line would have."""
        for found, by in counting():
            reached = sequences.get(found.name, 0)
            if not reached:
                continue
            if self._connection.dialect.name == "postgresql":
                statement = "SELECT setval(pg_get_serial_sequence(:of, :by), :reached)"
                self._connection.execute(text(statement), {"of": found.name, "by": by, "reached": reached})
            elif found.dialect_options["sqlite"]["autoincrement"]:
                self._connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :of"), {"of": found.name})
                self._connection.execute(
                    text("INSERT INTO sqlite_sequence (name, seq) VALUES (:of, :reached)"), {"of": found.name, "reached": reached}
                )


class KeyProbe:
    """Looks whether these keys are a backup's at all, while it is read. For `stream.FrameReader`."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal
        self._places: tuple[tuple[SealedColumn, int, int], ...] = ()
        self._opens = self._is_sealed = False

    @property
    def are_others(self) -> bool:
        """Of all that is sealed in it they open nothing."""
        return self._is_sealed and not self._opens

    def take(self, frame: Frame) -> None:
        match frame:
            case TableBegins(name, names):
                there = (
                    place for place in sealed_columns() if place.table.name == name and {place.key.name, place.column.name} <= {*names}
                )
                self._places = tuple((place, names.index(place.key.name), names.index(place.column.name)) for place in there)
            case Rows() if not self._opens:
                for row in frame.rows:
                    self._try(row)

    def _try(self, row: tuple[Any, ...]) -> None:
        for place, key, value in self._places:
            if row[value]:
                self._is_sealed = True
                self._opens = self._opens or self._seal.opened(row[value], context(place.column, row[key])) is not None


def is_empty(engine: Engine) -> bool:
    """Is there no row of the line's in this database? It may have tables. Raises StoreAway."""
    with store_away(), engine.begin() as connection:
        there = set(inspect(connection).get_table_names()) & set(metadata.tables)
        return not any(connection.execute(select(text("1")).select_from(metadata.tables[name]).limit(1)).first() for name in there)


def clear(engine: Engine) -> None:
    """Take away the line's tables: those in which there is nothing, so that those of a backup's revision can be made; or a drill's. Raises StoreAway."""
    with store_away(), engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        there = set(inspect(connection).get_table_names())
        metadata.drop_all(connection, [found for found in metadata.sorted_tables if found.name in there])
        if "alembic_version" in there:
            connection.execute(text("DROP TABLE alembic_version"))


def counts_in(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {found.name: int(connection.scalar(select(func.count()).select_from(found)) or 0) for found in metadata.sorted_tables}
