"""PostgreSQL keeps in a table and in its indexes what was deleted, until somebody makes room: what of a phone's hash a vacuum leaves goes here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text

from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.store import store_away

OF_PHONES: Final = ("numbers", "rings", "stops", "pranks")
"""Tables with hashes of callers' numbers, which lie in their indexes too."""
LONGEST_MS: Final = 1_000
"""For one table: whoever writes waits meanwhile. The tables are small."""
_SETTINGS: Final = "SELECT name, setting FROM pg_settings WHERE name IN ('autovacuum', 'autovacuum_vacuum_threshold')"


def clear(url: str) -> None:
    """Make room in those tables, and write their indexes anew: what was deleted is in neither. On SQLite there is nothing to do (`secure_delete`). Raises StoreAway."""
    engine = make_engine(url, LONGEST_MS)
    try:
        if engine.name != "postgresql":
            return
        with store_away(), engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for name in OF_PHONES:
                connection.exec_driver_sql(f"VACUUM {name}")
                connection.exec_driver_sql(f"REINDEX TABLE {name}")
    finally:
        engine.dispose()


def vacuums_after(url: str, budget_ms: int) -> int | None:
    """After how many deleted rows of a small table PostgreSQL makes room by itself. Returns None where it never does; 0 for SQLite. Raises StoreAway."""
    engine = make_engine(url, budget_ms)
    try:
        if engine.name != "postgresql":
            return 0
        with store_away(), engine.begin() as connection:
            found = {name: setting for name, setting in connection.execute(text(_SETTINGS))}
        return int(found["autovacuum_vacuum_threshold"]) if found["autovacuum"] == "on" else None
    finally:
        engine.dispose()
