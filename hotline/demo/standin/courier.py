"""Carries messages and reports to the line in the background and tries again while it does not take them, as the vendor does."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from itertools import count
from time import monotonic

from msgspec import Struct

from hotline.demo.standin.wire import NoAnswer, WireAnswer, WireRequest

MOST_WAITING = 2000
MOST_ATTEMPTS = 10
LONGEST_PAUSE = 60.0


class Parcel(Struct, frozen=True):
    request: WireRequest
    attempts: int = 0


class Courier:
    """One thread, so that what one phone sends arrives in order unless the line refuses some of it."""

    def __init__(self, ask: Callable[[WireRequest], WireAnswer], pause: float) -> None:
        """`ask` sends one to the line; `pause`: seconds before the second try, doubled from then on."""
        self._ask, self._pause = ask, pause
        self._woken = threading.Condition()
        self._waiting: list[tuple[float, int, Parcel]] = []
        self._order = count()
        self._open = True
        self._thread = threading.Thread(target=self._work, name="courier", daemon=True)
        self._thread.start()

    def send(self, request: WireRequest) -> None:
        """Take a request; the newest is dropped when too many wait already."""
        self._put(0.0, Parcel(request))

    def close(self) -> None:
        """Stop; what waits is dropped."""
        with self._woken:
            self._open = False
            self._woken.notify_all()
        self._thread.join()

    def _put(self, after: float, parcel: Parcel) -> None:
        with self._woken:
            if len(self._waiting) < MOST_WAITING:
                heapq.heappush(self._waiting, (monotonic() + after, next(self._order), parcel))
                self._woken.notify_all()

    def _next(self) -> Parcel | None:
        with self._woken:
            while self._open:
                left = self._waiting[0][0] - monotonic() if self._waiting else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._waiting)[2]
                self._woken.wait(left)
        return None

    def _work(self) -> None:
        while (parcel := self._next()) is not None:
            if not self._carry(parcel) and parcel.attempts + 1 < MOST_ATTEMPTS:
                again = Parcel(parcel.request, parcel.attempts + 1)
                self._put(min(self._pause * 2**parcel.attempts, LONGEST_PAUSE), again)

    def _carry(self, parcel: Parcel) -> bool:
        """True when the line took it, or refused it for good."""
        try:
            return self._ask(parcel.request).status < 500
        except NoAnswer:
            return False
