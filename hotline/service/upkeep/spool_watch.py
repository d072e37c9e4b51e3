"""A machine's spool that cannot be used: supervisors are told, once a day for what is wrong."""

from __future__ import annotations

from typing import Final

from hotline.engine.times import DAY_MINUTES
from hotline.ports.spool import SpoolState
from hotline.service import outbox
from hotline.service.deps import Deps
from hotline.service.work import Work

GRACE_SECONDS: Final = 60
"""A disk that stalls and comes back is nobody's business; a file that was set aside is, at once."""


class SpoolWatch:
    """What this process has seen of the machine's spool."""

    def __init__(self) -> None:
        self._state: SpoolState = "ok"
        self._since = 0
        self._told = ""

    def look(self, deps: Deps, at: int) -> None:
        """Tell supervisors if it is time to. All machines and processes together do so once. Raises StoreAway: then it is told the next time."""
        state = deps.spool.state()
        if state != self._state:
            self._state, self._since = state, at
        if state == "ok" or (state == "away" and at - self._since < GRACE_SECONDS):
            return
        origin = f"{state}|{deps.clock.local(at) // DAY_MINUTES}"
        if origin == self._told or not deps.written.has_phrase(f"staff.spool_{state}"):  # an edition may be older than the program
            return
        with deps.store.write() as tx:
            messages = outbox.tell_supervisors(Work(deps, tx, at), f"spool_{state}", origin)
        self._told = origin
        outbox.enqueue(deps, messages)
