"""Counselors by SMS: present, on shift, taking, giving back, and how it ended; in either language, and only as late as does no harm."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.store import StoreAway
from hotline.service.calls.taking import hand_over
from hotline.service.editions.cache import EditionCache
from hotline.service.faces.staff_sms import ParsedText, read
from tests.content_line import sources
from tests.service.line import AWA, CALLER, FANTA, NANA, OTHER_CALLER, OUMOU, Line

WORDS = {"prendre": "take", "je prends": "take", "kumana": "spoke", "an kumana": "spoke", "n be yan": "here"}


@pytest.fixture
def offered(line: Line) -> Line:
    """A callback was offered to Awa."""
    line.walk("5 5")
    line.work()
    line.inbox(AWA)
    return line


@pytest.fixture
def rung(offered: Line) -> Line:
    """She rang for it, and is asked how it ended."""
    offered.ring()
    offered.inbox(AWA)
    return offered


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("471 1", ParsedText("471", "1", None)),
        (" 471-1. ", ParsedText("471", "1", None)),
        ("1 471", ParsedText("471", "1", None)),
        ("4711", ParsedText("471", "1", None)),
        ("12345 1", ParsedText("12345", "1", None)),
        ("1", ParsedText(None, "1", None)),
        ("Je prends", ParsedText(None, None, "take")),
        ("JE  PRENDS 471!", ParsedText("471", None, "take")),
        ("N bɛ yan", ParsedText(None, None, "here")),
        ("471 an kumana", ParsedText("471", None, "spoke")),
        ("471", ParsedText("471", None, None)),
        ("471 472 1", ParsedText(None, None, None)),
        ("bonjour", ParsedText(None, None, None)),
        ("", ParsedText(None, None, None)),
        ("٣", ParsedText(None, None, None)),
    ],
)
def test_reading(text: str, said: ParsedText) -> None:
    """A reference and a digit or a word, as people type them on a basic phone."""
    assert said == read(text, WORDS)


def test_nothing_but_her_word_says_that_she_is_there(offered: Line) -> None:
    """What she answers about a call confirms no presence: else screens would show that somebody asked."""
    offered.clock.at += 60
    before = offered.staff(AWA).seen_at
    for said in ("bonjour", "1", "7", "0"):
        offered.text(AWA, said)
        offered.work()
    assert before == offered.staff(AWA).seen_at
    offered.text(AWA, "ICI")
    assert offered.clock.now() == offered.staff(AWA).seen_at


def test_here_on_and_off(line: Line) -> None:
    """She says it in words of the catalogue, and hears until when it holds."""
    line.text(AWA, "ici")
    line.text(AWA, "Début")
    line.work()
    assert [line.say("here", until="10h15"), line.say("on", until="18h")] == line.inbox(AWA)
    assert line.clock.now() + 8 * 3600 == line.staff(AWA).on_until
    line.text(AWA, "fin")
    line.work()
    awa = line.staff(AWA)
    assert ([line.say("off")], None, line.clock.now() + 8 * 3600) == (line.inbox(AWA), awa.on_until, awa.off_until)


def test_off_hands_over_what_was_not_rung(offered: Line) -> None:
    """Who goes leaves nothing untried behind: the next is told at once."""
    offered.take()
    offered.text(AWA, "fin")
    offered.work()
    assert "waiting" == offered.callback().state
    assert [offered.say("escalated", ref=offered.callback().reference, before="10h30")] == offered.inbox(FANTA)


def test_off_takes_her_out_of_every_promise(line: Line) -> None:
    """Off shift, whatever the plan says: a call now is neither promised nor kept."""
    line.text(AWA, "repos")
    line.walk("5 5")
    assert [] == line.callbacks()


def test_take_rings_her_phone(offered: Line) -> None:
    """Her phone rings, the caller's does not yet, and she hears so, with the part of the day at which the caller asked, whom she asks for it."""
    offered.take()
    callback = offered.callback()
    assert ("claimed", "a" * 32, [AWA]) == (callback.state, callback.claimed_by, offered.gateway.rung)
    assert [offered.say("taken_asked", ref=callback.reference, asked="aujourd'hui 8h-12h")] == offered.inbox(AWA)


@pytest.mark.parametrize("how", ["another phone", "a word", "agreed"])
def test_who_is_not_asked_when_she_asked_is_not_told_of_by_the_hour(offered: Line, how: str) -> None:
    """On another phone, with a word, at an agreed call: as on the page, nothing of it stands there."""
    changes = {"another phone": {"other_phone": True}, "a word": {"word": "milk"}, "agreed": {"agreed": True}}[how]
    with offered.real_store.write() as tx:
        tx.callbacks.save(replace(offered.callback(), **changes))
    offered.take()
    assert [offered.say("taken", ref=offered.callback().reference)] == offered.inbox(AWA)


def test_what_was_asked_for_on_another_day_says_so(line: Line) -> None:
    """And each part of the day once, where more was asked for on this phone; whoever is handed the call hears it too."""
    line.walk("5 5")
    line.walk("5 5", session="again")
    first, second = line.callbacks()
    with line.real_store.write() as tx:
        tx.callbacks.save(replace(first, made_at=first.made_at - 86_400 + 5 * 3600))
    line.act(FANTA, hand_over, second.id, line.staff(OUMOU).id)
    line.work()
    line.inbox(OUMOU)
    line.text(OUMOU, f"{second.reference} 7")
    line.work()
    assert line.inbox(OUMOU) == [line.say("taken_asked", ref=second.reference, asked="lundi 14h-18h, aujourd'hui 8h-12h")]


def test_taking_twice_rings_once(offered: Line) -> None:
    """She presses 1 again because no answer came: not an outcome, and not a second ring."""
    offered.take()
    offered.take()
    assert ("claimed", None, [AWA]) == (offered.callback().state, offered.callback().outcome, offered.gateway.rung)


def test_one_of_two_wins(offered: Line) -> None:
    """The other is told kindly, and her phone stays silent."""
    offered.set_staff(OUMOU, seen_at=offered.clock.now() + 120)
    offered.wait(120)
    offered.inbox(OUMOU)
    reference = offered.callback().reference
    offered.text(OUMOU, f"{reference} 1")
    offered.text(AWA, f"{reference} 1")
    offered.work()
    assert ("b" * 32, [OUMOU]) == (offered.callback().claimed_by, offered.gateway.rung)
    assert [offered.say("in_hand", ref=reference)] == offered.inbox(AWA)


def test_what_is_over_is_in_no_colleagues_hands(offered: Line) -> None:
    """She said how it ended, and writes once more: that a colleague has it would not be true."""
    reference = offered.callback().reference
    offered.text(AWA, f"{reference} 1")
    offered.work()
    offered.ring(AWA)
    offered.text(AWA, f"{reference} 1")
    offered.work()
    offered.inbox(AWA)
    offered.text(AWA, f"{reference} 1")
    offered.work()
    assert [offered.say("gone", ref=reference)] == offered.inbox(AWA)


def test_a_void_offer_says_why(offered: Line) -> None:
    """Taken, cancelled and over are three answers; whatever is written again is not answered again by the same message."""
    reference, callback = offered.callback().reference, offered.callback()
    with offered.real_store.write() as tx:
        tx.callbacks.save(replace(callback, state="cancelled", closed_at=offered.clock.now()))
    for id in ("once", "once"):
        offered.text(AWA, f"{reference} 1", id=id)
    offered.work()
    assert ([offered.say("cancelled", ref=reference)], []) == (offered.inbox(AWA), offered.gateway.rung)
    assert 3 == len({offered.say(key, ref=reference) for key in ("in_hand", "cancelled", "too_late")})


def test_only_what_was_offered_to_her(offered: Line) -> None:
    """A slip of a digit takes nobody's callback away from who can talk to her."""
    offered.text(NANA, f"{offered.callback().reference} 1")
    assert "waiting" == offered.callback().state


def test_a_supervisor_may_take_any(offered: Line) -> None:
    """Whoever nobody rings, she can."""
    offered.text(FANTA, f"{offered.callback().reference} 1")
    offered.work()
    assert ("d" * 32, [FANTA]) == (offered.callback().claimed_by, offered.gateway.rung)


def test_two_offers_need_a_reference(offered: Line) -> None:
    """Where a digit fits two, she is asked which."""
    offered.walk("4 1 1", "session-2", OTHER_CALLER)
    offered.work()
    offered.inbox(AWA)
    offered.text(AWA, "1")
    offered.work()
    assert [offered.say("which")] == offered.inbox(AWA)
    assert ["waiting", "waiting"] == [callback.state for callback in offered.callbacks()]


def test_taking_one_takes_all_to_the_same_number(line: Line) -> None:
    """A number is rung once for all that is open."""
    line.walk("5 5", "session-1")
    line.walk("5 1", "session-2")
    line.work()
    assert 1 == len(line.inbox(AWA))
    line.take()
    assert ["claimed", "claimed"] == [callback.state for callback in line.callbacks()]
    line.pick_up()
    line.press()
    line.hang_up()
    line.text(AWA, "1")
    assert ["closed", "closed"] == [callback.state for callback in line.callbacks()]


def test_too_late_to_take(offered: Line) -> None:
    """Past its end nobody rings."""
    offered.wait(1800, tick=False)
    offered.text(AWA, f"{offered.callback().reference} 1")
    offered.work()
    assert ([offered.say("too_late", ref=offered.callback().reference)], []) == (offered.inbox(AWA), offered.gateway.rung)


def test_given_back_goes_to_the_next(offered: Line) -> None:
    """It waits again, and somebody else is told at once."""
    offered.take()
    offered.set_staff(OUMOU, seen_at=offered.clock.now())
    offered.inbox(AWA)
    offered.text(AWA, "0")
    offered.work()
    callback = offered.callback()
    assert ("waiting", None) == (callback.state, callback.claimed_by)
    assert [offered.say("given_back", ref=callback.reference)] == offered.inbox(AWA)
    assert [offered.say("offer", ref=callback.reference, before="10h30")] == offered.inbox(OUMOU)
    offered.pick_up()
    assert 0 == offered.callback().attempts


@pytest.mark.parametrize(
    ("digit", "state"),
    [("1", "closed"), ("2", "closed"), ("3", "claimed"), ("4", "review"), ("5", "review"), ("6", "review")],
)
def test_outcomes(rung: Line, digit: str, state: str) -> None:
    """Each outcome has one consequence, and she is thanked for it."""
    rung.text(AWA, digit)
    rung.work()
    assert (state, [rung.say("noted", ref=rung.callback().reference)]) == (rung.callback().state, rung.inbox(AWA))


def test_an_outcome_in_bambara(line: Line) -> None:
    """Nana works in her language from the offer to the outcome, on a phone without ɛ and ɔ."""
    line.walk("6 5 5")
    line.work()
    reference = line.callback().reference
    assert [line.say("offer", "bm", ref=reference, before="10h30")] == line.inbox(NANA)
    line.text(NANA, f"{reference} n b'a ta")
    line.work()
    line.pick_up(NANA)
    line.press("1", NANA)
    line.hang_up(NANA)
    line.inbox(NANA)
    line.text(NANA, "a ma soro")
    line.work()
    assert ("unreachable", [line.say("noted", "bm", ref=reference)]) == (line.callback().outcome, line.inbox(NANA))


def test_no_outcome_without_a_try(offered: Line) -> None:
    """Nobody was rung: no digit may close it."""
    offered.take()
    offered.inbox(AWA)
    for digit in "23456":
        offered.text(AWA, digit)
    offered.work()
    assert ("claimed", [offered.say("help")] * 5) == (offered.callback().state, offered.inbox(AWA))


def test_unreachable_three_times_is_the_end(rung: Line) -> None:
    """Three missed calls in one window, no more."""
    for _ in range(2):
        rung.text(AWA, "3")
        rung.text(AWA, "7")
        rung.work()
        rung.pick_up()
        rung.press()
        rung.hang_up()
    assert ("claimed", 3) == (rung.callback().state, rung.callback().attempts)
    rung.text(AWA, "3")
    rung.text(AWA, f"{rung.callback().reference} 7")
    rung.work()
    assert ("closed", "unreachable", 3) == (rung.callback().state, rung.callback().outcome, len(rung.gateway.rung))


def test_no_outcome_of_a_call_that_has_not_come_yet(rung: Line) -> None:
    """Her phone is about to ring again: a 1 too early is no conversation."""
    rung.text(AWA, "3")
    rung.text(AWA, "7")
    rung.text(AWA, "1")
    rung.work()
    assert ("claimed", [AWA, AWA]) == (rung.callback().state, rung.gateway.rung)


@pytest.mark.parametrize("digit", ["7", "0", "je prends"])
def test_no_second_ring_before_the_first_is_told(rung: Line, digit: str) -> None:
    """A call that nobody answered is not made again, by her or by another, so she is asked first how it ended."""
    rung.text(AWA, digit)
    rung.work()
    assert ([rung.say("how", ref=rung.callback().reference)], "claimed") == (rung.inbox(AWA), rung.callback().state)
    rung.text(AWA, "3")
    rung.text(AWA, digit)
    assert ("waiting" if digit == "0" else "claimed") == rung.callback().state


def test_another_phone_is_rung_once(line: Line) -> None:
    """Whoever owns it did not ask for a call."""
    line.walk("5 6 70000301 1")
    line.work()
    line.ring()
    line.text(AWA, "3")
    assert "closed" == line.callback().state


def test_someone_else_is_never_rung_again(rung: Line) -> None:
    """The phone is in other hands: neither this request nor one for another time is rung by itself, and the supervisor hears of both."""
    rung.walk("5 3", "session-2")
    rung.inbox(FANTA)
    rung.text(AWA, "4")
    rung.work()
    assert ["review", "review"] == [callback.state for callback in rung.callbacks()]
    assert [rung.say("review", ref=callback.reference) for callback in rung.callbacks()] == rung.inbox(FANTA)
    rung.inbox(AWA)
    rung.clock.at = rung.callbacks()[1].opens_at
    rung.set_staff(AWA, seen_at=rung.clock.now())
    rung.wait(60)
    assert ([], 1) == (rung.inbox(AWA), len(rung.gateway.rung))


def test_a_message_that_comes_again_does_nothing(rung: Line) -> None:
    """The gateway retries for hours: one message, one effect, one answer."""
    rung.text(AWA, "3", id="a-message")
    rung.work()
    rung.text(AWA, "7")
    rung.work()
    rung.pick_up()
    rung.press()
    rung.hang_up()
    rung.inbox(AWA)
    rung.text(AWA, "3", id="a-message")
    rung.work()
    assert (None, []) == (rung.callback().outcome, rung.inbox(AWA))


@pytest.mark.parametrize(("text", "state"), [("1", "closed"), ("4", "review"), ("3", "claimed")])
def test_late_outcomes_count(rung: Line, text: str, state: str) -> None:
    """What happened stays true hours later; but nobody is answered, and nobody is thought to be there."""
    rung.set_staff(AWA, seen_at=None)
    rung.text(AWA, f"{rung.callback().reference} {text}", age=121)
    rung.work()
    assert (state, [], None) == (rung.callback().state, rung.inbox(AWA), rung.staff(AWA).seen_at)


@pytest.mark.parametrize("text", ["0", "1", "4"])
def test_late_digits_without_a_reference_do_nothing(rung: Line, text: str) -> None:
    """They may be about another callback than the one that she holds by now."""
    before = rung.callback()
    rung.text(AWA, text, age=121)
    rung.work()
    assert (before, []) == (rung.callback(), rung.inbox(AWA))


def test_who_says_nothing_after_ringing_holds_it_no_longer(rung: Line) -> None:
    """Nobody rings again before a supervisor has looked, and she is free for others."""
    rung.inbox(FANTA)
    rung.wait(899)
    assert "claimed" == rung.callback().state
    rung.wait(1)
    assert ("review", [rung.say("review", ref=rung.callback().reference)]) == (rung.callback().state, rung.inbox(FANTA))


def test_a_long_talk_is_not_taken_from_her(offered: Line) -> None:
    """They talk for an hour: nothing is taken while they do, and her time to say how it ended runs from the end."""
    offered.take()
    offered.pick_up()
    offered.press()
    offered.wait(1500)
    assert "claimed" == offered.callback().state
    offered.hang_up()
    offered.wait(1)
    offered.text(AWA, f"{offered.callback().reference} 1")
    assert "closed" == offered.callback().state


def test_a_leg_that_is_under_way_is_not_cut(line: Line) -> None:
    """Urgent, and she asked to be rung again at the last moment: her phone rings, so that it is not given to another."""
    line.walk("4 1 1")
    line.work()
    line.take()
    line.clock.at += 85
    line.text(AWA, f"{line.callback().reference} 7")
    line.work()
    line.wait(10)
    assert "claimed" == line.callback().state


def test_unreachable_and_then_silence_goes_to_another(rung: Line) -> None:
    """The window still runs, tries are left: the next of the staff is told."""
    rung.text(AWA, "3")
    rung.work()
    rung.set_staff(OUMOU, seen_at=rung.clock.now() + 900)
    rung.wait(900)
    assert ("waiting", 1) == (rung.callback().state, len(rung.inbox(OUMOU)))


def test_whoever_gives_back_what_she_rang_for_is_told_of_the_next(rung: Line) -> None:
    """At once: her offer of what she gave back is no question to her any more, and others wait."""
    rung.text(AWA, "3")
    rung.walk("5 5", "session-2", OTHER_CALLER)
    rung.work()
    rung.inbox(AWA)
    rung.text(AWA, f"{rung.callbacks()[0].reference} 0")
    rung.work()
    rung.wait(1)
    assert rung.callbacks()[1].reference in rung.inbox(AWA)[-1]


@pytest.mark.parametrize("text", ["1", "ici", "début"])
def test_late_promises_do_not_count(offered: Line, text: str) -> None:
    """Taking, presence and on shift would promise somebody who is not there."""
    before = offered.staff(AWA)
    offered.text(AWA, text, age=121)
    offered.work()
    assert ("waiting", before, []) == (offered.callback().state, offered.staff(AWA), offered.inbox(AWA))


def test_giving_back_counts_however_late(offered: Line) -> None:
    """Somebody else can take it."""
    offered.take()
    offered.text(AWA, f"{offered.callback().reference} 0", age=121)
    assert "waiting" == offered.callback().state


def test_off_counts_however_late(line: Line) -> None:
    """The harmless direction: she is promised to nobody. But what she said since is newer."""
    line.text(AWA, "fin", age=7200)
    assert line.staff(AWA).off_until is None
    line.set_staff(AWA, seen_at=line.clock.now() - 7201)
    line.text(AWA, "fin", age=7200)
    assert line.staff(AWA).off_until is not None


def test_staff_who_left_are_callers(line: Line) -> None:
    """A disabled account takes nothing."""
    line.walk("5 5", number=CALLER)
    line.set_staff(AWA, active=False)
    line.text(AWA, f"{line.callback().reference} 1")
    assert "waiting" == line.callback().state


def test_an_edition_without_words_for_a_refusal_still_answers(offered: Line) -> None:
    """A program that is newer than the edition in force says that it is not theirs, and neither fails nor rings."""
    new = ("staff.rest", "staff.skill", "staff.supervisor", "staff.busy")
    all_words = sources()
    words = {language: tuple(message for message in messages if message.key not in new) for language, messages in all_words.words.items()}
    offered.editions = EditionCache.of(replace(all_words, words=words))
    offered.rule(offered.rules)
    with offered.real_store.write() as tx:
        awa = offered.staff(AWA)
        tx.staff.save(replace(awa, speaks=("bm",)))
    offered.inbox(AWA)
    offered.text(AWA, "1")
    offered.work()
    assert offered.inbox(AWA) == [offered.say("gone", ref=offered.callback().reference)]
    assert offered.gateway.rung == []


@pytest.mark.parametrize(("age", "rings"), [(5, [AWA]), (150, [])])
def test_what_was_taken_and_not_rung_rings_while_the_message_is_fresh(offered: Line, age: int, rings: list[str]) -> None:
    """The database went away between the two: the vendor sends the message again, and hours later it rings nobody out of the blue."""
    before = offered.store.units
    offered.store.fails_when = lambda: offered.store.units == before + 4
    with pytest.raises(StoreAway):
        offered.text(AWA, "1", id="a message")
    assert (offered.callback().state, offered.gateway.rung) == ("claimed", [])
    offered.store.fails_when = None
    offered.clock.at += age
    offered.text(AWA, "1", id="a message", age=age)
    offered.work()
    assert offered.gateway.rung == rings
