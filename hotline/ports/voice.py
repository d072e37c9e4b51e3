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


class VoicePrompt(Struct, frozen=True, tag=True):
    """Say this; with `ask`, wait for one digit and come back with it."""

    text: str
    language: str
    ask: bool


class VoiceConnect(Struct, frozen=True, tag=True):
    """Ring `to` from the cover number and join the two; `after` is said to the counselor where nobody took the call."""

    to: str
    after: str
    language: str


class VoiceUnreached(Struct, frozen=True, tag=True):
    """Ring nobody, and let the counselor hear what a phone sounds like that is off; `after` is said then, as where nobody took the call."""

    after: str
    language: str


class VoiceCover(Struct, frozen=True, tag=True):
    """Say these one after the other and hang up: what whoever rings the cover number hears."""

    prompts: tuple[VoicePrompt, ...]


class VoiceEnd(Struct, frozen=True, tag=True):
    """Nothing more; hang up."""


VoiceStep: TypeAlias = VoicePrompt | VoiceConnect | VoiceUnreached | VoiceCover | VoiceEnd
