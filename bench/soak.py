"""`python -m bench.soak`: launch day on national radio. As many hops as the machine can, two callbacks a second, a team at work; what grows is drawn."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlencode

import redis
from msgspec import Struct
from sqlalchemy import create_engine, text

from bench.capacity.drawing import Axis, Series, lines
from bench.chaos.line import CODE, COVER, KEY, SECRET, STORES, USER, ServedLine, await_answer, served
from bench.chaos.people import TEAM, Counselor, ussd_path
from bench.chaos.vendor import Moods, PlayedVendor
from bench.paced import PLACES, percentile, post
from hotline.demo.standin.network import VendorAccount

AT_ONCE = 24
"""Connections that send one hop after the other."""
CALLBACKS_A_SECOND = 2.0
SAMPLE_SECONDS = 10.0
TABLES = ("callbacks", "numbers", "outbox", "ledger", "offers")
NOTED = b"CON Not"


class Sample(Struct, frozen=True):
    """The line at a moment. `at`: seconds since the load began."""

    at: float
    hops: float
    """A second, browsing."""
    p99: float
    """Milliseconds, of those."""
    memory: float
    """MB, the proportional set size of all its processes."""
    files: int
    """Descriptors that they have open."""
    rows: dict[str, int]
    keys: int
    """In Valkey."""


class Sent(Struct, frozen=True):
    """What a part of the load saw in one stretch of time: milliseconds a hop, and how many callbacks it was told are noted."""

    browsed: tuple[float, ...]
    noted: int
    wrong: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--store", choices=STORES, default="sqlite")
    parser.add_argument("--svg", type=Path, help="where the picture goes")
    options = parser.parse_args()
    samples, noted, kept, wrong = soaked(options.seconds, options.store)
    print("| seconds | hops a second | p99, ms | memory, MB | descriptors | keys | " + " | ".join(TABLES) + " |")
    print("| ---: " * (6 + len(TABLES)) + "|")
    for one in samples:
        rows = " | ".join(str(one.rows[table]) for table in TABLES)
        print(f"| {one.at:.0f} | {one.hops:.0f} | {one.p99:.1f} | {one.memory:.0f} | {one.files} | {one.keys} | {rows} |")
    print(f"noted {noted}, kept {kept}, hops answered otherwise than asked {wrong}")
    if options.svg:
        options.svg.write_text(picture(samples), "utf-8")
    return int(noted > kept or wrong > 0)


def soaked(seconds: float, store: str) -> tuple[list[Sample], int, int, int]:
    """The samples; how many callbacks were said to be noted, how many are kept; how many hops were answered wrongly."""
    over = threading.Event()
    with tempfile.TemporaryDirectory(prefix="hl") as folder:
        vendor = PlayedVendor(Moods(1), VendorAccount(USER, KEY, CODE, COVER), SECRET)
        with served(Path(folder), store, vendor.address) as line, vendor.serving(line.bind) as standin:
            await_answer(line)
            team = [threading.Thread(target=Counselor(staff, random.Random(n), standin).work, args=(over,)) for n, staff in enumerate(TEAM)]
            for thread in team:
                thread.start()
            here, there = get_context("spawn").Pipe()
            load = get_context("spawn").Process(target=send, args=(line.bind, ussd_path(SECRET), seconds, there))
            load.start()
            there.close()
            samples = list(_samples(line, here))
            load.join()
            over.set()
            for thread in team:
                thread.join()
            here.close()
            noted = sum(sample[1] for sample in samples)
            return [sample[0] for sample in samples], noted, _rows(line)["callbacks"], sum(sample[2] for sample in samples)


def _samples(line: ServedLine, told: Connection) -> Iterator[tuple[Sample, int, int]]:
    began = time.monotonic()
    last = began
    while True:
        try:
            sent: Sent = told.recv()
        except EOFError:
            return
        if not sent.browsed:
            return
        now = time.monotonic()
        sample = Sample(
            at=now - began,
            hops=len(sent.browsed) / (now - last),
            p99=percentile(sent.browsed, 0.99),
            memory=sum(map(_memory, line.pids().values())),
            files=sum(map(_files, line.pids().values())),
            rows=_rows(line),
            keys=_keys(line),
        )
        last = now
        yield sample, sent.noted, sent.wrong


def _memory(pid: int) -> float:
    with suppress(OSError):
        return (
            sum(int(row.split()[1]) for row in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if row.startswith("Pss:")) / 1024
        )
    return 0.0


def _files(pid: int) -> int:
    with suppress(OSError):
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    return 0


def _rows(line: ServedLine) -> dict[str, int]:
    engine = create_engine(line.database)
    try:
        with engine.connect() as connection:
            return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES}  # noqa: S608 -- names of ours
    finally:
        engine.dispose()


def _keys(line: ServedLine) -> int:
    with closing(redis.Redis(unix_socket_path=str(line.socket))) as client:
        return int(client.dbsize())


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
            answer = await wire.post(_form(f"k{turn}", 1000 + turn, "5*5"))
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
    number = f"+2237000{n % 10_000:04d}"
    form = {"sessionId": f"ATUid_{session}", "serviceCode": CODE, "phoneNumber": number, "networkCode": "61002", "text": typed}
    return urlencode(form).encode()


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


def picture(samples: list[Sample]) -> str:
    """Memory, descriptors and keys, each in hundredths of what it was at the end of the first minute or sooner; and hops a second likewise."""
    base = next((sample for sample in samples if sample.at >= 60), samples[0])
    minutes = samples[-1].at / 60
    wanted = {
        "memory": ("circle", "", [(one.at / 60, 100 * one.memory / base.memory) for one in samples]),
        "descriptors": ("square", "6 3", [(one.at / 60, 100 * one.files / base.files) for one in samples]),
        "hops a second": ("triangle", "2 3", [(one.at / 60, 100 * one.hops / base.hops) for one in samples]),
    }
    most = max(150.0, *(point[1] for _, _, points in wanted.values() for point in points))
    top = 50 * -(-most // 50)
    series = [Series(name, points, mark, dash) for name, (mark, dash, points) in wanted.items()]
    up = Axis("", 0, top, [50 * n for n in range(int(top // 50) + 1)])
    across = Axis("minutes of full load", 0, minutes, [round(minutes * n / 5, 1) for n in range(6)])
    aloud = f"After {minutes:.0f} minutes memory is {series[0].points[-1][1]:.0f}, descriptors {series[1].points[-1][1]:.0f} hundredths of the first minute's."
    return lines("Under full load, in hundredths of the first minute", aloud, across, up, series)


if __name__ == "__main__":
    sys.exit(main())
