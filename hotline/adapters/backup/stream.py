"""The plain stream within a backup: frames of MessagePack, each with its length in front, and a digest over all of them at the end.

    magic | length (4 bytes, big endian) | BackupHead | length | TableBegins | length | Rows | … | length | Tail

A table's name and its columns' names stand there as the database has them, values as integers, texts, bytes, truths and nothing: SQLite and PostgreSQL write the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Final, TypeAlias

import msgspec
from msgspec import Struct

from hotline.ports.upkeep.backups import BackupFileKind

MAGIC: Final = b"hotline backup 1\n"
LENGTH_BYTES: Final = 4
LONGEST: Final = 1 << 28
"""Bytes of one frame. An edition is the largest thing that there is, some megabytes; a length above this is none."""


class DamagedBackup(Exception):
    """It is no backup of a line, or not all of it, or not as it was written."""


class BackupHead(Struct, frozen=True, tag="head"):
    """What stands first."""

    revision: str
    """Of the tables: which migration they had come to."""
    made_at: int
    kind: BackupFileKind


class TableBegins(Struct, frozen=True, tag="table"):
    """The rows that follow are this table's."""

    name: str
    columns: tuple[str, ...]


class Rows(Struct, frozen=True, tag="rows"):
    rows: tuple[tuple[Any, ...], ...]


class Tail(Struct, frozen=True, tag="tail"):
    """What stands last: without it the backup is not whole."""

    counts: dict[str, int]
    """How many rows of each table."""
    sequences: dict[str, int]
    """The highest number that a table ever counted to, where it counts by itself."""
    digest: bytes
    """SHA-256 over all that stands before this frame's length."""


Frame: TypeAlias = BackupHead | TableBegins | Rows | Tail
_decoder: Final = msgspec.msgpack.Decoder(Frame)


def encoded(frames: Iterator[BackupHead | TableBegins | Rows], sequences: Callable[[], dict[str, int]]) -> Iterator[bytes]:
    """The stream, piece by piece; the tail is made of what went by. `sequences`: asked last."""
    digest, counts, name = sha256(MAGIC), dict[str, int](), ""
    yield MAGIC
    for frame in frames:
        if isinstance(frame, TableBegins):
            name = frame.name
            counts[name] = 0
        if isinstance(frame, Rows):
            counts[name] += len(frame.rows)
        piece = _framed(frame)
        digest.update(piece)
        yield piece
    yield _framed(Tail(counts, sequences(), digest.digest()))


def _framed(frame: Frame) -> bytes:
    body = msgspec.msgpack.encode(frame)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


class FrameReader:
    """Takes the stream in pieces of any size and hands on what stands in it, frame by frame. `take` is called with nothing that is out of place."""

    def __init__(self, take: Callable[[Frame], None]) -> None:
        self._take = take
        self._rest = bytearray()
        self._digest = sha256(MAGIC)
        self._counts: dict[str, int] = {}
        self._name = ""
        self._begun = False
        self.head: BackupHead | None = None
        self.tail: Tail | None = None

    def write(self, piece: bytes) -> int:
        """Raises DamagedBackup, and what `take` raises."""
        self._rest += piece
        if not self._begun:
            if len(self._rest) < len(MAGIC):
                return len(piece)
            if self._rest[: len(MAGIC)] != MAGIC:
                raise DamagedBackup("what opens is no backup of a line")
            del self._rest[: len(MAGIC)]
            self._begun = True
        while (frame := self._next()) is not None:
            self._take(frame)
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def finish(self) -> Tail:
        """Raises DamagedBackup where not all of it came."""
        if self.tail is None or self._rest:
            raise DamagedBackup("it ends before its end")
        return self.tail

    def _next(self) -> Frame | None:
        if len(self._rest) < LENGTH_BYTES:
            return None
        length = int.from_bytes(self._rest[:LENGTH_BYTES], "big")
        end = LENGTH_BYTES + length
        if length > LONGEST or self.tail is not None:
            raise DamagedBackup("there is more than there should be")
        if len(self._rest) < end:
            return None
        piece = bytes(self._rest[:end])
        del self._rest[:end]
        try:
            frame: Frame = _decoder.decode(piece[LENGTH_BYTES:])
        except msgspec.DecodeError:
            raise DamagedBackup("another version of the program wrote it, or it was changed") from None
        self._check(frame)
        self._digest.update(piece)
        return frame

    def _check(self, frame: Frame) -> None:
        """Is it what may stand here?"""
        match frame:
            case BackupHead() if self.head is None:
                self.head = frame
            case TableBegins() if self.head is not None and frame.name not in self._counts:
                self._name = frame.name
                self._counts[frame.name] = 0
            case Rows() if self._name:
                self._counts[self._name] += len(frame.rows)
            case Tail() if self.head is not None:
                if frame.digest != self._digest.digest() or frame.counts != self._counts:
                    raise DamagedBackup("it is not as it was written")
                self.tail = frame
            case _:
                raise DamagedBackup("what stands there stands in the wrong place")
