"""A machine's clock that jumps under a running line, done from outside: nothing ends and nothing is erased by it, until somebody says that it is right. D3.

Nobody sets the clock of the machine that runs this: what the line remembers of it is set back instead, and what the line has to keep with it.
"""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from hotline.adapters.keys.seal import new_keys
from hotline.demo.environment import demo_environment
from tests.faults.test_spool_and_disk import Database, Machine
from tests.postgres import DATABASES, Postgres, database_of, postgres  # noqa: F401 -- a fixture
from tests.processes import wait_until_gone
from tests.system.lines import PARTS, SECONDS, dial, started

pytestmark = pytest.mark.system
DAY = 86_400


class Jumping(Machine):
    """A running line whose clock jumps."""

    def execute(self, *statements: str) -> None:
        if self.database.is_sqlite:
            with closing(sqlite3.connect(self.database.path, timeout=SECONDS)) as database, database:
                for statement in statements:
                    database.execute(statement)
        else:
            with psycopg.connect(self.database.path) as database:
                for statement in statements:
                    database.execute(statement)  # type: ignore[call-overload]

    def begins(self) -> None:
        self.until(lambda: self.has("clocks") == 1)
        assert dial(self.line.card(), "5*5", "ATUid_alert").startswith("CON Noté")
        self.until(lambda: self.has("outbox WHERE kind = 'alert'") == 1)

    def jumps(self, days: int) -> None:
        """The clock is so many days ahead now, and all that was is so much further back."""
        self._remember_earlier(days * DAY)
        self.until(lambda: self.state("wall_clock") == "jumped")
        self.ticks()
        self._was_earlier(days * DAY)

    def is_put_back(self, days: int) -> None:
        """The clock says again what it said before it jumped."""
        self._was_earlier(-days * DAY)
        self._remember_earlier(-days * DAY)
        self.until(lambda: self.state("wall_clock") == "ok")

    def _remember_earlier(self, seconds: int) -> None:
        self.execute(f"UPDATE clocks SET wall = wall - {seconds * 1000}")  # noqa: S608 -- a number of ours

    def _was_earlier(self, seconds: int) -> None:
        moments = ("made_at", "opens_at", "not_after", "closed_at")
        self.execute(f"UPDATE callbacks SET {', '.join(f'{moment} = {moment} - {seconds}' for moment in moments)}")  # noqa: S608 -- names of ours

    def is_set_back(self, seconds: int) -> None:
        """Less than the line looks at: what was stopped lies so far ahead now."""
        self.execute(f"UPDATE stops SET at = at + {seconds}")  # noqa: S608 -- a number of ours

    def ticks(self) -> None:
        """The clock has done all that it does every second: it found a message that no worker heard of, twice."""
        for _ in range(2):
            self.execute("UPDATE outbox SET state = 'pending', changed_at = 0 WHERE kind = 'alert'")
            self.until(lambda: not self.has("outbox WHERE changed_at = 0"))

    def has(self, what: str) -> int:
        """How many rows."""
        return self.database._count(f"SELECT count(*) FROM {what}")  # noqa: S608 -- words of ours

    def waits(self) -> int:
        return self.has("callbacks WHERE state = 'waiting'")

    def trust(self) -> None:
        env = demo_environment(self.line.env, self.line.card()["standin"], new_keys)
        said = self.line.command("time", "trust", "--by", "Djeneba", **env)
        assert (said.communicate(timeout=SECONDS)[1], said.returncode) == (b"", 0)


@pytest.fixture(scope="module", params=DATABASES)
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Jumping]:  # noqa: F811
    """One line for all of this. It has looked at its clock, and somebody was told of a call."""
    var = tmp_path_factory.mktemp(request.param) / "v"
    url = database_of(request.param, var, postgres, "clock")
    for line in started(var, HOTLINE_DATABASE_URL=url):
        line.await_card(lambda card: set(card["pids"]) == PARTS)
        machine = Jumping(line, Database(url), is_small=False)
        machine.begins()
        yield machine


def test_two_days_forward_lapse_no_promise(machine: Jumping) -> None:
    """Health says it; what was promised waits through ticks and a clock that begins anew, and ends once a person says that the time is right."""
    machine.asks()
    machine.until(lambda: machine.waits() == 2)
    machine.jumps(days=2)
    machine.ticks()
    clock = machine.line.card()["pids"]["clock"]
    os.kill(clock, signal.SIGKILL)
    wait_until_gone(clock)
    machine.ticks()
    assert (2, 0) == (machine.waits(), machine.has("callbacks WHERE state = 'lapsed'"))
    machine.trust()
    machine.until(lambda: machine.has("callbacks WHERE state = 'lapsed'") == 2)
    machine.until(lambda: machine.state("wall_clock") == "ok")


def test_a_month_forward_erases_no_number(machine: Jumping) -> None:
    """Nor any row, though a clock begins anew and would purge at once; back again, all is there and goes on."""
    machine.asks()
    machine.until(lambda: machine.waits() == 1)
    held = machine.has("numbers")
    machine.jumps(days=31)
    clock = machine.line.card()["pids"]["clock"]
    os.kill(clock, signal.SIGKILL)
    wait_until_gone(clock)
    machine.ticks()
    assert (held, 1) == (machine.has("numbers"), machine.waits())
    machine.is_put_back(days=31)
    machine.ticks()
    assert (held, 1) == (machine.has("numbers"), machine.waits())


def test_seconds_back_end_no_request_that_comes_after_a_stop(machine: Jumping) -> None:
    """By the clock the stop is the later one: the order of the two is the database's. What was asked for before it stays stopped."""
    card, waiting = machine.line.card(), machine.waits()
    assert dial(card, "5*5", "ATUid_before").startswith("CON Noté")
    dial(card, "5*7", "ATUid_stop")
    assert machine.waits() == waiting
    machine.is_set_back(5)
    assert dial(card, "5*5", "ATUid_after").startswith("CON Noté")
    machine.ticks()
    assert machine.waits() == waiting + 1
