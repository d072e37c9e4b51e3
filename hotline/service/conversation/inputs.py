"""What one request of a session is answered with."""

from __future__ import annotations

from msgspec import Struct

from hotline.engine.effects import Screen


class Answered(Struct, frozen=True):
    """A screen, and whether a store was needed for it. `state`: what the wire is to bring back with the next request."""

    screen: Screen
    stored: bool
    state: str = ""
