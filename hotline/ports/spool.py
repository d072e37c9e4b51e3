"""The disk of this machine, for orders while the database is away."""

from __future__ import annotations

from typing import Protocol


class SpoolFull(Exception):
    """The spool took nothing: it is full, or its disk failed."""


class Spool(Protocol):
    """The machine's own disk, for orders while the database is away. Records are sealed; a key is kept once.

    Every method raises SpoolFull where the disk fails.
    """

    def put(self, key: bytes, record: bytes) -> None:
        """Durable when it returns (fsync). Writing a key again changes nothing. Raises SpoolFull where it is full, too."""

    def find(self, key: bytes) -> bytes | None: ...
    def records(self) -> tuple[tuple[bytes, bytes], ...]:
        """All, oldest first, as (key, record)."""

    def drop(self, key: bytes) -> None: ...
    def __len__(self) -> int: ...
