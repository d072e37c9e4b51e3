"""Hops at a given rate, each timed from the moment at which it was due, so that a slow server cannot hide behind a waiting client."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlencode

from msgspec import Struct

PLACES = ("", "1", "2", "4", "4*1", "4*4", "7")
"""Where browsing hops are in the menus."""


class Load(Struct, frozen=True):
    """Hops a second for so many seconds. `round` goes into every session's id, so that no round repeats what another one did."""

    round: int
    seconds: float
    browsing: int
    keeping: int
    keys: str
    """What a keeping hop has typed; each is another session of another number."""

    @property
    def kept(self) -> int:
        """How many callbacks it asks for."""
        return int(self.seconds * self.keeping)


class Paced(Struct, frozen=True):
    """Latencies in milliseconds, sorted; how many hops were answered with anything but what they ask for; and how the generator kept up."""

    kept: tuple[float, ...]
    browsed: tuple[float, ...]
    wrong: int
    late: tuple[float, ...]
    """Milliseconds from the moment at which a hop was due until it was sent, sorted: part of its latency."""
    busy: float
    """The share of its core that the generator used."""


class _Hop(Struct, frozen=True):
    due: float
    form: dict[str, str]
    into: list[float]
    wanted: bytes


def percentile(values: tuple[float, ...], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]


def run(bind: str, path: str, load: Load) -> Paced:
    """Send the load and wait for its last answer."""
    host, _, port = bind.rpartition(":")
    return asyncio.run(_run(host, int(port), path, load))


async def _run(host: str, port: int, path: str, load: Load) -> Paced:
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    kept: list[float] = []
    browsed: list[float] = []
    late: list[float] = []
    wrong = 0

    async def send(hop: _Hop) -> None:
        nonlocal wrong
        await asyncio.sleep(max(hop.due - time.perf_counter(), 0))
        reader, writer = idle.pop() if idle else await asyncio.open_connection(host, port)
        late.append((time.perf_counter() - hop.due) * 1000)
        answer, is_last = await post(host, path, reader, writer, urlencode(hop.form).encode())
        hop.into.append((time.perf_counter() - hop.due) * 1000)
        if is_last:
            writer.close()
        else:
            idle.append((reader, writer))
        wrong += not answer.startswith(hop.wanted)

    begun, worked = time.perf_counter() + 0.2, time.process_time()
    hops = [
        _Hop(begun + n / load.browsing, _form(load, "b", n, PLACES[n % len(PLACES)]), browsed, b"CON ")
        for n in range(int(load.seconds * load.browsing))
    ]
    hops += [_Hop(begun + n / load.keeping, _form(load, "k", n, load.keys), kept, b"CON Not") for n in range(load.kept)]
    await asyncio.gather(*map(send, hops))
    busy = (time.process_time() - worked) / (time.perf_counter() - begun + 0.2)
    for _, writer in idle:
        writer.close()
    return Paced(tuple(sorted(kept)), tuple(sorted(browsed)), wrong, tuple(sorted(late)), busy)


def _form(load: Load, kind: str, n: int, text: str) -> dict[str, str]:
    number = f"+2237000{1000 + n % 9000:04d}"
    return {
        "sessionId": f"ATUid_{load.round}{kind}{n}",
        "serviceCode": "*123#",
        "phoneNumber": number,
        "networkCode": "61002",
        "text": text,
    }


async def post(host: str, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> tuple[bytes, bool]:
    """The answer's body, and whether the connection ends with it."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    said = answer.lower()
    length = int(said.split(b"content-length:")[1].split(b"\r\n")[0])
    return await reader.readexactly(length), b"\r\nconnection: close\r\n" in said
