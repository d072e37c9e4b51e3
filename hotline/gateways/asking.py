"""A vendor is asked over HTTP: in time, without following redirects, and with a failure that says whether anything can have been done."""

from __future__ import annotations

from typing import Final

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from hotline.ports.outgoing import GatewayRefused, GatewayUnknown

TIMEOUT: Final = (2.0, 6.0)
"""Seconds to connect, and to wait for each read: a worker must not hang on the vendor."""


def asked(
    method: str, url: str, headers: dict[str, str], data: dict[str, str] | bytes, timeout: tuple[float, float] = TIMEOUT
) -> requests.Response:
    """The vendor's answer, whatever its status. Raises GatewayRefused where no connection came about, GatewayUnknown where none came back."""
    try:
        return requests.request(method, url, headers=headers, data=data, timeout=timeout, allow_redirects=False)
    except requests.RequestException as failure:
        raise _never_left(failure) from None


MAY_BE_DONE: Final = frozenset({303, 408, 409})
"""See another page, which tells what came of it; out of time; there already: it may have been done (RFC 9110 §15)."""


def taken(answer: requests.Response) -> requests.Response:
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
