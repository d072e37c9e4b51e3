"""One USSD dialogue as Africa's Talking posts it: all inputs so far joined by `*`, and a notice at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from hotline.demo.standin.wire import Answer, NoAnswer

Post: TypeAlias = Callable[[Mapping[str, str]], Answer]

NETWORK = "61002"
"""Country 610, network 02."""


def opening(code: str, service_code: str) -> tuple[str, ...] | None:
    """The inputs that a dialled code brings along: none for the service code itself, `("4", "1")` for `*123*4*1#`; None: not ours."""
    if code == service_code:
        return ()
    stem = service_code.removesuffix("#") + "*"
    if not (code.startswith(stem) and code.endswith("#")):
        return None
    return tuple(code[len(stem) : -1].split("*"))


class HandsetSession:
    """The session of one phone. It asks the line, hop by hop, and remembers what the end notice must tell."""

    def __init__(
        self,
        session: str,
        number: str,
        service_code: str,
        inputs: tuple[str, ...],
        network: str = NETWORK,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.session, self.number, self.service_code, self.network = session, number, service_code, network
        self.inputs = list(inputs)
        self._clock = clock
        self._began = clock()
        self._hops = 0
        self._last = ""

    def hop(self, post: Post) -> tuple[str, bool]:
        """Post what was typed so far; the screen's words, and whether it ends. Raises NoAnswer for anything but a good `CON` or `END`."""
        self._hops += 1
        answer = post(self._fields())
        self._last = answer.text
        kind, space, words = self._last.partition(" ")
        if answer.status != 200 or not space or kind not in {"CON", "END"}:
            raise NoAnswer("neither CON nor END")
        return words, kind == "END"

    def _fields(self) -> dict[str, str]:
        return {
            "sessionId": self.session,
            "serviceCode": self.service_code,
            "phoneNumber": self.number,
            "text": "*".join(self.inputs),
            "networkCode": self.network,
        }

    def notice(self, status: Literal["Success", "Incomplete", "Failed"]) -> dict[str, str]:
        """The fields of the notice that a session is over."""
        return {
            "date": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self._clock())),
            "sessionId": self.session,
            "serviceCode": self.service_code,
            "networkCode": self.network,
            "phoneNumber": self.number,
            "status": status,
            "cost": "XOF 0.0000",
            "durationInMillis": str(int((self._clock() - self._began) * 1000)),
            "hopsCount": str(self._hops),
            "input": "*".join(self.inputs),
            "lastAppResponse": self._last,
            "errorMessage": "Application error" if status == "Failed" else "",
        }
