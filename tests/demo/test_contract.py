"""The stand-in and the line's own gateway understand each other, in both directions."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from hotline.demo.standin.bridge import RingTiming
from hotline.demo.standin.network import Standin
from hotline.demo.standin.phones import CallView
from hotline.gateways.africastalking import AfricasTalkingGateway, VoiceNumbers, say
from hotline.gateways.africastalking_forms import Delivery, IncomingSms, Ussd, UssdEnd, VoiceForm, read
from hotline.ports.outgoing import GatewayRefused
from hotline.ports.voice import VoiceConnect, VoiceCover, VoiceEnd, VoicePrompt
from tests.demo.conftest import Make
from tests.demo.fakes import CALLER, COUNSELOR, COVER, KEY, SECRET, FakeLine, shows
from tests.fakes import AT

TOKEN = "0123456789abcdef0123456789abcdef"
NUMBERS = VoiceNumbers(COVER)


def form(fields: dict[str, str], kind: Any) -> Any:
    body = urlencode(fields).encode()
    return read({"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}, kind)


@pytest.fixture
def gateway(address: str) -> AfricasTalkingGateway:
    return AfricasTalkingGateway(replace(AT, api_key=KEY, secret=(SECRET,), base_url=address, sender="SANTE", cover_number=COVER))


def test_the_gateway_sends_and_rings(gateway: AfricasTalkingGateway, standin: Standin, line: FakeLine) -> None:
    """What the line's gateway hands over arrives, under the id that the report and the call will bear."""
    id = gateway.send_sms(COUNSELOR, "471")
    assert [(id, "SANTE", "471")] == [(m.id, m.sender, m.text) for m in standin.look(COUNSELOR).messages]
    report = form(line.heard("delivery"), Delivery)
    assert (id, "Success") == (report.id, report.status)

    session = gateway.ring(COUNSELOR, TOKEN)
    shows(standin, COUNSELOR, lambda p: p.call == CallView("ringing", COVER))
    standin.hang_up(COUNSELOR)
    ended = form(line.heard("voice"), VoiceForm)
    assert (session, "0", COUNSELOR, "Outbound") == (ended.session_id, ended.is_active, ended.caller_number, ended.direction)


def test_a_wrong_account_is_refused(address: str) -> None:
    """A 401 reaches the line as a refusal: nothing was sent."""
    thief = AfricasTalkingGateway(replace(AT, api_key=KEY + "x", secret=(SECRET,), base_url=address, sender="SANTE", cover_number=COVER))
    with pytest.raises(GatewayRefused, match="http_401"):
        thief.send_sms(COUNSELOR, "471")


def test_the_gateway_reads_what_phones_send(standin: Standin, line: FakeLine) -> None:
    """Hops, end notices and messages are forms that the gateway takes."""
    line.say("ussd", "CON Santé", "END Merci")
    standin.dial(CALLER, "*123*4#")
    shows(standin, CALLER, lambda p: p.screen is not None)
    standin.reply(CALLER, "1")
    standin.send_sms(COUNSELOR, "471 1")

    hops = [form(line.heard("ussd"), Ussd) for _ in range(2)]
    assert [("*123#", CALLER, "4"), ("*123#", CALLER, "4*1")] == [(h.service_code, h.phone_number, h.text) for h in hops]
    assert "Success" == form(line.heard("ussd/end"), UssdEnd).status
    message = form(line.heard("sms"), IncomingSms)
    assert (COUNSELOR, "471 1") == (message.sender, message.text)


def test_the_vendor_does_what_the_gateway_says(make: Make, line: FakeLine) -> None:
    """The gateway's XML for a prompt, a connection and an end is done as meant, up to the words for nobody there."""
    standin: Standin = make(timing=RingTiming(dial=0.05)).extensions["standin"]
    steps = VoicePrompt("Tapez 1.", "fr", ask=True), VoiceConnect(CALLER, "Personne ne répond.", "fr"), VoiceEnd()
    line.say("voice", *(say(step, NUMBERS) for step in steps))
    standin.take_call(COUNSELOR)
    shows(standin, COUNSELOR, lambda p: p.call is not None)
    standin.answer(COUNSELOR)
    shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.asked)
    standin.press(COUNSELOR, "1")

    over = shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.state == "over").call
    assert over is not None
    assert ("Tapez 1.", "Personne ne répond.") == over.said
    assert [("1", None), ("1", "1"), ("0", None)] == [
        (v.is_active, v.dtmf_digits) for v in (form(line.heard("voice"), VoiceForm) for _ in range(3))
    ]


COVERED = VoiceCover((VoicePrompt("Les vaccins sont gratuits.", "fr", ask=False), VoicePrompt("Boloci bɛ kɛ fu la.", "bm", ask=False)))
SAID = tuple(prompt.text for prompt in COVERED.prompts)


def test_the_cover_reaches_the_called_phone(gateway: AfricasTalkingGateway, standin: Standin, line: FakeLine) -> None:
    """She whose phone was called hears what the line says to anybody who rings its number, and then the call is over; the counselor's is too."""
    # The counselor's leg ends while the other one begins: which of the two posts first is open, and what answers an end is not read.
    line.say("voice", say(VoiceConnect(CALLER, "Personne.", "fr"), NUMBERS), say(COVERED, NUMBERS), say(COVERED, NUMBERS), "")
    session = gateway.ring(COUNSELOR, TOKEN)
    shows(standin, COUNSELOR, lambda p: p.call is not None)
    standin.answer(COUNSELOR)
    shows(standin, CALLER, lambda p: p.call is not None)
    standin.answer(CALLER)
    shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.state == "connected")

    gateway.cover(session)

    heard = shows(standin, CALLER, lambda p: p.call is not None and p.call.state == "over").call
    assert heard is not None
    assert SAID == heard.said
    over = shows(standin, COUNSELOR, lambda p: p.call is not None and p.call.state == "over").call
    assert over is not None
    assert () == over.said
    posts = [form(line.heard("voice"), VoiceForm) for _ in range(4)]
    inbound = [(post.is_active, post.caller_number) for post in posts if post.direction == "Inbound"]
    assert ([("1", CALLER), ("0", CALLER)], {session}) == (inbound, {post.session_id for post in posts if post.direction == "Outbound"})


def test_a_call_without_two_legs_is_not_put_through(gateway: AfricasTalkingGateway, standin: Standin, line: FakeLine) -> None:
    """The counselor's own phone still rings, or there is no such call: refused, and nothing happens."""
    session = gateway.ring(COUNSELOR, TOKEN)
    shows(standin, COUNSELOR, lambda p: p.call is not None)
    for name in (session, "ATVId_nobody"):
        with pytest.raises(GatewayRefused, match=r"^aborted$"):
            gateway.cover(name)
    assert line.heard_nothing("voice")


@pytest.mark.parametrize("dialed", [COVER, COVER[-8:]])
def test_who_rings_the_cover_number_back_hears_the_cover(standin: Standin, line: FakeLine, dialed: str) -> None:
    """After a missed call, from any phone."""
    line.say("voice", say(COVERED, NUMBERS), "")
    standin.dial(CALLER, dialed)
    heard = shows(standin, CALLER, lambda p: p.call is not None and p.call.state == "over").call
    assert heard is not None
    assert (COVER, SAID) == (heard.number, heard.said)
