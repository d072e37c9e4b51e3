"""The two databases, migrated and empty, for the contract of `Store`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from psycopg import sql

from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.schema import upgrade
from hotline.adapters.sql.tables import metadata
from hotline.ports.store import StoreAway
from tests.databases import migrated
from tests.postgres import Postgres, mortal_postgres, postgres, postgres_url

__all__ = ["mortal_postgres", "postgres", "postgres_url"]

PATIENT_MS = 20_000
"""A budget that a busy test machine does not exhaust; the tests of the budget set their own."""
HANGS_S = 120
"""Long past every budget: a store that has not answered by then never would."""
T = TypeVar("T")


def once_up(work: Callable[[], T]) -> T:
    """As callers do: asked again while the server, just up on a busy machine, needs longer than one budget."""
    deadline = time.monotonic() + HANGS_S
    while True:
        try:
            return work()
        except StoreAway:
            if time.monotonic() > deadline:
                raise


@pytest.fixture(scope="session")
def seal() -> Seal:
    return Seal.from_text(new_keys())


@pytest.fixture(scope="session")
def contract_url(postgres: Postgres) -> str:
    url = postgres.create("contract")
    upgrade(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated database with empty tables: a new file, or the run's PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_contract_url"))
    return migrated(f"sqlite:///{tmp_path}/hotline.db")


@pytest.fixture
def empty_contract_url(contract_url: str) -> str:
    with psycopg.connect(contract_url.replace("+psycopg", ""), autocommit=True) as connection:
        # Faster than TRUNCATE, which makes the files of every table anew.
        empty = [sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in metadata.tables]
        connection.execute(sql.SQL("; ").join([sql.SQL("SET session_replication_role = replica"), *empty]))
    return contract_url


@pytest.fixture
def store(url: str, seal: Seal) -> Iterator[SqlStore]:
    store = SqlStore(url, seal, PATIENT_MS)
    yield store
    store.close()


@pytest.fixture
def postgres_store(empty_contract_url: str, seal: Seal) -> Iterator[SqlStore]:
    store = SqlStore(empty_contract_url, seal, PATIENT_MS)
    yield store
    store.close()
