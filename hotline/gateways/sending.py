"""One request to a vendor, and whether it was taken: refused only where nothing can have happened, else unknown."""

from __future__ import annotations

import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from hotline.ports.outgoing import GatewayRefused, GatewayUnknown

TIMEOUT = (2.0, 6.0)
"""Seconds to connect, and to wait for each read: a worker must not hang on the vendor."""


def asked(method: str, url: str, headers: dict[str, str], data: dict[str, str] | bytes, timeout: tuple[float, float] = TIMEOUT) -> bytes:
    """The body of a good answer; redirects are not followed with the key in hand. Raises GatewayRefused or GatewayUnknown, which quote nothing."""
    try:
        answer = requests.request(method, url, headers=headers, data=data, timeout=timeout, allow_redirects=False)
    except requests.RequestException as failure:
        raise _never_left(failure) from None
    if answer.status_code >= 500:
        raise GatewayUnknown(f"http_{answer.status_code}")
    if answer.status_code >= 300:
        raise GatewayRefused(f"http_{answer.status_code}")
    return answer.content


def _never_left(failure: requests.RequestException) -> GatewayRefused | GatewayUnknown:
    """Refused only where no connection came about; else the request may have arrived."""
    inner = failure.args[0] if failure.args else None
    if isinstance(inner, MaxRetryError) and isinstance(inner.reason, (NewConnectionError, ConnectTimeoutError)):
        return GatewayRefused("unreachable")
    return GatewayUnknown("time_out" if isinstance(failure, requests.Timeout) else "broken_off")
