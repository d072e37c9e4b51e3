"""A vendor is asked over HTTP: in time, without following redirects, and with a failure that says whether anything can have been done."""

from __future__ import annotations

import threading
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import Any, Final, cast

import requests
from msgspec import Struct
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ReadTimeoutError

from hotline.ports.outgoing import GatewayRefused, GatewayUnknown

TIMEOUT: Final = (2.0, 6.0)
"""Seconds to connect, and from then on for the whole answer: a worker must not hang on a vendor that sends a byte now and then."""


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
    adapter = _Ending()
    alarm = threading.Timer(sum(timeout), adapter.end)
    alarm.daemon = True
    alarm.start()
    try:
        with requests.Session() as session:
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            with session.request(method, url, headers=headers, data=data, timeout=timeout, allow_redirects=False, stream=True) as answer:
                for piece in answer.iter_content(MOST_BYTES):
                    content += piece
                    if len(content) > MOST_BYTES:
                        break
    except requests.RequestException as failure:
        raise GatewayUnknown("time_out") if adapter.is_over.is_set() else _never_left(failure) from None
    finally:
        alarm.cancel()
    if adapter.is_over.is_set():  # an answer that says nothing of its length looks whole
        raise GatewayUnknown("time_out")
    return VendorAnswer(answer.status_code, bytes(content[:MOST_BYTES]))


class _Ending(HTTPAdapter):
    """Connections that can be ended while somebody reads from them: what the library counts is the time of each read, and a vendor may send on and on."""

    def __init__(self) -> None:
        self.is_over = threading.Event()
        self._sockets: list[socket] = []
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        pools = {"http": HTTPConnectionPool, "https": HTTPSConnectionPool}
        self.poolmanager.pool_classes_by_scheme = {scheme: self._noting(pool) for scheme, pool in pools.items()}

    def end(self) -> None:
        """From any thread."""
        self.is_over.set()
        for open_socket in self._sockets:
            with suppress(OSError):
                socket.shutdown(open_socket, SHUT_RDWR)

    def _noting(self, pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
        connects = pool.ConnectionCls.connect

        def connect(connection: Any) -> None:
            connects(connection)
            self._sockets.append(connection.sock)

        connections = type("Connection", (pool.ConnectionCls,), {"connect": connect})
        return cast("type[HTTPConnectionPool]", type("Pool", (pool,), {"ConnectionCls": connections}))


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
    is_late = isinstance(failure, requests.Timeout) or isinstance(inner, ReadTimeoutError)  # the latter: amid an answer
    return GatewayUnknown("time_out" if is_late else "broken_off")
