"""The counts behind /metrics: cheap enough for every hop, and summed over this machine's processes when somebody asks.

Each process counts in its memory and every second leaves what it counted in a small file of fixed slots, where the others find it; prometheus_client renders the sum.
The file is written and never mapped: a mapped one ends the process (SIGBUS) or holds up its hops where the disk is full, cut or hangs. prometheus_client's own
multi-process mode maps files, too, costs 2 µs a hop against 0.4, wants an environment variable before its import, and leaves a file behind for every process that dies.
"""

from __future__ import annotations

import fcntl
import os
from array import array
from bisect import bisect_left
from itertools import count
from operator import add
from threading import Lock
from typing import TYPE_CHECKING, Literal
from weakref import WeakMethod
from zlib import crc32

from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from hotline import shared_folder
from hotline.adapters.line_gauges import LineGauges
from hotline.adapters.machine import free_bytes
from hotline.engine.times import HOUR_SECONDS
from hotline.ports.machine import MachineState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from prometheus_client.core import Metric

    from hotline.ports.figures.figures import Counts, LineState
    from hotline.ports.incoming import Unknown

BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the latency histogram, in seconds; one more bucket has none."""

_ROW = len(BOUNDS) + 2  # buckets, the one without a bound, the sum in nanoseconds
_KINDS = ("screen", "end", "order", "refused", "broken")
_EFFECTS = ("open_callback", "refine_callback", "cancel_callback", "stop_calls", "other")
_HOW = ("kept", "spooled", "lost")
_PARTS = ("memory", "store")
_ENDS = ("Success", "Incomplete", "Failed")

_HOP = {kind: row * _ROW for row, kind in enumerate(_KINDS)}
_ORDER = {pair: len(_KINDS) * _ROW + slot for slot, pair in enumerate((effect, how) for effect in _EFFECTS for how in _HOW)}
_BREAKER = {part: len(_KINDS) * _ROW + len(_ORDER) + slot for slot, part in enumerate(_PARTS)}
_ENDED = {end: len(_KINDS) * _ROW + len(_ORDER) + len(_PARTS) + slot for slot, end in enumerate(_ENDS)}
_BY_HOUR = {effect: len(_KINDS) * _ROW + len(_ORDER) + len(_PARTS) + len(_ENDED) + slot for slot, effect in enumerate(_EFFECTS)}
"""Orders until the last full hour: who looked each second would see of a single one what it was."""
_UNKNOWN = {what: max(_BY_HOUR.values()) + 1 + slot for slot, what in enumerate(("report", "message", "end"))}
_SLOTS = max(_UNKNOWN.values()) + 1
_NOTHING_KNOWN = MachineState()


class _Layout:
    """Which slot counts what: those that every line has, and those of its doors. Its name stands in the files', so that no version reads another one's slots."""

    def __init__(self, doors: tuple[str, ...]) -> None:
        self.by_door = {pair: _SLOTS + slot for slot, pair in enumerate((door, kind) for door in doors for kind in _KINDS)}
        self.size = _SLOTS + len(self.by_door)
        known = (BOUNDS, _HOP, _ORDER, _BREAKER, _ENDED, _BY_HOUR, _UNKNOWN, *self.by_door)
        self.name = f"{crc32(repr(known).encode()):08x}"


class PrometheusMeter:
    """`hotline.ports.meter.Meter` over files below `folder`, which are opened when they are first shared. Safe for threads and forks.

    A process that died leaves its counts, all but the last second's, and its file to the next one.
    """

    def __init__(self, folder: Path, seconds: Callable[[], float], doors: tuple[str, ...] = ()) -> None:
        """`seconds`: a clock that nobody sets; `doors`: the names of those whose hops are counted apart, too."""
        self._folder = folder
        self._layout = _Layout(doors)
        self._seconds = seconds
        self._hour = seconds() // HOUR_SECONDS
        self._file: tuple[int, Path] | None = None
        self._free: int | None = None
        """As `share` last found it: whoever asks for the page waits for no disk."""
        self._begin()
        again = WeakMethod(self._begin)
        os.register_at_fork(after_in_child=lambda: (begin := again()) and begin())

    def _begin(self) -> None:
        if self._file is not None:  # the parent's
            os.close(self._file[0])
        self._file = None
        self._lock = Lock()  # no interpreter promises that `+= 1` is one step
        self._slots = array("Q", bytes(self._layout.size * 8))
        self._others = [0] * self._layout.size
        """What other processes had counted when this one last looked."""

    def hop(self, kind: Literal["screen", "end", "order", "refused", "broken"], seconds: float, gateway: str = "") -> None:
        row, door = _HOP[kind], self._layout.by_door.get((gateway, kind))
        with self._lock:
            if door is not None:
                self._slots[door] += 1
            self._slots[row + bisect_left(BOUNDS, seconds)] += 1
            self._slots[row + _ROW - 1] += int(seconds * 1e9)

    def order(self, effect: str, how: Literal["kept", "spooled", "lost"]) -> None:
        """An effect that is not known here is counted as another: what was kept must not fail for being counted."""
        self._add(_ORDER.get((effect, how)) or _ORDER["other", how])

    def breaker(self, part: Literal["memory", "store"]) -> None:
        self._add(_BREAKER[part])

    def ended(self, status: Literal["Success", "Incomplete", "Failed"]) -> None:
        """A gateway told that a session is over, and how."""
        self._add(_ENDED[status])

    def unknown(self, what: Unknown) -> None:
        self._add(_UNKNOWN[what])

    def _add(self, slot: int) -> None:
        with self._lock:
            self._slots[slot] += 1

    def share(self) -> None:
        """For one thread, which may hang with the disk: whoever counts or asks for the page does not wait for it."""
        if self._file is None:
            shared_folder.make(self._folder)
        self._free = free_bytes(self._folder)
        if self._file is None:
            self._file, before = _claim(self._folder, self._layout)
            with self._lock:
                self._slots = array("Q", map(add, self._slots, before))
        file, path = self._file
        hour = self._seconds() // HOUR_SECONDS
        with self._lock:
            if hour != self._hour:
                self._hour = hour
                for effect, slot in _BY_HOUR.items():
                    self._slots[slot] = sum(self._slots[_ORDER[effect, how]] for how in _HOW)
            counted = self._slots.tobytes()
        if os.pwrite(file, counted, 0) != len(counted):
            raise OSError("short write")
        self._others = _sums(self._folder, path, self._layout)

    def page(
        self,
        counts: Counts | None,
        spooled: int | None,
        dropped: int | None = None,
        *,
        state: LineState | None = None,
        parts: Mapping[str, str] = {},
        workers: Mapping[str, bool] = {},
        machine: MachineState = _NOTHING_KNOWN,
    ) -> bytes:
        """The page for Prometheus: this machine's counters and spool, and gauges of the whole line. What is not known just now (None) is left out."""
        with self._lock:
            sums = list(map(add, self._slots, self._others))
        return generate_latest(_Page(sums, self._layout, counts, spooled, dropped, self._free)) + generate_latest(
            LineGauges(state, parts, workers, machine)
        )


def _claim(folder: Path, layout: _Layout) -> tuple[tuple[int, Path], array[int]]:
    """The first file that no living process counts in, held until we die, and what the one before us had counted in it."""
    for number in count():
        path = folder / f"{layout.name}-{number}.counts"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, shared_folder.file_mode(folder))
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return (file, path), _slots(os.pread(file, layout.size * 8, 0), layout)
        except BlockingIOError:
            os.close(file)
        except OSError:
            os.close(file)
            raise
    raise AssertionError


def _slots(data: bytes, layout: _Layout) -> array[int]:
    """Zeros where not all of it is there: somebody is just making it, or the disk was full."""
    return array("Q", data if len(data) == layout.size * 8 else bytes(layout.size * 8))


def _sums(folder: Path, ours: Path, layout: _Layout) -> list[int]:
    sums = [0] * layout.size
    for path in folder.glob(f"{layout.name}-*.counts"):
        if path != ours:
            sums = list(map(add, sums, _slots(path.read_bytes(), layout)))
    return sums


class _Page:
    def __init__(
        self, sums: list[int], layout: _Layout, counts: Counts | None, spooled: int | None, dropped: int | None, free: int | None
    ) -> None:
        self._sums = sums
        self._layout = layout
        self._counts = counts
        self._spooled = spooled
        self._dropped = dropped
        self._free = free

    def collect(self) -> Iterator[Metric]:
        yield self._hops()
        by_door = CounterMetricFamily(
            "hotline_gateway_hops", "USSD hops by whose wire they came and by kind of answer.", labels=("gateway", "kind")
        )
        for labels, slot in self._layout.by_door.items():
            by_door.add_metric(labels, self._sums[slot])
        yield by_door
        orders = CounterMetricFamily("hotline_orders", "What became of orders.", labels=("how",))
        for how in _HOW:
            orders.add_metric((how,), sum(self._sums[_ORDER[effect, how]] for effect in _EFFECTS))
        yield orders
        yield self._counters("hotline_orders_by_effect", "Orders until the last full hour, by what they did.", "effect", _BY_HOUR)
        yield self._counters("hotline_breaker", "Times that a store was left alone because it had just failed.", "part", _BREAKER)
        yield self._counters("hotline_sessions_ended", "Sessions that a gateway told the end of.", "status", _ENDED)
        yield self._counters("hotline_unknown_states", "What gateways sent in a state that is not known.", "what", _UNKNOWN)
        if self._spooled is not None:
            yield GaugeMetricFamily(
                "hotline_spool_records", "Orders on this machine's disk that wait for the database.", value=self._spooled
            )
        if self._free is not None:
            yield GaugeMetricFamily("hotline_disk_free_bytes", "Room on the disk of HOTLINE_VAR.", value=self._free)
        if self._dropped is not None:
            yield CounterMetricFamily("hotline_jobs_dropped", "Jobs in Redis that the line does not make.", value=self._dropped)
        if self._counts is not None:
            yield _gauge("hotline_callbacks_waiting", "Callbacks that wait.", "language", self._counts.waiting)
            yield _gauge("hotline_callbacks_oldest_seconds", "Age of the callback that waits longest.", "language", self._counts.oldest_age)
            yield GaugeMetricFamily("hotline_edition", "Number of the edition in force.", value=self._counts.edition)
            yield GaugeMetricFamily(
                "hotline_clock_jumped_seconds",
                "Seconds by which this machine's clock is not right; nothing ends until it is 0.",
                value=self._counts.clock_jumped,
            )
            for name, about, age in (
                ("hotline_backup_age_seconds", "Age of the last good backup.", self._counts.backup_age),
                ("hotline_drill_age_seconds", "Since a backup was last restored for a trial, and was right.", self._counts.drill_age),
            ):
                if age is not None:
                    yield GaugeMetricFamily(name, about, value=age)
            yield GaugeMetricFamily(
                "hotline_held", "1 after a restore, until a person says go: nothing is promised.", value=int(self._counts.is_held)
            )
            yield _gauge("hotline_outbox_posts", "Posts to gateways.", "state", self._counts.outbox)
            by_gateway = GaugeMetricFamily("hotline_gateway_posts", "Posts that a gateway has, or may have.", labels=("gateway", "state"))
            for labels, number in self._counts.gateways.items():
                by_gateway.add_metric(labels, number)
            yield by_gateway

    def _hops(self) -> HistogramMetricFamily:
        hops = HistogramMetricFamily("hotline_hop_seconds", "USSD hops by kind of answer, and how long they took.", labels=("kind",))
        for kind, row in _HOP.items():
            total, buckets = 0, []
            for bound, hits in zip((*BOUNDS, "+Inf"), self._sums[row : row + _ROW - 1], strict=True):
                total += hits
                buckets.append((str(bound), float(total)))
            hops.add_metric((kind,), buckets, sum_value=self._sums[row + _ROW - 1] / 1e9)
        return hops

    def _counters(self, name: str, about: str, label: str, slots: dict[str, int]) -> CounterMetricFamily:
        family = CounterMetricFamily(name, about, labels=(label,))
        for value, slot in slots.items():
            family.add_metric((value,), self._sums[slot])
        return family


def _gauge(name: str, about: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=(label,))
    for value, number in values.items():
        family.add_metric((value,), number)
    return family
