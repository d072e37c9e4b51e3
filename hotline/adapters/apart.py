"""Work that may hang, done on a thread of its own: whoever asks for it waits so long and no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

LAST_SECONDS: Final = 2.0
"""So long at most is waited for what nobody asks for again: four times as long as for other work, where that is less."""
REST_SECONDS: Final = 1.0
"""So long it is left alone after it came late: one wait a hop, not one for each thing that a hop asks for."""


class Late(Exception):
    """It was not done in time, or what hung before it hangs still."""


class Job(Generic[T]):
    """One piece of work. Either it counts or whoever asked for it was told that it does not, never both."""

    def __init__(self, work: Callable[[Job[T]], T]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._given_up = self._settled = False
        self.over = threading.Event()
        """It counts, it failed, or it was given up and is undone."""
        self.result: T
        self.error: BaseException | None = None

    @property
    def is_wanted(self) -> bool:
        return not self._given_up

    def settle(self) -> bool:
        """Let it count from here on, for the work itself, where it leaves something behind. Returns False where whoever asked has gone: then it has to be undone."""
        with self._lock:
            self._settled = not self._given_up
        return self._settled

    def give_up(self) -> bool:
        """Want it no longer. Returns False where it counts already."""
        with self._lock:
            self._given_up = not self._settled
        return self._given_up

    def run(self) -> None:
        try:
            if self.is_wanted:
                self.result = self._work(self)
        except BaseException as error:  # noqa: BLE001 -- an edge: it is raised where it was asked for
            self.error = error
        self.over.set()


class Apart:
    """One thread for work of one kind. Safe for threads; begins with the first work, so that it may be made before a fork."""

    def __init__(self, name: str, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`seconds`: how long whoever asks waits at most, for what can be asked for again."""
        self._name = name
        self._seconds = seconds
        self._last_seconds = max(seconds, min(4 * seconds, LAST_SECONDS))
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[Job[Any] | None] | None = None
        self._late: Job[Any] | None = None
        """The last one that was given up."""
        self._rests_until = 0.0

    def do(self, work: Callable[[Job[T]], T], *, now: bool = False) -> T:
        """Raises Late, and what the work raises. A TimeoutError of its own is followed by a rest, too.

        `now`: nobody asks for it again: the rest is not kept, and it is waited for longer, whatever hangs before it.
        """
        if not now and (self._monotonic() < self._rests_until or (self._late is not None and not self._late.over.is_set())):
            raise Late
        job = Job(work)
        self._queue().put(job)
        if not job.over.wait(self._last_seconds if now else self._seconds) and job.give_up():
            self._late = job
            self._rest()
            raise Late
        job.over.wait()  # it counts already: nothing of it can hang any more
        if isinstance(job.error, TimeoutError):
            self._rest()
        if job.error is not None:
            raise job.error
        return job.result

    def close(self) -> None:
        """End the thread, once it has done what it was given."""
        if self._jobs is not None:
            self._jobs.put(None)

    def _rest(self) -> None:
        self._rests_until = self._monotonic() + REST_SECONDS

    def _queue(self) -> SimpleQueue[Job[Any] | None]:
        with self._lock:
            if self._jobs is None:
                self._jobs = SimpleQueue()
                # A daemon: a disk that hangs does not keep the process.
                threading.Thread(target=_run, args=(self._jobs,), name=self._name, daemon=True).start()
            return self._jobs


def _run(jobs: SimpleQueue[Job[Any] | None]) -> None:
    while (job := jobs.get()) is not None:
        job.run()
