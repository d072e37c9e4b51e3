"""What someone who wishes her ill could try with the line: each attack, and that it gets nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.ports.voice import VoiceConnect, VoiceEnd, VoicePrompt, VoiceUnreached
from hotline.service.calls import agreements, connecting, decisions, saying, taking
from hotline.service.desk.board import board
from hotline.service.desk.callback_view import look
from hotline.service.editions.cache import EditionCache
from tests.service.line import AWA, CALLER, FANTA, NANA, OTHER_CALLER, OTHER_PHONE, OUMOU, Line, leg, staffed

STRANGER = "+22370000050"
HERS = CALLER.removeprefix("+223")


def unreached(line: Line) -> VoiceUnreached:
    return VoiceUnreached(line.words("voice").phrase("voice.none", "fr"), "fr")


def present(line: Line) -> None:
    for number in (AWA, NANA):
        line.set_staff(number, seen_at=line.clock.now())


@pytest.mark.parametrize("keys", ["4 1 1", "5 5"])
@pytest.mark.parametrize("taken", [False, True])
def test_a_phone_does_not_tell_that_it_asked_before(line: Line, keys: str, *, taken: bool) -> None:
    """Whoever holds it now sees the same, whether or not she asked, and whether or not a counselor has taken it."""
    first = line.walk(keys, "session-1")
    line.work()
    if taken:
        line.take()
    assert line.walk(keys, "session-2") == first
    line.clock.at += 1
    line.walk("5 7", "session-3")
    line.clock.at += 1
    assert line.walk(keys, "session-4").key == first.key


def test_a_stranger_takes_nothing_from_her_day(line: Line) -> None:
    """However often others ask for her phone to be rung, it is rung once a day for them, and her own request is offered at once."""
    for n in range(4):
        present(line)
        line.walk(f"5 6 {HERS} 5", f"session-{n}", f"+2237000005{n}")
        line.work()
        line.take()
        line.pick_up()
        line.press()
        line.hang_up()
        line.text(AWA, "2")
        line.clock.at += 3600
        line.hotline.tick()
    assert sum(callback.attempts for callback in line.callbacks()) == 1
    present(line)
    line.inbox(AWA)
    assert line.walk("4 1 1", "hers").key == "danger.kept"
    line.work()
    assert len(line.inbox(AWA)) == 1


def test_after_a_stop_strangers_cannot_have_it_rung(line: Line) -> None:
    """Two keys on her phone silence for a day what others ask for, and nobody is told."""
    line.walk("5 7", "hers")
    line.clock.at += 3600
    present(line)
    screen = line.walk(f"5 6 {HERS} 5", "session-1", STRANGER)
    assert (screen.key, line.callback().state, line.number_of(line.callback())) == ("callback.kept_other_now", "waiting", None)
    line.work()
    assert line.ring() == unreached(line)


def test_one_phone_cannot_have_the_town_rung(line: Line) -> None:
    """Two other phones a day; whoever asks for more sees the same screen, and nobody is rung for it before a supervisor decided."""
    screens = {line.walk(f"5 6 700003{n:02} 5", f"session-{n}", STRANGER).key for n in range(5)}
    assert screens == {"callback.kept_other_now"}
    assert [callback.state for callback in line.callbacks()] == ["waiting", "waiting", "review", "review", "review"]


def test_requests_for_other_phones_take_nobody_s_turn(line: Line) -> None:
    """Made by the dozen they neither hide a part of the day from others nor stand before urgent help."""
    before = line.walk("5", "before", OTHER_CALLER)
    for n in range(40):
        line.dial(f"5 6 700003{n:02} 3", f"session-{n}", f"+2237000100{n:02}"[:12])
    assert line.walk("5", "after", OTHER_CALLER) == before
    assert line.walk("4 1 1", "urgent", OTHER_CALLER).key == "danger.kept"


def test_a_stranger_s_word_is_not_asked_of_her(line: Line) -> None:
    """She chose none: the counselor is not told of one, and hers is rung apart from what others asked for. Somebody else answered: for them it rings no more."""
    line.walk("5 5", "hers")
    line.walk(f"5 6 {HERS} 5 1 2", "session-2", STRANGER)
    line.work()
    line.text(AWA, f"{line.callbacks()[0].reference} 1")
    line.work()
    step = line.pick_up()
    assert isinstance(step, VoicePrompt)
    assert step.text == line.words("voice").phrase("voice.answer", "fr")
    line.press()
    line.hang_up()
    line.text(AWA, f"{line.callbacks()[0].reference} 5")
    assert [(callback.state, line.number_of(callback)) for callback in line.callbacks()] == [("review", CALLER), ("waiting", None)]


def test_a_wrong_word_on_a_stranger_s_request_takes_nothing_from_hers(line: Line) -> None:
    """It says nothing about whose hands her phone is in."""
    line.walk(f"5 6 {HERS} 5", "session-1", STRANGER)
    line.walk("5 3", "hers")
    line.work()
    line.take()
    line.pick_up()
    line.press()
    line.hang_up()
    line.text(AWA, "5")
    assert [callback.state for callback in line.callbacks()] == ["review", "waiting"]


def test_her_phone_is_not_rung_by_two_at_once(line: Line) -> None:
    """While a counselor holds hers, a stranger's request reaches nobody; hers is rung as if there were none."""
    line.set_staff(OUMOU, seen_at=line.clock.now())
    line.walk("5 5", "hers")
    line.work()
    line.take()
    line.pick_up()
    line.walk(f"5 6 {HERS} 5", "session-1", STRANGER)
    line.work()
    line.take(OUMOU)
    assert isinstance(line.hotline.voice(leg("voice-2", OUMOU, active=True, digits=None)), VoicePrompt)
    assert line.hotline.voice(leg("voice-2", OUMOU, active=True, digits="1")) == unreached(line)
    assert isinstance(line.hotline.voice(leg("voice-1", AWA, active=True, digits="1")), VoiceConnect)


def test_a_key_without_the_greeting_rings_nobody(line: Line) -> None:
    """Who knows the webhook and the counselor's number still gets no number out of it."""
    line.walk("5 5")
    line.work()
    line.take()
    assert line.hotline.voice(leg("made-up", AWA, active=True, digits="1")) == VoiceEnd()
    assert isinstance(line.pick_up(), VoicePrompt)
    assert line.hotline.voice(leg("made-up", AWA, active=True, digits="1")) == VoiceEnd()
    assert isinstance(line.press(), VoiceConnect)


def test_numbers_abroad_are_not_rung(line: Line) -> None:
    """A message can pretend to come from anywhere, and some numbers cost a fortune."""
    assert line.walk("5 5", number="+88216000001").key == "callback.lost"
    assert line.callbacks() == []


def test_a_promise_is_only_made_where_it_is_written(line: Line) -> None:
    """The database can be read and not written: kept in the spool, and she is told to count on nothing."""
    line.store.failing = "at commit"
    assert line.walk("4 1 1").key == "danger.kept_unsure"
    line.store.failing = "never"
    line.wait(3)
    assert line.callback().state == "waiting"


def test_a_counselor_of_two_languages_is_there_for_both(line: Line) -> None:
    """What waits in French takes nothing from who reads Bambara: both are kept."""
    line.set_staff(NANA, active=False)
    line.set_staff(AWA, speaks=("fr", "bm"))
    assert line.walk("5 5", "session-1").key == "callback.kept_now"
    assert line.walk("6 5 5", "session-2", OTHER_CALLER).key == "callback.kept_now"


def test_a_word_by_sms_begins_anew(line: Line) -> None:
    """She read about something else before; now she needs help, and her word is not lost in the old conversation."""
    line.text(CALLER, "grossesse")
    line.text(CALLER, "1")
    line.text(CALLER, "aide")
    line.text(CALLER, "1")
    assert line.callback().urgent


# a phone that stopped, or that is being served, looks to others like any other phone

OTHER = OTHER_PHONE.removeprefix("+223")


@pytest.fixture
def lines(empty_database: Path, tmp_path: Path, editions: EditionCache) -> Iterator[tuple[Line, Line]]:
    """Two lines alike."""
    with staffed(empty_database, tmp_path / "one.db", editions) as one, staffed(empty_database, tmp_path / "two.db", editions) as two:
        for line in (one, two):
            line.set_staff(OUMOU, seen_at=line.clock.now())
        yield one, two


def shown(line: Line) -> list[object]:
    """All that the staff sees, and is told, and what lies in the table of callbacks, but for what was asked for on the phones themselves."""
    line.work()
    at, numbers = line.clock.now(), (AWA, OUMOU, NANA, FANTA)
    strangers = [callback for callback in line.callbacks() if callback.other_phone]
    boards = [board(line.hotline.deps, line.staff(number), at) for number in numbers]
    pages = [look(line.hotline.deps, line.staff(number), callback.id, at) for number in numbers for callback in strangers]
    with line.real_store.read() as tx:
        cases = [decisions.case(line.hotline.deps, review.id, at) for callback in strangers for review in tx.reviews.of(callback.id)]
    return [strangers, boards, pages, cases, [line.inbox(number) for number in numbers], line.posts()]


def nameless(line: Line, seen: list[object]) -> str:
    """The same with each callback's id and reference by the order in which they were asked for."""
    said = repr(seen)
    for number, callback in enumerate(line.callbacks()):
        said = re.sub(rf"\b{callback.reference}\b", f"reference-{number}", said.replace(callback.id, f"callback-{number}"))
    return said


STOP_AT = ("before", "waiting", "taken", "rung", "said")


@pytest.mark.parametrize("stops", STOP_AT)
@pytest.mark.parametrize("keys", ["5", "5 1 2"])
def test_a_phone_that_stopped_looks_like_one_that_is_off(lines: tuple[Line, Line], stops: str, keys: str) -> None:
    """Whenever it was: the asker has the same screens, the staff the same cards, texts, states and ends. On one of two lines it stops, on the other
    it is off."""

    def play(line: Line, *, stopped: bool) -> Iterator[object]:
        def moment(name: str) -> Iterator[object]:
            line.clock.at += 20
            if stopped and stops == name:
                line.walk("5 7", "hers")
            yield shown(line)

        yield from moment("before")
        yield line.walk(f"5 6 {HERS} {keys}", "session-1", STRANGER)
        yield from moment("waiting")
        yield line.walk(f"5 6 {HERS} {keys} 1 3" if keys == "5" else f"5 6 {HERS} {keys}", "session-1", STRANGER)
        callback = line.callback()
        yield line.act(OUMOU, taking.take, callback.id)
        yield from moment("taken")
        yield line.act(OUMOU, connecting.connect, callback.id, origin="connect")
        line.work()
        yield line.pick_up(OUMOU)
        step = line.press("1", OUMOU)
        assert isinstance(step, VoiceConnect if not stopped or stops in ("rung", "said") else VoiceUnreached)
        yield from moment("rung")
        line.hang_up(OUMOU)
        yield line.walk(f"5 6 {HERS} {keys} 7", "session-1", STRANGER)
        yield line.act(OUMOU, saying.say_outcome, callback.id, "unreachable" if stops != "said" else "spoke")
        yield from moment("said")
        wish = agreements.Wish(1, 480, 720, None, agreed=True)
        yield line.act(OUMOU, agreements.agree_next, callback.id, wish, origin="agree")
        yield from moment("agreed")
        yield line.walk(f"5 6 {HERS} 5", "session-2", "+22370000051")
        yield shown(line)
        line.wait(2 * 86_400)
        yield shown(line)

    one, two = lines
    assert list(play(one, stopped=True)) == list(play(two, stopped=False))


def test_a_phone_that_is_served_looks_like_any_other(lines: tuple[Line, Line]) -> None:
    """On one line a counselor has her request while somebody asks for her phone, on the other for another one."""

    def play(line: Line, asked_for: str) -> Iterator[object]:
        line.walk("5 5", "hers")
        line.work()
        line.take()
        line.pick_up()
        line.clock.at += 5
        yield line.walk(f"5 6 {asked_for} 5", "session-1", STRANGER)
        yield shown(line)
        yield line.walk(f"5 6 {asked_for} 5 1 2", "session-1", STRANGER)
        callback = line.callbacks()[-1]
        line.press()
        yield shown(line)
        yield line.act(OUMOU, taking.take, callback.id)
        yield line.act(OUMOU, connecting.connect, callback.id, origin="connect")
        line.work()
        yield line.pick_up(OUMOU)
        assert isinstance(line.press("1", OUMOU), VoiceUnreached if asked_for == HERS else VoiceConnect)
        yield shown(line)
        line.hang_up(OUMOU)
        yield line.act(OUMOU, saying.say_outcome, callback.id, "unreachable")
        line.text(AWA, "4")
        yield shown(line)
        yield line.walk(f"5 6 {asked_for} 3", "session-2", "+22370000051")
        line.clock.at += 5 * 3600
        line.hotline.tick()
        yield shown(line)

    one, two = lines
    # What is asked for gets its id of the keys that led there, the phone's own among them: by chance for whoever has no key.
    assert nameless(one, list(play(one, HERS))) == nameless(two, list(play(two, OTHER)))


def test_a_number_that_must_not_be_rung_is_not_shown(line: Line) -> None:
    """Where numbers are shown on the page nothing can be pretended: it says that nobody rings now, and keeps the number to itself."""
    line.rule(replace(line.rules, calling="reveal"))
    line.walk(f"5 6 {HERS} 5", "session-1", STRANGER)
    line.act(AWA, taking.take, line.callback().id)
    line.walk("5 7", "hers")
    assert line.act(AWA, connecting.reveal, line.callback().id, origin="form").code == "busy"
    page = look(line.hotline.deps, line.staff(AWA), line.callback().id, line.clock.now())
    assert (page and page.number, line.callback().attempts) == (None, 0)
