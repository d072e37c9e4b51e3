"""How the line stands: what was promised and kept, who met nobody, who is there, what nobody has planned to take. For gauges, read whenever somebody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from hotline.engine.times import DAY_SECONDS, HOUR_SECONDS
from hotline.ports.figures.figures import LineState, Tally, TurnedAway
from hotline.service.calls.rules.presence import Team, there
from hotline.service.deps import Deps
from hotline.service.desk.shifts.roster import uncovered_of

DAYS: Final = 7


class _Past(Struct, frozen=True):
    hour: int
    promises: dict[tuple[str, str], int]
    refused: dict[tuple[str, str], int]


class LineStates:
    """Keeps what was counted of the past until the next full hour: whoever asks each second would see what a single caller asked for."""

    def __init__(self) -> None:
        self._past: _Past | None = None

    def now(self, deps: Deps, at: int) -> LineState:
        """Raises StoreAway."""
        with deps.store.read() as tx:
            if self._past is None or self._past.hour != at // HOUR_SECONDS:
                today = at // DAY_SECONDS
                days = (today - DAYS + 1, today + 1)
                self._past = _Past(at // HOUR_SECONDS, _promises(*tx.figures.tallied(days)), _refused(tx.figures.turned_away(*days)))
            staff, shifts, pending = tx.staff.active(), tx.shifts.all(), tx.figures.oldest_pending(at)
            proposals = len(tx.editions.proposals())
        languages, local = deps.written.languages, deps.clock.local
        return LineState(
            promises=self._past.promises,
            refused=self._past.refused,
            there={language: len(there(Team(language, staff, shifts), at, deps.rules, local)) for language in languages},
            on_call=sum(row.role == "supervisor" and row.is_on_call(at) for row in staff),
            uncovered={of: sum(end - start for start, end in spans) / 60 for of, spans in uncovered_of(deps, staff, shifts, at).items()},
            oldest_pending=pending,
            proposals=proposals,
        )


def _promises(tallies: Iterable[Tally]) -> dict[tuple[str, str], int]:
    counted: Counter[tuple[str, str]] = Counter()
    for tally in tallies:
        counted[tally.language, "made"] += tally.count
        counted[tally.language, "kept"] += tally.count if tally.rung else 0
        counted[tally.language, "missed"] += tally.count if tally.state == "lapsed" and not tally.rung else 0
    return dict(counted)


def _refused(rows: Iterable[TurnedAway]) -> dict[tuple[str, str], int]:
    counted: Counter[tuple[str, str]] = Counter()
    for row in rows:
        counted[row.language, row.missing] += row.count
    return dict(counted)
