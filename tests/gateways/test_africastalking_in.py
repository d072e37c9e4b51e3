"""What Africa's Talking posts besides the hop, and what it gets: real bodies and expected answers."""

from __future__ import annotations

from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from hotline.config import ConfigError
from hotline.gateways.africastalking import VoiceNumbers, blueprint, say
from hotline.gateways.africastalking_forms import WebhookGuard
from hotline.gateways.sent_at import moment
from hotline.ports.memory import MemoryAway
from hotline.ports.store import StoreAway
from hotline.ports.voice import VoiceConnect, VoiceCover, VoiceEnd, VoicePrompt, VoiceUnreached
from tests.fakes import AT, SECRET, FakeHotline, FakeMeter, the_log

CALLER, COUNSELOR = "+22370000001", "+22370000101"

SMS = {
    "date": "2026-11-24 07:45:00",
    "from": CALLER,
    "id": "5b1f0c9e-9f3a-4d36-9b8e-0c8a5f2d7e11",
    "linkId": "SampleLinkId123",
    "text": "5 né & fatigué",
    "to": "36000",
    "networkCode": "61002",
    "cost": "None",
}
DELIVERY = {"id": "ATXid_b0b1", "status": "Success", "phoneNumber": COUNSELOR, "networkCode": "61002", "retryCount": "0"}
OPT_OUT = {"senderId": "SANTE", "phoneNumber": CALLER}
VOICE = {
    "isActive": "1",
    "sessionId": "ATVId_c0c1",
    "direction": "Outbound",
    "callerNumber": COUNSELOR,
    "destinationNumber": "+22370000900",
    "callSessionState": "Answered",
}
VOICE_OVER = VOICE | {
    "isActive": "0",
    "durationInSeconds": "60",
    "currencyCode": "XOF",
    "amount": "90.00",
    "callStartTime": "2026-11-24 07:45:00",
    "dialDestinationNumber": CALLER,
    "dialDurationInSeconds": "30",
    "dialStartTime": "2026-11-24 07:45:20",
    "status": "Success",
    "hangupCause": "NORMAL_CLEARING",
}
USSD_END = {
    "date": "2026-11-24 07:45:00",
    "sessionId": "ATUid_a0a1",
    "serviceCode": "*123#",
    "networkCode": "61002",
    "phoneNumber": CALLER,
    "status": "Incomplete",
    "cost": "XOF 2.0000",
    "durationInMillis": "9021",
    "hopsCount": "3",
    "input": "4*1",
    "lastAppResponse": "CON Si possible, sortez vers des gens.",
    "errorMessage": "",
}
GOOD = {"/sms": SMS, "/delivery": DELIVERY, "/optout": OPT_OUT, "/voice": VOICE, "/ussd/end": USSD_END}


class Line:
    """The gateway's views in an empty application, and what stands behind them."""

    def __init__(self, hotline: FakeHotline | None = None, at=AT) -> None:
        self.hotline = hotline or FakeHotline()
        self.meter = FakeMeter()
        self.guard = WebhookGuard(at)
        app = Flask("empty")
        app.register_blueprint(blueprint(self.hotline, at, self.guard, self.meter.ended))
        self.client = app.test_client()

    def post(self, path: str, form: dict[str, str] | str, secret: str = SECRET, **more):
        body = form if isinstance(form, str) else urlencode(form)
        return self.client.post(f"/at/{secret}{path}", data=body, content_type="application/x-www-form-urlencoded", **more)


@pytest.fixture
def logged():
    with the_log() as stream:
        yield stream


@pytest.mark.parametrize(
    ("path", "form", "calls"),
    [
        ("/sms", SMS, [("sms", "africastalking", SMS["id"], CALLER, "5 né & fatigué", 1795506300, "61002")]),
        ("/sms", {k: SMS[k] for k in ("from", "id", "text")}, [("sms", "africastalking", SMS["id"], CALLER, "5 né & fatigué", None, "")]),
        ("/sms", SMS | {"text": ""}, [("sms", "africastalking", SMS["id"], CALLER, "", 1795506300, "61002")]),
        *(
            ("/sms", SMS | {"from": wire}, [("sms", "africastalking", SMS["id"], CALLER, "5 né & fatigué", 1795506300, "61002")])
            for wire in (CALLER[1:], f"tel:{CALLER}")
        ),
        *(("/sms", SMS | {"from": sender}, [("unknown", "message")]) for sender in ("SANTE", "36123", "")),
        ("/ussd/end", USSD_END | {"status": "Lost"}, [("unknown", "end")]),
        ("/delivery", DELIVERY, [("delivery", "africastalking", "ATXid_b0b1", True)]),
        *(
            (
                "/delivery",
                DELIVERY | {"status": status, "failureReason": "UserNotReachable"},
                [("delivery", "africastalking", "ATXid_b0b1", False)],
            )
            for status in ("Rejected", "Failed", "AbsentSubscriber", "Expired")
        ),
        *(("/delivery", DELIVERY | {"status": status}, []) for status in ("Sent", "Submitted", "Buffered")),
        *(("/delivery", DELIVERY | {"status": status}, [("unknown", "report")]) for status in ("Vanished", "")),
        ("/optout", OPT_OUT, [("opt_out", CALLER)]),
        ("/voice", VOICE, [("voice", "ATVId_c0c1", COUNSELOR, True, None)]),
        ("/voice", VOICE | {"dtmfDigits": "1"}, [("voice", "ATVId_c0c1", COUNSELOR, True, "1")]),
        ("/voice", VOICE | {"clientRequestId": "a tag: é"}, [("voice", "ATVId_c0c1", COUNSELOR, True, None, "a tag: é")]),
        ("/voice", VOICE | {"dtmfDigits": ""}, [("voice", "ATVId_c0c1", COUNSELOR, True, None)]),
        ("/voice", VOICE_OVER, [("voice", "ATVId_c0c1", COUNSELOR, False, None)]),
        ("/voice", VOICE | {"direction": "Inbound", "callerNumber": CALLER}, [("cover",)]),
        ("/voice", VOICE_OVER | {"direction": "Inbound", "callerNumber": CALLER}, []),
        ("/ussd/end", USSD_END, []),
    ],
)
def test_each_message_becomes_one_call(path, form, calls):
    """Each body is taken with 200 and handed on once, with nothing more than the line needs; a state or a sender that is none is counted, and the
    vendor need not ask again."""
    line = Line()
    assert line.post(path, form).status_code == 200
    assert line.hotline.calls == calls


def test_the_end_of_a_session_is_only_counted(logged):
    """The end notice, which carries all that she typed and read, leaves a count and no line."""
    line = Line()
    assert line.post("/ussd/end", USSD_END).data == b""
    assert (line.meter.ends, logged.getvalue()) == (["Incomplete"], "")


SAID = '<?xml version="1.0" encoding="UTF-8"?>'


@pytest.mark.parametrize(
    ("step", "xml"),
    [
        (
            VoicePrompt("Tapez 1", "fr", ask=True),
            '<Response><GetDigits numDigits="1" timeout="15"><Say>Tapez 1</Say></GetDigits></Response>',
        ),
        (VoicePrompt("É < 1 & 2", "fr", ask=False), "<Response><Say>É &lt; 1 &amp; 2</Say></Response>"),
        (
            VoiceConnect(CALLER, 'Personne. "Fin"', "fr"),
            f'<Response><Dial phoneNumbers="{CALLER}" callerId="+22370000900" maxDuration="3600" /><Say>Personne. "Fin"</Say></Response>',
        ),
        (
            VoiceCover((VoicePrompt("Les vaccins", "fr", ask=False), VoicePrompt("Boloci", "bm", ask=False))),
            "<Response><Say>Les vaccins</Say><Say>Boloci</Say></Response>",
        ),
        (VoiceUnreached("Fini", "fr"), "<Response><Say>Fini</Say></Response>"),
        (VoiceEnd(), "<Response><Reject /></Response>"),
    ],
)
def test_voice_answers_in_the_vendor_s_xml(step, xml):
    """Each step is the action that the vendor knows for it, its words escaped."""
    answer = Line(FakeHotline(step=step)).post("/voice", VOICE)
    assert (answer.text, answer.mimetype) == (SAID + xml, "application/xml")


def test_a_phone_that_must_not_ring_sounds_like_one_that_is_off():
    """To the counselor it is the same call: the line's own phone that stays off is rung in its place, from the same number."""
    steps = VoiceUnreached("Fini", "fr"), VoiceConnect("+22370000909", "Fini", "fr")
    at = structs.replace(AT, off_number="+22370000909")
    unreached, off = (Line(FakeHotline(step=step), at=at).post("/voice", VOICE).text for step in steps)
    assert unreached == off


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"))))
def test_no_words_break_out_of_the_xml(words):
    """Whatever a catalogue says is spoken, and is never markup."""
    root = ET.fromstring(say(VoicePrompt(words, "fr", ask=False), VoiceNumbers("+22370000900")))  # noqa: S314 - our own
    assert [(child.tag, child.text or "") for child in root] == [("Say", words)]


def test_whoever_rings_the_cover_number_hears_the_same():
    """A husband who rings back, a counselor, a call that was put through: the line is asked for its cover and is not told who it is."""
    said = VoiceCover((VoicePrompt("Les vaccins", "fr", ask=False),))
    line = Line(FakeHotline(step=said))
    answers = {line.post("/voice", VOICE | {"direction": "Inbound", "callerNumber": number}).text for number in (CALLER, COUNSELOR)}
    assert ({SAID + "<Response><Say>Les vaccins</Say></Response>"}, [("cover",)] * 2) == (answers, line.hotline.calls)


REQUIRED = {"/sms": ("from", "id", "text"), "/delivery": ("id", "status"), "/optout": ("phoneNumber",), "/ussd/end": ("status",)}
REQUIRED["/voice"] = ("isActive", "sessionId", "callerNumber")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        *(
            (path, urlencode({k: v for k, v in GOOD[path].items() if k != name}), name)
            for path, names in REQUIRED.items()
            for name in names
        ),
        *((path, urlencode(GOOD[path]) + f"&{name}=x", name) for path, names in REQUIRED.items() for name in names),
        ("/sms", urlencode(SMS | {"id": ""}), "id"),
        ("/sms", urlencode(SMS | {"networkCode": "x" * 17}), "networkCode"),
        ("/sms", urlencode(SMS).replace("%C3%A9", "%E9"), "text"),
        ("/sms", urlencode(SMS | {"text": "x" * 8192}), "body"),
        ("/optout", urlencode(OPT_OUT | {"phoneNumber": "+0"}), "phoneNumber"),
        ("/voice", urlencode(VOICE | {"isActive": "yes"}), "isActive"),
        ("/voice", urlencode(VOICE | {"direction": "Sideways"}), "direction"),
        ("/voice", urlencode(VOICE | {"dtmfDigits": "one"}), "dtmfDigits"),
        ("/voice", urlencode(VOICE | {"callerNumber": "+223 70 00 01 01"}), "callerNumber"),
    ],
)
def test_names_the_field_at_fault_and_never_its_value(path, body, field, logged):
    """400 with the name alone; the line is not asked, nothing is logged."""
    line = Line()
    answer = line.post(path, body)
    assert (answer.status_code, answer.text) == (400, field)
    assert (line.hotline.calls, line.meter.ends, logged.getvalue()) == ([], [], "")


def test_the_secret_is_exchanged_while_the_line_runs(tmp_path):
    """Both open while the vendor is changed over, then the new one alone. A file that cannot be used changes nothing."""
    old, new, file = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210", tmp_path / "secret"
    line = Line(at=structs.replace(AT, secret=(old,), secret_file=str(file)))

    def opened(text: str, mode: int = 0o600) -> tuple[int, int]:
        file.write_text(text)
        file.chmod(mode)
        line.guard.refresh()
        return line.post("/optout", OPT_OUT, old).status_code, line.post("/optout", OPT_OUT, new).status_code

    assert opened(f"{old}\n") == (200, 404)
    assert opened(f"{new}, {old}\n") == (200, 200)
    assert opened(new) == (404, 200)
    for broken, mode in (("short", 0o600), ("", 0o600), (old, 0o644)):
        with pytest.raises(ConfigError, match=r"^HOTLINE_AT_SECRET_FILE: "):
            opened(broken, mode)
        assert line.post("/optout", OPT_OUT, new).status_code == 200


@pytest.mark.parametrize("failure", [StoreAway(), MemoryAway()])
@pytest.mark.parametrize("path", ["/sms", "/delivery", "/optout", "/voice"])
def test_what_could_not_be_kept_is_asked_for_again(path, failure):
    """503 until a store answers: the vendor then posts the same message again."""
    answer = Line(FakeHotline(failure=failure)).post(path, GOOD[path])
    assert (answer.status_code, answer.data) == (503, b"")


@pytest.mark.parametrize("path", ["/sms", "/delivery", "/optout", "/voice"])
def test_what_breaks_inside_is_a_5xx_that_tells_nothing(path, logged):
    """500, and a log line with neither the path with its secret nor what was posted."""
    line = Line(FakeHotline(failure=RuntimeError(f"{CALLER} {SECRET}")))
    assert line.post(path, GOOD[path]).status_code == 500
    assert '"error": "RuntimeError"' in logged.getvalue()
    for text in (SECRET, CALLER[1:], CALLER[4:], COUNSELOR[1:], "fatigu"):
        assert text not in logged.getvalue()


@pytest.mark.parametrize("path", GOOD)
def test_a_wrong_secret_or_address_meets_what_any_unknown_path_meets(path):
    """404, byte for byte that of a path which does not exist, by any method."""
    line, far = Line(), Line(at=structs.replace(AT, peers=("192.0.2.0/24",)))
    unknown = line.client.get("/nothing/here")
    expected = (404, unknown.data, unknown.headers.to_wsgi_list())
    wrong = [line.post(path, GOOD[path], secret=secret) for secret in (SECRET[:-1], SECRET + "x", "é", "x")]
    wrong += [line.client.open(f"/at/{secret}{path}", method=method) for method in ("GET", "PUT", "OPTIONS") for secret in (SECRET, "x")]
    wrong += [far.post(path, GOOD[path])]
    assert [(answer.status_code, answer.data, answer.headers.to_wsgi_list()) for answer in wrong] == [expected] * len(wrong)
    assert (line.hotline.calls, far.hotline.calls) == ([], [])


@pytest.mark.parametrize("path", GOOD)
def test_a_listed_address_is_answered(path):
    """The list of networks lets its own in."""
    line = Line(at=structs.replace(AT, peers=("192.0.2.0/24",)))
    assert line.post(path, GOOD[path], environ_overrides={"REMOTE_ADDR": "192.0.2.9"}).status_code == 200


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("2026-11-24 07:45:00", 1795506300),
        ("2026-11-24T07:45:00", 1795506300),
        ("2026-11-24T07:45:00Z", 1795506300),
        ("2026-11-24T10:45:00+03:00", 1795506300),
        ("2026-11-24 07:45:00.123", 1795506300),
        ("Tue, 24 Nov 2026 07:45:00 +0000", 1795506300),
        ("Tue, 24 Nov 2026 07:45:00 -0000", 1795506300),
        ("", None),
        ("yesterday", None),
        ("2026-13-24 07:45:00", None),
        ("24/11/2026 07:45", None),
        ("2026-11-24 07:45", None),
        ("2026-11-24", None),
        ("1 Jan 99999999999999999999 00:00:00", None),
        (f"Mon, 01 Jan 2026 00:00:00 +{'9' * 400}", None),
    ],
)
def test_knows_when_a_message_was_sent(date, at):
    """Each format that was seen, read as UTC without a zone; anything else is no time at all."""
    assert moment(date) == at


@given(st.text())
def test_no_date_whatever_raises(date):
    """A message is never lost to its date."""
    assert moment(date) is None or isinstance(moment(date), int)


@given(
    st.sampled_from(list(GOOD)),
    st.one_of(
        st.binary(max_size=120),
        st.dictionaries(st.sampled_from(sorted({k for form in GOOD.values() for k in form})), st.text(max_size=20)).map(
            lambda form: urlencode(form, errors="replace").encode()
        ),
    ),
)
def test_no_body_whatever_gets_anything_but_200_or_a_field(path, body):
    """200, or 400 with one of the form's own names."""
    answer = Line().client.post(f"/at/{SECRET}{path}", data=body)
    assert answer.status_code == 200 or (
        answer.status_code == 400 and answer.text in {*GOOD[path], "direction", "dtmfDigits", "networkCode", "date", "body"}
    )
