"""Caps of a shift and the pause after a hard call: who has carried enough is offered nothing ordinary, and no screen shows it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.engine.effects import Coverage
from hotline.service.calls.rules import coverage, rest
from hotline.service.desk import care
from hotline.service.work import Work
from tests.service.fakes import TEN_O_CLOCK
from tests.service.line import AWA, CALLER, FANTA, OTHER_CALLER, OUMOU, RULES, Line

THIRD_CALLER = "+22370000017"

CAPPED = replace(RULES, calls_a_shift=2, hard_calls_a_shift=1, pause_minutes=15)
END_OF_SHIFT = TEN_O_CLOCK + 8 * 3600
"""Around the clock, so that the longest shift is what ends it."""


def rules(line: Line, **limits: int) -> None:
    line.rule(replace(RULES, **limits))


def work_one(line: Line, number: str = CALLER, *, mark: str | None = None) -> None:
    """Awa rings for a new callback, and says that they spoke."""
    line.walk("5 5", session=f"of {number}", number=number)
    line.work()
    line.ring()
    if mark is not None:
        with line.real_store.write() as tx:
            tx.flags.add(line.callbacks()[-1].id, mark)
    line.text(AWA, "1")
    line.work()
    line.inbox(AWA)


def seen(line: Line) -> Coverage:
    with line.real_store.read() as tx:
        return coverage.look(Work(line.hotline.deps, tx, line.clock.now()), "fr")


def resting(line: Line) -> frozenset[str]:
    with line.real_store.read() as tx:
        return rest.rests(tx, line.clock.now(), line.rules).all


def rests_until(line: Line) -> int | None:
    with line.real_store.read() as tx:
        return care.resting(Work(line.hotline.deps, tx, line.clock.now()), line.staff(AWA))


def test_at_the_cap_she_rests_and_callers_are_kept(line: Line) -> None:
    """Two calls are enough: after the second she rests until her shift ends. Whoever asks is shown what was shown before, and is kept."""
    rules(line, calls_a_shift=2)
    work_one(line)
    before = seen(line)
    assert (frozenset(), None) == (resting(line), rests_until(line))
    work_one(line, OTHER_CALLER)
    assert (frozenset({line.staff(AWA).id}), END_OF_SHIFT) == (resting(line), rests_until(line))
    assert before == seen(line)
    assert line.walk("5 5", session="after").key == "callback.kept_now"


@pytest.mark.parametrize(("mark", "is_hard"), [("danger", True), ("minor", True), ("hard", True), ("silence", False), ("another", False)])
def test_what_counts_as_hard(line: Line, mark: str, is_hard: bool) -> None:
    """Life in danger, a minor, or what she said was hard."""
    rules(line, hard_calls_a_shift=1)
    work_one(line, mark=mark)
    assert is_hard is (line.staff(AWA).id in resting(line))
    assert seen(line).now


def test_a_pause_after_a_hard_call(line: Line) -> None:
    """A quarter of an hour, and then ordinary requests are hers again; callers read the same all the while."""
    rules(line, pause_minutes=15)
    work_one(line, mark="hard")
    ends = TEN_O_CLOCK + 900
    assert ({line.staff(AWA).id}, ends, True) == (resting(line), rests_until(line), seen(line).now)
    line.clock.at = ends - 1
    assert ends == rests_until(line)
    line.clock.at = ends
    assert (frozenset(), None) == (resting(line), rests_until(line))


def test_without_limits_nothing_is_counted(line: Line) -> None:
    """0 is no limit, of any kind."""
    for number in (CALLER, OTHER_CALLER):
        work_one(line, number, mark="danger")
    assert (frozenset(), None) == (resting(line), rests_until(line))


def test_what_is_older_than_a_shift_counts_no_longer(line: Line) -> None:
    """The next day begins with nothing carried."""
    rules(line, calls_a_shift=1)
    work_one(line)
    line.clock.at += 8 * 3600 + 1
    assert (frozenset(), None) == (resting(line), rests_until(line))


def test_who_rests_is_offered_nothing_ordinary(line: Line) -> None:
    """Oumou is there and does not take it: after ten minutes it goes to the supervisor, and not to Awa, who is in the pause after a hard call."""
    rules(line, pause_minutes=15)
    work_one(line, mark="hard")
    line.set_staff(OUMOU, seen_at=line.clock.now())
    line.walk("5 5", session="another", number=OTHER_CALLER)
    line.work()
    line.wait(600)
    offered = [sum(callback in text for text in line.inbox(number)) for number, callback in ((AWA, "Pour le prendre"), (FANTA, "Personne"))]
    assert [0, 1] == offered


def at_the_cap(line: Line) -> list[str]:
    """Awa has worked two calls, which is enough, and is alone. Returns what she was told."""
    rules(line, calls_a_shift=2)
    line.set_staff(OUMOU, active=False)
    work_one(line)
    line.walk("5 5", session="second", number=OTHER_CALLER)
    line.work()
    line.ring()
    line.inbox(AWA)
    line.text(AWA, "1")
    line.work()
    told = line.inbox(AWA)
    line.walk("5 5", session="third", number=THIRD_CALLER)
    line.work()
    return told


def test_at_a_cap_she_is_asked_and_hears_of_what_nobody_took(line: Line) -> None:
    """Go on, or end: until she says she hears of nothing new, and after ten minutes of what waits; then she may take it."""
    told = at_the_cap(line)
    assert [line.say("enough")] == [text for text in told if text == line.say("enough")]
    waiting, before = line.callbacks()[-1], []
    for seconds in (590, 11):
        line.wait(seconds)
        before.append([text for text in line.inbox(AWA) if waiting.reference in text])
    assert [0, 1] == [len(texts) for texts in before]
    line.text(AWA, "1")
    line.work()
    assert "claimed" == line.callbacks()[-1].state


def test_she_goes_on_by_the_word_for_on(line: Line) -> None:
    """What waits is offered at once, and what callers read does not change: her shift is no longer than it was."""
    at_the_cap(line)
    before = seen(line)
    line.text(AWA, "service")
    line.work()
    line.wait(1)
    told = line.inbox(AWA)
    assert (line.say("carried_on"), True) == (told[0], any("Pour le prendre" in text for text in told))
    assert before == seen(line)


def test_a_life_comes_before_a_pause(line: Line) -> None:
    """Urgent, and nobody rested is there: who rests is asked, before those who are silent; another who is there is asked instead."""
    rules(line, hard_calls_a_shift=1)
    work_one(line, mark="danger")
    line.set_staff(OUMOU, seen_at=line.clock.now())
    line.walk("4 1 1", session="urgent", number=OTHER_CALLER)
    line.work()
    assert ([], 1) == (line.inbox(AWA), len(line.inbox(OUMOU)))
    line.set_staff(OUMOU, seen_at=None)
    line.wait(46)
    assert (1, []) == (len(line.inbox(AWA)), line.inbox(OUMOU))


def test_one_query_however_many_there_are(line: Line) -> None:
    """What each carried is read at once, and not at all where nothing limits anybody."""
    asked: list[int] = []

    class Counting:
        @property
        def care(self) -> Counting:
            return self

        def loads(self, since: int) -> dict[str, object]:
            asked.append(since)
            return {}

    rest.rests(Counting(), TEN_O_CLOCK, RULES)
    assert [] == asked
    rest.rests(Counting(), TEN_O_CLOCK, CAPPED)
    assert [TEN_O_CLOCK - 8 * 3600] == asked
