"""A version beside the next: which migrations are made beside programs that run, which after, and who refuses to begin."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.sql import schema
from hotline.adapters.sql.engine import make_engine
from hotline.adapters.sql.revisions import (
    LAST_STOPPED,
    VERSIONS,
    TablesUnfit,
    chain,
    is_behind,
    needed,
    refuse_unfit,
    steps_beside,
    takes_away,
)
from tests.adapters.conftest import PATIENT_MS

STEPS = ("0032", "0033", "0040", "0041", "0042.1", "0043.1")
"""Of a program whose newest but one takes something away."""


@pytest.mark.parametrize(
    ("here", "beside"),
    [
        (None, STEPS),
        ("0032", ()),
        ("0033", ("0040", "0041")),
        ("0041", ()),
        ("0042.1", ("0043.1",)),
        ("0043.1", ()),
        ("0099", ()),
    ],
)
def test_what_is_made_beside_a_program_that_runs(here: str | None, beside: tuple[str, ...]) -> None:
    """Up to the first step that takes something away; in an empty database nobody works."""
    assert beside == steps_beside(here, STEPS)


@pytest.mark.parametrize(("steps", "least"), [(STEPS, "0043.1"), (STEPS[:5], "0041"), (STEPS[:4], "0041"), (STEPS[:2], "0033")])
def test_how_far_tables_must_have_come(steps: tuple[str, ...], least: str) -> None:
    """A program does without what its last steps take away before they were made."""
    assert least == needed(steps)


@pytest.mark.parametrize(
    ("program", "tables", "works"),
    [
        ("0041", "0041", True),
        ("0041", "0033", False),
        ("0041", "0044", True),
        ("0041", "0042.1", False),
        ("0041", "0043.1", False),
        ("0042.1", "0041", True),
        ("0042.1", "0043.1", True),
        ("0043.1", "0041", False),
        ("0043.1", "elsewhere", False),
        ("0043.1", "0031", False),
    ],
)
def test_who_begins_on_which_tables(program: str, tables: str, works: bool) -> None:
    """An older program beside the next version's tables does, until something was taken away; on tables that lack something none does, and it says what to do."""
    steps = STEPS[: STEPS.index(program) + 1]
    try:
        refuse_unfit(tables, steps)
    except TablesUnfit as unfit:
        assert not works
        assert ("hotline db upgrade" in str(unfit)) != ("start that one" in str(unfit))
    else:
        assert works


def test_who_stands_in_the_way_of_a_step() -> None:
    """A program that uses what it takes away: those of before it, and those of before there were such steps."""
    assert [program for program in ("0033", "0041", "0042.1", "0043.1") if is_behind(program, "0042.1")] == ["0033", "0041"]


def test_names_of_files_are_the_chain() -> None:
    """What a process reads when it begins is what alembic would run, in its order."""
    walked = [(step.revision, step.down_revision) for step in ScriptDirectory(str(VERSIONS.parent)).walk_revisions()][::-1]
    assert [name for name, _ in walked] == list(chain())
    assert [before for _, before in walked] == [None, *chain()[:-1]]


def shape(engine: Engine) -> dict[str, set[tuple[str, str]]]:
    """What a program relies on that was written for these tables: each column with its type, what is unique, what refers where."""
    seen = inspect(engine)
    return {
        name: {
            *(("column", f"{held['name']} {held['type']} {held['nullable']}") for held in seen.get_columns(name)),
            *(("unique", f"{held['column_names']}") for held in seen.get_unique_constraints(name)),
            *(("unique", f"{held['column_names']}") for held in seen.get_indexes(name) if held["unique"]),
            *(("refers", f"{held['constrained_columns']} {held['referred_table']}") for held in seen.get_foreign_keys(name)),
        }
        for name in seen.get_table_names()
    }


def must_be_given(engine: Engine) -> set[tuple[str, str]]:
    """Columns that every new row has to name."""
    seen = inspect(engine)
    return {
        (name, held["name"])
        for name in seen.get_table_names()
        for held in seen.get_columns(name)
        if not held["nullable"] and held["default"] is None and held.get("autoincrement") is not True
    }


def test_a_step_that_is_made_beside_takes_nothing_away(tmp_path: Path) -> None:
    """Each table and column that programs of before use is as it was, and they can write rows without knowing what is new. A step that does otherwise has a name that says so:
    `0042.1`."""
    url = f"sqlite:///{tmp_path}/hotline.db"
    engine, steps = make_engine(url, PATIENT_MS), chain()
    beside = [step for before, step in zip(steps, steps[1:], strict=False) if not takes_away(step, before)]
    schema.upgrade(url, LAST_STOPPED)
    for step in beside:
        schema.upgrade(url, steps[steps.index(step) - 1])
        before, given = shape(engine), must_be_given(engine)
        schema.upgrade(url, step)
        after = shape(engine)
        assert {name: parts - after.get(name, set()) for name, parts in before.items()} == dict.fromkeys(before, set()), step
        assert {place for place in must_be_given(engine) - given if place[0] in before} == set(), step
        assert {name for name in before if {part for part in after[name] - before[name] if part[0] == "unique"}} == set(), step
    engine.dispose()


def test_a_table_that_is_read_at_length_is_waited_for_in_small_steps(postgres) -> None:
    """Nobody of the line waits for long behind a step that waits for a backup: it gives up, lets others work, and comes again."""
    url, paused = postgres.create("beside"), []
    engine = make_engine(url, PATIENT_MS)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    reader = engine.connect()
    reader.exec_driver_sql("LOCK TABLE alembic_version")

    def pause(seconds: float) -> None:
        paused.append(seconds)
        reader.close()

    assert schema.upgrade_beside(url, Seal.from_text(new_keys()), pause) == ()
    assert len(paused) == 1
    engine.dispose()
