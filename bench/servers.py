"""The two servers that are measured: the line as production runs it, and the bare Flask view that it is compared with."""

from __future__ import annotations

import base64
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import psycopg
from msgspec.structs import replace
from sqlalchemy import Connection, create_engine

from hotline.adapters.processes import start_valkey
from hotline.config import Config
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.store import StoreAway

SECRET = "bench" + base64.b16encode(os.urandom(16)).decode().lower()
SERVER_CORE, LOAD_CORE = 0, 1
SPOOL_SECONDS = 60
COUNSELORS = tuple(Staff(f"{n:032x}", f"Bench {n}", "counselor", f"+2237000{100 + n:04d}", "fr", ("fr", "bm")) for n in range(5))

SUPERVISOR = Staff("f" * 32, "Bench", "supervisor", "+22370000201", "fr", ("fr", "bm"), on_call_until=2**32)


def environment(var: Path, port: int) -> dict[str, str]:
    """Production's settings over a database file and an embedded Valkey below `var`. Each counselor can make so many calls an hour that no window is ever full."""
    key = base64.b64encode(os.urandom(32)).decode()
    tables = var / "tables.toml"
    tables.touch(0o600)
    tables.write_text(f'[safaricom]\nsecret = "{SECRET}"\ncodes = ["*123#"]\n', encoding="utf-8")
    return {
        "HOTLINE_GATEWAYS": "africastalking,safaricom",
        "HOTLINE_TABLES_FILE": str(tables),
        "HOTLINE_VAR": str(var),
        "HOTLINE_DAY_KEYS": str(var / "day-keys"),
        "HOTLINE_BIND": f"127.0.0.1:{port}",
        "HOTLINE_DATABASE_URL": f"sqlite:///{var}/hotline.db",
        "HOTLINE_REDIS_URL": f"unix://{var}/v.sock",
        "HOTLINE_KEYS": f"k1:{key},hash:{base64.b64encode(os.urandom(32)).decode()}",
        "HOTLINE_AT_USERNAME": "bench",
        "HOTLINE_AT_API_KEY": "bench",
        "HOTLINE_AT_SECRET": SECRET,
        "HOTLINE_AT_BASE_URL": "http://127.0.0.1:9",
        "HOTLINE_AT_SENDER": "BENCH",
        "HOTLINE_AT_COVER_NUMBER": "+22370000900",
        "HOTLINE_AT_SERVICE_CODES": "*123#",
        "HOTLINE_TWO_PEOPLE": "0",
    }


def serve_line(config: Config) -> None:
    """What answers callers, alone, as any server of one process is measured."""
    from hotline.adapters.sockets import listen_at  # noqa: PLC0415  each server imports what it needs alone
    from hotline.web import answer  # noqa: PLC0415

    answer(config, "callers", listen_at(config.bind))


def serve_whole(config: Config) -> None:
    """The front, and behind it what answers callers and the console."""
    from hotline.adapters.sockets import listen_at  # noqa: PLC0415
    from hotline.web import serve  # noqa: PLC0415

    serve(config, listen_at(config.bind))


def serve_echo(config: Config) -> None:
    """A bare Flask view that reads `request.form` and echoes it, on the same server with the same threads."""
    from flask import Flask, request  # noqa: PLC0415
    from granian import Granian  # noqa: PLC0415
    from granian.constants import HTTPModes, Interfaces  # noqa: PLC0415

    app = Flask("echo")

    @app.post("/echo")
    def echo() -> str:
        return "CON " + request.form["text"]

    host, _, port = config.bind.rpartition(":")
    server = Granian(
        "echo", address=host, port=int(port), interface=Interfaces.WSGI, http=HTTPModes.http1, websockets=False, blocking_threads=config.web_threads,
        log_access=False, log_enabled=False,
    )  # fmt: skip
    server.serve(target_loader=lambda *_: app.wsgi_app, wrap_loader=False)


def prepare(config: Config) -> None:
    """Tables, edition 1, and counselors who are planned around the clock."""
    from hotline.adapters.sql.schema import upgrade  # noqa: PLC0415
    from hotline.app import open_store  # noqa: PLC0415
    from hotline.prepare import publish_first  # noqa: PLC0415

    upgrade(config.database_url)
    store = open_store(config)
    publish_first(config, store)
    with store.write() as tx:
        tx.staff.save(SUPERVISOR)
        tx.shifts.add(Shift(SUPERVISOR.id, None, 0, 1440))
        for counselor in COUNSELORS:
            tx.staff.save(counselor)
            tx.shifts.add(Shift(counselor.id, None, 0, 1440))
    store.close()


def callbacks(config: Config) -> int:
    """How many there are in the database."""
    with _database(config) as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM callbacks").scalar_one())


def let_wait(config: Config, count: int) -> None:
    """So many callbacks wait and are due, one in ten of them urgent, each of a phone of its own."""
    from hotline.app import SystemClock, open_store  # noqa: PLC0415
    from hotline.ports.calls.callbacks import Callback  # noqa: PLC0415

    at = SystemClock(config.timezone).now()
    with closing(open_store(config)) as store, store.write() as tx:
        for n in range(count):
            made, ends = at - n % 600, at + 3600 + n % 600
            waits = Callback(f"{n:032x}", str(10_000 + n), "waiting", "fr", n % 10 == 0, False, made, made, ends, 1, at_once=True)
            tx.callbacks.add(waits, f"+2237{5_000_000 + n}")


def take_in(config: Config) -> int:
    """Do as the clock does each second until nothing lies in the spool, and return how many callbacks were there: a hop whose database is slower than its budget keeps them so."""
    before = callbacks(config)
    # In a process of its own: what has SQLite open here must not be there when the next server is forked.
    process = get_context("fork").Process(target=_drain, args=(config,))
    process.start()
    process.join()
    assert process.exitcode == 0, "the spool is not taken in"
    return callbacks(config) - before


def _drain(config: Config) -> None:
    from hotline.app import assemble  # noqa: PLC0415

    line, deadline = assemble(config), time.monotonic() + SPOOL_SECONDS
    while len(line.spool):
        with suppress(StoreAway):  # the clock ticks on, too
            line.hotline.tick()
        time.sleep(0.1)
        assert time.monotonic() < deadline


def forget_callers(config: Config) -> None:
    """Empty all tables but staff, shifts and editions, so that every round begins alike."""
    with _database(config) as connection:
        for table in ("rings", "offers", "calls", "outbox", "ledger", "numbers", "callbacks"):
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 -- names of ours


@contextmanager
def _database(config: Config) -> Iterator[Connection]:
    engine = create_engine(config.database_url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def postgres(config: Config, var: Path) -> Iterator[Config]:
    """The same line over a PostgreSQL of its own, as it comes: with fsync, which the tests' is told to leave out."""
    server = import_module("tests.postgres").Postgres(var / "postgres")
    try:
        url = server.create("bench")
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            for statement in ("ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()"):
                connection.execute(statement)
        yield replace(config, database_url=url)
    finally:
        server.stop()


@contextmanager
def valkey(var: Path) -> Iterator[None]:
    running = start_valkey(var / "v.sock")
    try:
        yield
    finally:
        os.kill(running.pid, signal.SIGTERM)
        while running.poll() is None:
            time.sleep(0.01)


@contextmanager
def ticking(config: Config) -> Iterator[None]:
    """The clock, on the server's core."""
    from hotline.roles import tick  # noqa: PLC0415

    def main() -> None:
        os.sched_setaffinity(0, {SERVER_CORE})
        tick(config)

    process = get_context("fork").Process(target=main)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


@contextmanager
def running(serve: Callable[[Config], None], config: Config, path: str) -> Iterator[int]:
    """The server on its own core, once it answers; gives its process id."""

    def main() -> None:
        os.sched_setaffinity(0, {SERVER_CORE})
        os.setpgid(0, 0)
        serve(config)

    process = get_context("fork").Process(target=main)
    process.start()
    assert process.pid is not None
    try:
        _await(config.bind, path)
        yield process.pid
    finally:
        os.kill(process.pid, signal.SIGTERM)
        process.join(5)
        if process.is_alive():
            os.killpg(process.pid, signal.SIGKILL)
            sys.stderr.write("a server had to be killed\n")


def _await(bind: str, path: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        connection = HTTPConnection(bind, timeout=1)
        try:
            connection.request("POST", path, b"")
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.05)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError("the server did not come up")
