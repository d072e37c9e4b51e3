"""The audit: who did what to what. `audit_deeds.py` lists all that can be done."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from hotline.ports.desk.audit_deeds import Deed


class AuditRecord(Struct, frozen=True):
    """One line of the audit: who did what to what. `about` is an id or a number of ours, never anything from a caller."""

    at: int
    who: str
    what: Deed
    """A line that an older version of the program wrote may hold another."""
    about: str


class AuditHead(Struct, frozen=True):
    """Where an audit ended at a moment: the number of its last line, and what binds that line to all before it. Somebody keeps it elsewhere."""

    sequence: int
    digest: bytes
    """16 bytes."""
    signature: bytes
    """16 bytes of a keyed hash over both: it was this line that said so."""


HeadStanding: TypeAlias = Literal["holds", "other", "gone", "ahead", "unsigned"]
"""How an audit stands to a head that was kept: that line is there; another stands in its place; it went with its year; there are not so many;
no key of the line made it."""


class Audit(Protocol):
    def add(self, record: AuditRecord) -> None:
        """Append a line to the chain: each carries a keyed hash over itself and the one before."""

    def all(self) -> tuple[AuditRecord, ...]:
        """The whole chain, oldest first."""

    def search(self, search: str, before: int, limit: int, deeds: tuple[str, ...] = ()) -> tuple[tuple[int, AuditRecord], ...]:
        """The newest lines with a sequence number below `before` in which `search` stands (letters' size apart) or whose `what` is one of
        `deeds`, each with its number."""

    def who_did(self, what: Deed, about: str, since: int) -> tuple[str, ...]:
        """Who did this to that, from a moment on."""

    def deeds(self) -> tuple[str, ...]:
        """Every `what` that stands in the audit, in order."""

    def count(self) -> int: ...
    def rebind_restored(self) -> None:
        """Bind the end of what a backup brought back under the key in force, though it was bound under one whose exchange is done since; where somebody
        meddled with it, it stays as it is, and is told."""

    def first(self) -> int:
        """The number of the first line that is kept, or would be: 1 until years have gone."""

    def head(self) -> AuditHead | None:
        """Where it ends now; None while there is no line, or where somebody meddled with its end."""

    def holds(self, head: AuditHead) -> HeadStanding:
        """Is what a head says still so? A digest tells by itself, so that a head whose key is gone is told apart only where no line answers for it."""

    def due(self, at: int) -> int | None:
        """The number of the last line that goes: from the first one on all of them are older than `at`. None where none is, or where it does not hold."""

    def forget(self, until: int, most: int) -> int:
        """Take the oldest `most` lines away, none with a number above `until`; the one that is first then still follows what went. Returns how many."""

    def broken_at(self) -> int | None:
        """The sequence number, from 1, of the first line that does not follow from the one before, or that is missing at the end; 1
        where all of it was taken out, its end too; None where the chain holds."""
