"""What Africa's Talking posts, as one frozen form a message, the guard that lets it in, and its USSD door.

Apart from the views because the USSD hop goes through the same guard without Flask. The vendor signs nothing and publishes no addresses
(Africa's Talking, callbacks): a secret in the path and an optional list of networks are all there is. A form holds only the fields that
we use; a fault names the field, never its value.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, TypeVar

from msgspec import Meta, Struct, ValidationError, convert, field

from hotline.engine.phone.numbers import E164
from hotline.gateways.bodies import MOST_INPUTS, FieldError, body_of, unquoted
from hotline.gateways.path_guard import PathGuard
from hotline.ports.ussd import HttpAnswer, InputMemory, UssdHop, UssdOver

if TYPE_CHECKING:
    from hotline.engine.effects import Screen
    from hotline.settings import AfricasTalking

_FAULTY = re.compile(r"[`.](\w+)`$")

AfricasTalkingId: TypeAlias = Annotated[str, Meta(pattern=r"\A[!-~]{1,128}\Z")]
E164Number: TypeAlias = Annotated[str, Meta(pattern=rf"\A{E164}\Z")]
NetworkCode: TypeAlias = Annotated[str, Meta(pattern=r"\A[!-~]{0,16}\Z")]
Form = TypeVar("Form", bound=Struct)


class Ussd(Struct, frozen=True, rename="camel"):
    """One hop: `text` is all that was typed since the session began, joined by stars (Africa's Talking, USSD)."""

    session_id: AfricasTalkingId
    service_code: Annotated[str, Meta(max_length=32)]
    phone_number: E164Number
    text: str
    network_code: NetworkCode = ""


class UssdEnd(Struct, frozen=True):
    """The notice after a session. It also carries everything typed and read, hence no more than this of it is looked at."""

    status: str


class IncomingSms(Struct, frozen=True):
    """A message from a phone (Africa's Talking, incoming messages)."""

    id: AfricasTalkingId
    sender: str = field(name="from")
    """A number in any form; or the letters of somebody who cannot be answered."""
    text: str
    date: str = ""
    network: NetworkCode = field(name="networkCode", default="")


class Delivery(Struct, frozen=True):
    """What became of an SMS of ours (Africa's Talking, delivery reports)."""

    id: AfricasTalkingId
    status: str
    """One that the vendor adds tomorrow is no fault: it would post it again for hours."""


class OptOut(Struct, frozen=True, rename="camel"):
    """The network was told to stop our SMS to this phone (Africa's Talking, bulk SMS opt out)."""

    phone_number: E164Number


class VoiceForm(Struct, frozen=True, rename="camel"):
    """One step of a call; `caller_number` is the phone at the other end, whoever rang whom (Africa's Talking, voice)."""

    is_active: Literal["0", "1"]
    session_id: AfricasTalkingId
    caller_number: E164Number
    direction: Literal["Inbound", "Outbound"] = "Outbound"
    dtmf_digits: Annotated[str, Meta(pattern=r"\A[0-9*#]{0,16}\Z")] | None = None
    client_request_id: str = ""
    """What the ring carried, where the vendor brings it back; whatever else stands there, the call goes on."""


def read(environ: dict[str, Any], form: type[Form]) -> Form:
    """The posted form. Raises FieldError where a field is missing, doubled, mis-encoded or not what it should be, or the body is too big.

    Half of a hop's time goes here, so what needs no decoding gets none.
    """
    known = _names(form)
    found: dict[str, str] = {}
    for pair in _body(environ, known).split("&"):
        name, _, value = pair.partition("=")
        if name not in known:
            name = unquoted(name, "body")
        if "%" in value or "+" in value:
            value = unquoted(value, name if name in known else "body")
        if name in found:
            raise FieldError(name if name in known else "body")
        found[name] = value
    try:
        return convert(found, form)
    except ValidationError as fault:
        at = _FAULTY.search(str(fault))
        raise FieldError(at[1] if at else "body") from None


@cache
def _names(form: type[Struct]) -> frozenset[str]:
    return frozenset(form.__struct_encode_fields__)


def _body(environ: dict[str, Any], known: frozenset[str]) -> str:
    body = body_of(environ)
    try:
        return body.decode()
    except UnicodeDecodeError as fault:
        name = body[: fault.start].rpartition(b"&")[2].partition(b"=")[0].decode()
        raise FieldError(name if name in known else "body") from None


class WebhookGuard(PathGuard):
    """Who may post to `/at/<secret>/…`, and `hotline.ports.ussd.UssdDoor`. A repeated hop brings the same inputs and is the same hop; a star that
    a caller types parts two inputs. End notices go through Flask."""

    name = "africastalking"
    memory: InputMemory = "all"

    def __init__(self, at: AfricasTalking) -> None:
        super().__init__(at)
        self._codes = frozenset(at.service_codes)

    def takes(self, environ: dict[str, Any]) -> bool:
        """Is this `POST /at/<secret>/ussd`, from someone who may?"""
        path: str = environ["PATH_INFO"]
        if not (path.endswith("/ussd") and path.startswith("/at/") and environ["REQUEST_METHOD"] == "POST"):
            return False
        return self.opens(path[4:-5], environ.get("REMOTE_ADDR", ""))

    def read(self, environ: dict[str, Any]) -> UssdHop | str:
        """What was typed since the dial; or the name of the field at fault."""
        try:
            form = read(environ, Ussd)
        except FieldError as fault:
            return str(fault)
        if form.service_code not in self._codes:
            return "serviceCode"
        inputs = tuple(form.text.split("*", MOST_INPUTS)) if form.text else ()
        return UssdHop(form.session_id, form.phone_number, inputs, first=not inputs, network=form.network_code)

    def write(self, _hop: UssdHop, screen: Screen, _state: str) -> HttpAnswer:
        return HttpAnswer((b"END " if screen.ends else b"CON ") + screen.text.encode())

    def acknowledge(self, _over: UssdOver) -> HttpAnswer:
        return HttpAnswer(b"")

    def refuse(self, fault: str) -> HttpAnswer:
        return HttpAnswer(fault.encode(), 400)

    def calm(self, _hop: UssdHop | None, text: str) -> HttpAnswer:
        return HttpAnswer(b"END " + text.encode())
