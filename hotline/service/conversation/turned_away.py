"""Who asked for a call *now* and met nobody: counted here, once a session, and handed to the database by whatever ticks in this process. No phone among it."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

from msgspec.structs import replace

from hotline.engine.effects import Urgency
from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.figures.figures import TurnedAway
from hotline.service import outbox
from hotline.service.calls.rules.coverage import Missing
from hotline.service.deps import Deps
from hotline.service.held import is_held
from hotline.service.work import Work

TOLD_SECONDS: Final = 300
"""Supervisors hear at most so often that somebody urgent met nobody."""
AGAIN_SECONDS: Final = 15
"""So often it is tried to tell what could not be told yet."""
MOST_SESSIONS: Final = 20_000
KEY: Final = "nobody_urgent"


class TurnedAwayCounts:
    """Of one process. Shared by all its threads."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._lock = threading.Lock()
        self._counts: Counter[TurnedAway] = Counter()
        self._seen: dict[tuple[str, Urgency], int] = {}
        """Sessions that are counted, each until the moment at which it is over for certain."""
        self._untold = self._tell_at = 0

    def note(self, session: str, seconds: int, urgency: Urgency, language: str, missing: Missing) -> None:
        """Count it, once for a session and what was asked for; `seconds`: how long the session lives."""
        at = self._deps.clock.now()
        with self._lock:
            if self._seen.get((session, urgency), 0) > at:
                return
            if len(self._seen) >= MOST_SESSIONS:
                self._seen.clear()  # some may count twice then, which is better than a process that grows
            self._seen[session, urgency] = at + seconds
            self._counts[TurnedAway(at // HOUR_SECONDS, language, urgency, missing)] += 1
            self._untold += urgency == "urgent"

    def flush(self) -> None:
        """Hand what was counted to the database, and tell all supervisors of what was urgent. Raises StoreAway: then it is kept for the next time."""
        at = self._deps.clock.now()
        with self._lock:
            counts, untold = self._counts.copy(), self._untold
            self._seen = {key: until for key, until in self._seen.items() if until > at}
        tells = bool(untold) and abs(at - self._tell_at) >= AGAIN_SECONDS
        if not counts and not tells:
            return
        with self._deps.store.write() as tx:
            for turned_away, count in counts.items():
                tx.figures.turn_away(replace(turned_away, count=count))
            messages = self._tell(Work(self._deps, tx, at), untold) if tells else None
        with self._lock:
            self._counts -= counts
            self._tell_at = at if tells else self._tell_at
            self._untold -= 0 if messages is None else untold
        outbox.enqueue(self._deps, messages or ())

    def _tell(self, work: Work, count: int) -> tuple[OutboxMessage, ...] | None:
        """Returns None where it has to wait, since they were told just before. While a restored line is held nobody is: whoever said *here* could help nobody, and they
        hear every hour what can be done."""
        if is_held(work.tx):
            return ()
        supervisors = [staff for staff in work.tx.staff.active() if staff.role == "supervisor"]
        if not self._deps.written.has_phrase(f"staff.{KEY}"):  # an edition that is older than this program
            return ()
        messages = outbox.tell_seldom(work, supervisors, KEY, TOLD_SECONDS, count=str(count))
        return None if supervisors and not messages else messages
