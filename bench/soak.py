"""`python -m bench.soak`: launch day on national radio. As many hops as the machine can, two callbacks a second, a team at work; what should not grow is drawn.

Exit code 1 where a callback that was noted is not kept, a hop was answered otherwise than asked, or something grew: in the last minute memory or descriptors stood above
`MOST_GROWTH` of the first minute's, or there were more than `MOST_ROWS` rows for each callback noted, or more than `MOST_KEYS` keys for each that was noted within a session's
life.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import redis
from msgspec import Struct
from sqlalchemy import create_engine, text

from bench.capacity.drawing import Axis, Series, lines
from bench.chaos.callers import ussd_path
from bench.chaos.line import CODE, COVER, KEY, SECRET, STORES, USER, ServedLine, await_answer, served
from bench.chaos.people import TEAM, Counselor
from bench.chaos.vendor import Moods, PlayedVendor
from bench.paced import percentile
from bench.radio import CALLBACKS_A_SECOND, FIRST_ASKING, SAMPLE_SECONDS, Sent, number, send
from hotline.config import Config
from hotline.demo.standin.network import Standin, VendorAccount
from hotline.up import held_port

TABLES = ("callbacks", "numbers", "outbox", "ledger", "offers")
LOOK_SECONDS = 0.2
MINUTE = round(60 / SAMPLE_SECONDS)
"""Samples in it."""
MOST_GROWTH = 1.25
"""Of memory and of descriptors: whatever else a machine does changes what processes share by a tenth."""
MOST_ROWS = 20.0
"""For each callback that was noted, in `TABLES`: four where nobody is rung for it, a dozen where somebody is."""
MOST_KEYS = 5.0
"""For each session that asks, as long as it lives: it leaves three. One that reads leaves none."""


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
    noted: int
    """Callbacks, since the load began."""
    lately: int
    """Of those, the ones whose session may live yet."""

    @property
    def rows_each(self) -> float:
        """For each callback noted."""
        return sum(self.rows.values()) / max(1, self.noted)

    @property
    def keys_each(self) -> float:
        """For each callback noted lately."""
        return self.keys / max(1, self.lately)


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
    grown = [growth for growth in growths(soak.samples) if growth.found > growth.most]
    for growth in growths(soak.samples):
        print(f"{growth.name}: {growth.found:.2f}, at most {growth.most:g}")
    return int(soak.noted > soak.kept or soak.wrong > 0 or bool(grown))


class Growth(Struct, frozen=True):
    """What must not be more than `most`."""

    name: str
    found: float
    most: float


def growths(samples: Sequence[Sample]) -> tuple[Growth, ...]:
    """The last minute against the first, as a median of each; of a run below three minutes its thirds."""
    first, last = _minutes(samples)

    def ratio(of: Callable[[Sample], float]) -> float:
        return median(map(of, last)) / median(map(of, first))

    return (
        Growth("memory, of the first minute's", ratio(lambda one: one.memory), MOST_GROWTH),
        Growth("descriptors, of the first minute's", ratio(lambda one: one.files), MOST_GROWTH),
        Growth("rows for each callback noted", median(one.rows_each for one in last), MOST_ROWS),
        Growth("keys for each callback noted within a session's life", median(one.keys_each for one in last), MOST_KEYS),
    )


def _minutes(samples: Sequence[Sample]) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """The first and the last."""
    many = max(1, min(MINUTE, len(samples) // 3))
    return samples[:many], samples[-many:]


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
    last, noted = began, {0.0: 0}
    life = Config.from_env(line.settings).rules.session_seconds
    while True:
        try:
            sent: Sent = told.recv()
        except EOFError:
            return
        if not sent.browsed:
            return
        now = time.monotonic()
        at = now - began
        noted[at] = max(noted.values()) + sent.noted
        sample = Sample(
            at=at,
            hops=len(sent.browsed) / (now - last),
            p99=percentile(sent.browsed, 0.99),
            memory=sum(map(_memory, line.pids().values())),
            files=sum(map(_files, line.pids().values())),
            rows=_rows(line),
            keys=_keys(line),
            noted=noted[at],
            lately=noted[at] - max((count for then, count in noted.items() if then <= at - life), default=0),
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
    """Hops a second and what should stay level, each minute's median in hundredths of the first's: memory, descriptors, rows for each callback noted, and keys for each that
    was noted within a session's life. Of a run below three minutes each sample is drawn, against its first third."""
    minutes = samples[-1].at / 60
    wanted: tuple[tuple[str, str, str, Callable[[Sample], float]], ...] = (
        ("memory", "circle", "", lambda one: one.memory),
        ("descriptors", "square", "6 3", lambda one: one.files),
        ("rows a callback", "diamond", "1 3", lambda one: one.rows_each),
        ("keys a callback", "down", "8 3 2 3", lambda one: one.keys_each),
        ("hops a second", "triangle", "2 3", lambda one: one.hops),
    )
    first, last = _minutes(samples)
    bases = {name: median(map(of, first)) for name, _, _, of in wanted}
    many = len(first) if len(first) == MINUTE else 1
    parts = [samples[since : since + many] for since in range(0, len(samples), many)]
    series = [
        Series(name, [(part[-1].at / 60, 100 * median(map(of, part)) / bases[name]) for part in parts], mark, dash)
        for name, mark, dash, of in wanted
    ]
    most = max(150.0, *(level for one in series for _, level in one.points))
    top = 50 * -(-most // 50)
    up = Axis("", 0, top, [50 * n for n in range(int(top // 50) + 1)])
    across = Axis("minutes of full load", 0, minutes, [round(minutes * n / 5, 1) for n in range(6)])
    levels = ", ".join(f"{name} {100 * median(map(of, last)) / bases[name]:.0f}" for name, _, _, of in wanted)
    aloud = f"In the last of {minutes:.1f} minutes, in hundredths of the first: {levels}."
    return lines("Under full load, in hundredths of the first minute", aloud, across, up, series)


if __name__ == "__main__":
    sys.exit(main())
