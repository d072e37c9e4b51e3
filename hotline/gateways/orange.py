"""Orange's SMS API for Africa and the Middle East, 2.0: SMS out, messages and delivery reports in. Written after what is public of it; never tried.

Both addresses of ours are registered by a form that Orange's staff are sent, not by a call; nothing is signed.
"""

from __future__ import annotations

import hmac
import time
from base64 import b64encode
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias, TypeVar
from urllib.parse import quote

from flask import Blueprint, Response, request
from msgspec import DecodeError, Meta, Struct, ValidationError, field, json

from hotline.config import ConfigError
from hotline.engine.phone.numbers import as_e164, is_e164
from hotline.gateways.asking import TIMEOUT, asked, taken
from hotline.gateways.bodies import FieldError
from hotline.gateways.orange_pages import OrangePages
from hotline.gateways.path_guard import PathGuard, guarded_views
from hotline.gateways.registry import GatewayParts
from hotline.gateways.sent_at import moment
from hotline.gateways.tokens import FreshToken, Tokens
from hotline.ports.incoming import ReceivedSms, SmsReport
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.config import Config
    from hotline.gateways.asking import VendorAnswer
    from hotline.ports.incoming import Taker
    from hotline.ports.memory import Memory
    from hotline.settings.orange import Orange

NAME: Final = "orange"
PREFIX: Final = f"/gateway/{NAME}"
FINAL_REPORTS: Final = {"DeliveredToTerminal": True, "DeliveryImpossible": False}
ON_THE_WAY: Final = frozenset({"DeliveredToNetwork", "MessageWaiting", "DeliveryUncertain", "DeliveryNotificationNotSupported"})
"""After the last of these no report comes."""

OrangeId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
Form = TypeVar("Form", bound=Struct)


class _Token(Struct, frozen=True):
    access_token: Annotated[str, Meta(pattern=r"\A[!-~]{1,4096}\Z")]
    expires_in: str | int = ""


class _Sent(Struct, frozen=True, rename="camel"):
    resource_url: str = field(name="resourceURL", default="")


class _SentAnswer(Struct, frozen=True):
    request: _Sent = field(name="outboundSMSMessageRequest")


class _DeliveryInfo(Struct, frozen=True, rename="camel"):
    delivery_status: str


class _Delivery(Struct, frozen=True, rename="camel"):
    callback_data: OrangeId
    delivery_info: _DeliveryInfo


class _DeliveryBody(Struct, frozen=True):
    report: _Delivery = field(name="deliveryInfoNotification")


class _Message(Struct, frozen=True, rename="camel"):
    sender_address: str
    message: str
    date_time: str = ""
    destination_address: str = ""
    message_id: str = ""
    """Missing where an operator's older platform is behind it."""


class _Incoming(Struct, frozen=True):
    message: _Message = field(name="inboundSMSMessage")


class _MessageBody(Struct, frozen=True):
    notification: _Incoming = field(name="inboundSMSMessageNotification")


class OrangeSms:
    """`hotline.ports.outgoing.SmsOut` by the API, which knows no idempotency key; safe for threads. A token lives for an hour."""

    def __init__(self, account: Orange, memory: Memory, seconds: Callable[[], float], timeout: tuple[float, float] = TIMEOUT) -> None:
        """`seconds`: a monotonic clock."""
        self._account = account
        self._timeout = timeout
        self._base = account.base_url.rstrip("/")
        self._tokens = Tokens(f"orange token|{account.client_id}", memory, seconds, self._fresh)

    def send_sms(self, to: str, text: str) -> str:
        """Hand over one SMS; returns Orange's id of it, empty where it came without. Raises GatewayRefused or GatewayUnknown."""
        if not is_e164(to):
            raise GatewayRefused("invalid_phone_number")
        token = self._tokens.current()
        answer = self._post(token, to, text)
        if answer.status_code == 401:  # exchanged or withdrawn before its time
            answer = self._post(self._tokens.current(token), to, text)
        if taken(answer).status_code != 201:
            raise GatewayUnknown("new_status")
        try:
            return json.decode(answer.content, type=_SentAnswer).request.resource_url.rpartition("/")[2][:128]
        except (DecodeError, UnicodeDecodeError):
            return ""

    def _post(self, token: str, to: str, text: str) -> VendorAnswer:
        sender = f"tel:{self._account.sender}"
        sms = {"address": f"tel:{to}", "senderAddress": sender, "outboundSMSTextMessage": {"message": text}}
        if self._account.sender_name is not None:
            sms["senderName"] = self._account.sender_name
        url = f"{self._base}/smsmessaging/v1/outbound/{quote(sender, safe='')}/requests"
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Accept": "application/json"}
        return asked("POST", url, headers, json.encode({"outboundSMSMessageRequest": sms}), self._timeout)

    def _fresh(self) -> FreshToken:
        pair = f"{self._account.client_id}:{self._account.client_secret}"
        headers = {"Authorization": f"Basic {b64encode(pair.encode()).decode()}", "Accept": "application/json"}
        try:
            answer = taken(asked("POST", f"{self._base}/oauth/v3/token", headers, {"grant_type": "client_credentials"}, self._timeout))
            given = json.decode(answer.content, type=_Token)
        except (GatewayRefused, GatewayUnknown, DecodeError, UnicodeDecodeError):
            raise GatewayRefused("no_token") from None
        return FreshToken(given.access_token, str(given.expires_in))


def parts(config: Config, memory: Memory) -> GatewayParts:
    """SMS, both ways; and the pages of #303# where they are set."""
    account = config.orange
    if account is None:
        raise ConfigError(("HOTLINE_GATEWAYS: it takes orange",))
    guard = PathGuard(account)
    return GatewayParts(
        NAME,
        door=OrangePages(account, guard) if account.pages else None,
        sms=OrangeSms(account, memory, time.monotonic),
        sms_in=lambda line, _meter: blueprint(line, account, guard),
        refresh=guard.refresh,
    )


def blueprint(line: Taker, account: Orange, guard: PathGuard) -> Blueprint:
    """Views below `/gateway/orange/<secret>/`. 400 where it is no notice of theirs. 503 where nothing could be kept."""

    def sms() -> Response:
        message = _read(_MessageBody).notification.message
        number = as_e164(message.sender_address)
        if number is None:  # a network's own advertising: nobody who could be answered
            line.unknown("message")
        else:
            id = message.message_id[:128] or _own_id(account, message)
            line.sms(ReceivedSms(NAME, id, number, message.message, moment(message.date_time), ""))
        return Response()

    def delivery() -> Response:
        report = _read(_DeliveryBody).report
        state = report.delivery_info.delivery_status
        if state in FINAL_REPORTS:
            line.delivery(SmsReport(NAME, report.callback_data, FINAL_REPORTS[state]))
        elif state not in ON_THE_WAY:
            line.unknown("report")
        return Response()

    views = guarded_views(NAME, PREFIX, guard, {"sms": ("POST", sms), "delivery": ("POST", delivery)})
    views.register_error_handler(FieldError, lambda fault: Response(str(fault), 400, mimetype="text/plain"))
    return views


def _read(form: type[Form]) -> Form:
    try:
        return json.decode(request.get_data(), type=form)
    except (DecodeError, ValidationError, UnicodeDecodeError):
        raise FieldError("body") from None


def _own_id(account: Orange, message: _Message) -> str:
    """The same for what comes again: who wrote what, when. Under a key, since it is kept and a number can be guessed."""
    said = json.encode((message.sender_address, message.destination_address, message.date_time, message.message))
    return hmac.new(account.client_secret.encode(), said, "sha256").hexdigest()[:32]
