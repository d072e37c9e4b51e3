"""Files damaged as disks and other programs do it: the spool's, and a page of the database's."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final, Literal, TypeAlias

import psycopg

from bench.chaos.line import ServedLine
from hotline.adapters.spool import set_aside
from hotline.adapters.spool_file import SLOT, held, rest_of

SpoolDamage: TypeAlias = Literal["header", "records", "cut", "removed"]
KINDS: Final[tuple[SpoolDamage, ...]] = ("header", "records", "cut", "removed")
LOCK_SECONDS: Final = 5.0
NOISE: Final = b"\xff"
TABLE: Final = "callbacks"
_MOST_PROMISES: Final = (
    "SELECT (ctid::text::point)[0]::bigint AS page FROM callbacks WHERE state = 'waiting' GROUP BY page ORDER BY count(*) DESC LIMIT 1"
)


def spool(path: Path, kind: SpoolDamage, chance: random.Random) -> frozenset[bytes]:
    """Damage a spool between two writes, and return the keys of the records that are gone with it."""
    with held(path, LOCK_SECONDS) as file:
        before = rest_of(file)
        if kind == "removed":  # whoever has it open still has what is in it
            path.unlink()
            return frozenset()
        with path.open("r+b") as damaged:
            if kind == "header":
                damaged.write(NOISE * SLOT)
            elif kind == "cut":
                damaged.truncate(SLOT * (1 + chance.randrange(1 + max((entry.slot for entry in before), default=0))))
            else:
                for entry in chance.sample(before, (len(before) + 1) // 2):
                    damaged.seek(entry.slot * SLOT + SLOT // 8)
                    damaged.write(NOISE * (SLOT // 8))
        left = {entry.key for entry in rest_of(file)}
    return frozenset(entry.key for entry in before if entry.key not in left)


def clear(path: Path) -> None:
    """Take away what was set aside, as an operator does who has looked."""
    for aside in set_aside(path):
        aside.unlink()


def page(line: ServedLine) -> bool:
    """Overwrite a page of the callbacks' table below whoever works with it: SQLite's first one, PostgreSQL's where most promises lie. That is stopped and started around
    it: it reads what it holds already from nowhere. Returns whether anybody who looks at promises reads that page."""
    if line.postgres is None:
        return sqlite_page(line.var / "hotline.db")
    with psycopg.connect(line.database.replace("+psycopg", ""), autocommit=True) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        (name,) = connection.execute("SELECT pg_relation_filepath(%s)", (TABLE,)).fetchone() or ("",)
        promising = connection.execute(_MOST_PROMISES).fetchone()
    line.postgres.stop()
    _overwrite(Path(folder, name), promising[0] * 8192 if promising else 0, 8192)
    line.postgres.start()
    return promising is not None


def sqlite_page(path: Path) -> bool:
    """Under the writing lock, once all of the log is in the file, so that whoever reads next reads this page; and a change of nothing, so that what they have read before
    counts no more. Returns False where somebody went on reading what was there before: then the log keeps pages back, and may have this one whole."""
    with closing(sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        deadline, is_in_file = time.monotonic() + LOCK_SECONDS, False
        with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as other:
            while not is_in_file and time.monotonic() < deadline:
                _, logged, copied = other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                is_in_file = logged == copied
                time.sleep(0.01)
        size = writer.execute("PRAGMA page_size").fetchone()[0]
        root = writer.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone()[0]
        _overwrite(path, (root - 1) * size, size)
        writer.execute(f"PRAGMA user_version = {writer.execute('PRAGMA user_version').fetchone()[0]}")
        writer.execute("COMMIT")
    return is_in_file


def _overwrite(path: Path, at: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(NOISE * length)
