"""Whoever carries the running line's database away, without its keys, and reads all of it."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from tests.postgres import DATABASES, Postgres, database_of, postgres  # noqa: F401 -- a fixture
from tests.system.lines import SECONDS, Line, dial, started

pytestmark = pytest.mark.system

HOUR = 3600
WORDS = ("water", "milk", "vaccine", "fever")


@pytest.fixture(params=DATABASES)
def line(request: pytest.FixtureRequest, tmp_path: Path, postgres: Postgres) -> Iterator[Line]:  # noqa: F811
    var = tmp_path / "v"
    url = database_of(request.param, var, postgres, "stolen")
    yield from started(var, HOTLINE_DATABASE_URL=url)


def dump(line: Line) -> dict[str, list[dict]]:
    """Every table, row by row, as a thief reads it."""
    engine = create_engine(line.env["HOTLINE_DATABASE_URL"])
    try:
        with engine.connect() as database:
            tables = inspect(database).get_table_names()
            return {name: [dict(row) for row in database.exec_driver_sql(f'SELECT * FROM "{name}"').mappings()] for name in tables}  # noqa: S608 -- the database's own names
    finally:
        engine.dispose()


def closed(line: Line) -> list[dict]:
    return [row for row in dump(line)["callbacks"] if row["state"] not in ("waiting", "claimed", "review")]


def test_a_stolen_database_tells_no_word_no_staff_number_and_no_second(line: Line):
    """One asks for a call and a word; she stops it, and the line is started again, which erases what is over."""
    card = line.await_card()
    assert "noté" in dial(card, "5*1*1*2", "ATUid_word").lower()
    numbers = [person["number"] for person in card["people"] if person["role"] != "caller" and person["number"]]
    content = str(dump(line)).encode() + b"".join(path.read_bytes() for path in line.var.glob("hotline.db*"))
    assert numbers
    assert [] == [number for number in numbers if number[4:].encode() in content]
    (callback,) = dump(line)["callbacks"]
    assert set() == {word for word in WORDS if f"'{word}'" in str(callback)}
    dial(card, "5*7", "ATUid_stop")
    line.end(signal.SIGTERM)
    line.again()
    line.await_card()
    deadline = time.monotonic() + SECONDS
    while any(at % HOUR for row in closed(line) for name, at in row.items() if name.endswith("_at") and at) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [0] * 4 == [row[name] % HOUR for row in closed(line) for name in ("made_at", "opens_at", "not_after", "closed_at")]
