"""Rings of staff: the line calls one of them to tell of a call or to ask something, and the two digits without which it says nothing."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

RingMenu: TypeAlias = Literal["offer", "held", "how", "here", "enough"]
"""What keys are about: a callback that is offered, one that is held and can be rung, how a call ended, whether somebody is there, whether they go on at a cap."""


class StaffRing(Struct, frozen=True):
    """The line rings one of the staff. `placed`: it says nothing yet; `answered`: whoever picked up is to key the two digits; `known`: they were right."""

    id: str
    staff: str
    menu: RingMenu
    """What it was placed for; once `known`, what was said, so that a key is about that."""
    callback: str | None
    """Which callback that is about."""
    state: Literal["placed", "answered", "known", "ended", "failed"]
    placed_at: int
    session: str | None = None
    """The voice session, by `voice.session_name`. `calls.NAMED` where it is known but not given back."""
    wrong: int = 0
    """How often the digits were wrong in this call."""

    def over(self) -> StaffRing:
        """The ring as it is kept once it has ended: which callback it was about is gone, or a second would tell when that was offered and taken."""
        return replace(self, state="ended", callback=None)


class RingDigits(Struct, frozen=True):
    """The two digits of one of the staff."""

    staff: str
    hashed: bytes
    """Keyed."""
    wrong: int = 0
    """Wrong ones since they were set, but for those of calls in which the right ones followed."""


class StaffRings(Protocol):
    def add(self, ring: StaffRing) -> bool:
        """False where it is there already: it stays as it is."""

    def save(self, ring: StaffRing) -> None:
        """Without a session, the one that is known stays."""

    def get(self, id: str) -> StaffRing | None: ...
    def of_session(self, session: str) -> StaffRing | None: ...
    def live_of(self, staff: str) -> StaffRing | None:
        """The newest to this person that has not ended. `session` is NAMED where one is known."""

    def failed(self, since: int) -> tuple[StaffRing, ...]:
        """Those that were placed since then and never rang."""

    def digits(self, staff: str) -> RingDigits | None: ...
    def save_digits(self, digits: RingDigits) -> None:
        """Insert, or replace."""

    def drop_digits(self, staff: str) -> None: ...
