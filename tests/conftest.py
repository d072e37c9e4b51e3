"""What every test may use, and what is said at the end of a run."""

from __future__ import annotations

import gc
import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine

from hotline.adapters.sql import engine as engines
from hotline.engine import check
from hotline.engine.flow import Fault, Sources

SAID = "said"
MOST_WORKERS = 8
MOST_WEIGHED = 20

# Speed is measured in `bench/`: on a busy machine one example may take as long as it likes.
settings.register_profile("hotline", deadline=None)
settings.load_profile("hotline")

# Until all tests are collected next to nothing is thrown away.
gc.disable()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write the golden conversations anew from what the line says now")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Four more than there are cores: the tests of the whole line wait more than they work."""
    return min(os.cpu_count() or 1, MOST_WORKERS) + 4


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Workers begin with what takes longest, so that none of them idles at the end. Files that wait, for a whole line or a browser, are spread
    evenly among those that work, so that no core idles before.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=_how_soon)
        waiting = dict.fromkeys(
            item.path for item in items if item.get_closest_marker("system") or "browser" in getattr(item, "fixturenames", ())
        )
        working = dict.fromkeys(item.path for item in items if item.path not in waiting)
        turns = {path: turn / len(paths) for paths in (waiting, working) for turn, path in enumerate(paths)}
        items.sort(key=lambda item: turns[item.path])


def pytest_collection_finish() -> None:
    """What is here by now stays: the collector looks no more at thousands of tests, and less often at what they make."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


class _Compiled(dict[Any, Any]):
    """Compiled statements by all of SQLAlchemy's key but its first part, the engine's own dialect."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


@pytest.fixture(scope="session", autouse=True)
def _screens_weighed_once() -> Iterator[None]:
    """How much phones show of the same sources is worked out once in a worker: nearly every test of content brings the line's own."""
    known: list[tuple[Sources, tuple[Fault, ...]]] = []
    over_budget = check.over_budget

    def once(sources: Sources, only: Collection[str] | None = None) -> Iterable[Fault]:
        if only is not None:
            return over_budget(sources, only)
        found = next((faults for other, faults in known if other == sources), None)
        if found is None:
            found = tuple(over_budget(sources))
            known.insert(0, (sources, found))
            del known[MOST_WEIGHED:]
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "over_budget", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """The engines that a worker makes, one a test and more, share what they compile, as the one engine of a process does for its life."""
    compiled: defaultdict[str, _Compiled] = defaultdict(_Compiled)

    def sharing(url: str, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        engine.update_execution_options(compiled_cache=compiled[engine.dialect.name])
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "create_engine", sharing)
        yield


def _how_soon(item: pytest.Item) -> tuple[bool, ...]:
    """What is marked as long and what has a browser first; then what reads all of the content, which are the files in this folder itself."""
    marks = (item.get_closest_marker(name) is None for name in ("long", "browser"))
    return (*marks, item.path.parent != Path(__file__).parent)


@pytest.fixture
def counts(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Lines that a test wants read at the end of the run."""
    lines: list[str] = []
    yield lines
    request.node.user_properties += [(SAID, line) for line in lines]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Last of all: what the tests have counted, and what did not run."""
    yield
    for report in terminalreporter.getreports(""):
        for name, line in report.user_properties:
            if name == SAID:
                terminalreporter.write_line(line)
    left_out = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.getreports("skipped"))
    for why, count in left_out.items():
        terminalreporter.write_line(f"{count} tests did not run: {why}", yellow=True)
