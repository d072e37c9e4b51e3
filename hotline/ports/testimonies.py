"""What women told to be read by others, until it is part of an edition, and after it was withdrawn."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

TestimonyState: TypeAlias = Literal["written", "cut", "released", "withdrawn"]
"""`released`: it is part of an edition. `cut` with two who release it: the edition could not be made yet."""


class Testimony(Struct, frozen=True):
    """Written down by a counselor, cut of names and places by somebody, released by two people; its words are sealed until then."""

    id: str
    text: dict[str, str]
    """By language; empty once it was withdrawn."""
    state: TestimonyState
    written_by: str
    at: int
    cut_by: str | None = None
    released_by: tuple[str, ...] = ()
    """Staff ids; two of them, and it is released."""
    released_on: str | None = None
    """The local day, as 2026-01-31."""


class Testimonies(Protocol):
    def save_testimony(self, testimony: Testimony) -> None: ...
    def testimony(self, id: str) -> Testimony | None: ...
    def testimonies(self) -> tuple[Testimony, ...]:
        """All, newest first."""

    def rewrite_edition(self, number: int, sources: bytes) -> None:
        """Let these be its sources: the one reason is that words were taken back."""

    def rewrite_proposal(self, number: int, sources: bytes) -> None:
        """The same, for one that waits."""
