"""The line as it is seen from outside, by the address that staff and vendors use: what the proxy in front lets through, and for how long its certificate is good."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from hotline.adapters.machine import RENEW_SECONDS
from hotline.doctor.finding import Level
from hotline.engine.times import DAY_SECONDS
from hotline.gateways.paths import asked_from_outside

SECONDS: Final = 5.0
INSIDE: Final = ("/metrics", "/health/ready")
HELD_SECONDS: Final = 0.5
"""A hop is answered in a fraction of it: what is held so long at the line's own address waits for a body."""
TRIES: Final = 3
"""What is held each time is no slow hop of somebody else's."""
_ESTABLISHED: Final = "01"


def seen_from_outside(console_url: str | None, bind: str, gateways: tuple[str, ...], at: int) -> Iterator[tuple[Level, str]]:
    """A level and words for each look. `gateways`: those that the line uses, by name."""
    if console_url is None:
        yield "warn", "HOTLINE_CONSOLE_URL is empty: nothing says where the line is seen from outside"
        return
    url = urlsplit(console_url)
    if url.scheme != "https":
        yield "bad", "HOTLINE_CONSOLE_URL has no TLS"
        return
    try:
        yield _certificate(url, at)
        yield from _pages(url)
        yield _bodies(url, bind, asked_from_outside(gateways))
    except ssl.SSLError as error:
        yield "bad", f"its certificate is not one that a browser takes ({error.reason})"
    except (OSError, http.client.HTTPException) as error:
        yield "warn", f"cannot be reached from here ({type(error).__name__}): look from another machine"


def _connect(url: SplitResult) -> ssl.SSLSocket:
    host = url.hostname or ""
    plain = socket.create_connection((host, url.port or 443), SECONDS)
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _certificate(url: SplitResult, at: int) -> tuple[Level, str]:
    with _connect(url) as connected:
        shown = connected.getpeercert() or {}
    left = ssl.cert_time_to_seconds(str(shown["notAfter"])) - at
    return "warn" if left < RENEW_SECONDS else "ok", f"its certificate is good for {left // DAY_SECONDS} days"


def _pages(url: SplitResult) -> Iterator[tuple[Level, str]]:
    let_out = [path for path in INSIDE if _get(url, path)[0] != http.HTTPStatus.NOT_FOUND]
    yield ("bad", f"whoever asks from outside is shown {' and '.join(let_out)}") if let_out else ("ok", "what is for inside is not shown")
    if _get(url, "/console/sign-in")[1] is None:
        yield "bad", "no Strict-Transport-Security at the console: a browser may be led to ask without TLS"


def _get(url: SplitResult, path: str) -> tuple[int, str | None]:
    """The status, and for how long a browser shall ask over TLS alone."""
    with closing(http.client.HTTPSConnection(url.hostname or "", url.port, timeout=SECONDS)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.headers["Strict-Transport-Security"]


def _bodies(url: SplitResult, bind: str, paths: tuple[str, ...]) -> tuple[Level, str]:
    """Does a body that is not whole yet reach the line? Seen where the proxy is on this machine: by a connection to the line that is there as long as ours is.

    A proxy that keeps connections to the line open between requests may hide it: the examples in `deploy/` keep none.
    """
    if not paths:
        return "ok", "no gateway of the line's asks from outside"
    if _connected_to(bind) is None:
        return "warn", "whether the proxy waits for whole requests cannot be seen here"
    if all(_is_handed_on(url, bind, paths[0]) for _ in range(TRIES)):
        return "bad", "the proxy hands bodies on before they are whole (proxy_request_buffering on)"
    return "ok", "the proxy waits for whole requests, as far as can be seen from here"


def _is_handed_on(url: SplitResult, bind: str, path: str) -> bool:
    before = _connected_to(bind) or frozenset()
    with _connect(url) as begun:
        begun.sendall(f"POST /{path}/doctor/ussd HTTP/1.1\r\nHost: {url.hostname}\r\nContent-Length: 64\r\n\r\ntext=".encode())
        found = set(_connected_to(bind) or ()) - before
        time.sleep(HELD_SECONDS / 2)
        found |= set(_connected_to(bind) or ()) - before
        time.sleep(HELD_SECONDS)
        return bool(found & (_connected_to(bind) or frozenset()))


def _connected_to(bind: str) -> frozenset[str] | None:
    """The other ends of what is connected to this port on this machine. Returns None where the system does not say."""
    port = f"{int(bind.rpartition(':')[2]):04X}"
    try:
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    except OSError:
        return None
    return frozenset(remote for _, local, remote, state, *_ in rows if local.endswith(f":{port}") and state == _ESTABLISHED)
