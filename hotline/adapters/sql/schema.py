"""Bringing a database to the newest schema, and asking whether it is there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, make_url, text

import hotline.migrations
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.store import store_away

PATIENCE_MS: Final = 60_000
"""How long an upgrade waits for another one."""
_LOCK: Final = 0x686F746C696E65
"""The advisory lock of upgrades: `hotline` in ASCII."""


def upgrade(url: str, revision: str = "head") -> None:
    """Create what is missing and run the migrations that are due, all or none; of several at once one works and the others wait.

    Raises StoreAway.
    """
    _make_private(url)
    engine = make_engine(url, PATIENCE_MS)
    try:
        with store_away(), engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            command.upgrade(_config(connection), revision)
    finally:
        engine.dispose()


def is_current(url: str, budget_ms: int) -> bool:
    """Has every migration run? Raises StoreAway."""
    engine = make_engine(url, budget_ms)
    try:
        with store_away(), engine.begin() as connection:
            heads = MigrationContext.configure(connection).get_current_heads()
            return set(heads) == set(ScriptDirectory.from_config(_config(connection)).get_heads())
    finally:
        engine.dispose()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(hotline.migrations.__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _make_private(url: str) -> None:
    """A new SQLite file is its owner's alone; its log files take the mode over."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).touch(mode=0o600)
