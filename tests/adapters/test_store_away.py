"""A database that is away, busy or broken: one narrow error, soon, without a value in it, and no grudge afterwards."""

from __future__ import annotations

import sqlite3
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest

from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.engine import OVERFLOW, POOL
from hotline.adapters.sql.revisions import reached
from hotline.adapters.sql.schema import upgrade
from hotline.ports.store import StoreAway
from tests.adapters.conftest import HANGS_S, PATIENT_MS, once_up
from tests.adapters.test_store import HERS, NOW, a_callback, a_counselor, id_of, keep

BUDGET_MS = 1_000
"""Small enough to be waited for, and room for a busy machine to do what is well within it."""


def failure_of(work) -> StoreAway:
    """Run it, and have it fail, while whatever stands in its way still stands there."""
    with ThreadPoolExecutor(1) as thread:
        error = thread.submit(work).exception(timeout=HANGS_S)
    assert isinstance(error, StoreAway)
    return error


@pytest.fixture
def mortal(mortal_postgres, seal):
    """A store on a server of its own, with an open connection in its pool."""
    url = mortal_postgres.create("mortal")
    upgrade(url)
    store = SqlStore(url, seal, BUDGET_MS)
    once_up(lambda: keep(store, a_callback(1)))
    yield store
    store.close()


def read(store: SqlStore) -> bool:
    with store.read() as t:
        return t.callbacks.get(id_of(1)) is not None


def test_a_locked_file(tmp_path, seal):
    """While another process holds the file, writing gives up within the budget; reading goes on; afterwards all is well."""
    url = f"sqlite:///{tmp_path}/hotline.db"
    upgrade(url)
    store = SqlStore(url, seal, BUDGET_MS)
    keep(store, a_callback(1))
    other = sqlite3.connect(tmp_path / "hotline.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "SQLITE_BUSY" == str(failure_of(lambda: keep(store, a_callback(2))))
    assert read(store)
    other.execute("ROLLBACK")
    other.close()
    keep(store, a_callback(2))
    store.close()


def test_a_writer_at_work(tmp_path, seal):
    """A thread that waits for another's turn to write gives up within the budget, and has its own afterwards."""
    url = f"sqlite:///{tmp_path}/hotline.db"
    upgrade(url)
    store = SqlStore(url, seal, BUDGET_MS)
    with store.write() as t:
        t.callbacks.add(a_callback(1), HERS)
        assert str(failure_of(lambda: keep(store, a_callback(2)))) == "SQLITE_BUSY"
        assert not read(store)
    keep(store, a_callback(2))
    assert read(store)
    store.close()


@pytest.mark.parametrize("content", [None, b"", b"not a database " * 99])
def test_a_missing_empty_or_broken_file(tmp_path, seal, content):
    """A file that is not the line's database is an absent store, not a crash."""
    path = tmp_path / "there" / "hotline.db"
    if content is not None:
        path.parent.mkdir()
        path.write_bytes(content)
    store = SqlStore(f"sqlite:///{path}", seal, BUDGET_MS)
    with pytest.raises(StoreAway):
        read(store)
    with pytest.raises(StoreAway):
        keep(store, a_callback(1))
    store.close()


def test_a_locked_row(postgres_store, empty_contract_url, seal):
    """Whoever waits for another's row longer than the budget is told, and the other is not disturbed. (SQLite locks its file: above.)"""
    keep(postgres_store, a_callback(1))
    hurried = SqlStore(empty_contract_url, seal, BUDGET_MS)
    with postgres_store.write() as t:
        assert t.callbacks.claim(id_of(1), id_of(9), NOW)
        assert str(failure_of(lambda: claim(hurried))) in {"55P03", "57014"}  # lock_timeout, statement_timeout
    assert not claim(hurried)
    hurried.close()


def claim(store: SqlStore) -> bool:
    with store.write() as t:
        return t.callbacks.claim(id_of(1), id_of(8), NOW)


def test_no_connection_is_free(url, seal):
    """When every connection is taken, the next one to ask is told within the budget."""
    store = SqlStore(url, seal, BUDGET_MS)
    with ExitStack() as held:
        for _ in range(POOL + OVERFLOW):
            held.enter_context(store.read())
        assert "TimeoutError" == str(failure_of(lambda: read(store)))
    assert not read(store)
    store.close()


def test_an_error_shows_no_value(store):
    """Neither the error nor its traceback, printed as a log would, shows what was being written."""
    keep(store, a_callback(1, reference="471"))

    def fail() -> None:
        with store.write() as t:
            t.staff.save(a_counselor(1, number="+22370000101", alias="naming"))
            t.callbacks.add(a_callback(2, reference="471", word="vaccine"), HERS)

    with pytest.raises(StoreAway) as caught:
        fail()
    shown = "".join(traceback.format_exception(caught.value))
    for value in ("70000001", "70000101", "naming", "471", "vaccine", id_of(2)):
        assert value not in shown


def test_a_stopped_server(mortal_postgres, mortal):
    """While the server is stopped every call says so at once; when it is back the very next one works."""
    mortal_postgres.stop()
    for _ in range(3):
        assert "OperationalError" == str(failure_of(lambda: read(mortal)))
    with pytest.raises(StoreAway):
        reached(str(mortal_postgres.url("mortal")), 300)
    mortal_postgres.start()
    assert once_up(lambda: read(mortal))


def test_connections_cut_while_idle(mortal_postgres, seal):
    """A restart of the server while nobody called costs no caller her answer."""
    upgrade(url := mortal_postgres.create("idle"))
    store = SqlStore(url, seal, PATIENT_MS)  # it is the connections that are asked about, not how soon a busy machine's server is up
    keep(store, a_callback(1))
    with ExitStack() as held:
        for _ in range(5):
            held.enter_context(store.read())
    mortal_postgres.stop()
    mortal_postgres.start()
    assert [True] * 10 == [read(store) for _ in range(10)]
    store.close()


def test_a_connection_cut_at_work(mortal_postgres, mortal):
    """A connection that breaks within a transaction is told as such, nothing of it stays, and the next one works."""

    def cut() -> None:
        with mortal.write() as t:
            t.callbacks.add(a_callback(2), HERS)
            end_connections(mortal_postgres.url("postgres"))
            t.callbacks.get(id_of(1))

    with pytest.raises(StoreAway):
        cut()
    with mortal.read() as t:
        assert None is t.callbacks.get(id_of(2))


def end_connections(url: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'mortal'")


def test_a_server_that_stands_still(mortal_postgres, seal):
    """A server that takes connections and answers nothing holds nobody longer than the budget, with an open connection or without."""
    url = mortal_postgres.create("mortal")
    upgrade(url)
    open_, fresh = SqlStore(url, seal, BUDGET_MS), SqlStore(url, seal, BUDGET_MS)
    once_up(lambda: keep(open_, a_callback(1)))
    mortal_postgres.freeze()
    try:
        assert "_WaitTimeout" == str(failure_of(lambda: read(open_)))
        assert "_WaitTimeout" == str(failure_of(lambda: read(fresh)))
        assert "_WaitTimeout" == str(failure_of(lambda: keep(open_, a_callback(2))))
    finally:
        mortal_postgres.thaw()
    assert once_up(lambda: read(open_))
    assert once_up(lambda: read(fresh))
    open_.close()
    fresh.close()
