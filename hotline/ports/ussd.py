"""A vendor's USSD wire: what it hands over at each hop, and how a screen is written for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from hotline.engine.effects import Screen
    from hotline.engine.phone.limits import VendorKeys

Inputs: TypeAlias = tuple[str, ...]


class UssdHop(Struct, frozen=True):
    """One request of a session, in the line's own form. Nothing else of what the vendor sent is read."""

    session: str
    """The vendor's id of the session, unique within the vendor."""
    number: str
    """E.164 with `+`. Empty where the wire brings it on the first hop alone: then it is remembered beside the inputs."""
    inputs: Inputs | None = None
    """Everything typed since the dial. None where the wire brings the newest input alone, which is `last`. Where `memory` is not `all`, the dial alone may
    bring them: what was dialled behind the code."""
    last: str | None = None
    """The newest input, one whatever stands in it. None where this hop brings none; it is the dial. What comes with a dial is no input."""
    first: bool | None = None
    """Whether the wire says that the session begins. None where it does not say; a session that is not known begins. A session that is known goes on, whatever the wire says."""
    network: str = ""
    hop: str = ""
    """The vendor's id of this very request: the same one comes again as the same hop. Empty: the wire has none."""
    state: str = ""
    """What the vendor brings back of what the last answer carried. Base64url without padding: no format has to escape it."""
    letters: int | None = None
    """The most letters that this vendor shows of a screen, where they are fewer than a network takes. None where it shows as many."""
    keys: VendorKeys = ()
    """What this vendor takes for itself, and what callers press in its place; the inputs are the line's own keys all the same."""


class UssdOver(Struct, frozen=True):
    """A notice that a session is over; it is answered, and nothing is asked."""

    session: str
    outcome: Literal["Success", "Incomplete", "Failed"]


class HttpAnswer(Struct, frozen=True):
    """What goes back over the wire. `headers` hold the content type."""

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/plain; charset=utf-8"),)


InputMemory: TypeAlias = Literal["all", "echoed", "last"]
"""`all`: each request holds all inputs. `echoed`: the newest one, and a field of ours that comes back. `last`: the newest one alone."""


class UssdDoor(Protocol):
    """A vendor's side of the hop; safe for threads. Where `memory` is `last` and the wire has no ids of hops, the same input that comes again within two
    seconds is the same hop, within ten where it ordered something; later it is another input."""

    name: str
    """Names the vendor in sessions, orders, metrics and health: `africastalking`, or a table's own name."""
    memory: InputMemory

    def takes(self, environ: dict[str, Any]) -> bool:
        """Whether this request is a hop or an end notice of this vendor, from someone who may send it. The body is not read."""

    def read(self, environ: dict[str, Any]) -> UssdHop | UssdOver | HttpAnswer | str:
        """What it says; or the name of the field at fault, never its value; or, where the vendor only asks whether the line is there, what it gets.
        Does not raise."""

    def write(self, hop: UssdHop, screen: Screen, state: str) -> HttpAnswer:
        """The screen as this vendor shows it; `state` comes back with the next hop where the wire echoes it. A text is escaped for the format."""

    def acknowledge(self, over: UssdOver) -> HttpAnswer:
        """What an end notice is answered with."""

    def refuse(self, fault: str) -> HttpAnswer:
        """What a request with a faulty field is answered with."""

    def calm(self, hop: UssdHop | None, text: str) -> HttpAnswer:
        """The neutral words that end a session where something failed; `hop` where it could be read."""
