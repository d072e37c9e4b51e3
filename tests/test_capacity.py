"""What docs/capacity.md tells a coordinator is what the simulator gives, and the store that it runs over answers as the database does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bench.capacity.costs import Bill, Habits, Prices, bill
from bench.capacity.document import DOCUMENT, plots, read, small
from bench.capacity.line import Line
from bench.capacity.plain import Plain
from bench.capacity.server import ASK, BUSIEST, HOPS, PACE, callers_a_day, worked_out
from bench.capacity.world import Team
from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql import SqlStore
from hotline.ports.calls.calls import Call
from hotline.ports.store import Transaction
from tests.databases import migrated
from tests.service.line import KEYS

TABLES = read(DOCUMENT.read_text(encoding="utf-8"))
SAME = ("callbacks", "numbers", "offers", "calls", "staff", "declarations", "figures")
"""What the simulator's store has as the database has it. Of the other ports it has what the rule asks of them here, and no rows."""


def test_the_document_says_what_the_simulator_gives() -> None:
    """Whoever reads the tables reads the rule as it is now: where it was changed since, its short runs come out otherwise. (`make capacity` mends it.)"""
    assert TABLES["small"] == small()


def test_the_plots_show_what_the_tables_say() -> None:
    """A picture that was not drawn anew with its table would plan a shift by old figures."""
    drawn = plots(TABLES)
    assert drawn == {name: (DOCUMENT.parent / name).read_text(encoding="utf-8") for name in drawn}
    assert set(drawn) == set(re.findall(r"\]\((capacity-[\w-]+\.svg)\)", DOCUMENT.read_text(encoding="utf-8")))


def test_the_numbers_to_reach_are_reached() -> None:
    """At two thirds load so many of 100 are rung in time, and nobody is turned away while somebody is there."""
    assert [row[0] for row in TABLES["goals"][1:]] == ["1", "2", "3", "5"]
    assert [row for row in TABLES["goals"][1:] if int(row[2]) < int(row[1]) or row[3] != "0"] == []


def test_screens_tell_an_outsider_nothing() -> None:
    """By the rule; and the same outsider, by the same test, does find out where a call makes a counselor count as there."""
    worth = {(row[0], row[1]): int(row[4]) for row in TABLES["looks"][1:]}
    assert max(abs(value) for (_, who), value in worth.items() if who == "the rule") <= 3
    assert max(value for (_, who), value in worth.items() if who != "the rule") >= 10


class Both:
    """The simulator's store and the database side by side: whatever is asked is asked of both, and they must agree."""

    def __init__(self, plain: Plain, tx: Transaction) -> None:
        self._plain = plain
        self.asked = 0
        for name in SAME:
            setattr(self, name, Port(self, getattr(plain, name), getattr(tx, name)))

    @contextmanager
    def write(self) -> Iterator[Both]:
        yield self

    read = write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)


class Port:
    def __init__(self, both: Both, plain: Any, real: Any) -> None:
        self.__dict__.update(both=both, plain=plain, real=real)

    def __getattr__(self, name: str) -> Any:
        ours = getattr(self.plain, name)
        return self._asked(name, ours) if hasattr(self.real, name) else ours

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.plain, name, value)

    def _asked(self, name: str, ours: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*args: Any, **named: Any) -> Any:
            answer, theirs = ours(*args, **named), getattr(self.real, name)(*args, **named)
            if name == "add" and isinstance(args[0], Call):  # the vendor names the session
                self.real.save(replace(args[0], session=args[0].id))
            assert _told(name, answer) == _told(name, theirs), name
            self.both.asked += 1
            return answer

        return ask


def _told(name: str, answer: Any) -> Any:
    """As far as it matters: not in which order what is looked through comes, nor a call's session, which the database does not give back."""
    if isinstance(answer, Call):
        return replace(answer, session=None)
    return sorted(answer, key=lambda callback: callback.id) if name in ("ended", "claimed_by") else answer


def test_the_simulators_store_answers_as_the_database_does(tmp_path: Path) -> None:
    """What dispatch decides over it, it decides over the database: some of a crowded hour, over both."""
    line = Line(Team(1, says_many=True), "both")
    with SqlStore(migrated(f"sqlite:///{tmp_path / 'both.db'}"), Seal.from_text(KEYS), 20_000).write() as tx:
        for staff in line.plain.staff.active():
            tx.staff.save(staff)
        both = Both(line.plain, tx)
        line.plain, line.deps = both, replace(line.deps, store=both)  # type: ignore[assignment]
        line.call_in(3.0)
        line.run(line.time.at + 30 * 60)
    assert both.asked > 500
    assert {"c", "s"} == {caller.by[0] for caller in line.callers.values() if caller.rung is not None}


@pytest.mark.parametrize(("presence", "is_there"), [("said", False), ("held", True)])
def test_holding_counts_in_the_counterfactual_alone(presence: Any, is_there: bool) -> None:
    """By the rule a counselor in a call is there for as long as her word holds, and no longer."""
    line = Line(Team(1, presence=presence, presence_minutes=15), "held")
    said = line.plain.staff.active()[0].seen_at or 0
    line.people["c0"].busy = True
    line.dial(line.caller(urgent=False))
    line.plain.callbacks.claim(next(iter(line.plain.callbacks.open)), "c0", line.time.at)
    line.run(said + 15 * 60 - 1)
    assert line.look().now
    line.run(said + 15 * 60 + 1)
    assert line.look().now == is_there


def test_a_bill_counts_what_the_prices_are_of() -> None:
    """Of a thousand callers of whom three in ten are rung: as many sessions as callers, SMS by how counselors work, and two legs of each call; nothing else costs."""
    by_sms, by_page, by_ring = (bill(Habits(0.3, 1.0, reached)) for reached in ("sms", "page", "ring"))
    assert (1000, 1200, 600) == (by_sms.sessions, by_sms.sms, by_sms.sms_in)
    assert (300, 0, 0, 0) == (by_page.sms, by_page.sms_in, by_ring.sms, by_ring.sms_in)
    assert by_sms.minutes == by_page.minutes == pytest.approx(300 * (2 * 15.2 + 0.2 + 1))
    assert pytest.approx(2000 + 12_000) == Bill(1000, 1200, 600, 0).cost(Prices(session=2, sms=10, sms_in=0, minute=50))


def test_callers_in_a_year_and_on_the_radio_are_worked_out_from_the_plan() -> None:
    """Whoever reads how many counselors a load needs reads the simulated plan and the habits that are named beside it, and no slip of the pen."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert {name: TABLES[name] for name in ("mali", "radio")} == worked_out(TABLES["plan"])
    assert f"a caller makes {HOPS} hops | estimated" in text
    assert f"{ASK // 10} in 10 callers ask for a call now | estimated" in text
    assert f"has {BUSIEST} in 100 of a day's callers | estimated" in text
    assert f"| {PACE} hops a second, " in text
    assert f"**{callers_a_day():,} a day**" in text
