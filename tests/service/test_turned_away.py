"""What is refused is seen: once a session, by hour, language, kind and reason, without a phone; and supervisors hear of what was urgent."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.figures.figures import TurnedAway
from hotline.ports.store import StoreAway
from tests.service.line import AWA, FANTA, NANA, OTHER_CALLER, RULES, Line


def counted(line: Line) -> dict[tuple[str, str, str], int]:
    """By language, kind and reason, once the clock has ticked."""
    line.wait(1)
    today = line.clock.now() // 86_400
    with line.real_store.read() as tx:
        rows = tx.figures.turned_away(today - 30, today + 1)
    return {(row.language, row.urgency, row.missing): row.count for row in rows}


@pytest.fixture
def alone(line: Line) -> Line:
    """Nobody is there in French."""
    line.set_staff(AWA, seen_at=None)
    return line


def test_who_meets_nobody_is_counted_once_a_session(alone: Line) -> None:
    """However often the hop comes, and whatever is pressed after."""
    for keys in ("5 5", "5 5", "5 5 0", "5 5 0 5", "5 5 0 5 5", "5 5 66"):
        alone.dial(keys)
    assert {("fr", "ordinary", "nobody"): 1} == counted(alone)
    alone.walk("5 5", "session-2", OTHER_CALLER)
    assert {("fr", "ordinary", "nobody"): 2} == counted(alone)


def test_each_kind_and_language_of_its_own(alone: Line) -> None:
    """Urgent and not; in the language that the caller reads."""
    alone.set_staff(NANA, seen_at=None)
    alone.walk("4 1 1")
    alone.walk("6 5 5", "session-2", OTHER_CALLER)
    assert {("fr", "urgent", "nobody"): 1, ("bm", "ordinary", "nobody"): 1} == counted(alone)


@pytest.mark.parametrize("keys", ["5", "5 1", "4 1", "5 7", "1", "5 6 70000301"])
def test_who_did_not_ask_for_now_is_not_counted(alone: Line, keys: str) -> None:
    """A part of the day, advice, a stop: nobody was turned away."""
    alone.walk(keys)
    assert {} == counted(alone)


def test_who_is_kept_is_not_counted(line: Line) -> None:
    """Somebody is there; or nobody knows, and it is kept all the same."""
    line.walk("5 5")
    line.store.failing = "always"
    line.walk("5 5", "session-2", OTHER_CALLER)
    line.store.failing = "never"
    line.clock.at += 5
    assert {} == counted(line)


def test_where_nothing_at_all_can_be_asked_it_counts(alone: Line) -> None:
    """Nobody now and nobody planned: the first screen says so."""
    with alone.real_store.write() as tx:
        for shift in tx.shifts.all():
            tx.shifts.drop(shift)
    assert "callback.nobody" == alone.walk("5").key
    assert {("fr", "ordinary", "nobody"): 1} == counted(alone)


def test_who_is_there_but_leaves_is_a_reason_of_its_own(line: Line) -> None:
    """Nine minutes are too few for a call; one is too few for an urgent one."""
    at = line.clock.now()
    with line.real_store.write() as tx:
        for shift in tx.shifts.all():
            tx.shifts.drop(shift)
    line.set_staff(AWA, on_until=at + 540)
    line.walk("5 5")
    line.set_staff(AWA, on_until=at + 60)
    line.walk("4 1 1", "session-2", OTHER_CALLER)
    assert {("fr", "ordinary", "leaves"): 1, ("fr", "urgent", "leaves"): 1} == counted(line)


def test_the_closed_mode_is_a_reason_where_it_is_the_reason(line: Line) -> None:
    """A counselor is there, no supervisor is on call: what is urgent is kept. With nobody there it is nobody."""
    line.rule(replace(RULES, supervised=True))
    line.walk("5 5")
    line.walk("4 1 1", "session-2", OTHER_CALLER)
    assert {("fr", "ordinary", "closed"): 1} == counted(line)
    line.set_staff(AWA, seen_at=None)
    line.walk("5 5", "session-3", "+22370000003")
    assert {("fr", "ordinary", "closed"): 1, ("fr", "ordinary", "nobody"): 1} == counted(line)


def test_what_was_counted_waits_for_the_database(alone: Line) -> None:
    """Nothing of it is lost, and nothing counted twice."""
    alone.walk("5 5")
    alone.store.failing = "always"
    alone.clock.at += 5
    with pytest.raises(StoreAway):
        alone.hotline.refresh()
    alone.store.failing = "never"
    alone.clock.at += 5
    assert {("fr", "ordinary", "nobody"): 1} == counted(alone)
    assert {("fr", "ordinary", "nobody"): 1} == counted(alone)


def test_supervisors_hear_of_urgent_at_most_every_five_minutes(alone: Line) -> None:
    """All of them, on call or not; and of those who came meanwhile with the next."""
    alone.walk("5 5", "ordinary", OTHER_CALLER)
    alone.walk("4 1 1", "urgent-1", OTHER_CALLER)
    alone.wait(1)
    assert [alone.say("nobody_urgent", count="1")] == alone.inbox(FANTA)
    for n in (2, 3):
        alone.walk("4 1 1", f"urgent-{n}", OTHER_CALLER)
        alone.wait(60)
    assert [] == alone.inbox(FANTA)
    alone.wait(181)
    assert [alone.say("nobody_urgent", count="2")] == alone.inbox(FANTA)
    alone.wait(400)
    assert [] == alone.inbox(FANTA)


def test_the_hour_goes_after_a_week(alone: Line) -> None:
    """The day is left, and how many they were."""
    alone.walk("5 5")
    alone.wait(1)
    alone.clock.at += 3600
    alone.walk("5 5", "session-2", OTHER_CALLER)
    alone.wait(1)
    hour = alone.clock.now() // 3600
    day = hour // 24

    def rows() -> list[TurnedAway]:
        with alone.real_store.read() as tx:
            return list(tx.figures.turned_away(day, day + 1))

    assert [hour - 1, hour] == [row.hour for row in rows()]
    alone.wait(8 * 86_400)
    assert [TurnedAway(day * 24, "fr", "ordinary", "nobody", 2)] == rows()
