"""Who else reaches the line's Redis: it asks for a password, or is a socket that is the line's alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hotline.adapters.valkey import lets_in, socket_path
from hotline.doctor.finding import Level
from hotline.ports.memory import MemoryAway

OPEN_TO_ALL: Final = "it answers whoever asks without a password (deploy/valkey.acl: user default off)"


def redis_access(redis_url: str, budget_ms: int) -> Iterator[tuple[Level, str]]:
    """A level and words for each look. Asks the server as somebody does who was given nothing."""
    try:
        is_open = lets_in(redis_url, budget_ms)
        socket = socket_path(redis_url)
        faults = () if socket is None else tuple(_displaced(socket))
        others = socket is None or _is_reached_by_everybody(socket)
    except (MemoryAway, OSError) as error:
        yield "warn", f"whether Redis answers whoever asks cannot be seen: it cannot be reached from here ({type(error).__name__})"
        return
    yield from (("bad", fault) for fault in faults)
    if is_open and socket is None:
        yield "bad", OPEN_TO_ALL
    elif is_open and others:
        yield "bad", f"{OPEN_TO_ALL}, and everybody on this machine reaches its socket (unixsocketperm 770)"
    elif not faults:
        yield (
            "ok",
            "Redis asks whoever comes for a password" if not is_open else "no one on this machine but the line's users reaches Redis",
        )


def _displaced(socket: Path) -> Iterator[str]:
    """Could it be somebody else's server, to which the line would say its password and what it remembers?"""
    at, folder = socket.stat(), socket.resolve().parent.stat()
    if at.st_uid not in {0, os.geteuid(), folder.st_uid}:
        yield "Redis's socket is neither the line's, nor root's, nor that of whoever its folder is"
    if folder.st_mode & stat.S_IWOTH:
        yield "everybody can put another socket in the place of Redis's: its folder is theirs to write (chmod o-w)"


def _is_reached_by_everybody(socket: Path) -> bool:
    """To connect takes leave to write it, and to pass through each folder above it (man 7 unix)."""
    above = socket.resolve().parents
    return bool(socket.stat().st_mode & stat.S_IWOTH) and all(folder.stat().st_mode & stat.S_IXOTH for folder in above)
