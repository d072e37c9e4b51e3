"""Somebody who holds more than one phone, and a network that delivers a hop more than once: what their screens give away of a running line. C1, D1."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import psycopg
import pytest

from tests.postgres import Postgres, postgres  # noqa: F401 -- a fixture
from tests.system.lines import PARTS, SECONDS, Line, hop, started

pytestmark = pytest.mark.system
LOOKS = ("5", "4*1", "6*5", "6*4*1", "5*5", "4*1*1", "6*5*5", "6*4*1*1")
"""The first four ask for nothing."""
SESSIONS, DELIVERIES = 60, 3


class Place:
    """A running line, and how many callbacks its database holds."""

    def __init__(self, line: Line, url: str) -> None:
        self.card = line.await_card(lambda card: set(card["pids"]) == PARTS)
        self._url = url

    def kept(self) -> int:
        statement = "SELECT count(*) FROM callbacks"
        if self._url.startswith("sqlite"):
            with closing(sqlite3.connect(self._url.removeprefix("sqlite:///"), timeout=SECONDS)) as database:
                return int(database.execute(statement).fetchone()[0])
        with psycopg.connect(self._url.replace("+psycopg", "")) as database:
            return int(database.execute(statement).fetchone()[0])  # type: ignore[index]

    def shown(self, phone: int, of: str) -> list[str]:
        """Every look from this phone, each in a session of its own, without the time of day."""
        number = f"+223700001{phone:02d}"
        return [re.sub(r"\d+h\d*", "…h", hop(self.card, keys, f"{of}_{phone}_{n}", number)) for n, keys in enumerate(LOOKS)]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Place]:  # noqa: F811
    var = tmp_path_factory.mktemp(request.param) / "v"
    url = f"sqlite:///{var}/hotline.db" if request.param == "sqlite" else postgres.create("phones")
    for line in started(var, HOTLINE_DATABASE_URL=url):
        yield Place(line, url)


def test_no_phone_shows_that_another_asked(place: Place) -> None:
    """Three phones see on every look what the first saw before anybody asked, though they and eight women have asked since, two of them twice."""
    before = place.shown(1, "before")
    for woman in range(8):
        hop(place.card, ("4*1*1", "5*5", "6*4*1*1", "6*5*5")[woman % 4], f"hers_{woman}", f"+223700000{50 + woman % 6:02d}")
    assert [before] * 3 == [place.shown(phone, "after") for phone in (1, 2, 3)]
    assert "5 " in before[0]


def test_a_hop_that_comes_three_times_at_once_has_one_answer(place: Place) -> None:
    """All deliveries read the same words, and what they say was kept is kept once."""
    start = Barrier(DELIVERIES)

    def deliver(session: int) -> str:
        start.wait()
        return hop(place.card, "5*5", f"thrice_{session}", f"+223700003{session:02d}")

    before = place.kept()
    with ThreadPoolExecutor(DELIVERIES) as network:
        answers = [list(network.map(deliver, [session] * DELIVERIES)) for session in range(SESSIONS)]
    assert [1] * SESSIONS == [len(set(read)) for read in answers]
    assert all("noté" in read.lower() for read, *_ in answers)
    assert before + SESSIONS == place.kept()
