"""Counselors without SMS replies: the line rings them, says nothing before their two digits, and keys do what a reply would."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.calls.staff_rings import RingDigits
from hotline.ports.desk.shifts import Shift
from hotline.ports.outgoing import GatewayRefused
from hotline.ports.voice import VoiceConnect, VoiceEnd, VoicePrompt, VoiceStep, VoiceUnreached
from hotline.service.calls.by_ring import reach
from hotline.service.calls.by_ring.legs import LONGEST_SECONDS
from hotline.service.calls.taking import hand_over, take
from hotline.service.desk.shifts.on_duty import BREAK_SECONDS, say_here
from tests.service.line import AWA, CALLER, FANTA, NANA, OTHER_CALLER, OTHER_PHONE, OUMOU, RULES, Line, leg

DIGITS = "47"


def give_digits(line: Line, number: str, digits: str = DIGITS) -> None:
    staff = line.staff(number)
    with line.real_store.write() as tx:
        tx.staff_rings.save_digits(RingDigits(staff.id, reach.hashed(line.seal, staff.id, digits)))


@pytest.fixture
def rung(line: Line) -> Line:
    """The line rings, and Awa has two digits."""
    line.rule(replace(RULES, alerts="ring", staff_replies="none", presence_minutes=90))
    give_digits(line, AWA)
    return line


def ask(line: Line, keys: str = "5 5", session: str = "session-1", number: str = CALLER) -> None:
    """A caller asks for a call, and whoever is told hears of it."""
    line.walk(keys, session, number)
    line.work()


def key(line: Line, *pressed: str, number: str = AWA) -> VoiceStep:
    """She picks up the newest ring and keys these; what the line says last."""
    step = line.pick_up(number)
    for digits in pressed:
        step = line.press(digits, number)
    return step


def said(line: Line, key: str, language: str = "fr", **values: str) -> str:
    return line.words("voice").phrase(f"voice.{key}", language, **values)


def prompt(line: Line, key: str, *, ask: bool = True, digits: int = 1, **values: str) -> VoicePrompt:
    return VoicePrompt(said(line, key, **values), "fr", ask, digits)


def spell(line: Line, reference: str) -> str:
    return " ".join(said(line, f"digit.{digit}") for digit in reference)


def in_words(line: Line) -> str:
    return spell(line, line.callback().reference)


def test_one_press_takes_it_and_goes_on_to_the_caller(rung: Line) -> None:
    """No SMS leaves; her phone rings, says the cover's name, then the reference, and on 1 the caller is rung on the same leg."""
    ask(rung)
    assert ([AWA], []) == (rung.gateway.rung, rung.inbox(AWA))
    assert prompt(rung, "cover_name", digits=2) == rung.pick_up()
    assert prompt(rung, "offer", ref=in_words(rung)) == rung.press(DIGITS)
    step = rung.press("1")
    assert VoiceConnect(CALLER, said(rung, "after"), "fr", said(rung, "before"), ask_after=True) == step
    callback = rung.callback()
    assert ("claimed", rung.staff(AWA).id, 1, 1) == (callback.state, callback.claimed_by, callback.attempts, len(rung.gateway.rung))


def test_nothing_is_said_before_the_two_digits(rung: Line) -> None:
    """Whoever picks up, and whatever they key, hears the cover's name; after the second wrong pair the call ends."""
    ask(rung)
    name = prompt(rung, "cover_name", digits=2)
    assert (name, name, VoiceEnd(), VoiceEnd()) == (rung.pick_up(), rung.press("11"), rung.press("12"), rung.press(DIGITS))
    assert "waiting" == rung.callback().state


def test_voicemail_hears_the_cover_alone(rung: Line) -> None:
    """Nobody keys anything: the line has said the name, and the call ends; the callback goes on to the next."""
    rung.set_staff(OUMOU, seen_at=rung.clock.now())
    give_digits(rung, OUMOU)
    ask(rung)
    first = rung.gateway.rung[0]
    assert prompt(rung, "cover_name", digits=2) == rung.pick_up(first)
    assert VoiceEnd() == rung.press("", first)
    rung.hang_up(first)
    rung.wait(RULES.offer_seconds)
    assert {AWA, OUMOU} == set(rung.gateway.rung)


def test_a_vendor_that_asks_on_and_on_fills_no_voicemail(rung: Line) -> None:
    """It asks what to do next whenever nobody keyed anything: the name is said for two minutes at most, and the call ends."""
    ask(rung)
    heard = []
    for _ in range(12):
        heard.append(rung.pick_up())
        rung.clock.at += 15
    assert [prompt(rung, "cover_name", digits=2)] * 8 + [VoiceEnd()] * 4 == heard


def test_who_guesses_gets_six_pairs_in_all(rung: Line) -> None:
    """Over however many calls: then nobody is rung by these digits, supervisors are told, and she hears by SMS until she has set others."""
    ask(rung)
    wrong = iter(f"{n}{n}" for n in range(10))
    for _ in range(reach.MOST_WRONG // reach.MOST_WRONG_IN_A_CALL):
        key(rung, next(wrong), next(wrong))
        rung.hang_up()
        rung.wait(RULES.offer_seconds)
    assert any(rung.say("digits_locked", name="awa") == text for text in rung.inbox(FANTA))
    rings = len(rung.gateway.rung)
    rung.inbox(AWA)
    rung.wait(RULES.offer_seconds)
    assert (rings, 1) == (len(rung.gateway.rung), len(rung.inbox(AWA)))
    give_digits(rung, AWA, "58")
    rung.wait(RULES.offer_seconds)
    assert rings + 1 == len(rung.gateway.rung)


def test_a_slip_that_is_set_right_counts_for_nothing(rung: Line) -> None:
    """She mistypes once in each call, and is never shut out."""
    for n in range(reach.MOST_WRONG + 1):
        ask(rung, session=f"session-{n}")
        assert isinstance(key(rung, "11", DIGITS, "1"), VoiceConnect)
        rung.press("2")
        rung.hang_up()
        rung.clock.at += 24 * 3600
        rung.set_staff(AWA, seen_at=rung.clock.now())


def test_a_doubled_alert_rings_once(rung: Line) -> None:
    """The same message twice, and a second call that comes while her phone rings: one ring; and who cannot be rung hears by SMS."""
    ask(rung)
    with rung.real_store.read() as tx:
        for (id,) in tx._connection.exec_driver_sql("SELECT id FROM outbox WHERE kind = 'ring'").all():
            rung.hotline.deliver(id)
    assert [AWA] == rung.gateway.rung
    ask(rung, "4 1 1", "urgent", OTHER_CALLER)
    assert ([AWA], 1) == (rung.gateway.rung, len(rung.inbox(AWA)))
    assert prompt(rung, "offer_urgent", ref=spell(rung, rung.callbacks()[-1].reference)) == key(rung, DIGITS)  # what presses most is said


def test_not_now_asks_the_next_at_once(rung: Line) -> None:
    """Two: somebody else is rung, and it still waits."""
    rung.set_staff(OUMOU, seen_at=rung.clock.now())
    give_digits(rung, OUMOU)
    ask(rung)
    (first,) = rung.gateway.rung
    assert prompt(rung, "declined", ask=False) == key(rung, DIGITS, "2", number=first)
    rung.work()
    assert ({AWA, OUMOU}, "waiting") == (set(rung.gateway.rung), rung.callback().state)


@pytest.mark.parametrize("first", ["2", "3", "9"])
def test_a_key_after_the_one_that_was_pressed_does_nothing(rung: Line, first: str) -> None:
    """Her leg is over with what she pressed: a *one* that is posted for it afterwards takes nothing and rings no caller."""
    ask(rung)
    key(rung, DIGITS, first)
    assert VoiceEnd() == rung.press("1")
    assert ("waiting", 0) == (rung.callback().state, rung.callback().attempts)


def test_what_she_pressed_is_said_again_to_a_vendor_that_asks_again(rung: Line) -> None:
    """The same key twice is one deed, and one answer."""
    ask(rung)
    assert key(rung, DIGITS, "9") == rung.press("9")


def test_nine_ends_her_shift(rung: Line) -> None:
    """She is there no longer, for callers too."""
    ask(rung)
    assert prompt(rung, "off", ask=False) == key(rung, DIGITS, "9")
    assert (rung.staff(AWA).off_until or 0) > rung.clock.now()


def test_a_break_by_digit_ends_with_a_ring(rung: Line) -> None:
    """Nothing is offered to her meanwhile; after half an hour the line asks whether she is there, and ten minutes later once more."""
    ask(rung)
    assert prompt(rung, "paused", ask=False) == key(rung, DIGITS, "3")
    rung.hang_up()
    assert ("waiting", None) == (rung.callback().state, rung.staff(AWA).seen_at)
    ask(rung, session="session-2", number=OTHER_CALLER)
    assert 1 == len(rung.gateway.rung)
    rung.wait(BREAK_SECONDS - 1)
    assert 1 == len(rung.gateway.rung)
    for _ in range(12):
        rung.wait(61)
    assert [AWA] * 3 == rung.gateway.rung
    assert prompt(rung, "here") == key(rung, DIGITS)
    assert prompt(rung, "now_here", ask=False) == rung.press("1")
    assert rung.clock.now() == rung.staff(AWA).seen_at


def test_a_break_that_she_ends_herself_asks_nothing(rung: Line) -> None:
    """She said on the page that she is there: no ring asks it once more."""
    ask(rung)
    key(rung, DIGITS, "3")
    rung.hang_up()
    rung.act(AWA, say_here)
    rung.wait(BREAK_SECONDS)
    assert 1 == len(rung.gateway.rung)


def test_she_needs_time_and_a_supervisor_hears_her_name_alone(rung: Line) -> None:
    """Where she is asked whether she is there: her shift ends, and nobody asks why."""
    rung.wait(rung.rules.presence_minutes * 30)
    assert prompt(rung, "needs_time", ask=False) == key(rung, DIGITS, "4")
    rung.work()
    assert [rung.say("wants_time", name="awa")] == rung.inbox(FANTA)
    assert (rung.staff(AWA).off_until or 0) > rung.clock.now()


def test_a_supervisors_key_for_a_break_ends_her_turn(rung: Line) -> None:
    """As PAUSE by SMS does: somebody is on call, or is not."""
    give_digits(rung, FANTA, "58")
    rung.set_staff(FANTA, on_call_until=rung.clock.now() + 3600)
    rung.set_staff(AWA, seen_at=None)
    rung.set_staff(NANA, seen_at=None)
    rung.rule(replace(rung.rules, alerts="ring"))
    with rung.real_store.write() as tx:
        for shift in tx.shifts.all():
            tx.shifts.drop(shift)
    ask(rung, "4 1 1")
    assert [FANTA] == rung.gateway.rung
    assert prompt(rung, "off", ask=False) == key(rung, "58", "3", number=FANTA)
    assert not rung.staff(FANTA).is_on_call(rung.clock.now())


def test_another_key_has_the_offer_said_again(rung: Line) -> None:
    """Nothing is taken by a slip."""
    ask(rung)
    assert prompt(rung, "offer", ref=in_words(rung)) == key(rung, DIGITS, "5")
    assert "waiting" == rung.callback().state


def test_what_a_colleague_took_meanwhile_is_said_kindly(rung: Line) -> None:
    """While the offer was being said; nobody is rung."""
    ask(rung)
    key(rung, DIGITS)
    rung.set_staff(OUMOU, seen_at=rung.clock.now())
    rung.act(OUMOU, take, rung.callback().id)
    assert prompt(rung, "gone", ask=False) == rung.press("1")


def test_the_word_is_said_before_anybody_is_rung(rung: Line) -> None:
    """On another phone it says whose phone it is too."""
    ask(rung, f"5 6 {OTHER_PHONE[-8:]} 5")
    step = key(rung, DIGITS, "1")
    assert VoiceConnect(OTHER_PHONE, said(rung, "after"), "fr", said(rung, "before_other"), ask_after=True) == step


def test_a_phone_that_stopped_calls_sounds_to_her_like_one_that_is_off(rung: Line) -> None:
    """What was asked for on another phone, which stopped since: she hears what she would hear of any, and the attempt counts as any."""
    ask(rung, f"5 6 {OTHER_PHONE[-8:]} 5")
    rung.clock.at += 5
    rung.walk("5 7", "session-2", OTHER_PHONE)
    step = key(rung, DIGITS, "1")
    assert VoiceUnreached(said(rung, "after"), "fr", said(rung, "before_other"), ask_after=True) == step
    assert ("claimed", 1) == (rung.callback().state, rung.callback().attempts)


def test_how_it_ended_is_keyed_on_the_same_leg_where_nobody_answered(rung: Line) -> None:
    """Two: no answer; nothing is asked any more."""
    ask(rung)
    key(rung, DIGITS, "1")
    assert prompt(rung, "noted", ask=False) == rung.press("2")
    rung.hang_up()
    assert ("closed", "no_answer", 1, []) == (rung.callback().state, rung.callback().outcome, len(rung.gateway.rung), rung.inbox(AWA))


def test_a_key_that_the_vendor_posts_twice_says_nothing_of_the_end(rung: Line) -> None:
    """The press that rang the caller, once more: it is not taken for the digit of an outcome."""
    ask(rung)
    key(rung, DIGITS, "1")
    assert VoiceEnd() == rung.press("1")
    assert (1, None) == (rung.callback().attempts, rung.callback().outcome)


def test_one_short_call_asks_how_it_ended(rung: Line) -> None:
    """After they talked: no SMS, a ring, the two digits, and a digit."""
    ask(rung)
    key(rung, DIGITS, "1")
    rung.hang_up()
    assert ([AWA, AWA], []) == (rung.gateway.rung, rung.inbox(AWA))
    assert prompt(rung, "how", ref=in_words(rung)) == key(rung, DIGITS)
    assert prompt(rung, "noted", ask=False) == rung.press("1")
    assert ("closed", "spoke") == (rung.callback().state, rung.callback().outcome)
    rung.hang_up()
    rung.wait(600)
    assert 2 == len(rung.gateway.rung)


def test_whoever_did_not_say_is_asked_once_more(rung: Line) -> None:
    """Before a supervisor has to look."""
    ask(rung)
    key(rung, DIGITS, "1")
    rung.hang_up()
    for _ in range(10):
        rung.wait(61)
    assert 3 == len(rung.gateway.rung)


def test_a_phone_that_was_off_is_tried_again_by_ring(rung: Line) -> None:
    """Three: unreachable; some minutes later her phone rings, and one press rings the caller again."""
    ask(rung)
    key(rung, DIGITS, "1", "3")
    rung.hang_up()
    for _ in range(4):
        rung.wait(61)
    assert prompt(rung, "held", ref=in_words(rung)) == key(rung, DIGITS)
    assert isinstance(rung.press("1"), VoiceConnect)
    assert 2 == rung.callback().attempts


def test_she_is_asked_whether_she_is_there_when_her_shift_begins(rung: Line) -> None:
    """And again before it lapses: by ring, and *I am here* is a digit."""
    with rung.real_store.write() as tx:
        for shift in tx.shifts.all():
            tx.shifts.drop(shift)
        tx.shifts.add(Shift(rung.staff(AWA).id, None, 11 * 60, 18 * 60))
    rung.set_staff(AWA, seen_at=None)
    rung.wait(1800)
    assert [] == rung.gateway.rung
    rung.wait(1800)
    assert prompt(rung, "here") == key(rung, DIGITS)
    assert prompt(rung, "now_here", ask=False) == rung.press("1")
    rung.hang_up()
    assert rung.clock.now() == rung.staff(AWA).seen_at
    rung.wait(rung.rules.presence_minutes * 30)
    assert [AWA, AWA] == rung.gateway.rung
    assert [] == rung.inbox(AWA)


def test_at_a_cap_she_is_rung_to_go_on_or_to_end(rung: Line) -> None:
    """Once her phone is free: no SMS; one goes on."""
    rung.rule(replace(rung.rules, calls_a_shift=1))
    ask(rung)
    key(rung, DIGITS, "1")
    rung.hang_up()
    key(rung, DIGITS, "1")
    rung.hang_up()
    rung.wait(61)
    assert ([AWA] * 3, []) == (rung.gateway.rung, rung.inbox(AWA))
    assert prompt(rung, "enough") == key(rung, DIGITS)
    assert prompt(rung, "noted", ask=False) == rung.press("1")
    assert (rung.staff(AWA).goes_on_until or 0) > rung.clock.now()


def test_a_supervisor_is_rung_when_her_turn_begins(rung: Line) -> None:
    """Without her the line promises nothing: one says that she is on call."""
    rung.rule(replace(rung.rules, supervised=True))
    give_digits(rung, FANTA, "58")
    with rung.real_store.write() as tx:
        tx.shifts.add(Shift(rung.staff(FANTA).id, None, 9 * 60, 18 * 60))
    rung.wait(1)
    assert ([FANTA], []) == (rung.gateway.rung, rung.inbox(FANTA))
    assert prompt(rung, "here") == key(rung, "58", number=FANTA)
    assert prompt(rung, "now_here", ask=False) == rung.press("1", FANTA)
    assert rung.staff(FANTA).is_on_call(rung.clock.now())


def test_a_ring_that_the_vendor_refuses_is_followed_up(rung: Line) -> None:
    """Nobody heard of it: supervisors are told, as of an SMS that did not arrive."""
    rung.gateway.failure = GatewayRefused("insufficient_credit")
    ask(rung)
    rung.gateway.failure = None
    rung.wait(1)
    assert rung.say("alert_failed", ref=rung.callback().reference, name="awa") in rung.inbox(FANTA)


def test_what_is_handed_to_her_is_rung_too(rung: Line) -> None:
    """One press rings the caller, two gives it back."""
    ask(rung)
    key(rung, DIGITS, "2")
    rung.hang_up()
    rung.act(FANTA, hand_over, rung.callback().id, rung.staff(AWA).id)
    rung.work()
    assert prompt(rung, "held", ref=in_words(rung)) == key(rung, DIGITS)
    assert prompt(rung, "given_back", ask=False) == rung.press("2")
    assert "waiting" == rung.callback().state


def test_by_both_an_sms_comes_too(line: Line) -> None:
    """It says how it is taken here; who takes it by SMS is rung no more for it."""
    line.rule(replace(RULES, alerts="both", staff_replies="36123"))
    give_digits(line, AWA)
    ask(line)
    ref, before = line.callback().reference, "10h30"
    answer = line.say("answer_number", ref=ref, number="36123")
    assert ([AWA], [line.say("offer_how", ref=ref, before=before, answer=answer)]) == (line.gateway.rung, line.inbox(AWA))


@pytest.mark.parametrize("is_delivered", [True, False])
def test_who_takes_it_by_sms_while_her_phone_rings_picks_up(line: Line, *, is_delivered: bool) -> None:
    """She is not rung beside it: the ring that is there says that it is hers, and one press rings the caller."""
    line.rule(replace(RULES, alerts="both"))
    give_digits(line, AWA)
    line.walk("5 5")
    if is_delivered:
        line.work()
    line.text(AWA, f"{line.callback().reference} 1")
    line.work()
    assert [AWA] == line.gateway.rung
    assert prompt(line, "held", ref=in_words(line)) == key(line, DIGITS)
    assert isinstance(line.press("1"), VoiceConnect)


@pytest.mark.parametrize(
    ("replies", "answer"), [("none", "answer_page"), ("36123", "answer_number"), ("sender", "")], ids=["page", "number", "reply"]
)
def test_an_alert_says_how_it_is_taken_here(line: Line, replies: str, answer: str) -> None:
    """By a number, on the page, or by a reply."""
    line.rule(replace(RULES, staff_replies=replies))
    ask(line)
    ref = line.callback().reference
    how = line.say(answer, ref=ref, number=replies) if answer else ""
    expected = line.say("offer_how", ref=ref, before="10h30", answer=how) if answer else line.say("offer", ref=ref, before="10h30")
    assert [expected] == line.inbox(AWA)


def test_who_has_no_digits_hears_by_sms(line: Line) -> None:
    """Whatever is set: nobody is offered a call of which they never hear."""
    line.rule(replace(RULES, alerts="ring"))
    ask(line)
    assert ([], 1) == (line.gateway.rung, len(line.inbox(AWA)))


def test_a_session_that_is_not_ours_hears_nothing(rung: Line) -> None:
    """Another session than the ring's, though it brings the digits; the ring's own token brings it back."""
    rung.gateway.while_ringing = lambda: None
    ask(rung)
    assert VoiceEnd() == rung.hotline.voice(leg("made-up", AWA, active=True, digits=DIGITS))
    assert VoiceEnd() == rung.hotline.voice(leg("made-up", AWA, active=True, digits=None))


def test_a_leg_that_comes_before_the_vendors_answer_is_known_by_its_token(rung: Line) -> None:
    """She picks up while the vendor is still answering the ring."""
    heard: list[VoiceStep] = []
    rung.gateway.while_ringing = lambda: heard.append(
        rung.hotline.voice(leg("voice-1", AWA, active=True, digits=None, token=rung.gateway.tokens[-1]))
    )
    ask(rung)
    assert [prompt(rung, "cover_name", digits=2)] == heard
    assert prompt(rung, "offer", ref=in_words(rung)) == rung.press(DIGITS)


def test_a_key_that_comes_long_after_is_nobodys(rung: Line) -> None:
    """The vendor never said that the leg ended, and posts a key of it when no ring can last so long: nothing is taken, nobody is rung."""
    ask(rung)
    key(rung, DIGITS)
    rung.clock.at += LONGEST_SECONDS
    assert (VoiceEnd(), "waiting") == (rung.press("1"), rung.callback().state)


def test_her_leg_is_nothing_to_another(rung: Line) -> None:
    """Her session with another counselor's number hears nothing, takes nothing, and does not end hers."""
    ask(rung)
    key(rung, DIGITS)
    for active, digits in ((True, None), (True, "1"), (False, None)):
        assert VoiceEnd() == rung.hotline.voice(leg("voice-1", OUMOU, active=active, digits=digits))
    assert isinstance(rung.press("1"), VoiceConnect)


@pytest.mark.parametrize("keyed", [(), (DIGITS,)], ids=["not yet", "after her digits"])
def test_who_is_removed_is_rung_and_told_no_more(rung: Line, keyed: tuple[str, ...]) -> None:
    """Before her phone rings it stays silent; on an open leg her keys take nothing."""
    rung.walk("5 5")
    if keyed:
        rung.work()
        key(rung, *keyed)
    rung.set_staff(AWA, active=False)
    rung.work()
    assert len(keyed) == len(rung.gateway.rung)
    assert not isinstance(rung.press("1"), VoiceConnect)
    assert "waiting" == rung.callback().state


def test_digits_that_are_set_in_mid_call_give_nobody_another_guess(rung: Line) -> None:
    """A slip before them counts for nothing after them, and for no less."""
    ask(rung)
    key(rung, "11")
    give_digits(rung, AWA, "58")
    rung.press("58")
    with rung.real_store.read() as tx:
        digits = tx.staff_rings.digits(rung.staff(AWA).id)
    assert digits is not None
    assert 0 == digits.wrong


def test_digits_that_come_before_anybody_picked_up_open_nothing(rung: Line) -> None:
    """Nor do they count as wrong ones."""
    ask(rung)
    assert [VoiceEnd()] * 2 == [rung.press(DIGITS), rung.press("99")]
    assert prompt(rung, "cover_name", digits=2) == rung.pick_up()
    assert prompt(rung, "offer", ref=in_words(rung)) == rung.press(DIGITS)


def test_a_hang_up_that_overtakes_the_vendors_answer_frees_her_phone(rung: Line) -> None:
    """She declined the call while the vendor was still answering the ring: she is on no phone, and the next call rings her at once."""
    rung.gateway.while_ringing = lambda: rung.hotline.voice(leg("voice-1", AWA, active=False, digits=None, token=rung.gateway.tokens[-1]))
    ask(rung)
    rung.gateway.while_ringing = None
    ask(rung, "4 1 1", "urgent", OTHER_CALLER)
    assert ([AWA, AWA], []) == (rung.gateway.rung, rung.inbox(AWA))


def test_no_deed_is_done_without_the_store(rung: Line) -> None:
    """The database is away for the moment of the press: the leg ends, and nobody is rung."""
    ask(rung)
    key(rung, DIGITS)
    rung.store.failing = "always"
    assert VoiceEnd() == rung.press("1")
    rung.store.failing = "never"
    assert "waiting" == rung.callback().state


def test_a_commit_whose_answer_was_lost_dials_once(rung: Line) -> None:
    """The press is asked again by the line itself, as on any leg."""
    ask(rung)
    key(rung, DIGITS)
    rung.store.failing = "after commit"
    rung.press("1")
    rung.store.failing = "never"
    assert 1 >= rung.callback().attempts
