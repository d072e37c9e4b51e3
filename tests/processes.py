"""Waiting for a process to end, without asking again and again."""

from __future__ import annotations

import os
import select


def wait_until_gone(pid: int, seconds: int = 120) -> None:
    """Return when this process, anybody's child, has ended; fail after `seconds`."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended, _, _ = select.select([process], [], [], seconds)
    os.close(process)
    assert ended, f"process {pid} is still there"
