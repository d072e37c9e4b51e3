"""What every test may use."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write the golden conversations anew from what the line says now")


_COUNTS = pytest.StashKey[list[str]]()


@pytest.fixture
def counts(pytestconfig: pytest.Config) -> list[str]:
    """Lines that a test wants read at the end of the run."""
    return pytestconfig.stash.setdefault(_COUNTS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(_COUNTS, []):
        terminalreporter.write_line(line)
