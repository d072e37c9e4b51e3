"""A counselor asks for a supervisor in a call, and a supervisor says by name that she sees to it: it silences nothing."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.staff import Staff
from hotline.service.calls import alarms, connecting, saying, scripts, taking
from hotline.service.calls.dispatch import offering
from hotline.service.work import Work
from tests.service.line import AWA, FANTA, OTHER_CALLER, OUMOU, RULES, Line

KADIA = "+22370000202"


@pytest.fixture
def two(line: Line) -> Line:
    """Kadia supervises too; nobody is on call, so that both hear of everything."""
    with line.real_store.write() as tx:
        tx.staff.save(Staff("9" * 32, "kadia", "supervisor", KADIA, "fr", ("fr",)))
    return line


def talking(line: Line) -> Callback:
    """Awa talks with a caller."""
    line.walk("5 5")
    line.work()
    line.take()
    line.pick_up()
    line.press()
    for number in (AWA, FANTA, KADIA):
        line.inbox(number)
    return line.callbacks()[-1]


def standing(line: Line) -> list[tuple[str, str | None]]:
    """In which calls a supervisor is wanted, and who sees to it."""
    with line.real_store.read() as tx:
        return [
            (asked.reference, asked.alarm.seen_by)
            for asked in alarms.before_supervisors(Work(line.hotline.deps, tx, line.clock.now())).calls_for_help
        ]


def ask(line: Line, callback: Callback, by: str = AWA) -> str:
    code = line.act(by, alarms.ask_help, callback.id).code
    line.work()
    return code


def see_to(line: Line, callback: Callback, by: str, instead_of: str = "") -> str:
    return line.act(by, alarms.acknowledge_alarm, callback.id, instead_of).code


def urgent(line: Line) -> Callback:
    """Nobody is free, and an urgent call waits."""
    for number in (AWA, OUMOU):
        line.set_staff(number, off_until=line.clock.now() + 86_400)
    line.set_staff(FANTA, on_call_until=line.clock.now() + 86_400)
    line.walk("4 1 1")
    line.work()
    return line.callbacks()[-1]


def test_help_is_asked_for_once_a_call(two: Line) -> None:
    """Each supervisor gets one message with the reference and nothing more; a second tap sends none."""
    callback = talking(two)
    wanted = [two.say("wanted", ref=callback.reference)]
    assert (ask(two, callback), two.inbox(FANTA), two.inbox(KADIA)) == ("done", wanted, wanted)
    assert standing(two) == [(callback.reference, None)]
    two.clock.at += 240
    assert (ask(two, callback), two.inbox(FANTA), two.inbox(KADIA)) == ("done", [], [])
    with two.real_store.read() as tx:
        assert [record.what for record in tx.audit.all()].count("help asked") == 1


def test_those_on_call_hear_of_it_where_there_is_one(two: Line) -> None:
    """As of every other thing; it stands before all the same."""
    callback = talking(two)
    two.set_staff(FANTA, on_call_until=two.clock.now() + 3600)
    ask(two, callback)
    assert (len(two.inbox(FANTA)), two.inbox(KADIA), len(standing(two))) == (1, [], 1)


def test_it_ends_with_the_call(two: Line) -> None:
    """Hung up, nobody is wanted any more; the next call pages anew."""
    callback = talking(two)
    ask(two, callback)
    two.hang_up()
    assert standing(two) == []
    assert ask(two, callback) == "gone"
    two.text(AWA, f"{callback.reference} 3")
    two.text(AWA, f"{callback.reference} 7")
    two.work()
    two.pick_up()
    two.press()
    two.inbox(FANTA)
    assert (ask(two, callback), len(two.inbox(FANTA)), len(standing(two))) == ("done", 1, 1)


def test_nobody_is_wanted_where_nobody_talks(two: Line) -> None:
    """Before the call, for another's, and of a callback that is gone: nothing is sent."""
    two.walk("5 5")
    callback = two.callback()
    two.act(AWA, taking.take, callback.id)
    assert (ask(two, callback), ask(two, callback, OUMOU), two.act(AWA, alarms.ask_help, "0" * 32).code) == ("gone",) * 3
    assert (standing(two), two.inbox(FANTA)) == ([], [])


def test_with_the_number_on_the_page_it_stands_until_it_is_said_how_it_ended(two: Line) -> None:
    """The line hears of no end of such a call."""
    two.rule(replace(RULES, calling="reveal"))
    two.walk("5 5")
    callback = two.callback()
    two.act(AWA, taking.take, callback.id)
    assert two.act(AWA, connecting.reveal, callback.id, origin="reveal").code == "shown"
    assert (ask(two, callback), len(standing(two))) == ("done", 1)
    two.act(AWA, saying.say_outcome, callback.id, "spoke")
    assert standing(two) == []


def test_a_hard_case_that_is_marked_in_the_call_stands_there_too(two: Line) -> None:
    """It is told by its own message, once; who then asks for help sends no second one."""
    callback = talking(two)
    two.act(AWA, scripts.mark, callback.id, "danger", origin="mark")
    two.work()
    assert (two.inbox(FANTA), standing(two)) == ([two.say("wanted", ref=callback.reference)], [(callback.reference, None)])
    assert (ask(two, callback), two.inbox(FANTA)) == ("done", [])


def test_one_answers_by_name_and_the_other_reads_it(two: Line) -> None:
    """The first who says so has it; who looked before reads the name, and may take her place knowing it. Nobody answers their own call."""
    callback = talking(two)
    ask(two, callback)
    assert see_to(two, callback, FANTA) == "done"
    assert standing(two) == [(callback.reference, "d" * 32)]
    late = two.act(KADIA, alarms.acknowledge_alarm, callback.id, "")
    assert (late.code, late.values["name"]) == ("overtaken", "fanta")
    assert (see_to(two, callback, KADIA, "d" * 32), standing(two)) == ("done", [(callback.reference, "9" * 32)])
    two.hang_up()
    assert see_to(two, callback, FANTA, "9" * 32) == "gone"


def test_a_supervisor_who_asks_is_answered_by_another(two: Line) -> None:
    """She gets no message of her own, and cannot see to it herself."""
    two.walk("5 5")
    two.work()
    callback = two.callback()
    two.text(FANTA, f"{callback.reference} 1")
    two.work()
    two.pick_up(FANTA)
    two.press("1", FANTA)
    two.inbox(FANTA)
    assert (ask(two, callback, FANTA), two.inbox(FANTA), len(two.inbox(KADIA))) == ("done", [], 1)
    assert (see_to(two, callback, FANTA), see_to(two, callback, KADIA)) == ("gone", "done")


def test_by_sms_each_says_so_in_a_word(two: Line) -> None:
    """A counselor who talks asks for help, a supervisor answers with the reference or, where one thing alone stands, without."""
    callback = talking(two)
    two.text(AWA, "aide")
    two.work()
    assert (two.inbox(AWA), len(two.inbox(FANTA))) == ([two.say("asked", ref=callback.reference)], 1)
    two.text(FANTA, "vu")
    two.text(KADIA, f"{callback.reference} vu")
    two.work()
    assert two.inbox(FANTA) == [two.say("seen", ref=callback.reference)]
    assert two.inbox(KADIA) == [two.say("wanted", ref=callback.reference), two.say("seen_by", ref=callback.reference, name="fanta")]
    assert standing(two) == [(callback.reference, "d" * 32)]


def test_a_word_that_fits_nothing_or_comes_late_promises_nothing(two: Line) -> None:
    """Nothing stands; a counselor sees to nothing; what was sent long ago is nobody's answer now."""
    two.text(FANTA, "vu")
    two.work()
    assert two.inbox(FANTA) == [two.say("nothing")]
    callback = talking(two)
    ask(two, callback)
    two.text(OUMOU, f"{callback.reference} vu")
    two.text(FANTA, f"{callback.reference} vu", age=600)
    two.work()
    assert (two.inbox(OUMOU), standing(two)) == ([two.say("forbidden")], [(callback.reference, None)])
    two.hang_up()
    two.inbox(AWA)
    two.text(AWA, "aide")
    two.work()
    assert two.inbox(AWA) == [two.say("help")]


def test_an_urgent_call_that_somebody_sees_to_is_told_on(two: Line) -> None:
    """Every three minutes as before, all of them at five: what is repeated says who sees to it, and ends when somebody takes the call."""
    callback = urgent(two)
    first = two.say("escalated", ref=callback.reference, before="10h30")
    assert (two.inbox(FANTA), two.inbox(KADIA)) == ([first], [])
    two.text(FANTA, f"{callback.reference} vu")
    two.wait(180)
    assert two.inbox(FANTA) == [two.say("seen", ref=callback.reference), first]
    two.wait(120)
    assert two.inbox(KADIA) == [two.say("escalated_seen", ref=callback.reference, before="10h30", name="fanta")]
    two.wait(60)
    assert two.inbox(FANTA) == [first]
    assert two.callback().state == "waiting"


def test_who_saw_to_it_is_forgotten_once_somebody_had_it(two: Line) -> None:
    """Taken and given back, it is nobody's again: a name from before would lull the others."""
    callback = urgent(two)
    assert see_to(two, callback, FANTA) == "done"
    two.act(KADIA, taking.take, callback.id, origin="take")
    assert see_to(two, callback, FANTA) == "gone"
    two.act(KADIA, taking.give_back, callback.id, origin="back")
    with two.real_store.read() as tx:
        assert tx.alarms.of(callback.id, "urgent") is None
    assert see_to(two, callback, KADIA) == "done"


def test_all_that_one_phone_asked_for_is_seen_to_at_once(two: Line) -> None:
    """Whichever of its references is named; another phone's stays unseen, and what is not urgent is no alarm."""
    first = urgent(two)
    two.walk("4 1 1", session="again")
    two.walk("4 1 1", session="other", number=OTHER_CALLER)
    second = two.callbacks()[1]
    assert see_to(two, second, FANTA) == "done"
    with two.real_store.read() as tx:
        assert tx.alarms.before_supervisors().seen_by == {first.id: "d" * 32, second.id: "d" * 32}
    ordinary = replace(first, id="7" * 32, reference="777", urgent=False)
    with two.real_store.write() as tx:
        tx.callbacks.add(ordinary, "+22370000099")
    assert see_to(two, ordinary, FANTA) == "gone"


def test_screens_know_nothing_of_it(two: Line) -> None:
    """What a phone is shown is the same whether anybody sees to it or not."""
    urgent(two)
    before = two.dial("4 1 1", session="before")
    callback = two.callbacks()[0]
    see_to(two, callback, FANTA)
    assert two.dial("4 1 1", session="after") == before
    with two.real_store.read() as tx:
        assert offering.urgent_waits(Work(two.hotline.deps, tx, two.clock.now()), ("fr",))
