"""The audit: who did what to what. `Deed` is the closed list of all that is ever recorded; `Act.record` and `Work.audit` record it."""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias, get_args

from msgspec import Struct

Deed: TypeAlias = Literal[
    # editions
    "published",
    "proposed",
    "approved",
    "approved unseen",
    "rejected",
    "rolled back",
    "pending words published",
    "number taken off",
    # signing in
    "signed in",
    "signed in somewhere new",
    "locked out",
    "account begun",
    "password changed",
    "second factor set",
    "recovery codes renewed",
    "recovery code used",
    "signed out everywhere",
    # who works here, and when
    "person added",
    "person changed",
    "role changed",
    "number changed",
    "one-time link made",
    "person disabled",
    "plan changed",
    # callbacks
    "taken",
    "given back",
    "handed over",
    "connected",
    "number shown",
    "cover played",
    "marked",
    "outcome said",
    "safety asked",
    "agreed",
    "number erased",
    "review decided",
    "looked on",
    # cases
    "note written",
    "note erased",
    "note read",
    "codes seen",
    "consent revoked",
    "slip made",
    "slip sent",
    # testimonies
    "testimony written",
    "testimony cut",
    "testimony released",
    "testimony withdrawn",
]
"""As it stands in the database. The console says it in words: `audit.what.…` in the catalogues, with `_` for what is no letter or digit."""
DEEDS: Final[tuple[Deed, ...]] = get_args(Deed)


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
    def broken_at(self) -> int | None:
        """The sequence number, from 1, of the first line that does not follow from the one before, or that is missing at the end; None
        where the chain holds."""
