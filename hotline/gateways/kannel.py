"""Kannel, which the line runs itself, for SMPP accounts and GSM modems: SMS out by its smsbox, SMS and delivery reports in.

No number and no text stands in an address, which Kannel writes into its log where it cannot fetch it: they go in headers and bodies, both ways
(Kannel 1.4.5, `post-url`, `X-Kannel-…`). Kannel gives an SMS no id that comes back; the reference in the report's address is ours.
`docs/kannel.md` says how it is set up.
"""

from __future__ import annotations

import re
from contextlib import suppress
from secrets import token_hex  # noqa: TID251 -- `parts` hands it in
from typing import TYPE_CHECKING, Final

import structlog
from flask import Blueprint, Response, request

from hotline.config import ConfigError
from hotline.engine.phone.gsm import is_gsm
from hotline.engine.phone.numbers import as_e164, is_e164
from hotline.gateways.asking import TIMEOUT, asked, taken
from hotline.gateways.bodies import FieldError
from hotline.gateways.path_guard import PathGuard, guarded_views
from hotline.gateways.registry import GatewayParts
from hotline.ports.incoming import ReceivedSms, SmsReport
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.config import Config
    from hotline.ports.incoming import Taker
    from hotline.ports.memory import Memory
    from hotline.settings.kannel import Kannel

NAME: Final = "kannel"
PREFIX: Final = f"/gateway/{NAME}"
FINAL_REPORTS: Final = {"1": True, "2": False, "16": False}
"""Delivered, not delivered, refused by the SMSC. They come in any order, and again; a long SMS has one."""
ON_THE_WAY: Final = frozenset({"4", "8"})
ASKED_REPORTS: Final = 1 + 2 + 16
VALID_MINUTES: Final = 5
"""So long an SMS may wait for its network: an alert is offered again by then, and an answer that comes late is read by somebody else."""
BUSY: Final = b"Temporal failure, try again later."
"""bearerbox has no room or is ending, and kept nothing."""

_ID: Final = re.compile(r"[!-~]{1,128}")
_EPOCH: Final = re.compile(r"[0-9]{1,12}")
_BINARY: Final = "1"
log = structlog.get_logger("hotline.gateways.kannel")


class KannelSms:
    """`hotline.ports.outgoing.SmsOut` by smsbox; safe for threads.

    What Kannel took it hands on once its network is there again; it knows no idempotency key.
    """

    def __init__(self, account: Kannel, guard: PathGuard, reference: Callable[[], str], timeout: tuple[float, float] = TIMEOUT) -> None:
        """`reference`: a new one for each SMS, of letters and digits."""
        self._account = account
        self._guard = guard
        self._reference = reference
        self._timeout = timeout

    def send_sms(self, to: str, text: str) -> str:
        """Hand over one SMS; returns our own reference, by which its reports come. Raises GatewayRefused or GatewayUnknown."""
        if not is_e164(to):
            raise GatewayRefused("invalid_phone_number")
        with suppress(ConfigError):  # a worker looks for no new secret by itself
            self._guard.refresh()
        reference = self._reference()
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "X-Kannel-Username": self._account.username,
            "X-Kannel-Password": self._account.password,
            "X-Kannel-From": self._account.sender,
            "X-Kannel-To": to,
            # Kannel makes Ç of ç and ? of what else GSM 7 bit lacks: such a text goes in UCS-2.
            "X-Kannel-Coding": "0" if is_gsm(text) else "2",
            "X-Kannel-Validity": str(VALID_MINUTES),
            "X-Kannel-DLR-Mask": str(ASKED_REPORTS),
            "X-Kannel-DLR-Url": f"{self._account.line_url.rstrip('/')}{PREFIX}/{self._guard.secret}/report?ref={reference}&d=%d",
        }
        answer = asked("POST", self._account.sendsms_url, headers, text.encode(), self._timeout)
        if answer.status_code == 503 and answer.content.strip() == BUSY:
            raise GatewayRefused("busy")
        if taken(answer).status_code != 202:
            raise GatewayUnknown("new_status")
        return reference


def parts(config: Config, _memory: Memory) -> GatewayParts:
    """SMS, both ways."""
    account = config.kannel
    if account is None:
        raise ConfigError(("HOTLINE_GATEWAYS: it takes kannel",))
    guard = PathGuard(account)
    return GatewayParts(
        NAME,
        sms=KannelSms(account, guard, lambda: token_hex(16)),
        sms_in=lambda line, _meter: blueprint(line, guard),
        refresh=guard.refresh,
    )


def blueprint(line: Taker, guard: PathGuard) -> Blueprint:
    """Views below `/gateway/kannel/<secret>/`. What Kannel is answered it may send to the phone: every answer is empty.

    400 where Kannel is not set up as it has to be; the log names the field. 503 where nothing could be kept: Kannel asks again, as often as it is set up to.
    """

    def sms() -> Response:
        id, sender = request.args.get("id", ""), request.headers.get("X-Kannel-From", "")
        if not _ID.fullmatch(id):
            raise FieldError("id")
        if not sender:
            raise FieldError("send-sender")
        if not _EPOCH.fullmatch(at := request.args.get("at", "")):
            raise FieldError("at")
        number = as_e164(f"+{sender[2:]}" if sender.startswith("00") else sender)
        if number is None or request.headers.get("X-Kannel-Coding") == _BINARY:
            # A network's own advertising, or a phone's settings: nobody who could be answered.
            line.unknown("message")
        else:
            line.sms(ReceivedSms(NAME, id, number, _text(), int(at), ""))
        return _empty(200)

    def report() -> Response:
        reference, what = request.args.get("ref", ""), request.args.get("d", "")
        if not _ID.fullmatch(reference):
            raise FieldError("ref")
        if what in FINAL_REPORTS:
            line.delivery(SmsReport(NAME, reference, FINAL_REPORTS[what]))
        elif what not in ON_THE_WAY:
            line.unknown("report")
        return _empty(200)

    def refused(fault: FieldError) -> Response:
        log.warning("kannel.misconfigured", part=str(fault))
        return _empty(400)

    views = guarded_views(NAME, PREFIX, guard, {"sms": ("POST", sms), "report": ("GET", report)})
    views.register_error_handler(FieldError, refused)
    return views


def _text() -> str:
    """What was written, in the charset that Kannel names. A byte that is none of it is no reason to lose a message."""
    charset = request.mimetype_params.get("charset", "UTF-8")
    encoding = "utf-16-be" if charset.upper() in ("UTF-16BE", "UTF-16", "UCS-2") else "utf-8"
    return request.get_data().decode(encoding, "replace")


def _empty(status: int) -> Response:
    return Response(status=status, mimetype="text/plain")
