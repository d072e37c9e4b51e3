"""Counselors without SMS replies: the line rings them, says nothing before their two digits, and keys do what a reply would."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.calls.staff_rings import RingDigits
from hotline.ports.voice import VoiceConnect, VoicePrompt, VoiceStep
from hotline.service.calls.by_ring import reach
from tests.service.line import AWA, CALLER, RULES, Line

DIGITS = "47"


def give_digits(line: Line, number: str, digits: str = DIGITS) -> None:
    staff = line.staff(number)
    with line.real_store.write() as tx:
        tx.staff_rings.save_digits(RingDigits(staff.id, reach.hashed(line.hotline.deps, staff.id, digits)))


@pytest.fixture
def rung(line: Line) -> Line:
    """The line rings, and Awa has two digits."""
    line.rule(replace(RULES, alerts="ring", staff_replies="none"))
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


def in_words(line: Line) -> str:
    return " ".join(said(line, f"digit.{digit}") for digit in line.callback().reference)


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
