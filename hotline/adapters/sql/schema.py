"""Bringing a database to the newest schema: at once, or beside programs that work on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, make_url, text

import hotline.migrations
from hotline import shared_folder
from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql import revisions
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.store import store_away
from hotline.ports.store import StoreAway

PATIENCE_MS: Final = 60_000
"""How long an upgrade waits for another one."""
BESIDE_MS: Final = 1_000
"""How long whoever works on the tables may be kept waiting by a step that is made beside: what waits for a table holds up all that comes after it."""
TRIES: Final = 30
LOCKED: Final = "55P03"
"""PostgreSQL's word for a table that it did not get in time (appendix A of its manual)."""
_LOCK: Final = 0x686F746C696E65
"""The advisory lock of upgrades: `hotline` in ASCII."""


def upgrade(url: str, revision: str = "head", seal: Seal | None = None) -> None:
    """Create what is missing and run the migrations that are due, all or none; of several at once one works and the others wait.

    `seal`: the keys, without which no migration seals rows that are there already. Raises StoreAway; SealBroken for other keys than those
    that the database was sealed with.
    """
    make_private(url)
    engine = make_engine(url, PATIENCE_MS)
    try:
        with store_away(), engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            _take_turn(connection)
            before = _heads(connection)
            command.upgrade(_config(connection, seal), revision)
            has_left = bool(before) and before != _heads(connection)
        if has_left:
            _clear_leftovers(engine)
    finally:
        engine.dispose()


def upgrade_beside(url: str, seal: Seal, pause: Callable[[float], None] = time.sleep) -> tuple[str, ...]:
    """Run those migrations that are due and that programs of before can work beside, all or none, and return those that are left.

    A table that somebody reads at length is waited for in small steps, between which the line works. Raises as `upgrade` does.
    """
    make_private(url)
    engine = make_engine(url, PATIENCE_MS)
    try:
        for attempt in range(1, TRIES + 1):
            try:
                return _beside(engine, seal)
            except StoreAway as away:
                if str(away) != LOCKED or attempt == TRIES:
                    raise
            pause(BESIDE_MS / 1000)
        raise AssertionError
    finally:
        engine.dispose()


def _beside(engine: Engine, seal: Seal) -> tuple[str, ...]:
    with store_away(), engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        _take_turn(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = {BESIDE_MS}"))
        steps, here = revisions.chain(), revision_of(connection)
        made = revisions.steps_beside(here, steps)
        if made:
            command.upgrade(_config(connection, seal), made[-1])
        return revisions.due(made[-1] if made else here, steps)


def _take_turn(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def revision_of(connection: Connection) -> str | None:
    """Which migration this database has come to. Returns None where it has no tables of the line."""
    return next(iter(_heads(connection)), None)


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _clear_leftovers(engine: Engine) -> None:
    """What a migration wrote over is taken off the disk too. Where others are at work on the tables, the database does so by itself, later."""
    statement = "VACUUM FULL" if engine.name == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)"
    with suppress(StoreAway), store_away(), engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)


def _config(connection: Connection | None = None, seal: Seal | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(hotline.migrations.__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["seal"] = seal
    return config


def make_private(url: str) -> None:
    """A new SQLite file is its owner's alone, or its folder's group's; its log files take the mode over."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        path = Path(parsed.database)
        path.touch(mode=shared_folder.file_mode(path.absolute().parent))
