"""The whole line as its Procfile names it, each process a child that is started again when it dies, as a service manager does."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.chaos.people import SUPERVISOR, TEAM
from hotline.adapters.keys.seal import new_keys
from hotline.adapters.processes import bound, start_valkey
from hotline.adapters.sockets import listen_at
from hotline.ports.desk.shifts import Shift

PROCFILE = Path(__file__).resolve().parents[2] / "Procfile"
FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
"""Debian's faketime, by which the line's wall clock is set; None: it is not installed, and clocks go right."""
DISK_MB = 96
AGAIN_SECONDS = 0.3
"""Until what has died is started again."""
SECRET, KEY = secrets.token_urlsafe(24), secrets.token_hex(16)
CODE, COVER = "*123#", "+22370000900"
USER = "chaos"
START_SECONDS = 60.0
STORES = ("sqlite", "postgresql")


class ServedLine:
    """Its processes, its stores, and the socket that outlives them. `vendor`: the address of the vendor's API."""

    def __init__(self, var: Path, vendor: str, postgres: Any | None) -> None:
        """`postgres`: a server of ours (`tests/postgres.py`); None: SQLite below `var`."""
        self.var, self.postgres = var, postgres
        self.listening = listen_at("127.0.0.1:0")
        self.bind = f"127.0.0.1:{self.listening.getsockname()[1]}"
        self.socket = var / "v.sock"
        self.database = postgres.create("chaos") if postgres else f"sqlite:///{var}/hotline.db"
        self.keys = new_keys()
        self.settings = {
            "HOTLINE_VAR": str(var),
            "HOTLINE_BIND": self.bind,
            "HOTLINE_DATABASE_URL": self.database,
            "HOTLINE_REDIS_URL": f"unix://{self.socket}",
            "HOTLINE_KEYS": self.keys,
            "HOTLINE_AT_USERNAME": USER,
            "HOTLINE_AT_API_KEY": KEY,
            "HOTLINE_AT_SECRET": SECRET,
            "HOTLINE_AT_BASE_URL": vendor,
            "HOTLINE_AT_SENDER": "SANTE",
            "HOTLINE_AT_COVER_NUMBER": COVER,
            "HOTLINE_AT_SERVICE_CODES": CODE,
            "HOTLINE_TWO_PEOPLE": "0",
            # Nobody comes to a cap here.
            "HOTLINE_CALLS_A_SHIFT": "0",
            "HOTLINE_HARD_CALLS_A_SHIFT": "0",
        }
        self._env = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")} | self.settings
        self.wall = var.with_name("wall")
        self.wall.write_text("+0", "ascii")
        if FAKETIME:
            faked = {"FAKETIME_TIMESTAMP_FILE": str(self.wall), "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
            self._env |= {"LD_PRELOAD": str(FAKETIME), **faked}
        self._log = var.with_name("line.log").open("ab")
        self._kept: dict[str, Callable[[], subprocess.Popen[bytes]]] = {"valkey": lambda: start_valkey(self.socket)}
        for command in (line.partition(": hotline ")[2].split() for line in PROCFILE.read_text().splitlines()):
            self._kept["-".join(command)] = partial(self._started, command)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._over = threading.Event()

    def __enter__(self) -> Self:
        self.command("db", "upgrade")
        self._people()
        # Children end with the thread that started them: this one, which keeps them, lives as long as they.
        self._keeper = threading.Thread(target=self._keep)
        self._keeper.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._keeper.join()
        self.listening.close()
        self._log.close()

    def command(self, *words: str, **settings: str) -> int:
        """One command of the line to its end; its exit code."""
        return subprocess.run(
            [sys.executable, "-m", "hotline", *words], env=self._env | settings, stdout=self._log, stderr=self._log, check=False
        ).returncode

    def pids(self) -> dict[str, int]:
        """Every process of the line by a name, those that its own processes started among them."""
        found = {}
        for name, process in tuple(self._running.items()):
            found[name] = process.pid
            found |= {f"{name}/{child}": child for child in _children(process.pid)}
        return found

    def _people(self) -> None:
        """Edition 1, and the team, planned around the clock."""
        from hotline.app import open_store  # noqa: PLC0415
        from hotline.config import Config  # noqa: PLC0415
        from hotline.prepare import publish_first  # noqa: PLC0415

        config = Config.from_env(self.settings)
        store = open_store(config)
        publish_first(config, store)
        with store.write() as tx:
            for person in (*TEAM, SUPERVISOR):
                tx.staff.save(person)
                tx.shifts.add(Shift(person.id, None, 0, 1440))
        store.close()

    def _started(self, command: list[str]) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-m", "hotline", *command]
        if command != ["web"]:
            return subprocess.Popen(bound(line), env=self._env, stdout=self._log, stderr=self._log)
        # As systemd does for a service with a socket (man 3 sd_listen_fds).
        handed_in = f"exec 3<&0 0</dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec {' '.join(line)}"
        return subprocess.Popen(
            bound(["sh", "-c", handed_in]), env=self._env, stdin=self.listening.fileno(), stdout=self._log, stderr=self._log
        )

    def _keep(self) -> None:
        while not self._over.wait(AGAIN_SECONDS):
            for name, start in self._kept.items():
                if name not in self._running or self._running[name].poll() is not None:
                    with suppress(OSError, ValueError, RuntimeError):
                        self._running[name] = start()
        for process in reversed(tuple(self._running.values())):
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()


def _children(pid: int) -> Iterator[int]:
    """Every process that this one started, and those that they did (man 5 proc_pid_task)."""
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                yield child
                yield from _children(child)


def await_answer(line: ServedLine) -> None:
    """Until the line says that all of it is ready. A port tells nobody when it is served: asked again and again."""
    deadline = time.monotonic() + START_SECONDS
    while asked(line.bind, "/health/ready") != 200:
        if time.monotonic() > deadline:
            raise RuntimeError("the line did not come up")
        time.sleep(0.05)


def asked(bind: str, path: str) -> int:
    """The status of an answer; 0 where there was none."""
    connection = HTTPConnection(bind, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


@contextmanager
def served(folder: Path, store: str, vendor: str) -> Iterator[ServedLine]:
    """The line over one of `STORES`, its files below `folder`."""
    var = folder / "v"
    var.mkdir(mode=0o700)
    is_small = _mounted(var)
    server = import_module("tests.postgres").Postgres(folder / "pg") if store == "postgresql" else None
    try:
        with ServedLine(var, vendor, server) as line:
            yield line
    finally:
        if server:
            server.thaw()
            server.stop()
        if is_small:
            subprocess.run(["umount", "--lazy", str(var)], check=False)


def _mounted(var: Path) -> bool:
    """A small disk of its own, which can be full without harm to anybody else's; False where this account may not mount one."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=700", "hotline-chaos", str(var)]
    return os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
