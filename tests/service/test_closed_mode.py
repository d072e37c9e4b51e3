"""Closed mode: without a supervisor who said that she is on call only what is urgent is promised, and what was promised is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.engine.effects import Coverage
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service.calls.rules.coverage import coverage
from hotline.service.calls.rules.presence import Team
from hotline.service.desk.shifts.roster import SUPERVISION, uncovered_hours
from hotline.service.editions.cache import EditionCache
from tests.service.fakes import TEN_O_CLOCK
from tests.service.line import AWA, FANTA, NANA, RULES, Line, staffed

NOW, DAY = TEN_O_CLOCK // 60, 1440
MIDNIGHT, TODAY = NOW - 600, NOW // DAY
SUPERVISED = replace(RULES, supervised=True)
HAWA = "+22370000202"
FANTAS = "d" * 32


def local(at: int) -> int:
    return at // 60


@pytest.fixture
def line(empty_database: Path, tmp_path: Path, editions: EditionCache) -> Iterator[Line]:
    """The usual line, which needs a supervisor on call: Fanta, planned from eight to six."""
    with staffed(empty_database, tmp_path / "hotline.db", editions) as line:
        plan(line, Shift(FANTAS, None, 8 * 60, 18 * 60))
        line.rule(SUPERVISED)
        yield line


def plan(line: Line, shift: Shift) -> None:
    with line.real_store.write() as tx:
        tx.shifts.add(shift)


def covered(*shifts: Shift, on_call_until: int | None) -> Coverage:
    awa = Staff("awa", "awa", "counselor", AWA, "fr", ("fr",), seen_at=TEN_O_CLOCK)
    fanta = Staff("fanta", "fanta", "supervisor", FANTA, "fr", (), on_call_until=on_call_until)
    return coverage(Team("fr", (awa, fanta), shifts), TEN_O_CLOCK, SUPERVISED, local)


@pytest.mark.parametrize(("until", "now"), [(None, False), (TEN_O_CLOCK, False), (TEN_O_CLOCK + 1, True)])
def test_nobody_is_there_without_one_on_call_but_for_what_is_urgent(until: int | None, now: bool) -> None:
    """A counselor is there: what is ordinary hangs on the supervisor, what is urgent does not."""
    found = covered(Shift("awa", None, 0, DAY), on_call_until=until)
    stays = found.urgent_until
    assert (now, True, stays if now else NOW) == (found.now, found.urgent, found.until)
    assert stays > NOW + 60


def test_urgent_hangs_on_a_counselor() -> None:
    """Closed, and no counselor is there: nobody is promised anything."""
    found = covered(on_call_until=None)
    assert (False, False, NOW, NOW) == (found.now, found.urgent, found.until, found.urgent_until)


def test_later_is_offered_only_where_a_supervisor_is_planned() -> None:
    """Counselors around the clock, a supervisor from eight to twelve and tomorrow: these hours alone are left."""
    tomorrow = TODAY + 1
    found = covered(
        Shift("awa", None, 0, DAY), Shift("fanta", None, 480, 720, TODAY), Shift("fanta", None, 480, 720, tomorrow), on_call_until=None
    )
    assert ((NOW, MIDNIGHT + 720), (MIDNIGHT + DAY + 480, MIDNIGHT + DAY + 720)) == found.shifts


def test_the_next_opening_has_both() -> None:
    """A counselor from six, a supervisor from eight: it opens at eight."""
    found = covered(Shift("awa", None, 360, 720, TODAY + 1), Shift("fanta", None, 480, 720, TODAY + 1), on_call_until=None)
    assert MIDNIGHT + DAY + 480 == found.opens


def test_the_screen_says_it(line: Line) -> None:
    """She asks for a call: nothing is kept and nobody promised, until Fanta says that she is there."""
    closed = line.walk("5 5").text
    assert [] == line.callbacks()
    line.text(FANTA, "ici")
    opened = line.walk("5 5", session="session-2").text
    assert opened != closed
    assert "10h30" in opened
    assert 1 == len(line.callbacks())


def test_urgent_is_kept_while_it_is_closed(line: Line) -> None:
    """A life comes before the rule: a counselor is there, and no supervisor said that she is on call."""
    assert "10h30" in line.walk("4 1 1").text
    assert line.callback().urgent
    line.work()
    assert 1 == len(line.inbox(AWA))


def test_what_was_promised_is_rung_all_the_same(line: Line) -> None:
    """The supervisor goes, the promise stays."""
    line.text(FANTA, "ici")
    line.walk("5 5")
    line.text(FANTA, "pause")
    line.work()
    line.inbox(AWA)
    line.ring()
    assert 1 == line.callback().attempts


@pytest.mark.parametrize(("word", "until"), [("ici", 18), ("service", 18)])
def test_she_says_it_by_sms(line: Line, word: str, until: int) -> None:
    """It holds until her planned span ends, and she is told so; off ends it."""
    line.text(FANTA, word)
    line.work()
    assert line.staff(FANTA).on_call_until == TEN_O_CLOCK + (until - 10) * 3600
    assert [line.say("on_call", until=f"{until}h")] == line.inbox(FANTA)
    line.text(FANTA, "pause")
    assert None is line.staff(FANTA).on_call_until


@pytest.mark.parametrize(("word", "seconds"), [("ici", 900), ("service", 8 * 3600)])
def test_outside_of_her_plan(line: Line, word: str, seconds: int) -> None:
    """*Here* holds as long as presence does, *on* as long as a shift; saying *here* again makes nothing shorter."""
    with line.real_store.write() as tx:
        tx.shifts.drop(Shift(FANTAS, None, 8 * 60, 18 * 60))
    line.text(FANTA, word)
    line.text(FANTA, "ici")
    assert TEN_O_CLOCK + seconds == line.staff(FANTA).on_call_until


def test_she_is_reminded_once_for_a_turn(line: Line) -> None:
    """Her turn began two hours ago and nobody heard of her; said once, it is not said again, and never to one who is there."""
    due = line.say("on_call_due")
    line.wait(60)
    line.wait(60)
    line.wait(600)
    assert [due] == line.inbox(FANTA)
    line.text(FANTA, "ici")
    line.work()
    line.inbox(FANTA)
    line.wait(3600)
    assert [] == line.inbox(FANTA)


def test_she_is_reminded_when_what_she_said_runs_out(line: Line) -> None:
    """Planned longer than a word holds: five minutes after it ran out she hears of it."""
    line.set_staff(FANTA, on_call_until=TEN_O_CLOCK + 600)
    line.wait(660)
    assert [] == line.inbox(FANTA)
    line.wait(300)
    assert [line.say("on_call_due")] == line.inbox(FANTA)


def test_who_is_off_is_left_in_peace(line: Line) -> None:
    """She said that she goes: no reminder, and no *closed* that is hers alone to mend."""
    line.text(FANTA, "pause")
    line.work()
    line.inbox(FANTA)
    line.wait(600)
    assert [] == line.inbox(FANTA)


def test_nobodys_turn(line: Line) -> None:
    """No supervisor is planned and a counselor is there: all who are not off hear that the line is closed, once a day."""
    with line.real_store.write() as tx:
        tx.shifts.drop(Shift(FANTAS, None, 8 * 60, 18 * 60))
        tx.staff.save(Staff("9" * 32, "hawa", "supervisor", HAWA, "fr", ("fr",), off_until=TEN_O_CLOCK + 9000))
    for _ in range(3):
        line.wait(60)
    assert ([line.say("closed")], []) == (line.inbox(FANTA), line.inbox(HAWA))
    line.text(FANTA, "ici")
    line.wait(60)
    assert [line.say("on_call", until="10h18")] == line.inbox(FANTA)


def test_a_closed_line_without_counselors_wakes_nobody(line: Line) -> None:
    """Nobody is there who could call: it is night."""
    with line.real_store.write() as tx:
        tx.shifts.drop(Shift(FANTAS, None, 8 * 60, 18 * 60))
    for number in (AWA, NANA):
        line.set_staff(number, seen_at=None)
    line.wait(60)
    assert [] == line.inbox(FANTA)


def test_hours_without_a_supervisor_are_seen_before_they_come(line: Line) -> None:
    """Planned from eight to six: the evenings are missing; where the line needs nobody, so is the question."""
    missing = uncovered_hours(line.hotline.deps, TEN_O_CLOCK)[SUPERVISION]
    assert ((), MIDNIGHT + 18 * 60) == (uncovered_hours(line.hotline.deps, TEN_O_CLOCK)["fr"], missing[0][0])
    line.rule(RULES)
    assert SUPERVISION not in uncovered_hours(line.hotline.deps, TEN_O_CLOCK)


def test_who_is_on_call_is_told_first(line: Line) -> None:
    """Two supervisors: nobody on call, both hear of it; one on call, she alone."""
    with line.real_store.write() as tx:
        tx.staff.save(Staff("9" * 32, "hawa", "supervisor", HAWA, "fr", ("fr",)))
    line.rule(RULES)
    for expected in ([1, 1], [0, 1]):
        line.walk("5 5", session=f"session-{sum(expected)}")
        line.clock.at += 1800
        line.hotline.tick()
        line.work()
        lapsed = [sum(text.startswith("Conseil") and "n'aura pas lieu" in text for text in line.inbox(number)) for number in (FANTA, HAWA)]
        assert expected == lapsed
        line.set_staff(HAWA, on_call_until=line.clock.now() + 3600)
        line.set_staff(AWA, seen_at=line.clock.now())


def test_who_is_on_call_is_offered_first(line: Line) -> None:
    """Nobody of the counselors takes it: it goes to the supervisor on call, though another comes first by name."""
    with line.real_store.write() as tx:
        tx.staff.save(Staff("9" * 32, "hawa", "supervisor", HAWA, "fr", ("fr",), on_call_until=TEN_O_CLOCK + 9000))
    line.walk("5 5")
    line.work()
    line.wait(600)
    assert [0, 1] == [sum("Personne" in text for text in line.inbox(number)) for number in (FANTA, HAWA)]


def test_health_tells(line: Line) -> None:
    """Whoever runs the line sees that it is closed."""
    assert "closed" == line.hotline.health()["supervision"]
    line.text(FANTA, "ici")
    assert "ok" == line.hotline.health()["supervision"]
