"""`python -m bench.chaos`: break the line by a seed, or by several, and count. Exit code 1, and the seed, where a promise was broken."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from msgspec import Struct

from bench.chaos.callers import Caller, ussd_path
from bench.chaos.counting import Counted, Happened, Span, counted
from bench.chaos.faults import FAULTS, Broken, Fault
from bench.chaos.line import CODE, COVER, KEY, SECRET, STORES, USER, await_answer, served
from bench.chaos.people import Witness, at_work
from bench.chaos.room import Room
from bench.chaos.vendor import Moods, PlayedVendor
from hotline.demo.standin.network import VendorAccount
from hotline.up import held_port

BY_NAME = {fault.__name__: fault for fault in FAULTS}
QUIET_SECONDS = (0.2, 1.5)
"""Between one fault and the next."""
MOST_BROKEN_SHOWN = 20
COLUMNS = (
    *("hops", "over 1 s, halted", "over 1 s", "slowest", "no answer, machine gone"),
    *("noted", "told it is not kept", "gone with a machine", "noes", "rings", "alerts", "broken"),
)
OUTAGES = frozenset({"power_cut", "disk_read_only", "page_damaged", "machine_lost"})
"""What takes the whole machine away. Who dials meanwhile waits in the socket, as long as her vendor does; they end when all is up."""
HALTING = frozenset({"kill", "freeze", "descriptors", "keys_rotated"}) | OUTAGES
"""What kills, stops or starves processes that answer callers."""
START_SECONDS = 6.0
"""So long after it hops may take longer than a second: the web starts, beside all others on this machine."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="how many, one after the other")
    parser.add_argument("--seconds", type=float, default=30.0, help="of faults, for each seed")
    parser.add_argument("--store", choices=(*STORES, "both"), default="both")
    parser.add_argument("--callers", type=int, default=200)
    parser.add_argument("--faults", default=",".join(sorted(BY_NAME)), help="which, with commas between; none: an empty text")
    parser.add_argument("--pause", type=float, default=20.0, help="seconds between two dials of a phone, on average")
    options = parser.parse_args()
    unknown = sorted(set(filter(None, options.faults.split(","))) - BY_NAME.keys())
    if unknown:
        parser.error(f"no such fault: {', '.join(unknown)}; there are {', '.join(sorted(BY_NAME))}")
    chosen = tuple(fault for fault in FAULTS if fault.__name__ in options.faults.split(","))
    print(f"| seed | store | faults | {' | '.join(COLUMNS)} |")
    print("| --- " * (3 + len(COLUMNS)) + "|")
    failed = False
    for seed in range(options.seed, options.seed + options.seeds):
        for store in STORES if options.store == "both" else (options.store,):
            faults, run = broken_by(Run(seed, store, options.seconds, options.callers, options.pause, chosen))
            numbers = (run.hops, run.slow, len(run.late), f"{run.slowest:.1f} s", run.outage, run.noted, run.lost, run.gone, run.stopped)
            ends = (run.rung, run.alerts, len(run.broken))
            print(f"| {seed} | {store} | {len(faults)} | {' | '.join(map(str, (*numbers, *ends)))} |", flush=True)
            for line in (*run.broken, *run.late)[:MOST_BROKEN_SHOWN]:
                print(f"seed {seed}, {store}: {line}", file=sys.stderr)
            if run.broken or run.late:
                print(f"seed {seed}, {store}: faults were {', '.join(faults)}", file=sys.stderr)
                failed = True
    return int(failed)


class Run(Struct, frozen=True):
    """What is to be broken, and how long."""

    seed: int
    store: str
    seconds: float
    callers: int
    pause: float
    """Seconds between two dials of a phone, on average."""
    faults: tuple[Fault, ...]


def broken_by(run: Run) -> tuple[list[str], Counted]:
    """The faults in the order in which the seed has them, and what is counted in the end."""
    chance, moods, witness = random.Random(run.seed), Moods(run.seed), Witness()
    with tempfile.TemporaryDirectory(prefix="hl") as folder, held_port() as port:
        vendor = PlayedVendor(port, moods, VendorAccount(USER, KEY, CODE, COVER), SECRET)
        with served(Path(folder), run.store, vendor.address) as line, vendor.serving(line.bind) as standin:
            people = [Caller(n, random.Random(chance.random()), line.bind, ussd_path(SECRET), CODE) for n in range(run.callers)]
            spans: list[Span] = []
            broken = Broken(line, moods, chance, [], [])
            await_answer(line)
            with at_work(standin, witness, people, Room(line), run.seed, (0.1, 2 * run.pause)):
                deadline = time.monotonic() + run.seconds
                while time.monotonic() < deadline:
                    time.sleep(chance.uniform(*QUIET_SECONDS))
                    if run.faults:
                        spans.append(_at_work(chance.choice(run.faults), broken))
            happened = Happened(tuple(spans), tuple(broken.losses), tuple(broken.wrong))
            return [span.name for span in spans], counted(line, witness, happened)


def _at_work(fault: Fault, broken: Broken) -> Span:
    began, name = time.time(), fault.__name__
    fault(broken)
    halts = name in HALTING
    return Span(name, began, time.time() + (START_SECONDS if halts else 0.0), halts, name in OUTAGES)


if __name__ == "__main__":
    sys.exit(main())
