"""The web processes: a front, and behind it, each on a Unix socket of its own, what answers callers and what answers the console; all under one parent."""

from __future__ import annotations

import ctypes
import gc
import os
import resource
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.log import LogLevels
from granian.net import SocketHolder  # type: ignore[attr-defined]
from granian.server import MPServer

from hotline import clock, front
from hotline.adapters import log
from hotline.adapters.sockets import BACKLOG, listen_in
from hotline.app import DOORS, FrontDoorName, assemble_again, create_app, load_editions, machine_watch
from hotline.config import Config
from hotline.console import compiled
from hotline.process_tree import Forked, ProcessKind, ProcessTree, bell
from hotline.service.editions.cache import EditionCache

MOST_DEATHS = 4
DRAIN_SECONDS = 3.0
"""So long what has come is answered after a process was told to end."""
MOST_FILES = 8192
CONSOLE_NICE = 10
"""Whatever a browser asks for, whoever answers callers has nine turns on a processor to its one (man 7 sched)."""
M_MMAP_THRESHOLD = -3
LARGE_BYTES = 1 << 20
LOGGING = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
"""No handler of granian's own: its records go where all others go."""
_PEER = "HTTP_" + front.PEER.decode().upper().replace("-", "_")


def serve(config: Config, listening: socket.socket, doors: Sequence[FrontDoorName] = DOORS) -> None:
    """Answer behind these doors until SIGTERM or SIGINT. Call it from the main thread of a process that has no other.

    Raises SystemExit where a process keeps dying, NoEdition, OSError, ValueError where `var` has too long a path.
    """
    log.configure(sys.stderr)
    editions, tree = load_editions(config), ProcessTree()
    settle()
    with bell() as ring:
        try:
            for kind in kinds(config, editions, listening, doors):
                tree.start(kind)
            while not ring.ending and max(tree.deaths().values()) < MOST_DEATHS:
                ring.wait(tree.next_due())
                if not ring.ending:
                    tree.mend()
        finally:
            tree.stop()
        if not ring.ending:
            raise SystemExit(1)


def kinds(
    config: Config, editions: EditionCache, listening: socket.socket, doors: Sequence[FrontDoorName] = DOORS
) -> Iterator[ProcessKind]:
    """What is to be started, the front last. Whoever starts them holds their sockets, so that none of them is missed while it ends and begins again.

    Raises OSError and ValueError as `listen_in` does.
    """
    folder = _folder(Path(config.var))
    paths = {door: folder / f"{door}.web" for door in doors}
    for door, path in paths.items():
        main = partial(_answer, config, editions, door, listen_in(path))
        for number in range(1, _processes(config, door) + 1):
            yield ProcessKind(door if number == 1 else f"{door}-{number}", partial(Forked, main))
    behind: dict[str, tuple[str, int]] = {
        door: (str(path), 2 * config.web_threads * _processes(config, door)) for door, path in paths.items()
    }
    yield ProcessKind("front", partial(Forked, partial(_front, listening, behind)))


def _folder(var: Path) -> Path:
    """Where the doors' sockets lie: in `var`, which may not be there yet; elsewhere, for us alone, where nothing can be written there."""
    with suppress(OSError):
        var.mkdir(mode=0o700, parents=True, exist_ok=True)
    return var if os.access(var, os.W_OK | os.X_OK) else Path(tempfile.mkdtemp(prefix="hotline-"))


def _processes(config: Config, door: FrontDoorName) -> int:
    return config.web_workers if door == "callers" else 1


def _front(listening: socket.socket, doors: dict[str, tuple[str, int]]) -> None:
    log.configure(sys.stderr)
    # Half of what this process may open is for sockets that are held, as many as they may be; the other half for what is answered.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = min(most, MOST_FILES) if most != resource.RLIM_INFINITY else MOST_FILES
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    front.run(listening, doors, files // 2)


def _answer(config: Config, editions: EditionCache, door: FrontDoorName, listening: socket.socket) -> None:
    answer(config, door, listening, editions)


def answer(config: Config, door: FrontDoorName, listening: socket.socket, editions: EditionCache | None = None) -> None:
    """Answer what comes by one door until SIGTERM or SIGINT; what has come by then is answered. `editions`: loaded before this process was forked."""

    def load() -> WSGIApplication:
        log.configure(sys.stderr)  # granian has just set its own
        # granian copies the environment into every request: slow, and no place for secrets.
        for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
            del os.environ[name]
        line = assemble_again(config, editions, door)
        app = create_app(config, door, line)
        if door == "callers" and not config.demo:  # which says so in words
            clock.note_emergency_number(line.hotline)
        settle()
        _end_at_last()
        if door == "console":
            os.nice(CONSOLE_NICE)
        follows: list[tuple[Callable[[threading.Event], None], str]] = [
            (lambda stop: clock.follow(line, stop), "editions"),
            (lambda stop: clock.tend_spool(line.hotline, stop), "drain"),
            (lambda stop: clock.share(line.hotline, stop), "disk"),
            (lambda stop: clock.show(line, stop), "program"),
        ]
        if door == "callers":
            follows.append((lambda stop: clock.look(line.hotline, stop), "staff"))
            follows.append((lambda stop: clock.tend_days(line, stop), "days"))
            if config.rules.technicians:
                follows.append((lambda stop: clock.watch(machine_watch(config, line, "callers"), stop), "watch"))
        else:
            threading.Thread(target=compiled.load, args=(app.jinja_env,), name="templates", daemon=True).start()
        for follow, name in follows:
            # A daemon: it ends with the process, at whatever it is.
            threading.Thread(target=follow, args=(threading.Event(),), name=name, daemon=True).start()
        return _named_peer(app.wsgi_app)

    _InThisProcess(
        "hotline",
        interface=Interfaces.WSGI,
        runtime_mode=RuntimeModes.mt,
        http=HTTPModes.http1,
        websockets=False,
        blocking_threads=config.web_threads,
        backlog=BACKLOG,
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
    ).answer(load, listening)


def _end_at_last() -> None:
    """Whoever is told to end while granian is just beginning would go on for ever: it looks at the signal no second time. What runs by then is answered first."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)

    def watch() -> None:
        os.read(read_end, 1)
        time.sleep(DRAIN_SECONDS)
        os._exit(0)

    threading.Thread(target=watch, name="end", daemon=True).start()


class _InThisProcess(MPServer):
    """granian's worker without the parent and the socket that granian would make for it: ours has both."""

    def answer(self, load: Any, listening: socket.socket) -> None:
        self._ssp, self._sso = None, None
        is_unix = listening.family == socket.AF_UNIX
        self._shd = SocketHolder(listening.fileno(), is_unix, BACKLOG)  # type: ignore[call-arg,assignment]  # granian's stub is older
        self._spawn_worker(0, self._spawn_wsgi_worker, load).inner.run()


def _named_peer(wsgi: WSGIApplication) -> WSGIApplication:
    """Who sent a request is whom the front names: on a Unix socket nobody else can be seen."""

    def named(environ: dict[str, Any], start_response: StartResponse) -> Any:
        environ["REMOTE_ADDR"] = environ.pop(_PEER, "")
        return wsgi(environ, start_response)

    return named


def settle() -> None:
    """What a process begins with lives as long as it does. Gone through with every full collection it holds up all threads for 60 ms.

    And what a password's hash takes, 19 MiB, goes back to the machine at once: glibc would keep as much for each thread after the first.
    """
    gc.collect()
    gc.freeze()
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none, and no such habit
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
