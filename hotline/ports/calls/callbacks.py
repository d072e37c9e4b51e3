"""Requests to be rung, without the number, which lies apart (`numbers`)."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from hotline.engine.casework.call_outcomes import Outcome

CallbackState: TypeAlias = Literal["waiting", "claimed", "review", "closed", "stopped", "lapsed", "cancelled"]
"""A callback's life (docs: callback life). Open are `waiting`, `claimed` and `review`; only the first two are ever rung."""

RequestWay: TypeAlias = Literal["own", "other", "entered"]
"""On the phone itself, on another, or by staff."""

Safer: TypeAlias = Literal["safer", "same", "less_safe"]
SaferCode: TypeAlias = Safer | Literal["unknown"]
"""`unknown`: asked, and the caller would not say."""


class Callback(Struct, frozen=True):
    """One request to be rung, without the number, which lies apart."""

    id: str
    reference: str
    """Three digits, unique among the open ones: all that staff ever read of it."""
    state: CallbackState
    language: str
    urgent: bool
    other_phone: bool
    made_at: int
    opens_at: int
    not_after: int
    edition: int
    word: str | None = None
    attempts: int = 0
    claimed_by: str | None = None
    claimed_at: int | None = None
    closed_at: int | None = None
    outcome: Outcome | None = None
    given_back: int = 0
    """How often a counselor gave it back."""
    sunk: bool = False
    """Calls from this phone were said to be pranks three times within `HOTLINE_PRANK_DAYS`: among what is not urgent it comes last."""
    at_once: bool = False
    """Asked for now, not for a part of the day: with others of its phone it is one promise."""
    call: str | None = None
    """The last call that was made for it by whoever has it, or had it last: the same for all that this call was for."""
    safer: SaferCode | None = None
    """What the caller answered when asked how safe the call left them; None where nobody asked, and before 0034 where the caller would not say."""
    waited: int | None = None
    """How many minutes the caller waited until somebody rang for the first time; None where nobody has."""
    worded: int = 0
    """Which of the words that were chosen on this phone its word is, counted from 1: the first is asked for."""
    agreed: bool = False
    """A counselor agreed on it with the caller in a call before: the caller asked for it in no session."""
    agreed_by: str | None = None
    """Who of the staff agreed on it; None too where it was agreed on before that was kept."""
    minor_by: str | None = None
    """Which of the staff flagged it as a minor's; None where nobody did, or it was flagged before that was kept."""
    entered: bool = False
    """A counselor entered it for somebody who came otherwise, or agreed on it in the call that came of that: it was asked for in no session (`calls/contacts.py`)."""

    @property
    def way(self) -> RequestWay:
        """How it was asked for: what is alike in it, of one phone, is rung together, and nothing of it shows in the rest."""
        return "entered" if self.entered else "other" if self.other_phone else "own"


class DueCallback(Struct, frozen=True):
    """What is read of each of the many that are due: enough to see whether anybody can be told of it."""

    id: str
    language: str
    urgent: bool
    sunk: bool
    made_at: int
    opens_at: int
    not_after: int

    @property
    def since(self) -> int:
        """Since when it waits: for a part of the day since that began."""
        return max(self.made_at, self.opens_at)


class Callbacks(Protocol):
    def add(self, callback: Callback, number: str) -> None: ...
    def add_like(self, callback: Callback, like: str) -> None:
        """To the number of the callback `like`, which nobody need know; silenced where that one is (`numbers.silence`)."""

    def get(self, id: str) -> Callback | None: ...
    def by_reference(self, reference: str) -> Callback | None:
        """The newest with this reference among those open or closed less than a day before the newest `made_at`."""

    def taken(self, references: tuple[str, ...]) -> frozenset[str]:
        """Which of these `by_reference` finds."""

    def save(self, callback: Callback) -> None:
        """Write every column but the id."""

    def claim(self, id: str, staff: str, at: int) -> bool:
        """`waiting` to `claimed`, for one of however many ask at once. True for that one."""

    def same_number(self, id: str) -> tuple[Callback, ...]:
        """Every waiting or claimed callback to the same number, this one among them, oldest first."""

    def languages(self, ids: tuple[str, ...], at: int) -> dict[str, tuple[str, ...]]:
        """By id, the languages of all that is waiting or claimed, with an open window, to the same number and was asked for in the same way."""

    def to_number(self, id: str) -> tuple[Callback, ...]:
        """Every callback to the same number whatever became of it, this one among them, oldest first; none once its number is gone."""

    def due(self, at: int, limit: int, *, urgent: bool, after: DueCallback | None = None) -> tuple[DueCallback, ...]:
        """Waiting with `opens_at` <= at < `not_after`, what is urgent or what is not: what is not sunk first, then what ends soonest, the longest waiting. Of these at most `limit`, behind `after`."""

    def ended(self, at: int) -> tuple[Callback, ...]:
        """Waiting or claimed with `not_after` <= at."""

    def ahead(self, at: int) -> tuple[Callback, ...]:
        """Waiting, asked for at once, and made after `at`: by a clock that was ahead."""

    def all_open(self) -> tuple[Callback, ...]:
        """Every one that is still somebody's business, the most pressing first. For the moment after a restore."""

    def holders(self) -> frozenset[str]:
        """Who of the staff has claimed a callback and is not done with it."""

    def claimed(self) -> tuple[Callback, ...]:
        """Every one that somebody holds, the longest held first."""

    def claimed_by(self, staff: str) -> tuple[Callback, ...]: ...
