"""`python -m bench.soak`: launch day on national radio. As many hops as the machine can, two callbacks a second, a team at work; what grows is drawn."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import redis
from msgspec import Struct
from sqlalchemy import create_engine, text

from bench.capacity.drawing import Axis, Series, lines
from bench.chaos.callers import ussd_path
from bench.chaos.line import CODE, COVER, KEY, SECRET, STORES, USER, ServedLine, await_answer, served
from bench.chaos.people import TEAM, Counselor
from bench.chaos.vendor import Moods, PlayedVendor
from bench.paced import percentile
from bench.radio import CALLBACKS_A_SECOND, FIRST_ASKING, Sent, number, send
from hotline.demo.standin.network import Standin, VendorAccount
from hotline.up import held_port

TABLES = ("callbacks", "numbers", "outbox", "ledger", "offers")
LOOK_SECONDS = 0.2


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


class Soak(Struct, frozen=True):
    """All of it."""

    samples: tuple[Sample, ...]
    noted: int
    """Callbacks that a screen said are noted."""
    kept: int
    rung: int
    """Callers whose phone rang."""
    wrong: int
    """Hops whose answer is no screen."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--store", choices=STORES, default="sqlite")
    parser.add_argument("--svg", type=Path, help="where the picture goes")
    options = parser.parse_args()
    soak = soaked(options.seconds, options.store)
    print("| seconds | hops a second | p99, ms | memory, MB | descriptors | keys | " + " | ".join(TABLES) + " |")
    print("| ---: " * (6 + len(TABLES)) + "|")
    for one in soak.samples:
        rows = " | ".join(str(one.rows[table]) for table in TABLES)
        print(f"| {one.at:.0f} | {one.hops:.0f} | {one.p99:.1f} | {one.memory:.0f} | {one.files} | {one.keys} | {rows} |")
    print(f"noted {soak.noted}, kept {soak.kept}, rung {soak.rung}, hops answered otherwise than asked {soak.wrong}")
    if options.svg:
        options.svg.write_text(picture(soak.samples), "utf-8")
    return int(soak.noted > soak.kept or soak.wrong > 0)


def soaked(seconds: float, store: str) -> Soak:
    over = threading.Event()
    with tempfile.TemporaryDirectory(prefix="hl") as folder, held_port() as port:
        vendor = PlayedVendor(port, Moods(1), VendorAccount(USER, KEY, CODE, COVER), SECRET)
        with served(Path(folder), store, vendor.address) as line, vendor.serving(line.bind) as standin:
            await_answer(line)
            people = [Counselor(staff, random.Random(n), standin, steady=True) for n, staff in enumerate(TEAM)]
            rung: set[str] = set()
            team = [
                *(threading.Thread(target=counselor.work, args=(over,)) for counselor in people),
                threading.Thread(target=_answered, args=(standin, int(seconds * CALLBACKS_A_SECOND) + 1, rung, over)),
            ]
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
            noted, wrong = sum(sample[1] for sample in samples), sum(sample[2] for sample in samples)
            return Soak(tuple(sample[0] for sample in samples), noted, _rows(line)["callbacks"], len(rung), wrong)


def _answered(standin: Standin, asking: int, rung: set[str], over: threading.Event) -> None:
    """Every caller's phone that rings is answered, and is among those that were rung. Nobody tells: looked at again and again."""
    phones = [number(FIRST_ASKING + turn) for turn in range(asking + 1)]
    while not over.wait(LOOK_SECONDS):
        for phone in phones:
            call = standin.look(phone).call
            if call is not None and call.state == "ringing":
                rung.add(phone)
                standin.answer(phone)


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


def picture(samples: Sequence[Sample]) -> str:
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
