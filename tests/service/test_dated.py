"""Absent or there on one day, by SMS: read as it is typed, refused where it is unclear, and done once."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.engine.effects import Coverage
from hotline.ports.desk.shifts import Shift
from hotline.service.calls.rules import coverage
from hotline.service.calls.rules.planned import spans_of_day
from hotline.service.desk.shifts import planning
from hotline.service.desk.shifts.roster import uncovered_hours
from hotline.service.faces.dated import Dated, read
from hotline.service.work import Work
from tests.service.fakes import TEN_O_CLOCK
from tests.service.line import AWA, FANTA, NANA, RULES, Line

NOW = TEN_O_CLOCK // 60
TODAY = NOW // 1440
"""24 November 2026."""
TOMORROW = TODAY + 1
AWAS = "a" * 32
WORDS = {"absente": "away", "n te yan": "away", "presente": "here", "service": "on", "pause": "off", "je viens": "there", "parle": "spoke"}
EIGHT_TO_TWELVE = (480, 720)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ABSENTE 25/11", Dated("away", "25/11", TOMORROW)),
        ("absente le 25/11", Dated("away", "25/11", TOMORROW)),
        ("Présente 25/11 8-12", Dated("there", "25/11", TOMORROW, EIGHT_TO_TWELVE)),
        ("PRESENTE 25.11 de 8h à 12h", Dated("there", "25/11", TOMORROW, EIGHT_TO_TWELVE)),
        ("je viens 25/11 8h30 - 12:15", Dated("there", "25/11", TOMORROW, (510, 735))),
        ("service 25/11/2026 8-12.", Dated("there", "25/11", TOMORROW, EIGHT_TO_TWELVE)),
        ("pause 25/11/26", Dated("away", "25/11", TOMORROW)),
        ("N tɛ yan 25/11 20-6", Dated("away", "25/11", TOMORROW, (1200, 360))),
        ("absente25/11", Dated("away", "25/11", TOMORROW)),
        ("absente 24/11", Dated("away", "24/11", TODAY)),
        ("absente 23/11", Dated("away", "23/11")),
        ("absente 25/11/2025", Dated("away", "25/11")),
        ("absente 3/1", Dated("away", "3/1", TODAY + 40)),
        ("absente 25/6", Dated("away", "25/6")),
        ("absente 29/2", Dated("away", "29/2")),
        ("absente 31/13", Dated("away", "31/13")),
        ("presente 25/11", Dated("there", "25/11", TOMORROW)),
        ("absente 25/11 8-25", Dated("away")),
        ("absente 25/11 8-8", Dated("away")),
        ("absente demain", Dated("away")),
        ("absente", Dated("away")),
        ("présente 8-12", Dated("there")),
        ("présente 25 novembre", Dated("there")),
        ("absente 8-12", Dated("away")),
        ("absente 08 - 12", Dated("away")),
        ("absente 25-11", Dated("away", "25/11", TOMORROW)),
        ("absente 8-12-2026", Dated("away", "8/12", TODAY + 14)),
        ("absente 8-12 8-12", Dated("away", "8/12", TODAY + 14, EIGHT_TO_TWELVE)),
        ("service 8h", Dated("there")),
        ("ici 471 1", None),
        ("présente", None),
        ("parlé 4-7", None),
        ("4711", None),
        ("471 1", None),
        ("471/1", None),
        ("pause de midi", None),
        ("", None),
    ],
)
def test_reading(text: str, said: Dated | None) -> None:
    """A word and a day, hours where she gives them; a reference and its digit stay what they are."""
    assert said == read(text, WORDS, NOW)


def test_away_and_there(line: Line) -> None:
    """The plan of that day alone changes, and she hears what was understood."""
    line.text(AWA, "ABSENTE 25/11")
    line.text(AWA, "PRESENTE 25/11 8-12")
    line.work()
    assert [line.say("away", day="25/11"), line.say("there", day="25/11", **{"from": "8h", "to": "12h"})] == line.inbox(AWA)
    assert ((TOMORROW * 1440 + 480, TOMORROW * 1440 + 720),) == spans_of_day(hers(line), TOMORROW)
    assert ((TODAY * 1440, TOMORROW * 1440),) == spans_of_day(hers(line), TODAY)


def test_the_last_word_holds(line: Line) -> None:
    """There, then away for an hour of it: what is left is said in two parts."""
    with line.real_store.write() as tx:
        tx.shifts.drop(Shift(AWAS, None, 0, 1440))
    line.text(AWA, "PRESENTE 25/11 8-12")
    line.text(AWA, "ABSENTE 25/11 9-10")
    day = TOMORROW * 1440
    assert ((day + 480, day + 540), (day + 600, day + 720)) == spans_of_day(hers(line), TOMORROW)


def test_a_night(line: Line) -> None:
    """From twenty to six goes on past midnight."""
    with line.real_store.write() as tx:
        tx.shifts.drop(Shift(AWAS, None, 0, 1440))
    line.text(AWA, "PRESENTE 25/11 20-6")
    assert {Shift(AWAS, None, 1200, 1440, TOMORROW), Shift(AWAS, None, 0, 360, TOMORROW + 1)} == set(hers(line))


@pytest.mark.parametrize(
    ("text", "key", "day"),
    [
        ("absente", "which_day", ""),
        ("presente 25/11", "which_day", ""),
        ("presente 8-12", "which_day", ""),
        ("absente demain", "which_day", ""),
        ("absente 3/5", "no_day", "3/5"),
        ("absente 1/11", "no_day", "1/11"),
    ],
)
def test_what_is_unclear_is_refused(line: Line, text: str, key: str, day: str) -> None:
    """Nothing changes, and she is told how to say it."""
    before = hers(line)
    line.text(AWA, text)
    line.work()
    assert ([line.say(key, day=day)], before) == (line.inbox(AWA), hers(line))


def test_in_bambara(line: Line) -> None:
    """Her own words, her own answer; a supervisor's days are hers too."""
    line.text(NANA, "N tɛ yan 25/11")
    line.text(FANTA, "absente 25/11")
    line.work()
    assert ([line.say("away", "bm", day="25/11")], [line.say("away", day="25/11")]) == (line.inbox(NANA), line.inbox(FANTA))


def test_what_comes_late_adds_no_promise(line: Line) -> None:
    """A message from yesterday: away holds, there does not, and what she said since stays."""
    line.text(AWA, "PRESENTE 26/11 8-12")
    line.text(AWA, "ABSENTE 26/11", age=86_400)
    line.text(AWA, "PRESENTE 27/11 8-12", age=86_400)
    day = (TODAY + 2) * 1440
    assert ((day + 480, day + 720),) == spans_of_day(hers(line), TODAY + 2)
    assert not [shift for shift in hers(line) if shift.day == TODAY + 3]


def test_who_is_absent_is_promised_to_nobody_and_asked_for_nothing(line: Line) -> None:
    """Coverage, what is offered to whom, and the hours that nobody covers: one word changes all three."""
    with line.real_store.write() as tx:
        tx.shifts.drop(Shift("b" * 32, None, 0, 1440))
    assert (True, ()) == (covered(line).now, uncovered_hours(line.hotline.deps, line.clock.now())["fr"])
    line.walk("4 1 1")
    line.work()
    line.inbox(AWA)
    line.text(AWA, "ABSENTE 24/11")
    line.wait(46)
    assert (False, [line.say("away", day="24/11")], 1) == (covered(line).now, line.inbox(AWA), len(line.inbox(FANTA)))
    assert {TODAY} == {start // 1440 for start, _ in uncovered_hours(line.hotline.deps, line.clock.now())["fr"]}
    line.text(AWA, "PRESENTE 24/11 9-12")
    line.wait(46)
    assert (TODAY * 1440 + 720, 2) == (covered(line).shifts[0][1], len(line.inbox(AWA)))


def test_absent_today_ends_what_she_said_before(line: Line) -> None:
    """On until six by her word, she has to go: at once, and what she had not rung goes to another."""
    with line.real_store.write() as tx:
        tx.shifts.drop(Shift(AWAS, None, 0, 1440))
    line.text(AWA, "service")
    line.walk("5 5")
    with line.real_store.write() as tx:
        assert tx.callbacks.claim(line.callback().id, AWAS, TEN_O_CLOCK)
    line.text(AWA, "ABSENTE 24/11 10-14")
    assert (None, "waiting", 0) == (line.staff(AWA).on_until, line.callback().state, covered(line).now)


def test_absent_later_today_cuts_it_short(line: Line) -> None:
    """On until six by her word, away from two: until two; said late, it takes nothing back."""
    line.text(AWA, "service")
    line.text(AWA, "ABSENTE 24/11 12-13", age=3600)
    assert TEN_O_CLOCK + 8 * 3600 == line.staff(AWA).on_until
    line.text(AWA, "ABSENTE 24/11 14-18")
    assert TEN_O_CLOCK + 4 * 3600 == line.staff(AWA).on_until


@pytest.mark.parametrize(
    ("hours", "off"),
    [("14-18", TEN_O_CLOCK + 4 * 3600), ("9-18", None), ("20-22", TEN_O_CLOCK + 8 * 3600), ("8-10", TEN_O_CLOCK + 8 * 3600)],
)
def test_there_later_today_ends_a_pause(line: Line, hours: str, off: int | None) -> None:
    """Off until six; she is there again when she says so."""
    line.text(AWA, "fin")
    assert TEN_O_CLOCK + 8 * 3600 == line.staff(AWA).off_until
    line.text(AWA, f"PRESENTE 24/11 {hours}")
    assert off == line.staff(AWA).off_until


def test_a_supervisor_who_is_absent_is_on_call_no_longer(line: Line) -> None:
    """The line closes by itself."""
    line.rule(replace(RULES, supervised=True))
    line.text(FANTA, "service")
    assert "ok" == line.hotline.health()["supervision"]
    line.text(FANTA, "ABSENTE 24/11")
    assert "closed" == line.hotline.health()["supervision"]


def test_across_midnight() -> None:
    """Cut where the day ends; nothing is left of nothing."""
    assert (((0, 480, 720),), ((0, 1200, 1440), (1, 0, 360)), ((0, 1200, 1440),)) == (
        planning.across(480, 720),
        planning.across(1200, 360),
        planning.across(1200, 0),
    )


def covered(line: Line) -> Coverage:
    with line.real_store.read() as tx:
        return coverage.look(Work(line.hotline.deps, tx, line.clock.now()), "fr")


def hers(line: Line) -> tuple[Shift, ...]:
    with line.real_store.read() as tx:
        return tuple(shift for shift in tx.shifts.all() if shift.staff == AWAS)
