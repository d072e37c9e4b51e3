"""Waiting for a process to end, without asking again and again."""

from __future__ import annotations

import os
import select
from pathlib import Path


def wait_until_gone(pid: int, seconds: int = 120) -> None:
    """Return when this process, anybody's child, has ended; fail after `seconds`."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended, _, _ = select.select([process], [], [], seconds)
    os.close(process)
    assert ended, f"process {pid} is still there"


def environment_of(pid: int) -> bytes:
    """What /proc shows of a process's environment; nothing where it shows it to root alone."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except PermissionError:
        return b""
