"""The USSD hop, answered in front of Flask: read a few fields, ask the line, write a screen.

A Flask view would spend most of its time on contexts, routing and form objects that a hop does not use. Everything that is not this one
request goes on to Flask, a wrong secret too, so that it meets the answer that any unknown path meets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication

    from hotline.ports.hasher import Hasher
    from hotline.ports.meter import Meter
    from hotline.service import Hotline

DIALS_A_MINUTE = 30
MOST_NUMBERS = 20_000

Kind: TypeAlias = Literal["screen", "end", "order", "refused", "broken"]
log = structlog.get_logger("hotline.webhook")


class UssdWebhook(Protocol):
    """A vendor's side of the hop."""

    name: str

    def takes(self, environ: dict[str, Any]) -> bool: ...
    def read(self, environ: dict[str, Any]) -> tuple[str, str, tuple[str, ...], str] | str:
        """Session, number, inputs and network code; or the name of the field at fault."""


class Dials:
    """How often each number began a session in this minute.

    Reading costs the line next to nothing, so this only stops a phone or a script gone wild. The counts are dropped every minute, and when
    there are too many of them; two threads may miscount by one, which a lock would not be worth.
    """

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        self._minute = 0
        self._counts: dict[bytes, int] = {}

    def are_too_many(self, number: str, seconds: float) -> bool:
        """Count one more session of this number."""
        minute = int(seconds // 60)
        if minute != self._minute or len(self._counts) >= MOST_NUMBERS:
            self._minute, self._counts = minute, {}
        counts = self._counts
        key = self._hasher.digest("dials", number)[:8]
        counts[key] = count = counts.get(key, 0) + 1
        return count > DIALS_A_MINUTE


class Hop:
    """WSGI: `app.wsgi_app = Hop(app.wsgi_app, …)`.

    `broken` gives the neutral words shown where something failed inside; `seconds` is a monotonic clock. Whatever is posted, the answer is a
    screen (200) or the name of a field (400), and nothing is raised.
    """

    def __init__(
        self,
        wsgi: WSGIApplication,
        hotline: Hotline,
        webhook: UssdWebhook,
        *,
        meter: Meter,
        hasher: Hasher,
        broken: Callable[[], str],
        seconds: Callable[[], float],
    ) -> None:
        self._wsgi = wsgi
        self._hotline = hotline
        self._webhook = webhook
        self._meter = meter
        self._hasher = hasher
        self._broken = broken
        self._seconds = seconds
        self._dials = Dials(hasher)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not self._webhook.takes(environ):
            return self._wsgi(environ, start_response)
        begun = self._seconds()
        kind, body = self._answer(environ, begun)
        status = "400 Bad Request" if kind == "refused" and not body.startswith(b"END ") else "200 OK"
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        self._meter.hop(kind, self._seconds() - begun)
        return [body]  # a list: granian hands anything else over piece by piece

    def _answer(self, environ: dict[str, Any], begun: float) -> tuple[Kind, bytes]:
        session = ""
        try:
            dialled = self._webhook.read(environ)
            if isinstance(dialled, str):
                return "refused", dialled.encode()
            session, number, inputs, network = dialled
            # Only a bare dial is ever refused: a key already pressed may be the way to the danger advice.
            if not inputs and self._dials.are_too_many(number, begun):
                return "refused", self._neutral()
            screen, stored = self._hotline.ussd(self._webhook.name, session, number, inputs, network)
            body = (b"END " if screen.ends else b"CON ") + screen.text.encode()
        except Exception as failure:  # noqa: BLE001 - the edge: the caller gets a calm screen whatever broke; the message may quote what was typed, so only its class is logged
            log.error("hop.broken", id=self._hasher.digest("log", session).hex()[:16], error=type(failure).__name__)  # noqa: TRY400
            return "broken", self._neutral()
        return "order" if stored else "end" if screen.ends else "screen", body

    def _neutral(self) -> bytes:
        return b"END " + self._broken().encode()
