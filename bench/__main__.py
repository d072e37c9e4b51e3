"""Print the table: `python -m bench`. Server on one core, load on the other, three interleaved rounds, medians."""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable
from itertools import count
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from bench import paced, pages, siege
from bench.servers import (
    LOAD_CORE,
    SECRET,
    SERVER_CORE,
    callbacks,
    environment,
    forget_callers,
    let_wait,
    postgres,
    prepare,
    running,
    serve_echo,
    serve_line,
    serve_whole,
    settle_store,
    take_in,
    ticking,
    valkey,
)
from hotline.app import SystemClock
from hotline.config import Config
from hotline.content import read_sources
from hotline.engine.edition import compile_edition
from hotline.engine.phone import limits
from hotline.engine.step import replay, step

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
SECONDS = 4
WAITING = (10, 10_000)
SOCKETS = (0, 4, 12, 250, 2500)
_sessions = count()
"""No round repeats the sessions of one before it: the line remembers them."""
HOP = f"/at/{SECRET}/ussd"
TABLE_HOP = f"/gateway/safaricom/{SECRET}/ussd"
FIFTEEN = ("1", "0", "2", "0", "4", "1", "2", "0", "0", "4", "0", "0", "3", "0", "7")


def flood(url: str, script: str = "hop.lua") -> tuple[float, int, float]:
    """Requests a second, errors, and the share of its core that the load generator used."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    out = subprocess.run(
        ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", "-c16", f"-d{SECONDS}s", "-s", str(ROOT / "bench" / script), url],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    spent = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    rate, errors = out.split("RESULT ")[1].split()
    return float(rate), int(errors), (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / spent


def browsing(config: Config, echo: Config) -> None:
    """Row 1: a browsing hop, by the gateway that is written by hand and by a table, against a bare Flask view."""
    rounds: dict[str, list[tuple[float, int, float]]] = {"line": [], "table": [], "echo": []}
    with running(serve_line, config, HOP), running(serve_echo, echo, "/echo"):
        for _ in range(ROUNDS):
            rounds["line"].append(flood(f"http://{config.bind}{HOP}"))
            rounds["table"].append(flood(f"http://{config.bind}{TABLE_HOP}", "table.lua"))
            rounds["echo"].append(flood(f"http://{echo.bind}/echo"))
    line, table, bare = (statistics.median(rate for rate, _, _ in rounds[name]) for name in ("line", "table", "echo"))
    errors = sum(errors for series in rounds.values() for _, errors, _ in series)
    busiest = max(share for series in rounds.values() for _, _, share in series)
    row("browsing hop / bare Flask view, a second", f"{line:,.0f} / {bare:,.0f}", f"{line / bare:.2f} x", "at least 3 x", line / bare >= 3)
    row(
        "the same through a table / bare Flask view",
        f"{table:,.0f} / {bare:,.0f}",
        f"{table / bare:.2f} x",
        "at least 2.5 x",
        table / bare >= 2.5,
    )
    print(f"    load generator busy at most {busiest:.0%} of its core; {errors} errors")


def stepping() -> None:
    """Row 2: step and replay, in microseconds and against reading the hop's own form with the standard library."""
    sources, _ = read_sources(ROOT)
    assert sources is not None
    edition = compile_edition(sources, 1, limits.USSD)
    replay(edition, FIFTEEN, {})
    opening = edition.opening
    form = urlencode({"sessionId": "ATUid_1", "serviceCode": "*123#", "phoneNumber": "+22370001000", "text": "4*1"})
    works: tuple[Callable[[], object], ...] = (
        lambda: step(edition, opening, "4", {}, 1),  # type: ignore[arg-type]
        lambda: replay(edition, FIFTEEN, {}),
        lambda: parse_qsl(form),
    )
    rounds = [[timeit.timeit(work, number=20_000) / 20_000 for work in works] for _ in range(ROUNDS)]
    stepped, fold, reference = (statistics.median(times) * 1e6 for times in zip(*rounds, strict=True))
    row("step, µs / parse_qsl of the form", f"{stepped:.2f} / {reference:.2f}", f"{stepped / reference:.2f} x", "under 2 µs", stepped < 2)
    row("replay of 15 inputs, µs / parse_qsl", f"{fold:.2f} / {reference:.2f}", f"{fold / reference:.2f} x", "under 25 µs", fold < 25)


def keeping(config: Config, var: Path, name: str) -> None:
    """Row 3: a hop that keeps a callback, durably, beside browsing; against a bare fsync of 4 KiB on the same disk, and with 10,000 waiting against ten, in turn."""
    rounds: dict[int, list[paced.Paced]] = {waiting: [] for waiting in WAITING}
    syncs: list[float] = []
    spooled = 0
    with running(serve_line, config, HOP), ticking(config):
        for _ in range(ROUNDS):
            for waiting, found in rounds.items():
                result, late = _keep(config, waiting)
                found.append(result)
                spooled += late
                syncs.append(_fsync(var))
    bare = statistics.median(syncs)
    for waiting, found in rounds.items():
        _kept_row(f"{name}, {waiting:,} waiting", found, bare)
    few, many = (_median(found, "kept", 0.99) for found in rounds.values())
    row(
        f"the same, {WAITING[1]:,} waiting / {WAITING[0]}, p99 ms",
        f"{many:.1f} / {few:.1f}",
        f"{many / few:.2f} x",
        "at most 1.5 x",
        many <= 1.5 * few,
    )
    print(f"    {spooled} callbacks of all by way of the spool")


def _keep(config: Config, waiting: int) -> tuple[paced.Paced, int]:
    """One load with so many waiting, and how many callbacks of it went by way of the spool; all that were asked for are in the database after it."""
    forget_callers(config)
    let_wait(config, waiting)
    settle_store(config)
    load = paced.Load(next(_sessions), SECONDS * 2, browsing=1000, keeping=50, keys=_window_to_come(config))
    os.sched_setaffinity(0, {LOAD_CORE})
    result = paced.run(config.bind, HOP, load)
    os.sched_setaffinity(0, {SERVER_CORE, LOAD_CORE})
    spooled = take_in(config)
    found = callbacks(config) - waiting
    assert load.kept == found, f"{load.kept} asked for, {found} in the database, {result.wrong} wrong answers"
    return result, spooled


def _kept_row(name: str, rounds: list[paced.Paced], bare: float) -> None:
    kept, browsed, late = (_median(rounds, name, 0.99) for name in ("kept", "browsed", "late"))
    row(f"hop that keeps, {name}, p99 ms / fsync", f"{kept:.1f} / {bare:.1f}", f"{kept / bare:.1f} x", "under 25 ms", kept < 25)
    wrong, busiest = sum(result.wrong for result in rounds), max(result.busy for result in rounds)
    print(
        f"    p50 {_median(rounds, 'kept', 0.5):.1f} ms; browsing beside it p99 {browsed:.1f} ms; {wrong} wrong answers; all callbacks kept"
    )
    print(
        f"    load generator busy at most {busiest:.0%} of its core; its hops left {late:.1f} ms after they were due, p99, which counts as theirs"
    )


def showing(config: Config) -> None:
    """Row 4: every page of the console at 10,000 open callbacks."""
    clock = SystemClock(config.timezone)
    found, bare = pages.measure(config, clock.now())
    slowest, heaviest = found[0], max(found, key=lambda timed: timed.size)
    what = f"slowest of {len(found)} pages, p99 ms / bare view"
    row(what, f"{slowest.p99:.1f} / {bare:.2f}", f"{slowest.p99 / bare:.0f} x", "under 50 ms", slowest.p99 < 50)
    for timed in found[:4]:
        print(
            f"    {timed.path} ({timed.role}): p50 {timed.p50:.1f} ms, p99 {timed.p99:.1f} ms, {timed.busy:.1f} ms of a processor, {timed.size / 1024:.1f} kB"
        )
    row(
        "heaviest page, kB over the network",
        f"{heaviest.size / 1024:.1f}",
        heaviest.path.rpartition("/")[2],
        "under 15 kB",
        heaviest.size < 15_000,
    )


def holding_out(config: Config) -> None:
    """Row 5: browsing hops through the front, while sockets are held on every path."""
    p99s: dict[int, list[float]] = {sockets: [] for sockets in SOCKETS}
    wrong = 0
    with running(serve_whole, config, HOP):
        for _ in range(ROUNDS):
            for sockets, found in p99s.items():
                with siege.besieged(config.bind, sockets):
                    os.sched_setaffinity(0, {LOAD_CORE})
                    result = paced.run(config.bind, HOP, paced.Load(next(_sessions), SECONDS, browsing=50, keeping=0, keys=""))
                    os.sched_setaffinity(0, {SERVER_CORE, LOAD_CORE})
                found.append(paced.percentile(result.browsed, 0.99))
                wrong += result.wrong
    calm, *held = (statistics.median(found) for found in p99s.values())
    for sockets, p99 in zip(SOCKETS[1:], held, strict=True):
        row(
            f"hop beside {sockets:,} slow sockets / none, p99 ms",
            f"{p99:.1f} / {calm:.1f}",
            f"{p99 / calm:.2f} x",
            "at most 2 x",
            p99 <= 2 * calm,
        )
    print(f"    {wrong} wrong answers")


def _median(rounds: list[paced.Paced], name: str, share: float) -> float:
    return statistics.median(paced.percentile(getattr(result, name), share) for result in rounds)


def _window_to_come(config: Config) -> str:
    """The keys of a part of the day that is hours away, so that a round does the same at any hour: this evening, or tomorrow morning."""
    clock = SystemClock(config.timezone)
    return "5*4" if clock.local(clock.now()) % 1440 < 12 * 60 else "5*1"


def _fsync(var: Path) -> float:
    """p99 of 200 synced writes of 4 KiB, in milliseconds."""
    times = []
    with (var / "fsync").open("wb") as file:
        for _ in range(200):
            begun = time.perf_counter()
            os.pwrite(file.fileno(), b"x" * 4096, 0)
            os.fsync(file.fileno())
            times.append((time.perf_counter() - begun) * 1000)
    return paced.percentile(tuple(sorted(times)), 0.99)


def row(what: str, figures: str, ratio: str, goal: str, reached: bool) -> None:
    print(f"{what:44} {figures:>20} {ratio:>10}   {goal:14} {'reached' if reached else 'MISSED'}")


def main() -> int:
    if shutil.which("wrk") is None or shutil.which("taskset") is None or (os.cpu_count() or 1) < 2:
        sys.stderr.write("the benchmark needs wrk, taskset and two cores: apt-get install wrk util-linux\n")
        return 2
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        var = Path(folder)
        config = Config.from_env(environment(var, 8123))
        echo = Config.from_env(environment(var, 8124))
        with valkey(var):
            prepare(config)
            browsing(config, echo)
            stepping()
            keeping(config, var, "SQLite")
            forget_callers(config)
            with postgres(config, var) as other:
                prepare(other)
                keeping(other, var, "PostgreSQL")
            showing(config)
            holding_out(config)
    print(json.dumps({"rounds": ROUNDS, "seconds": SECONDS, "server_core": SERVER_CORE, "load_core": LOAD_CORE}))
    return 0


sys.exit(main())
