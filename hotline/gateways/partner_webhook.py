"""A partner's system is told of releases, signed as Standard Webhooks 1.0 says (standardwebhooks.com): `ports.outgoing.WebhookOut`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import requests

from hotline.gateways.asking import TIMEOUT, VendorAnswer, taken
from hotline.ports.outgoing import GatewayUnknown

PREFIX: Final = "whsec_"
PATIENCE_SECONDS: Final = 10.0
"""For an answer, from the first byte to the last: alerts wait behind it, and who answers a byte a second is always in time for each."""


class PartnerWebhook:
    """One address. Signed under each of the secrets, so that one is exchanged while both sides go on."""

    def __init__(self, url: str, secrets: Sequence[str], seconds: float = PATIENCE_SECONDS) -> None:
        """`seconds`: how long it is waited for."""
        self._url, self._seconds = url, seconds
        self._keys = tuple(base64.b64decode(secret.removeprefix(PREFIX)) for secret in secrets)

    def post(self, id: str, body: bytes, at: int) -> None:
        """As `WebhookOut.post`. The certificate is checked; no redirect is followed, no credential of this machine added, no answer read but its status."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "hotline",
            "webhook-id": id,
            "webhook-timestamp": str(at),
            "webhook-signature": " ".join(f"v1,{signature(key, id, at, body)}" for key in self._keys),
        }
        came: list[int] = []
        asking = threading.Thread(target=self._ask, args=(body, headers, came), daemon=True)
        asking.start()
        asking.join(self._seconds)
        if not came:
            raise GatewayUnknown("webhook")
        taken(VendorAnswer(came[0], b""))

    def _ask(self, body: bytes, headers: dict[str, str], came: list[int]) -> None:
        """`came`: where the status goes, if one comes."""
        with (
            suppress(requests.RequestException),
            requests.Session() as session,
            session.post(
                self._url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True, auth=_nobody
            ) as answer,
        ):
            came.append(answer.status_code)


def signature(key: bytes, id: str, at: int, body: bytes) -> str:
    """Of id, moment and body, in base64."""
    signed = hmac.new(key, b".".join((id.encode(), str(at).encode(), body)), hashlib.sha256)
    return base64.b64encode(signed.digest()).decode()


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """In the place of what `.netrc` has for that host."""
    return request
