"""Redis: what may be lost."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct


class SessionMarker(Struct, frozen=True):
    """A session began on this edition. Not sure: it was about to."""

    edition: int
    sure: bool


class Recalled(Struct, frozen=True):
    """What the short memory knows of a session: its facts as last remembered, and its marker."""

    facts: bytes | None = None
    marker: SessionMarker | None = None


class MarkerLookup(Struct, frozen=True):
    """A session's marker. A marker left before `since` may be lost; where that is None, one of any time."""

    marker: SessionMarker | None
    since: int | None


class Press(Struct, frozen=True):
    """What one hop adds to its session's inputs."""

    hop: str
    """The vendor's id of it, unique within the session: the same one is heard once. Empty: the wire has none; then the same text as the newest is, within `again` seconds of it."""
    text: str | None
    """None where nothing was typed."""
    whole: tuple[str, ...]
    """What the list becomes where there is none."""
    again: int


class MemoryAway(Exception):
    """Redis did not answer within its budget."""


class Memory(Protocol):
    """Redis: what may be lost. Session names are hashed and values sealed by the adapter. Every method raises MemoryAway."""

    def recall(self, session: str) -> Recalled:
        """What is known of a session, in one round trip."""

    def remember(self, session: str, facts: bytes, seconds: int) -> None: ...
    def first(self, session: str, about: str, value: bytes, seconds: int) -> bytes:
        """Keep this value of a session under this name unless one stands there, and return what stands, in one step: whoever comes first decides."""

    def hear(self, session: str, message: str, text: str, seconds: int, *, anew: bool = False) -> tuple[str, ...]:
        """Append a message to a session's inputs and return them all, in one step. A message id that was heard before is not appended
        again: the inputs come back as far as its place, since whoever heard it first may have died before acting on it. The list
        lives `seconds` from the last message, a message id a day; `message` must be unique over all vendors. `anew`: it begins a new list, unless it was heard before."""

    def press(self, session: str, press: Press, seconds: int) -> tuple[str, ...]:
        """Append an input to a session's, and return them all; or the list as it becomes where there is none. A hop that was heard before adds
        nothing: the inputs come back as far as its place. In one step. The list lives `seconds` from the last hop."""

    def affirm(self, session: str, first: str) -> None:
        """Replace the first of a session's inputs."""

    def linger(self, session: str, seconds: int) -> None:
        """On a wire without ids of hops: the newest input is the same hop for so long from now."""

    def distinct(self, name: str, member: str, seconds: int) -> int:
        """Count a member under a name, and return how many different ones there are. They live `seconds` from the last new one."""

    def begin(self, session: str, edition: int, seconds: int) -> SessionMarker | None:
        """Leave a marker, one that is not sure, that this session begins on this edition, and return None; if one stands there already, it stays and
        is returned. In one step.

        Where it raises MemoryAway the marker may stand there all the same, and the caller will begin elsewhere: hence the second step, `settle`.
        """

    def settle(self, session: str, edition: int, seconds: int) -> None:
        """Make the marker sure."""

    def began(self, session: str) -> MarkerLookup:
        """The session's marker, in one round trip with what the lack of one is worth."""

    def vouch(self, at: int) -> None:
        """Note that nothing was lost since `at`, unless an earlier moment is noted. Meant for every few seconds."""

    def forget(self, session: str) -> None:
        """Drop a session's inputs, so that the next message begins anew."""

    def ping(self) -> None: ...
