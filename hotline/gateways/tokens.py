"""A token that a vendor gives for a while: asked for once for all processes, renewed before its end, and exchanged once it is refused."""

from __future__ import annotations

import re
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from hotline.ports.memory import MemoryAway

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.ports.memory import Memory

EARLY_SECONDS: Final = 60.0
"""So long before its end a token is exchanged."""
LEAST_SECONDS: Final = 60.0
"""What a token is held for whose life cannot be read."""
_WHOLE: Final = re.compile(r"[0-9]{1,9}")


class FreshToken(Struct, frozen=True):
    """As the vendor gave it just now. `life`: seconds, in digits; whatever else stands there cannot be read."""

    token: str
    life: str


class Tokens:
    """It lies sealed in the line's short memory, so that a process that lives for one SMS asks for none; with that away it does. Safe for threads."""

    def __init__(self, name: str, memory: Memory, seconds: Callable[[], float], fetch: Callable[[], FreshToken]) -> None:
        """`name`: of the account at its vendor. `seconds`: a monotonic clock. `fetch` raises GatewayRefused."""
        self._name, self._memory, self._seconds, self._fetch = name, memory, seconds, fetch
        self._token = ""
        self._ends = 0.0
        self._renewing = threading.Lock()

    def current(self, refused: str = "") -> str:
        """A token that is good for some time, and another than the one that was just `refused`. Raises GatewayRefused: without one nothing is sent."""
        with self._renewing:
            if self._token == refused or self._seconds() >= self._ends:
                # What is remembered goes by itself in time; how much of it is left is not known here.
                token, life = self._remembered(refused), LEAST_SECONDS
                if not token:
                    fresh = self._fetch()
                    said = float(fresh.life) if _WHOLE.fullmatch(fresh.life) else 0.0
                    token, life = fresh.token, max(said - EARLY_SECONDS, LEAST_SECONDS)
                    with suppress(MemoryAway):
                        self._memory.remember(self._name, token.encode(), int(life))
                self._token, self._ends = token, self._seconds() + life
            return self._token

    def _remembered(self, refused: str) -> str:
        """The token that another process got; empty where there is none, or it is the one that was refused."""
        try:
            token = (self._memory.recall(self._name).facts or b"").decode()
        except MemoryAway:
            return ""
        return token if token != refused else ""
