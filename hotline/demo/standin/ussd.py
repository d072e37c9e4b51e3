"""One USSD dialogue on a phone, by whichever vendor's wire; and Africa's Talking's: all inputs so far joined by `*`, and a notice at its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from hotline.demo.standin.wire import NoAnswer, WireAnswer, WireRequest, form_request

AskLine: TypeAlias = Callable[[WireRequest], WireAnswer]
EndStatus: TypeAlias = Literal["Success", "Incomplete", "Failed"]

NETWORK = "61002"
"""Country 610, network 02."""


class ShownScreen(Struct, frozen=True):
    """What an answer shows; `state`: what the vendor brings back with the next request."""

    words: str
    ends: bool
    state: str = ""


class UssdWire(Protocol):
    """How one vendor asks the line, and what it makes of the answers."""

    service_code: str
    least_pause: float
    """Seconds until the same key is sent again, where the wire could not tell it from a repeat."""

    def request(self, session: HandsetSession) -> WireRequest:
        """The next hop, with what was typed last."""

    def screen(self, session: HandsetSession, answer: WireAnswer) -> ShownScreen:
        """What the phone shows. Raises NoAnswer for an answer that the vendor would not show."""

    def notice(self, session: HandsetSession, how: EndStatus) -> WireRequest | None:
        """What tells the line that the session is over. Returns None where this vendor does not say so."""


def opening(code: str, service_code: str) -> tuple[str, ...] | None:
    """The inputs that a dialled code brings along: none for the service code itself, `("4", "1")` for `*123*4*1#`. Returns None where the code is not ours."""
    if code == service_code:
        return ()
    stem = service_code.removesuffix("#") + "*"
    if not (code.startswith(stem) and code.endswith("#")):
        return None
    return tuple(code[len(stem) : -1].split("*"))


class HandsetSession:
    """The session of one phone. It asks the line, hop by hop, and remembers what the next hop and the end notice must tell."""

    def __init__(self, wire: UssdWire, session: str, number: str, dialled: tuple[str, ...], clock: Callable[[], float] = time.time) -> None:
        """`dialled`: the inputs that were dialled behind the service code."""
        self.session, self.number, self.dialled = session, number, dialled
        self.inputs = list(dialled)
        self.began = clock()
        self.hops = 0
        self.state = ""
        self.answered = ""
        self.clock = clock
        self._wire = wire
        self._last_hop = (-1.0, "")

    def hop(self, ask: AskLine) -> tuple[str, bool]:
        """Tell what was typed; the screen's words, and whether it ends. Raises NoAnswer for anything but a good answer."""
        self._keep_apart()
        self.hops += 1
        answer = ask(self._wire.request(self))
        self.answered = answer.text
        if answer.status != 200:
            raise NoAnswer("not 200")
        shown = self._wire.screen(self, answer)
        self.state = shown.state
        self._last_hop = (time.monotonic(), self.inputs[-1] if self.inputs else "")
        return shown.words, shown.ends

    def notice(self, how: EndStatus) -> WireRequest | None:
        """What tells the line how it ended, if anything does."""
        return self._wire.notice(self, how)

    def _keep_apart(self) -> None:
        """On a real network a second press of a key takes longer than this."""
        at, typed = self._last_hop
        left = at + self._wire.least_pause - time.monotonic()
        if self.hops and left > 0 and self.inputs[-1:] == [typed]:
            time.sleep(left)


class AfricasTalkingUssd:
    """`UssdWire` of Africa's Talking."""

    least_pause = 0.0

    def __init__(self, secret: str, service_code: str, network: str = NETWORK) -> None:
        self.service_code, self._network = service_code, network
        self._path = f"/at/{secret}/ussd"

    def request(self, session: HandsetSession) -> WireRequest:
        fields = {
            "sessionId": session.session,
            "serviceCode": self.service_code,
            "phoneNumber": session.number,
            "text": "*".join(session.inputs),
            "networkCode": self._network,
        }
        return form_request(self._path, fields)

    def screen(self, _session: HandsetSession, answer: WireAnswer) -> ShownScreen:
        kind, space, words = answer.text.partition(" ")
        if not space or kind not in {"CON", "END"}:
            raise NoAnswer("neither CON nor END")
        return ShownScreen(words, kind == "END")

    def notice(self, session: HandsetSession, how: EndStatus) -> WireRequest:
        now = session.clock()
        fields = {
            "date": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now)),
            "sessionId": session.session,
            "serviceCode": self.service_code,
            "networkCode": self._network,
            "phoneNumber": session.number,
            "status": how,
            "cost": "XOF 0.0000",
            "durationInMillis": str(int((now - session.began) * 1000)),
            "hopsCount": str(session.hops),
            "input": "*".join(session.inputs),
            "lastAppResponse": session.answered,
            "errorMessage": "Application error" if how == "Failed" else "",
        }
        return form_request(f"{self._path}/end", fields)
