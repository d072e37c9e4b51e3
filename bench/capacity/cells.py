"""What callers meet: one cell is one team under one load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from bench.capacity.line import Caller, Line
from bench.capacity.world import GUESSED, Team

SEED: Final = "2026-11-27"
CALLERS: Final = 1200
"""Of a cell, about."""
FILLS: Final = 3 * 3600
"""Until the line is as busy as it will be: who dialled earlier is not counted."""
TRAILS: Final = 3 * 3600
"""Until the last who dialled was rung or gave up."""


@dataclass(frozen=True)
class Cell:
    team: Team
    load: float

    @property
    def an_hour(self) -> float:
        """Callers."""
        return self.load * self.team.counselors * 60 / GUESSED.work

    @property
    def seed(self) -> str:
        """The same callers, words and calls for every variant of one team under one load."""
        return f"{SEED}|{self.team.counselors}|{self.load:g}"


class Met(NamedTuple):
    """Out of 100, where nothing else is said."""

    turned_away: float
    """At the first dial."""
    turned_away_wrongly: float
    """At the first dial, while somebody was there."""
    in_time: float
    """Rung within the promise's minutes of the first dial."""
    at_all: float
    """Rung, dialling again counted."""
    missed: float
    """Of what was kept, what nobody rang before its end."""
    wait: float
    """Minutes from the first dial to the ring, median of those who were rung."""
    wait_p90: float
    urgent_5: float
    """Of all who asked for urgent help, rung within so many minutes of the first dial."""
    urgent_10: float
    urgent_30: float
    in_vain: float
    """Minutes for which a caller watched her phone for nothing, on average."""
    by_supervisor: float
    """Rung by a supervisor, of those who were rung."""
    messages: float
    """To supervisors, an hour."""
    went: float
    """Read that the call may not come, and went."""


def simulate(cell: Cell, callers: int = CALLERS) -> Met:
    """Run one cell."""
    counted, messages = _run(cell, callers)
    return met(counted, cell.team.promise_minutes * 60, messages)


def in_time_by_language(cell: Cell, callers: int = CALLERS) -> dict[str, float]:
    """Of 100 callers of each language those who were rung in time."""
    counted, _ = _run(cell, callers)
    languages = sorted({caller.language for caller in counted})
    window = cell.team.promise_minutes * 60
    return {language: met([caller for caller in counted if caller.language == language], window, 0.0).in_time for language in languages}


def _run(cell: Cell, callers: int) -> tuple[list[Caller], float]:
    """About so many callers to the end of all that they asked for; and messages to supervisors, an hour."""
    line = Line(cell.team, cell.seed)
    begins = line.time.at + FILLS
    ends = begins + round(callers / cell.an_hour * 3600)
    line.call_in(cell.load)
    line.run(ends + TRAILS)
    counted = [caller for caller in line.callers.values() if begins <= caller.first < ends]
    return counted, line.to_supervisors / ((line.time.at - begins + FILLS) / 3600)


def met(callers: list[Caller], window: int, messages: float) -> Met:
    urgent = [caller for caller in callers if caller.urgent]
    waits = sorted(caller.rung - caller.first for caller in callers if caller.rung is not None)
    kept = sum(caller.kept for caller in callers)

    def within(seconds: int) -> float:
        return share(sum(caller.rung is not None and caller.rung - caller.first <= seconds for caller in urgent), len(urgent))

    return Met(
        turned_away=share(sum(caller.turned_away != "" for caller in callers), len(callers)),
        turned_away_wrongly=share(sum(caller.turned_away not in ("", "nobody") for caller in callers), len(callers)),
        in_time=share(sum(wait <= window for wait in waits), len(callers)),
        at_all=share(len(waits), len(callers)),
        missed=share(sum(caller.missed for caller in callers), kept),
        wait=_at(waits, 0.5),
        wait_p90=_at(waits, 0.9),
        urgent_5=within(300),
        urgent_10=within(600),
        urgent_30=within(1800),
        in_vain=sum(caller.in_vain for caller in callers) / 60 / max(1, len(callers)),
        by_supervisor=share(sum(caller.by.startswith("s") for caller in callers), len(waits)),
        messages=messages,
        went=share(sum(caller.leaves for caller in callers), len(callers)),
    )


def share(part: int, whole: int) -> float:
    return 100 * part / max(1, whole)


def _at(waits: list[int], part: float) -> float:
    return waits[min(len(waits) - 1, int(part * len(waits)))] / 60 if waits else 0.0
