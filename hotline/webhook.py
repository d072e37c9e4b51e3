"""The USSD hop, answered in front of Flask: a vendor's door reads a few fields, the line is asked, the door writes the screen.

A Flask view would spend most of its time on contexts, routing and form objects that a hop does not use. Everything that is not this one
request goes on to Flask, a wrong secret too, so that it meets the answer that any unknown path meets.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import structlog

from hotline.ports.ussd import HttpAnswer, UssdOver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from wsgiref.types import StartResponse, WSGIApplication

    from hotline.ports.hasher import Hasher
    from hotline.ports.meter import Meter
    from hotline.ports.ussd import UssdDoor, UssdHop
    from hotline.service import Hotline

DIALS_A_MINUTE = 30
MOST_NUMBERS = 20_000

STATUS: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}

HopKind: TypeAlias = Literal["screen", "end", "order", "refused", "broken"]
log = structlog.get_logger("hotline.webhook")


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

    A request goes to the first of the `doors` that takes it. `broken` gives the neutral words shown where something failed inside; `seconds` is a
    monotonic clock. Whatever is sent, the answer is the door's, and nothing is raised.
    """

    def __init__(
        self,
        wsgi: WSGIApplication,
        hotline: Hotline,
        doors: Sequence[UssdDoor],
        *,
        meter: Meter,
        hasher: Hasher,
        broken: Callable[[], str],
        seconds: Callable[[], float],
    ) -> None:
        self._wsgi = wsgi
        self._hotline = hotline
        self._doors = tuple(doors)
        self._meter = meter
        self._hasher = hasher
        self._broken = broken
        self._seconds = seconds
        self._dials = Dials(hasher)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        for door in self._doors:
            if door.takes(environ):
                break
        else:
            return self._wsgi(environ, start_response)
        begun = self._seconds()
        kind, answer = self._answer(door, environ, begun)
        body = answer.body
        start_response(STATUS[answer.status], [*answer.headers, ("Cache-Control", "no-store"), ("Content-Length", str(len(body)))])
        if kind is not None:
            self._meter.hop(kind, self._seconds() - begun, door.name)
        return [body]  # a list: granian hands anything else over piece by piece

    def _answer(self, door: UssdDoor, environ: dict[str, Any], begun: float) -> tuple[HopKind | None, HttpAnswer]:
        """The answer, and how the hop is counted; None for what is none."""
        hop: UssdHop | None = None
        try:
            said = door.read(environ)
            if isinstance(said, str):
                return "refused", door.refuse(said)
            if isinstance(said, UssdOver):
                return None, self._over(door, said)
            if isinstance(said, HttpAnswer):
                return None, said
            hop = said
            # Only a bare dial is ever refused: a key already pressed may be the way to the danger advice.
            if not hop.inputs and hop.last is None and hop.number and self._dials.are_too_many(hop.number, begun):
                return "refused", door.calm(hop, self._broken())
            answered = self._hotline.hop(door.name, door.memory, hop)
            screen = answered.screen
            return "order" if answered.stored else "end" if screen.ends else "screen", door.write(hop, screen, answered.state)
        except Exception as failure:  # noqa: BLE001 - the edge: the caller gets a calm screen whatever broke; the message may quote what was typed, so only its class is logged
            session = hop.session if hop else ""
            log.error("hop.broken", id=self._hasher.digest("log", session).hex()[:16], error=type(failure).__name__)  # noqa: TRY400
            return "broken", door.calm(hop, self._broken())

    def _over(self, door: UssdDoor, over: UssdOver) -> HttpAnswer:
        self._meter.ended(over.outcome)
        self._hotline.over(door.name, door.memory, over.session)
        return door.acknowledge(over)
