"""`hotline purge`: whoever has the machine sees what would go, and lets it go at once."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.tables import callbacks, metadata
from hotline.app import open_store
from hotline.cli import main
from hotline.config import Config
from hotline.ports.clock import Reading
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.upkeep.backups import Hold
from tests.adapters.test_store import DAY, HERS, HOUR, a_callback, a_post, id_of
from tests.databases import migrated
from tests.small_line import settings


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    """Two callbacks: one whose number is over since an hour, one whose number is over in an hour; and an audit of three years ago and today."""
    for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
        monkeypatch.delenv(name)
    env = settings(tmp_path)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    migrated(env["HOTLINE_DATABASE_URL"])
    now = int(time.time())
    store = open_store(Config.from_env(env))
    with store.write() as tx:
        for n, closed in ((1, now - 25 * HOUR), (2, now - 23 * HOUR)):
            moments = {"made_at": closed - closed % HOUR + 7, "opens_at": closed, "not_after": closed + HOUR, "closed_at": closed}
            tx.callbacks.add(a_callback(n, reference=str(n), state="closed", **moments), HERS)
        tx.outbox.add(replace(a_post(1), state="sent", not_after=now + 3 * DAY, changed_at=now - 2 * DAY))
        for at in (now - 3 * 366 * DAY, now):
            tx.audit.add(AuditRecord(at, "awa", "signed in", "awa"))
    return store


def sizes(store: SqlStore) -> dict[str, int]:
    with store.read() as tx:
        return {table.name: len(tx._connection.execute(select(table)).all()) for table in metadata.sorted_tables}


def rows(shown: str) -> list[list[str]]:
    return [line.split() for line in shown.replace("by tomorrow", "tomorrow").splitlines()]


def test_what_would_go_is_counted_and_stays(line: SqlStore, capsys: pytest.CaptureFixture[str]) -> None:
    """By table: what is over now, and what will be by tomorrow at this time. Nothing is erased, nor made coarser."""
    before = sizes(line)
    with line.read() as tx:
        moments = tx._connection.execute(select(callbacks.c.made_at)).all()
    assert main(["purge", "--dry-run"]) == 0
    assert rows(capsys.readouterr().out) == [
        ["WHEN", "TABLE", "GONE", "COARSER"],
        ["now", "callbacks", "0", "2"],
        ["now", "numbers", "1", "0"],
        ["now", "outbox", "1", "0"],
        ["tomorrow", "numbers", "1", "0"],
        ["now", "audit", "1", "0"],
    ]
    assert main(["purge", "--dry-run", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["now"]["tables"][1], said["by_tomorrow"]["audit_lines"]) == ({"table": "numbers", "gone": 1, "coarsened": 0}, 0)
    assert before == sizes(line)
    with line.read() as tx:
        assert moments == tx._connection.execute(select(callbacks.c.made_at)).all()


def test_what_is_over_goes_at_once(line: SqlStore, capsys: pytest.CaptureFixture[str]) -> None:
    """And no more than that; the audit holds, and a second time there is nothing."""
    assert main(["purge", "--by", "Awa"]) == 0
    assert ["numbers", "1", "0"] in rows(capsys.readouterr().out)
    with line.read() as tx:
        deeds = [(entry.who.partition(" ")[0], entry.about) for entry in tx.audit.all() if entry.what == "erased at once"]
        assert deeds == [("Awa", "numbers 1"), ("Awa", "outbox 1")], "how much of what, and no more"
        assert (None, HERS) == (tx.numbers.of(id_of(1)), tx.numbers.of(id_of(2)))
        assert (None, 3, 2) == (tx.audit.broken_at(), tx.audit.count(), tx.audit.first())
    assert main(["purge"]) == 0
    assert capsys.readouterr().out == "nothing\n"
    assert main(["purge", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"tables": [], "audit_lines": 0}


@pytest.mark.parametrize(("state", "said"), [("clock", "hotline time trust"), ("held", "hotline held look")])
def test_nothing_is_erased_while_nobody_can_vouch(line: SqlStore, capsys: pytest.CaptureFixture[str], state: str, said: str) -> None:
    """Not by a clock that jumped, nor on a line that was restored and not looked at; the way on is named."""
    now = int(time.time())
    with line.write() as tx:
        if state == "held":
            tx.backups.begin_hold(Hold(now, now, whole=True))
        else:
            tx.clocks.keep(Reading("another boot", (now - 9 * DAY) * 1000, 0), 0)
    before = sizes(line)
    assert main(["purge"]) == 1
    assert said in capsys.readouterr().err
    assert before == sizes(line)
