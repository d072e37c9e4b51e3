"""The disk of this machine, for orders while the database is away."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol, TypeAlias

SpoolState: TypeAlias = Literal["ok", "set_aside", "away"]
"""`set_aside`: it is there, and beside it lies one that could not be used; `away`: nothing can be kept."""


class SpoolFull(Exception):
    """The spool took nothing: it is full, or its disk failed or did not answer in time."""


class Spool(Protocol):
    """The machine's own disk, for orders while the database is away. Records are sealed; a key is kept once.

    Every method but `state` raises SpoolFull where the disk fails, or somebody keeps it locked; none waits for it beyond a budget.
    """

    def put(self, key: bytes, record: bytes) -> None:
        """Durable when it returns (fsync). Writing a key again changes nothing. Raises SpoolFull where it is full, too: then the record does not turn up later."""

    def find(self, key: bytes) -> bytes | None: ...
    def find_all(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """`find` for many at once, in their order; what is not there is left out."""

    def records(self) -> tuple[tuple[bytes, bytes], ...]:
        """All, oldest first, as (key, record)."""

    def drop(self, key: bytes) -> None: ...
    def __len__(self) -> int: ...
    def state(self) -> SpoolState: ...
    def turn(self) -> AbstractContextManager[bool]:
        """True for one process of the machine at a time: whoever takes the records into the database."""
