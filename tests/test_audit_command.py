"""`hotline audit`: whoever has the machine sees who did what, and whether somebody was at the lines."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hotline.app import open_store
from hotline.cli import main
from hotline.config import Config
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.editions.editions import EditionRow
from tests import terminal
from tests.service.fakes import TEN_O_CLOCK

Touch = Callable[[str], None]


@pytest.fixture
def touch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Touch:
    """A line with an audit of three lines, and a way to its database that leaves the program out."""
    env = terminal.of_a_line(tmp_path, monkeypatch)
    store = open_store(Config.from_env(env))
    with store.write() as tx:
        tx.audit.add(AuditRecord(TEN_O_CLOCK, "awa", "published", "edition 1"))
        tx.editions.add(EditionRow(1, TEN_O_CLOCK, "awa", TEN_O_CLOCK, b"{}"))
        tx.audit.add(AuditRecord(TEN_O_CLOCK + 60, "fanta", "rolled back", "edition 2"))
        tx.audit.add(AuditRecord(TEN_O_CLOCK + 120, "awa", "number taken off", "100%"))
    store.close()

    def statement(sql: str) -> None:
        with closing(sqlite3.connect(tmp_path / "hotline.db")) as database, database:
            database.executescript(sql)

    return statement


def test_a_chain_that_holds_is_0(touch: Touch, capsys: pytest.CaptureFixture[str]) -> None:
    """And says of how many lines, to be written down; to a script too."""
    assert main(["audit", "verify"]) == 0
    assert "the chain holds: 3 lines" in capsys.readouterr().out
    assert main(["audit", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"holds": True, "lines": 3, "first": 1, "broken_at": None}


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("UPDATE audit SET about = 'x' WHERE sequence = 2", 2),
        ("DELETE FROM audit WHERE sequence = 3", 3),
        ("DELETE FROM audit", 1),
        ("DELETE FROM audit; DELETE FROM audit_head", 1),
    ],
)
def test_a_broken_chain_is_1(touch: Touch, capsys: pytest.CaptureFixture[str], sql: str, line: int) -> None:
    """And names the line, for whatever script looks at it every night."""
    touch(sql)
    assert main(["audit", "verify"]) == 1
    assert f"BROKEN at line {line}:" in capsys.readouterr().out
    assert main(["audit", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["broken_at"] == line


def test_lines_are_listed(touch: Touch, capsys: pytest.CaptureFixture[str]) -> None:
    """As a log reads: the newest last, in local time, below their heads; some of them, or those with a word."""
    assert main(["audit", "list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "LINE  AT                   WHO    WHAT              ABOUT",
        "1     2026-11-24 10:00:00  awa    published         edition 1",
        "2     2026-11-24 10:01:00  fanta  rolled back       edition 2",
        "3     2026-11-24 10:02:00  awa    number taken off  100%",
    ]
    main(["audit", "list", "--search", "AWA", "--last", "1"])
    assert [line[:6].strip() for line in capsys.readouterr().out.splitlines()[1:]] == ["3"]
    main(["audit", "list", "--search", "0%"])
    assert [line[:6].strip() for line in capsys.readouterr().out.splitlines()[1:]] == ["3"]
    main(["audit", "list", "--search", "_"])
    assert capsys.readouterr().out == "nothing\n"
    main(["audit", "list", "--last", "1", "--json"])
    assert json.loads(capsys.readouterr().out) == [
        {"line": 3, "at": "2026-11-24T10:02:00+00:00", "who": "awa", "what": "number taken off", "about": "100%"}
    ]


@pytest.mark.parametrize("last", ["0", "-1", "many", "99999"])
def test_no_list_is_without_end(touch: Touch, last: str) -> None:
    """A number from 1 to ten thousand."""
    with pytest.raises(SystemExit) as refused:
        main(["audit", "list", "--last", last])
    assert refused.value.code == 2


def test_a_head_is_kept_on_paper(touch: Touch, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, which may be typed back in any size of letters; 1 where the audit is an older copy, 1 and no more said where it is no such line."""
    assert main(["audit", "head"]) == 0
    line = capsys.readouterr().out.strip()
    assert line.startswith("audit:3:")
    assert len(line) < 100
    assert main(["audit", "verify", "--head", line.upper().replace("-", "")]) == 0
    assert "line 3 of this audit" in capsys.readouterr().out
    touch(
        "DELETE FROM audit WHERE sequence = 3; UPDATE audit_head SET sequence = 2, digest = (SELECT digest FROM audit WHERE sequence = 2)"
    )
    assert main(["audit", "verify", "--head", line]) == 1
    assert "AN OLDER COPY" in capsys.readouterr().out
    assert main(["audit", "verify", "--json", "--head", line]) == 1
    assert json.loads(capsys.readouterr().out)["head"] == "ahead"
    assert main(["audit", "verify", "--head", "audit:3:12"]) == 1
    assert capsys.readouterr().out == ""
    assert main(["audit", "head"]) == 1
