"""Backing the line up while it works, restoring it into an empty database, and the drill that tries a backup out: put together for the commands."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Engine, inspect, select, text

from hotline.adapters.backup import revoked, rotation, rows, sealed_file
from hotline.adapters.backup.sealed_file import NotAsWritten
from hotline.adapters.backup.stream import BackupHead, DamagedBackup, FrameReader
from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql import SqlStore, schema
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.revisions import chain
from hotline.adapters.sql.store import store_away
from hotline.adapters.sql.tables import held
from hotline.app import day_secrets, open_seal, open_store, revoked_file, shell_deps
from hotline.config import Config
from hotline.ports.upkeep.backups import BACKUP_LATE_SECONDS, KINDS, BackupFileKind, BackupKind, BackupRun, Hold, RunKind
from hotline.ports.upkeep.revocations import Revocation
from hotline.service.desk import restored
from hotline.service.desk.restored import DOUBT_SECONDS
from hotline.service.work import Work

_RESTORE: Final = 0x726573746F7265
"""The advisory lock of restores: `restore` in ASCII."""
_ANOTHER: Final = "another restore into this database is at work"
FOLDER: Final = "backups"
"""In the folder of the machine, where no other was set."""


class NewerBackup(Exception):
    """A newer version of the program made this backup."""


class NotEmpty(Exception):
    """There are rows in that database already."""


class OtherKeys(Exception):
    """Nothing that is sealed in that backup opens with the keys at hand."""


class TimeInDoubt(Exception):
    """By this machine's clock the backup is of the time to come, or older than the newest one of a line that is backed up every night."""

    def __init__(self, made_at: int) -> None:
        super().__init__()
        self.made_at = made_at


class AtWork(Exception):
    """Another backup is being made in that folder, or another restore into that database is at work. Says which."""


class OpenedBackup(Struct, frozen=True):
    """A backup that was read to its end, and is whole; with the numbers of the same moment where they lie beside it."""

    head: BackupHead
    files: tuple[Path, ...]
    counts: dict[str, int]
    are_keys_others: bool
    """Nothing that is sealed in it opens with the keys at hand."""

    @property
    def has_numbers(self) -> bool:
        return len(self.files) > 1


class MadeBackup(Struct, frozen=True):
    """A file of a backup that was just made."""

    path: Path
    kind: BackupFileKind
    size: int


class MadeBackups(Struct, frozen=True):
    made: tuple[MadeBackup, ...]
    removed: int
    """How many older ones went."""


class Restored(Struct, frozen=True):
    """What a restore brought back."""

    head: BackupHead
    rows: int
    has_numbers: bool
    """Callers' numbers lay beside it; else nobody who was open can be rung."""
    revoked: int
    """How many things were revoked again that had been since the backup."""
    closed: int
    """Sealed values that do not open with the keys at hand."""
    dayless: int
    """Numbers under days' keys whose secret halves are not on this machine: nobody there can be rung."""


class Drilled(Struct, frozen=True):
    """What a drill found."""

    head: BackupHead
    rows: int
    has_numbers: bool
    tables: int
    closed: int


def folder_of(config: Config) -> Path:
    return Path(config.backup_folder) if config.backup_folder else Path(config.var) / FOLDER


def make(config: Config, folder: Path, at: int) -> MadeBackups:
    """Make a daily backup, and a weekly one where the last is a week old; what is too many goes once they are good. The database remembers that they were made.

    One at a time in a folder. Raises NotAsWritten, OSError, AtWork, StoreAway, rows.NotCurrent; of what was made by then nothing goes.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(folder):
            rotation.clear_unfinished(folder)
            kinds: tuple[BackupKind, ...] = KINDS if rotation.is_weekly_due(rotation.kept_in(folder), at) else ("daily",)
            made = tuple(file for kind in kinds for file in _make(config, folder, kind, at))
            old = rotation.too_many(rotation.kept_in(folder), at, config.rules.backup_days, config.rules.backup_weeks)
            for backup in old:
                rotation.remove(backup)
    except (OSError, NotAsWritten):
        note(config, "daily", at, "disk")
        raise
    return MadeBackups(made, len(old))


def _make(config: Config, folder: Path, kind: BackupKind, at: int) -> list[MadeBackup]:
    made: list[MadeBackup] = []
    files: tuple[BackupFileKind, ...] = ("numbers", "daily") if kind == "daily" else (kind,)
    with rows.snapshot(config.database_url) as connection:
        for within in files:
            stream = rows.backup(connection, within, at, config.rules.number_hours)
            path = folder / rotation.name_of(within, at)
            sealed_file.write(path, stream, config.backup_recipient)
            made.append(MadeBackup(path, within, path.stat().st_size))
    note(config, kind, at)
    return made


@contextmanager
def _alone(folder: Path, why: str = "a backup is being made there already") -> Iterator[None]:
    """Raises AtWork where another one is at work there."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise AtWork(why) from None
    finally:
        os.close(opened)


def note(config: Config, kind: RunKind, at: int, fault: str = "") -> None:
    """Let the database remember how a run went. No caller waits for it. Raises StoreAway."""
    store = open_store(replace(config, database_budget_ms=schema.PATIENCE_MS))
    try:
        with store.write() as tx:
            last = tx.backups.runs().get(kind)
            tx.backups.note(BackupRun(kind, at, at if not fault else last.good_at if last else None, fault))
    finally:
        store.close()


def restore(config: Config, file: Path, identity: str, apart: Sequence[Revocation], at: int, *, is_time_right: bool = False) -> Restored:
    """Bring a backup back into the empty database that the settings name, hold the line, and revoke again what was revoked since. All of the backup is read, and held
    against its digest, before anything is changed. Killed at any moment and begun again, it goes on.
    `is_time_right`: somebody looked at this machine's clock, by which numbers are erased and calls are over.

    Raises WrongIdentity, DamagedBackup, NoIdentity, NewerBackup, OtherKeys, TimeInDoubt, NotEmpty, AtWork, OSError, Late, StoreAway.
    """
    found = _opened(file, identity, open_seal(config))
    head = found.head
    if found.are_keys_others:  # by other keys nobody who took something back is known, and no later look would find them
        raise OtherKeys
    if not (is_time_right or -DOUBT_SECONDS <= at - head.made_at <= BACKUP_LATE_SECONDS):
        raise TimeInDoubt(head.made_at)
    with _only_one(config.database_url):
        own = revoked_file(config)
        own.add_missing(apart)  # first: a machine that cannot keep them gets nothing that they forbid
        with_own = revoked.read(own.path)
        _load(config.database_url, open_seal(config), identity, found, hold=Hold(at, head.made_at, whole=False))
        deps = shell_deps(config)
        with deps.store.write() as tx:
            work = Work(deps, tx, at)
            again = restored.settle(work, with_own, head.made_at)
        return Restored(head, sum(found.counts.values()), found.has_numbers, again, _closed(config.database_url, config), _dayless(config))


@contextmanager
def _only_one(url: str) -> Iterator[None]:
    """One restore into a database at a time, from whichever machine: each would take the other's tables away. Raises AtWork, OSError, StoreAway."""
    engine = make_engine(url, schema.PATIENCE_MS)
    try:
        if engine.name != "postgresql":
            with _alone(Path(engine.url.database or ".").absolute().parent, _ANOTHER):
                yield
            return
        with store_away():
            connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with connection:  # the lock is the connection's, and goes with it
            with store_away():
                is_ours = connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _RESTORE})
            if not is_ours:
                raise AtWork(_ANOTHER)
            yield
    finally:
        engine.dispose()


def drill(config: Config, file: Path, identity: str, scratch: str | None = None) -> Drilled:
    """Restore a backup into a database that is thrown away, count, and hold the counts against those within. `scratch`: an empty database that is used
    instead of a file of SQLite; its rows are taken out again.

    Raises what `restore` does.
    """
    found = _opened(file, identity, open_seal(config))
    var = Path(config.var)
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="drill-", dir=var) as folder:
        url = scratch or f"sqlite:///{folder}/drill.db"
        try:
            _load(url, open_seal(config), identity, found)
            _compare(found.counts, _counted(url))
            return Drilled(found.head, sum(found.counts.values()), found.has_numbers, len(found.counts), _closed(url, config))
        finally:
            if scratch:
                _clear(scratch)


def _opened(file: Path, identity: str, seal: Seal) -> OpenedBackup:
    probe = rows.KeyProbe(seal)
    head, tail = sealed_file.head_of(file, identity, probe.take)
    beside = file.with_name(rotation.name_of("numbers", head.made_at))
    if head.kind != "daily" or not beside.exists():
        return OpenedBackup(head, (file,), tail.counts, probe.are_others)
    other, numbers = sealed_file.head_of(beside, identity, probe.take)
    if (other.kind, other.made_at, other.revision) != ("numbers", head.made_at, head.revision):
        raise DamagedBackup(f"{beside.name} does not belong to it")
    return OpenedBackup(head, (file, beside), {**tail.counts, **numbers.counts}, probe.are_others)


def _load(url: str, seal: Seal, identity: str, found: OpenedBackup, hold: Hold | None = None) -> None:
    """Tables of the backup's own revision, its rows, then every migration that is due."""
    if found.head.kind == "numbers":
        raise DamagedBackup("it is what lies beside a backup: name that one")
    if found.head.revision not in chain():
        raise NewerBackup
    schema.make_private(url)
    engine = make_engine(url, schema.PATIENCE_MS)
    try:
        if rows.is_empty(engine):
            rows.clear(engine)
            schema.upgrade(url, found.head.revision, seal)
            _write_rows(engine, identity, found, hold)
        elif hold is None or not _is_broken_off(engine, found.head):
            raise NotEmpty
    finally:
        engine.dispose()
    schema.upgrade(url, seal=seal)


def _write_rows(engine: Engine, identity: str, found: OpenedBackup, hold: Hold | None) -> None:
    """All of them, or none."""
    with store_away(), engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        if hold is not None:  # before any row: whoever works on this database by now promises nothing
            connection.execute(held.insert(), {"one": 1, "since": hold.since, "made_at": hold.made_at, "whole": hold.whole})
        loader = rows.Loader(connection)
        for file in found.files:
            tail = sealed_file.read(file, identity, FrameReader(loader.take))
            loader.count_on(tail.sequences)


def _is_broken_off(engine: Engine, head: BackupHead) -> bool:
    """Are the rows of this very backup back, which come all at once, and what was revoked since not yet?"""
    with store_away(), engine.begin() as connection:
        if not inspect(connection).has_table(held.name):
            return False
        row = connection.execute(select(held.c.made_at, held.c.whole)).first()
        return row is not None and not row.whole and row.made_at == head.made_at


def _counted(url: str) -> dict[str, int]:
    with rows.snapshot(url) as connection:
        return rows.counts_in(connection)


def _compare(counts: dict[str, int], found: dict[str, int]) -> None:
    """What was restored is what was backed up, table by table; a migration on the way may have moved rows of a table that is no more."""
    wrong = sorted(name for name, count in counts.items() if name in found and found[name] != count)
    if wrong:
        raise DamagedBackup(f"other counts than it says: {', '.join(wrong)}")


def _closed(url: str, config: Config) -> int:
    store = SqlStore(url, open_seal(config), schema.PATIENCE_MS)
    try:
        return store.openable()[1]
    finally:
        store.close()


def _dayless(config: Config) -> int:
    store, secrets = SqlStore(config.database_url, open_seal(config), schema.PATIENCE_MS), day_secrets(config)
    try:
        with store.read() as tx:
            return sum(not secrets.has(day) for day in tx.day_keys.under().values())
    finally:
        store.close()


def _clear(url: str) -> None:
    engine = make_engine(url, schema.PATIENCE_MS)
    try:
        rows.clear(engine)
    finally:
        engine.dispose()


def newest(folder: Path, at: int, kind: BackupKind = "daily") -> Path | None:
    """The newest backup of a folder; one that is dated ahead, by a clock that lied, only where there is no other. Raises OSError."""
    found = sorted((backup for backup in rotation.kept_in(folder) if backup.kind == kind), key=lambda backup: (backup.at > at, -backup.at))
    return found[0].path if found else None
