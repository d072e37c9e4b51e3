"""What one small server and a team are asked for: in a year of Mali's figures, and when the code is said on the radio. Arithmetic over the plan; the habits are guessed."""

from __future__ import annotations

from typing import Final, TypeAlias

Rows: TypeAlias = list[list[str]]

PACE: Final = 50
"""Hops a second that were measured on one core at a steady pace (docs/deploy.md): not where it ends."""
HOPS: Final = 8
"""Of a caller. Guessed: `5 5` is three, an article six to ten."""
ASK: Final = 30
"""Of 100 callers, who ask for a call now. Guessed."""
BUSIEST: Final = 15
"""Of 100 callers of a day, who come in its busiest hour. Guessed."""
AT_ONCE_SECONDS: Final = 600
"""Within which they dial who heard it on the radio."""
LAUNCHES: Final = (100, 1000, 3750, 10_000)
LARGEST_TEAM: Final = "10"
FIGURES: Final = (
    ("calls to 80333, an earlier line, 2016", 1600),
    ("cases that were reported in Mali, 2021", 9540),
    ("the same, 2022", 14_264),
    ("the same, about, 2023", 16_000),
    ("three times that, as a Nigerian line's calls rose within a month of 2020", 48_000),
)


def callers_a_day() -> int:
    """Whose busiest hour is at that pace."""
    return PACE * 3600 // HOPS * 100 // BUSIEST


def worked_out(plan: Rows) -> dict[str, Rows]:
    """The tables that follow from how many callers an hour each team can ring in time (its second column)."""
    return {"mali": _mali(plan), "radio": _radio(plan)}


def _mali(plan: Rows) -> Rows:
    rows = [["what", "a year", "a day", "in the busiest hour", "counselors then"]]
    for what, year in FIGURES:
        hour = year / 365 * BUSIEST / 100
        rows.append([what, str(year), f"{year / 365:.0f}", f"{hour:.1f}", next(row[0] for row in plan[1:] if float(row[1]) >= hour)])
    return rows


def _radio(plan: Rows) -> Rows:
    (rung,) = (float(row[1]) for row in plan[1:] if row[0] == LARGEST_TEAM)
    rows = [["dial within ten minutes", "hops a second", "ask for a call", "hours of ten counselors"]]
    for dial in LAUNCHES:
        ask = dial * ASK // 100
        rows.append([str(dial), f"{dial * HOPS / AT_ONCE_SECONDS:.1f}", str(ask), f"{ask / rung:.1f}"])
    return rows
