"""Who is there, as this process read it last: what coverage is worked out from, read by time alone and not by each hop (docs: coverage)."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import Coverage
from hotline.ports.store import Transaction
from hotline.service.calls.rules.coverage import coverage, declared_team
from hotline.service.calls.rules.presence import Team
from hotline.service.deps import Deps
from hotline.service.work import Work

FRESH_MS: Final = 1000
"""So long after it was said, what the staff declare may be unknown to a hop."""


class TeamReading(Struct, frozen=True):
    """What the staff had declared at one moment."""

    at: int
    """By the clock that nobody sets, in milliseconds, just before it was read."""
    team: Team
    """Seen from no language."""
    found: dict[tuple[str, int], Coverage] = {}
    """What was worked out already, by language and moment: it does not change."""

    def of(self, language: str) -> Team:
        return replace(self.team, language=language)

    def coverage(self, deps: Deps, language: str, at: int) -> Coverage:
        known = self.found.get((language, at))
        if known is None:
            known = self.found[language, at] = coverage(self.of(language), at, deps.rules, deps.clock.local)
        return known


class WhoIsThere:
    """The last reading of one process. Shared by all its threads."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._last: TeamReading | None = None

    def look(self) -> None:
        """Read it; meant for twice a second, by time alone.

        A hop that left its reading for others would show on their screens that somebody dialled: who dials within the same second would be shown
        what stood before a counselor's word, and who dials alone what stands after it. Raises StoreAway.
        """
        with self._deps.store.read() as tx:
            self._last = self._read(tx)

    def lately(self, tx: Transaction) -> TeamReading:
        """The last reading; where it is too old, one of this transaction's own, that is left to nobody else."""
        last = self._last
        return last if last is not None and 0 <= self._steady() - last.at < FRESH_MS else self._read(tx)

    def _read(self, tx: Transaction) -> TeamReading:
        return TeamReading(self._steady(), declared_team(Work(self._deps, tx, self._deps.clock.now()), ""))

    def _steady(self) -> int:
        return self._deps.clock.reading().steady
