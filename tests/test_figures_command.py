"""`hotline figures`: what is prepared, shown, let out and withdrawn from the shell, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.adapters.sql import SqlStore
from hotline.app import open_store
from hotline.cli import main
from hotline.config import Config
from hotline.content import read_sources
from hotline.engine.quarters import span
from hotline.ports.desk.cases import Incident
from hotline.service.editions.publication import publish
from tests import terminal
from tests.service.test_released_figures import LADDER
from tests.small_line import write_files

COUNTS = {"rape": 6, "sexual_assault": 3, "physical_assault": 21, "denial": 9, "psychological": 14}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """Of a line with an edition, and a quarter of long ago."""
    values = terminal.of_a_line(tmp_path, monkeypatch)
    store = open_store(Config.from_env(values))
    sources, _ = read_sources(write_files(tmp_path / "files"))
    publish(store, sources, "somebody", 1_700_000_000, 1_700_000_000)
    first = span("2024-Q1").since
    with store.write() as tx:
        for type_, count in COUNTS.items():
            for place in range(count):
                id = f"{type_}-{place:03}".ljust(32, "0")
                tx.cases.save_incident(Incident(id, None, first, {LADDER[type_]: "yes"}, figures=True))
    yield store
    store.close()


@pytest.fixture
def figures(store: SqlStore, capsys: pytest.CaptureFixture[str]):
    """`figures("prepare", "2024-Q1", …)`: exit code, and what was printed and complained of."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["figures", *arguments])
        return code, *capsys.readouterr()

    return run


def test_from_prepared_to_withdrawn(store, figures) -> None:
    """Prepared by one, let out by another under a letter, withdrawn with a note; what is hidden is said with its reason, and the tables stay."""
    assert (0, "nothing\n", "") == figures("list")
    code, printed, _ = figures("prepare", "2024-Q1", "--by", "awa")
    assert 0 == code
    assert "rape              –" in printed
    assert "sexual_assault, count: under five; could be 0 to 9" in printed
    assert 1 == figures("release", "1", "--letter", "Lettre 3", "--by", "Awa")[0]
    assert (0, "") == figures("release", "1", "--letter", "Lettre 3", "--by", "fanta")[::2]
    shown = json.loads(figures("show", "1", "--json")[1])
    (types,) = [table for table in shown["tables"] if table["name"] == "types"]
    assert [[None], [None], [21], [None], [9], [14], [53]] == types["cells"]
    assert ("released", "Lettre 3") == (shown["standing"], shown["letter"])
    assert 0 == figures("withdraw", "1", "--note", "Un compte était faux", "--by", "fanta")[0]
    (listed,) = json.loads(figures("list", "--json")[1])
    assert ("withdrawn", shown["digest"]) == (listed["standing"], listed["digest"])
    assert "stands otherwise" in figures("prepare", "2024-Q1")[2]


def test_refused(figures) -> None:
    """What there is not, what is no period, and what is not final yet: one line each, and nothing is kept."""
    for arguments, words in (
        (("show", "1"), "no such release"),
        (("prepare", "2024-02"), "a quarter or a year"),
        (("prepare", "2099-Q1"), "not final"),
    ):
        code, printed, complaint = figures(*arguments)
        assert (1, "") == (code, printed)
        assert words in complaint
    assert "nothing\n" == figures("list")[1]
