"""The jobs that RQ runs: an id in, one call to the service, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)


class Delivers(Protocol):
    """What a job needs of `hotline.service.Hotline`."""

    def deliver(self, message: str) -> None: ...


class JobFailed(Exception):
    """A job broke. Carries the name of the error's class, never its text."""


_build: Callable[[], Delivers] | None = None


def bind(build: Callable[[], Delivers]) -> None:
    """Say how a job finds its Hotline; called once, before the worker starts.

    `build` is called inside the forked horse, for one job: connections opened there are shared with nobody, those of the worker are never touched. Import what it
    needs beforehand, so that no horse spends its time on that.
    """
    global _build  # noqa: PLW0603 -- RQ hands a job its arguments and nothing else
    _build = build


def deliver(message: str) -> None:
    """Hand one message of the outbox to the gateway. Raises JobFailed.

    Idempotent: the service moves the row `pending -> sending` by a conditional update before it speaks to the gateway, so a second job for the same message, or one
    that comes late, finds nothing to do. What is left undone is found by the clock, hence no retries here.
    """
    if _build is None:
        raise JobFailed("no Hotline is bound to this process")
    try:
        _build().deliver(message)
    except Exception as error:  # noqa: BLE001 -- the edge: RQ would log and keep the text of whatever comes out of here
        name = type(error).__name__
        log.error("job_failed", id=message, error=name)  # noqa: TRY400 -- a traceback may carry values
        raise JobFailed(name) from None
