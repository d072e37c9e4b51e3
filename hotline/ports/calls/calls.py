"""Bridges that the line places, and the attempts that callers' phones were rung."""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

NAMED = "?"
"""Stands for a voice session's id where it is known but not given back."""


class Call(Struct, frozen=True):
    """One bridge: the line rings the counselor, who presses 1, and then the caller."""

    id: str
    callback: str
    staff: str
    state: Literal["placed", "answered", "dialed", "ended"]
    placed_at: int
    session: str | None = None
    """The vendor's id of the voice session, once known."""
    dialed_at: int | None = None
    ended_at: int | None = None
    covered_at: int | None = None
    """The other end was given the cover's advice to hear, from then on."""
    gateway: str | None = None
    """By whom it is placed, once known; `session` is unique within it."""


class Calls(Protocol):
    def add(self, call: Call) -> None: ...
    def save(self, call: Call) -> None: ...
    def get(self, id: str) -> Call | None: ...
    def of_session(self, gateway: str, session: str) -> Call | None: ...
    def live_of(self, staff: str) -> Call | None:
        """The counselor's newest call that has not ended. `session` is NAMED where one is known."""

    def busy(self, since: int) -> dict[str, bool]:
        """Who of the staff holds a callback, or was put through by a call that was placed since then and has not ended: those are True."""

    def last(self, callback: str, staff: str) -> Call | None:
        """The newest that this counselor placed for this callback, ended or not."""

    def end_all(self, at: int) -> None:
        """Whatever call had not ended has: the machine that had it under way is gone."""

    def add_attempt(self, callback: str, call: str, at: int) -> None: ...
    def rings(self, id: str, since: int) -> int:
        """How often this callback's number was rung since then, over all its callbacks that were asked for on the phone itself, or over
        all that were asked for on another, as this one was."""

    def rings_of(self, ids: tuple[str, ...], since: int) -> dict[str, int]:
        """`rings` of each of these callbacks, by id; those that were not rung are missing."""
