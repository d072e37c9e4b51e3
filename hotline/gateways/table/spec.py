"""The declaration of a table: every key that a file may have, and what else must hold of it. A fault names line and key."""

from __future__ import annotations

import re
import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, ValidationError, convert, field

from hotline.engine.flow import KEY_BACK, KEY_LANGUAGE, KEY_MORE, KEY_OUT
from hotline.gateways.table.lines import key_lines

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.engine.phone.limits import VendorKeys

BodyFormat: TypeAlias = Literal["form", "query", "json", "xml"]
Place: TypeAlias = Annotated[str, Meta(min_length=1)]
"""Where a value stands: a field's name (in JSON and XML `outer.inner`), `header:NAME`, or `{name}` for a part of the path."""
Value: TypeAlias = str | int | bool
PressedKeys: TypeAlias = Annotated[str, Meta(pattern=r"\A(?:[0-9]{1,3})?\Z")]


class Comparison(Struct, frozen=True, forbid_unknown_fields=True):
    """What a value is held against, where it is not simply equal to one of a few."""

    other_than: tuple[Value, ...] | None = field(name="not", default=None)
    least: int | None = None
    there: bool | None = None


Held: TypeAlias = Value | tuple[Value, ...] | Comparison
FieldCondition: TypeAlias = dict[Place, Held] | tuple[dict[Place, Held], ...]
"""All of the places of one hold; of several, one is enough."""


class RequestKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """How the vendor asks."""

    format: BodyFormat | tuple[BodyFormat, ...]
    """Of several, the first that the request brings anything in."""
    method: str | tuple[str, ...] = "POST"
    path: Annotated[str, Meta(pattern=r"\A(?:/(?:[A-Za-z0-9._~-]+|\{[a-z_]+\}))+\Z")] = "/ussd"
    """What stands behind the secret; `{name}` is a part that varies."""
    secret: Annotated[str, Meta(pattern=r"\A(?:header|query):[A-Za-z0-9_-]+\Z")] = ""
    """Where the line's secret stands. Empty: in the path, in front of `path`."""


class FieldKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the values stand."""

    session: Place
    number: Place
    input: Place
    code: Place | None = None
    network: Place | None = None
    state: Place | None = None
    hop: Place | None = None
    dialled: Place | None = None
    """On the first hop, what was dialled: what stands behind the code counts as inputs. None where nothing does."""
    back: dict[Annotated[str, Meta(pattern=r"\A[a-z_]+\Z")], Place] = {}
    """What the answer hands back as it came."""


class SessionKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """What a session is on this wire."""

    memory: Literal["all", "all with the code", "all behind the code", "echoed", "last"]
    number: Literal["every hop", "first hop"] = "every hop"


class ToldKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """By what a request tells what it is. What is none of these, where `input` is not said, is an input."""

    first: FieldCondition = ()
    input: FieldCondition = ()
    success: FieldCondition = ()
    incomplete: FieldCondition = ()
    failed: FieldCondition = ()
    ping: FieldCondition = ()


AnswerTemplate: TypeAlias = str | tuple[str, ...] | dict[str, Any]
"""A text, the separated fields, or the fields of a JSON object."""


class AnswerKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """How the vendor is answered."""

    format: Literal["text", "xml", "fields", "json"]
    screen: AnswerTemplate
    end: AnswerTemplate
    over: AnswerTemplate = ""
    ping: AnswerTemplate = ""
    refused: AnswerTemplate = "{fault}"
    refused_status: Annotated[int, Meta(ge=200, le=599)] = 400
    type: Annotated[str, Meta(pattern=r"\A[!-~][ -~]*\Z")] = ""
    separator: Annotated[str, Meta(min_length=1, max_length=1)] = "|"
    line: Annotated[str, Meta(min_length=1)] = "\n"
    """What a line break of a screen becomes."""
    letters: Annotated[int, Meta(ge=60, le=1000)] | None = None
    """The most that a screen may have."""


class CallerKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """What callers press at this vendor in place of a key of the line's that it takes for itself. Empty: the line's own."""

    back: PressedKeys = ""
    more: PressedKeys = ""
    out: PressedKeys = ""
    language: PressedKeys = ""

    @property
    def pairs(self) -> VendorKeys:
        """The line's key, and the one in its place."""
        places = ((KEY_BACK, self.back), (KEY_MORE, self.more), (KEY_OUT, self.out), (KEY_LANGUAGE, self.language))
        return tuple((key, place) for key, place in places if place)


class SignatureKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """How the vendor signs the body with its key."""

    header: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9-]+\Z")]
    hash: Literal["sha1", "sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""


class AuthKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """What a request brings besides the secret."""

    key: Annotated[str, Meta(pattern=r"\A(?:header|query):[A-Za-z0-9_-]+\Z")] = ""
    networks: tuple[str, ...] = ()
    signature: SignatureKeys | None = None


class TokenKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a token is fetched before an SMS: a POST of a form, answered in JSON. It is kept until shortly before its end, and fetched once more after a 401."""

    url: Annotated[str, Meta(pattern=r"\A(?:https://|\{base\})[!-~]+\Z")]
    token: Place
    """Where it stands in the answer."""
    life: Place
    """Where its seconds do."""
    form: dict[str, str] = {}
    headers: dict[str, str] = {}


class SendKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """How one SMS is handed over: a POST of JSON. `{base}`, `{key}` and `{sender}` are the line's own at this vendor; `{reference}` is an id of ours."""

    url: Annotated[str, Meta(pattern=r"\A(?:https://|\{base\})[!-~]+\Z")]
    body: dict[str, Any]
    id: Place
    """Where the vendor's id stands in its answer; a number is a place in a list. `{reference}`: reports name ours."""
    headers: dict[str, str] = {}
    number: Literal["digits", "plus"] = "digits"
    taken: FieldCondition = ()
    """By what a good answer tells that it was taken. Where nothing is said a good answer tells it."""
    refused: FieldCondition = ()


class ReportKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """What the vendor says became of an SMS: JSON, posted to `path`."""

    path: Annotated[str, Meta(pattern=r"\A(?:/[A-Za-z0-9._~-]+)+\Z")]
    id: Place
    state: Place
    arrived: tuple[str, ...]
    failed: tuple[str, ...]
    waiting: tuple[str, ...] = ()
    """States on the way; any other is counted, and not asked for again."""
    each: str = ""
    """The list that holds many. Empty: the body is one."""


class MessageKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """An SMS from a phone: JSON, posted to `path`."""

    path: Annotated[str, Meta(pattern=r"\A(?:/[A-Za-z0-9._~-]+)+\Z")]
    id: Place | tuple[Place, ...]
    """Several, where the vendor gives none: what stands there together tells a message that comes again."""
    number: Place
    text: Place
    at: Place | None = None
    """When it was sent: seconds or milliseconds since 1970, or a date of ISO 8601. Without it a caller's message is obeyed, and not answered."""
    each: str = ""
    told: FieldCondition = ()
    """Where reports come to the same path: by what a message is told."""


class SmsKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """SMS, where the line has them of this vendor."""

    send: SendKeys | None = None
    token: TokenKeys | None = None
    reports: ReportKeys | None = None
    messages: MessageKeys | None = None
    guarded: bool = True
    """Reports and messages bring the key and the signature of `auth`, as hops do. False: the vendor sends neither with them."""


class WireTable(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole table."""

    name: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{1,23}\Z")]
    request: RequestKeys
    fields: FieldKeys
    session: SessionKeys
    answer: AnswerKeys
    told: ToldKeys = ToldKeys()
    keys: CallerKeys = CallerKeys()
    auth: AuthKeys = AuthKeys()
    sms: SmsKeys = SmsKeys()
    about: str = ""

    @property
    def formats(self) -> tuple[BodyFormat, ...]:
        return (self.request.format,) if isinstance(self.request.format, str) else self.request.format

    @property
    def methods(self) -> tuple[str, ...]:
        return (self.request.method,) if isinstance(self.request.method, str) else self.request.method


class TableFault(Struct, frozen=True, order=True):
    """What is wrong with a table, and where."""

    line: int
    key: str
    what: str


class FaultyTable(Exception):
    """The table cannot be used: `faults` says why, in the order of its lines."""

    def __init__(self, faults: tuple[TableFault, ...]) -> None:
        super().__init__("; ".join(f"line {fault.line}: {fault.key}: {fault.what}" for fault in faults))
        self.faults = faults


SECTIONS: Final[dict[str, type[Struct]]] = {
    "request": RequestKeys,
    "fields": FieldKeys,
    "session": SessionKeys,
    "told": ToldKeys,
    "answer": AnswerKeys,
    "keys": CallerKeys,
    "auth": AuthKeys,
    "sms": SmsKeys,
}
FORMS: Final = {
    "name": "small letters, digits and -, beginning with a letter, from 2 to 24 of them",
    "url": "an address that begins with https:// or {base}",
    "path": "parts such as /ussd or /session/{session}",
    "secret": "header:NAME or query:NAME",
    "key": "header:NAME or query:NAME",
    "header": "the name of a header",
    "type": "a content type",
    "back": "names of small letters and _",
    **dict.fromkeys(("keys.back", "keys.more", "keys.out", "keys.language"), "from 1 to 3 digits"),
}
"""What a key may hold where the declaration has a pattern."""
KINDS: Final = {
    "str": "a text",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "a section",
    "float": "a broken number",
}
_EXPECTED: Final = re.compile(r"Expected `(?P<kinds>[^`]+)`, got `(?P<found>[^`]+)`$")
_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>.*)`)?$", re.DOTALL)
_SYNTAX: Final = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$", re.DOTALL)
_NAMED: Final = re.compile(r"(?:unknown|required) field `([^`]*)`")


def load_table(file: Path) -> WireTable:
    """The table in this file. Raises FaultyTable and OSError."""
    return read_table(file.read_bytes())


def read_table(data: bytes) -> WireTable:
    """The table that is written there. Raises FaultyTable with all of its faults that can be told at once."""
    from hotline.gateways.table.checks import contradictions  # noqa: PLC0415 -- it knows this module's classes

    try:
        text = data.decode()
        said = tomllib.loads(text)
    except UnicodeDecodeError as fault:
        raise FaultyTable((TableFault(data.count(b"\n", 0, fault.start) + 1, "file", "is not in UTF-8"),)) from None
    except tomllib.TOMLDecodeError as fault:
        raise FaultyTable((_syntax(str(fault), text),)) from None
    lines = key_lines(text)

    def placed(key: str, what: str) -> TableFault:
        return TableFault(lines.of(key), key, what)

    faults = [placed(*fault) for fault in _undeclared(said)]
    if not faults:
        table = convert(said, WireTable)
        faults = [placed(*fault) for fault in contradictions(table)]
        if not faults:
            return table
    raise FaultyTable(tuple(sorted(faults)))


def _syntax(message: str, text: str) -> TableFault:
    said = _SYNTAX.match(message)
    if said is None:
        return TableFault(1, "file", message)
    return TableFault(int(said["line"] or text.count("\n") + 1), "file", f"is no TOML: {said['what'][:1].lower()}{said['what'][1:]}")


def _undeclared(said: dict[str, Any]) -> list[tuple[str, str]]:
    """What is not as declared, key by key: the first fault of each section, and of the keys that stand outside of them."""
    faults = []
    whole = dict(said)
    for section, form in SECTIONS.items():
        if section in said:
            faults += _fault_of(said[section], form, section)
            del whole[section]
    faults += [(section, "is missing") for section in ("request", "fields", "session", "answer") if section not in said]
    return faults + _fault_of(whole, _Heads, "")


class _Heads(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(pattern=r"\A[a-z][a-z0-9-]{1,23}\Z")]
    about: str = ""


def _fault_of(said: object, form: type[Struct], section: str) -> list[tuple[str, str]]:
    try:
        convert(said, form)
    except ValidationError as fault:
        at = _AT.match(str(fault))
        what, path = (at["what"], at["path"] or "") if at else (str(fault), "")
        named = _NAMED.search(what)
        key = f"{section}{path}{f'.{named[1]}' if named else ''}".lstrip(".") or "file"
        return [(key, _in_words(key, what, form))]
    return []


def _in_words(key: str, what: str, form: type[Struct]) -> str:
    """What is wrong, for whoever wrote the table and knows neither patterns nor types."""
    last = key.rpartition(".")[2].partition("[")[0]
    if "unknown field" in what:
        near = get_close_matches(last, (WireTable if form is _Heads else form).__struct_encode_fields__, n=1)
        return f"is no key of a table{f'; did you mean {near[0]}?' if near else ''}"
    if "required field" in what:
        return "is missing"
    if "matching regex" in what:
        return f"must be {FORMS.get(key) or FORMS[last]}"
    if "Invalid enum value" in what and (choices := _choices((get_type_hints(SignatureKeys) | get_type_hints(form)).get(last))):
        return f"must be one of {', '.join(choices)}"
    if expected := _EXPECTED.match(what):
        kinds = [KINDS.get(kind, kind) for kind in expected["kinds"].split(" | ")]
        return f"must be {' or '.join(kinds)}, not {KINDS.get(expected['found'], expected['found'])}"
    return f"{what[:1].lower()}{what[1:]}"


def _choices(hint: object) -> list[str]:
    """The words that a key may be."""
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    return list(dict.fromkeys(choice for inner in get_args(hint) for choice in _choices(inner)))
