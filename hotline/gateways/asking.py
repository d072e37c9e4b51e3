"""A vendor is asked over HTTP: in time, without following redirects, and with a failure that says whether anything can have been done."""

from __future__ import annotations

from typing import Final

import requests
from msgspec import Struct
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from hotline.ports.outgoing import GatewayRefused, GatewayUnknown

TIMEOUT: Final = (2.0, 6.0)
"""Seconds to connect, and to wait for each read: a worker must not hang on the vendor."""


MOST_BYTES: Final = 64 * 1024
"""Of an answer that is read: no vendor says more in one, and a worker's memory is no store for it."""


class VendorAnswer(Struct, frozen=True):
    """What came back; cut where it is longer than any that is read."""

    status_code: int
    content: bytes


def asked(
    method: str, url: str, headers: dict[str, str], data: dict[str, str] | bytes, timeout: tuple[float, float] = TIMEOUT
) -> VendorAnswer:
    """The vendor's answer, whatever its status. Raises GatewayRefused where no connection came about, GatewayUnknown where none came back."""
    content = bytearray()
    try:
        with requests.request(method, url, headers=headers, data=data, timeout=timeout, allow_redirects=False, stream=True) as answer:
            for piece in answer.iter_content(MOST_BYTES):
                content += piece
                if len(content) > MOST_BYTES:
                    break
            return VendorAnswer(answer.status_code, bytes(content[:MOST_BYTES]))
    except requests.RequestException as failure:
        raise _never_left(failure) from None


MAY_BE_DONE: Final = frozenset({303, 408, 409})
"""See another page, which tells what came of it; out of time; there already: it may have been done (RFC 9110 §15)."""


def taken(answer: VendorAnswer) -> VendorAnswer:
    """The answer, if its status is 2xx. Raises GatewayUnknown for 5xx and `MAY_BE_DONE`, GatewayRefused for the rest: each with the status alone."""
    if answer.status_code >= 500 or answer.status_code in MAY_BE_DONE:
        raise GatewayUnknown(f"http_{answer.status_code}")
    if answer.status_code >= 300:
        raise GatewayRefused(f"http_{answer.status_code}")
    return answer


def _never_left(failure: requests.RequestException) -> GatewayRefused | GatewayUnknown:
    """Refused only where no connection came about; else the request may have arrived."""
    inner = failure.args[0] if failure.args else None
    if isinstance(inner, MaxRetryError) and isinstance(inner.reason, (NewConnectionError, ConnectTimeoutError)):
        return GatewayRefused("unreachable")
    return GatewayUnknown("time_out" if isinstance(failure, requests.Timeout) else "broken_off")
