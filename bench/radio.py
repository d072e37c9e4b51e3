"""The load of a launch on the radio: connections that send one hop after the other, and some that ask for a call. In a process of its own."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from multiprocessing.connection import Connection
from urllib.parse import urlencode

from msgspec import Struct

from bench.chaos.line import CODE
from bench.paced import PLACES, post

AT_ONCE = 24
"""Connections that send one hop after the other."""
CALLBACKS_A_SECOND = 2.0
NOTED = b"CON Not"
FIRST_ASKING = 1000
"""Of the phones that ask to be called; before it are those that read."""
SAMPLE_SECONDS = 10.0


class Sent(Struct, frozen=True):
    """What a part of the load saw in one stretch of time: milliseconds a hop, and how many callbacks it was told are noted."""

    browsed: tuple[float, ...]
    noted: int
    wrong: int


def send(bind: str, path: str, seconds: float, told: Connection) -> None:
    """The load, in a process of its own; tells after each `SAMPLE_SECONDS` what it saw, and at last that it saw nothing."""
    asyncio.run(_send(bind, path, seconds, told))


async def _send(bind: str, path: str, seconds: float, told: Connection) -> None:
    host, _, port = bind.rpartition(":")
    until = time.monotonic() + seconds
    browsed: list[float] = []
    seen = {"noted": 0, "wrong": 0}

    async def browse(n: int) -> None:
        wire = _Wire(host, int(port), path)
        for turn in count():
            if time.monotonic() >= until:
                break
            began = time.perf_counter()
            answer = await wire.post(_form(f"b{n}x{turn // 8}", n, PLACES[turn % len(PLACES)]))
            browsed.append((time.perf_counter() - began) * 1000)
            seen["wrong"] += not answer.startswith((b"CON ", b"END "))
        wire.close()

    async def ask() -> None:
        wire, began = _Wire(host, int(port), path), time.monotonic()
        for turn in count(1):
            if time.monotonic() >= until:
                break
            answer = await wire.post(_form(f"k{turn}", FIRST_ASKING + turn, "5*5"))
            seen["noted"] += answer.startswith(NOTED)
            await asyncio.sleep(max(0.0, began + turn / CALLBACKS_A_SECOND - time.monotonic()))
        wire.close()

    async def tell() -> None:
        while time.monotonic() < until:
            await asyncio.sleep(min(SAMPLE_SECONDS, max(0.1, until - time.monotonic())))
            told.send(Sent(tuple(sorted(browsed)), seen["noted"], seen["wrong"]))
            browsed.clear()
            seen.update(noted=0, wrong=0)

    await asyncio.gather(*(browse(n) for n in range(AT_ONCE)), ask(), tell())
    told.send(Sent((), 0, 0))


def _form(session: str, n: int, typed: str) -> bytes:
    form = {"sessionId": f"ATUid_{session}", "serviceCode": CODE, "phoneNumber": number(n), "networkCode": "61002", "text": typed}
    return urlencode(form).encode()


def number(n: int) -> str:
    return f"+2237000{n % 10_000:04d}"


class _Wire:
    """One connection, opened again where the line ends it after an answer."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self._host, self._port, self._path = host, port, path
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> bytes:
        reader, writer = self._open or await asyncio.open_connection(self._host, self._port)
        self._open = reader, writer
        answer, is_last = await post(self._host, self._path, reader, writer, body)
        if is_last:
            self.close()
        return answer

    def close(self) -> None:
        if self._open:
            self._open[1].close()
        self._open = None
