"""A counselor's leg of a call: what a vendor says of it, and what it does next."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class VoiceLeg(Struct, frozen=True):
    """One request of a vendor about a leg that the line rang."""

    gateway: str
    session: str
    """The vendor's id of the call, unique within the vendor."""
    number: str
    """The counselor's."""
    active: bool
    """Else the call is over."""
    digits: str | None = None
    token: str = ""
    """What the vendor brought back of what the ring carried."""

    @property
    def name(self) -> str:
        """Unique over all vendors."""
        return session_name(self.gateway, self.session)


def session_name(gateway: str, session: str) -> str:
    """A vendor's voice session, unique over all vendors."""
    return f"{gateway}|{session}"


class VoicePrompt(Struct, frozen=True, tag=True):
    """Say this; with `ask`, wait for so many digits and come back with them."""

    text: str
    language: str
    ask: bool
    digits: int = 1


class VoiceConnect(Struct, frozen=True, tag=True):
    """Say `before` to the counselor, ring `to` from the cover number and join the two; `after` is said to the counselor where nobody took the call, and
    with `ask_after` one digit is waited for."""

    to: str
    after: str
    language: str
    before: str = ""
    ask_after: bool = False


class VoiceUnreached(Struct, frozen=True, tag=True):
    """Ring nobody, and let the counselor hear what a phone sounds like that is off; all else is as in a `VoiceConnect`."""

    after: str
    language: str
    before: str = ""
    ask_after: bool = False


class VoiceCover(Struct, frozen=True, tag=True):
    """Say these one after the other and hang up: what whoever rings the cover number hears."""

    prompts: tuple[VoicePrompt, ...]


class VoiceEnd(Struct, frozen=True, tag=True):
    """Nothing more; hang up."""


VoiceStep: TypeAlias = VoicePrompt | VoiceConnect | VoiceUnreached | VoiceCover | VoiceEnd
