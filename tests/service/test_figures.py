"""What is counted as what, over which days, and for whom it is exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.engine.times import THURSDAY
from hotline.ports.calls.callbacks import Callback
from hotline.ports.figures.figures import Tally
from hotline.service.desk.figures.cell_suppression import FEW, HELD
from hotline.service.desk.figures.overview import SETTLES, STEP, Counted, Overview, fate, overview
from hotline.service.desk.shifts.staffing import by_day
from hotline.service.editions.cache import EditionCache
from tests.content_line import sources
from tests.service.conftest import empty_database  # noqa: F401 -- a fixture
from tests.service.fakes import DAY
from tests.service.line import AWA, Line, staffed

_number = count(1)


@pytest.fixture(scope="module")
def editions() -> EditionCache:
    return EditionCache.of(sources())


@pytest.fixture
def line(empty_database: Path, tmp_path: Path, editions: EditionCache) -> Iterator[Line]:  # noqa: F811
    with staffed(empty_database, tmp_path / "hotline.db", editions) as line:
        yield line


def put(line: Line, many: int, days_ago: int = 0, **fields: object) -> None:
    """So many callbacks, made at this hour so many days ago, closed unless said otherwise."""
    at = line.clock.now() - days_ago * DAY
    with line.real_store.write() as tx:
        for _ in range(many):
            n = next(_number)
            made = Callback(f"{n:032x}", f"{n:04}", "closed", "fr", False, False, at - 60, at - 60, at + 1740, 1, closed_at=at)
            tx.callbacks.add(replace(made, **fields), "+22370000001")


def seen(line: Line, role: str = "supervisor") -> Overview:
    return overview(line.hotline.deps, role, line.clock.now())  # type: ignore[arg-type]


def column(counted: Counted, name: str = "total") -> dict[str, object]:
    place = counted.columns.index(name)
    return {row: cells[place] for row, cells in zip(counted.rows, counted.cells, strict=True)}


@pytest.mark.parametrize(
    ("state", "rung", "told"),
    [
        ("closed", True, "kept"),
        ("review", True, "kept"),
        ("claimed", True, "kept"),
        ("stopped", True, "kept"),
        ("lapsed", False, "missed"),
        ("stopped", False, "withdrawn"),
        ("cancelled", False, "withdrawn"),
        ("closed", False, "closed"),
        ("waiting", False, "open"),
        ("claimed", False, "open"),
        ("review", False, "open"),
    ],
)
def test_what_became_of_a_promise(state: str, rung: bool, told: str) -> None:
    """Whoever was rung was promised right, whatever came then; nobody else was."""
    assert fate(Tally("fr", False, state, None, int(rung), 1)) == told


def test_promises_by_language_over_days_that_do_not_overlap(line: Line) -> None:
    """The last seven days, and the 23 before: no day counts in both, what is older in none."""
    put(line, 9, attempts=1, outcome="spoke")
    put(line, 5, 6, state="lapsed")
    put(line, 7, 7, attempts=1, language="bm")
    put(line, 6, 29, state="stopped")
    put(line, 8, 30, attempts=1)
    recent, before = seen(line).periods
    assert column(recent.promises, "fr") == {"kept": 9, "missed": 5, "withdrawn": 0, "open": 0, "closed": 0, "total": 14}
    assert column(recent.promises, "bm")["total"] == 0
    assert column(before.promises, "bm")["kept"] == 7
    assert column(before.promises, "fr") == {"kept": 0, "missed": 0, "withdrawn": 6, "open": 0, "closed": 0, "total": 6}
    assert recent.since == before.until + 1


def test_few_are_hidden_for_supervisors_too(line: Line) -> None:
    """Of the days that are past, whoever reads it."""
    put(line, 9, attempts=1, outcome="spoke")
    put(line, 2, state="lapsed")
    recent, _ = seen(line).periods
    assert column(recent.promises, "fr")["missed"] == FEW


def test_attempts_outcomes_and_rings(line: Line) -> None:
    """How often those were rung with whom somebody spoke; how calls ended; how many of 100 rings were to somebody else."""
    put(line, 10, attempts=1, outcome="spoke")
    put(line, 5, attempts=2, outcome="spoke")
    put(line, 5, attempts=3, outcome="unreachable")
    put(line, 5, attempts=1, outcome="someone_else")
    put(line, 6, attempts=1)
    put(line, 9, state="lapsed")
    calls = seen(line).calls
    assert column(calls.attempts) == {"1": 10, "2": 5, "3": 0, "total": 15}
    some = {"spoke": 15, "unreachable": 5, "someone_else": 5, "unsaid": 6, "total": 31}
    assert column(calls.outcomes) == some | dict.fromkeys(("no_answer", "could_not_talk", "wrong_word", "prank"), 0)
    assert (calls.rings, calls.wrong) == (46, 11)


def test_no_rate_tells_of_few(line: Line) -> None:
    """Where one or a few were answered by somebody else, or were rung three times, neither share nor sum of rings says how many."""
    put(line, 30, attempts=1, outcome="spoke")
    put(line, 2, attempts=3, outcome="spoke")
    put(line, 1, attempts=1, outcome="wrong_word")
    calls = seen(line).calls
    assert (calls.rings, calls.wrong) == (HELD, None)


def test_what_waits_is_exact_for_supervisors_alone(line: Line) -> None:
    """They see the queue itself; an operator gets neither a small count nor how long somebody waits."""
    line.walk("4 1 1")
    put(line, 2, state="waiting", closed_at=None)
    line.wait(300, tick=False)
    waits = seen(line).waits
    assert column(waits.counts) == {"urgent": 1, "others": 2, "total": 3}
    assert dict(waits.oldest)["fr"] == 360
    hidden = seen(line, "operator").waits
    assert column(hidden.counts) == {"urgent": FEW, "others": FEW, "total": FEW}
    assert hidden.oldest == ()


def test_no_two_looks_of_an_operator_overlap(line: Line) -> None:
    """What was promised since some Monday is not in it, and five weeks later nothing else is: the page of today less that of yesterday, or of last week,
    would be one person."""
    line.wait((STEP - 1 - (line.clock.now() // DAY - SETTLES + THURSDAY) % STEP) * DAY, tick=False)  # the last day before others are shown
    first = seen(line, "operator").periods
    put(line, 9, SETTLES, attempts=1, outcome="spoke")
    assert seen(line, "operator").periods == first
    line.wait(DAY, tick=False)
    shown = seen(line, "operator").periods
    assert column(shown[0].promises)["kept"] == 9
    assert shown[1].since > first[0].until
    put(line, 7, SETTLES, attempts=1, outcome="spoke")
    for _ in range(STEP - 1):
        line.wait(DAY, tick=False)
        assert seen(line, "operator").periods == shown
    line.wait(DAY, tick=False)
    recent, before = seen(line, "operator").periods
    assert before.since > shown[0].until
    assert (recent.until + 1 + THURSDAY) % 7 == 0


def test_hours_ahead_by_language(line: Line) -> None:
    """With nobody planned in a language, everything that the line offers in it is missing, and in the other nothing."""
    with line.real_store.write() as tx:
        for shift in tx.shifts.all():
            if shift.staff == "c" * 32:
                tx.shifts.drop(shift)
    french, bambara = seen(line).weeks
    assert (french.language, french.missing, french.gaps) == ("fr", 0, ())
    assert bambara.missing == bambara.offered == french.offered > 0
    assert bambara.covered == ()


def test_spans_are_cut_at_midnight() -> None:
    """A night shift stands in both of its days; seven days from today, today among them."""
    days = by_day([(10 * 1440 + 1320, 11 * 1440 + 360)], 10 * 1440 + 60)
    assert list(days) == [10, 11, 12, 13, 14, 15, 16]
    assert (days[10], days[11], days[12]) == (((1320, 1440),), ((0, 360),), ())


def test_nobody_of_the_staff_is_in_it(line: Line) -> None:
    """No name, no id, whoever called whom."""
    line.walk("5 5")
    line.hotline.tick()
    line.work()
    line.ring(AWA)
    text = repr(seen(line))
    assert not [word for word in ("awa", "fanta", "a" * 32, AWA) if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)]
