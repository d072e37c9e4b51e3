"""The stand-in's HTTP faces: the vendors' addresses for the line, and `/phones` for the people; a process of its own."""

from __future__ import annotations

import hmac
import logging
from http import HTTPStatus
from typing import Any, NoReturn
from wsgiref.types import WSGIApplication

import msgspec
from flask import Blueprint, Flask, Response, abort, current_app, jsonify, request
from msgspec import Struct
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from hotline.demo.people import working
from hotline.demo.standin.bridge import USUAL, RingTiming
from hotline.demo.standin.network import Standin, VendorAccount
from hotline.demo.standin.played import PlayedVendor
from hotline.demo.words import Here, read_here
from hotline.engine.phone.numbers import is_e164

LARGEST_BODY = 64 * 1024
LONGEST_WAIT = 25.0
LONGEST_TEXT = 1000
LOOPBACK = ("127.0.0.1", "::1")

vendor = Blueprint("vendor", __name__)
phones = Blueprint("phones", __name__, url_prefix="/phones/<number>")


class Typed(Struct, frozen=True):
    """What someone typed: a code, a reply, a message, or one key."""

    text: str = ""


def create_standin(
    line_base: str,
    secret: str,
    account: VendorAccount,
    presence_every: float,
    *,
    timing: RingTiming = USUAL,
    here: tuple[Here, ...] | None = None,
    played: PlayedVendor | None = None,
) -> Flask:
    """The stand-in as a WSGI application; `app.extensions["standin"]` is its network, to be closed by whoever ends it.

    `line_base` is the line's address without the secret. `here`: who says *I am here*, every `presence_every` seconds; None for the demo's staff.
    `played`: the vendor that is played beside Africa's Talking, for what it can carry.
    """
    present = read_here(working()) if here is None else here
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    line = line_base.rstrip("/")
    ussd, sms = (played.ussd(account.service_code), played.sms) if played else (None, None)
    standin = Standin(line, secret, account, ussd=ussd, sms=sms, timing=timing, here=present, presence_every=presence_every)
    app.extensions["standin"] = standin
    if sms:
        app.register_blueprint(sms.face(standin, line))
    app.register_blueprint(vendor)
    app.register_blueprint(phones)
    return app


def serve(bind_host: str, port: int, app: WSGIApplication) -> BaseWSGIServer:
    """A threaded server, bound but not yet running (`serve_forever`); it logs no request, since their paths carry numbers."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    return make_server(bind_host, port, app, threaded=True, request_handler=Quiet)


def run_standin(
    bind_host: str,
    port: int,
    line_base: str,
    secret: str,
    account: VendorAccount,
    presence_every: float,
    played: PlayedVendor | None = None,
) -> None:
    """The stand-in's process: serves until it is ended."""
    serve(bind_host, port, create_standin(line_base, secret, account, presence_every, played=played)).serve_forever()


class Quiet(WSGIRequestHandler):
    """Keep-alive, and no line for any request."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


# what the line asks of the vendor


@vendor.post("/version1/messaging")
def messaging() -> Response:
    """Bulk SMS, to one number or several. 201 also where a recipient is refused, as the vendor does."""
    _authenticate()
    text, sender = _field("message"), request.form.get("from", "")
    recipients = [_send(to.strip(), text, sender) for to in _field("to").split(",")]
    sent = sum(r["statusCode"] == 101 for r in recipients)
    message = f"Sent to {sent}/{len(recipients)} Total Cost: XOF 0.0000"
    return _json({"SMSMessageData": {"Message": message, "Recipients": recipients}}, HTTPStatus.CREATED)


def _send(to: str, text: str, sender: str) -> dict[str, Any]:
    if not is_e164(to):
        return {"statusCode": 403, "number": to, "status": "InvalidPhoneNumber", "cost": "0", "messageId": "None"}
    id = _standin().take_sms(to, text[:LONGEST_TEXT], sender)
    return {"statusCode": 101, "number": to, "status": "Success", "cost": "XOF 0.0000", "messageId": id}


@vendor.post("/call")
def call() -> Response:
    """Ring numbers from the account's own number; the calls go on by what the line's voice webhook answers."""
    _authenticate()
    if _field("from") != _standin().account.cover_number:
        return _json({"entries": [], "errorMessage": "Invalid callerId"}, HTTPStatus.CREATED)
    entries = [_place(to.strip()) for to in _field("to").split(",")]
    return _json({"entries": entries, "errorMessage": "None"}, HTTPStatus.CREATED)


def _place(to: str) -> dict[str, str]:
    if not is_e164(to):
        return {"phoneNumber": to, "status": "InvalidPhoneNumber", "sessionId": "None"}
    session = _standin().take_call(to)
    return {"phoneNumber": to, "status": "Queued" if session else "DestinationNotSupported", "sessionId": session or "None"}


@vendor.post("/callTransfer")
def call_transfer() -> Response:
    """Put the called leg of a call with two legs through to the account's own number; 201 also where it does not come about."""
    _authenticate()
    is_done = request.form.get("callLeg", "callee") == "callee" and _standin().take_transfer(_field("sessionId"), _field("phoneNumber"))
    answer = {"status": "Success", "errorMessage": "None"} if is_done else {"status": "Aborted", "errorMessage": "No call with two legs"}
    return _json({"callTransferResponse": answer}, HTTPStatus.CREATED)


def _authenticate() -> None:
    account = _standin().account
    key = hmac.compare_digest(request.headers.get("apiKey", "").encode(), account.api_key.encode())
    name = hmac.compare_digest(request.form.get("username", "").encode(), account.username.encode())
    if not (key and name):
        _refuse(HTTPStatus.UNAUTHORIZED, "The supplied authentication is invalid")


def _field(name: str) -> str:
    value = request.form.get(name, "")
    if not value:
        _refuse(HTTPStatus.BAD_REQUEST, f"Request is missing required form field '{name}'")
    return value


# what people do with phones


@phones.before_request
def _loopback_only() -> None:
    """People hold these phones on this machine alone; another site's page cannot post JSON here."""
    if request.remote_addr not in LOOPBACK or not is_e164(_number()):
        abort(HTTPStatus.NOT_FOUND)
    if request.method == "POST" and request.mimetype != "application/json":
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


@phones.get("")
def look(number: str) -> Response:
    """The phone; with `since` and `wait`, as soon as its version is another one, else after `wait` seconds."""
    since = request.args.get("since", -1, int)
    wait = min(request.args.get("wait", 0.0, float), LONGEST_WAIT)
    return _json(msgspec.to_builtins(_standin().look(number, since, wait)))


@phones.post("/dial")
def dial(number: str) -> Response:
    _standin().dial(number, _typed())
    return _accepted()


@phones.post("/reply")
def reply(number: str) -> Response:
    return _accepted(_standin().reply(number, _typed()))


@phones.post("/answer")
def answer(number: str) -> Response:
    return _accepted(_standin().answer(number))


@phones.post("/key")
def key(number: str) -> Response:
    digit = _typed()
    if len(digit) != 1 or digit not in "0123456789*#":
        _refuse(HTTPStatus.BAD_REQUEST, "text")
    return _accepted(_standin().press(number, digit))


@phones.post("/hangup")
def hang_up(number: str) -> Response:
    _standin().hang_up(number)
    return _accepted()


@phones.post("/sms")
def sms(number: str) -> Response:
    _standin().send_sms(number, _typed())
    return _accepted()


def _typed() -> str:
    try:
        text = msgspec.json.decode(request.get_data(), type=Typed).text
    except msgspec.MsgspecError:
        text = ""
    if not text or len(text) > LONGEST_TEXT:
        _refuse(HTTPStatus.BAD_REQUEST, "text")
    return text


def _accepted(done: bool = True) -> Response:
    """202: it goes on in the background. 409: the phone is not in a state for it."""
    return _json({}, HTTPStatus.ACCEPTED if done else HTTPStatus.CONFLICT)


def _number() -> str:
    return str((request.view_args or {}).get("number", ""))


def _standin() -> Standin:
    standin: Standin = current_app.extensions["standin"]
    return standin


def _refuse(status: HTTPStatus, words: str) -> NoReturn:
    abort(Response(words, status, mimetype="text/plain"))


def _json(body: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response
