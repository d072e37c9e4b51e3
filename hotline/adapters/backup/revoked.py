"""The small file that lies apart from database and backups: what must not be undone by a restore, one line each, as keyed hashes.

Several processes append to it, each under a lock on the file; the clock takes out what no backup can bring back any more by writing it anew beside it. A line that
was cut off when a machine died is left out when the file is read, and the next one begins behind it.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias, cast

import structlog

from hotline import shared_folder
from hotline.adapters.apart import Apart, Job, Late
from hotline.adapters.durable import sync_folder
from hotline.ports.upkeep.revocations import Revocation, RevokedKind

log = structlog.get_logger(__name__)

NAME: Final = "revoked"
"""In the folder of the machine, where no other place was set."""
MOST_LEFT: Final = 10_000
"""Revocations that a process remembers while its file cannot be written; the clock makes up for more (`Revocations.standing`)."""
_LINE: Final = re.compile(rb"(stop|cancelled|consent|testimony|disabled|figures) ([0-9]{1,12}) ([0-9]{1,12}) ((?:[0-9a-f]{2}){32,96})")
_END: Final = 64
"""Bytes: the last line's hash, or most of it."""
RevocationKey: TypeAlias = tuple[RevokedKind, bytes, int]


class RevokedFile:
    """`hotline.ports.upkeep.revocations.RevokedJournal`. Safe for threads and for processes of one machine; each machine has its own."""

    def __init__(self, path: Path, seconds: float) -> None:
        """`seconds`: how long whoever appends waits for the disk at most."""
        self.path = path
        self._apart = Apart("revoked", seconds)
        self._known = KnownRevocations()
        self._left: deque[Revocation] = deque(maxlen=MOST_LEFT)
        """What could not be written yet."""

    def append(self, revocations: tuple[Revocation, ...]) -> None:
        """Never raises: what was stopped is stopped, whatever becomes of this file. `hotline doctor` looks whether it can be written."""
        self._left.extend(revocations)
        try:
            self._write_left()
        except (OSError, Late) as error:
            log.error("revocation_not_written", error=type(error).__name__, count=len(revocations))  # noqa: TRY400 -- a traceback quotes values

    def append_left(self) -> None:
        with suppress(OSError, Late):
            self._write_left()

    def _write_left(self) -> None:
        """What came too late may be written after all, and then stands there twice. Raises OSError and Late."""
        left = tuple(self._left)
        if left:
            self._apart.do(lambda _job: self._append(left))
        for written in left:
            with suppress(ValueError):  # another thread wrote it, too
                self._left.remove(written)

    def all(self) -> tuple[Revocation, ...]:
        """Raises OSError and Late."""
        return self._apart.do(lambda _job: read(self.path))

    def add_missing(self, revocations: Iterable[Revocation]) -> int:
        """Append those that are not there, as what another machine wrote, or found no room for. Returns how many. Raises OSError and Late."""

        def add(_job: Job[int]) -> int:
            self._known = self._known.followed(self.path)
            missing = tuple(new for new in revocations if _key(new) not in self._known.keys)
            if missing:
                self._append(missing)
            return len(missing)

        return self._apart.do(add)

    def trim(self, at: int) -> None:
        """Take out what no backup can bring back any more. Raises OSError and Late."""
        self._apart.do(lambda _job: self._trim(at))

    def _append(self, revocations: Iterable[Revocation]) -> None:
        text = b"".join(map(_written, revocations))
        with self._held(create=True) as file:
            size = os.fstat(file).st_size
            if not size:
                _give_to(file, self.path.parent)
            if size and os.pread(file, 1, size - 1) != b"\n":
                text = b"\n" + text  # behind what was cut off
            written = 0
            while written < len(text):
                written += os.write(file, text[written:])
            os.fsync(file)
            if not size:
                sync_folder(self.path.parent)

    def _trim(self, at: int) -> None:
        self._known = self._known.followed(self.path)
        if self._known.soonest is None or self._known.soonest > at:
            return
        fresh = self.path.with_name(f"{self.path.name}.fresh")
        with self._held(create=False):
            kept = b"".join(_written(known) for known in read(self.path) if known.until > at)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, shared_folder.file_mode(fresh.parent)), "wb") as file:
                _give_to(file.fileno(), self.path)
                file.write(kept)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self.path)
            sync_folder(self.path.parent)

    @contextmanager
    def _held(self, *, create: bool) -> Iterator[int]:
        """The file that has its name, open to append, for us alone."""
        if create:
            shared_folder.make(self.path.parent)
        mode = shared_folder.file_mode(self.path.parent)
        while True:
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | (os.O_CREAT if create else 0), mode)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if _is_named(file, self.path):  # else it was written anew while we waited
                    yield file
                    return
            finally:
                os.close(file)


class KnownRevocations:
    """What stood in the file when it was read last, so that only what is new need be read. Of another file of that name, or one that was cut, all is new."""

    def __init__(self) -> None:
        self.keys: set[RevocationKey] = set()
        self.soonest: int | None = None
        """When the first of them may be taken out."""
        self._file: tuple[int, int] | None = None
        self._read = 0
        self._end = b""
        """What stood before the place that was read to: by it a file that was written over is told from one that grew."""

    def followed(self, path: Path) -> KnownRevocations:
        """Read on, to the end of the last whole line. Returns this one, or another that began anew. Raises OSError."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return KnownRevocations()
        with file:
            status = os.fstat(file.fileno())
            fresh = self if self._goes_on(file.fileno(), status) else KnownRevocations()
            fresh._file = (status.st_dev, status.st_ino)  # noqa: SLF001 -- one of us
            file.seek(fresh._read)  # noqa: SLF001
            for line in file:
                if line.endswith(b"\n"):
                    fresh._take(line)  # noqa: SLF001
        return fresh

    def _goes_on(self, file: int, status: os.stat_result) -> bool:
        is_same = self._file == (status.st_dev, status.st_ino) and status.st_size >= self._read
        return is_same and os.pread(file, len(self._end), self._read - len(self._end)) == self._end

    def _take(self, line: bytes) -> None:
        self._read += len(line)
        self._end = line[-_END:]
        found = _parsed(line.rstrip(b"\r\n"))
        if found is not None:
            self.keys.add(_key(found))
            self.soonest = found.until if self.soonest is None else min(self.soonest, found.until)


def _key(revocation: Revocation) -> RevocationKey:
    return revocation.kind, revocation.digest, revocation.at


def read(path: Path) -> tuple[Revocation, ...]:
    """What stands in it, oldest first; none where there is no such file. What is no whole line is left out. Raises OSError."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    return tuple(found for line in lines if (found := _parsed(line)))


def _parsed(line: bytes) -> Revocation | None:
    match = _LINE.fullmatch(line)
    return match and Revocation(cast("RevokedKind", match[1].decode()), bytes.fromhex(match[4].decode()), int(match[2]), int(match[3]))


def can_be_written(path: Path) -> bool:
    """Can a line be added to it, or it be made? Changes nothing."""
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
        return True
    there = next((folder for folder in path.absolute().parents if folder.exists()), path)
    return not path.exists() and there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _written(revocation: Revocation) -> bytes:
    return f"{revocation.kind} {revocation.at} {revocation.until} {revocation.digest.hex()}\n".encode()


def _give_to(file: int, owned: Path) -> None:
    """To whoever owns that: what root makes, who restores, the line writes on."""
    owner = owned.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(file, owner.st_uid, owner.st_gid)


def _is_named(file: int, path: Path) -> bool:
    with suppress(FileNotFoundError):
        ours, named = os.fstat(file), path.stat()
        return (ours.st_dev, ours.st_ino) == (named.st_dev, named.st_ino)
    return False
