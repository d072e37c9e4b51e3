"""A page of the database that a disk has damaged: callers are answered, and whoever keeps the machine sees it."""

from __future__ import annotations

from pathlib import Path

from bench.chaos.damage import sqlite_page
from tests.service.line import OTHER_CALLER, Line


def test_a_damaged_page_is_seen_and_loses_nothing(line: Line, tmp_path: Path) -> None:
    """What is asked for is noted without a promise, and waits in the spool; the database, which opens and takes transactions, counts as away, for long."""
    line.walk("5 5")
    assert "ok" == line.hotline.health()["database"]
    assert sqlite_page(tmp_path / "hotline.db")
    assert "callback.kept_now_unsure" == line.walk("5 5", "session-2", OTHER_CALLER).key
    line.clock.at += 600
    assert ("away", 1) == (line.hotline.health()["database"], len(line.spool))
