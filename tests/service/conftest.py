"""A whole line over a real SQLite database, with its staff, and the short words in which tests speak to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.service.editions.cache import EditionCache
from tests.content_line import sources
from tests.databases import migrated
from tests.service.line import Line, staffed


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("service") / "empty.db"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def editions() -> EditionCache:
    return EditionCache.of(sources())


@pytest.fixture
def line(empty_database: Path, tmp_path: Path, editions: EditionCache) -> Iterator[Line]:
    with staffed(empty_database, tmp_path / "hotline.db", editions) as line:
        yield line
