"""What becomes of the days' keys: a pair is made a day ahead, used on its day, and destroyed once no number lies under it any more."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

import structlog

from hotline.adapters.keys.day_keys import DaySecrets, NoSuchDay
from hotline.adapters.sql.calls.day_keys import DayKey
from hotline.adapters.sql.store import SqlStore, SqlTransaction
from hotline.engine.times import DAY_SECONDS

SETTLE_SECONDS: Final = 600
"""So long after it was used last, whoever still sealed under it has done so."""
HELD_SECONDS: Final = 300
"""A machine that has a secret half says so as often."""
LOST_SECONDS: Final = 900
"""Nobody said so for so long, though this process asked all the while: it is lost."""
COPY_SECONDS: Final = 2 * DAY_SECONDS
FORGOTTEN_SECONDS: Final = 14 * DAY_SECONDS
"""A secret half that the database knows nothing of, and that no number can need: a window ends within a week."""

log = structlog.get_logger(__name__)


class DayKeeper:
    """For each process that opens numbers. They may all do it at once, on several machines too: the database says whose pair of a day counts."""

    def __init__(self, store: SqlStore, secrets: DaySecrets, day: Callable[[int], date]) -> None:
        """`day`: the local day of a moment."""
        self._store, self._secrets, self._day = store, secrets, day
        self._known: frozenset[str] = frozenset()
        self._had: set[str] = set()
        self._missed: dict[str, int] = {}
        self._has_begun = False

    def tend(self, at: int) -> None:
        """Meant for every few seconds. Raises StoreAway and OSError."""
        with self._store.read() as tx:
            rows = tx.day_keys.all()
        if not self._known & rows.keys():  # another database, or an empty one into which this one is being restored: it has ended nothing
            self._known = frozenset()
        self._had |= {row.day for row in rows.values() if self._has(row)}
        today = self._day(at)
        used, _ = (self._see_to(rows, day, at) for day in (today, today + timedelta(days=1)))
        if rows[used].state != "used":
            with self._store.write() as tx:
                tx.day_keys.use(used, at)
        self._say_held(rows, at)
        self._end(rows, used, at)
        with suppress(OSError):  # where it is away the line goes on without
            for row in rows.values():
                if row.state in ("used", "next") and self._has(row):
                    self._secrets.copy(row.day)
            self._secrets.thin_copy(at - COPY_SECONDS)
        self._known, self._has_begun = frozenset(rows), True

    def renew(self, at: int) -> None:
        """Put fresh pairs in the place of today's and tomorrow's. Raises StoreAway and OSError."""
        with self._store.write() as tx:
            tx.day_keys.end_all(at)
        self.tend(at)

    def _see_to(self, rows: dict[str, DayKey], day: date, at: int) -> str:
        """The pair of this day; made, and put among the rows, where there is none that will do."""
        found = [row for row in rows.values() if row.day[:10] == f"{day}" and self._will_do(row, at)]
        if found:
            return min(found, key=lambda row: (row.state != "used", row.day)).day
        names = (f"{day}", *(f"{day}.{n}" for n in range(2, 1000)))
        name = next(name for name in names if name not in rows)
        public = self._secrets.make(name)
        with self._store.write() as tx:
            tx.day_keys.add(name, public, at)
            rows |= tx.day_keys.all()
        if rows[name].public == public:
            self._had.add(name)
            return name
        self._secrets.destroy(name)  # another machine was first
        return self._see_to(rows, day, at)

    def _will_do(self, row: DayKey, at: int) -> bool:
        """Can numbers be sealed under it? So if its secret half is here; or if another machine says that it has it, and it is not that this one has just lost it,
        or finds nothing where it begins."""
        elsewhere = self._has_begun and row.day not in self._had and at - row.held_at < LOST_SECONDS
        return bool(row.public) and row.state in ("used", "next") and (self._has(row) or elsewhere)

    def _has(self, row: DayKey) -> bool:
        with suppress(NoSuchDay):
            return self._secrets.public(row.day) == row.public
        with suppress(OSError, NoSuchDay):
            return self._secrets.fetch(row.day) and self._secrets.public(row.day) == row.public
        return False

    def _say_held(self, rows: dict[str, DayKey], at: int) -> None:
        """Which secret halves are here; and which nobody has."""
        held = self._secrets.held()
        self._secrets.forget(frozenset(held))
        here = [row.day for row in rows.values() if self._has(row)]
        self._missed = {name: self._missed.get(name, at) for name in rows if name not in here}
        due = [name for name in here if abs(at - rows[name].held_at) >= HELD_SECONDS]
        lost = [
            name
            for name, since in self._missed.items()
            if rows[name].state != "lost" and at - since >= LOST_SECONDS and at - rows[name].held_at >= LOST_SECONDS
        ]
        brought = [name for name in here if rows[name].state == "lost"]
        if due or lost or brought:
            with self._store.write() as tx:
                for name in brought:
                    tx.day_keys.regain(name, at)
                for name in due:
                    tx.day_keys.hold(name, at)
                for name in lost:
                    tx.day_keys.lose(name, at)
        if lost:
            log.error("day_keys_lost", count=len(lost))

    def _end(self, rows: dict[str, DayKey], used: str, at: int) -> None:
        """Destroy what is over and under which nothing lies any more; the row goes last, so that whoever is killed in between goes on here."""
        over = [row for row in rows.values() if row.state in ("over", "lost") and row.day != used and abs(at - row.at) >= SETTLE_SECONDS]
        if over:
            with self._store.write() as tx:
                needed = {*tx.day_keys.under().values()}
                for row in over:
                    if row.day not in needed:
                        self._destroy(tx, row.day)
        held = self._secrets.held()
        for name in held.keys() - rows.keys():
            if name in self._known or at - held[name] >= FORGOTTEN_SECONDS:
                self._secrets.destroy(name)

    def _destroy(self, tx: SqlTransaction, day: str) -> None:
        self._secrets.destroy(day)
        tx.day_keys.drop(day)
