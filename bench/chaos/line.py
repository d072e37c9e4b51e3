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

from bench.chaos.disk import SmallDisk, left, mounted
from bench.chaos.people import SUPERVISOR, TEAM
from hotline.adapters.backup.sealed_file import new_keys as backup_keys
from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.processes import ValkeyFailed, bound, start_valkey
from hotline.adapters.sockets import listen_at
from hotline.ports.desk.shifts import Shift

PROCFILE = Path(__file__).resolve().parents[2] / "Procfile"
FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)
"""Debian's faketime, by which the line's wall clock is set; None: it is not installed, and clocks go right."""
DATABASE_MB = 300
AGAIN_SECONDS = 0.3
"""Until what has died is started again."""
SECRET, KEY = secrets.token_urlsafe(24), secrets.token_hex(16)
CODE, COVER = "*123#", "+22370000900"
USER = "chaos"
START_SECONDS = 240.0
STORES = ("sqlite", "postgresql")


class ServedLine:
    """Its processes, its stores, and the socket that outlives them. `vendor`: the address of the vendor's API."""

    def __init__(self, disk: SmallDisk, apart: Path, vendor: str, postgres: Any | None) -> None:
        """`apart`: a folder elsewhere for what a lost machine must not take along. `postgres`: a server of ours (`tests/postgres.py`); None: SQLite on the disk."""
        self.disk, self.var, self.apart, self.postgres = disk, disk.at, apart, postgres
        var = self.var
        self.listening = listen_at("127.0.0.1:0")
        self.bind = f"127.0.0.1:{self.listening.getsockname()[1]}"
        # As below /run: neither on the disk that fails nor on the one that is kept.
        self.socket = self.apart.with_name("run") / "v.sock"
        self.socket.parent.mkdir(mode=0o700)
        self.database = postgres.create("chaos") if postgres else f"sqlite:///{var}/hotline.db"
        self._secrets()
        self.settings = {
            "HOTLINE_VAR": str(var),
            "HOTLINE_BIND": self.bind,
            "HOTLINE_DATABASE_URL": self.database,
            "HOTLINE_REDIS_URL": f"unix://{self.socket}",
            "HOTLINE_KEYS_FILE": str(apart / "keys"),
            "HOTLINE_DAY_KEYS": str(apart / "days"),
            "HOTLINE_REVOKED_FILE": str(self.revoked),
            "HOTLINE_BACKUP_FOLDER": str(apart / "backups"),
            "HOTLINE_BACKUP_RECIPIENT": self._recipient,
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
        self._may_start = threading.Lock()

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

    def command(self, *words: str) -> int:
        """One command of the line to its end; its exit code."""
        return self.begun(*words).wait()

    def said(self, *words: str) -> str:
        """What one command of the line prints. Raises CalledProcessError."""
        return subprocess.run(
            [sys.executable, "-m", "hotline", *words], env=self._env, stdout=subprocess.PIPE, stderr=self._log, text=True, check=True
        ).stdout

    def begun(self, *words: str) -> subprocess.Popen[bytes]:
        """One command of the line, under way."""
        return subprocess.Popen([sys.executable, "-m", "hotline", *words], env=self._env, stdout=self._log, stderr=self._log)

    @property
    def revoked(self) -> Path:
        """The file of stops."""
        return self.apart / "revoked"

    @property
    def identity(self) -> Path:
        """The file with the secret key of backups."""
        return self.apart / "identity"

    @property
    def seal(self) -> Seal:
        """With the keys as they are now."""
        return Seal.from_file(self.apart / "keys")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Every process is killed and gone, and none is started before the block ends."""
        with self._may_start:
            pids = self.pids().values()
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            for process in self._running.values():
                process.wait()
            while any(map(_is_alive, pids)):
                time.sleep(0.01)
            yield

    def pids(self) -> dict[str, int]:
        """Every process of the line by a name, those that its own processes started among them."""
        found = {}
        for name, process in tuple(self._running.items()):
            found[name] = process.pid
            found |= {f"{name}/{child}": child for child in _children(process.pid)}
        return found

    def _secrets(self) -> None:
        """Keys of the line, and the pair that backups are sealed to: its secret half lies apart, since somebody brings it in time."""
        self._recipient, secret = backup_keys()
        for name, text in (("keys", new_keys()), ("identity", secret)):
            (self.apart / name).touch(0o600)
            (self.apart / name).write_text(text, "ascii")

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
                with self._may_start:
                    if name not in self._running or self._running[name].poll() is not None:
                        with suppress(OSError, ValueError, ValkeyFailed):
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


def _is_alive(pid: int) -> bool:
    """Neither gone nor waited for by nobody (man 5 proc_pid_stat)."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    return False


def await_answer(line: ServedLine) -> None:
    """Until the line says that all of it is ready. A port tells nobody when it is served: asked again and again."""
    deadline = time.monotonic() + START_SECONDS
    while asked(line.bind, "/health/ready")[0] != 200:
        if time.monotonic() > deadline:
            raise RuntimeError("the line did not come up")
        time.sleep(0.05)


def asked(bind: str, path: str) -> tuple[int, bytes]:
    """Status and body of an answer; 0 and nothing where there was none."""
    connection = HTTPConnection(bind, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException):
        return 0, b""
    finally:
        connection.close()


@contextmanager
def served(folder: Path, store: str, vendor: str) -> Iterator[ServedLine]:
    """The line over one of `STORES`, its files below `folder`."""
    var, memory, data = folder / "v", folder / "m", folder / "pg"
    for path in (var, memory, data):
        path.mkdir(mode=0o700)
    disk = SmallDisk(var, memory)
    apart = memory / "apart"
    apart.mkdir(mode=0o700)
    server = None
    if store == "postgresql":
        mounted(data, DATABASE_MB)
        server = import_module("tests.postgres").Postgres(data)
    try:
        with ServedLine(disk, apart, vendor, server) as line:
            yield line
    finally:
        if server:
            server.thaw()
            server.stop()
        disk.leave()
        left(data)
