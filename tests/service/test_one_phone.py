"""One phone, one place; and what is kept before anybody can ring: who hears of it, and when."""

from __future__ import annotations

import pytest

from hotline.engine.effects import Ref, RefineCallback
from hotline.service.calls.rules import one_phone
from hotline.service.conversation.ledger import GivenOrder, enter
from hotline.service.desk.board import board
from hotline.service.work import Work
from tests.service.line import AWA, CALLER, FANTA, NANA, OTHER_CALLER, OUMOU, Line


def caller(n: int) -> str:
    return f"+2237000001{n}"


def alone(line: Line) -> None:
    """Awa is the only counselor, Fanta on call."""
    for number in (OUMOU, NANA):
        line.set_staff(number, active=False)
    line.set_staff(FANTA, on_call_until=line.clock.now() + 8 * 3600)


def stay(line: Line) -> None:
    line.set_staff(AWA, seen_at=line.clock.now())


@pytest.mark.parametrize("keys", ["4 1 1", "6 4 1 1"])
def test_seven_urgent_callers_within_a_minute_are_all_kept(line: Line, keys: str) -> None:
    """With one counselor and a supervisor on call nobody is turned away; the supervisor hears of the first that the counselor cannot take, and of all others at once."""
    alone(line)
    line.set_staff(AWA, speaks=("fr", "bm"))
    screens = []
    for n in range(7):
        screens.append(line.walk(keys, f"session-{n}", caller(n)).key)
        line.wait(0)
        line.clock.at += 6
    assert ["danger.kept"] * 7 == screens
    assert ["waiting"] * 7 == [callback.state for callback in line.callbacks()]
    assert 1 == len(line.inbox(AWA))
    second = line.callbacks()[1]
    assert [line.say("escalated", ref=second.reference, before="10h30")] == line.inbox(FANTA)
    line.wait(40)
    first = line.callbacks()[0]  # its counselor did not answer
    assert [line.say("escalated_many", ref=first.reference, before="10h30", count="7")] == line.inbox(FANTA)
    line.wait(60)
    assert [] == line.inbox(FANTA)


def test_they_are_rung_in_their_order(line: Line) -> None:
    """Each is offered as soon as the counselor is done with the one before."""
    alone(line)
    for n in range(3):
        line.walk("4 1 1", f"session-{n}", caller(n))
        line.work()
        line.clock.at += 5
    offered = []
    for callback in line.callbacks():
        stay(line)
        line.wait(1)
        offered.append(line.inbox(AWA)[-1:] == [line.say("offer_urgent", ref=callback.reference, before="10h30")])
        line.ring()
        line.text(AWA, "1")
        line.work()
        line.inbox(AWA)
    assert ([True] * 3, ["closed"] * 3) == (offered, [callback.state for callback in line.callbacks()])


def test_an_urgent_call_that_nobody_is_free_for_reaches_the_supervisor_on_call_at_once_and_again(line: Line) -> None:
    """Every three minutes; after five all of them."""
    alone(line)
    line.walk("5 5", "session-1")
    line.work()
    line.take()
    line.walk("4 1 1", "session-2", OTHER_CALLER)
    line.work()
    urgent = line.callbacks()[-1]
    told = [line.say("escalated", ref=urgent.reference, before="10h30")]
    heard = [line.inbox(FANTA)]
    for _ in range(3):
        line.wait(60)
        heard.append(line.inbox(FANTA))
    assert [told, [], [], told] == heard


def test_an_ordinary_call_that_nobody_is_free_for_is_lent_after_ten_minutes_and_in_one_message(line: Line) -> None:
    """Whatever else waits: supervisors hear of it once in ten minutes."""
    alone(line)
    line.walk("5 5", "session-1")
    line.work()
    line.ring()
    for n in range(4):
        line.walk("5 5", f"other-{n}", caller(n))
        line.work()
    heard = []
    for _ in range(12):
        line.wait(60)
        heard.append(len(line.inbox(FANTA)))
    assert [0] * 9 + [1, 0, 0] == heard


def test_one_live_offer_a_counselor(line: Line) -> None:
    """Who was offered one hears of no other while that can be followed; of an urgent one at once."""
    alone(line)
    line.walk("5 5", "session-1")
    line.walk("5 5", "session-2", OTHER_CALLER)
    line.wait(0)
    assert 1 == len(line.inbox(AWA))
    line.walk("4 1 1", "session-3", caller(1))
    line.wait(0)
    assert [line.say("offer_urgent", ref=line.callbacks()[-1].reference, before="10h30")] == line.inbox(AWA)


def test_what_one_phone_asks_for_at_once_ends_with_its_last_end(line: Line) -> None:
    """Asked twice, ten minutes apart: the first is not missed while the second runs, one call serves both, and one promise is missed."""
    alone(line)
    line.walk("5 5", "session-1")
    line.wait(600)
    line.walk("5 5", "session-2")
    line.wait(1300)  # past the first one's own end
    assert ["waiting", "waiting"] == [callback.state for callback in line.callbacks()]
    line.clock.at = max(callback.not_after for callback in line.callbacks())
    line.inbox(FANTA)
    line.wait(0)
    assert ["lapsed", "lapsed"] == [callback.state for callback in line.callbacks()]
    assert 1 == len([text for text in line.inbox(FANTA) if text == line.say("lapsed", ref=line.callbacks()[0].reference)])


@pytest.mark.parametrize("asked", [0, 1])
def test_every_reference_of_a_phone_opens_the_one_call(line: Line, asked: int) -> None:
    """Whichever is answered, one call rings the phone for all."""
    alone(line)
    line.walk("5 5", "session-1")
    line.wait(60)
    line.walk("4 1 1", "session-2")
    line.work()
    reference = line.callbacks()[asked].reference
    with line.real_store.write() as tx:
        from hotline.ports.calls.offers import Offer

        tx.offers.add(Offer(line.callbacks()[asked].id, line.staff(AWA).id, line.clock.now()))
    line.text(AWA, f"{reference} 1")
    line.work()
    assert ["claimed", "claimed"] == [callback.state for callback in line.callbacks()]
    assert [AWA] == line.gateway.rung


def test_cancelling_takes_back_its_own_request_alone(line: Line) -> None:
    """The urgent one was cancelled in its session: what the phone asked for before stays as it was asked."""
    alone(line)
    line.walk("5 5", "session-1")
    line.wait(300)
    line.walk("4 1 1 7", "session-2")
    first, second = line.callbacks()
    assert ("waiting", "cancelled", first.made_at + 1800) == (first.state, second.state, first.not_after)
    line.clock.at = first.not_after
    line.wait(0)
    assert "lapsed" == line.callbacks()[0].state


def test_a_part_of_the_day_stays_apart(line: Line) -> None:
    """A request for now lengthens no window, and no window lengthens it."""
    line.walk("5 5", "session-1")
    line.walk("5 1", "session-2")
    now, window = line.callbacks()
    assert (True, False) == (now.at_once, window.at_once)
    line.clock.at = now.not_after
    line.wait(0)
    assert ["lapsed", "waiting"] == [callback.state for callback in line.callbacks()]


def test_whoever_speaks_one_of_the_languages_that_were_read_may_ring(line: Line) -> None:
    """Asked in French and in Bambara from one phone: either counselor takes both."""
    line.walk("5 5", "session-1")
    line.walk("6 5 5", "session-2")
    with line.real_store.read() as tx:
        languages = {callback.language for callback in tx.callbacks.same_number(line.callbacks()[0].id)}
    assert {"fr", "bm"} == languages
    line.set_staff(AWA, seen_at=None)
    line.work()
    line.clock.at += 130
    line.set_staff(NANA, seen_at=line.clock.now())
    line.wait(0)
    line.inbox(NANA)
    line.text(NANA, f"{line.callbacks()[1].reference} 1")
    line.work()
    assert (["claimed", "claimed"], [NANA]) == ([callback.state for callback in line.callbacks()], line.gateway.rung)


def test_the_number_is_the_callers(line: Line) -> None:
    """What is told of a group names no phone."""
    line.walk("5 5")
    line.work()
    assert not any(CALLER[-8:] in text for text in line.inbox(AWA))


def test_the_first_word_that_was_chosen_is_asked_for(line: Line) -> None:
    """Of two requests the later one got its word first: that one is asked for, whichever rings, and the card names both languages."""
    line.walk("5 5", "session-1")
    line.walk("6 5 5", "session-2")
    first, second = (callback.id for callback in line.callbacks())
    with line.real_store.write() as tx:
        work = Work(line.hotline.deps, tx, line.clock.now())
        for id, word in ((second, "milk"), (first, "water"), (second, "fever")):
            order = GivenOrder(word.encode(), id, CALLER, RefineCallback(Ref(1, 0), word=word), 1, work.at, work.at, work.at + 9, b"")
            enter(work, order)
    assert ["water", "fever"] == [callback.word for callback in line.callbacks()]
    assert "fever" == one_phone.word(line.callbacks())
    (card,) = board(line.hotline.deps, line.staff(FANTA), line.clock.now()).due
    assert ("bm", "fr") == card.languages


def test_a_phone_whose_counselor_was_asked_is_not_counted(line: Line) -> None:
    """However often it asked: the supervisor hears of the one that nobody was asked to take."""
    alone(line)
    line.walk("4 1 1", "session-1")
    line.walk("4 1 1", "session-2")
    line.work()
    line.walk("4 1 1", "session-3", OTHER_CALLER)
    line.work()
    other = line.callbacks()[-1]
    assert [line.say("escalated", ref=other.reference, before="10h30")] == line.inbox(FANTA)
