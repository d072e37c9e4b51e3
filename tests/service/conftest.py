"""A whole line over a real SQLite database, with its staff, and the short words in which tests speak to it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.adapters.seal import Seal, new_keys
from hotline.adapters.sql import SqlStore, upgrade
from hotline.ports import Shift, Staff
from hotline.service.library import Library
from tests.content_line import sources
from tests.service.line import AWA, FANTA, NANA, OUMOU, Line


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("service") / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def library() -> Library:
    return Library(1, sources(), (), promise=30)


@pytest.fixture
def line(empty_database: Path, tmp_path: Path, library: Library) -> Iterator[Line]:
    """Awa and Oumou (French), Nana (Bambara) and Fanta, the supervisor: planned around the clock, Awa and Nana present."""
    path = tmp_path / "hotline.db"
    shutil.copy(empty_database, path)
    seal = Seal.from_text(new_keys())
    store = SqlStore(f"sqlite:///{path}", seal, 20_000)
    line = Line(store, seal, library)
    with store.write() as tx:
        at = line.clock.now()
        tx.add_staff(Staff("a" * 32, "awa", "counselor", AWA, "fr", ("fr",), seen_at=at))
        tx.add_staff(Staff("b" * 32, "oumou", "counselor", OUMOU, "fr", ("fr",)))
        tx.add_staff(Staff("c" * 32, "nana", "counselor", NANA, "bm", ("bm",), seen_at=at))
        tx.add_staff(Staff("d" * 32, "fanta", "supervisor", FANTA, "fr", ("fr", "bm")))
        for id in ("a" * 32, "b" * 32, "c" * 32):
            tx.add_shift(Shift(id, None, 0, 1440))
    yield line
    store.close()
