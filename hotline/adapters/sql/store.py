"""`hotline.ports.store.Store`: one transaction a `with`, and every failure of the database raised as `StoreAway`."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from threading import Lock
from typing import Any, Final
from weakref import finalize

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hotline.adapters.keys.keyring import Keyring
from hotline.adapters.keys.seal import Seal, purpose_of
from hotline.adapters.sql.calls.alarms import SqlAlarms
from hotline.adapters.sql.calls.board import SqlBoard
from hotline.adapters.sql.calls.callbacks import SqlCallbacks
from hotline.adapters.sql.calls.calls import SqlCalls
from hotline.adapters.sql.calls.day_keys import DayKey, SqlDayKeys
from hotline.adapters.sql.calls.flags import SqlFlags
from hotline.adapters.sql.calls.ledger import SqlLedger
from hotline.adapters.sql.calls.numbers import SqlNumbers
from hotline.adapters.sql.calls.offers import SqlOffers
from hotline.adapters.sql.calls.outbox import SqlOutbox
from hotline.adapters.sql.calls.reviews import SqlReviews
from hotline.adapters.sql.calls.staff_rings import SqlStaffRings
from hotline.adapters.sql.desk.accounts import SqlAccounts
from hotline.adapters.sql.desk.audit import SqlAudit
from hotline.adapters.sql.desk.care import SqlCare
from hotline.adapters.sql.desk.cases import SqlCases
from hotline.adapters.sql.desk.declarations import SqlDeclarations
from hotline.adapters.sql.desk.drafts import SqlFormDrafts
from hotline.adapters.sql.desk.shifts import SqlShifts
from hotline.adapters.sql.desk.staff import SqlStaffStore
from hotline.adapters.sql.desk.testimonies import SqlTestimonies
from hotline.adapters.sql.editions.authorships import SqlAuthorships
from hotline.adapters.sql.editions.comments import SqlComments
from hotline.adapters.sql.editions.edition_drafts import SqlEditionDrafts
from hotline.adapters.sql.editions.editions import SqlEditions
from hotline.adapters.sql.editions.readings import SqlReadings
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.figures.figures import SqlFigures
from hotline.adapters.sql.figures.releases import SqlReleases
from hotline.adapters.sql.figures.sharing_protocols import SqlSharingProtocols
from hotline.adapters.sql.rotation import HASHED, Rotated, SqlRotation, Tell
from hotline.adapters.sql.sealed import SealedColumn, sealed_columns
from hotline.adapters.sql.upkeep.backups import SqlBackups
from hotline.adapters.sql.upkeep.clocks import SqlClocks
from hotline.adapters.sql.upkeep.retention import SqlRetention
from hotline.adapters.sql.upkeep.revocations import SqlRevocations
from hotline.ports.store import StoreAway
from hotline.ports.upkeep.revocations import RevokedJournal

FAILURES: Final = (DBAPIError, PoolTimeout, sqlite3.Error, psycopg.Error)
"""The last two: what a driver raises while it connects."""

ONE_WRITER: Final = text("SELECT pg_advisory_xact_lock(7310593858022762849)")
"""PostgreSQL's writers take turns, as SQLite's do (BEGIN IMMEDIATE): rules read a row, decide, and write it whole, and a stop that came in
between would be undone. Some hundreds of writes a second are more than this line will see. The number is `promises` in ASCII."""


def _nothing(_: str) -> None:
    """Nobody is told."""


class SqlTransaction:
    """`hotline.ports.store.Transaction`."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection = connection
        self.ledger = SqlLedger(connection, seal)
        self.callbacks = SqlCallbacks(connection, seal)
        self.numbers = SqlNumbers(connection, seal)
        self.day_keys = SqlDayKeys(connection, seal)
        self.offers = SqlOffers(connection, seal)
        self.calls = SqlCalls(connection, seal)
        self.staff_rings = SqlStaffRings(connection, seal)
        self.flags = SqlFlags(connection, seal)
        self.reviews = SqlReviews(connection, seal)
        self.alarms = SqlAlarms(connection, seal)
        self.board = SqlBoard(connection, seal)
        self.outbox = SqlOutbox(connection, seal)
        self.staff = SqlStaffStore(connection, seal)
        self.shifts = SqlShifts(connection, seal)
        self.declarations = SqlDeclarations(connection, seal)
        self.accounts = SqlAccounts(connection, seal)
        self.form_drafts = SqlFormDrafts(connection, seal)
        self.cases = SqlCases(connection, seal)
        self.care = SqlCare(connection, seal)
        self.testimonies = SqlTestimonies(connection, seal)
        self.editions = SqlEditions(connection, seal)
        self.edition_drafts = SqlEditionDrafts(connection, seal)
        self.readings = SqlReadings(connection, seal)
        self.authorships = SqlAuthorships(connection, seal)
        self.comments = SqlComments(connection, seal)
        self.figures = SqlFigures(connection, seal)
        self.sharing_protocols = SqlSharingProtocols(connection, seal)
        self.releases = SqlReleases(connection, seal)
        self.audit = SqlAudit(connection, seal)
        self.clocks = SqlClocks(connection, seal)
        self.backups = SqlBackups(connection, seal)
        self.revocations = SqlRevocations(connection, seal)
        self.retention = SqlRetention(connection, seal)
        self.rotation = SqlRotation(connection, seal)

    @property
    def swept(self) -> bool:
        """Was something erased that the write-ahead log still holds?"""
        return self.retention.swept or self.editions.swept


class WriterTurn:
    """SQLite has one writer at a time and lets the others poll, so that some starve: the threads of one process take turns instead."""

    def __init__(self, seconds: float) -> None:
        self._lock = Lock()
        self._seconds = seconds

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._seconds):
            raise StoreAway("SQLITE_BUSY")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class SqlStore:
    """`hotline.ports.store.Store` over `sqlite:///path` or `postgresql+psycopg://…`. Safe to share between threads, not between processes.

    A wait within it ends after about `budget_ms`; a hop that waits both for a connection and for a lock may meet two.
    Raises SealBroken where a sealed value does not open, and StoreAway where the keys were dropped: nothing is kept, or found, under others.
    """

    def __init__(self, url: str, seal: Seal, budget_ms: int, revoked: RevokedJournal | None = None) -> None:
        """`revoked`: where what must not be undone by a restore is written down besides; None for a database that no line works on."""
        engine = make_engine(url, budget_ms)
        self._engine = engine
        self._revoked = revoked
        finalize(
            self, engine.dispose
        )  # a command leaves its store behind; connections that nobody closed are a warning from Python 3.13 on
        self._seal = seal
        self._turn = WriterTurn(budget_ms / 1000) if engine.name == "sqlite" else nullcontext()
        self._reader = engine.execution_options(postgresql_readonly=True) if engine.name == "postgresql" else engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        self._refuse_dropped()
        with store_away(), self._turn, self._writer.begin() as connection:
            if self._engine.name == "postgresql":
                connection.execute(ONE_WRITER)
            transaction = SqlTransaction(connection, self._seal)
            yield transaction
            self._refuse_dropped()  # what was sealed in the meantime would open nowhere
            if self._revoked is not None and transaction.revocations.made:
                # Before the commit: what a caller is told is done stands in both.
                self._revoked.append(tuple(transaction.revocations.made))
        if transaction.swept and self._engine.name == "sqlite":
            self._clear_log()

    @contextmanager
    def read(self) -> Iterator[SqlTransaction]:
        self._refuse_dropped()
        with store_away(), self._reader.begin() as connection:
            yield SqlTransaction(connection, self._seal)

    def learn_keys(self) -> None:
        """Read the keys again, where they lie in a file. Raises KeysBroken and OSError."""
        self._seal.refresh()

    def rotate(self, tell: Tell = _nothing) -> Rotated:
        """Seal and hash anew whatever is not under the keys in force, while others work; broken off, it goes on where it is called again.

        Numbers are hashed anew where this process is handed the days' keys. `tell`: is told how far it is after each batch, when no transaction is open; whoever waits a moment there lets others write. Raises StoreAway.
        """
        done = Rotated()
        for place in sealed_columns():
            done += self._rotated(f"{place.table.name}.{place.column.name}", partial(_batch, place), tell)
        done += self._rotated("phones", _phones, tell)
        with self.write() as tx:
            done += tx.rotation.rehash_staff()
            tx.audit.rebind()
        return done

    def rebox(self, tell: Tell = _nothing) -> Rotated:
        """Seal every caller's number to the pair that is used now, while others work; broken off, it goes on where it is called again. Raises StoreAway."""
        return self._rotated("numbers to today's pair", _reboxed, tell)

    def _rotated(self, what: str, batch: Callable[[SqlTransaction, Any], tuple[Rotated, Any]], tell: Tell) -> Rotated:
        done, after = Rotated(), None
        while True:
            with self.write() as tx:
                some, after = batch(tx, after)
            done += some
            if after is None:
                return done
            if some.sealed:
                tell(f"{what}: {done.sealed}")

    @property
    def ring(self) -> Keyring:
        """The keys at hand."""
        return self._seal.ring

    def day_keys(self) -> tuple[DayKey, ...]:
        """The days' keys, as the database knows them. Raises StoreAway, SealBroken."""
        with self.read() as tx:
            return tuple(tx.day_keys.all().values())

    def rows_by_key(self) -> dict[tuple[str, str], int]:
        """How much of the database lies under which key, by purpose and id: `keys list`."""
        found: Counter[tuple[str, str]] = Counter()
        with self.read() as tx:
            for place in sealed_columns():
                purpose = purpose_of(f"{place.table.name}.")
                for id, count in tx.rotation.sealed_by_key(place).items():
                    found[purpose, id] += count
            for purpose in HASHED:
                for id, count in tx.rotation.hashed_by_key(purpose).items():
                    found[purpose, id] += count
            lines = tx.audit.lines_by_key()
        keys = self._seal.ring.of("audit")
        return dict(found) | {("audit", keys[place].id if place >= 0 else "?"): count for place, count in lines.items()}

    def openable(self) -> tuple[int, int]:
        """How many sealed values open with the keys at hand, and how many do not. Opens them all."""
        with self.read() as tx:
            counts = [tx.rotation.look(place) for place in sealed_columns()]
        return sum(opened for opened, _ in counts), sum(closed for _, closed in counts)

    def close(self) -> None:
        """Close the idle connections; needed by tests and before a fork."""
        self._engine.dispose()

    def _refuse_dropped(self) -> None:
        if self._seal.is_dropped:
            raise StoreAway("KEYS_DROPPED")

    def _clear_log(self) -> None:
        # What was purged stands in SQLite's write-ahead log until that is written over.
        with store_away():
            connection = self._engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()


def _batch(place: SealedColumn, tx: SqlTransaction, after: Any) -> tuple[Rotated, Any]:
    return tx.rotation.batch(place, after)


def _reboxed(tx: SqlTransaction, after: Any) -> tuple[Rotated, Any]:
    return tx.rotation.rebox(after)


def _phones(tx: SqlTransaction, after: Any) -> tuple[Rotated, Any]:
    return tx.rotation.rehash_phones(after)


@contextmanager
def store_away() -> Iterator[None]:
    """Every failure of the database within is raised as StoreAway, which carries no value of a statement."""
    try:
        yield
    except FAILURES as error:
        raise StoreAway(failure(error)) from None


def failure(error: Exception) -> str:
    """A code for logs: an SQLSTATE, SQLite's name or the error's class. Messages of databases quote values."""
    cause = getattr(error, "orig", None) or error
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or type(cause).__name__)
