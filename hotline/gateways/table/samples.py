"""A vendor's own examples, played through a door: what each request should be read as, and what should be answered, to the letter."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import unquote_to_bytes

from msgspec import DecodeError, Struct, json

from hotline.engine.effects import Screen
from hotline.ports.ussd import HttpAnswer, UssdHop, UssdOver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.ports.ussd import UssdDoor

_UNKNOWN: Final = re.compile(r"Object contains unknown field `([^`]*)`")
SampleKind: TypeAlias = Literal["new", "input", "end", "ping", "bad"]


class SampleRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What the vendor sends: `path` is what stands behind the secret, with its query."""

    method: str
    path: str
    headers: dict[str, str] = {}
    body: str = ""


class SampleReading(Struct, frozen=True, forbid_unknown_fields=True):
    """What it says; None where that is not looked at."""

    kind: SampleKind
    number: str | None = None
    inputs: tuple[str, ...] | None = None
    """Everything typed since the dial, by this and the samples of the same session before it."""
    network: str | None = None
    hop: str | None = None
    state: str | None = None
    fault: str | None = None
    """Of a bad one: the field that is named."""


class SampleAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """What goes back."""

    means: Literal["continue", "end", "ack", "active", "error"]
    body: str
    text: str = ""
    """The screen's words."""
    state: str = ""
    fault: str = ""
    status: int = 200
    headers: dict[str, str] = {}


class WireSample(Struct, frozen=True, forbid_unknown_fields=True):
    """One request. Samples of one `session` follow one another."""

    name: str
    request: SampleRequest
    expected: SampleReading
    session: str = ""
    answers: tuple[SampleAnswer, ...] = ()
    mark: Literal["confirmed", "inferred"] = "inferred"
    note: str = ""


class SampleFile(Struct, frozen=True, forbid_unknown_fields=True):
    """Samples of one vendor. `codes` are the line's service codes in them, `key` the vendor's key."""

    vendor: str
    samples: tuple[WireSample, ...]
    about: str = ""
    codes: tuple[str, ...] = ()
    key: str = ""


class Different(Struct, frozen=True):
    """Where a sample and the door do not agree."""

    sample: str
    where: str
    expected: str
    found: str


class FaultySamples(Exception):
    """The file holds no samples; says what is wrong."""


def read_samples(data: bytes) -> SampleFile:
    """Raises FaultySamples."""
    try:
        return json.decode(data, type=SampleFile)
    except (DecodeError, UnicodeDecodeError) as fault:
        raise FaultySamples(_in_words(str(fault))) from None


def _in_words(fault: str) -> str:
    """Where, and what is wrong there; of several samples, which."""
    what, _, at = fault.partition(" - at `$")
    where = re.sub(r"\[(\d+)\]", lambda place: f", number {int(place[1]) + 1}", at.rstrip("`").lstrip(".")).replace(".", ", ")
    if unknown := _UNKNOWN.fullmatch(what):
        return f"{where}{', ' if where else ''}{unknown[1]}: is not known here"
    return f"{where}: {what}" if where else what


def play(door: UssdDoor, file: SampleFile, address: str) -> Iterator[Different]:
    """Everything in which the door does otherwise than the samples say. `address`: the path in front of theirs, secret and all."""
    sessions: dict[str, tuple[str, ...]] = {}
    for sample in file.samples:
        request = environ_of(sample.request, address)
        if not door.takes(request):
            yield Different(sample.name, "request", "taken", "not taken: method, path, secret, key or network is another")
            continue
        said = door.read(request)
        found = _readings(said, sessions, sample.session)
        yield from _compared(sample, found)
        for answer in sample.answers:
            yield from _answered(door, said, sample, answer)


def environ_of(request: SampleRequest, address: str) -> dict[str, Any]:
    """The request as a server hands it over."""
    path, _, query = request.path.partition("?")
    body = request.body.encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(address + path).decode("latin-1"),
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": BytesIO(body),
    }
    return environ | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}


def _readings(said: UssdHop | UssdOver | HttpAnswer | str, sessions: dict[str, tuple[str, ...]], session: str) -> SampleReading:
    """What the line makes of it, where a session that it knows goes on, whatever the wire says."""
    if isinstance(said, str):
        return SampleReading("bad", fault=said)
    if isinstance(said, HttpAnswer):
        return SampleReading("ping")
    known = sessions.get(session)
    if isinstance(said, UssdOver):
        return SampleReading("end", inputs=known or ())
    if said.inputs is not None:
        inputs, kind = said.inputs, "input" if said.inputs and not said.first else "new"
    elif known is None and (said.first is not False or said.last is None):
        inputs, kind = (), "new"
    else:
        inputs, kind = (*(known or ()), *(() if said.last is None else (said.last,))), "input"
    sessions[session] = inputs
    return SampleReading(kind, said.number or None, inputs, said.network, said.hop, said.state)  # type: ignore[arg-type]


def _compared(sample: WireSample, found: SampleReading) -> Iterator[Different]:
    if found.kind != sample.expected.kind:
        yield Different(sample.name, "kind", sample.expected.kind, found.kind if found.fault is None else f"bad: field {found.fault}")
        return
    for name in SampleReading.__struct_fields__:
        expected, read = getattr(sample.expected, name), getattr(found, name)
        # A number that came on the first hop alone stays that session's.
        if expected is not None and expected != read and not (name == "number" and read is None and found.kind == "input"):
            yield Different(sample.name, name, _shown(expected), _shown(read))


def _answered(door: UssdDoor, said: UssdHop | UssdOver | HttpAnswer | str, sample: WireSample, answer: SampleAnswer) -> Iterator[Different]:
    where = f"answer {answer.means}"
    written = _written(door, said, answer)
    if written is None:
        yield Different(sample.name, where, "one that goes with the request", f"a {type(said).__name__}")
        return
    if written.status != answer.status:
        yield Different(sample.name, f"{where}, status", str(answer.status), str(written.status))
    headers = {name.lower(): value for name, value in written.headers}
    for name, value in answer.headers.items():
        if headers.get(name.lower()) != value:
            yield Different(sample.name, f"{where}, header {name}", value, headers.get(name.lower(), "none"))
    body = written.body.decode()
    if body != answer.body and (_json(body) is None or _json(body) != _json(answer.body)):
        yield Different(sample.name, f"{where}, body", answer.body, body)


def _written(door: UssdDoor, said: UssdHop | UssdOver | HttpAnswer | str, answer: SampleAnswer) -> HttpAnswer | None:
    if answer.means == "error":
        return door.refuse(answer.fault or (said if isinstance(said, str) else "body"))
    if isinstance(said, UssdHop) and answer.means in {"continue", "end"}:
        return door.write(said, Screen(0, "sample", answer.text, answer.means == "end"), answer.state)
    if isinstance(said, UssdOver) and answer.means == "ack":
        return door.acknowledge(said)
    return said if isinstance(said, HttpAnswer) and answer.means == "active" else None


def _json(text: str) -> object:
    try:
        return json.decode(text)
    except DecodeError:
        return None


def _shown(value: object) -> str:
    return "nothing" if value is None else json.encode(value).decode() if not isinstance(value, str) else value or "nothing"
