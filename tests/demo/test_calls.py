"""The bridge through the stand-in: the SDK places the call, a line says what to do, people press keys."""

from __future__ import annotations

import pytest
from africastalking.Voice import VoiceService
from flask import Flask

from hotline.demo.standin.bridge import RingTiming
from hotline.demo.standin.network import Standin
from hotline.demo.standin.phones import CallView
from tests.demo.conftest import Make
from tests.demo.fakes import CALLER, COUNSELOR, COVER, FakeLine, shows

ASK = '<?xml version="1.0" encoding="UTF-8"?><Response><GetDigits numDigits="1" timeout="5"><Say>Tapez 1.</Say></GetDigits></Response>'
CONNECT = f'<Response><Say>Le mot: eau.</Say><Dial phoneNumbers="{CALLER}" callerId="{COVER}" sequential="true"/><Say>Personne ne répond.</Say></Response>'
ALWAYS = {"isActive", "sessionId", "direction", "callerNumber", "destinationNumber", "callerCountryCode", "callStartTime"}


def place(voice: VoiceService) -> str:
    answer = voice.call(COVER, [COUNSELOR])
    entry = answer["entries"][0]
    assert ("None", "Queued", COUNSELOR) == (answer["errorMessage"], entry["status"], entry["phoneNumber"])
    return str(entry["sessionId"])


def test_a_whole_bridge(voice: VoiceService, standin: Standin, line: FakeLine) -> None:
    """Ring, answer, a digit, ring the caller from the cover number, connected, hung up; every post has the vendor's fields."""
    line.say("voice", ASK, CONNECT, "")
    session = place(voice)

    shows(standin, COUNSELOR, lambda p: p.call == CallView("ringing", COVER))
    assert standin.answer(COUNSELOR)
    first = line.heard("voice")
    assert set(first) == ALWAYS
    assert ("1", session, "Outbound", COUNSELOR, COVER) == tuple(
        first[k] for k in ("isActive", "sessionId", "direction", "callerNumber", "destinationNumber")
    )

    asked = shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.asked)
    assert asked.call is not None
    assert ("Tapez 1.",) == asked.call.said
    assert standin.press(COUNSELOR, "1")
    second = line.heard("voice")
    assert (ALWAYS | {"dtmfDigits"}, "1") == (set(second), second["dtmfDigits"])

    shows(standin, CALLER, lambda p: p.call == CallView("ringing", COVER))
    assert standin.answer(CALLER)
    for phone in (CALLER, COUNSELOR):
        connected = shows(standin, phone, lambda p: p.call is not None and p.call.state == "connected").call
        assert connected is not None
        assert COVER == connected.number

    standin.hang_up(CALLER)
    over = shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.state == "over").call
    assert over is not None
    assert ("Tapez 1.", "Le mot: eau.") == over.said
    assert standin.look(CALLER).call is None
    last = line.heard("voice")
    extra = {"durationInSeconds", "currencyCode", "amount", "callSessionState", "status", "hangupCause"}
    dialed = {"dialDestinationNumber", "dialDurationInSeconds", "dialStartTime"}
    assert ALWAYS | extra | dialed == set(last)
    assert ("0", session, "NORMAL_CLEARING", CALLER) == tuple(
        last[k] for k in ("isActive", "sessionId", "hangupCause", "dialDestinationNumber")
    )


def test_what_follows_a_dial_runs_where_nobody_answers(make: Make, line: FakeLine) -> None:
    """The dialled phone rings for its time alone; then the counselor hears what comes after, and the call ends."""
    standin: Standin = make(timing=RingTiming(dial=0.05)).extensions["standin"]
    line.say("voice", CONNECT, "")
    standin.take_call(COUNSELOR)
    shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.state == "ringing")
    standin.answer(COUNSELOR)

    over = shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.state == "over").call
    assert over is not None
    assert ("Le mot: eau.", "Personne ne répond.") == over.said
    assert standin.look(CALLER).call is None
    line.heard("voice")
    last = line.heard("voice")
    assert ("0", "0") == (last["isActive"], last["dialDurationInSeconds"])


def test_a_caller_who_refuses_is_rung_no_longer(voice: VoiceService, standin: Standin, line: FakeLine) -> None:
    """The red key on a ringing phone is as good as nobody there."""
    line.say("voice", CONNECT, "")
    place(voice)
    shows(standin, COUNSELOR, lambda p: p.call is not None)
    standin.answer(COUNSELOR)
    shows(standin, CALLER, lambda p: p.call is not None)

    standin.hang_up(CALLER)

    over = shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.state == "over").call
    assert over is not None
    assert "Personne ne répond." == over.said[-1]
    assert standin.look(CALLER).call is None


def test_a_counselor_who_leaves_stops_the_ringing(voice: VoiceService, standin: Standin, line: FakeLine) -> None:
    """When the counselor hangs up before the caller has answered, the caller's phone falls silent at once."""
    line.say("voice", CONNECT, "")
    place(voice)
    shows(standin, COUNSELOR, lambda p: p.call is not None)
    standin.answer(COUNSELOR)
    shows(standin, CALLER, lambda p: p.call is not None)

    standin.hang_up(COUNSELOR)

    shows(standin, CALLER, lambda p: p.call is None)
    line.heard("voice")
    assert "ORIGINATOR_CANCEL" == line.heard("voice")["hangupCause"]


@pytest.mark.parametrize(("ring", "rejects", "cause"), [(0.05, False, "NO_ANSWER"), (60.0, True, "CALL_REJECTED")])
def test_a_counselor_who_does_not_answer(make: Make, line: FakeLine, ring: float, rejects: bool, cause: str) -> None:
    """The line is told once, that it is over and why, and is never asked what to do."""
    standin: Standin = make(timing=RingTiming(ring=ring)).extensions["standin"]
    standin.take_call(COUNSELOR)
    shows(standin, COUNSELOR, lambda p: p.version > 0)
    if rejects:
        standin.hang_up(COUNSELOR)

    heard = line.heard("voice")
    assert ("0", cause, "Aborted") == (heard["isActive"], heard["hangupCause"], heard["status"])


def test_no_digit_leads_on(make: Make, line: FakeLine) -> None:
    """Where no digit comes in time, what follows the question is done and nothing is posted as typed."""
    standin: Standin = make().extensions["standin"]
    line.say("voice", '<Response><GetDigits timeout="0"><Say>Tapez 1.</Say></GetDigits><Say>Au revoir.</Say></Response>', "")
    standin.take_call(COUNSELOR)
    shows(standin, COUNSELOR, lambda p: p.call is not None)
    standin.answer(COUNSELOR)

    over = shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.state == "over").call
    assert over is not None
    assert ("Tapez 1.", "Au revoir.") == over.said


def test_a_phone_in_a_call_is_busy(standin: Standin, line: FakeLine) -> None:
    """A second call to the same phone does not ring it and ends as busy."""
    standin.take_call(COUNSELOR)
    shows(standin, COUNSELOR, lambda p: p.call is not None)

    standin.take_call(COUNSELOR)

    assert "USER_BUSY" == line.heard("voice")["hangupCause"]
    assert CallView("ringing", COVER) == standin.look(COUNSELOR).call


@pytest.mark.parametrize("answer", ["<Response><Enqueue/></Response>", "no XML", '<Response><GetDigits numDigits="x"/></Response>'])
def test_an_answer_that_the_vendor_would_not_understand_ends_the_call(make: Make, line: FakeLine, answer: str) -> None:
    """A broken voice answer hangs up, and the line hears of it."""
    standin: Standin = make().extensions["standin"]
    line.say("voice", answer)
    standin.take_call(COUNSELOR)
    shows(standin, COUNSELOR, lambda p: p.call is not None)
    standin.answer(COUNSELOR)

    line.heard("voice")
    assert "UNSPECIFIED" == line.heard("voice")["hangupCause"]


def test_another_callers_number_is_refused(app: Flask, voice: VoiceService) -> None:
    """Nobody rings from a number that is not the account's."""
    assert {"entries": [], "errorMessage": "Invalid callerId"} == voice.call(CALLER, [COUNSELOR])
