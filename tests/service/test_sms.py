"""Callers by SMS: the same line key by key, STOP above all, and silence where somebody else may read."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.incoming import ReceivedSms
from hotline.ports.memory import MemoryAway
from hotline.ports.store import StoreAway
from hotline.service.conversation.sms import asks_to_stop, keys
from tests.service.line import AWA, CALLER, OTHER_CALLER, Line

WORDS = {"conseil": "5", "aide": "41", "stop": "stop", "kana wele": "stop"}


@pytest.fixture
def answering(line: Line) -> Line:
    """A network that drops what it cannot deliver at once: callers are answered."""
    line.rule(replace(line.rules, sms_replies=True))
    return line


@pytest.mark.parametrize(
    ("texts", "inputs"),
    [
        (("bonjour",), ()),
        (("5",), ("5",)),
        (("Conseil",), ("5",)),
        (("AIDE !",), ("4", "1")),
        (("5 5",), ("5", "5")),
        (("5*1*2",), ("5", "1", "2")),
        (("bonjour", "5", "5"), ("5", "5")),
        (("5", "6", "70 00 03 01", "5"), ("5", "6", "70 00 03 01", "5")),
        (("5", "what?"), ("5", "what?")),
        (("55",), ()),
        (("5", "55"), ("5", "55")),
    ],
)
def test_messages_as_keys(texts: tuple[str, ...], inputs: tuple[str, ...]) -> None:
    """Digits, several at once, words of the catalogue; the first message dials where it says nothing known."""
    assert inputs == keys(texts, WORDS)


@pytest.mark.parametrize(
    ("text", "stops"), [("STOP", True), ("stop svp", True), ("Kana wele!", True), ("stopper", False), ("ne stop pas", False), ("", False)]
)
def test_words_for_stop(text: str, *, stops: bool) -> None:
    """In any language, with anything after it."""
    assert stops == asks_to_stop(text, WORDS)


def test_a_callback_by_sms(line: Line) -> None:
    """Two messages ask for a call; nothing is sent to her phone unless the network can drop what is late."""
    line.text(CALLER, "5")
    line.text(CALLER, "5")
    line.work()
    assert ("waiting", CALLER) == (line.callback().state, line.number_of(line.callback()))
    assert (1, []) == (len(line.inbox(AWA)), line.inbox(CALLER))


def test_she_is_answered_where_that_is_allowed(answering: Line) -> None:
    """The same screens, as an SMS."""
    answering.text(CALLER, "bonjour")
    answering.work()
    edition = answering.words("sms")
    assert ["\n".join(edition.words["fr"]["line.first"].splitlines()[:1])] == [text.splitlines()[0] for text in answering.inbox(CALLER)]


def test_a_message_that_comes_again_is_not_heard_again(answering: Line) -> None:
    """The gateway retries for hours: one message, one key, one answer."""
    for _ in range(3):
        answering.text(CALLER, "5 5", id="a-message")
        answering.work()
    assert (1, 1) == (len(answering.callbacks()), len(answering.inbox(CALLER)))


def test_conversations_one_after_the_other(line: Line) -> None:
    """After its end the next message begins anew, and what it asks for is another request than the first one's."""
    line.text(CALLER, "5 1")
    line.text(CALLER, "9")
    line.clock.at += 60
    line.text(CALLER, "5 1")
    assert 2 == len(line.callbacks())


def test_what_is_kept_is_changed_by_no_later_message(line: Line) -> None:
    """Once it is kept the conversation is over: whoever holds the phone next begins at the first screen. One message may say all of it."""
    line.text(CALLER, "5 1")
    line.text(OTHER_CALLER, "5 1 1 2")
    line.text(CALLER, "1 2")
    line.text(CALLER, "7")
    assert [(None, "waiting"), ("milk", "waiting")] == [(callback.word, callback.state) for callback in line.callbacks()]


@pytest.mark.parametrize("age", [121, 7200])
def test_nothing_old_is_answered_or_entered(answering: Line, age: int) -> None:
    """The phone may be in other hands by now."""
    answering.text(CALLER, "5 5", age=age)
    answering.work()
    assert ([], [], {}) == (answering.callbacks(), answering.inbox(CALLER), answering.memory.inputs)


def test_a_message_without_a_date_counts_as_old(answering: Line) -> None:
    """Nobody knows when it was written."""
    answering.hotline.sms(ReceivedSms("fake", "m", CALLER, "5 5", None, ""))
    assert [] == answering.callbacks()


@pytest.mark.parametrize("text", ["STOP", "arrêt", "dabila", "jɔ"])
def test_stop_always_works(answering: Line, text: str) -> None:
    """However old, in either language, with Redis away, and without an answer on the screen of whoever holds the phone."""
    answering.walk("5 5")
    answering.memory.away = True
    answering.clock.at += 7300
    answering.text(CALLER, text, age=7200)
    answering.work()
    assert ("stopped", None, []) == (answering.callback().state, answering.number_of(answering.callback()), answering.inbox(CALLER))


def test_opting_out_is_stop(line: Line) -> None:
    """The vendor's own way of saying so."""
    line.walk("5 5")
    line.clock.at += 1
    line.hotline.opt_out(CALLER)
    assert "stopped" == line.callback().state


def test_what_could_not_be_kept_must_come_again(line: Line) -> None:
    """The gateway hears of it, and the message counts in full when it comes again."""
    line.store.failing = "always"
    line.spool.slots = 0
    for text in ("STOP", "5 5"):
        with pytest.raises(StoreAway):
            line.text(CALLER, text, id="a-message")
    line.spool.slots = 100
    line.store.failing = "never"
    line.clock.at += 3
    line.memory.away = True
    with pytest.raises(MemoryAway):
        line.text(CALLER, "5 5", id="a-message")
    line.memory.away = False
    line.text(CALLER, "5 5", id="a-message")
    assert "waiting" == line.callback().state


def test_stop_that_comes_again_stops_nothing_newer(line: Line) -> None:
    """The gateway repeats it an hour later; she has asked for a call since."""
    line.text(CALLER, "STOP", id="a-stop")
    line.clock.at += 60
    line.walk("5 5")
    line.text(CALLER, "STOP", id="a-stop", age=3600)
    assert "waiting" == line.callback().state
    line.text(CALLER, "STOP", id="another")
    assert "stopped" == line.callback().state


def test_a_spooled_stop_that_comes_again_stops_nothing_newer(line: Line) -> None:
    """It lay in the spool when she asked anew, and the gateway repeats it before the spool is drained."""
    line.store.failing = "always"
    with pytest.raises(StoreAway):
        line.text(CALLER, "STOP", id="a-stop")
    line.store.failing = "never"
    line.clock.at += 60
    line.walk("5 5")
    line.text(CALLER, "STOP", id="a-stop", age=60)
    line.wait(3)
    assert "waiting" == line.callback().state


def test_the_database_goes_away_in_the_middle(line: Line) -> None:
    """Heard, and then the order cannot be entered: the spool keeps it."""
    line.store.fails_when = lambda: bool(line.memory.inputs)
    line.text(CALLER, "5 5")
    line.store.fails_when = None
    line.wait(3)
    assert "waiting" == line.callback().state
