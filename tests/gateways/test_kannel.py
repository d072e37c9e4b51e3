"""Kannel's smsbox as it answers and as it asks: the bodies and headers that 1.4.5 was seen to send. A real one stands in `tests/system/test_kannel.py`."""

from __future__ import annotations

import re
import socket

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from hotline.gateways.kannel import BUSY, KannelSms, blueprint
from hotline.gateways.path_guard import PathGuard
from hotline.ports.memory import MemoryAway
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.ports.store import StoreAway
from hotline.settings.kannel import Kannel
from tests.fakes import SECRET, FakeHotline, the_log

CALLER, COUNSELOR = "+22370000001", "+22370000101"
PASSWORD = "change-me-too"
KANNEL = Kannel(username="hotline", password=PASSWORD, sender="36000", line_url="http://127.0.0.1:8000", secret=(SECRET,))
SMS = {
    "User-Agent": "Kannel/1.4.5",
    "Content-Type": 'text/plain; charset="UTF-8"',
    "X-Kannel-From": CALLER,
    "X-Kannel-To": "36000",
    "X-Kannel-Time": "2026-11-24 07:45:00",
    "X-Kannel-SMSC": "ORANGE",
    "X-Kannel-Coding": "0",
    "X-Kannel-Service": "default",
}
ID = "6a1508da-0000-45f7-b0e1-89d3f5d12373"
UCS2 = {"X-Kannel-Coding": "2", "Content-Type": 'text/plain; charset="UTF-16BE"'}


class Line:
    """The gateway's views in an empty application, and what stands behind them."""

    def __init__(self, hotline: FakeHotline | None = None, account: Kannel = KANNEL) -> None:
        self.hotline = hotline or FakeHotline()
        app = Flask("empty")
        app.register_blueprint(blueprint(self.hotline, PathGuard(account)))
        self.client = app.test_client()

    def sms(
        self,
        text: bytes = b"5",
        headers: dict[str, str] | None = None,
        path: str = f"sms?id={ID}&at=1795506300",
        secret: str = SECRET,
        **more,
    ):
        return self.client.post(f"/gateway/kannel/{secret}/{path}", data=text, headers=headers or SMS, **more)

    def report(self, query: str, secret: str = SECRET, **more):
        return self.client.get(f"/gateway/kannel/{secret}/report?{query}", headers={"User-Agent": "Kannel/1.4.5"}, **more)


@pytest.fixture
def logged():
    with the_log() as stream:
        yield stream


@pytest.mark.parametrize(
    ("body", "headers", "text"),
    [
        ("5 né  & fatigué".encode(), {}, "5 né  & fatigué"),
        ("ɛɲɔ".encode(), {}, "ɛɲɔ"),
        ("ɛɲɔ ç".encode("utf-16-be"), UCS2, "ɛɲɔ ç"),
        (b"", {}, ""),
        (b"stop \xe9", {}, "stop \ufffd"),
        (b"\x02\x5b\x02", UCS2, "ɛ\ufffd"),
    ],
)
def test_a_message_is_handed_on_as_it_was_written(body, headers, text):
    """Both alphabets, every space; a byte that is none costs that letter and no more."""
    line = Line()
    answer = line.sms(body, SMS | headers)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"", "text/plain")
    assert line.hotline.calls == [("sms", "kannel", ID, CALLER, text, 1795506300, "")]


@pytest.mark.parametrize("sender", [CALLER, CALLER[1:], f"00{CALLER[1:]}"])
def test_a_number_is_one_whatever_the_network_puts_before_it(sender):
    """`+223…`, `223…` and `00223…` are one phone."""
    line = Line()
    line.sms(headers=SMS | {"X-Kannel-From": sender})
    assert [call[3] for call in line.hotline.calls] == [CALLER]


@pytest.mark.parametrize("headers", [{"X-Kannel-From": "Orange"}, {"X-Kannel-From": "36123"}, {"X-Kannel-Coding": "1"}])
def test_what_nobody_could_be_answered_is_taken_and_counted(headers, logged):
    """Advertising and a phone's settings are not asked for again, and are nowhere told."""
    line = Line()
    assert line.sms(b"Promo 2000", SMS | headers).status_code == 200
    assert (line.hotline.calls, logged.getvalue()) == ([("unknown", "message")], "")


@pytest.mark.parametrize(("what", "delivered"), [("1", True), ("2", False), ("16", False)])
def test_a_last_report_is_handed_on(what, delivered):
    """By our own reference."""
    line = Line()
    answer = line.report(f"ref=0f0f&d={what}")
    assert (answer.status_code, answer.data) == (200, b"")
    assert line.hotline.calls == [("delivery", "kannel", "0f0f", delivered)]


@pytest.mark.parametrize(
    ("what", "calls"), [("4", []), ("8", []), *((what, [("unknown", "report")]) for what in ("32", "", "delivered", "2%00"))]
)
def test_a_report_that_is_not_the_last_word_is_taken_and_left(what, calls):
    """What is on the way undoes nothing; what nobody knows is counted. Neither is asked for again."""
    line = Line()
    assert line.report(f"ref=0f0f&d={what}").status_code == 200
    assert line.hotline.calls == calls


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda line: line.sms(path="sms?at=1795506300"), "id"),
        (lambda line: line.sms(path="sms?id=a+b&at=1795506300"), "id"),
        (lambda line: line.sms(path=f"sms?id={ID}"), "at"),
        (lambda line: line.sms(path=f"sms?id={ID}&at=2026-11-24"), "at"),
        (lambda line: line.sms(headers={name: value for name, value in SMS.items() if name != "X-Kannel-From"}), "send-sender"),
        (lambda line: line.report("d=1"), "ref"),
    ],
)
def test_a_kannel_that_is_set_up_wrongly_is_told_so_in_the_log(ask, field, logged):
    """400, still without a word that could go to a phone; the line is not asked."""
    line = Line()
    answer = ask(line)
    assert (answer.status_code, answer.data, line.hotline.calls) == (400, b"", [])
    assert f'"part": "{field}"' in logged.getvalue()
    assert CALLER[1:] not in logged.getvalue()


@pytest.mark.parametrize("failure", [StoreAway(), MemoryAway()])
def test_what_could_not_be_kept_is_asked_for_again(failure):
    """503 until a store answers, without a word."""
    answers = [Line(FakeHotline(failure=failure)).sms(), Line(FakeHotline(failure=failure)).report("ref=0f0f&d=2")]
    assert [(answer.status_code, answer.data) for answer in answers] == [(503, b"")] * 2


def test_what_breaks_inside_is_logged_without_who_and_what(logged):
    """500, and neither the path with its secret, nor the number, nor the text."""
    assert Line(FakeHotline(failure=RuntimeError(f"{CALLER} {SECRET}"))).sms(b"fatigue").status_code == 500
    assert '"error": "RuntimeError"' in logged.getvalue()
    for text in (SECRET, CALLER[1:], CALLER[4:], "fatigue"):
        assert text not in logged.getvalue()


def test_a_stranger_meets_what_any_unknown_path_meets():
    """404, byte for byte that of a path which does not exist: by a wrong secret, from another machine, by another method."""
    line, far = Line(), Line(account=structs.replace(KANNEL, peers=("192.0.2.0/24",)))
    unknown = line.client.get("/nothing/here")
    wrong = [line.sms(secret=secret) for secret in (SECRET[:-1], SECRET + "x", "é")]
    wrong += [line.report("ref=0f0f&d=2", secret="x"), far.sms(), far.report("ref=0f0f&d=2")]
    wrong += [line.client.open(f"/gateway/kannel/{SECRET}/sms?id={ID}", method=method, headers=SMS) for method in ("GET", "PUT", "OPTIONS")]
    wrong += [line.client.open(f"/gateway/kannel/{SECRET}/report?ref=0f0f&d=2", method=method) for method in ("POST", "HEAD")]
    heads = [(answer.status_code, answer.headers.to_wsgi_list()) for answer in wrong]
    assert heads == [(404, unknown.headers.to_wsgi_list())] * len(wrong)
    assert (line.hotline.calls, far.hotline.calls) == ([], [])
    assert far.sms(environ_overrides={"REMOTE_ADDR": "192.0.2.9"}).status_code == 200


def test_what_is_too_big_is_not_read():
    """As behind the front, which takes no more either; the line is not asked."""
    line = Line()
    line.client.application.config["MAX_CONTENT_LENGTH"] = 8192
    assert (line.sms(b"x" * 8193).status_code, line.hotline.calls) == (413, [])


@given(st.binary(max_size=80), st.dictionaries(st.sampled_from(sorted(SMS)), st.text('\t !#09AZaz;=+-"é', max_size=20)))
def test_no_message_whatever_gets_anything_but_an_empty_answer(body, headers):
    """200 or 400, and nothing that could be sent to a phone."""
    answer = Line().sms(body, headers)
    assert answer.status_code in (200, 400)
    assert answer.data == b""


# what goes out


@pytest.fixture
def sms(httpserver: HTTPServer) -> KannelSms:
    return gateway(httpserver.url_for("/cgi-bin/sendsms"))


def gateway(url: str, timeout: tuple[float, float] = (2.0, 2.0)) -> KannelSms:
    account = structs.replace(KANNEL, sendsms_url=url)
    return KannelSms(account, PathGuard(account), lambda: "0f0f", timeout)


def test_sends_what_smsbox_expects(httpserver, sms):
    """Number, text, user and password in headers and body, so that the address holds none of them; the reference is ours."""
    httpserver.expect_request("/cgi-bin/sendsms", method="POST").respond_with_data(
        "0: Accepted for delivery", 202, content_type="text/html"
    )
    assert sms.send_sms(COUNSELOR, "471: rappelé\navant 14h20 [urgent]") == "0f0f"
    request: Request = httpserver.log[0][0]
    assert (request.full_path, request.get_data().decode()) == ("/cgi-bin/sendsms?", "471: rappelé\navant 14h20 [urgent]")
    assert {name: value for name, value in request.headers.items() if name.startswith(("X-Kannel", "Content-Type"))} == {
        "Content-Type": "text/plain; charset=UTF-8",
        "X-Kannel-Username": "hotline",
        "X-Kannel-Password": PASSWORD,
        "X-Kannel-From": "36000",
        "X-Kannel-To": COUNSELOR,
        "X-Kannel-Coding": "0",
        "X-Kannel-Validity": "5",
        "X-Kannel-Dlr-Mask": "19",
        "X-Kannel-Dlr-Url": f"http://127.0.0.1:8000/gateway/kannel/{SECRET}/report?ref=0f0f&d=%d",
    }


@pytest.mark.parametrize("text", ["I bɛ wa", "ɲ", "Français", "ÈÒ"])
def test_what_gsm_7_bit_lacks_goes_in_ucs_2(text, httpserver, sms):
    """Kannel would write ? for it, and Ç for ç."""
    httpserver.expect_request("/cgi-bin/sendsms").respond_with_data("0: Accepted for delivery", 202)
    sms.send_sms(COUNSELOR, text)
    assert httpserver.log[0][0].headers["X-Kannel-Coding"] == "2"


def test_what_waits_for_its_network_is_taken(httpserver, sms):
    """It goes once the network is there, or is reported as refused after five minutes."""
    httpserver.expect_request("/cgi-bin/sendsms").respond_with_data("3: Queued for later delivery", 202)
    assert sms.send_sms(COUNSELOR, "471") == "0f0f"


@pytest.mark.parametrize(
    ("response", "failure"),
    [
        (Response("Authorization failed for sendsms", 403), GatewayRefused("http_403")),
        (Response("Not routable. Do not try again.", 403), GatewayRefused("http_403")),
        (Response(f"Number(s) has/have been denied {COUNSELOR}", 400), GatewayRefused("http_400")),
        (Response("Unknown request.", 404), GatewayRefused("http_404")),
        (Response("", 302, {"Location": "/elsewhere"}), GatewayRefused("http_302")),
        (Response(BUSY, 503), GatewayRefused("busy")),
        (Response("Service Unavailable", 503), GatewayUnknown("http_503")),
        (Response("", 500), GatewayUnknown("http_500")),
        (Response("Welcome", 200), GatewayUnknown("new_status")),
    ],
)
def test_tells_what_was_not_taken_from_what_may_have_been(response, failure, httpserver, sms):
    """Refused only where Kannel says that it kept nothing; and nothing of its words comes out."""
    httpserver.expect_request("/cgi-bin/sendsms").respond_with_response(response)
    with pytest.raises(type(failure), match=rf"^{failure}$") as caught:
        sms.send_sms(COUNSELOR, "471")
    assert caught.value.__cause__ is None


def test_where_smsbox_does_not_listen_nothing_was_sent(logged):
    """Refused, so that it may go another way; neither number nor password is told."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(GatewayRefused, match=r"^unreachable$") as caught:
        gateway(f"http://127.0.0.1:{port}/cgi-bin/sendsms").send_sms(COUNSELOR, "471")
    assert (caught.value.__suppress_context__, logged.getvalue()) == (True, "")


@pytest.mark.parametrize(
    "number", ["", "70000101", "22370000101", "+22370000101 +22370000102", "+22370000101\r\nX-Kannel-SMSC: X", "Orange"]
)
def test_what_is_no_number_goes_nowhere(number, httpserver, sms):
    """Two receivers in one field would be two SMS to Kannel."""
    with pytest.raises(GatewayRefused, match=r"^invalid_phone_number$"):
        sms.send_sms(number, "471")
    assert httpserver.log == []


def test_an_exchanged_secret_goes_with_the_next_sms(httpserver, tmp_path):
    """The first of the file: the reports of what went before still come by the other."""
    httpserver.expect_request("/cgi-bin/sendsms").respond_with_data("0: Accepted for delivery", 202)
    new, old, file = "fedcba9876543210fedcba9876543210", "0123456789abcdef0123456789abcdef", tmp_path / "secret"
    account = structs.replace(KANNEL, sendsms_url=httpserver.url_for("/cgi-bin/sendsms"), secret=(old,), secret_file=str(file))
    guard = PathGuard(account)
    file.write_text(f"{new},{old}\n")
    file.chmod(0o600)
    KannelSms(account, guard, lambda: "0f0f").send_sms(COUNSELOR, "471")
    assert re.findall(r"kannel/(\w+)/report", httpserver.log[0][0].headers["X-Kannel-DLR-Url"]) == [new]
    assert guard.opens(old, "127.0.0.1")
