"""A machine's own copies of the editions that it holds and of the numbers taken off them, so that it starts while the database is away."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from hotline.ports.desk.editions import EditionRow, Withdrawal

DARK: Final = "dark.json"
"""Its time of change says when the database was last heard of."""


def keep(folder: Path, rows: Iterable[EditionRow], marks: tuple[Withdrawal, ...], at: int, *, anew: bool) -> None:
    """Let these be what lies there. `anew`: what lies there already may be another edition of the same number. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = {DARK}
    for row in rows:
        name = f"{row.number}.json"
        names.add(name)
        if anew or not (folder / name).exists():
            _write(folder / name, msgspec.json.encode(row))
    dark = folder / DARK
    if anew or not dark.exists():
        _write(dark, msgspec.json.encode(marks))
    os.utime(dark, (at, at))
    for path in folder.glob("*.json"):
        if path.name not in names:
            path.unlink(missing_ok=True)  # another process of this machine may be about to do the same


def found(folder: Path) -> tuple[tuple[EditionRow, ...], tuple[Withdrawal, ...], int]:
    """What lies there: editions, marks, and when the database was last heard of (0: never). What cannot be read is not there."""
    rows = []
    for path in folder.glob("*.json"):
        if path.name != DARK:
            with suppress(OSError, msgspec.DecodeError):
                rows.append(msgspec.json.decode(path.read_bytes(), type=EditionRow))
    marks: tuple[Withdrawal, ...] = ()
    heard = 0
    with suppress(OSError, msgspec.DecodeError):
        heard = int((folder / DARK).stat().st_mtime)
        marks = msgspec.json.decode((folder / DARK).read_bytes(), type=tuple[Withdrawal, ...])
    return tuple(rows), marks, heard


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)
