"""What is repeated every second goes on whatever comes of it, and says so in few words."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

from hotline import clock
from hotline.ports.store import StoreAway
from tests.fakes import the_log


class Following:
    """A process of the line that looks for what is new, `times` times."""

    def __init__(self, stop: threading.Event, times: int, failing: Callable[[int], bool], *, has_number: bool = True) -> None:
        self.looked = 0
        self._stop = stop
        self._times = times
        self._failing = failing
        self._has_number = has_number

    def refresh(self) -> None:
        self.looked += 1
        if self.looked == self._times:
            self._stop.set()
        if self._failing(self.looked):
            raise StoreAway("a secret")

    def has_emergency_number(self) -> bool:
        return self._has_number


def test_a_look_that_fails_is_told_seldom_and_stops_nothing() -> None:
    """By the name of the error alone, at the first, second, fourth… time; and once when it is well again."""
    stop = threading.Event()
    following = Following(stop, 8, lambda n: n <= 6)
    with the_log() as log:
        clock.follow(following, stop, every=0)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert 8 == following.looked
    assert [*(("refresh_failed", "StoreAway", n) for n in (1, 2, 4)), ("refresh_recovered", None, 6)] == [
        (line["event"], line.get("error"), line["count"]) for line in lines
    ]
    assert "secret" not in log.getvalue()


def test_no_number_for_emergencies_is_said_at_the_start() -> None:
    """Loudly, and nothing else of it; where there is one nothing is said."""
    for has_number, events in ((False, ["no_emergency_number"]), (True, [])):
        with the_log() as log:
            clock.note_emergency_number(Following(threading.Event(), 0, bool, has_number=has_number))
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        assert events == [line["event"] for line in lines if line["level"] == "error"]


def test_why_the_database_is_away_is_told() -> None:
    """By its code, so that whoever keeps the machine tells a damaged page from a lock; it quotes no value."""
    stop = threading.Event()

    class Damaged:
        def refresh(self) -> None:
            stop.set()
            raise StoreAway("SQLITE_CORRUPT")

    with the_log() as log:
        clock.follow(Damaged(), stop, 0.0)
    assert [("StoreAway", "SQLITE_CORRUPT")] == [(line["error"], line["database"]) for line in map(json.loads, log.getvalue().splitlines())]
