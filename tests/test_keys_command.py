"""`hotline keys` and `hotline seal`: what lies under which key is counted, and what is still needed stays."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline.adapters.keys.key_file import KeyFile
from hotline.adapters.keys.keyring import PURPOSES, read_keys
from hotline.adapters.keys.seal import new_keys
from hotline.app import drop_mark, open_store
from hotline.cli import main
from hotline.config import Config
from hotline.ports.calls.callbacks import Callback
from tests import terminal
from tests.databases import migrated
from tests.small_line import settings

DAY = 24 * 3600
CALLER = "+22370000001"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A line whose keys lie in a file, each exchanged once, all but those of names: two days ago, the cookies' half an hour ago."""
    env = settings(tmp_path) | {"HOTLINE_KEYS_FILE": str(tmp_path / "keys")}
    del env["HOTLINE_KEYS"]
    terminal.has(monkeypatch, env)
    (tmp_path / "keys").touch(0o600)
    (tmp_path / "keys").write_text(new_keys())
    migrated(env["HOTLINE_DATABASE_URL"])
    with open_store(Config.from_env(env)).write() as tx:
        tx.callbacks.add(Callback("d" * 32, "471", "waiting", "fr", False, False, 0, 0, 600, 1), CALLER)
        tx.numbers.stop("+22370000002", 0, 600)
    file, now = KeyFile(tmp_path / "keys"), int(time.time())
    ring = file.read()
    for purposes, at in ((PURPOSES[:-2], now - 2 * DAY), (("cookie",), now - 1800)):
        ring = ring.announced(purposes, at).switched(at).finished(at)
    file.write(ring)
    assert 0 == open_store(Config.from_env(env)).rotate().closed
    return env


@pytest.fixture
def run(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*command: str) -> tuple[int, str]:
        code = main(list(command))
        return code, "".join(capsys.readouterr())

    return run


def test_new_keys_say_when_they_were_made(run: Run) -> None:
    """So that somebody hears a year later that they are old."""
    before = int(time.time())
    code, said = run("keys", "new")
    keys = read_keys(said).keys
    assert (code, set(PURPOSES)) == (0, {key.purpose for key in keys})
    assert all(before <= key.since <= time.time() for key in keys)


def test_what_lies_under_which_key_is_counted(run: Run, env: dict[str, str]) -> None:
    """By purpose, with what may go: nothing in force, nothing under which a row lies, nothing of the last day. No key is shown."""
    code, said = run("keys", "list")
    head, *lines = said.splitlines()
    rows = {tuple(line.split()[:2]): line.split(maxsplit=2)[2] for line in lines}
    assert (0, ["PURPOSE", "KEY", "STATE", "ROWS", "WHY", "IT", "IS", "KEPT"]) == (code, head.split())
    assert len(rows) == 17
    assert rows["number", "k2"].split() == ["current", "1", "in", "force"]
    assert rows["number", "k1"].split() == ["old", "0", "may", "go"]
    assert rows["phone", "k1"].split() == ["old", "1", "still", "needed"]  # a stop, which is known by its hash alone
    assert rows["cookie", "k1"].endswith("for 24 h more: something may lie under it beside the database")
    assert rows["name", "k1"].split()[0] == "current"
    listed = {(key["purpose"], key["key"]): key for key in json.loads(run("keys", "list", "--json")[1])}
    assert set(rows) == set(listed)
    assert {"purpose": "number", "key": "k1", "state": "old", "rows": 0, "kept_for": ""} == listed["number", "k1"]
    assert not [key for key in Path(env["HOTLINE_KEYS_FILE"]).read_text().split() if key.rpartition(":")[2] in said]


@pytest.mark.parametrize(
    ("purpose", "id", "why"),
    [("number", "k2", "in force"), ("phone", "k1", "still needed"), ("cookie", "k1", "for 24 h more"), ("number", "k9", "there is no key")],
)
def test_a_key_that_is_needed_stays(run: Run, env: dict[str, str], purpose: str, id: str, why: str) -> None:
    """Whoever throws one away by mistake is told why not, and it is still there."""
    before = Path(env["HOTLINE_KEYS_FILE"]).read_text()
    code, said = run("keys", "drop", purpose, id)
    assert (code, why in said) == (1, True)
    assert before == Path(env["HOTLINE_KEYS_FILE"]).read_text()


def test_a_key_that_may_go_goes(run: Run, env: dict[str, str]) -> None:
    """Out of a file that is its owner's alone, and nothing that is kept needed it."""
    assert run("keys", "drop", "number", "k1") == (0, "number k1 is gone; take it out of every copy of the file too\n")
    file = Path(env["HOTLINE_KEYS_FILE"])
    assert ["k2"] == [key.id for key in read_keys(file.read_text()).of("number")]
    assert 0o600 == file.stat().st_mode & 0o777
    assert 0 == open_store(Config.from_env(env)).openable()[1]


def test_a_key_that_a_backup_needs_stays(run: Run, env: dict[str, str]) -> None:
    """What was backed up before an exchange lies under the keys before: they go once that backup is gone, and whoever asks is told which it is."""
    from hotline.adapters.backup.rotation import name_of

    folder = Path(env["HOTLINE_VAR"]) / "backups"
    folder.mkdir(parents=True)
    before, after = (folder / name_of(kind, int(time.time()) - days * DAY) for kind, days in (("weekly", 3), ("daily", 1)))
    before.touch()
    after.touch()
    assert f"{before} was made before its exchange" in run("keys", "list")[1]
    code, said = run("keys", "drop", "testimony", "k1")
    assert (code, f"{before} was made before its exchange" in said) == (1, True)
    before.unlink()
    assert 0 == run("keys", "drop", "testimony", "k1")[0]


def test_whoever_exchanges_the_keys_of_numbers_is_told_to_back_up(run: Run, env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The pair of the day goes with them, and with it every number that is in backups alone: said where there is such a backup, and not beside one that is newer."""
    from hotline.adapters.backup.rotation import name_of

    monkeypatch.setattr(time, "sleep", lambda _: None)
    folder = Path(env["HOTLINE_VAR"]) / "backups"
    folder.mkdir(parents=True)
    older = folder / name_of("numbers", int(time.time()) - 3600)
    older.touch()
    code, said = run("keys", "rotate", "--purpose", "number")
    assert (code, "make another now (hotline backup)" in said) == (0, True)
    (folder / name_of("numbers", int(time.time()) + 60)).touch()
    code, said = run("keys", "rotate", "--purpose", "factor")
    assert (code, "make another now" in said) == (0, False)


def test_one_exchanges_keys_at_a_time(run: Run, env: dict[str, str]) -> None:
    """The other is told, and changes nothing."""
    before = Path(env["HOTLINE_KEYS_FILE"]).read_text()
    with KeyFile(Path(env["HOTLINE_KEYS_FILE"])).turn():
        assert run("keys", "rotate") == (1, "hotline: somebody else is exchanging keys\n")
    assert run("keys", "rotate", "--purpose", "everything")[0] == 1
    assert before == Path(env["HOTLINE_KEYS_FILE"]).read_text()


def test_with_several_machines_it_goes_step_by_step(run: Run, env: dict[str, str]) -> None:
    """Told to stop after the first step it stops there however often it is typed, and says what it goes on with, whatever it was asked for meanwhile."""
    file = KeyFile(Path(env["HOTLINE_KEYS_FILE"]))
    assert run("keys", "rotate", "--purpose", "factor", "--until", "announced")[1].startswith("announced: factor\ncopy the file")
    announced = file.read()
    assert ["k3"] == [key.id for key in announced.keys if key.state == "next"]
    code, said = run("keys", "rotate", "--until", "announced")
    assert (code, said.splitlines()[0]) == (0, "going on with what was begun: factor")
    assert announced == file.read()


def test_seal_says_what_it_does_and_what_it_leaves(run: Run, env: dict[str, str]) -> None:
    """Whoever began before has no keys any more; the shell, which begins afterwards, has."""
    code, said = run("seal")
    assert (code, env["HOTLINE_KEYS_FILE"] in said) == (0, True)
    assert drop_mark(Config.from_env(env)).stands()
    mark = Path(env["HOTLINE_VAR"]) / "keys-dropped"
    os.utime(mark, (1, 1))  # the clock was put back in between
    assert drop_mark(Config.from_env(env)).stands()
    mark.write_text(f"{mark.read_text().split()[0]} 0")  # before whoever begins now
    assert run("keys", "list")[0] == 0
