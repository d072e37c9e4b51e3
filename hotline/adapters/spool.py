"""The last resort, this machine's disk: sealed orders in a file of slots (`spool_file`), durable when acknowledged, shared by all processes.

Whatever is wrong with the file is *no spool* and never more: all of it happens on a thread of its own, which nobody waits for beyond the budget. A file that cannot be
used is set aside by name, what is whole in it goes into a new one, and so does what lay in a file that was removed or replaced while it was open here.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

import structlog

from hotline import shared_folder
from hotline.adapters.apart import Apart, Job, Late
from hotline.adapters.keys.seal import Seal
from hotline.adapters.spool_file import ROOM, Damaged, Entry, NoSlot, SpoolFile, context, held, make, rest_of
from hotline.ports.spool import SpoolFull, SpoolState

MOST_ASIDE: Final = 20
"""So many files are set aside; then whoever damages them does so again and again, and the line goes without."""
MACHINE_S: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT})
"""What the machine lacks is no fault of the file."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


class DiskSpool:
    """`hotline.ports.spool.Spool`. Keys are the ledger's, 32 bytes; a record may have some 900. Touches the disk when first used, not when it is made."""

    def __init__(self, path: Path, seal: Seal, slots: int = 4096, seconds: float = 0.3, sync: Callable[[int], None] = os.fdatasync) -> None:
        """`seconds`: how long whoever asks waits for the disk, or for a lock on the file, at most; who has something to keep waits longer (`Apart.do`)."""
        self._path = path
        self._seal = seal
        self._slots = slots
        self._seconds = seconds
        self._sync = sync
        self._apart = Apart("spool", seconds)
        self._file: SpoolFile | None = None
        self._lost: dict[bytes, Entry] = {}
        """What lay in a file that is gone, until it is in another one."""

    def put(self, key: bytes, record: bytes) -> None:
        sealed = self._seal.seal(record, context(key))
        if len(sealed) > ROOM:
            raise SpoolFull("the record is larger than a slot")
        self._do(lambda job: self._opened().put(key, sealed, job), now=True)

    def find(self, key: bytes) -> bytes | None:
        return self._do(lambda _: self._opened().find(key))

    def find_all(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        return self._do(lambda _: self._opened().find_all(keys))

    def records(self) -> tuple[tuple[bytes, bytes], ...]:
        return self._do(lambda _: self._opened().records())

    def drop(self, key: bytes) -> None:
        self._do(lambda _: self._opened().drop(key))

    def __len__(self) -> int:
        """Records that somebody still has to take, those among them that no key of ours opens."""
        return self._do(lambda _: len(self._opened()))

    def state(self) -> SpoolState:
        try:
            self._do(lambda _: self._opened())
            return "set_aside" if self._do(lambda _: set_aside(self._path)) else "ok"
        except SpoolFull:
            return "away"

    @contextmanager
    def turn(self) -> Iterator[bool]:
        file = self._do(lambda job: _taken(self._path.with_name(f"{self._path.name}.turn"), job))
        try:
            yield file is not None
        finally:
            if file is not None:
                os.close(file)

    def close(self) -> None:
        """Leave the file and end the thread."""
        self._apart.close()
        if self._file is not None:
            self._file.close()

    def _do(self, work: Callable[[Job[T]], T], *, now: bool = False) -> T:
        if self._seal.is_dropped:
            raise SpoolFull("the keys were dropped")
        try:
            return self._apart.do(work, now=now)
        except Late:
            raise SpoolFull("the disk did not answer in time") from None
        except NoSlot:
            raise SpoolFull("no slot is free") from None
        except (OSError, Damaged):
            raise SpoolFull("the disk failed") from None

    # on the thread

    def _opened(self) -> SpoolFile:
        """The file of this name, whole: opened, mended or made."""
        if self._file is not None and self._file.is_in_place:
            return self._file
        before, self._file = self._file, None
        if before is not None:
            with suppress(OSError):
                self._lost |= {entry.key: entry for entry in before.rest()}
            before.close()
            log.error("spool_replaced", count=len(self._lost))
        shared_folder.make(self._path.parent)
        with held(self._path.parent, self._seconds, os.O_RDONLY | os.O_DIRECTORY):
            self._file = self._whole()
        self._lost = {}
        return self._file

    def _whole(self) -> SpoolFile:
        """Under the folder's lock, so that processes that begin at once make one file."""
        try:
            file = self._open()
        except TimeoutError:
            raise  # somebody else keeps the lock: nothing is wrong with the file
        except (OSError, Damaged) as wrong:
            if isinstance(wrong, OSError) and wrong.errno in MACHINE_S:
                raise
            if os.path.lexists(self._path):
                self._set_aside()
            else:
                make(self._path, self._slots, tuple(self._lost.values()))
            return self._open()
        if self._lost:
            file.restore(self._lost.values())
        return file

    def _open(self) -> SpoolFile:
        return SpoolFile(self._path, self._seal, self._slots, self._sync, self._seconds)

    def _set_aside(self) -> None:
        """Give the file another name and make a new one, in which everything is that is whole in the old one."""
        entries = self._lost.copy()
        with ExitStack() as stack:
            try:
                file = stack.enter_context(held(self._path, self._seconds, os.O_RDONLY))
                entries |= {entry.key: entry for entry in rest_of(file)}
            except TimeoutError:
                raise  # somebody may be writing in it
            except OSError:
                pass  # it cannot even be read
            aside = _free_name(self._path)
            self._path.rename(aside)
            try:
                make(self._path, self._slots, sorted(entries.values(), key=lambda entry: entry.arrival))
            except OSError:
                aside.rename(self._path)  # it holds what could not be taken over
                raise
        log.error("spool_set_aside", count=len(entries))


def set_aside(path: Path) -> tuple[Path, ...]:
    """The files that were set aside beside this spool and that nobody has taken away since."""
    return tuple(sorted(path.parent.glob(f"{path.name}.aside-*")))


def _free_name(path: Path) -> Path:
    for number in range(1, MOST_ASIDE + 1):
        aside = path.with_name(f"{path.name}.aside-{number}")
        if not os.path.lexists(aside):
            return aside
    raise OSError("too many were set aside")


def _taken(path: Path, job: Job[int | None]) -> int | None:
    """The lock file, opened and held alone; None while another process holds it."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, shared_folder.file_mode(path.parent))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if job.settle():
            return file
    except BlockingIOError:
        pass
    os.close(file)
    return None
