"""The USSD hop: what Africa's Talking posts, and what it gets, whatever is posted and whatever breaks."""

from __future__ import annotations

import io
import json
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from werkzeug.test import Client, TestResponse

from hotline.engine.effects import Screen
from hotline.gateways.africastalking_forms import WebhookGuard
from hotline.ports.store import StoreAway
from hotline.ports.ussd import UssdHop
from hotline.webhook import DIALS_A_MINUTE, MOST_NUMBERS, Dials, Hop
from tests.fakes import AT, SECRET, FakeDoor, FakeHasher, FakeHotline, FakeMeter, FakeTime, the_log

PATH = f"/at/{SECRET}/ussd"
NUMBER = "+22370000001"
BROKEN = "Un instant, refaites le numéro. / Aw ye segin ka wele.".encode()
FIELDS = {"sessionId": "ATUid_0123456789abcdef", "serviceCode": "*123#", "phoneNumber": NUMBER, "text": "", "networkCode": "61002"}
BODY = urlencode(FIELDS)


class Line:
    """The hop in front of an empty Flask application, and what stands behind it."""

    def __init__(self, hotline: FakeHotline | None = None, at=AT, doors=()) -> None:
        self.hotline = hotline or FakeHotline()
        self.meter = FakeMeter()
        self.time = FakeTime()
        app = Flask("empty")
        self.hop = Hop(
            app.wsgi_app,
            self.hotline,
            [WebhookGuard(at), *doors],
            meter=self.meter,
            hasher=FakeHasher(),
            broken=BROKEN.decode,
            seconds=self.time,
        )
        self.client = Client(self.hop)

    def post(self, body: str | bytes = BODY, path: str = PATH, **more) -> TestResponse:
        return self.client.post(path, data=body, content_type="application/x-www-form-urlencoded", **more)


@pytest.mark.parametrize("memory", ["last", "echoed"])
def test_each_vendor_is_answered_in_its_own_words(memory):
    """A request goes to the vendor whose it is; what the wire brings is asked, and the answer is that vendor's, what comes back with the next hop in it."""
    line = Line(doors=[FakeDoor(memory=memory)])
    answer = line.client.get("/fake?session=s-1&number=%2B22370000001&last=4*1")
    assert line.hotline.calls == [("hop", "fake", UssdHop("s-1", NUMBER, last="4*1"))]
    said = {"session": "s-1", "text": "Santé et famille\n1 Bébé\n9 Fin", "ends": False, "state": "a-state" if memory == "echoed" else ""}
    assert (answer.json, answer.headers["Cache-Control"], line.meter.hops) == (said, "no-store", ["screen"])
    assert line.post().data[:4] == b"CON "


def test_an_end_notice_is_no_hop():
    """It is answered in the vendor's way, counted, and asks for no screen."""
    line = Line(doors=[FakeDoor()])
    answer = line.client.get("/fake?session=s-1&over=1")
    assert (answer.status_code, answer.data) == (202, b"over s-1")
    assert (line.hotline.calls, line.meter.hops, line.meter.ends) == ([("over", "fake", "last", "s-1")], [], ["Incomplete"])


def test_whoever_only_asks_whether_the_line_is_there_gets_what_its_door_says():
    """No session is asked for, nothing is counted."""
    line = Line(doors=[FakeDoor()])
    assert (line.client.get("/fake?session=s-1&ping=1").data, line.hotline.calls, line.meter.hops) == (b"here", [], [])


def test_a_faulty_field_and_a_failure_are_told_in_the_vendors_way():
    """So that it shows the caller calm words, and no fault of its own."""
    line = Line(FakeHotline(failure=RuntimeError()), doors=[FakeDoor()])
    assert (line.client.get("/fake?session=s-1").data, line.client.get("/fake").status_code) == (b"s-1 " + BROKEN, 422)
    assert line.meter.hops == ["broken", "refused"]


@pytest.fixture
def logged():
    with the_log() as stream:
        yield stream


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("", ()),
        ("4", ("4",)),
        ("4*1*1", ("4", "1", "1")),
        ("1*", ("1", "")),
        ("6*Bamako Coura*é", ("6", "Bamako Coura", "é")),
        ("*".join("8" * 60), ("8",) * 60),
    ],
)
def test_hands_over_all_inputs_since_the_first(text, inputs):
    """The engine gets the list of inputs as they were typed, and the session, number and network that they came with."""
    line = Line()
    line.post(urlencode(FIELDS | {"text": text}))
    hop = UssdHop(FIELDS["sessionId"], NUMBER, inputs, first=not inputs, network="61002")
    assert line.hotline.calls == [("hop", "africastalking", hop)]


def test_hundreds_of_stars_cost_no_more_than_one_input_too_many():
    """However long the text, the engine sees at most 61 inputs, which is past its bound."""
    line = Line()
    assert line.post(urlencode(FIELDS | {"text": "*" * 2000})).status_code == 200
    assert len(line.hotline.calls[0][2].inputs) == 61


def test_network_code_is_optional():
    """A gateway that does not know the network is answered all the same."""
    line = Line()
    assert line.post(urlencode({k: v for k, v in FIELDS.items() if k != "networkCode"})).status_code == 200
    assert line.hotline.calls[0][2].network == ""


def test_ignores_fields_it_does_not_know():
    """A field that the vendor adds tomorrow breaks nothing."""
    assert Line().post(BODY + "&operator=Z").status_code == 200


@pytest.mark.parametrize(
    ("ends", "stored", "body", "kind"),
    [
        (False, False, "CON Santé\n1 Eau", "screen"),
        (True, False, "END Santé\n1 Eau", "end"),
        (False, True, "CON Santé\n1 Eau", "order"),
        (True, True, "END Santé\n1 Eau", "order"),
    ],
)
def test_answers_as_the_vendor_expects(ends, stored, body, kind):
    """200, text/plain, CON or END, nothing cached, the right length, and counted by kind."""
    line = Line(FakeHotline(screen=Screen(edition=1, key="a.b", text="Santé\n1 Eau", ends=ends), stored=stored))
    answer = line.post()
    assert (answer.status_code, answer.text) == (200, body)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Length"] == str(len(body.encode()))
    assert line.meter.hops == [kind]


def swapped(name: str, value: str) -> str:
    """The good body with one field's encoded value replaced."""
    return "&".join(f"{k}={value}" if k == name else urlencode({k: v}) for k, v in FIELDS.items())


def without(name: str) -> str:
    return urlencode({k: v for k, v in FIELDS.items() if k != name})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (without("sessionId"), "sessionId"),
        (without("serviceCode"), "serviceCode"),
        (without("phoneNumber"), "phoneNumber"),
        (without("text"), "text"),
        ("", "sessionId"),
        *((f"{BODY}&{name}=x", name) for name in FIELDS),
        (f"{BODY}&other=1&other=2", "body"),
        (swapped("sessionId", ""), "sessionId"),
        (swapped("sessionId", "a+b"), "sessionId"),
        (swapped("sessionId", "a%0A"), "sessionId"),
        (swapped("sessionId", "x" * 129), "sessionId"),
        (swapped("serviceCode", "%2A999%23"), "serviceCode"),
        (swapped("serviceCode", ""), "serviceCode"),
        (swapped("serviceCode", "x" * 33), "serviceCode"),
        (swapped("phoneNumber", ""), "phoneNumber"),
        (swapped("phoneNumber", "22370000001"), "phoneNumber"),
        (swapped("phoneNumber", "+22370000001"), "phoneNumber"),
        (swapped("phoneNumber", "%2B02370000001"), "phoneNumber"),
        (swapped("phoneNumber", "%2B223700"), "phoneNumber"),
        (swapped("phoneNumber", "%2B2237000000100000"), "phoneNumber"),
        (swapped("phoneNumber", "%2B22370000001%0A"), "phoneNumber"),
        (swapped("phoneNumber", "%2B2237000000%D9%A1"), "phoneNumber"),
        (swapped("networkCode", "x" * 17), "networkCode"),
        (swapped("text", "%"), "text"),
        (swapped("text", "%4"), "text"),
        (swapped("text", "%zz"), "text"),
        (swapped("text", "%E9"), "text"),
        (swapped("text", "%ED%A0%80"), "text"),
        (swapped("phoneNumber", "%FF"), "phoneNumber"),
        (f"{BODY}&%zz=1", "body"),
        (f"{BODY}&other=%FF", "body"),
        (f"{BODY}&other={'x' * 8192}", "body"),
    ],
)
def test_names_the_field_at_fault_and_never_its_value(body, field, logged):
    """400 with the name alone; nothing is asked of the line, nothing logged."""
    line = Line()
    answer = line.post(body)
    assert (answer.status_code, answer.text) == (400, field)
    assert (line.hotline.calls, line.meter.hops, logged.getvalue()) == ([], ["refused"], "")


@pytest.mark.parametrize("length", [None, "", "-1", "1e3", "²", "8193", "99999999999", str(len(BODY) + 1)])
def test_a_body_without_an_honest_length_is_refused(length):
    """What is read is bounded before it is read."""
    line = Line()
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": PATH, "wsgi.input": io.BytesIO(BODY.encode())}
    if length is not None:
        environ["CONTENT_LENGTH"] = length
    statuses = []
    body = b"".join(line.hop(environ, lambda status, headers: statuses.append(status)))
    assert (statuses, body) == (["400 Bad Request"], b"body")


@pytest.mark.parametrize(
    "path",
    [
        f"/at/{SECRET[:-1]}/ussd",
        f"/at/{SECRET}x/ussd",
        "/at//ussd",
        "/at/ussd",
        "/at/é/ussd",
        f"/at/{SECRET}/ussd/",
        f"/at/{SECRET.upper()}/ussd",
    ],
)
def test_a_wrong_secret_meets_what_any_unknown_path_meets(path):
    """404, byte for byte that of a path which does not exist: nothing tells that there is something to guess."""
    line = Line()
    unknown, wrong = line.post(path="/nothing/here"), line.post(path=path)
    assert (wrong.status_code, wrong.data, wrong.headers.to_wsgi_list()) == (404, unknown.data, unknown.headers.to_wsgi_list())
    assert (line.hotline.calls, line.meter.hops) == ([], [])


def test_only_posts_are_hops():
    """Whoever opens the address in a browser sees nothing there."""
    assert Line().client.get(PATH).status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("192.0.2.7", 200),
        ("2001:db8::1", 200),
        ("::ffff:192.0.2.7", 200),
        ("198.51.100.1", 404),
        ("::1", 404),
        ("", 404),
        ("not an address", 404),
    ],
)
def test_only_listed_networks_are_answered(address, status):
    """With a list of networks, everyone else meets an unknown path."""
    line = Line(at=structs.replace(AT, peers=("192.0.2.0/24", "2001:db8::/32")))
    assert line.post(environ_overrides={"REMOTE_ADDR": address}).status_code == status


def test_what_breaks_inside_is_a_calm_screen(logged):
    """200 and the neutral words in place of an error; counted; logged by the error's name and a keyed hash, without number, text or secret."""
    line = Line(FakeHotline(failure=RuntimeError(f"{NUMBER} typed 4*1 at {PATH}")))
    answer = line.post(urlencode(FIELDS | {"text": "4*1"}))
    assert (answer.status_code, answer.data) == (200, b"END " + BROKEN)
    assert line.meter.hops == ["broken"]
    entry = json.loads(logged.getvalue())
    del entry["timestamp"]
    assert entry == {
        "event": "hop.broken",
        "level": "error",
        "error": "RuntimeError",
        "id": FakeHasher().digest("log", FIELDS["sessionId"]).hex()[:16],
    }


def test_a_store_that_is_away_is_no_exception_to_that():
    """Even a failure that the service should have caught becomes a calm screen."""
    assert Line(FakeHotline(failure=StoreAway())).post().data == b"END " + BROKEN


class BrokenInput(io.RawIOBase):
    """A connection that ends while the body is read."""

    def read(self, size: int = -1) -> bytes:
        raise ConnectionResetError


def test_a_connection_that_ends_half_way_raises_nothing():
    """The server is given an answer, though nobody may hear it."""
    line = Line()
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": PATH, "CONTENT_LENGTH": "10", "wsgi.input": BrokenInput()}
    assert list(line.hop(environ, lambda status, headers: None)) == [b"END " + BROKEN]


def test_a_browsing_hop_leaves_no_line(logged):
    """Reading is not logged at all."""
    Line().post()
    assert logged.getvalue() == ""


def test_a_phone_gone_wild_is_calmed_for_a_minute():
    """Past thirty new sessions a minute a number gets the neutral end; others, and the same one a minute later, are answered."""
    line = Line()
    answers = [line.post().data[:3] for _ in range(DIALS_A_MINUTE + 1)]
    assert answers == [b"CON"] * DIALS_A_MINUTE + [b"END"]
    assert line.meter.hops[-1] == "refused"
    assert line.post(urlencode(FIELDS | {"phoneNumber": "+22370000002"})).data[:3] == b"CON"
    line.time.seconds += 60
    assert line.post().data[:3] == b"CON"


@pytest.mark.parametrize("text", ["4", "4*1", "5*5", "1"])
def test_the_limit_never_stands_in_the_way_of_danger(text):
    """Whoever has pressed a key is answered, however often this number dialled."""
    line = Line()
    for _ in range(DIALS_A_MINUTE * 2):
        line.post()
    assert line.post(urlencode(FIELDS | {"text": text})).data[:3] == b"CON"


def test_the_limit_keeps_no_number_and_is_bounded():
    """The counts are under keyed hashes, and there are never more of them than their bound."""
    dials = Dials(FakeHasher())
    for caller in range(MOST_NUMBERS + 10):
        dials.are_too_many(f"+2237{caller:07}", 0.0)
    assert len(dials._counts) == 10
    assert all(isinstance(key, bytes) and len(key) == 8 for key in dials._counts)


ODD = st.one_of(
    st.binary(max_size=200),
    st.dictionaries(st.sampled_from([*FIELDS, "other", ""]), st.text(max_size=40)).map(
        lambda form: urlencode(form, errors="replace").encode()
    ),
    st.lists(
        st.sampled_from([*BODY.encode().split(b"&"), b"text=4%2A1", b"text=%", b"=", b"&", b"phoneNumber=%2B22370000001", b"text=\xff"])
    ).map(b"&".join),
)


@given(ODD, st.booleans())
def test_no_body_whatever_gets_anything_but_a_screen_or_a_field(body, breaks):
    """200 with CON or END, or 400 with a name of ours; never an exception, never an echo."""
    answer = Line(FakeHotline(failure=KeyError() if breaks else None)).post(body)
    if answer.status_code == 200:
        assert answer.data[:4] in {b"CON ", b"END "}
    else:
        assert (answer.status_code, answer.text in {*FIELDS, "body"}) == (400, True)


@given(st.text(max_size=60), st.sampled_from(["POST", "GET", "PUT"]))
def test_no_path_whatever_is_taken_for_the_hop(path, method):
    """Without the secret there is only 404 (or what Flask makes of a path), and the line is not asked."""
    line = Line()
    answer = line.client.open(f"/at/{path}/ussd", method=method, data=BODY)
    assert (answer.status_code in {404, 308}, line.hotline.calls) == (True, [])
