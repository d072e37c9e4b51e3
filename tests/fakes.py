"""A line that does what a test says, and what it hands its parts: for everything in front of the service."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import structlog
from msgspec.structs import astuple

from hotline.adapters import log
from hotline.engine.effects import Screen
from hotline.ports.figures.figures import Counts, LineState
from hotline.ports.incoming import ReceivedSms, SmsReport, Unknown
from hotline.ports.memory import MemoryAway
from hotline.ports.ussd import HttpAnswer, InputMemory, UssdHop, UssdOver
from hotline.ports.voice import VoiceEnd, VoiceLeg, VoiceStep
from hotline.service.conversation.inputs import Answered
from hotline.settings import AfricasTalking

SECRET = "5ec4e75ec4e75ec4e75ec4e75ec4e75e"
AT = AfricasTalking(
    username="sandbox",
    api_key="an-api-key",
    secret=(SECRET,),
    sender="SANTE",
    cover_number="+22370000900",
    service_codes=("*123#",),
)


STATE = LineState(
    promises={("fr", "made"): 9, ("fr", "kept"): 8, ("fr", "missed"): 1},
    refused={("bm", "nobody"): 2},
    there={"fr": 2, "bm": 0},
    on_call=1,
    uncovered={"fr": 3.5, "supervision": 0.0},
    oldest_pending={"urgent": 7},
    proposals=1,
)
"""How its line stands."""


class FakeHotline:
    """Answers with what it was made with, remembers each call, and raises `failure` where there is one."""

    def __init__(
        self,
        *,
        screen: Screen | None = None,
        stored: bool = False,
        step: VoiceStep | None = None,
        failure: Exception | None = None,
        health: dict[str, str] | None = None,
        counts: Counts | None = None,
    ) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self._screen = screen or Screen(edition=1, key="menu.first", text="Santé et famille\n1 Bébé\n9 Fin", ends=False)
        self._stored = stored
        self._step = step or VoiceEnd()
        self._failure = failure
        self._health = health or {}
        self._counts = counts or Counts(waiting={}, oldest_age={}, outbox={})

    def _called(self, *call: Any) -> None:
        self.calls.append(call)
        if self._failure:
            raise self._failure

    def hop(self, gateway: str, memory: InputMemory, hop: UssdHop) -> Answered:
        self._called("hop", gateway, hop)
        return Answered(self._screen, self._stored, "a-state" if memory == "echoed" else "")

    def over(self, gateway: str, memory: InputMemory, session: str) -> None:
        self._called("over", gateway, memory, session)

    def sms(self, sms: ReceivedSms) -> None:
        self._called("sms", *astuple(sms))

    def delivery(self, report: SmsReport) -> None:
        self._called("delivery", *astuple(report))

    def unknown(self, what: Unknown) -> None:
        self._called("unknown", what)

    def opt_out(self, number: str) -> None:
        self._called("opt_out", number)

    def voice(self, leg: VoiceLeg) -> VoiceStep:
        self._called("voice", leg.session, leg.number, leg.active, leg.digits, *([leg.token] if leg.token else []))
        return self._step

    def cover(self) -> VoiceStep:
        self._called("cover")
        return self._step

    def health(self) -> dict[str, str]:
        return self._health

    def counts(self) -> Counts:
        self._called("counts")
        return self._counts

    def state(self) -> LineState:
        self._called("state")
        return STATE

    def workers(self) -> dict[str, bool]:
        return {"urgent": True, "default": False}

    def dropped_jobs(self) -> int:
        if self._failure:
            raise MemoryAway
        return 3


class FakeDoor:
    """A vendor whose wire is a query, `/fake?session=…&number=…&last=…&state=…&hop=…&over=…&ping=…`, and whose answers say in JSON all that there is to say."""

    def __init__(self, name: str = "fake", memory: InputMemory = "last") -> None:
        self.name = name
        self.memory = memory

    def takes(self, environ: dict[str, Any]) -> bool:
        return environ["PATH_INFO"] == f"/{self.name}"

    def read(self, environ: dict[str, Any]) -> UssdHop | UssdOver | HttpAnswer | str:
        fields = dict(parse_qsl(environ["QUERY_STRING"]))
        if "session" not in fields:
            return "session"
        if "ping" in fields:
            return HttpAnswer(b"here")
        if "over" in fields:
            return UssdOver(fields["session"], "Incomplete")
        return UssdHop(
            fields["session"], fields.get("number", ""), last=fields.get("last"), state=fields.get("state", ""), hop=fields.get("hop", "")
        )

    def write(self, hop: UssdHop, screen: Screen, state: str) -> HttpAnswer:
        said = {"session": hop.session, "text": screen.text, "ends": screen.ends, "state": state}
        return HttpAnswer(json.dumps(said).encode(), headers=(("Content-Type", "application/json"),))

    def acknowledge(self, over: UssdOver) -> HttpAnswer:
        return HttpAnswer(f"over {over.session}".encode(), 202)

    def refuse(self, fault: str) -> HttpAnswer:
        return HttpAnswer(fault.encode(), 422)

    def calm(self, hop: UssdHop | None, text: str) -> HttpAnswer:
        return HttpAnswer(f"{hop.session if hop else '?'} {text}".encode())


class FakeMeter:
    """Remembers what was counted."""

    def __init__(self) -> None:
        self.hops: list[str] = []
        self.ends: list[str] = []

    def hop(self, kind: str, seconds: float, gateway: str = "") -> None:
        self.hops.append(kind)

    def ended(self, status: str) -> None:
        self.ends.append(status)


class FakeHasher:
    """A keyed hash whose key is no secret."""

    def digest(self, purpose: str, value: str) -> bytes:
        return hmac.digest(b"a key", f"{purpose}|{value}".encode(), hashlib.sha256)

    def digests(self, purpose: str, value: str) -> tuple[bytes, ...]:
        return (self.digest(purpose, value),)


class FakeSealer:
    """Seals nothing, and opens nothing elsewhere."""

    is_dropped = False

    def seal(self, plain: bytes, context: str) -> bytes:
        return context.encode() + b"|" + plain

    def opened(self, sealed: bytes, context: str) -> bytes | None:
        place = context.encode() + b"|"
        return sealed.removeprefix(place) if sealed.startswith(place) else None


class FakeTime:
    """Monotonic seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def the_log() -> Iterator[io.StringIO]:
    """What goes to the log meanwhile, as the line configures it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    log.configure(stream)
    try:
        yield stream
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)
