"""What this machine and Redis beside it hold of the line; looked at without making anything."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from hotline.adapters.keys.seal import Seal
from hotline.adapters.machine import RENEW_SECONDS, SCARCE_BYTES, SPARSE_BYTES, certificate_seconds, free_bytes
from hotline.adapters.programs import Programs
from hotline.adapters.spool import set_aside
from hotline.adapters.spool_file import Damaged, SpoolLook, look
from hotline.app import SPOOL_SLOTS
from hotline.doctor.finding import Finding, Level, listed
from hotline.engine.times import DAY_SECONDS
from hotline.ports.memory import Memory, MemoryAway
from hotline.ports.queue import QUEUES, Queue
from hotline.service import TICKING


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


def workers(queue: Queue) -> Iterator[Finding]:
    """Whether anything sends what waits; with Redis away nobody knows, and it has been said."""
    try:
        idle = tuple(name for name in QUEUES if not queue.is_worked(name))
    except MemoryAway:
        return
    for name in idle:
        yield Finding("workers", "bad", f"nothing sends what waits in the queue {name} (hotline worker {name})")
    if not idle:
        yield Finding("workers", "ok", "each queue has one")


def programs(known: Programs, newest: str, at: int) -> Iterator[Finding]:
    """Processes of another version that work beside those of this one; with Redis away nobody knows, and it has been said."""
    try:
        others = tuple(program for program in known.seen(at) if program.newest != newest)
    except MemoryAway:
        return
    if others:
        yield Finding(
            "programs", "warn", f"of another version than this ({newest}), within the last minute: {listed(tuple(map(str, others)))}"
        )


def spool(path: Path, seal: Seal) -> Iterator[Finding]:
    """What waits there for the database, and what could not be used. Nothing is opened for writing, locked or mended."""
    try:
        found = look(path, seal)
    except FileNotFoundError:  # made by the line's own user, not by whoever looks
        yield Finding("spool", "warn", "not there yet: the web process makes it")
    except Damaged:
        yield Finding(
            "spool", "bad", "damaged: the line sets it aside and makes a new one when it next looks; if it does not, nothing can be kept"
        )
    except OSError:
        yield Finding("spool", "bad", "cannot be read: with the database away nothing could be kept")
    else:
        yield _used(found)
    for aside in set_aside(path):
        yield Finding(
            "spool",
            "bad",
            f"{aside.name} could not be used and lies set aside: what was whole in it was taken over, orders that were not are lost; "
            "find out why, then take it away",
        )


def _used(found: SpoolLook) -> Finding:
    if found.readable < found.used:
        return Finding("spool", "bad", f"orders in it that no key opens: {found.used - found.readable}")
    level: Level = "bad" if found.used * 2 > SPOOL_SLOTS else "warn" if found.used else "ok"
    return Finding("spool", level, f"{found.used} of {SPOOL_SLOTS} places taken" + (", waiting for the database" if found.used else ""))


def disk(var: Path) -> Iterator[Finding]:
    """Room, and whose it is."""
    if not var.is_dir():
        yield Finding("disk", "warn", "HOTLINE_VAR is not there yet: the line makes it")
        return
    free = free_bytes(var)
    level: Level = "bad" if free < SCARCE_BYTES else "warn" if free < SPARSE_BYTES else "ok"
    yield Finding("disk", level, f"{free >> 20} MB free below HOTLINE_VAR")
    if var.stat().st_uid != os.geteuid():
        yield Finding(
            "owner", "warn", "HOTLINE_VAR belongs to another user: run commands as that one, or the line cannot read what they make"
        )


def certificate(path: str | None, at: int) -> Iterator[Finding]:
    """Where it is told of: for how long it is good."""
    if path is None:
        return
    try:
        days = certificate_seconds(Path(path), at) // DAY_SECONDS
    except (OSError, ValueError):
        yield Finding("certificate", "bad", "HOTLINE_CERTIFICATE_FILE cannot be read, or is none")
        return
    level: Level = "bad" if days < 0 else "warn" if days * DAY_SECONDS < RENEW_SECONDS else "ok"
    yield Finding("certificate", level, f"good for {days} days" if days >= 0 else "over: no vendor and no browser comes in any more")
