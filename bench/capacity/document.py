"""What docs/capacity.md shows: its tables, each between two marks, and the plots, which are drawn from those tables and from nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import Executor
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

from bench.capacity import drawing, languages
from bench.capacity.cells import Cell, Met, in_time_by_language, simulate
from bench.capacity.leak import Learned, Spied, spy
from bench.capacity.server import worked_out
from bench.capacity.world import Team

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "capacity.md"
BLOCK: Final = re.compile(r"(<!-- table: ([\w-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)

Rows: TypeAlias = list[list[str]]
Tables: TypeAlias = dict[str, Rows]
"""By name; the first row names the columns."""

TEAMS: Final = tuple(range(1, 11))
FEW: Final = (1, 2, 3, 5, 10)
LOADS: Final = (0.2, 0.4, 0.67, 0.8, 1.0, 1.2)
TWO_THIRDS: Final = 0.67
GOALS: Final = {1: 90, 2: 93, 3: 95, 5: 98}
"""Of 100, rung in time at two thirds load."""
WANTED: Final = (95, 90)
SMALL: Final = (Cell(Team(1), 0.67), Cell(Team(3), 1.0), Cell(Team(1, presence="held", presence_minutes=15), 0.67))
SMALL_CALLERS: Final = 100
MANY_LOADS: Final = (1.0, 1.2)
PRESENCES: Final = {
    "the rule": Team(1),
    "holding counts, 90 minutes": Team(1, presence="held"),
    "holding counts, 15 minutes": Team(1, presence="held", presence_minutes=15),
}
LINES: Final = {
    "1 counselor, load 0.1": (1, 0.1, False),
    "1 counselor, load 0.1, her request urgent": (1, 0.1, True),
    "1 counselor, load 0.5": (1, 0.5, False),
    "3 counselors, load 0.5": (3, 0.5, False),
}
"""Counselors, load, and whether she asks for urgent help."""
RING_LOADS: Final = (0.1, 0.3, 0.5)
RINGS: Final = (
    *(Spied(Team(team), load, "ring") for team in (1, 2, 3) for load in RING_LOADS),
    Spied(Team(1, supervisors=2), RING_LOADS[0], "ring"),
)


def cells() -> list[Cell]:
    """All that are run at full length."""
    return [
        *(Cell(Team(team), load) for team in TEAMS for load in LOADS),
        *(_two_supervisors(team, load) for team in FEW for load in (TWO_THIRDS, 1.0)),
        *(_longer(team) for team in (1, 2)),
        *(_many(team, load) for team in (3, 5, 10) for load in MANY_LOADS),
        *(_present(name, team) for name in [*PRESENCES][1:] for team in FEW),
    ]


def spied() -> list[Spied]:
    return [
        *(_looked_at(name, line) for name in PRESENCES for line in LINES),
        *RINGS,
    ]


def _two_supervisors(team: int, load: float) -> Cell:
    return Cell(Team(team, supervisors=2), load)


def _longer(team: int) -> Cell:
    return Cell(Team(team, promise_minutes=45), TWO_THIRDS)


def _many(team: int, load: float) -> Cell:
    return Cell(Team(team, says_many=True), load)


def _present(name: str, team: int) -> Cell:
    kind = PRESENCES[name]
    return Cell(Team(team, presence=kind.presence, presence_minutes=kind.presence_minutes), TWO_THIRDS)


def _looked_at(name: str, line: str) -> Spied:
    team, load, urgent = LINES[line]
    return Spied(_present(name, team).team, load, "looks", urgent)


def run(pool: Executor) -> Tables:
    """Everything, with as many processes as the pool has."""
    every, spies = cells(), spied()
    met = {cell: pool.submit(simulate, cell) for cell in sorted(every, key=lambda cell: -cell.an_hour)}
    spoken = {cell: pool.submit(in_time_by_language, cell) for cell in languages.cells()}
    learned = {question: pool.submit(spy, question) for question in spies}
    found = tables({cell: found.result() for cell, found in met.items()}, {question: found.result() for question, found in learned.items()})
    by_language = languages.rows({cell: found.result() for cell, found in spoken.items()})
    return found | {"languages": by_language} | worked_out(found["plan"])


def tables(met: Mapping[Cell, Met], learned: Mapping[Spied, Learned]) -> Tables:
    plain = {(team, load): met[Cell(Team(team), load)] for team in TEAMS for load in LOADS}
    return {
        "goals": [
            ["counselors", "to reach", "rung in time", "turned away while somebody is there"],
            *([str(team), str(goal), _part(plain[team, TWO_THIRDS].in_time), _part(plain[team, TWO_THIRDS].turned_away_wrongly)] for team, goal in GOALS.items()),
        ],
        "plan": [
            ["counselors", *(f"callers an hour, {wanted} in 100 rung in time" for wanted in WANTED)],
            *([str(team), *(_whole(_callers(plain, team, wanted)) for wanted in WANTED)] for team in TEAMS),
        ],
        "cells": [CELL_HEAD, *(cell_row(Cell(Team(team), load), plain[team, load]) for team in TEAMS for load in LOADS)],
        "small": small(),
        "supervisors": [
            ["counselors", "load", "supervisors on call", "urgent: rung in 5 min", "in 10", "rung in time", "missed", "messages to supervisors an hour"],
            *(
                [str(team), f"{load:g}", str(cell.team.supervisors), _part(found.urgent_5), _part(found.urgent_10), _part(found.in_time), _part(found.missed), f"{found.messages:.1f}"]
                for team in FEW
                for load in (TWO_THIRDS, 1.0)
                for cell in (Cell(Team(team), load), _two_supervisors(team, load))
                for found in (met[cell],)
            ),
        ],
        "window": [
            ["counselors", "minutes promised", "rung in time", "missed", "minutes in vain, a caller"],
            *(
                [str(team), str(cell.team.promise_minutes), _part(found.in_time), _part(found.missed), f"{found.in_vain:.1f}"]
                for team in (1, 2)
                for cell in (Cell(Team(team), TWO_THIRDS), _longer(team))
                for found in (met[cell],)
            ),
        ],
        "many": [
            ["counselors", "load", "said", "read it and went", "rung in time, of those who stayed", "missed", "minutes in vain, a caller", "urgent: rung in 5 min"],
            *(
                [str(team), f"{load:g}", said, _part(found.went), _part(100 * found.in_time / (100 - found.went)), _part(found.missed), f"{found.in_vain:.1f}", _part(found.urgent_5)]
                for team in (3, 5, 10)
                for load in MANY_LOADS
                for said, cell in (("no", Cell(Team(team), load)), ("yes", _many(team, load)))
                for found in (met[cell],)
            ),
        ],
        "presence": [
            ["counselors", "who is there", "turned away", "rung in time", "missed"],
            *(
                [str(team), name, _part(found.turned_away), _part(found.in_time), _part(found.missed)]
                for team in FEW
                for name in PRESENCES
                for found in (met[_present(name, team)],)
            ),
        ],
        "looks": [
            ["line", "who is there", "hits", "false alarms", "better than a guess"],
            *(
                [line, name, _part(found.hits), _part(found.false_alarms), _part(found.worth)]
                for line in LINES
                for name in PRESENCES
                for found in (learned[_looked_at(name, line)],)
            ),
        ],
        "ring": [
            ["counselors", "supervisors on call", "load", "hits", "false alarms", "better than a guess"],
            *(
                [str(ring.team.counselors), str(ring.team.supervisors), f"{ring.load:g}", _part(found.hits), _part(found.false_alarms), _part(found.worth)]
                for ring in RINGS
                for found in (learned[ring],)
            ),
        ],
    }  # fmt: skip


CELL_HEAD: Final = [
    "counselors", "load", "callers an hour", "turned away", "rung in time", "rung at all", "missed", "wait, median", "wait, p90",
    "urgent: rung in 5 min", "in 10", "in 30", "minutes in vain, a caller", "rung by a supervisor",
]  # fmt: skip


def cell_row(cell: Cell, met: Met) -> list[str]:
    return [
        str(cell.team.counselors), f"{cell.load:g}", f"{cell.an_hour:.1f}", _part(met.turned_away), _part(met.in_time), _part(met.at_all), _part(met.missed),
        f"{met.wait:.1f}", f"{met.wait_p90:.1f}", _part(met.urgent_5), _part(met.urgent_10), _part(met.urgent_30), f"{met.in_vain:.1f}", _part(met.by_supervisor),
    ]  # fmt: skip


def small() -> Rows:
    """Runs so short that a test makes them again."""
    return [CELL_HEAD, *(cell_row(cell, simulate(cell, SMALL_CALLERS)) for cell in SMALL)]


def _callers(plain: Mapping[tuple[int, float], Met], team: int, wanted: float) -> float:
    """So many an hour, at which so many are still rung in time: on a straight line between two loads."""
    for before, load in pairwise(LOADS):
        above, below = plain[team, before].in_time, plain[team, load].in_time
        if below < wanted:
            reached = before + (load - before) * max(0.0, above - wanted) / (above - below)
            return Cell(Team(team), reached).an_hour
    return Cell(Team(team), LOADS[-1]).an_hour


def _part(value: float) -> str:
    return f"{value:.0f}".replace("-0", "0")


def _whole(value: float) -> str:
    return f"{value:.1f}"


def read(text: str) -> Tables:
    """The tables that stand in a document."""
    return {
        name: [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in body.splitlines()
            if line.startswith("|") and "---" not in line
        ]
        for _, name, body, _ in BLOCK.findall(text)
    }


def write(text: str, found: Tables) -> str:
    """The document with these tables in it."""

    def table(match: re.Match[str]) -> str:
        head, *rows = found[match[2]]
        lines = (head, [("---:" if re.fullmatch(r"-?[\d.]+", cell) else "---") for cell in rows[0]], *rows)
        return match[1] + "".join(f"| {' | '.join(line)} |\n" for line in lines) + match[4]

    return BLOCK.sub(table, text)


def plots(found: Tables) -> dict[str, str]:
    """By file name."""
    return {
        "capacity-plan.svg": _plan(found),
        "capacity-load.svg": _load(found),
        "capacity-languages.svg": languages.picture(found["languages"]),
        "capacity-leak.svg": _leak(found),
    }


def _plan(found: Tables) -> str:
    rows = [[float(cell) for cell in row] for row in found["plan"][1:]]
    easy, full = ([(row[0], row[place]) for row in rows] for place in (1, 2))
    top = max(row[2] for row in rows)
    return drawing.lines(
        "Callers an hour, by counselors on shift",
        "; ".join(f"{row[0]:g} counselors: {row[1]:g} callers an hour, {row[2]:g} at most" for row in rows),
        drawing.Axis("counselors on shift, one supervisor on call", 1, 10, range(1, 11)),
        drawing.Axis("callers", 0, 5 * (top // 5 + 1), range(0, int(5 * (top // 5 + 1)) + 1, 5)),
        [
            drawing.Series("90 rung in time", full, "circle", "7 4", drawing.ALARM),
            drawing.Series("95 rung in time", easy, "square"),
        ],
    )


def _load(found: Tables) -> str:
    marks = dict(zip(FEW, ("circle", "square", "diamond", "triangle", "down"), strict=True))
    dashes = dict(zip(FEW, ("", "8 3", "4 3", "1 3", "10 3 2 3"), strict=True))

    def points(team: int) -> list[tuple[float, float]]:
        return [(float(row[1]), float(row[4])) for row in found["cells"][1:] if row[0] == str(team)]

    return drawing.lines(
        "Rung in time, of 100 callers",
        "; ".join(f"{team} counselors: " + ", ".join(f"{part:g} at load {load:g}" for load, part in points(team)) for team in FEW),
        drawing.Axis("load: 1 is as much as the team can do without a pause", 0.2, 1.2, LOADS),
        drawing.Axis("of 100", 40, 100, range(40, 101, 10)),
        [drawing.Series(_people(team), points(team), marks[team], dashes[team]) for team in FEW],
    )


def _leak(found: Tables) -> str:
    looks, ring = found["looks"][1:], found["ring"][1:]
    groups = [
        *((f"Screens: {line}", [drawing.Bar(row[1], float(row[4])) for row in looks if row[0] == line]) for line in LINES),
        *(
            (
                f"How soon his own phone rings: load {load:g}",
                [drawing.Bar(_people(row[0]) + ("" if row[1] == "1" else f", {row[1]} supervisors"), float(row[5]), is_hollow=True) for row in ring if row[2] == f"{load:g}"],
            )
            for load in RING_LOADS
        ),
    ]  # fmt: skip
    aloud = "; ".join(f"{name}, {bar.name}: {bar.value:g}" for name, bars in groups for bar in bars)
    return drawing.lying("What an outsider knows of her request, better than a guess, of 100", aloud, groups, longest=100)


def _people(team: object) -> str:
    return f"{team} counselor{'' if str(team) == '1' else 's'}"
