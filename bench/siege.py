"""Sockets that are held: on every path heads and bodies that come byte by byte, and connections that say nothing; opened again when they are closed."""

from __future__ import annotations

import os
import resource
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection

from bench.servers import LOAD_CORE, SECRET

PATHS = (
    "/console/sign-in",
    f"/at/{SECRET}/ussd",
    "/console/code",
    f"/at/{SECRET}/sms",
    "/at/another/ussd",
    "/health/ready",
    "/metrics",
    "/",
)
DRIP_SECONDS = 5.0
SETTLE_SECONDS = 1.0
"""Until a server has noticed that they are gone."""
TURNS = 100
"""Within so many parts of these seconds each has its turn, as they would have that know nothing of each other."""


@contextmanager
def besieged(bind: str, sockets: int) -> Iterator[None]:
    """Hold so many, from another process, once they have all been opened."""
    here, there = get_context("fork").Pipe()
    process = get_context("fork").Process(target=_hold, args=(bind, sockets, there))
    process.start()
    try:
        if sockets:
            here.recv()
        yield
    finally:
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        time.sleep(SETTLE_SECONDS)


def _hold(bind: str, sockets: int, told: Connection) -> None:
    os.sched_setaffinity(0, {LOAD_CORE})
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    host, _, port = bind.rpartition(":")
    held = [Held((host, int(port)), n) for n in range(sockets)]
    for turn in count():
        begun = time.monotonic()
        for peer in held[turn % TURNS :: TURNS]:
            peer.drip()
        if turn == TURNS:
            told.send(None)
        time.sleep(max(begun + DRIP_SECONDS / TURNS - time.monotonic(), 0))


class Held:
    """One socket; `n` says where to and how it is slow: a body that does not come, a head that does not end, nothing at all."""

    def __init__(self, address: tuple[str, int], n: int) -> None:
        host, _ = self._address = address
        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 400\r\n"
        head = f"POST {PATHS[n % len(PATHS)]} HTTP/1.1\r\nHost: {host}\r\n{form}"
        self._begun = (f"{head}\r\ntext=", f"{head}X-Slow: ", "")[n // len(PATHS) % 3].encode()
        self._socket: socket.socket | None = None

    def drip(self) -> None:
        """A byte more; from the beginning where it was closed."""
        try:
            if self._socket is not None and not self._socket.recv(4096):
                self._socket.close()
                self._socket = None
        except BlockingIOError:
            pass
        except OSError:
            self._socket = None
        with suppress(OSError):
            if self._socket is None:
                self._socket = socket.create_connection(self._address)
                self._socket.setblocking(False)
                self._socket.send(self._begun)
            elif self._begun:
                self._socket.send(b"1")
