"""The machine below the line, before women dial: what of its memory reaches a disk, and whether somebody keeps its time right."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hotline.doctor.finding import Level, listed

SWAPS: Final = Path("/proc/swaps")
ERROR: Final = 5
"""What adjtimex says of a clock that nobody keeps right (man 2 adjtimex)."""
TIMEX_BYTES: Final = 512
"""More than the structure has; its first field, zero, asks for nothing to be changed."""


def swap(table: str, is_encrypted: Callable[[str], bool]) -> tuple[Level, str]:
    """`table`: as /proc/swaps. In memory, or encrypted: nothing of a process lies readable on a disk."""
    rows = [row.split() for row in table.splitlines()[1:] if row.strip()]
    open_ones = tuple(name for name, kind, *_ in rows if "zram" not in name and not (kind == "partition" and is_encrypted(name)))
    if not rows:
        return "ok", "nothing of the memory goes to a disk: swap is off"
    if open_ones:
        return (
            "bad",
            f"swap lies readable on a disk, and what was in memory with it (swapoff -a, and out of /etc/fstab): {listed(open_ones)}",
        )
    return "ok", "swap is encrypted, or in memory itself"


def is_encrypted(device: str) -> bool:
    """Is this block device one that dm-crypt makes?"""
    uuid = Path("/sys/class/block") / Path(device).resolve().name / "dm" / "uuid"
    try:
        return uuid.read_text("ascii").startswith("CRYPT-")
    except OSError:
        return False


def swap_here() -> tuple[Level, str]:
    try:
        return swap(SWAPS.read_text(), is_encrypted)
    except OSError:
        return "warn", "whether swap is off cannot be seen here"


def clock_state() -> int:
    """What adjtimex says of this machine's clock: 0 and more; below that nobody can say."""
    adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    return adjtimex(ctypes.create_string_buffer(TIMEX_BYTES)) if adjtimex else -1


def clock(state: int) -> tuple[Level, str]:
    """Does something keep a clock right of which adjtimex says this?"""
    if state == ERROR:
        return "warn", "nothing keeps this machine's clock right (systemd-timesyncd or chrony), or it has just begun: promises end by it"
    return ("ok", "its clock is kept right") if state >= 0 else ("warn", "whether its clock is kept right cannot be seen here")
