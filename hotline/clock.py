"""The ticker: calls the service once a second until it is told to stop, whatever a tick does."""

from __future__ import annotations

import threading
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)


class Ticks(Protocol):
    """What the clock needs of `hotline.service.Hotline`."""

    def tick(self) -> None: ...


def run(hotline: Ticks, stop: threading.Event, every: float = 1.0) -> None:
    """Tick, wait `every` seconds, tick, until `stop` is set. A tick that fails is logged by the name of its error and counted; the next one comes all the same.

    Other machines may run clocks too: a tick's work is made of conditional updates, nothing here counts on being alone.
    """
    failures = 0
    while not stop.is_set():
        try:
            hotline.tick()
        except Exception as error:  # noqa: BLE001 -- an edge like hop and job: without the clock promises would silently pass
            failures += 1
            _tell(error, failures)
        else:
            if failures:
                log.info("tick_recovered", count=failures)
            failures = 0
        stop.wait(every)


def _tell(error: Exception, failures: int) -> None:
    # The first, second, fourth, eighth...: an hour without a database is a dozen lines, not thousands.
    if failures & (failures - 1) == 0:
        log.error("tick_failed", error=type(error).__name__, count=failures)
