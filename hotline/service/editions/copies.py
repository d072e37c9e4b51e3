"""A machine's own copies of the editions that it holds and of the numbers taken off them, so that it starts while the database is away."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from hotline import shared_folder
from hotline.ports.editions.editions import EditionRow, Withdrawal

WITHDRAWALS: Final = "dark.json"
"""Its time of change says when the database was last heard of."""


def keep(folder: Path, rows: Iterable[EditionRow], withdrawals: tuple[Withdrawal, ...], at: int, *, anew: bool) -> None:
    """Let these be what lies there. `anew`: what lies there already may be another edition of the same number. Raises OSError."""
    shared_folder.make(folder)
    names = {WITHDRAWALS}
    for row in rows:
        name = f"{row.number}.json"
        names.add(name)
        if anew or not (folder / name).exists():
            _write(folder / name, msgspec.json.encode(row))
    path = folder / WITHDRAWALS
    if anew or not path.exists():
        _write(path, msgspec.json.encode(withdrawals))
    try:
        os.utime(path, (at, at))
    except PermissionError:  # another user's of this line: it can be dated now, and no otherwise
        os.utime(path)
    for path in folder.glob("*.json"):
        if path.name not in names:
            path.unlink(missing_ok=True)  # another process of this machine may be about to do the same


def found(folder: Path) -> tuple[tuple[EditionRow, ...], tuple[Withdrawal, ...], int]:
    """What lies there: editions, withdrawals, and when the database was last heard of (0: never). What cannot be read is not there."""
    rows = []
    for path in folder.glob("*.json"):
        if path.name != WITHDRAWALS:
            with suppress(OSError, msgspec.DecodeError):
                rows.append(msgspec.json.decode(path.read_bytes(), type=EditionRow))
    withdrawals: tuple[Withdrawal, ...] = ()
    heard = 0
    with suppress(OSError, msgspec.DecodeError):
        heard = int((folder / WITHDRAWALS).stat().st_mtime)
        withdrawals = msgspec.json.decode((folder / WITHDRAWALS).read_bytes(), type=tuple[Withdrawal, ...])
    return tuple(rows), withdrawals, heard


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)
