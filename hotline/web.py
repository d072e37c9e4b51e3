"""The web server: granian in front of the Flask app, its workers bound to their parent."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from collections.abc import Callable
from typing import Any
from wsgiref.types import WSGIApplication

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from hotline import clock
from hotline.adapters import log
from hotline.adapters.processes import die_with_parent
from hotline.app import assemble, create_app
from hotline.config import Config

GRACE_SECONDS = 2
M_MMAP_THRESHOLD = -3
LARGE_BYTES = 1 << 20
LOGGING = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}
"""No handler of granian's own: its records go where all others go."""


def serve(config: Config, started: Callable[[], object] = lambda: None) -> None:
    """Answer until SIGTERM or SIGINT. `started` is called in each worker when it begins, after a crash again.

    Raises SystemExit where workers keep dying. Call it from the main thread: workers die with the thread that forked them.
    """
    log.configure(sys.stderr)
    parent = os.getpid()

    def load(*_: Any) -> WSGIApplication:
        die_with_parent(parent)
        log.configure(sys.stderr)  # granian has just set its own
        started()
        # granian copies the environment into every request: slow, and no place for secrets.
        for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
            del os.environ[name]
        line = assemble(config)
        app = create_app(config, line)
        if not config.demo:  # which says so in words
            clock.note_emergency_number(line.hotline)
        settle()
        follows: tuple[tuple[Callable[[threading.Event], None], str], ...] = (
            (lambda stop: clock.follow(line, stop), "editions"),
            (lambda stop: clock.tend_spool(line.hotline, stop), "drain"),
            (lambda stop: clock.share(line.hotline, stop), "disk"),
        )
        for follow, name in follows:
            # A daemon: it ends with the worker, at whatever it is.
            threading.Thread(target=follow, args=(threading.Event(),), name=name, daemon=True).start()
        return app.wsgi_app

    host, _, port = config.bind.rpartition(":")
    server = Granian(
        "hotline",
        address=host.strip("[]"),
        port=int(port),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=config.web_workers,
        blocking_threads=config.web_threads,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
    )
    server.serve(target_loader=load, wrap_loader=False)


def settle() -> None:
    """What a worker begins with lives as long as it does. Gone through with every full collection it holds up all threads for 60 ms.

    And what a password's hash takes, 19 MiB, goes back to the machine at once: glibc would keep as much for each thread after the first.
    """
    gc.collect()
    gc.freeze()
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none, and no such habit
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
