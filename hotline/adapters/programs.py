"""Which programs work on the line's tables, on all of its machines: each shows itself in Redis every few seconds, so that nothing is taken away that one still uses."""

from __future__ import annotations

import os
import platform
from typing import Final, cast

from msgspec import Struct
from redis import Redis

from hotline.adapters.valkey import Breaker

SHOWN: Final = "rq:programs"
"""A sorted set, by when each showed itself."""
SECONDS: Final = 60
"""Whoever did not show itself for so long is gone."""


class Program(Struct, frozen=True, order=True):
    """A process of the line that works on its tables."""

    newest: str
    """The newest migration that it has."""
    part: str
    machine: str
    process: int

    def __str__(self) -> str:
        return f"{self.part} on {self.machine} (process {self.process}, {self.newest})"


def show(client: Redis, newest: str, part: str, at: float) -> None:
    """As `Programs.show`, on a connection that nothing guards. Raises RedisError."""
    client.zadd(SHOWN, {f"{newest} {part} {platform.node() or '?'} {os.getpid()}": at})
    client.zremrangebyscore(SHOWN, 0, at - SECONDS)


class Programs:
    """Safe between threads and over a fork, as its client is. Every method raises MemoryAway."""

    def __init__(self, client: Redis, breaker: Breaker | None = None) -> None:
        self._client = client
        self._breaker = breaker or Breaker()

    def show(self, newest: str, part: str, at: float) -> None:
        """This process works. Meant for every ten seconds or so."""
        with self._breaker.guard():
            show(self._client, newest, part, at)

    def seen(self, at: float) -> tuple[Program, ...]:
        """Those that showed themselves within the last minute."""
        with self._breaker.guard():
            found = cast("list[tuple[bytes, float]]", self._client.zrange(SHOWN, 0, -1, withscores=True))
        whole = (member.decode(errors="replace").split(" ") for member, shown in found if shown > at - SECONDS)
        return tuple(
            sorted(Program(parts[0], parts[1], parts[2], int(parts[3])) for parts in whole if len(parts) == 4 and parts[3].isdigit())
        )
