"""Bringing a database to the newest schema, and asking whether it is there."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, make_url, text

import hotline.migrations
from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.store import store_away
from hotline.ports.store import StoreAway

PATIENCE_MS: Final = 60_000
"""How long an upgrade waits for another one."""
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
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            before = _heads(connection)
            command.upgrade(_config(connection, seal), revision)
            has_left = bool(before) and before != _heads(connection)
        if has_left:
            _clear_leftovers(engine)
    finally:
        engine.dispose()


def is_current(url: str, budget_ms: int) -> bool:
    """Has every migration run? Raises StoreAway."""
    engine = make_engine(url, budget_ms)
    try:
        with store_away(), engine.begin() as connection:
            return _heads(connection) == set(_scripts().get_heads())
    finally:
        engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """Which migration this database has come to. Returns None where it has no tables of the line."""
    return next(iter(_heads(connection)), None)


def newest() -> str | None:
    """The newest migration that this program has."""
    return _scripts().get_current_head()


def knows(revision: str) -> bool:
    """Has this program that migration?"""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _heads(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _clear_leftovers(engine: Engine) -> None:
    """What a migration wrote over is taken off the disk too. Where others are at work on the tables, the database does so by itself, later."""
    statement = "VACUUM FULL" if engine.name == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)"
    with suppress(StoreAway), store_away(), engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None, seal: Seal | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(hotline.migrations.__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["seal"] = seal
    return config


def make_private(url: str) -> None:
    """A new SQLite file is its owner's alone; its log files take the mode over."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).touch(mode=0o600)
