"""The database, SQLite or PostgreSQL, behind `hotline.ports.store.Store`: everything that must not be lost."""

from hotline.adapters.sql.store import SqlStore

__all__ = ["SqlStore"]
