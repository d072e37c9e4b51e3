"""The vendor's SDK, over HTTP, against answers as the vendor gives them."""

from __future__ import annotations

import json
import socket
import threading

import pytest
from msgspec import structs
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from hotline.gateways.africastalking import STATUS, AfricasTalkingGateway
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from tests.fakes import AT

COUNSELOR = "+22370000101"
TOKEN = "0123456789abcdef0123456789abcdef"
TEXT = "471: rappel avant 14h20"


def sent(code: int = 101, status: str = "Success", number: str = COUNSELOR, id: str = "ATXid_9f3a") -> dict:
    """A 201 as the vendor gives it, refusals inside it too."""
    recipient = {"statusCode": code, "number": number, "status": status, "messageId": id, "cost": "XOF 12.0000"}
    return {"SMSMessageData": {"Message": "Sent to 1/1 Total Cost: XOF 12.0000", "Recipients": [recipient]}}


def called(status: str = "Queued", session: str = "ATVId_77aa") -> dict:
    return {"entries": [{"phoneNumber": COUNSELOR, "status": status, "sessionId": session}], "errorMessage": "None"}


@pytest.fixture
def gateway(httpserver: HTTPServer) -> AfricasTalkingGateway:
    return AfricasTalkingGateway(structs.replace(AT, base_url=httpserver.url_for("").rstrip("/")))


def test_sends_what_the_vendor_expects(httpserver, gateway):
    """One SMS is one form with our sender and one recipient; the vendor's id comes back."""
    httpserver.expect_request("/version1/messaging", method="POST").respond_with_json(sent(), status=201)
    assert gateway.send_sms(COUNSELOR, TEXT) == "ATXid_9f3a"
    request: Request = httpserver.log[0][0]
    assert request.form.to_dict() == {"username": "sandbox", "to": COUNSELOR, "message": TEXT, "bulkSMSMode": "1", "from": "SANTE"}
    assert request.headers["apiKey"] == "an-api-key"


def test_rings_from_the_cover_number(httpserver, gateway):
    """One call is one form, from the one number that may be seen, tagged; the voice session's id comes back."""
    httpserver.expect_request("/call", method="POST").respond_with_json(called())
    assert gateway.ring(COUNSELOR, TOKEN) == "ATVId_77aa"
    form = {"username": "sandbox", "from": "+22370000900", "to": COUNSELOR, "clientRequestId": TOKEN}
    assert httpserver.log[0][0].form.to_dict() == form
    assert httpserver.log[0][0].headers["apiKey"] == "an-api-key"


def test_puts_the_called_one_through_to_the_cover_number(httpserver, gateway):
    """The cover is the vendor's call transfer: this session's called leg, to our own number."""
    answer = {"callTransferResponse": {"status": "Success", "errorMessage": "None"}}
    httpserver.expect_request("/callTransfer", method="POST").respond_with_json(answer, status=201)
    gateway.cover("ATVId_77aa")
    request: Request = httpserver.log[0][0]
    assert request.form.to_dict() == {"username": "sandbox", "sessionId": "ATVId_77aa", "phoneNumber": "+22370000900", "callLeg": "callee"}
    assert request.headers["apiKey"] == "an-api-key"


@pytest.mark.parametrize(("status", "failure"), [("Aborted", GatewayRefused("aborted")), ("Maybe", GatewayUnknown("new_status"))])
def test_a_transfer_that_did_not_come_about_says_so(status, failure, httpserver, gateway):
    """Aborted was not done; a status that is not documented leaves it open. The vendor's own words never come out."""
    answer = {"callTransferResponse": {"status": status, "errorMessage": f"No such session {COUNSELOR}"}}
    httpserver.expect_request("/callTransfer").respond_with_json(answer, status=201)
    with pytest.raises(type(failure)) as caught:
        gateway.cover("ATVId_77aa")
    assert str(caught.value) == str(failure)


@pytest.mark.parametrize("code", STATUS)
def test_every_status_of_a_recipient_is_taken_refused_or_unknown(code, httpserver, gateway):
    """A 201 is no success by itself: the recipient's own code decides, and a refusal carries its name."""
    httpserver.expect_request("/version1/messaging").respond_with_json(sent(code, "Whatever"), status=201)
    name, verdict = STATUS[code]
    if verdict == "taken":
        assert gateway.send_sms(COUNSELOR, TEXT) == "ATXid_9f3a"
        return
    with pytest.raises(GatewayRefused if verdict == "refused" else GatewayUnknown) as caught:
        gateway.send_sms(COUNSELOR, TEXT)
    assert str(caught.value) == name


@pytest.mark.parametrize(
    ("response", "failure"),
    [
        (Response("The supplied authentication is invalid " + COUNSELOR, 401), GatewayRefused("http_401")),
        (Response("Bad " + COUNSELOR, 400), GatewayRefused("http_400")),
        (Response("", 302, {"Location": "/elsewhere"}), GatewayRefused("http_302")),
        (Response("Down " + COUNSELOR, 500), GatewayUnknown("http_500")),
        (Response("", 503), GatewayUnknown("http_503")),
        (Response("<html>", 201), GatewayUnknown("unparsable")),
        (Response(b"\xff", 201), GatewayUnknown("unparsable")),
        (Response("[]", 201), GatewayUnknown("unparsable")),
    ],
)
@pytest.mark.parametrize("way", ["send_sms", "ring", "cover"])
def test_tells_what_was_not_done_from_what_may_have_been(way, response, failure, httpserver, gateway):
    """4xx was not done; 5xx and an answer that cannot be read may have been. Only a short code comes out."""
    httpserver.expect_request("/version1/messaging").respond_with_response(response)
    httpserver.expect_request("/call").respond_with_response(response)
    httpserver.expect_request("/callTransfer").respond_with_response(response)
    ways = {
        "send_sms": lambda: gateway.send_sms(COUNSELOR, TEXT),
        "ring": lambda: gateway.ring(COUNSELOR, TOKEN),
        "cover": lambda: gateway.cover("ATVId_77aa"),
    }
    with pytest.raises(type(failure)) as caught:
        ways[way]()
    assert (str(caught.value), caught.value.__cause__, caught.value.__suppress_context__ or caught.value.__context__ is None) == (
        str(failure),
        None,
        True,
    )


def test_json_is_read_whatever_its_content_type(httpserver, gateway):
    """`application/json; charset=utf-8` is JSON too."""
    httpserver.expect_request("/call").respond_with_json(called(), content_type="application/json; charset=utf-8")
    assert gateway.ring(COUNSELOR, TOKEN) == "ATVId_77aa"


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ({"SMSMessageData": {"Message": "InsufficientBalance", "Recipients": []}}, GatewayRefused("no_recipient")),
        ({"SMSMessageData": {"Message": "Sent", "Recipients": [{"statusCode": 101}] * 2}}, GatewayUnknown("recipients")),
        (sent(999, "NewToUs"), GatewayUnknown("new_status")),
    ],
)
def test_an_sms_that_nobody_took_was_refused(answer, failure, httpserver, gateway):
    """Without a recipient nothing was sent; a status that is not in the table leaves it open."""
    httpserver.expect_request("/version1/messaging").respond_with_json(answer, status=201)
    with pytest.raises(type(failure), match=str(failure)):
        gateway.send_sms(COUNSELOR, TEXT)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (called("InvalidPhoneNumber"), GatewayRefused("invalid_phone_number")),
        (called("DestinationNotSupported"), GatewayRefused("destination_not_supported")),
        (called("InsufficientCredit"), GatewayRefused("insufficient_credit")),
        (called(f"New to us {COUNSELOR}"), GatewayUnknown("new_status")),
        ({"entries": [], "errorMessage": f"Invalid callerId {COUNSELOR}"}, GatewayRefused("no_entry")),
        ({"entries": [{"status": "Queued", "sessionId": "a"}] * 2}, GatewayUnknown("entries")),
    ],
)
def test_a_call_that_was_not_placed_says_so(answer, failure, httpserver, gateway):
    """The table's codes are refusals; the vendor's own words never come out."""
    httpserver.expect_request("/call").respond_with_json(answer)
    with pytest.raises(type(failure)) as caught:
        gateway.ring(COUNSELOR, TOKEN)
    assert str(caught.value) == str(failure)


def test_nobody_listening_is_a_refusal():
    """Where no connection came about, nothing was done."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gateway = AfricasTalkingGateway(structs.replace(AT, base_url=f"http://127.0.0.1:{port}"))
    with pytest.raises(GatewayRefused, match=r"^unreachable$"):
        gateway.send_sms(COUNSELOR, TEXT)


def hang_up(server: socket.socket) -> None:
    """Take one request and close without a word."""
    connection, _ = server.accept()
    connection.recv(65536)
    connection.close()


def test_a_connection_that_breaks_off_leaves_it_open():
    """A request that may have arrived is unknown, not refused: it must not be sent again by itself."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=hang_up, args=(server,))
        thread.start()
        gateway = AfricasTalkingGateway(structs.replace(AT, base_url=f"http://127.0.0.1:{server.getsockname()[1]}"))
        with pytest.raises(GatewayUnknown, match=r"^broken_off$"):
            gateway.ring(COUNSELOR, TOKEN)
        thread.join()


def test_an_answer_that_does_not_come_leaves_it_open():
    """A read that times out is unknown, and a worker is not held for longer than that."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        at = structs.replace(AT, base_url=f"http://127.0.0.1:{server.getsockname()[1]}")
        gateway = AfricasTalkingGateway(at, timeout=(0.1, 0.1))
        with pytest.raises(GatewayUnknown, match=r"^time_out$"):
            gateway.send_sms(COUNSELOR, TEXT)


@pytest.mark.parametrize("number", ["", "70000001", "22370000101", "+0", "+22370000101,+22370000102", "+22370000101\n"])
@pytest.mark.parametrize("way", ["send_sms", "ring"])
def test_what_is_no_number_goes_nowhere_and_is_not_quoted(way, number, httpserver, gateway):
    """Refused before the SDK sees it, whose own refusal quotes it."""
    with pytest.raises(GatewayRefused, match=r"^invalid_phone_number$"):
        gateway.send_sms(number, TEXT) if way == "send_sms" else gateway.ring(number, TOKEN)
    assert httpserver.log == []


def test_without_an_address_it_speaks_to_the_vendor_itself():
    """The SDK's own addresses stand where no other is set: the sandbox's for the sandbox's user name."""
    gateway = AfricasTalkingGateway(AT)
    assert (gateway._sms._baseUrl, gateway._voice._baseUrl) == (
        "https://api.sandbox.africastalking.com/version1",
        "https://voice.sandbox.africastalking.com",
    )


def test_many_threads_share_one_gateway(httpserver, gateway):
    """Each thread gets the answer to its own message."""
    numbers = [f"+223700001{n:02}" for n in range(8)]
    httpserver.expect_request("/version1/messaging").respond_with_handler(
        lambda request: Response(json.dumps(sent(id="ATXid_" + request.form["to"][1:])), 201, mimetype="application/json")
    )
    ids: dict[str, str] = {}
    threads = [threading.Thread(target=lambda n=n: ids.update({n: gateway.send_sms(n, TEXT)})) for n in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ids == {number: "ATXid_" + number[1:] for number in numbers}
