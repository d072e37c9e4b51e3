"""What can happen to a machine's disk under a running line, done from outside: callers are answered, what is told *noted* is kept once, and it is said what is wrong."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from hotline.up import asked
from tests.postgres import DATABASES, Postgres, database_of, postgres  # noqa: F401 -- a fixture
from tests.processes import wait_until_gone
from tests.system.lines import PARTS, SECONDS, Line, dial, started

pytestmark = pytest.mark.system
BUDGET_MS = "1500"
"""What a busy machine's database is held to: here it alone is there to keep an order, where the spool is not."""
NOTED, FIRM, LOST = "CON Noté", "CON Noté: on essaie", "END Rien n'est noté"


class Database:
    """The line's database, as somebody else beside the line sees it."""

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def away(self) -> Iterator[None]:
        """Somebody keeps it locked: every transaction of the line runs out of time."""
        if self.is_sqlite:
            with closing(sqlite3.connect(self.path, isolation_level=None, timeout=SECONDS)) as holding:
                holding.execute("BEGIN EXCLUSIVE")
                yield
        else:
            with psycopg.connect(self.path) as holding:
                holding.execute("LOCK TABLE callbacks, ledger, staff IN ACCESS EXCLUSIVE MODE")
                yield
                holding.rollback()

    def callbacks(self) -> int:
        return self._count("SELECT count(*) FROM callbacks")

    def messages_to_staff(self) -> int:
        """All that were ever written down."""
        return self._count("SELECT count(*) FROM outbox WHERE kind = 'staff'")

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite:///")

    @property
    def path(self) -> str:
        return self.url.removeprefix("sqlite:///").replace("+psycopg", "")

    def _count(self, query: str) -> int:
        if self.is_sqlite:
            with closing(sqlite3.connect(self.path, timeout=SECONDS)) as looking:
                return int(looking.execute(query).fetchone()[0])
        with psycopg.connect(self.path) as looking:
            return int(looking.execute(query).fetchone()[0])  # type: ignore[call-overload,index]


class Machine:
    """A running line, its folder and its database. Each caller dials once, from a phone of her own."""

    def __init__(self, line: Line, database: Database, *, is_small: bool) -> None:
        self.line = line
        self.database = database
        self.spool = line.var / "spool"
        self.is_small = is_small
        """Its disk holds some megabytes, and nobody else's things."""
        self.callers = self.noted = 0

    def asks(self) -> str:
        """A caller asks to be called in the morning, and reads what became of it."""
        self.callers += 1
        screen = dial(self.line.card(), "5*1", f"ATUid_fault{self.callers}", f"+223700{10000 + self.callers}")
        self.noted += screen.startswith(NOTED)
        return screen

    def browses(self) -> str:
        return dial(self.line.card(), "4*1", "ATUid_browses")

    def state(self, part: str) -> str:
        """Empty where the line did not say it within a second, as on a busy machine."""
        said = asked(urlsplit(self.line.card()["address"]).netloc, "/health/ready")
        return json.loads(said)["parts"][part] if said else ""

    def until(self, holds: Callable[[], bool]) -> None:
        """The line looks every second and tells nobody of it: asked again and again, as a script would."""
        deadline = time.monotonic() + SECONDS
        while not holds():
            assert self.line.process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def well(self) -> None:
        """As at the beginning: the spool is there, nothing lies beside it or waits in it, and the database answers."""

        def is_well() -> bool:
            for aside in self.line.var.glob("spool.aside-*"):
                aside.rename(self.line.var / f"looked-at-{aside.stat().st_ino}")
            return (self.state("spool"), self.state("database")) == ("ok", "ok")

        self.until(is_well)
        # What answers callers leaves a database alone for a moment that failed: until then it promises nothing firm.
        self.until(lambda: self.asks().startswith(FIRM) and not waits_in(self.spool))


def filled(path: Path) -> None:
    """This file takes all that is left of its disk."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(1 << 12)):
            pass


def waits_in(spool: Path) -> bool:
    """Does a slot of it hold anything?"""
    return any(spool.read_bytes()[1024:])


@pytest.fixture(scope="module", params=DATABASES)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Machine]:  # noqa: F811
    """One line for all of this, on a disk of its own where one can be had."""
    disk = tmp_path_factory.mktemp(request.param)
    is_small = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], capture_output=True, check=False).returncode == 0
    )
    try:
        var = disk / "v"
        url = database_of(request.param, var, postgres, "faults")
        for line in started(var, HOTLINE_DATABASE_URL=url, HOTLINE_DATABASE_BUDGET_MS=BUDGET_MS):
            line.await_card(lambda card: set(card["pids"]) == PARTS)
            yield Machine(line, Database(url), is_small=is_small)
    finally:
        if is_small:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_disk_that_is_full_ends_no_process(machine: Machine) -> None:
    """At the first count, in a new process and afterwards: callers read what they ask for, and once there is room it is as before. D6."""
    if not machine.is_small:
        pytest.skip("no disk of its own can be mounted here")
    before = machine.line.card()["pids"]
    filling = machine.line.var.parent / "filling"
    filled(filling)
    assert machine.browses().startswith("CON ")
    if not machine.database.is_sqlite:
        assert machine.asks().startswith(NOTED)
    for victim in ("callers", "clock"):
        os.kill(before[victim], signal.SIGKILL)
        wait_until_gone(before[victim])
        assert machine.browses().startswith("CON ")
    assert machine.line.process.poll() is None
    filling.unlink()
    dead = {before["callers"], before["clock"]}
    card = machine.line.await_card(lambda card: set(card["pids"]) == PARTS and not dead & set(card["pids"].values()))
    assert set(before.values()) - set(card["pids"].values()) == dead
    machine.well()


def test_a_damaged_spool_is_set_aside_and_told(machine: Machine) -> None:
    """Its header is overwritten: promises are kept, supervisors hear of it once, health says it, and a process that begins comes up. D2."""
    told = machine.database.messages_to_staff()
    with machine.spool.open("r+b") as file:
        file.write(b"somebody's letters")
    assert machine.asks().startswith(NOTED)
    machine.until(lambda: machine.state("spool") == "set_aside")
    machine.until(lambda: machine.database.messages_to_staff() > told)
    pids = machine.line.card()["pids"]
    dead = {pids[victim] for victim in ("callers", "clock", "worker-urgent")}
    for pid in dead:
        os.kill(pid, signal.SIGKILL)
    machine.line.await_card(lambda card: set(card["pids"]) == PARTS and not dead & set(card["pids"].values()))
    assert machine.asks().startswith(NOTED)
    machine.until(lambda: machine.state("spool") == "set_aside")
    machine.well()


def test_without_any_spool_what_the_database_keeps_is_promised(machine: Machine) -> None:
    """It cannot be used and cannot be set aside: nothing else is the worse for it, and it is said. D2."""
    asides = [machine.line.var / f"spool.aside-{number}" for number in range(1, 21)]
    for aside in asides:
        aside.touch()
    try:
        machine.spool.write_bytes(b"somebody's letters")
        assert machine.asks().startswith(NOTED)
        machine.until(lambda: machine.state("spool") == "away")
        with machine.database.away():
            assert machine.browses().startswith("CON ")
            assert machine.asks().startswith(LOST)
    finally:
        for aside in asides:
            aside.unlink()
    machine.well()


def test_a_spool_that_is_removed_damaged_or_replaced_loses_nothing(machine: Machine) -> None:
    """The database is away, and what was noted meanwhile is in it once it is back: once each. D5."""
    before = machine.database.callbacks()
    with machine.database.away():
        assert machine.asks().startswith(NOTED)
        machine.spool.unlink()
        assert machine.asks().startswith(NOTED)
        with machine.spool.open("r+b") as file:
            file.write(b"somebody's letters")
        assert machine.asks().startswith(NOTED)
        machine.spool.unlink()
        machine.spool.mkdir()
        assert machine.asks().startswith(NOTED)
    machine.until(lambda: machine.database.callbacks() == before + 4)
    machine.well()


def test_a_spool_cut_to_nothing_breaks_no_order(machine: Machine) -> None:
    """With the database well, and with it away. D5."""
    os.truncate(machine.spool, 0)
    assert machine.asks().startswith(NOTED)
    with machine.database.away():
        os.truncate(machine.spool, 0)
        assert machine.asks().startswith(NOTED)
    machine.until(lambda: machine.state("spool") == "set_aside")
    machine.well()


def test_a_lock_that_somebody_holds_on_the_spool_holds_up_nobody(machine: Machine) -> None:
    """Whoever browses is answered, orders go into the database; with that away they are told lost, and nobody is rung for them later. D4."""
    before, noted = machine.database.callbacks(), machine.noted
    with machine.spool.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert machine.asks().startswith(NOTED)
        with machine.database.away():
            assert [machine.asks().startswith(LOST) for _ in range(3)] == [True] * 3
            assert machine.browses().startswith("CON ")
    machine.well()
    assert machine.database.callbacks() - before == machine.noted - noted


def test_a_spool_is_drained_without_a_clock(machine: Machine) -> None:
    """The clock's machine stands still: a web process takes in what lies on its own disk. D5."""
    before, clock = machine.database.callbacks(), machine.line.card()["pids"]["clock"]
    os.kill(clock, signal.SIGSTOP)
    try:
        with machine.database.away():
            assert machine.asks().startswith(NOTED)
        machine.until(lambda: machine.database.callbacks() == before + 1)
    finally:
        os.kill(clock, signal.SIGCONT)
    machine.well()
