"""A tree of processes under one parent: started by forking a warm one, started again when they die, ended together."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NoReturn, Protocol

from msgspec import Struct

from hotline.adapters.processes import die_with_parent

STEADY_SECONDS = 5.0
"""A process that lived so long and died is started again at once; one that died sooner waits, ever longer."""
LONGEST_WAIT = 5.0
GRACE_SECONDS = 3.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


class ChildProcess(Protocol):
    """A child process. `subprocess.Popen` is one too."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code; negative: the signal that ended it. Returns None while it runs."""


class ProcessKind(Struct, frozen=True):
    """One kind of process of the line, by the name that people read. `start` returns with the child running."""

    name: str
    start: Callable[[], ChildProcess]


class Forked:
    """A child made by fork: it has what its parent had imported, and shares those pages of memory."""

    def __init__(self, main: Callable[[], object]) -> None:
        """Run `main` in a child that has a process group of its own and dies with this process. Call it from the main thread of a process that has no other."""
        parent = os.getpid()
        # Blocked over the fork, so that no signal reaches the child while it still has the parent's handlers.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        _flush()
        self.pid = os.fork()
        if not self.pid:
            _be_child(main, parent, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def wait(self) -> int:
        """Wait until it ends and return its exit code."""
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code


def _be_child(main: Callable[[], object], parent: int, mask: set[signal.Signals] | set[int]) -> NoReturn:
    code = 1
    try:
        die_with_parent(parent)
        os.setpgid(0, 0)  # Ctrl-C reaches the parent alone, which ends the rest in order
        signal.set_wakeup_fd(-1)
        for number in _SIGNALS:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except KeyboardInterrupt:
        code = 130
    except BaseException as error:  # noqa: BLE001 -- a forked child must never return into its parent's stack
        # The frames, not the message: that may hold what must not be logged.
        with suppress(OSError):
            sys.stderr.write("".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__name__}\n")
    finally:
        _flush()
        os._exit(code)


def _flush() -> None:
    """What was said goes out, if there is room where it goes: a full disk keeps no process from beginning, nor from its end."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()


class _Child(Struct):
    kind: ProcessKind
    running: ChildProcess | None = None
    born: float = 0.0
    deaths: int = 0
    due: float = 0.0


class ProcessTree:
    """The children of this process. Its owner calls `mend` whenever one may have died, and `stop` at the end."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._children: dict[str, _Child] = {}
        self._monotonic = monotonic

    def start(self, kind: ProcessKind) -> None:
        """Start this process, and again whenever it dies. What its `start` raises the first time is raised here."""
        child = _Child(kind)
        child.running, child.born = kind.start(), self._monotonic()
        self._children[kind.name] = child

    def pids(self) -> dict[str, int]:
        """Process ids of what runs now, by name."""
        return {name: child.running.pid for name, child in self._children.items() if child.running}

    def deaths(self) -> dict[str, int]:
        """How often in a row each process died sooner than a healthy one would, by name."""
        return {name: child.deaths for name, child in self._children.items()}

    def mend(self) -> bool:
        """Take note of the dead and start again what is due. True if anything changed."""
        return any([self._look_at(child) for child in self._children.values()])  # noqa: C419 -- every child is looked at

    def next_due(self) -> float | None:
        """Seconds until the next process is to be started again. Returns None if none waits."""
        waiting = [child.due for child in self._children.values() if child.running is None]
        return max(min(waiting) - self._monotonic(), 0.0) if waiting else None

    def _look_at(self, child: _Child) -> bool:
        now = self._monotonic()
        if child.running is not None and child.running.poll() is not None:
            child.running = None
            child.deaths = 1 if now - child.born > STEADY_SECONDS else child.deaths + 1
            child.due = now + (0.0 if child.deaths == 1 else min(0.1 * 2**child.deaths, LONGEST_WAIT))
        elif child.running is not None or now < child.due:
            return False
        if now >= child.due:
            child.born = now
            try:
                child.running = child.kind.start()
            except OSError:  # no process, no file: as if it had died at once
                child.deaths += 1
                child.due = now + LONGEST_WAIT
        return True

    def stop(self) -> None:
        """End every child: SIGTERM to the newest, which leans on the others until it is gone; to all but the first, which they lean on; then to it. What is
        left after a few seconds gets SIGKILL.
        """
        running = [child.running for child in reversed(self._children.values()) if child.running]
        self._children.clear()
        for together in (running[:1], running[1:-1], running[1:][-1:]):
            self._end(together)

    def _end(self, running: Sequence[ChildProcess]) -> None:
        for child in running:
            _send(child, signal.SIGTERM)
        deadline = self._monotonic() + GRACE_SECONDS
        while (left := [child for child in running if child.poll() is None]) and self._monotonic() < deadline:
            select.select([], [], [], 0.02)
        for child in left:
            _send(child, signal.SIGKILL)
        for child in left:
            while child.poll() is None:
                select.select([], [], [], 0.005)


def _send(child: ChildProcess, what: signal.Signals) -> None:
    if child.poll() is None:
        os.kill(child.pid, what)


class Bell:
    """What wakes the parent: signals, and whatever else can be read. `wait` misses none, however they fall."""

    def __init__(self, wakeup: int) -> None:
        self._wakeup = wakeup
        self.ending = False

    def wait(self, seconds: float | None, *others: int) -> None:
        """Return when a signal came, one of `others` can be read, or the time is over. Sets `ending` once somebody asked us to end."""
        ready, _, _ = select.select([self._wakeup, *others], [], [], seconds)
        if self._wakeup in ready:
            came = os.read(self._wakeup, 512)
            self.ending = self.ending or any(number in came for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))


@contextmanager
def bell() -> Iterator[Bell]:
    """Hand all signals to a Bell while the block runs."""
    reading, writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = {number: signal.signal(number, lambda *_: None) for number in _SIGNALS}
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield Bell(reading)
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reading)
        os.close(writing)
