"""How each database is reached: durable, and never slower than the budget to say that it is away."""

from __future__ import annotations

import select
import sqlite3
import time
from typing import Any, Final

import psycopg
from psycopg import generators, waiting
from psycopg.abc import RV, PQGen
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError

POOL: Final = 16
"""Connections that stay open: the threads of a web process, and a few."""
OVERFLOW: Final = 16
GRACE: Final = 1.25
"""The server's own time-out comes first: it leaves a connection that can be used again. Ours is for a server that stands still."""
_TICK: Final = 0.1
_RETRY: Final = 0.005


def make_engine(url: str, budget_ms: int) -> Engine:
    """An engine whose every wait, for a connection, a lock or an answer, ends at `budget_ms` or a little after. Opens nothing yet."""
    common: dict[str, Any] = {
        "hide_parameters": True,
        "max_overflow": OVERFLOW,
        "pool_size": POOL,
        "pool_timeout": budget_ms / 1000,
        "pool_use_lifo": True,
    }
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(create_engine(url, connect_args={"timeout": budget_ms / 1000}, **common), budget_ms / 1000)
    timeouts = f"-c statement_timeout={budget_ms} -c lock_timeout={budget_ms} -c idle_in_transaction_session_timeout={10 * budget_ms}"
    return _postgres(
        create_engine(
            url,
            use_native_hstore=False,
            connect_args={"application_name": "hotline", "client_encoding": "utf8", "options": timeouts},
            **common,
        ),
        GRACE * budget_ms / 1000,
    )


def _sqlite(engine: Engine, seconds: float) -> Engine:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we begin, not the driver
        _keep_a_log(connection, seconds)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # Of the driver itself: each hop begins twice, and nothing of it need be compiled, logged or looked at.
        driver: Any = connection.connection.driver_connection
        driver.execute(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _keep_a_log(connection: Any, seconds: float) -> None:
    """Turn the file to write-ahead logging. Of several that turn a new one at once SQLite refuses all but one on the spot, whatever its time-out."""
    end = time.monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
        else:
            return
        time.sleep(_RETRY)


class Hurried(psycopg.Connection[tuple[Any, ...]]):
    """A connection that gives up on a server that stands still; statement_timeout needs one that is alive."""

    seconds: float

    def wait(self, gen: PQGen[RV], interval: float = _TICK, timeout: float | None = None) -> RV:
        try:
            return super().wait(gen, interval, self.seconds if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # its answer would be taken for the next question's
            raise


def _postgres(engine: Engine, seconds: float) -> Engine:
    @event.listens_for(engine, "do_connect")
    def connect(_dialect: object, _record: object, _args: object, params: dict[str, Any]) -> Hurried:
        # psycopg's own connect() waits two seconds at least.
        params.pop("context", None)
        attempt = generators.connect(make_conninfo("", **params))
        connection = Hurried(waiting.wait_conn(attempt, interval=_TICK, timeout=seconds))
        connection.seconds = seconds
        return connection

    @event.listens_for(engine, "checkout")
    def refuse_closed(connection: Hurried, _record: object, _proxy: object) -> None:
        # A server that went away has left its farewell in the socket: seen without a round trip.
        poll = select.poll()
        poll.register(connection.pgconn.socket, select.POLLIN)
        if poll.poll(0):
            raise InvalidatePoolError

    return engine
