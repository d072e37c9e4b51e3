"""Africa's Talking, every direction but the USSD hop: SMS and calls out through its SDK, messages, reports and voice in as Flask views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never
from xml.etree import ElementTree as ET

from africastalking.SMS import SMSService
from africastalking.Voice import VoiceService
from flask import Blueprint, Response, request
from msgspec import DecodeError, Struct, field, json

from hotline.engine.phone.numbers import as_e164, is_e164
from hotline.engine.times import HOUR_SECONDS
from hotline.gateways.africastalking_forms import Delivery, IncomingSms, OptOut, UssdEnd, VoiceForm, WebhookGuard, read
from hotline.gateways.asking import TIMEOUT, asked, taken
from hotline.gateways.bodies import FieldError
from hotline.gateways.path_guard import guarded_views
from hotline.gateways.registry import GatewayParts
from hotline.gateways.sent_at import moment
from hotline.ports.incoming import ReceivedSms, SmsReport
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.ports.voice import VoiceConnect, VoiceCover, VoiceEnd, VoiceLeg, VoicePrompt, VoiceStep, VoiceUnreached

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.config import Config
    from hotline.ports.incoming import Taker
    from hotline.ports.memory import Memory
    from hotline.settings import AfricasTalking

Verdict: TypeAlias = Literal["taken", "refused", "unknown"]
STATUS: dict[int, tuple[str, Verdict]] = {
    100: ("processed", "taken"),
    101: ("sent", "taken"),
    102: ("queued", "taken"),
    401: ("risk_hold", "refused"),
    402: ("invalid_sender_id", "refused"),
    403: ("invalid_phone_number", "refused"),
    404: ("unsupported_number_type", "refused"),
    405: ("insufficient_balance", "refused"),
    406: ("user_in_blacklist", "refused"),
    407: ("could_not_route", "refused"),
    409: ("do_not_disturb_rejection", "refused"),
    500: ("internal_server_error", "unknown"),
    501: ("gateway_error", "unknown"),
    502: ("rejected_by_gateway", "refused"),
}
"""A recipient's statusCode inside a 201 (Africa's Talking, sending SMS). Where the vendor's own machine failed, it does not say how far it had come."""
CALL_REFUSALS = {
    "InvalidPhoneNumber": "invalid_phone_number",
    "DestinationNotSupported": "destination_not_supported",
    "InsufficientCredit": "insufficient_credit",
}
ARRIVED = {"Success": True, "Rejected": False, "Failed": False, "AbsentSubscriber": False, "Expired": False}
"""The last words of a delivery report."""
ON_THE_WAY = frozenset({"Sent", "Submitted", "Buffered"})
OUTCOMES: dict[str, Literal["Success", "Incomplete", "Failed"]] = {
    "Success": "Success",
    "Incomplete": "Incomplete",
    "Failed": "Failed",
}
"""Of a session."""


class _Recipient(Struct, frozen=True, rename="camel"):
    status_code: int
    message_id: str = ""


class _Recipients(Struct, frozen=True):
    recipients: tuple[_Recipient, ...] = field(name="Recipients", default=())


class _SmsAnswer(Struct, frozen=True):
    data: _Recipients = field(name="SMSMessageData")


class _RungPhone(Struct, frozen=True, rename="camel"):
    status: str
    session_id: str = ""


class _CallAnswer(Struct, frozen=True):
    entries: tuple[_RungPhone, ...] = ()


class _Transfer(Struct, frozen=True, rename="camel"):
    status: str
    error_message: str = ""


class _TransferAnswer(Struct, frozen=True):
    transfer: _Transfer = field(name="callTransferResponse")


class _Wire:
    """The SDK's one request method, kept from three of its habits: an exception that carries the answer's text and no status, JSON read only
    under one exact content type, and redirects followed with the key in hand. Everything else of the SDK stays as it is.
    """

    def _make_request(
        self, url: str, method: str, headers: dict[str, str], *, data: dict[str, str], timeout: tuple[float, float], **_unused: None
    ) -> bytes:
        return taken(asked(method, url, headers, data, timeout)).content


class _Sms(_Wire, SMSService):  # type: ignore[misc] # narrower on purpose
    def __init__(self, at: AfricasTalking) -> None:
        super().__init__(at.username, at.api_key)  # type: ignore[no-untyped-call]
        if at.base_url is not None:
            self._baseUrl = f"{at.base_url}/version1"


class _Voice(_Wire, VoiceService):  # type: ignore[misc] # narrower on purpose
    def __init__(self, at: AfricasTalking) -> None:
        super().__init__(at.username, at.api_key)  # type: ignore[no-untyped-call]
        if at.base_url is not None:
            self._baseUrl = at.base_url

    def place(self, cover_number: str, to: str, token: str, timeout: tuple[float, float]) -> bytes:
        """The SDK's `call`, with the one field that it leaves out (Africa's Talking, make a call): what tags the call in what the vendor posts."""
        data = {"username": self._username, "from": cover_number, "to": to, "clientRequestId": token}
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        return self._make_request(self._make_url("/call"), "POST", headers, data=data, timeout=timeout)  # type: ignore[no-untyped-call]

    def transfer(self, session: str, to: str, timeout: tuple[float, float]) -> bytes:
        """What the SDK has no method for (Africa's Talking, call transfer): the one who was called is put through to another number."""
        data = {"username": self._username, "sessionId": session, "phoneNumber": to, "callLeg": "callee"}
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        return self._make_request(self._make_url("/callTransfer"), "POST", headers, data=data, timeout=timeout)  # type: ignore[no-untyped-call]


class AfricasTalkingGateway:
    """`hotline.ports.outgoing.SmsOut` and `.Voice` over the vendor's SDK; safe for threads, since nothing changes after `__init__`.

    The vendor knows no idempotency key and no validity period for an SMS: GatewayUnknown is the caller's to live with.
    """

    name = WebhookGuard.name

    def __init__(self, at: AfricasTalking, timeout: tuple[float, float] = TIMEOUT) -> None:
        # Objects of our own: the SDK's `initialize` keeps them in module globals.
        self._sms = _Sms(at)
        self._voice = _Voice(at)
        self._sender = at.sender
        self._timeout = timeout
        self._cover_number = at.cover_number

    def send_sms(self, to: str, text: str) -> str:
        _check(to)
        answer = self._sms.send(text, [to], sender_id=self._sender, timeout=self._timeout)  # type: ignore[no-untyped-call]
        try:
            recipients = json.decode(answer, type=_SmsAnswer).data.recipients
        except (DecodeError, UnicodeDecodeError):
            raise GatewayUnknown("unparsable") from None
        if len(recipients) != 1:
            raise GatewayUnknown("recipients") if recipients else GatewayRefused("no_recipient")
        name, verdict = STATUS.get(recipients[0].status_code, ("new_status", "unknown"))
        if verdict == "taken":
            return recipients[0].message_id
        raise GatewayRefused(name) if verdict == "refused" else GatewayUnknown(name)

    def ring(self, to: str, token: str) -> str:
        _check(to)
        answer = self._voice.place(self._cover_number, to, token, self._timeout)
        try:
            entries = json.decode(answer, type=_CallAnswer).entries
        except (DecodeError, UnicodeDecodeError):
            raise GatewayUnknown("unparsable") from None
        if len(entries) != 1:
            raise GatewayUnknown("entries") if entries else GatewayRefused("no_entry")
        if entries[0].status == "Queued":
            return entries[0].session_id
        refusal = CALL_REFUSALS.get(entries[0].status)
        raise GatewayRefused(refusal) if refusal else GatewayUnknown("new_status")

    def cover(self, session: str) -> None:
        """The called leg is put through to the cover number itself, which answers as it answers anybody.

        The vendor speaks into no call that runs, and leaves the counselor's leg alone: the counselor knows by the silence.
        """
        answer = self._voice.transfer(session, self._cover_number, self._timeout)
        try:
            status = json.decode(answer, type=_TransferAnswer).transfer.status
        except (DecodeError, UnicodeDecodeError):
            raise GatewayUnknown("unparsable") from None
        if status != "Success":
            raise GatewayRefused("aborted") if status == "Aborted" else GatewayUnknown("new_status")


def parts(config: Config, _memory: Memory) -> GatewayParts:
    """All that the vendor has."""
    at = config.account()
    guard, out = WebhookGuard(at), AfricasTalkingGateway(at)
    return GatewayParts(
        WebhookGuard.name,
        door=guard,
        sms=out,
        voice=out,
        sms_in=lambda line, meter: blueprint(line, at, guard, meter.ended),
        refresh=guard.refresh,
    )


def _check(to: str) -> None:
    """Before the SDK does: its refusal quotes the number."""
    if not is_e164(to):
        raise GatewayRefused("invalid_phone_number")


def blueprint(
    line: Taker, at: AfricasTalking, guard: WebhookGuard, ended: Callable[[Literal["Success", "Incomplete", "Failed"]], None]
) -> Blueprint:
    """Views below `/at/<secret>/`; `ended` counts a session's end.

    400 names a field. 503 where nothing could be kept: the vendor posts messages and reports again for hours.
    """
    numbers = VoiceNumbers(at.cover_number, at.off_number)

    def ussd_end() -> Response:
        status = OUTCOMES.get(read(request.environ, UssdEnd).status)
        ended(status) if status else line.unknown("end")
        return Response()

    def sms() -> Response:
        _take_message(line, read(request.environ, IncomingSms))
        return Response()

    def delivery() -> Response:
        _take_report(line, read(request.environ, Delivery))
        return Response()

    def opt_out() -> Response:
        line.opt_out(read(request.environ, OptOut).phone_number)
        return Response()

    def voice() -> Response:
        form = read(request.environ, VoiceForm)
        step: VoiceStep = VoiceEnd()
        if form.direction != "Inbound":
            digits = form.dtmf_digits or None
            active = form.is_active == "1"
            step = line.voice(VoiceLeg(WebhookGuard.name, form.session_id, form.caller_number, active, digits, form.client_request_id))
        elif form.is_active == "1":
            # Whoever rings the cover number hears the same, the caller, the caller's husband or a call that was put through: no store is asked, no trace is left.
            step = line.cover()
        return Response(say(step, numbers), mimetype="application/xml")

    views = {"ussd/end": ussd_end, "sms": sms, "delivery": delivery, "optout": opt_out, "voice": voice}
    at_views = guarded_views(WebhookGuard.name, "/at", guard, {path: ("POST", view) for path, view in views.items()})
    at_views.register_error_handler(FieldError, lambda fault: Response(str(fault), 400, mimetype="text/plain"))
    return at_views


def _take_message(line: Taker, form: IncomingSms) -> None:
    number = as_e164(form.sender)
    if number is None:
        line.unknown("message")
    else:
        line.sms(ReceivedSms(WebhookGuard.name, form.id, number, form.text, moment(form.date), form.network))


def _take_report(line: Taker, form: Delivery) -> None:
    if form.status in ARRIVED:
        line.delivery(SmsReport(WebhookGuard.name, form.id, ARRIVED[form.status]))
    elif form.status not in ON_THE_WAY:
        line.unknown("report")


class VoiceNumbers(Struct, frozen=True):
    """The line's own: what it rings from, and a phone that is always off, if it has one."""

    cover: str
    off: str | None = None


def say(step: VoiceStep, numbers: VoiceNumbers) -> str:
    """The step as the vendor's XML (Africa's Talking, voice actions). It has no ring time-out: a Dial rings as long as the network lets it."""
    root = ET.Element("Response")
    match step:
        case VoicePrompt():
            _speak(root, step.text, step.digits if step.ask else 0)
        case VoiceConnect() | VoiceUnreached():
            if step.before:
                _speak(root, step.before)
            # Only a network can say what it says of a phone that is off, and take as long.
            to = step.to if isinstance(step, VoiceConnect) else numbers.off
            if to is not None:
                ET.SubElement(root, "Dial", phoneNumbers=to, callerId=numbers.cover, maxDuration=str(HOUR_SECONDS))
            _speak(root, step.after, int(step.ask_after))
        case VoiceCover(prompts=prompts):
            for prompt in prompts:
                ET.SubElement(root, "Say").text = prompt.text
        case VoiceEnd():
            ET.SubElement(root, "Reject")
        case _:
            assert_never(step)
    return '<?xml version="1.0" encoding="UTF-8"?>' + ET.tostring(root, encoding="unicode")


def _speak(root: ET.Element, text: str, digits: int = 0) -> None:
    """Say this, and wait for so many digits."""
    parent = ET.SubElement(root, "GetDigits", numDigits=str(digits), timeout="15") if digits else root
    ET.SubElement(parent, "Say").text = text
