"""Published editions, proposals that wait for a second person, and what was withdrawn from all of them."""

from __future__ import annotations

from typing import Final, Protocol

from msgspec import Struct

from hotline.engine.freshness import WithdrawnItem

FIRST_START: Final = "first start"
"""By whom the files are published that come with the program."""


class EditionRow(Struct, frozen=True):
    """One published edition, as it lies in the database. `sources` is the JSON of its files."""

    number: int
    made_at: int
    made_by: str
    active_from: int
    sources: bytes
    approved_by: str | None = None
    """The second person, where two are needed."""
    again: int | None = None
    """A rollback: the number of the edition whose sources these are."""
    title: str | None = None
    """What it is about, as whoever proposed it called it."""


class Proposal(Struct, frozen=True):
    """Sources that wait for a second person before they become an edition."""

    number: int
    made_at: int
    made_by: str
    sources: bytes
    pending_by: str | None = None
    """Who took on to publish words that nobody has reviewed."""
    title: str | None = None


class Withdrawal(Struct, frozen=True):
    """A number was taken off the line: this entry's, if it is still this number and was not verified after this day.

    Or a testimony was taken back: for good, whatever its words.
    """

    item: str
    phone: str
    """Empty: `item` is a testimony."""
    day: str
    """The local day, as 2026-01-31."""
    at: int
    by: str

    @property
    def number(self) -> WithdrawnItem:
        """As the engine knows it."""
        return self.item, self.phone, self.day


class WaitingProposal(Struct, frozen=True):
    """What is known of a proposal without what it says. `hands`: the ids of whoever began the draft that it is made of, or wrote any of it."""

    number: int
    made_by: str
    hands: frozenset[str]


class Editions(Protocol):
    def add(self, edition: EditionRow) -> None: ...
    def get(self, number: int) -> EditionRow | None: ...
    def active(self, at: int) -> EditionRow | None:
        """The highest number with `active_from` <= at."""

    def all(self) -> tuple[EditionRow, ...]:
        """All, newest first, their sources left empty."""

    def made_since(self, at: int) -> tuple[EditionRow, ...]:
        """As `all`, those made after this moment: they are found without looking at what the others say."""

    def moments(self) -> tuple[tuple[int, int, int], ...]:
        """Number, `made_at` and `active_from` of all, oldest first: cheap enough for every second."""

    def rewrite(self, number: int, sources: bytes) -> None:
        """Let these be its sources: the one reason is that words were taken back."""

    def add_proposal(self, proposal: Proposal) -> None: ...
    def next_proposal(self) -> int:
        """The number of the next one, which none had before, decided or not."""

    def proposal(self, number: int) -> Proposal | None:
        """A proposal that waits. Returns None once it was decided."""

    def proposals(self) -> tuple[Proposal, ...]:
        """All that wait, newest first, their sources left empty."""

    def waiting(self) -> tuple[WaitingProposal, ...]:
        """Those that are not decided, oldest first."""

    def decide_proposal(self, number: int) -> bool:
        """It waits no longer and leaves its number, without its sources. True if it waited."""

    def rewrite_proposal(self, number: int, sources: bytes) -> None:
        """The same, for one that waits."""

    def withdraw(self, withdrawal: Withdrawal) -> None:
        """The same entry, number and day twice is one."""

    def withdrawals(self) -> tuple[Withdrawal, ...]:
        """All, oldest first."""
