"""`hotline db upgrade`: to the next version beside one that runs, and what is left once that has ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hotline.adapters.programs import SECONDS, Programs
from hotline.adapters.sql.revisions import chain
from hotline.adapters.valkey import connect
from hotline.cli import main
from tests.small_line import settings

pytest_plugins = ["tests.valkey"]
ROOT = Path(__file__).resolve().parent.parent
MIGRATION = (
    'from alembic import op\nimport sqlalchemy as sa\nrevision = "{revision}"\ndown_revision = "{before}"\n\n\ndef upgrade():\n    {does}\n'
)


def lay_down_next(folder: Path, lacks: str) -> None:
    """The version after this one: this one's files and two migrations, of which the second takes a column of `staff` away."""
    shutil.copytree(ROOT / "hotline", folder / "hotline")
    versions, newest = folder / "hotline/migrations/versions", chain()[-1]
    more = MIGRATION.format(revision="9001", before=newest, does='op.add_column("staff", sa.Column("shade", sa.Integer()))')
    less = MIGRATION.format(revision="9002.1", before="9001", does=f'op.drop_column("staff", "{lacks}")')
    (versions / "9001_more.py").write_text(more)
    (versions / "9002.1_less.py").write_text(less)


class Next:
    """Its commands, on tables without what this one uses."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        lay_down_next(folder, "on_call_until")
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")} | env
        self.env["PYTHONPATH"] = str(folder)

    def run(self, *words: str) -> tuple[int, str]:
        ran = subprocess.run(
            [sys.executable, "-m", "hotline", *words], cwd=self.env["PYTHONPATH"], env=self.env, capture_output=True, text=True, check=False
        )
        return ran.returncode, ran.stdout + ran.stderr


def test_a_version_beside_the_next(tmp_path: Path, valkey: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The next one's tables take in this one's program; what it uses is taken away only once it has not been seen for a minute, and then it says that it cannot begin."""
    env = settings(tmp_path, HOTLINE_REDIS_URL=valkey, HOTLINE_TWO_PEOPLE="0")
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    later = Next(tmp_path / "next", env)
    assert main(["db", "upgrade"]) == 0
    assert capfd.readouterr().out == "the tables are those of this version\n"

    code, said = later.run("db", "upgrade")
    assert (code, "(9002.1)" in said, "--finish" in said) == (0, True, True)
    main(["doctor"])
    assert "its tables are of a newer version (9001), beside which this one works" in capfd.readouterr().out

    later.env["HOTLINE_REDIS_URL"] = "unix:///nowhere"
    code, said = later.run("db", "upgrade", "--finish")
    assert (code, "nothing was taken away: Redis does not answer" in said) == (1, True)
    later.env["HOTLINE_REDIS_URL"] = valkey
    with connect(valkey, 5000) as client:
        begun = time.time()
        Programs(client).show(chain()[-1], "worker-urgent", begun - SECONDS + 4)
        assert later.run("db", "upgrade", "--finish") == (0, "the tables are those of this version\n")
        assert time.time() >= begun + 4

    assert main(["clock"]) == 1
    refused = f"hotline: the tables are of a newer version (9002.1; this one is of {chain()[-1]}): start that one\n"
    assert capfd.readouterr().err == refused
