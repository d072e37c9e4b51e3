"""Orange's SMS API 2.0 as its page and its public users show it: bodies and expected answers. Never tried against Orange itself."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from hotline.gateways.orange import OrangeSms, blueprint
from hotline.gateways.path_guard import PathGuard
from hotline.ports.memory import MemoryAway
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.ports.store import StoreAway
from hotline.settings.orange import Orange
from tests.fakes import SECRET, FakeHotline, FakeTime, the_log
from tests.service.fakes import FakeClock, FakeMemory

CALLER, COUNSELOR = "+22370000001", "+22370000101"
ID = "5f0c3b1e-0000-4000-8000-000000000001"
ORANGE = Orange(client_id="an-id", client_secret="a-client-secret", secret=(SECRET,))
SMS = {
    "dateTime": "2026-11-26T19:40:00Z",
    "destinationAddress": "tel:+22336000",
    "messageId": "msg-1",
    "message": "5 né & fatigué",
    "senderAddress": f"tel:{CALLER}",
}
OLD_SMS = {
    "senderAddress": f"tel:{CALLER}",
    "destinationAddress": "+22336000",
    "message": "I ni cɛ",
    "dateTime": "2026-11-26T20:40:00+01:00",
}
AT = 1795722000


def message(**sms: str) -> dict[str, Any]:
    return {"inboundSMSMessageNotification": {"callbackData": "cb", "inboundSMSMessage": sms}}


def report(state: str, id: str = ID) -> dict[str, Any]:
    return {"deliveryInfoNotification": {"callbackData": id, "deliveryInfo": {"address": f"tel:{CALLER}", "deliveryStatus": state}}}


class Line:
    """The gateway's views in an empty application, and what stands behind them."""

    def __init__(self, hotline: FakeHotline | None = None, account: Orange = ORANGE) -> None:
        self.hotline = hotline or FakeHotline()
        app = Flask("empty")
        app.register_blueprint(blueprint(self.hotline, account, PathGuard(account)))
        self.client = app.test_client()

    def post(self, path: str, body: Any, secret: str = SECRET, **more):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.post(f"/gateway/orange/{secret}/{path}", data=data, content_type="application/json", **more)


@pytest.fixture
def logged():
    with the_log() as stream:
        yield stream


@pytest.mark.parametrize(
    ("path", "body", "calls"),
    [
        ("sms", message(**SMS), [("sms", "orange", "msg-1", CALLER, "5 né & fatigué", AT, "")]),
        ("sms", message(**SMS | {"senderAddress": CALLER}), [("sms", "orange", "msg-1", CALLER, "5 né & fatigué", AT, "")]),
        ("sms", message(**SMS | {"dateTime": "yesterday"}), [("sms", "orange", "msg-1", CALLER, "5 né & fatigué", None, "")]),
        ("sms", message(**SMS | {"senderAddress": "tel:Orange"}), [("unknown", "message")]),
        ("delivery", report("DeliveredToTerminal"), [("delivery", "orange", ID, True)]),
        ("delivery", report("DeliveryImpossible"), [("delivery", "orange", ID, False)]),
        *(
            ("delivery", report(state), [])
            for state in ("DeliveredToNetwork", "MessageWaiting", "DeliveryUncertain", "DeliveryNotificationNotSupported")
        ),
        ("delivery", report("NewToUs"), [("unknown", "report")]),
    ],
)
def test_each_notice_becomes_one_call(path, body, calls):
    """Taken with 200 and handed on once; a state that is not the last word, or that nobody knows, is taken and left."""
    line = Line()
    answer = line.post(path, body)
    assert (answer.status_code, answer.data, line.hotline.calls) == (200, b"", calls)


def test_a_message_without_an_id_is_one_however_often_it_comes():
    """An older platform of an operator gives none. Ours is the same for what comes again, another for another second, and tells no number."""
    line = Line()
    for sms in (OLD_SMS, OLD_SMS, OLD_SMS | {"dateTime": "2026-11-26T20:40:01+01:00"}, OLD_SMS | {"message": "I ni sogoma"}):
        line.post("sms", message(**sms))
    ids = [call[2] for call in line.hotline.calls]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert [call[3:6] for call in line.hotline.calls[:2]] == [(CALLER, "I ni cɛ", AT)] * 2
    other = Line(account=structs.replace(ORANGE, client_secret="another"))
    other.post("sms", message(**OLD_SMS))
    assert other.hotline.calls[0][2] != ids[0], "who has no key cannot try numbers"


GARBAGE = [b"", b"{", b"[]", b"\xff", b'{"inboundSMSMessageNotification":{}}', b'{"deliveryInfoNotification":{"callbackData":""}}', b"null"]


@pytest.mark.parametrize("body", GARBAGE)
@pytest.mark.parametrize("path", ["sms", "delivery"])
def test_what_is_no_notice_is_refused_without_being_quoted(path, body, logged):
    """400 and one word; the line is not asked, nothing is logged."""
    line = Line()
    answer = line.post(path, body)
    assert (answer.status_code, answer.text, line.hotline.calls, logged.getvalue()) == (400, "body", [], "")


def test_what_is_too_big_is_not_read():
    """As behind the front, which takes no more either; the line is not asked."""
    line = Line()
    line.client.application.config["MAX_CONTENT_LENGTH"] = 8192
    assert (line.post("sms", message(**SMS | {"message": "x" * 8193})).status_code, line.hotline.calls) == (413, [])


@given(st.one_of(st.binary(max_size=80), st.recursive(st.text(max_size=8), lambda x: st.dictionaries(st.text(max_size=8), x, max_size=3))))
def test_no_body_whatever_gets_anything_but_200_or_400(body):
    """And none raises."""
    assert Line().post("sms", body).status_code in (200, 400)


@pytest.mark.parametrize("failure", [StoreAway(), MemoryAway()])
def test_what_could_not_be_kept_is_asked_for_again(failure):
    """503 until a store answers."""
    answers = [
        Line(FakeHotline(failure=failure)).post("sms", message(**SMS)),
        Line(FakeHotline(failure=failure)).post("delivery", report("DeliveryImpossible")),
    ]
    assert [(answer.status_code, answer.data) for answer in answers] == [(503, b"")] * 2


def test_what_breaks_inside_is_logged_without_who_and_what(logged):
    """500, and neither the path with its secret, nor the number, nor the text."""
    assert Line(FakeHotline(failure=RuntimeError(f"{CALLER} {SECRET}"))).post("sms", message(**SMS)).status_code == 500
    assert '"error": "RuntimeError"' in logged.getvalue()
    for text in (SECRET, CALLER[1:], CALLER[4:], "fatigu"):
        assert text not in logged.getvalue()


def test_a_stranger_meets_what_any_unknown_path_meets():
    """404, byte for byte that of a path which does not exist: by a wrong secret, from another network, by another method."""
    line, far = Line(), Line(account=structs.replace(ORANGE, peers=("192.0.2.0/24",)))
    unknown = line.client.get("/nothing/here")
    wrong = [line.post("sms", message(**SMS), secret=secret) for secret in (SECRET[:-1], SECRET + "x", "é")]
    wrong += [far.post("sms", message(**SMS)), far.post("delivery", report("DeliveryImpossible"))]
    wrong += [line.client.open(f"/gateway/orange/{SECRET}/sms", method=method) for method in ("GET", "PUT", "OPTIONS")]
    heads = [(answer.status_code, answer.headers.to_wsgi_list()) for answer in wrong]
    assert heads == [(404, unknown.headers.to_wsgi_list())] * len(wrong)
    assert (line.hotline.calls, far.hotline.calls) == ([], [])
    assert far.post("sms", message(**SMS), environ_overrides={"REMOTE_ADDR": "192.0.2.9"}).status_code == 200


# what goes out

SEND = "/smsmessaging/v1/outbound/tel%3A%2B2230000/requests"


def sent(id: str = ID) -> Response:
    url = f"https://api.orange.com/smsmessaging/v1/outbound/tel:+2230000/requests/{id}"
    body = {"outboundSMSMessageRequest": {"address": [f"tel:{COUNSELOR}"], "senderAddress": "tel:+2230000", "resourceURL": url}}
    return Response(json.dumps(body), 201, mimetype="application/json")


EXPIRED = Response(json.dumps({"code": 42, "message": "Expired credentials"}), 401, mimetype="application/json")


class Vendor:
    """Gives a new token each time it is asked, and takes an SMS by one of those that it holds to be good."""

    def __init__(self, server: HTTPServer, expires_in: Any = "3600") -> None:
        self.given: list[str] = []
        self.withdrawn: set[str] = set()
        self.sms: list[Request] = []
        self.answer = sent()
        self._expires_in = expires_in
        self.time, self._clock = FakeTime(), FakeClock()
        self.memory = FakeMemory(self._clock)
        server.expect_request("/oauth/v3/token", method="POST").respond_with_handler(self._token)
        server.expect_request("/smsmessaging/v1/outbound/tel:+2230000/requests", method="POST").respond_with_handler(self._take)
        self.account = structs.replace(ORANGE, base_url=server.url_for("").rstrip("/"))
        self.gateway = self.process()

    def process(self) -> OrangeSms:
        """Another process of the line."""
        return OrangeSms(self.account, self.memory, self.time)

    def wait(self, seconds: int) -> None:
        self.time.seconds += seconds
        self._clock.at += seconds

    def _token(self, request: Request) -> Response:
        assert request.headers["Authorization"] == "Basic YW4taWQ6YS1jbGllbnQtc2VjcmV0"
        assert request.form.to_dict() == {"grant_type": "client_credentials"}
        self.given.append(f"token-{len(self.given) + 1}")
        body = {"token_type": "Bearer", "access_token": self.given[-1], "expires_in": self._expires_in}
        return Response(json.dumps(body), 200, mimetype="application/json")

    def _take(self, request: Request) -> Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        if token in self.withdrawn or token not in self.given:
            return EXPIRED
        self.sms.append(request)
        return self.answer


@pytest.fixture
def vendor(httpserver: HTTPServer) -> Vendor:
    return Vendor(httpserver)


def test_sends_what_orange_expects(vendor):
    """The country's sender, escaped in the path and the same in the body; the id is the end of the address that comes back."""
    assert vendor.gateway.send_sms(COUNSELOR, "471: rappelé ɲ") == ID
    (request,) = vendor.sms
    assert request.environ["REQUEST_URI"] == SEND
    assert request.get_json() == {
        "outboundSMSMessageRequest": {
            "address": f"tel:{COUNSELOR}",
            "senderAddress": "tel:+2230000",
            "outboundSMSTextMessage": {"message": "471: rappelé ɲ"},
        }
    }


def test_a_registered_name_goes_with_it(vendor):
    """Where there is one."""
    named = OrangeSms(structs.replace(vendor.account, sender_name="SANTE"), vendor.memory, vendor.time)
    named.send_sms(COUNSELOR, "471")
    assert vendor.sms[0].get_json()["outboundSMSMessageRequest"]["senderName"] == "SANTE"


@pytest.mark.parametrize(("expires_in", "good", "over"), [("3600", 3500, 3541), (3600, 3500, 3541), ("soon", 50, 61), ("", 50, 61)])
def test_a_token_is_used_until_shortly_before_its_end(expires_in, good, over, httpserver):
    """Its life is a number or digits; whose life cannot be read is held for a minute."""
    vendor = Vendor(httpserver, expires_in)
    vendor.gateway.send_sms(COUNSELOR, "1")
    vendor.wait(good)
    vendor.gateway.send_sms(COUNSELOR, "2")
    assert vendor.given == ["token-1"]
    vendor.wait(over - good)
    vendor.gateway.send_sms(COUNSELOR, "3")
    assert vendor.given == ["token-1", "token-2"]


def test_processes_share_a_token_and_one_that_is_refused_is_shared_no_more(vendor):
    """A worker's process lives for one SMS: of three one asks for a token; the one that was withdrawn is exchanged once for all that follow."""
    for _ in range(3):
        vendor.process().send_sms(COUNSELOR, "1")
    assert vendor.given == ["token-1"]
    vendor.withdrawn.add("token-1")
    for _ in range(2):
        vendor.process().send_sms(COUNSELOR, "2")
    assert vendor.given == ["token-1", "token-2"]
    vendor.wait(3541)
    vendor.process().send_sms(COUNSELOR, "3")
    assert vendor.given == ["token-1", "token-2", "token-3"]


def test_with_redis_away_each_asks_for_its_own(vendor):
    """No SMS waits for Redis."""
    vendor.memory.away = True
    for _ in range(2):
        assert vendor.process().send_sms(COUNSELOR, "1") == ID
    assert vendor.given == ["token-1", "token-2"]


def test_a_token_that_is_refused_is_renewed_once(vendor):
    """The SMS goes by the new one, once."""
    vendor.gateway.send_sms(COUNSELOR, "1")
    vendor.withdrawn.add("token-1")
    assert vendor.gateway.send_sms(COUNSELOR, "2") == ID
    assert (vendor.given, len(vendor.sms)) == (["token-1", "token-2"], 2)


def test_an_account_that_is_refused_for_good_is_not_asked_on_and_on(vendor):
    """Two tokens, then no: nothing was sent."""
    vendor.withdrawn |= {"token-1", "token-2"}
    with pytest.raises(GatewayRefused, match=r"^http_401$"):
        vendor.gateway.send_sms(COUNSELOR, "1")
    assert (vendor.given, vendor.sms) == (["token-1", "token-2"], [])


@pytest.mark.parametrize(
    "answer",
    [Response("no", 401), Response("down", 503), Response("<html>", 200), Response('{"access_token": ""}', 200), Response("{}", 200)],
)
def test_without_a_token_nothing_was_sent(answer, httpserver):
    """Refused, whatever became of the token."""
    httpserver.expect_request("/oauth/v3/token").respond_with_response(answer)
    account = structs.replace(ORANGE, base_url=httpserver.url_for("").rstrip("/"))
    with pytest.raises(GatewayRefused, match=r"^no_token$") as caught:
        OrangeSms(account, FakeMemory(FakeClock()), FakeTime()).send_sms(COUNSELOR, "1")
    assert (caught.value.__cause__, len(httpserver.log)) == (None, 1)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Response('{"requestError":{"policyException":{"messageId":"POL1102"}}}', 400), GatewayRefused("http_400")),
        (Response("", 403), GatewayRefused("http_403")),
        (Response("", 429), GatewayRefused("http_429")),
        (Response("", 302, {"Location": "/elsewhere"}), GatewayRefused("http_302")),
        (Response("", 500), GatewayUnknown("http_500")),
        (Response("<html>", 200), GatewayUnknown("new_status")),
    ],
)
def test_tells_what_was_not_done_from_what_may_have_been(answer, failure, vendor):
    """An empty bundle and too many at once were not done; 5xx may have been."""
    vendor.answer = answer
    with pytest.raises(type(failure), match=rf"^{failure}$"):
        vendor.gateway.send_sms(COUNSELOR, "1")


@pytest.mark.parametrize("body", ["", "<html>", "{}", '{"outboundSMSMessageRequest":{}}'])
def test_what_was_taken_without_an_id_was_taken(body, vendor):
    """201 is enough; no report of it will be known."""
    vendor.answer = Response(body, 201)
    assert vendor.gateway.send_sms(COUNSELOR, "1") == ""


def test_where_nobody_listens_nothing_was_sent():
    """Neither number nor secret is told."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(GatewayRefused, match=r"^no_token$"):
        OrangeSms(structs.replace(ORANGE, base_url=f"http://127.0.0.1:{port}"), FakeMemory(FakeClock()), FakeTime()).send_sms(
            COUNSELOR, "1"
        )


@pytest.mark.parametrize("number", ["", "70000101", "22370000101", f"{COUNSELOR},{COUNSELOR}"])
def test_what_is_no_number_goes_nowhere(number, vendor, httpserver):
    """No token is asked for it either."""
    with pytest.raises(GatewayRefused, match=r"^invalid_phone_number$"):
        vendor.gateway.send_sms(number, "1")
    assert httpserver.log == []
