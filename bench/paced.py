"""Hops at a given rate, each timed from the moment at which it was due, so that a slow server cannot hide behind a waiting client."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlencode

from msgspec import Struct


class Paced(Struct, frozen=True):
    """Latencies in milliseconds, sorted, and how many hops were answered with anything but a screen."""

    kept: tuple[float, ...]
    browsed: tuple[float, ...]
    wrong: int


def percentile(values: tuple[float, ...], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]


async def _hop(host: str, port: int, path: str, idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]], form: dict[str, str]) -> bytes:
    reader, writer = idle.pop() if idle else await asyncio.open_connection(host, port)
    body = urlencode(form).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    text = await reader.readexactly(length)
    idle.append((reader, writer))
    return text


async def _run(host: str, port: int, path: str, seconds: float, browsing: int, keeping: int) -> Paced:
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    kept: list[float] = []
    browsed: list[float] = []
    wrong = 0
    begun = time.perf_counter() + 0.2

    async def one(due: float, n: int, text: str, into: list[float], want: bytes) -> None:
        nonlocal wrong
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        form = {"sessionId": f"ATUid_p{n}{text}", "serviceCode": "*123#", "phoneNumber": f"+2237000{1000 + n % 9000:04d}", "networkCode": "61002", "text": text}
        answer = await _hop(host, port, path, idle, form)
        into.append((time.perf_counter() - due) * 1000)
        wrong += not answer.startswith(want)

    places = ("", "1", "2", "4", "4*1", "4*4", "7")
    tasks = [one(begun + n / browsing, n, places[n % len(places)], browsed, b"CON ") for n in range(int(seconds * browsing))]
    tasks += [one(begun + n / keeping, n, "5*1", kept, b"CON Not") for n in range(int(seconds * keeping))]
    await asyncio.gather(*tasks)
    for _, writer in idle:
        writer.close()
    return Paced(tuple(sorted(kept)), tuple(sorted(browsed)), wrong)


def run(bind: str, path: str, seconds: float, browsing: int, keeping: int) -> Paced:
    """`browsing` and `keeping` hops a second for so many seconds. A keeping hop opens a callback, another number's each time."""
    host, _, port = bind.rpartition(":")
    return asyncio.run(_run(host, int(port), path, seconds, browsing, keeping))
