"""What this machine and Redis beside it hold of the line; looked at without making anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hotline.adapters.seal import Seal
from hotline.adapters.spool import DiskSpool
from hotline.app import SPOOL_SLOTS
from hotline.doctor.finding import Finding, Level
from hotline.ports.memory import Memory, MemoryAway
from hotline.ports.spool import SpoolFull
from hotline.service import TICKING

SPARSE_BYTES: Final = 1 << 30
SCARCE_BYTES: Final = 200 << 20


def short_memory(memory: Memory) -> Iterator[Finding]:
    """Redis, and the clock, which notes its ticks there."""
    try:
        memory.ping()
        ticked = memory.recall(TICKING).facts is not None
    except MemoryAway:
        yield Finding("redis", "bad", "does not answer within its budget")
        yield Finding("clock", "warn", "not known: its mark lies in Redis")
        return
    yield Finding("redis", "ok", "answers")
    yield (
        Finding("clock", "ok", "ticks")
        if ticked
        else Finding("clock", "bad", "does not tick: promises pass, nobody is told (hotline clock)")
    )


def spool(path: Path, seal: Seal) -> Finding:
    """What waits there for the database."""
    if not path.exists():  # made by the line's own user, not by whoever looks
        return Finding("spool", "warn", "not there yet: the web process makes it")
    try:
        slots = DiskSpool(path, seal, SPOOL_SLOTS)
    except (OSError, ValueError):
        return Finding("spool", "bad", "cannot be opened: with the database away nothing could be kept")
    try:
        used, readable = len(slots), len(slots.records())
    except SpoolFull:
        return Finding("spool", "bad", "cannot be read: with the database away nothing could be kept")
    finally:
        slots.close()
    if readable < used:
        return Finding("spool", "bad", f"orders in it that no key opens: {used - readable}")
    level: Level = "bad" if used * 2 > SPOOL_SLOTS else "warn" if used else "ok"
    return Finding("spool", level, f"{used} of {SPOOL_SLOTS} places taken" + (", waiting for the database" if used else ""))


def disk(var: Path) -> Iterator[Finding]:
    """Room, and whose it is."""
    if not var.is_dir():
        yield Finding("disk", "warn", "HOTLINE_VAR is not there yet: the line makes it")
        return
    free = shutil.disk_usage(var).free
    level: Level = "bad" if free < SCARCE_BYTES else "warn" if free < SPARSE_BYTES else "ok"
    yield Finding("disk", level, f"{free >> 20} MB free below HOTLINE_VAR")
    if var.stat().st_uid != os.geteuid():
        yield Finding(
            "owner", "warn", "HOTLINE_VAR belongs to another user: run commands as that one, or the line cannot read what they make"
        )
