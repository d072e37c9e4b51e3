"""The console over a whole line: the real pages, the real store, fakes around them, and browsers that are signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.service.editions.cache import EditionCache
from tests.console.desk import Desk
from tests.content_line import sources
from tests.service.conftest import empty_database  # noqa: F401 -- a fixture
from tests.service.line import staffed


@pytest.fixture(scope="session")
def editions() -> EditionCache:
    return EditionCache.of(sources())


@pytest.fixture
def desk(empty_database: Path, tmp_path: Path, editions: EditionCache) -> Iterator[Desk]:  # noqa: F811
    with staffed(empty_database, tmp_path / "hotline.db", editions) as line:
        yield Desk(line)
