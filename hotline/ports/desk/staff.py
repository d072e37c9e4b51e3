"""The staff, under aliases."""

from __future__ import annotations

from typing import Final, Literal, Protocol, TypeAlias

from msgspec import Struct

Role: TypeAlias = Literal["counselor", "supervisor", "operator", "admin", "partner"]
Right: TypeAlias = Literal["reviewer", "approver"]
"""What is added to a role: to read the words of a language and sign them, and to be the second person of an edition."""
CALLING: Final[tuple[Role, ...]] = ("counselor", "supervisor")
"""Who takes calls."""


class Agreement(Struct, frozen=True):
    """That a partner accepted terms. `terms`: their digest; `name`: as it was signed, the partner's own."""

    terms: str
    name: str
    at: int


class Staff(Struct, frozen=True):
    """One of the staff, under an alias. An operator takes no calls and hears of what words and numbers of the line need; an admin makes accounts.

    A partner is of another organisation: has no phone here, sees released figures alone, and nothing past the last day.
    """

    id: str
    alias: str
    role: Role
    number: str
    reads: str
    """The language of pages and messages."""
    speaks: tuple[str, ...]
    """The languages in which calls are taken."""
    seen_at: int | None = None
    on_until: int | None = None
    """On shift outside the plan until then."""
    off_until: int | None = None
    """Off shift, whatever the plan says, until then."""
    active: bool = True
    minors: bool = False
    """Takes calls of minors."""
    on_call_until: int | None = None
    """Until when a supervisor is on call, as said."""
    paused_until: int | None = None
    """In a break of the shift until *I am here* is said, at the longest until then."""

    goes_on_until: int | None = None
    """A cap of the shift was reached, and this person said to go on: until then none counts."""
    reviews: tuple[str, ...] = ()
    """The languages whose words this person reads and signs."""
    approves: bool = False
    """May be the second person of an edition."""
    organisation: str = ""
    """A partner's."""
    ends_on: int | None = None
    """The last day (since 1970-01-01, of the line's time) on which a partner gets in."""
    agreed: Agreement | None = None
    """What a partner accepted last."""

    def is_over(self, day: int) -> bool:
        """Is the last day of this account over?"""
        return self.ends_on is not None and self.ends_on < day

    @property
    def rights(self) -> frozenset[Right]:
        """What is added to the role."""
        return frozenset((*(("reviewer",) if self.reviews else ()), *(("approver",) if self.approves else ())))

    def is_on_call(self, at: int) -> bool:
        """Is this a supervisor who is on call at that moment?"""
        return self.role == "supervisor" and self.on_call_until is not None and at < self.on_call_until

    def is_paused(self, at: int) -> bool:
        """Is this person in a break at that moment?"""
        return self.paused_until is not None and at < self.paused_until


class StaffStore(Protocol):
    def save(self, staff: Staff) -> None:
        """Insert, or replace the row of the same id."""

    def get(self, id: str) -> Staff | None: ...
    def by_number(self, number: str) -> Staff | None: ...
    def active(self) -> tuple[Staff, ...]:
        """Active ones, by id."""

    def by_alias(self, alias: str) -> Staff | None:
        """An active one."""

    def aliases(self, number: str) -> tuple[str, ...]:
        """Of all who have this number, or had it when they were disabled."""
