"""The audit: who did what to what. `audit_deeds.py` lists all that can be done."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from hotline.ports.desk.audit_deeds import Deed


class AuditRecord(Struct, frozen=True):
    """One line of the audit: who did what to what. `about` is an id or a number of ours, never anything from a caller."""

    at: int
    who: str
    what: Deed
    """A line that an older version of the program wrote may hold another."""
    about: str


class Audit(Protocol):
    def add(self, record: AuditRecord) -> None:
        """Append a line to the chain: each carries a keyed hash over itself and the one before."""

    def all(self) -> tuple[AuditRecord, ...]:
        """The whole chain, oldest first."""

    def search(self, search: str, before: int, limit: int, deeds: tuple[str, ...] = ()) -> tuple[tuple[int, AuditRecord], ...]:
        """The newest lines with a sequence number below `before` in which `search` stands (letters' size apart) or whose `what` is one of
        `deeds`, each with its number."""

    def deeds(self) -> tuple[str, ...]:
        """Every `what` that stands in the audit, in order."""

    def count(self) -> int: ...
    def rebind_restored(self) -> None:
        """Bind the end of what a backup brought back under the key in force, though it was bound under one whose exchange is done since; where somebody
        meddled with it, it stays as it is, and is told."""

    def broken_at(self) -> int | None:
        """The sequence number, from 1, of the first line that does not follow from the one before, or that is missing at the end; 1
        where all of it was taken out, its end too; None where the chain holds."""
