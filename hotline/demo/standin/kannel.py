"""Kannel's smsbox, as it is set up in `docs/kannel.conf`: it takes SMS, fetches the address that each gives for its report, and posts messages."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from hotline.demo.standin.wire import WireRequest
from hotline.engine.phone.numbers import is_e164

if TYPE_CHECKING:
    from hotline.demo.standin.network import Standin, WrittenSms

DELIVERED = "1"
LONGEST_TEXT = 1000


class KannelSide:
    """`hotline.demo.standin.network.SmsSide` of Kannel."""

    def __init__(self, secret: str, user: str, key: str) -> None:
        """`user`, `key`: of smsbox's group `sendsms-user`."""
        self._hooks, self._user, self._key = f"/gateway/kannel/{secret}", user, key

    def message(self, written: WrittenSms) -> WireRequest:
        query = urlencode({"id": written.id, "at": int(written.at)})
        headers = {
            "User-Agent": "Kannel/1.4.5",
            "Content-Type": "text/plain; charset=UTF-8",
            "X-Kannel-From": written.number,
            "X-Kannel-To": written.to,
            "X-Kannel-Coding": "0",
        }
        return WireRequest("POST", f"{self._hooks}/sms?{query}", written.text.encode(), headers)

    def face(self, standin: Standin, line: str) -> Blueprint:
        face = Blueprint("kannel", __name__)

        @face.post("/cgi-bin/sendsms")
        def take() -> Response:
            """One SMS, whose report is fetched from the line alone."""
            given = (request.headers.get(f"X-Kannel-{name}", "") for name in ("Username", "Password"))
            if not hmac.compare_digest(":".join(given).encode(), f"{self._user}:{self._key}".encode()):
                return _said("Authorization failed for sendsms", HTTPStatus.FORBIDDEN)
            to, report = request.headers.get("X-Kannel-To", ""), request.headers.get("X-Kannel-DLR-Url", "")
            if not is_e164(to) or not report.startswith(f"{line}/"):
                return _said("Invalid receiver or report's address", HTTPStatus.BAD_REQUEST)
            text = request.get_data().decode("utf-8", "replace")[:LONGEST_TEXT]
            fetched = WireRequest("GET", report.removeprefix(line).replace("%d", DELIVERED))
            standin.take_sms(to, text, request.headers.get("X-Kannel-From", ""), lambda _id: fetched)
            return _said("0: Accepted for delivery", HTTPStatus.ACCEPTED)

        return face


def _said(words: str, status: HTTPStatus) -> Response:
    return Response(words, status, mimetype="text/plain")
