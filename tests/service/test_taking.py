"""Taking, giving back and handing over: whoever it is, by whatever face, one has it and nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from msgspec.structs import replace

from hotline.adapters.keys.seal import Seal
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.schema import upgrade
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.desk.staff import Staff
from hotline.service.acts import By, run
from hotline.service.calls import taking
from hotline.service.deps import Deps
from hotline.service.desk.board import board
from hotline.service.desk.shifts import on_duty
from hotline.service.desk.shifts.roster import uncovered_hours
from hotline.service.editions.cache import EditionCache
from tests.postgres import Postgres, postgres
from tests.service.line import AWA, CALLER, FANTA, KEYS, NANA, OTHER_CALLER, OTHER_PHONE, OUMOU, Line, add_staff

__all__ = ["postgres"]

THREADS = 50


def a_callback(n: int, at: int) -> Callback:
    """One of many; every third is due."""
    opens = at - 60 if n % 3 == 0 else at + 3600
    return Callback(f"{n:032x}", str(1000 + n), "waiting", ("fr", "bm")[n % 2], n % 7 == 0, False, at - n, opens, opens + 1800 + n, 1)


def add(line: Line, *callbacks: Callback, first: int = 0) -> None:
    """Each to a number of its own."""
    with line.real_store.write() as tx:
        for n, callback in enumerate(callbacks, first):
            tx.callbacks.add(callback, f"+2237000{n:04d}")


def take(line: Line, number: str, callback: Callback, once: str = "once") -> str:
    return line.act(number, taking.take, callback.id, origin=once).code


def give_back(line: Line, number: str, callback: Callback, once: str) -> str:
    return line.act(number, taking.give_back, callback.id, origin=once).code


def hand_over(line: Line, callback: Callback, to: str, once: str = "once") -> str:
    return line.act(FANTA, taking.hand_over, callback.id, line.staff(to).id, origin=once).code


def deeds(line: Line) -> list[tuple[str, str, str]]:
    """What the audit knows, its chain unbroken."""
    with line.real_store.read() as tx:
        assert tx.audit.broken_at() is None
        return [(record.who, record.what, record.about) for record in tx.audit.all()]


def seen(line: Line, number: str) -> list[str]:
    """What is due on her board, by reference."""
    return [card.reference for card in board(line.hotline.deps, line.staff(number), line.clock.now()).due]


@pytest.fixture(params=["sqlite", "postgresql"])
def line_on(request: pytest.FixtureRequest, tmp_path: Path, editions: EditionCache) -> Iterator[Line]:
    """A line with its staff over each of the two databases."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'queue.db'}"
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create("taking")
    upgrade(url)
    seal = Seal.from_text(KEYS)
    store = SqlStore(url, seal, 20_000)
    line = Line(store, seal, editions)
    add_staff(store, line.clock.now())
    yield line
    store.close()


def test_fifty_take_the_same_one_at_once(line_on: Line) -> None:
    """One gets it; the 49 others are told kindly; and it is taker whom the answer named."""
    line = line_on
    at = line.clock.now()
    with line.real_store.write() as tx:
        tx.callbacks.add(Callback("1" * 32, "471", "waiting", "fr", False, False, at, at, at + 1800, 1), CALLER)
        fifty = [Staff(f"{n:032x}", f"staff{n}", "counselor", f"+223700001{n:02d}", "fr", ("fr",), seen_at=at) for n in range(THREADS)]
        for staff in fifty:
            tx.staff.save(staff)
    deps: Deps = replace(line.hotline.deps, store=line.real_store)
    start = Barrier(THREADS)

    def one(staff: Staff) -> str:
        start.wait()
        return run(deps, By(staff.id, "page", staff.alias), taking.take, "1" * 32).code

    with ThreadPoolExecutor(THREADS) as pool:
        said = list(pool.map(one, fifty))
    assert Counter(said) == {"taken": 1, "gone": 49}
    with line.real_store.read() as tx:
        callback = tx.callbacks.get("1" * 32)
    assert callback is not None
    taker = fifty[said.index("taken")]
    assert callback.claimed_by == taker.id
    assert deeds(line) == [(taker.alias, "taken", "471")]


def test_one_takes_all_that_is_open_to_the_number(line: Line) -> None:
    """And what is asked for meanwhile is nobody else's: it is not on their boards and cannot be taken."""
    line.walk("5 5", "one")
    line.walk("4 1 1", "two")
    first, second = line.callbacks()
    assert take(line, AWA, first) == "taken"
    assert {callback.claimed_by for callback in line.callbacks()} == {"a" * 32}
    line.wait(60, tick=False)
    line.walk("5 3", "three")
    third = line.callbacks()[-1]
    line.clock.at = third.opens_at
    assert [callback.id for callback in line.callbacks() if callback.state == "waiting"] == [third.id]
    with line.real_store.write() as tx:
        for callback in (first, second):
            tx.callbacks.save(
                replace(callback, state="claimed", claimed_by="a" * 32, claimed_at=line.clock.now(), not_after=third.not_after)
            )
    assert seen(line, OUMOU) == []
    assert take(line, OUMOU, third) == "gone"


def test_a_strangers_request_can_be_taken_whatever_is_held_of_this_phone(line: Line) -> None:
    """Nobody reads from it whether the phone is being served (it is not rung then: `test_strangers.py`); nor does her own request wait for it."""
    line.walk("5 5", "one", OTHER_PHONE)
    at = line.clock.now()
    own = line.callback()
    stranger = replace(own, id="9" * 32, reference="999", other_phone=True)
    with line.real_store.write() as tx:
        tx.callbacks.add(stranger, OTHER_PHONE)
    assert sorted(seen(line, OUMOU)) == sorted([own.reference, "999"])
    assert take(line, AWA, own) == "taken"
    assert seen(line, OUMOU) == ["999"]
    assert take(line, OUMOU, stranger) == "taken"
    with line.real_store.write() as tx:
        tx.callbacks.save(replace(own, state="waiting"))
        tx.callbacks.save(replace(stranger, state="claimed", claimed_by="a" * 32, claimed_at=at))
    assert seen(line, OUMOU) == [own.reference]
    assert take(line, OUMOU, own, "again") == "taken"


def test_only_what_is_due_can_be_taken(line: Line) -> None:
    """Not before its window, not after its end."""
    line.walk("5 3")
    callback = line.callback()
    assert take(line, AWA, callback, "early") == "gone"
    line.clock.at = callback.not_after
    assert take(line, AWA, callback, "late") == "late"


def test_past_a_days_rings_a_supervisor_takes_it(line: Line) -> None:
    """The card says so to counselors, who are told the same when they press."""
    line.walk("5 5")
    callback = line.callback()
    with line.real_store.write() as tx:
        for n in range(line.rules.rings_a_day):
            tx.calls.add_attempt(callback.id, f"call {n}", line.clock.now())
    assert [card.step for card in board(line.hotline.deps, line.staff(AWA), line.clock.now()).due] == ["supervisor"]
    assert [card.step for card in board(line.hotline.deps, line.staff(FANTA), line.clock.now()).due] == ["take"]
    assert take(line, AWA, callback) == "supervisor"
    assert take(line, FANTA, callback) == "taken"


def test_what_is_a_minors_is_taken_by_those_who_take_such_calls(line: Line) -> None:
    """By page and by SMS; nobody else is offered it."""
    line.walk("5 5")
    callback = line.callback()
    with line.real_store.write() as tx:
        tx.flags.add(callback.id, "minor")
    assert take(line, AWA, callback) == "skill"
    line.work()
    line.inbox(AWA)
    line.text(AWA, f"{callback.reference} 1")
    line.work()
    assert line.inbox(AWA) == [line.say("skill", ref=callback.reference)]
    line.wait(line.rules.lend_minutes * 60)
    assert line.inbox(OUMOU) == []
    assert line.inbox(FANTA) == [line.say("escalated", ref=callback.reference, before="10h30")]
    line.set_staff(AWA, minors=True)
    assert take(line, AWA, callback, "again") == "taken"


def test_who_rests_takes_what_is_urgent(line: Line) -> None:
    """At a cap the card says to answer first, and nothing ordinary is taken; a life comes before it."""
    line.walk("5 5")
    callback = line.callback()
    line.rule(replace(line.rules, calls_a_shift=1))
    _talked(line)
    assert [card.step for card in board(line.hotline.deps, line.staff(AWA), line.clock.now()).due] == ["capped"]
    assert take(line, AWA, callback) == "rest"
    urgent = replace(callback, id="7" * 32, reference="777", urgent=True)
    with line.real_store.write() as tx:
        tx.callbacks.add(urgent, OTHER_CALLER)
    assert take(line, AWA, urgent, "urgent") == "taken"


def _talked(line: Line) -> None:
    """Awa with somebody, an hour ago."""
    at = line.clock.now() - 3600
    done = Callback("8" * 32, "888", "closed", "fr", False, False, at, at, at + 60, 1, attempts=1, closed_at=at + 60, outcome="spoke")
    with line.real_store.write() as tx:
        tx.callbacks.add(done, "+22370000099")
        tx.calls.add(Call("8" * 32, done.id, "a" * 32, "ended", at, None, at, at + 50))


def test_given_back_twice_goes_before_a_supervisor(line: Line) -> None:
    """By page once and by SMS once: nobody is offered it a third time before she has looked, and she is told."""
    line.walk("5 5")
    line.work()
    callback = line.callback()
    line.inbox(AWA)
    assert take(line, AWA, callback) == "taken"
    assert give_back(line, AWA, callback, "back") == "back"
    assert (line.callback().state, line.callback().given_back) == ("waiting", 1)
    with line.real_store.write() as tx:
        tx.staff.save(replace(line.staff(OUMOU), seen_at=line.clock.now()))
    line.work()
    assert take(line, OUMOU, callback, "taker") == "taken"
    line.inbox(FANTA)
    line.text(OUMOU, f"{callback.reference} 0")
    line.work()
    given = line.callback()
    assert (given.state, given.given_back, given.claimed_by) == ("review", 2, None)
    assert line.inbox(FANTA) == [line.say("review", ref=callback.reference)]
    with line.real_store.read() as tx:
        assert [(review.callback, review.reason) for review in tx.reviews.of(callback.id)] == [(callback.id, "given_back")]


def test_a_call_whose_end_nobody_told_is_not_given_back(line: Line) -> None:
    """She says first how it ended."""
    line.walk("5 5")
    callback = line.callback()
    take(line, AWA, callback)
    with line.real_store.write() as tx:
        tx.callbacks.save(replace(line.callback(), attempts=1))
    assert give_back(line, AWA, callback, "back") == "how"
    assert line.callback().claimed_by == "a" * 32
    assert [card.step for card in board(line.hotline.deps, line.staff(AWA), line.clock.now()).mine] == ["say"]


def test_the_audit_knows_who_held_it(line: Line) -> None:
    """Taken by page or SMS, with all that goes with it; given back by her, or by the line where she did nothing; handed over; left behind."""
    line.walk("5 5", "one")
    line.walk("4 1 1", "two")
    callback = line.callbacks()[0]
    both = [callback.reference for callback in line.callbacks()]
    passed = 0

    def since_then() -> set[tuple[str, str, str]]:
        nonlocal passed
        found = deeds(line)[passed:]
        passed += len(found)
        return set(found)

    take(line, AWA, callback, "first")
    assert since_then() == {("awa", "taken", reference) for reference in both}
    give_back(line, AWA, callback, "back")
    assert since_then() == {("awa", "given back", reference) for reference in both}
    assert hand_over(line, callback, OUMOU) == "handed"
    assert since_then() == {("fanta", "handed over", f"{reference} oumou") for reference in both}
    line.wait(301)
    assert since_then() == {("hotline", "given back", reference) for reference in both}
    line.text(FANTA, f"{callback.reference} 1")
    assert since_then() == {("fanta", "taken", reference) for reference in both}
    line.act(FANTA, on_duty.go_off_shift, origin="off")
    assert since_then() == {("fanta", "given back", reference) for reference in both}
    assert passed == 12


def test_whom_it_is_handed_to_calls_by_sms_alone(line: Line) -> None:
    """The message says how; her phone rings, whether or not another tried before."""
    line.walk("5 5")
    callback = line.callback()
    with line.real_store.write() as tx:
        tx.callbacks.save(replace(callback, attempts=1, outcome="unreachable"))
    assert hand_over(line, callback, OUMOU) == "handed"
    line.work()
    line.text(OUMOU, f"{callback.reference} 7")
    line.work()
    assert line.gateway.rung == [OUMOU]


def test_what_is_handed_over_and_left_is_offered_to_others(line: Line) -> None:
    """As whatever is held and not rung."""
    line.walk("5 5")
    callback = line.callback()
    assert hand_over(line, callback, OUMOU) == "handed"
    line.wait(301)
    assert line.callback().state == "waiting"
    assert line.inbox(AWA) == [line.say("offer", ref=callback.reference, before="10h30")]


def test_what_somebody_has_rung_is_not_handed_over(line: Line) -> None:
    """Nor to somebody of another language, nor what is past a day's rings."""
    line.walk("5 5")
    callback = line.callback()
    assert hand_over(line, callback, NANA, "language") == "skill"
    take(line, AWA, callback)
    with line.real_store.write() as tx:
        tx.callbacks.save(replace(line.callback(), attempts=1))
    assert hand_over(line, callback, OUMOU, "rung") == "gone"
    assert line.callback().claimed_by == "a" * 32


def test_hours_without_anybody_are_told_by_language(line: Line) -> None:
    """Within what the line offers; nothing where the plan holds it all."""
    assert uncovered_hours(line.hotline.deps, line.clock.now()) == {"fr": (), "bm": ()}
    line.set_staff(NANA, active=False)
    gaps = uncovered_hours(line.hotline.deps, line.clock.now())
    assert gaps["fr"] == ()
    assert gaps["bm"][0][0] == line.clock.local(line.clock.now())
