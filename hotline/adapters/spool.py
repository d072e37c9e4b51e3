"""The last resort, this machine's disk: sealed orders in a preallocated file, durable when acknowledged, shared by all processes.

The file is a row of equal slots, the first one a header. A slot holds one record, written by one `pwrite` and an `fdatasync`; its checksum tells a whole record from a
torn one. Writers take turns by a lock on the file. Readers take none: the header's generation is odd while somebody writes (or died writing) and higher afterwards, so
that they look through the file again only when something changed.
"""

from __future__ import annotations

import fcntl
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from hotline.adapters.seal import Seal, SealBroken
from hotline.ports.spool import SpoolFull

SLOT: Final = 1024
MAGIC: Final = b"hlspool1"
GENERATION: Final = struct.Struct("<Q")
"""In the header, after the magic."""
RECORD: Final = struct.Struct("<BHQ32s")
"""Used or free, length of the sealed record, place in the order of arrival, key. The sealed record follows, then the checksum of all before."""
CHECKSUM: Final = struct.Struct("<I")
USED: Final = 1
ROOM: Final = SLOT - RECORD.size - CHECKSUM.size
"""Bytes that a sealed record may have."""


class _Entry(Struct, frozen=True):
    slot: int
    arrival: int


class _Index(Struct):
    """What the file held at one generation."""

    generation: int
    entries: dict[bytes, _Entry]
    free: list[int]
    """The last one is used next."""
    arrivals: int


class DiskSpool:
    """`hotline.ports.spool.Spool`. Keys are the ledger's, 32 bytes; a record may have some 900. Every method raises SpoolFull where the disk fails."""

    def __init__(self, path: Path, seal: Seal, slots: int = 4096, sync: Callable[[int], None] = os.fdatasync) -> None:
        """Open the file, or make it (mode 600). Raises OSError where there is no room for it, ValueError where it is something else."""
        self._path = path
        self._seal = seal
        self._sync = sync
        self._reader = _open(path, (1 + slots) * SLOT)
        self._index = _Index(-1, {}, [], 0)  # of no generation: read when first asked, which a process that only delivers never does

    def put(self, key: bytes, record: bytes) -> None:
        sealed = self._seal.seal(record, _context(key))
        if len(sealed) > ROOM:
            raise SpoolFull("the record is larger than a slot")
        with _disk(), _locked(self._path) as file:
            index = self._current()
            entry = index.entries.get(key)
            if entry is not None and self._read(entry, key) is not None:
                return
            if entry is None and not index.free:
                raise SpoolFull("no slot is free")
            entry = entry or _Entry(index.free.pop(), index.arrivals)
            self._write(file, index, entry.slot, _pack(entry, key, sealed))
            index.entries[key] = entry
            index.arrivals = max(index.arrivals, entry.arrival + 1)

    def find(self, key: bytes) -> bytes | None:
        with _disk():
            entry = self._current().entries.get(key)
            return None if entry is None else self._read(entry, key)

    def records(self) -> tuple[tuple[bytes, bytes], ...]:
        with _disk():
            entries = sorted(self._current().entries.copy().items(), key=lambda item: item[1].arrival)
            read = [(key, self._read(entry, key)) for key, entry in entries]
        return tuple((key, record) for key, record in read if record is not None)

    def drop(self, key: bytes) -> None:
        with _disk(), _locked(self._path) as file:
            index = self._current()
            entry = index.entries.get(key)
            if entry is not None:
                self._write(file, index, entry.slot, bytes(SLOT))
                del index.entries[key]
                index.free.append(entry.slot)

    def __len__(self) -> int:
        """Records that somebody still has to take, those among them that no key of ours opens."""
        with _disk():
            return len(self._current().entries)

    def close(self) -> None:
        os.close(self._reader)

    def _current(self) -> _Index:
        """What the file holds, looked through again when somebody wrote. While somebody writes, what was acknowledged before."""
        index = self._index
        if _generation(self._reader) != index.generation or index.generation % 2:
            index = self._index = _scan(self._reader)
        return index

    def _write(self, file: int, index: _Index, slot: int, data: bytes) -> None:
        """Write a slot durably, under the lock. `index` is the caller's to bring up to date."""
        writing = index.generation | 1
        _set_generation(file, writing)
        try:
            _pwrite(file, data, slot * SLOT)
            self._sync(file)
        except OSError:
            # The caller will be told that it is lost: then it must not turn up later. The generation stays odd: nobody trusts an index.
            with suppress(OSError):
                _pwrite(file, bytes(SLOT), slot * SLOT)
            raise
        _set_generation(file, writing + 1)
        index.generation = writing + 1

    def _read(self, entry: _Entry, key: bytes) -> bytes | None:
        """The record, None if it was dropped meanwhile or no key of ours opens it."""
        found = _unpack(os.pread(self._reader, SLOT, entry.slot * SLOT))
        if found is None or found[1] != key:
            return None
        with suppress(SealBroken):
            return self._seal.open(found[2], _context(key))
        return None


def _open(path: Path, size: int) -> int:
    """Make the file whole, and open it for reading."""
    with _locked(path, os.O_CREAT) as file:
        magic = os.pread(file, len(MAGIC), 0)
        if magic not in {b"", bytes(len(MAGIC)), MAGIC}:
            raise ValueError("the spool's file is something else")
        os.fchmod(file, 0o600)
        if magic != MAGIC or os.fstat(file).st_size < size:
            os.posix_fallocate(file, 0, size)
            _pwrite(file, MAGIC, 0)
            os.fsync(file)
            _sync_folder(path.parent)
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _sync_folder(path: Path) -> None:
    """Make the file's name durable, too."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _locked(path: Path, flags: int = 0) -> Iterator[int]:
    """The file, opened anew and held alone: a lock belongs to an opening, so that threads and forked processes exclude each other as well."""
    file = os.open(path, os.O_RDWR | os.O_CLOEXEC | flags, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError:
        raise SpoolFull("the disk failed") from None


def _scan(file: int) -> _Index:
    generation = _generation(file)
    data = os.pread(file, os.fstat(file).st_size, 0)
    entries: dict[bytes, _Entry] = {}
    free: list[int] = []
    for slot in range(len(data) // SLOT - 1, 0, -1):
        found = _unpack(data[slot * SLOT : (slot + 1) * SLOT]) if data[slot * SLOT] == USED else None
        if found is None:
            free.append(slot)
        else:
            entries[found[1]] = _Entry(slot, found[0])
    return _Index(generation, entries, free, 1 + max((entry.arrival for entry in entries.values()), default=0))


def _pack(entry: _Entry, key: bytes, sealed: bytes) -> bytes:
    body = RECORD.pack(USED, len(sealed), entry.arrival, key) + sealed
    return (body + CHECKSUM.pack(zlib.crc32(body))).ljust(SLOT, b"\0")


def _unpack(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Arrival, key and sealed record of a slot; None if it is free, or not whole."""
    used, length, arrival, key = RECORD.unpack_from(data)
    end = RECORD.size + length
    if used != USED or length > ROOM or CHECKSUM.unpack_from(data, end)[0] != zlib.crc32(data[:end]):
        return None
    return arrival, key, data[RECORD.size : end]


def _generation(file: int) -> int:
    generation: int = GENERATION.unpack(os.pread(file, GENERATION.size, len(MAGIC)))[0]
    return generation


def _set_generation(file: int, generation: int) -> None:
    _pwrite(file, GENERATION.pack(generation), len(MAGIC))


def _pwrite(file: int, data: bytes, offset: int) -> None:
    if os.pwrite(file, data, offset) != len(data):
        raise OSError("short write")


def _context(key: bytes) -> str:
    return f"spool.record.{key.hex()}"
