"""No process outlives the one that started it, and the embedded Valkey is reached by its socket alone."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hotline.adapters.processes import bound, die_with_parent, start_valkey
from hotline.adapters.valkey import connect
from tests.processes import wait_until_gone

if TYPE_CHECKING:
    from tests.valkey import Mortal

pytest_plugins = ["tests.valkey"]

ROOT = Path(__file__).parents[2]

PARENT = """
import signal, subprocess, sys, tempfile
from pathlib import Path
from hotline.adapters.processes import bound, start_valkey

server = start_valkey(Path(sys.argv[1]))
child = subprocess.Popen(bound(["sleep", "600"]))
print(server.pid, child.pid, flush=True)
signal.pause()
"""


def forked(child: Callable[[], None]) -> int:
    """The pid of a child that runs `child` and ends."""
    pid = os.fork()
    if pid == 0:
        child()
        os._exit(0)
    return pid


def outcome(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_kill_9_of_the_parent_leaves_neither_valkey_nor_any_bound_child(mortal_valkey: Mortal) -> None:
    """`kill -9` of whoever started them ends the embedded Valkey and every bound child."""
    socket = mortal_valkey.socket.with_name("t")
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(socket)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for child in children:
        wait_until_gone(child)
    assert len(children) == 2


def test_a_bound_command_keeps_the_pid_and_the_environment() -> None:
    """The wrapper becomes the command: the pid that was handed out is the command's own."""
    command = bound(["sh", "-c", "echo $HELLO $$"])
    with subprocess.Popen(command, env={**os.environ, "HELLO": "aw"}, stdout=subprocess.PIPE, text=True) as child:
        said, _ = child.communicate()
    assert said.split() == ["aw", str(child.pid)]


def test_a_parent_that_died_before_the_call_is_noticed() -> None:
    """A child that was already orphaned when it bound itself ends at once."""
    pid = forked(lambda: die_with_parent(parent=os.getpid()))  # never its own parent
    assert outcome(pid) == -signal.SIGKILL


def test_a_child_of_a_living_parent_lives() -> None:
    """Binding harms nobody whose parent is there."""
    assert outcome(forked(die_with_parent)) == 0


def test_valkey_listens_on_its_socket_alone_and_keeps_nothing(mortal_valkey: Mortal) -> None:
    """No TCP port, a socket for its owner alone, no file of data."""
    client = connect(mortal_valkey.url, 5000)
    settings = {name: client.config_get(name)[name] for name in ("port", "save", "appendonly")}
    client.set("a", "b")
    client.close()
    assert settings == {"port": "0", "save": "", "appendonly": "no"}
    assert stat.S_IMODE(mortal_valkey.socket.stat().st_mode) == 0o700
    mortal_valkey.server.terminate()
    mortal_valkey.server.wait()
    assert [path.name for path in mortal_valkey.socket.parent.iterdir()] == ["valkey.log"]


def test_valkey_starts_again_over_the_socket_of_one_that_was_killed(mortal_valkey: Mortal) -> None:
    """A socket left behind by `kill -9` is no obstacle."""
    mortal_valkey.kill()
    mortal_valkey.start()
    client = connect(mortal_valkey.url, 5000)
    assert client.ping() is True
    client.close()


def test_a_path_too_long_for_a_socket_says_so(tmp_path: Path) -> None:
    """The kernel's limit is named before the server fails over it."""
    with pytest.raises(ValueError, match="at most 107 bytes"):
        start_valkey(tmp_path / ("s" * 120))


SHOWN = """
import ctypes, os, resource, subprocess, sys
from pathlib import Path
from hotline.adapters.processes import leave_no_trace

leave_no_trace("SECRET_")
PR_GET_DUMPABLE = 3
print(ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
print(os.environ["SECRET_ONE"], os.environ["SECRET_TWO"], os.environ["PLAIN"])
sys.stdout.flush()
child = os.fork()
if child == 0:
    child = os.getpid()
    print(ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0))
    print(Path("/proc/self/environ").read_bytes().replace(bytes(1), b" ").decode() if os.geteuid() == 0 else "PLAIN=seen")
    sys.stdout.flush()
    os._exit(0)
os.waitpid(child, 0)
subprocess.run(["env"])
"""


def test_a_process_shows_nobody_what_it_holds() -> None:
    """No core, no look into its memory, and no variable of that name where /proc shows its environment, its children's and those of what it runs. The
    process itself has read them."""
    secrets = {"SECRET_ONE": "first-value", "SECRET_TWO": "second=value"}
    env = {"PATH": os.environ["PATH"], **secrets, "PLAIN": "seen", "MY_SECRET_THREE": "another"}
    done = subprocess.run([sys.executable, "-c", SHOWN], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    flag, read, of_child, *shown = done.stdout.splitlines()
    assert (flag, read, of_child) == ("0 0 0", "first-value second=value seen", "0")
    assert "PLAIN=seen" in "\n".join(shown)
    assert [line for line in shown if "SECRET_ONE" in line or "SECRET_TWO" in line or "-value" in line or "=value" in line] == []
