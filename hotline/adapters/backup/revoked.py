"""The small file that lies apart from database and backups: what must not be undone by a restore, one line each, as keyed hashes.

Several processes append to it, each under a lock on the file; the clock takes out what no backup can bring back any more by writing it anew beside it. A line that
was cut off when a machine died is left out when the file is read, and the next one begins behind it.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, cast

import structlog

from hotline.adapters.apart import Apart, Job, Late
from hotline.adapters.durable import sync_folder
from hotline.ports.upkeep.revocations import Revocation, RevokedKind

log = structlog.get_logger(__name__)

NAME: Final = "revoked"
"""In the folder of the machine, where no other place was set."""
_LINE: Final = re.compile(rb"(stop|cancelled|consent|testimony|disabled|figures) ([0-9]{1,12}) ([0-9]{1,12}) ((?:[0-9a-f]{2}){32,96})")
_MODE: Final = 0o600


class RevokedFile:
    """`hotline.ports.upkeep.revocations.RevokedJournal`. Safe for threads and for processes of one machine; each machine has its own."""

    def __init__(self, path: Path, seconds: float) -> None:
        """`seconds`: how long whoever appends waits for the disk at most."""
        self.path = path
        self._apart = Apart("revoked", seconds)

    def append(self, revocations: tuple[Revocation, ...]) -> None:
        """Never raises: what was stopped is stopped, whatever becomes of this file. `hotline doctor` looks whether it can be written."""
        try:
            self._apart.do(lambda _job: self._append(revocations))
        except (OSError, Late) as error:
            log.error("revocation_not_written", error=type(error).__name__, count=len(revocations))  # noqa: TRY400 -- a traceback quotes values

    def add_missing(self, revocations: Iterable[Revocation]) -> int:
        """Append those that are not there, as what another machine wrote, or found no room for. Returns how many. Raises OSError and Late."""

        def add(_job: Job[int]) -> int:
            there = {(known.kind, known.digest, known.at) for known in read(self.path)}
            missing = tuple(new for new in revocations if (new.kind, new.digest, new.at) not in there)
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
        if not self.path.exists() or all(known.until > at for known in read(self.path)):
            return
        fresh = self.path.with_name(f"{self.path.name}.fresh")
        with self._held(create=False):
            kept = b"".join(_written(known) for known in read(self.path) if known.until > at)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _MODE), "wb") as file:
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
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | (os.O_CREAT if create else 0), _MODE)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if _is_named(file, self.path):  # else it was written anew while we waited
                    yield file
                    return
            finally:
                os.close(file)


def read(path: Path) -> tuple[Revocation, ...]:
    """What stands in it, oldest first; none where there is no such file. What is no whole line is left out. Raises OSError."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    found = (_LINE.fullmatch(line) for line in lines)
    return tuple(
        Revocation(cast("RevokedKind", match[1].decode()), bytes.fromhex(match[4].decode()), int(match[2]), int(match[3]))
        for match in found
        if match
    )


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
