"""Orange's SMS API, as the line's gateway knows it: a token, an SMS, a report; and the messages that people write."""

from __future__ import annotations

import hmac
import json
import secrets
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from hotline.demo.standin.wire import WireRequest
from hotline.engine.phone.numbers import is_e164
from hotline.engine.times import HOUR_SECONDS

if TYPE_CHECKING:
    from hotline.demo.standin.network import Standin, WrittenSms

TOKEN_SECONDS = HOUR_SECONDS


class OrangeSide:
    """`hotline.demo.standin.network.SmsSide` of Orange."""

    def __init__(self, secret: str, user: str, key: str) -> None:
        """`user`, `key`: the application's client id and secret."""
        self._hooks, self._user, self._key = f"/gateway/orange/{secret}", user, key

    def message(self, written: WrittenSms) -> WireRequest:
        sms = {
            "dateTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(written.at)),
            "destinationAddress": f"tel:{written.to}",
            "messageId": written.id,
            "message": written.text,
            "senderAddress": f"tel:{written.number}",
        }
        return self._notice("sms", {"inboundSMSMessageNotification": {"callbackData": "demo", "inboundSMSMessage": sms}})

    def face(self, standin: Standin, _line: str) -> Blueprint:
        tokens: dict[str, float] = {}
        face = Blueprint("orange", __name__)

        @face.post("/oauth/v3/token")
        def token() -> tuple[Response, int]:
            """One of an hour, for the application alone."""
            given = request.authorization
            pair = f"{given.username}:{given.password}" if given and given.type == "basic" else ""
            if not hmac.compare_digest(pair.encode(), f"{self._user}:{self._key}".encode()):
                return jsonify({"error": "invalid_client"}), HTTPStatus.UNAUTHORIZED
            now = time.monotonic()
            for old in [old for old, ends in tuple(tokens.items()) if ends < now]:
                tokens.pop(old, None)
            fresh = secrets.token_hex(16)
            tokens[fresh] = now + TOKEN_SECONDS
            return jsonify({"token_type": "Bearer", "access_token": fresh, "expires_in": str(TOKEN_SECONDS)}), HTTPStatus.OK

        @face.post("/smsmessaging/v1/outbound/<sender>/requests")
        def take(sender: str) -> tuple[Response, int]:
            """One SMS; its id stands at the end of the address that is answered."""
            given = request.authorization
            if given is None or given.type != "bearer" or tokens.get(given.token or "", 0.0) < time.monotonic():
                return jsonify({"code": 42, "message": "Expired credentials"}), HTTPStatus.UNAUTHORIZED
            sms: dict[str, Any] = request.get_json()["outboundSMSMessageRequest"]
            to = sms["address"].removeprefix("tel:")
            if sms["senderAddress"] != sender or not is_e164(to):
                return jsonify({"requestError": {"policyException": {"messageId": "POL0001"}}}), HTTPStatus.FORBIDDEN
            shown = sms.get("senderName") or sender.removeprefix("tel:")
            id = standin.take_sms(to, sms["outboundSMSTextMessage"]["message"], shown, lambda sent: self._report(sent, to))
            return jsonify({"outboundSMSMessageRequest": sms | {"resourceURL": f"{request.base_url}/{id}"}}), HTTPStatus.CREATED

        return face

    def _report(self, id: str, to: str) -> WireRequest:
        info = {"address": f"tel:{to}", "deliveryStatus": "DeliveredToTerminal"}
        return self._notice("delivery", {"deliveryInfoNotification": {"callbackData": id, "deliveryInfo": info}})

    def _notice(self, path: str, body: dict[str, Any]) -> WireRequest:
        return WireRequest("POST", f"{self._hooks}/{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
