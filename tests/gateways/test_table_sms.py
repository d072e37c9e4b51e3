"""SMS by a table: what is handed over, what is made of the answer, and what comes in, as Infobip's samples have it."""

from __future__ import annotations

import gzip
import hmac
import json
import socket
import threading
import time
from contextlib import suppress

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer

from hotline.gateways.asking import MOST_BYTES, asked
from hotline.gateways.table.accounts import SHIPPED
from hotline.gateways.table.gate import TableAccess
from hotline.gateways.table.sms import SendingAccount, TableInbox, TableSms
from hotline.gateways.table.spec import FaultyTable, load_table, read_table
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.ports.store import StoreAway
from tests.fakes import FakeHotline, the_log

SECRET = "ab" * 16
COUNSELOR = "+22370000101"
TABLE = load_table(SHIPPED / "infobip.toml")
AT = f"/gateway/infobip/{SECRET}"
MESSAGES = {
    "results": [
        {"messageId": "id-1", "from": "22370000101", "to": "36000", "text": "I ni ce", "smsCount": 1, "price": {"currency": "EUR"}},
        {"messageId": "id-2", "from": "22370000102", "to": "36000", "text": "STOP"},
    ],
    "messageCount": 2,
}
REPORTS = {
    "results": [
        {"messageId": "m1", "status": {"groupName": "DELIVERED"}},
        {"messageId": "m2", "status": {"groupName": "PENDING"}},
        {"messageId": "m3", "status": {"groupName": "UNDELIVERABLE"}},
    ]
}


@pytest.fixture
def sms(httpserver: HTTPServer) -> TableSms:
    return TableSms(TABLE.sms.send, SendingAccount(httpserver.url_for("").rstrip("/"), "a-key", "36000"), (2.0, 0.5))


def test_hands_over_what_the_vendor_expects(httpserver, sms):
    """One SMS to one number, with the line's key and sender; the vendor's id comes back."""
    httpserver.expect_request("/sms/3/messages", method="POST").respond_with_json(
        {"messages": [{"status": {"groupId": 1}, "messageId": "m1"}]}
    )
    assert sms.send_sms(COUNSELOR, 'Aw ni ce "ɛ"\n{key}') == "m1"
    (sent, _), *more = httpserver.log
    assert more == []
    assert sent.headers["Authorization"] == "App a-key"
    assert sent.get_json() == {
        "messages": [{"from": "36000", "destinations": [{"to": "22370000101"}], "content": {"text": 'Aw ni ce "ɛ"\n{key}'}}]
    }


@pytest.mark.parametrize(
    ("status", "body", "raised", "code"),
    [
        (200, {"messages": [{"status": {"groupId": 2}}]}, GatewayRefused, "refused"),
        (200, {"messages": [{"status": {"groupId": 5}}]}, GatewayUnknown, "new_status"),
        (200, {"messages": []}, GatewayUnknown, "new_status"),
        (200, "OK", GatewayUnknown, "new_status"),
        (200, None, GatewayUnknown, "unparsable"),
        (429, {"error": "failed"}, GatewayRefused, "http_429"),
        (401, {}, GatewayRefused, "http_401"),
        (302, {}, GatewayRefused, "http_302"),
        (303, {}, GatewayUnknown, "http_303"),
        (408, {}, GatewayUnknown, "http_408"),
        (409, {}, GatewayUnknown, "http_409"),
        (500, {}, GatewayUnknown, "http_500"),
        (200, {"messages": [{"status": {"groupId": 1}}], "more": "a" * MOST_BYTES}, GatewayUnknown, "unparsable"),
        (400, {"more": "a" * MOST_BYTES}, GatewayRefused, "http_400"),
    ],
)
def test_refused_is_only_what_was_not_taken(httpserver, sms, status, body, raised, code):
    """Whatever may have been taken is unknown, and is not sent again by another way; what is raised quotes nothing."""
    answer = "<html>" if body is None else json.dumps(body)
    httpserver.expect_request("/sms/3/messages").respond_with_data(answer, status=status, headers={"Location": "/other"})
    with pytest.raises(raised) as failed:
        sms.send_sms(COUNSELOR, "471: rappel")
    assert str(failed.value) == code


def test_an_answer_without_end_fills_no_memory(httpserver):
    """A vendor, or whoever stands in its place, sends on and on, or much that was packed small: no more of it is read than any answer has."""
    for encoding, body in (("identity", b"a" * 9 * MOST_BYTES), ("gzip", gzip.compress(b"a" * 500 * MOST_BYTES))):
        httpserver.expect_oneshot_request("/sms").respond_with_data(body, headers={"Content-Encoding": encoding})
        assert asked("POST", httpserver.url_for("/sms"), {}, b"").content == b"a" * MOST_BYTES


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"]
)
def test_a_vendor_that_sends_a_byte_now_and_then_holds_no_worker(head):
    """It never ends by itself: what is waited for is the whole answer, and nobody knows whether it was taken."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        slow = threading.Thread(target=_drip, args=(server, head))
        slow.start()
        with pytest.raises(GatewayUnknown, match=r"^time_out$"):
            asked("POST", f"http://127.0.0.1:{server.getsockname()[1]}/", {}, b"x", (0.2, 0.3))
        slow.join()


def _drip(server: socket.socket, head: bytes) -> None:
    connection, _ = server.accept()
    with connection, suppress(OSError):
        connection.sendall(head)
        while True:
            connection.sendall(b"a")
            time.sleep(0.02)  # the vendor's own slowness, not a wait for anything


def test_a_vendor_that_is_not_there_took_nothing():
    """No connection came about."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        account = SendingAccount(f"http://127.0.0.1:{taken.getsockname()[1]}", "a-key", "36000")
        with pytest.raises(GatewayRefused, match=r"^unreachable$"):
            TableSms(TABLE.sms.send, account).send_sms(COUNSELOR, "471")
    with pytest.raises(GatewayRefused, match=r"^invalid_phone_number$"):
        TableSms(TABLE.sms.send, account).send_sms("SANTE", "471")


def test_an_sms_without_an_id_is_taken(httpserver, sms):
    """Some vendors give none."""
    httpserver.expect_request("/sms/3/messages").respond_with_json({"messages": [{"status": {"groupId": 3}}]})
    assert sms.send_sms(COUNSELOR, "471") == ""


class Inbox:
    """The vendor's views in an empty application."""

    def __init__(self, hotline: FakeHotline | None = None) -> None:
        self.hotline = hotline or FakeHotline()
        self.inbox = TableInbox(TABLE, TableAccess((SECRET,)))
        app = Flask("empty")
        app.register_blueprint(self.inbox.views(self.hotline))
        self.client = app.test_client()

    def post(self, path: str, body: object, at: str = AT):
        data = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return self.client.post(f"{at}{path}", data=data, content_type="application/json")


def test_each_message_and_each_report_of_a_body_is_one():
    """States on the way are none."""
    line = Inbox()
    assert [line.post("/sms", MESSAGES).status_code, line.post("/delivery", REPORTS).status_code] == [200, 200]
    assert line.post("/sms", MESSAGES).data == b""
    assert [call[0] for call in line.hotline.calls] == ["sms", "sms", "delivery", "delivery", "sms", "sms"]
    assert line.hotline.calls[0][1:5] == ("infobip", "id-1", "+22370000101", "I ni ce")


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/sms", {"messageId": "id-9", "from": "SANTE", "text": "a"}),
        ("/sms", {"from": "22370000101", "text": "a"}),
        ("/sms", {"messageId": "id-9", "from": "22370000101"}),
        ("/sms", 7),
        ("/delivery", {"messageId": "m9", "status": {"groupName": "RENEWED"}}),
        ("/delivery", {"messageId": "m9", "status": "DELIVERED"}),
        ("/delivery", {"status": {"groupName": "DELIVERED"}}),
        ("/delivery", None),
    ],
)
def test_one_that_nobody_understands_is_counted_and_costs_the_others_nothing(path, entry):
    """It is taken, so that it does not come again for hours; nothing of it is logged."""
    line = Inbox()
    good = {"/sms": MESSAGES, "/delivery": REPORTS}[path]["results"]
    with the_log() as stream:
        assert line.post(path, {"results": [entry, *good]}).status_code == 200
    kinds = [call[0] for call in line.hotline.calls]
    assert kinds == ["unknown", *["sms" if path == "/sms" else "delivery"] * 2]
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    "body", ["", "x", "[]", "{}", '{"results":{}}', '{"results":[],"results":[]}', b"\xff", "[" * 5000, '{"a":' + "9" * 5000 + "}"]
)
def test_what_is_no_such_body_is_refused_by_name(body):
    """With 400, and no call."""
    line = Inbox()
    for path in ("/sms", "/delivery"):
        answer = line.post(path, body)
        assert (answer.status_code, answer.data) in {(400, b"body"), (400, b"results")}
    assert line.hotline.calls == []


def test_what_could_not_be_kept_comes_again():
    """503, after all of them were tried."""
    line = Inbox(FakeHotline(failure=StoreAway()))
    assert line.post("/sms", MESSAGES).status_code == 503
    assert len(line.hotline.calls) == 2


def test_a_stranger_meets_what_an_unknown_path_meets():
    """Another secret, another method, another path; and an exchanged secret."""
    line = Inbox()
    unknown = line.client.get("/nothing")
    for answer in (
        line.post("/sms", MESSAGES, at="/gateway/infobip/" + "cd" * 16),
        line.client.get(f"{AT}/sms"),
        line.client.put(f"{AT}/sms", data="{}"),
        line.post("/other", MESSAGES),
    ):
        assert (answer.status_code, answer.data) == (404, unknown.data)
    line.inbox.take_over(("cd" * 16,))
    assert line.post("/sms", MESSAGES).status_code == 404
    assert line.hotline.calls == []


def test_messages_and_reports_may_come_to_one_path():
    """As MTN posts them: a message is told by its sender, and one that comes again by what it says, since it has no id; no number stands in ours."""
    hotline, app = FakeHotline(), Flask("empty")
    app.register_blueprint(TableInbox(load_table(SHIPPED / "mtn.toml"), TableAccess((SECRET,), "KEY")).views(hotline))
    stop = {"id": None, "senderAddress": "22370000101", "receiverAddress": "36000", "message": "STOP", "created": 1795722000000}
    for body in (
        stop,
        {"TransactionID": "rrt-58503", "clientCorrelator": "m1", "deliveryStatus": "DeliveredToTerminal"},
        {"TransactionID": "rrt-58505", "clientCorrelator": "m3", "deliveryStatus": "MessageWaiting"},
        stop,
        stop | {"created": 1795722001000},
    ):
        assert app.test_client().post(f"/gateway/mtn/{SECRET}/sms", json=body).status_code == 200
    assert [call[0] for call in hotline.calls] == ["sms", "delivery", "sms", "sms"]
    first, again, later = (call for call in hotline.calls if call[0] == "sms")
    assert (first, 1795722000) == (again, first[5])
    assert later[2] != first[2]
    assert "7000" not in first[2]


SIGNED = '[auth.signature]\nheader = "X-Sign"\n\n[told]'


@pytest.mark.parametrize("guarded", [True, False])
def test_reports_and_messages_are_held_to_the_vendors_key_and_signature(guarded):
    """Whoever learned the address alone stops nobody and fails no alert, unless the table says that this vendor sends neither with them."""
    text = (SHIPPED / "mtn.toml").read_text(encoding="utf-8").partition("[sms]")[0].replace("[told]", SIGNED, 1)
    text += f"[sms]\nguarded = {str(guarded).lower()}\n"
    text += '[sms.messages]\npath = "/sms"\nid = "id"\nnumber = "from"\ntext = "text"\n'
    hotline, app = FakeHotline(), Flask("empty")
    app.register_blueprint(TableInbox(read_table(text.encode()), TableAccess((SECRET,), "KEY")).views(hotline))
    body = b'{"id":"a","from":"22370000101","text":"STOP"}'
    signed = {"x-api-key": "KEY", "X-Sign": hmac.new(b"KEY", body, "sha256").hexdigest()}

    def post(headers: dict[str, str]) -> int:
        return app.test_client().post(f"/gateway/mtn/{SECRET}/sms", data=body, headers=headers).status_code

    without_key, wrongly_signed = {"X-Sign": signed["X-Sign"]}, signed | {"X-Sign": "0" * 64}
    assert [post(each) for each in ({}, without_key, wrongly_signed, signed)] == ([404, 404, 400, 200] if guarded else [200] * 4)
    assert len(hotline.calls) == (1 if guarded else 4)


def test_half_a_letter_loses_no_message():
    """Half of a pair of UTF-16, which no store takes: the message comes without it, once, and a stop is a stop."""
    line = Inbox()
    body = '{"results":[{"messageId":"id-1","from":"22370000101","text":"STOP \\ud83d"}]}'
    assert line.post("/sms", body).status_code == 200
    assert line.hotline.calls[0][4] == "STOP ?"


def test_a_fault_of_the_sms_names_its_line():
    """As of every other section."""
    text = (SHIPPED / "infobip.toml").read_text(encoding="utf-8").replace('url = "{base}/sms', 'url = "http://example.org/sms')
    with pytest.raises(FaultyTable, match=r"line \d+: sms.send.url: must be an address that begins with https:// or \{base\}"):
        read_table(text.encode())


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('text = "{text}"', 'text = "Bonjour"', "sms.send.body: must hold {text}"),
        (
            '"App {key}"',
            '"App {secret}"',
            "sms.send: {secret} is nothing that can stand there; {base}, {key}, {client_id}, {client_secret}, {sender}, {number}, {text}, {reference}, {token} can",
        ),
        ('path = "/sms"', 'path = "/delivery"', "sms.messages.told: must say by what a message is told"),
        ('failed = ["UNDELIVERABLE"', 'failed = ["DELIVERED"', "sms.reports: has a state that is both arrived and failed"),
    ],
)
def test_parts_that_do_not_fit_together_are_told(old, new, fault):
    """Before the line sends anything."""
    text = (SHIPPED / "infobip.toml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    with pytest.raises(FaultyTable) as refused:
        read_table(text.replace(old, new).encode())
    assert fault in str(refused.value)
