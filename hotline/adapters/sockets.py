"""Listening sockets. Whoever holds one lets the processes that answer on it end and begin again: what dials meanwhile waits in it, and is not refused."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from hotline.adapters.processes import SOCKET_PATH_BYTES

BACKLOG = 4096
"""So many connections wait; the kernel allows no more than `net.core.somaxconn`."""
FIRST_HANDED_IN = 3
"""The first socket that systemd hands in (man 3 sd_listen_fds)."""


def listen_at(bind: str) -> socket.socket:
    """Listen on an address and port. Where systemd, or whoever started this process as it does, hands a socket in, that one is taken instead: it outlives
    this process, and the next one goes on with it. Raises OSError.
    """
    handed_in = os.environ.pop("LISTEN_PID", "") == str(os.getpid()) and os.environ.pop("LISTEN_FDS", "") == "1"
    if handed_in:
        return socket.socket(fileno=FIRST_HANDED_IN)
    host, _, port = bind.rpartition(":")
    family, kind, _, _, address = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def listen_in(path: Path) -> socket.socket:
    """Listen on a Unix socket that its owner alone can reach. It takes the place of one that another process left or still answers on: who connects from
    now on comes here. Raises OSError, ValueError for a path too long for a socket.
    """
    fresh = path.with_suffix(".new")
    if len(os.fsencode(path)) > SOCKET_PATH_BYTES:
        raise ValueError(f"a Unix socket's path has at most {SOCKET_PATH_BYTES} bytes; this one is longer")
    fresh.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listening.bind(str(fresh))
    finally:
        os.umask(before)
    listening.listen(BACKLOG)
    fresh.replace(path)
    return listening
