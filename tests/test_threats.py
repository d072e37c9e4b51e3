"""SECURITY.md is held to tests that are there: each adversary has some, and none is named that nobody wrote."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
SECURITY = (TESTS.parent / "SECURITY.md").read_text("utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table in the part of this heading."""
    part = SECURITY.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")][2:]


@cache
def found_in(path: str) -> frozenset[str]:
    """The names of the tests of a file below tests/; none where there is no such file."""
    file = TESTS / path
    body = ast.parse(file.read_text("utf-8")).body if file.is_file() else []
    return frozenset(
        node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


def test_every_adversary_has_tests_that_stand_as_them() -> None:
    """Whoever adds an adversary says by which test the promise is held, and whoever takes one out takes both away; in the same order."""
    promised = [row[0] for row in rows("Whom it is built against")]
    held = {row[0]: re.findall("`([^`]+)`", row[1]) for row in rows("Which test holds what")}
    assert promised == list(held)
    assert len(promised) > 20
    assert [who for who, names in held.items() if len(names) < 3] == []


def test_every_test_that_is_named_is_there() -> None:
    """A promise does not rest on a test that was renamed or taken out."""
    named = [name.partition("::") for row in rows("Which test holds what") for name in re.findall("`([^`]+)`", row[1])]
    assert [f"{path}::{name}" for path, _, name in named if name not in found_in(path)] == []
