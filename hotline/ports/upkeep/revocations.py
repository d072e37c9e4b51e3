"""What must not be undone by a restore: written down besides the database, where no backup is, as keyed hashes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

RevokedKind: TypeAlias = Literal["stop", "cancelled", "consent", "testimony", "disabled", "figures"]


class Revocation(Struct, frozen=True):
    """One thing that was said no to."""

    kind: RevokedKind
    digest: bytes
    """Of the number, as the database knows it; of the id of the callback, of the callback and the kind of the consent, of the testimony's id; of the id of
    whoever of the staff was shut out; of a release's number and digest."""
    at: int
    until: int
    """So long a backup may still bring it back."""


def hashed_as(kind: RevokedKind) -> str:
    """The purpose of the hash by which the file knows it: of a number the database's own, so that after a restore the two are held against each other."""
    return "number" if kind == "stop" else f"revoked {kind}"


class Revocations(Protocol):
    def add(self, kind: RevokedKind, about: str, at: int) -> None:
        """Write it down when this transaction commits. `about`: the number, the callback's id, `consented`, the testimony's or the staff's id, `released`."""

    def add_stop_of(self, callback: str, at: int) -> None:
        """A stop of this callback's phone, whose number nobody need know; before the number goes."""

    def standing(self, at: int) -> tuple[Revocation, ...]:
        """The stops and cancellations that the database still knows, as they were written down, oldest first of each."""

    def digests(self, kind: RevokedKind, about: str) -> frozenset[bytes]:
        """What may have been written down of it, under whichever key was in force."""


class RevokedJournal(Protocol):
    """The file, or what stands for it."""

    def append(self, revocations: tuple[Revocation, ...]) -> None:
        """Durable once it returns. Never raises: where there is no room for it, it says so loudly, and the stop itself is done; `append_left` tries again."""

    def append_left(self) -> None:
        """Append what there was no room or no time for. Never raises."""

    def all(self) -> tuple[Revocation, ...]:
        """What stands in this machine's file, oldest first. Raises OSError."""

    def add_missing(self, revocations: Iterable[Revocation]) -> int:
        """Append those that are not there, as what another machine wrote, or found no room for. Returns how many. Raises OSError."""

    def trim(self, at: int) -> None:
        """Take out what no backup can bring back any more. Raises OSError."""


def released(number: int, digest: str) -> str:
    """What a release is called there."""
    return f"{number}|{digest}"


def consented(callback: str, kind: str) -> str:
    """What a consent is called there."""
    return f"{callback}|{kind}"
