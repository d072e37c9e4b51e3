"""The migrations that this program has, told by their files' names alone, and with which tables it can work. No migration is loaded for it: every process asks when it begins.

A program is known by the newest migration that it has, tables by the newest that they have come to. A migration's name is its number, and behind a point how many
steps up to it took something away that older programs use: `0041` adds to what `0040` has, `0042.1` takes away, `0043.1` adds again. So tables are named in a way that
a program of before can read, though it has no such migration: by the same number behind the point it works on them.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import inspect, text

import hotline.migrations
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.store import store_away

LAST_STOPPED: Final = "0033"
"""Up to here every step was made while no program ran."""
VERSIONS: Final = Path(hotline.migrations.__file__).parent / "versions"
_NAME: Final = re.compile(r"([0-9]{4})(?:\.([0-9]+))?")


@cache
def chain(folder: Path = VERSIONS) -> tuple[str, ...]:
    """Every migration of this program, the oldest first."""
    return tuple(sorted(name for path in folder.glob("*.py") if _NAME.fullmatch(name := path.name.partition("_")[0])))


def takes_away(revision: str, before: str | None) -> bool:
    """May no program of before work on the tables after this step? `before`: the step that it follows."""
    return revision <= LAST_STOPPED or (before is not None and _losses(before) < _losses(revision))


def steps_beside(here: str | None, steps: tuple[str, ...]) -> tuple[str, ...]:
    """The migrations that are due and can be made beside programs that work on these tables: all, where there are none yet."""
    ahead = due(here, steps)
    if here is None:
        return ahead
    for number, step in enumerate(ahead):
        if takes_away(step, ahead[number - 1] if number else here):
            return ahead[:number]
    return ahead


def needed(steps: tuple[str, ...]) -> str:
    """How far tables must have come for this program: to its newest migration, but for those at the end that take away what it does without."""
    reached = len(steps) - 1
    while reached and steps[reached] > LAST_STOPPED and takes_away(steps[reached], steps[reached - 1]):
        reached -= 1
    return steps[reached]


def is_behind(program: str, step: str) -> bool:
    """Does a program, told by its newest migration, use what this step takes away?"""
    return _losses(program) < _losses(step)


class TablesUnfit(Exception):
    """This program cannot work on these tables. Says why, and what to do."""


def refuse_unfit(here: str, steps: tuple[str, ...] | None = None) -> None:
    """Raises TablesUnfit where this program cannot work on tables that have come so far."""
    steps = steps or chain()
    if here in steps:
        if steps.index(here) < steps.index(needed(steps)):
            raise TablesUnfit(f"the tables are of an older version ({here}; this one needs {needed(steps)}): hotline db upgrade")
    elif not _NAME.fullmatch(here) or here < steps[-1] or is_behind(steps[-1], here):
        raise TablesUnfit(f"the tables are of a newer version ({here}; this one is of {steps[-1]}): start that one")


def reached(url: str, budget_ms: int) -> str | None:
    """How far the tables have come. Returns None where there are none. Raises StoreAway."""
    engine = make_engine(url, budget_ms)
    try:
        with store_away(), engine.begin() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.scalar(text("SELECT version_num FROM alembic_version"))
    finally:
        engine.dispose()


def due(here: str | None, steps: tuple[str, ...]) -> tuple[str, ...]:
    """The migrations that tables which have come so far lack; none, where this program does not know how far that is."""
    return steps[steps.index(here) + 1 :] if here in steps else steps if here is None else ()


def _losses(revision: str) -> int:
    found = _NAME.fullmatch(revision)
    return int(found[2] or 0) if found else 0
