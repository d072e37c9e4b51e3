"""What is done every second until the process stops, though it fails: the clock's tick, and in the other processes a look at what is new."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import structlog

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.store import StoreAway

log = structlog.get_logger(__name__)


class Ticks(Protocol):
    """What the clock needs of `hotline.app.Assembly`."""

    def tick(self) -> None: ...


class Refreshes(Protocol):
    """What learns what is new."""

    def refresh(self) -> None: ...


class Looks(Protocol):
    """What learns who is there."""

    def look_who_is_there(self) -> None: ...


class ShowsItself(Protocol):
    """What tells others which program it is of."""

    def show_itself(self) -> None: ...


class TendsDays(Protocol):
    """What sees to the days' keys."""

    def tend_days(self) -> None: ...


class Shares(Protocol):
    """What every process needs of it that counts or learns of editions."""

    def share(self) -> None: ...


class Shows(Protocol):
    """What a process that answers needs of `hotline.service.Hotline`."""

    def tend_spool(self) -> None: ...
    def has_emergency_number(self) -> bool: ...


def run(hotline: Ticks, stop: threading.Event, every: float = 1.0) -> None:
    """Tick, wait `every` seconds, tick, until `stop` is set. A tick that fails is logged by the name of its error and counted; the next one comes all the same.

    Other machines may run clocks too: a tick's work is made of conditional updates, nothing here counts on being alone.
    """
    _repeat(hotline.tick, ("tick_failed", "tick_recovered"), stop, every)


def follow(line: Refreshes, stop: threading.Event, every: float = 1.0) -> None:
    """Look for what is new (editions, what was withdrawn, secrets) every `every` seconds until `stop` is set. A look that fails is logged as a tick is."""
    _repeat(line.refresh, ("refresh_failed", "refresh_recovered"), stop, every)


def look(hotline: Looks, stop: threading.Event, every: float = 0.5) -> None:
    """Learn who is there every `every` seconds until `stop` is set: twice as often as it has to be known. On a thread that waits for nothing else."""
    _repeat(hotline.look_who_is_there, ("look_failed", "look_recovered"), stop, every)


def share(hotline: Shares, stop: threading.Event, every: float = 1.0) -> None:
    """Leave on the machine's disk what lies there for others, every `every` seconds until `stop` is set. For a thread of its own: it may hang with the disk."""
    _repeat(hotline.share, ("disk_failed", "disk_recovered"), stop, every)


def show(line: ShowsItself, stop: threading.Event, every: float = 10.0) -> None:
    """Tell which program this process is of, every `every` seconds until `stop` is set."""
    _repeat(line.show_itself, ("show_failed", "show_recovered"), stop, every)


def clear(work: Callable[[], None], stop: threading.Event, every: float = 6.0 * HOUR_SECONDS) -> None:
    """Take what a database keeps of what was erased off its disk, every `every` seconds until `stop` is set. On a thread of its own: it waits for whoever reads."""
    _repeat(work, ("clear_failed", "clear_recovered"), stop, every)


def tend_spool(hotline: Shows, stop: threading.Event, every: float = 1.0) -> None:
    """Take what lies in this machine's spool into the database every `every` seconds until `stop` is set: there may be no clock on this machine."""
    _repeat(hotline.tend_spool, ("spool_failed", "spool_recovered"), stop, every)


def tend_days(line: TendsDays, stop: threading.Event, every: float = 5.0) -> None:
    """See to the days' keys every `every` seconds until `stop` is set: where numbers are opened. On a thread of its own: it may hang with the disk."""
    _repeat(line.tend_days, ("days_failed", "days_recovered"), stop, every)


def watch(look: Callable[[], None], stop: threading.Event, every: float = 30.0) -> None:
    """Look whether somebody has to be told of this machine, every `every` seconds until `stop` is set. For a thread of its own: it hangs with whatever hangs."""
    _repeat(look, ("watch_failed", "watch_recovered"), stop, every)


def note_emergency_number(hotline: Shows) -> None:
    """Say loudly that callers are shown no number for emergencies, if that is so. The line goes on without."""
    if not hotline.has_emergency_number():
        log.error("no_emergency_number")


def _repeat(work: Callable[[], None], events: tuple[str, str], stop: threading.Event, every: float) -> None:
    failed, recovered = events
    failures = 0
    while not stop.is_set():
        try:
            work()
        except Exception as error:  # noqa: BLE001 -- an edge like hop and job: without the clock promises would silently pass
            failures += 1
            _tell(failed, error, failures)
        else:
            if failures:
                log.info(recovered, count=failures)
            failures = 0
        stop.wait(every)


def _tell(event: str, error: Exception, failures: int) -> None:
    # The first, second, fourth, eighth...: an hour without a database is a dozen lines, not thousands.
    if failures & (failures - 1) == 0:
        why = {"database": str(error)} if isinstance(error, StoreAway) else {}  # the log takes its codes alone
        log.error(event, error=type(error).__name__, **why, count=failures)
