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
    def save(self, testimony: Testimony) -> None: ...
    def get(self, id: str) -> Testimony | None: ...
    def all(self) -> tuple[Testimony, ...]:
        """All, newest first."""
