"""The spool's file: a row of equal slots, the first one a header, shared by all processes of the machine.

A slot holds one record. It is written as given, made durable, and only then marked as kept, which is made durable too: who dies in between, or is told meanwhile that
it took too long, has kept nothing. Its checksum tells a whole record from a torn one. Writers take turns by a lock on the file. Readers take none, unless the header's
generation is odd: then somebody writes, or died writing. It is higher afterwards, so that they look through the file again only when something changed.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from hotline import shared_folder
from hotline.adapters.apart import Job
from hotline.adapters.keys.seal import Seal, SealBroken

SLOT: Final = 1024
MAGIC: Final = b"hlspool1"
GENERATION: Final = struct.Struct("<Q")
"""In the header, after the magic."""
SLOTS: Final = struct.Struct("<I")
"""In the header, after the generation: how many slots there are. 0 in files of older versions, which did not say."""
RECORD: Final = struct.Struct("<BHQ32s")
"""State, length of the sealed record, place in the order of arrival, key. The sealed record follows, then the checksum of all before, as it is once kept."""
CHECKSUM: Final = struct.Struct("<I")
KEPT: Final = 1
GIVEN: Final = 2
"""Written, and not acknowledged yet: free for whoever finds it."""
ROOM: Final = SLOT - RECORD.size - CHECKSUM.size
"""Bytes that a sealed record may have."""
MOST_BYTES: Final = 16 << 20
"""So much is looked through of a file that is no spool any more."""
LOCK_STEP: Final = 0.002
"""So often somebody who waits for the lock tries again: a lock that is waited for in the kernel can be waited for without end."""


class Damaged(Exception):
    """The file is no spool, or not all of it is there."""


class NoSlot(Exception):
    """Every slot holds a record."""


class Entry(Struct, frozen=True):
    """A kept record as it lies in the file."""

    slot: int
    arrival: int
    key: bytes
    sealed: bytes


class _Occupied(Struct, frozen=True):
    slot: int
    arrival: int


class _Index(Struct):
    """What the file held at one generation."""

    generation: int
    places: dict[bytes, _Occupied]
    free: list[int]
    """The last one is used next."""
    arrivals: int


class SpoolFile:
    """One opening of the file. For one thread. Every method raises OSError (a lock that is not to be had: TimeoutError) or Damaged."""

    def __init__(self, path: Path, seal: Seal, slots: int, sync: Callable[[int], None], seconds: float) -> None:
        """Open a file that is there, and make it longer where it has fewer slots. `seconds`: how long a lock is waited for."""
        self._path = path
        self._seal = seal
        self._sync = sync
        self._seconds = seconds
        self._reader = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            self._size = self._grown(slots)
        except BaseException:
            os.close(self._reader)
            raise
        self._index = _Index(-1, {}, [], 0)  # of no generation

    def close(self) -> None:
        os.close(self._reader)

    @property
    def is_in_place(self) -> bool:
        """Is it still the file of this name, and whole?"""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return False
        ours = os.fstat(self._reader)
        return (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino) and found.st_size >= self._size and self._magic() == MAGIC

    def put(self, key: bytes, sealed: bytes, job: Job[None]) -> None:
        """Keep it durably, unless its key is kept already, or the job is given up before it is done. Raises NoSlot."""
        with held(self._path, self._seconds) as file:
            index = self._current(locked=file)
            place = index.places.get(key)
            if place is not None and self._opened(place, key) is not None:
                return
            if place is None and not index.free:
                raise NoSlot
            place = place or _Occupied(index.free[-1], index.arrivals)
            with self._writing(file, index):
                if self._keep(file, _packed(place, key, sealed), place.slot, job):
                    if place.slot in index.free:
                        index.free.remove(place.slot)
                    index.places[key] = place
                    index.arrivals = max(index.arrivals, place.arrival + 1)
                elif index.places.pop(key, None):
                    index.free.append(place.slot)

    def drop(self, key: bytes) -> None:
        with held(self._path, self._seconds) as file:
            index = self._current(locked=file)
            place = index.places.get(key)
            if place is not None:
                with self._writing(file, index):
                    _pwrite(file, bytes(SLOT), place.slot * SLOT)
                    self._sync(file)
                    del index.places[key]
                    index.free.append(place.slot)

    def restore(self, entries: Iterable[Entry]) -> None:
        """Keep what an earlier file held, as far as there is room, but for the keys that are kept here."""
        with held(self._path, self._seconds) as file:
            index = self._current(locked=file)
            with self._writing(file, index):
                for entry in entries:
                    if entry.key not in index.places and index.free:
                        place = _Occupied(index.free.pop(), index.arrivals)
                        _pwrite(file, _packed(place, entry.key, entry.sealed), place.slot * SLOT)
                        index.places[entry.key] = place
                        index.arrivals += 1
                self._sync(file)

    def find(self, key: bytes) -> bytes | None:
        return self.find_all((key,)).get(key)

    def find_all(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        places = self._current().places
        return {key: record for key in keys if key in places and (record := self._opened(places[key], key)) is not None}

    def records(self) -> tuple[tuple[bytes, bytes], ...]:
        places = sorted(self._current().places.items(), key=lambda item: item[1].arrival)
        read = [(key, self._opened(place, key)) for key, place in places]
        return tuple((key, record) for key, record in read if record is not None)

    def __len__(self) -> int:
        return len(self._current().places)

    def rest(self) -> tuple[Entry, ...]:
        """What this opening still holds, though its name may be gone."""
        return rest_of(self._reader)

    def _keep(self, file: int, data: bytes, slot: int, job: Job[None]) -> bool:
        """Returns False where it was given up meanwhile: then it is as if it had never been written."""
        try:
            _pwrite(file, bytes([GIVEN]) + data[1:], slot * SLOT)
            self._sync(file)
            if job.is_wanted and self.is_in_place:
                _pwrite(file, data[:1], slot * SLOT)
                self._sync(file)
                if job.settle():
                    return True
        except OSError:
            # Whoever asked will be told that it is lost: then it must not turn up later.
            with suppress(OSError):
                _pwrite(file, bytes(SLOT), slot * SLOT)
            raise
        _pwrite(file, bytes(SLOT), slot * SLOT)
        self._sync(file)
        if job.is_wanted:
            raise OSError("another file took its place")
        return False

    @contextmanager
    def _writing(self, file: int, index: _Index) -> Iterator[None]:
        """Under the lock. Where it fails the generation stays odd: nobody trusts an index."""
        writing = index.generation | 1
        _pwrite(file, GENERATION.pack(writing), len(MAGIC))
        try:
            yield
        except OSError:
            self._index = _Index(-1, {}, [], 0)
            raise
        _pwrite(file, GENERATION.pack(writing + 1), len(MAGIC))
        index.generation = writing + 1

    def _current(self, locked: int | None = None) -> _Index:
        """What the file holds, looked through again when somebody wrote. Whoever finds an odd generation waits for the lock: only then it is certain what counts."""
        generation = self._generation()
        if generation % 2 and locked is None:
            with held(self._path, self._seconds) as file:
                return self._current(locked=file)
        if generation % 2 and locked is not None:
            generation += 1
            _pwrite(locked, GENERATION.pack(generation), len(MAGIC))
            self._index.generation = -1
        if self._index.generation != generation:
            self._index = _scanned(self._reader, generation, self._size)
        return self._index

    def _opened(self, place: _Occupied, key: bytes) -> bytes | None:
        """The record, None if it was dropped meanwhile or no key of ours opens it."""
        found = _unpacked(_pread(self._reader, SLOT, place.slot * SLOT), place.slot)
        if found is None or found.key != key:
            return None
        with suppress(SealBroken):
            return self._seal.open(found.sealed, context(key))
        return None

    def _generation(self) -> int:
        generation: int = GENERATION.unpack(_pread(self._reader, GENERATION.size, len(MAGIC)))[0]
        return generation

    def _magic(self) -> bytes:
        return os.pread(self._reader, len(MAGIC), 0)

    def _grown(self, slots: int) -> int:
        """The size that it has to have; it is made longer where that is new. Raises Damaged where it is shorter than it was."""
        at = len(MAGIC) + GENERATION.size
        if self._magic() != MAGIC:
            raise Damaged
        size = os.fstat(self._reader).st_size
        said: int = SLOTS.unpack(_pread(self._reader, SLOTS.size, at))[0]
        if size < (1 + said) * SLOT or size < 2 * SLOT:
            raise Damaged
        if said < slots:
            with held(self._path, self._seconds) as file:
                os.posix_fallocate(file, 0, (1 + slots) * SLOT)
                _pwrite(file, SLOTS.pack(slots), at)
                os.fsync(file)
        return (1 + max(said, slots)) * SLOT


class SpoolLook(Struct, frozen=True):
    """What whoever only looks finds."""

    used: int
    readable: int
    """So many of them open under our keys."""


def look(path: Path, seal: Seal) -> SpoolLook:
    """Look into a spool without making, locking or mending anything. Raises OSError and Damaged."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        if os.pread(file, len(MAGIC), 0) != MAGIC:
            raise Damaged
        said: int = SLOTS.unpack(_pread(file, SLOTS.size, len(MAGIC) + GENERATION.size))[0]
        if os.fstat(file).st_size < (1 + max(said, 1)) * SLOT:
            raise Damaged
        entries = rest_of(file)
    finally:
        os.close(file)
    readable = 0
    for entry in entries:
        with suppress(SealBroken):
            seal.open(entry.sealed, context(entry.key))
            readable += 1
    return SpoolLook(len(entries), readable)


def make(path: Path, slots: int, entries: Sequence[Entry]) -> None:
    """A new spool with these records (its owner's alone, or the group's where the folder is), its room taken in advance, under its name once it is whole. Raises OSError where there is no room, and leaves nothing then."""
    slots = max(slots, len(entries))
    fresh = path.with_name(f"{path.name}.new")
    file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, shared_folder.file_mode(path.parent))
    try:
        os.posix_fallocate(file, 0, (1 + slots) * SLOT)
        _pwrite(file, MAGIC + GENERATION.pack(0) + SLOTS.pack(slots), 0)
        for number, entry in enumerate(entries, 1):
            _pwrite(file, _packed(_Occupied(number, number), entry.key, entry.sealed), number * SLOT)
        os.fsync(file)
        fresh.replace(path)
    except OSError:
        with suppress(OSError):
            fresh.unlink()
        raise
    finally:
        os.close(file)
    _sync_folder(path.parent)


def rest_of(file: int) -> tuple[Entry, ...]:
    """Whatever is whole in an opened file, oldest first: what was acknowledged, however the rest of it looks. Raises OSError."""
    data = os.pread(file, min(os.fstat(file).st_size, MOST_BYTES), 0)
    return tuple(sorted(_entries(data), key=lambda entry: entry.arrival))


@contextmanager
def held(path: Path, seconds: float, flags: int = os.O_RDWR) -> Iterator[int]:
    """The file, or with O_RDONLY a folder too, opened anew and held alone: a lock belongs to an opening. Raises TimeoutError where somebody else keeps it."""
    file = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        for left in range(int(seconds / LOCK_STEP), -1, -1):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not left:
                    raise TimeoutError from None
                time.sleep(LOCK_STEP)
        yield file
    finally:
        os.close(file)


def _sync_folder(path: Path) -> None:
    """Make the file's name durable, too."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def context(key: bytes) -> str:
    """What a record's seal is bound to."""
    return f"spool.record.{key.hex()}"


def _scanned(file: int, generation: int, size: int) -> _Index:
    size = max(size, os.fstat(file).st_size)
    entries = {entry.key: _Occupied(entry.slot, entry.arrival) for entry in _entries(_pread(file, size, 0))}
    used = {place.slot for place in entries.values()}
    free = [slot for slot in range(size // SLOT - 1, 0, -1) if slot not in used]
    return _Index(generation, entries, free, 1 + max((place.arrival for place in entries.values()), default=0))


def _entries(data: bytes) -> Iterator[Entry]:
    for slot in range(1, len(data) // SLOT):
        if data[slot * SLOT] == KEPT and (entry := _unpacked(data[slot * SLOT : (slot + 1) * SLOT], slot)):
            yield entry


def _packed(place: _Occupied, key: bytes, sealed: bytes) -> bytes:
    body = RECORD.pack(KEPT, len(sealed), place.arrival, key) + sealed
    return (body + CHECKSUM.pack(zlib.crc32(body))).ljust(SLOT, b"\0")


def _unpacked(data: bytes, slot: int) -> Entry | None:
    """None if the slot is free, or not whole."""
    state, length, arrival, key = RECORD.unpack_from(data)
    end = RECORD.size + length
    if state != KEPT or length > ROOM or CHECKSUM.unpack_from(data, end)[0] != zlib.crc32(data[:end]):
        return None
    return Entry(slot, arrival, key, data[RECORD.size : end])


def _pread(file: int, length: int, offset: int) -> bytes:
    data = os.pread(file, length, offset)
    if len(data) != length:
        raise Damaged
    return data


def _pwrite(file: int, data: bytes, offset: int) -> None:
    if os.pwrite(file, data, offset) != len(data):
        raise OSError("short write")
