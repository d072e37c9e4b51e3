"""A gateway's wire in a test: the same hops as a vendor brings them who sends all inputs, the newest alone, or the newest with what we gave along."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import msgspec
from msgspec.structs import replace

from hotline.engine.effects import Screen
from hotline.ports.ussd import InputMemory, Inputs, UssdHop
from hotline.service.conversation.inputs import Answered, EchoedInputs, KeptFirst, session_name
from hotline.service.conversation.session import Session
from tests.service.fleet import Process
from tests.service.line import CALLER, Line

MEMORIES: tuple[InputMemory, ...] = ("all", "echoed", "last")


class Wire:
    """What each hop brings, by what was typed so far. `ids`: each has one of its own."""

    def __init__(self, line: Line | Process, memory: InputMemory, *, ids: bool = True) -> None:
        self.memory = memory
        self.states: dict[tuple[str, Inputs], str] = {}
        """What came with the screen of each place, by session and inputs."""
        self._line = line
        self._seal = line.seal if isinstance(line, Line) else line.fleet.seal
        self._ids = ids

    def hop(self, session: str, inputs: Inputs, number: str = CALLER) -> UssdHop:
        """The hop that brings the last of these inputs."""
        if self.memory == "all":
            return UssdHop(session, number, inputs, first=not inputs)
        id = f"{session}-{len(inputs)}" if self._ids else ""
        hop = UssdHop(session, number, last=inputs[-1] if inputs else None, first=not inputs, hop=id)
        return replace(hop, state=self._before(session, inputs)) if self.memory == "echoed" else hop

    def ask(self, hop: UssdHop) -> Answered:
        """One request, whatever it says."""
        return self._line.hotline.hop("fake", self.memory, hop)

    def send(self, session: str, inputs: Inputs, number: str = CALLER, *, on: Process | None = None) -> Screen:
        """One delivery of this hop, to this process of a fleet."""
        if on is not None:
            self._line = on
        answered = self.ask(self.hop(session, inputs, number))
        self.states[session, inputs] = answered.state
        return answered.screen

    def walk(self, keys: str, session: str = "session-1", number: str = CALLER) -> Screen:
        """A hop for every key, three seconds apart."""
        typed = tuple(keys.split())
        for length in range(len(typed) + 1):
            self._line.clock.at += 3
            screen = self.send(session, typed[:length], number)
        return screen

    def session(self, session: str, inputs: Inputs, typed: Inputs) -> Session:
        """As the line knows it once it answered this hop. `typed`: what it took the inputs to be."""
        run = ""
        if self.memory == "last":
            memory = self._line.memory if isinstance(self._line, Line) else self._line.fleet.memory
            if kept := memory._get("inputs", session_name("fake", session)):
                run = KeptFirst.read(kept[0]).run
        if self.memory == "echoed" and (state := self._before(session, inputs)):
            sealed = urlsafe_b64decode(state + "=" * (-len(state) % 4))
            plain = self._seal.opened(sealed, f"ussd.inputs.fake|{session}")
            run = msgspec.msgpack.decode(plain or b"", type=EchoedInputs).run
        return Session("fake", session + run, CALLER, typed, 300)

    def _before(self, session: str, inputs: Inputs) -> str:
        return self.states.get((session, inputs[:-1]), "") if inputs else ""
