"""What was typed in a session so far, where the wire brings the newest input alone: sealed in what the vendor brings back, or kept in Redis for as long.

The same rules hold for both. A session that is known goes on, whatever the wire says of its beginning. One that is not known begins at the first screen, and the
input that came with it is none. What is lost, or does not open, is not known.

With Redis away nothing is asked or ordered. A session that begins then has its list in this process, so that the danger advice can be reached; one that
began elsewhere ends, since whoever misses an input would read the next one wrongly.
"""

from __future__ import annotations

import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import Screen
from hotline.engine.step import MOST_INPUTS
from hotline.ports.memory import MemoryAway, Press
from hotline.ports.ussd import Inputs, UssdHop
from hotline.service.conversation.session import Session
from hotline.service.deps import Deps

REPEAT_SECONDS: Final = 2
"""On a wire that has no ids of hops: nobody reads a screen and types the same again within them."""
MOST_LETTERS: Final = 32
"""Of an input. No screen asks for so many."""
MOST_BYTES: Final = 40
"""Of an input: what rides with a vendor fits its field, however many strange letters were typed."""
MOST_HELD: Final = 2000
"""Sessions whose lists lie in this process."""
_GAP: Final = "\0"


class Answered(Struct, frozen=True):
    """A screen, and whether a store was needed for it. `state`: what the wire is to bring back with the next request."""

    screen: Screen
    stored: bool
    state: str = ""


class TypedSession(Struct, frozen=True):
    """A session with all that was typed in it."""

    session: Session
    begun_at: int
    is_first: bool
    may_order: bool = True


class EchoedInputs(Struct, frozen=True, array_like=True):
    """What rides with a vendor that brings it back. It says where in the session it is all by itself: one that comes again is the same place."""

    begun_at: int
    run: str
    number: str
    inputs: Inputs


class HeldInputs(Struct, frozen=True):
    """A list in this process, while Redis is away. `places`: how long it was with each hop, by the hop's id."""

    at: int
    """When the last one came."""
    number: str
    inputs: Inputs
    places: dict[str, int] = {}

    def pressed(self, hop: UssdHop, at: int) -> Inputs:
        """With this hop's input, unless it was heard before: then as far as its place."""
        if hop.hop in self.places:
            return self.inputs[: self.places[hop.hop]]
        newest = _clipped(hop.last)
        is_repeat = not hop.hop and self.inputs[-1:] == (newest,) and at - self.at < REPEAT_SECONDS
        return self.inputs if newest is None or is_repeat else (*self.inputs, newest)


class KeptFirst(Struct, frozen=True):
    """What stands before the inputs in Redis. `sure`: no process may have answered this session without them; else nothing is ordered."""

    run: str
    number: str
    sure: bool = False

    @classmethod
    def read(cls, written: str) -> KeptFirst:
        run, number, sure = written.split(_GAP)
        return cls(run, number, bool(sure))

    def written(self) -> str:
        return _GAP.join((self.run, self.number, "1" if self.sure else ""))


_decoder: Final = msgspec.msgpack.Decoder(EchoedInputs)


def session_name(gateway: str, session: str) -> str:
    """As its inputs are kept under."""
    return f"{gateway}|{session}|inputs"


class InputLists:
    """Finds what was typed. Shared by all threads of a process."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._lock = threading.Lock()
        self._held: dict[str, HeldInputs] = {}

    # where the vendor brings it back

    def echoed(self, gateway: str, hop: UssdHop) -> TypedSession:
        """The session as what came back has it. Nothing is kept. Orders are named by the inputs that led to them: a caller may go back, and choose otherwise."""
        at = self._deps.clock.now()
        life = self._deps.rules.session_seconds
        found = self._opened(gateway, hop)
        if found is None or not 0 <= at - found.begun_at < life or (hop.number and hop.number != found.number):
            found = EchoedInputs(at, self._run(gateway, hop, at), hop.number, _dialled(hop))
            is_first = True
        else:
            found = replace(found, inputs=_with(found.inputs, hop.last))
            is_first = False
        session = Session(gateway, hop.session + found.run, found.number, found.inputs, life)
        return TypedSession(session, found.begun_at, is_first, may_order=bool(found.number))

    def state(self, hop: UssdHop, typed: TypedSession) -> str:
        """What is to come back with the next hop: sealed, for this session alone, in base64url."""
        session = typed.session
        run = session.id.removeprefix(hop.session)
        plain = msgspec.msgpack.encode(EchoedInputs(typed.begun_at, run, session.number, session.inputs))
        return urlsafe_b64encode(self._deps.sealer.seal(plain, _context(session.gateway, hop))).decode().rstrip("=")

    def _opened(self, gateway: str, hop: UssdHop) -> EchoedInputs | None:
        try:
            sealed = urlsafe_b64decode(hop.state + "=" * (-len(hop.state) % 4))
        except ValueError:
            return None
        plain = self._deps.sealer.opened(sealed, _context(gateway, hop))
        try:
            return None if plain is None else _decoder.decode(plain)
        except msgspec.DecodeError:
            return None

    # where it does not

    def kept(self, gateway: str, hop: UssdHop) -> TypedSession | None:
        """The session as Redis has it, the newest input added in the same step. Returns None where it cannot be known what was typed: then it is over."""
        at, name, life = self._deps.clock.now(), session_name(gateway, hop.session), self._deps.rules.session_seconds
        held = self._found(name, at)
        inputs = _dialled(hop) if held is None else held.pressed(hop, at)
        begins = KeptFirst(self._run(gateway, hop, at), hop.number if held is None else held.number)
        press = Press(hop.hop, _clipped(hop.last), (begins.written(), *inputs), REPEAT_SECONDS)
        try:
            if held is not None:  # what Redis has, if anything, is older
                self._deps.memory.forget(name)
            first, *typed = self._deps.memory.press(name, press, life)
        except MemoryAway:
            return self._without_memory(gateway, name, hop, at)
        with self._lock:
            self._held.pop(name, None)
        stands = KeptFirst.read(first)
        if hop.number and stands.number and hop.number != stands.number:
            return None
        is_first = stands == begins and tuple(typed) == inputs and held is None
        if is_first and hop.first is not False:
            stands = self._affirmed(name, begins)
        session = Session(gateway, hop.session + stands.run, stands.number, tuple(typed), life, newest="" if hop.hop else name)
        return TypedSession(session, at, is_first, may_order=stands.sure and bool(stands.number))

    def _affirmed(self, name: str, begun: KeptFirst) -> KeptFirst:
        """The list is whole from here on: nobody shows a screen of this session by a list of its own. Where this is not written down nothing is ordered."""
        sure = replace(begun, sure=True)
        try:
            self._deps.memory.affirm(name, sure.written())
        except MemoryAway:
            return begun
        return sure

    def forget(self, gateway: str, session: str) -> None:
        """It is over. Raises MemoryAway."""
        name = session_name(gateway, session)
        with self._lock:
            self._held.pop(name, None)
        self._deps.memory.forget(name)

    def _without_memory(self, gateway: str, name: str, hop: UssdHop, at: int) -> TypedSession | None:
        with self._lock:
            held = self._found(name, at)
            if held is None and hop.first is False:
                return None
            inputs = _dialled(hop) if held is None else held.pressed(hop, at)
            known = held or HeldInputs(at, hop.number, inputs)
            longest = inputs if len(inputs) >= len(known.inputs) else known.inputs
            places = {**known.places, hop.hop: len(inputs)} if hop.hop else known.places
            while held is None and len(self._held) >= MOST_HELD:
                del self._held[next(iter(self._held))]
            self._held[name] = HeldInputs(at, known.number, longest, places)
        session = Session(gateway, hop.session, known.number, inputs, self._deps.rules.session_seconds)
        return TypedSession(session, at, is_first=held is None, may_order=False)

    def _found(self, name: str, at: int) -> HeldInputs | None:
        held = self._held.get(name)
        return held if held is not None and 0 <= at - held.at < self._deps.rules.session_seconds else None

    def _run(self, gateway: str, hop: UssdHop, at: int) -> str:
        """What tells a session from one that the vendor gave the same id before, be it in the middle of the vendor's: its orders are others. A dial that
        brings inputs may order, and may come twice: there the ledger tells."""
        return "" if hop.first and hop.inputs else f"|{self._deps.derive('run', f'{gateway}|{hop.session}|{at}')[:8]}"


def _dialled(hop: UssdHop) -> Inputs:
    return tuple(map(_cut, hop.inputs or ())) if hop.first is not False else ()


def _with(inputs: Inputs, newest: str | None) -> Inputs:
    return inputs if newest is None or len(inputs) > MOST_INPUTS else (*inputs, _cut(newest))


def _clipped(newest: str | None) -> str | None:
    return None if newest is None else _cut(newest)


def _cut(text: str) -> str:
    return text[:MOST_LETTERS] if text.isascii() else text[:MOST_LETTERS].encode()[:MOST_BYTES].decode(errors="ignore")


def _context(gateway: str, hop: UssdHop) -> str:
    return f"ussd.inputs.{gateway}|{hop.session}"
