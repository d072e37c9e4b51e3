"""How many counselors which load needs where callers speak two languages, and not every counselor both: who of the callers fares worst decides."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final, TypeAlias

from bench.capacity.cells import Cell
from bench.capacity.drawing import Bar, lying
from bench.capacity.world import Team

Rows: TypeAlias = list[list[str]]

BAMBARA: Final = 0.7
"""How many of those who ask for a call speak Bambara and no French; the others French and no Bambara. Guessed."""
LOADS: Final = (0.1, 0.2, 0.4, 0.67, 0.8, 1.0)
WANTED: Final = 95
TEAMS: Final = {
    "2: one for each language": ("bm", "fr"),
    "2: one Bambara, one both": ("bm", ""),
    "2: both speak both": ("", ""),
    "3: two Bambara, one French": ("bm", "bm", "fr"),
    "3: two Bambara, one both": ("bm", "bm", ""),
    "3: all speak both": ("", "", ""),
    "5: three Bambara, two French": ("bm", "bm", "bm", "fr", "fr"),
    "5: two Bambara, one French, two both": ("bm", "bm", "fr", "", ""),
    "5: all speak both": ("", "", "", "", ""),
}
"""What each counselor speaks; empty: both."""


def cells() -> list[Cell]:
    return [_cell(name, load) for name in TEAMS for load in LOADS]


def rows(found: Mapping[Cell, Mapping[str, float]]) -> Rows:
    """`found`: of 100 callers of each language those who were rung in time, by `in_time_by_language`."""
    head = ["counselors, and what they speak", "callers an hour, 95 in 100 of either language rung in time"]
    return [[*head, "who fares worst at two thirds load", "of 100 of them rung in time"], *(_row(name, found) for name in TEAMS)]


def _row(name: str, found: Mapping[Cell, Mapping[str, float]]) -> list[str]:
    at_two_thirds = found[_cell(name, 0.67)]
    worst = min(at_two_thirds, key=at_two_thirds.__getitem__)
    return [name, f"{_reached(name, found):.1f}", {"bm": "Bambara", "fr": "French"}[worst], f"{at_two_thirds[worst]:.0f}"]


def _reached(name: str, found: Mapping[Cell, Mapping[str, float]]) -> float:
    """Callers an hour, at which so many of the language that fares worst are still rung in time: on a straight line between two loads."""
    worst = {load: min(found[_cell(name, load)].values()) for load in LOADS}
    if worst[LOADS[0]] < WANTED:
        return 0.0
    for before, load in pairwise(LOADS):
        if worst[load] < WANTED:
            reached = before + (load - before) * max(0.0, worst[before] - WANTED) / (worst[before] - worst[load])
            return _cell(name, reached).an_hour
    return _cell(name, LOADS[-1]).an_hour


def _cell(name: str, load: float) -> Cell:
    speaks = TEAMS[name]
    return Cell(Team(len(speaks), only=tuple(filter(None, speaks)), bambara=BAMBARA), load)


def picture(table: Rows) -> str:
    """Drawn from the table."""
    bars = [(name, float(value)) for name, value, *_ in table[1:]]
    sizes = sorted({name.partition(":")[0] for name, _ in bars})
    groups = [
        (f"{size} counselors", [Bar(name.partition(": ")[2], value) for name, value in bars if name.startswith(f"{size}:")])
        for size in sizes
    ]
    aloud = "; ".join(f"{name}: {value:g}" for name, value in bars)
    title = "Callers an hour, of whom 95 in 100 of either language are rung in time"
    return lying(title, aloud, groups, longest=max(value for _, value in bars))
