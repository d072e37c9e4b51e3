"""What must hold of a table beyond its declaration: its parts fit together, and whatever a caller types, the answer stays one."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from hotline.engine.flow import KEY_BACK, KEY_LANGUAGE, KEY_MORE, KEY_OUT, KEYS
from hotline.gateways.table.answers import compiled_template, slots
from hotline.gateways.table.conditions import places_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.gateways.table.spec import WireTable

METHODS: Final = ("GET", "POST", "PUT")
FORMAT_OF: Final = {"text": str, "xml": str, "fields": tuple, "json": dict}
WRITTEN_AS: Final = {str: "a text", tuple: 'a list of texts, as ["{session}", "{text}"]', dict: "a section of fields"}
FILLED: Final = ("session", "number", "code", "network", "hop")
"""What an answer can hand back of the request without a name in `fields.back`."""
OURS: Final = "{reference}"
"""As the place of an SMS's id: ours."""
ACCOUNT: Final = ("base", "key", "client_id", "client_secret")
"""What of the line's account the request for a token can hold."""
SENT: Final = (*ACCOUNT, "sender", "number", "text", "reference", "token")
"""What an SMS that is handed over can hold."""
OPTIONS: Final = tuple(map(str, KEYS))
TAKEN: Final = ("africastalking", "orange", "kannel")
"""Names of gateways that are no table."""


def contradictions(table: WireTable) -> Iterator[tuple[str, str]]:
    """Key and what is wrong, one by one."""
    yield from _request(table)
    yield from _session(table)
    yield from _answer(table)
    yield from _sms(table)
    yield from _keys(table)
    if table.name in TAKEN:
        yield "name", "is another gateway's"
    for network in table.auth.networks:
        try:
            ip_network(network)
        except ValueError:
            yield "auth.networks", "one of them is no network such as 192.0.2.0/24"


def _keys(table: WireTable) -> Iterator[tuple[str, str]]:
    """A key in the place of another must be no option, no other key, and no two at once. What a screen asks for is known to `hotline content check`."""
    moved = dict(table.keys.pairs)
    stay = {KEY_BACK, KEY_MORE, KEY_OUT, KEY_LANGUAGE} - set(moved)
    for name in table.keys.__struct_fields__:
        pressed = getattr(table.keys, name)
        if pressed in OPTIONS:
            yield f"keys.{name}", "is an option of menus: 1 to 7 are"
        elif pressed and (pressed in stay or list(moved.values()).count(pressed) > 1):
            yield f"keys.{name}", "is another key of the line at this vendor"


def _request(table: WireTable) -> Iterator[tuple[str, str]]:
    request = table.request
    if not table.methods or not set(table.methods) <= set(METHODS):
        yield "request.method", f"must be one of {', '.join(METHODS)}, or a list of them"
    if not table.formats or len([name for name in table.formats if name != "query"]) > 1:
        yield "request.format", "may be one of form, query, json, xml, or query and one other"
    parts = _parts(request.path)
    if len(set(parts)) < len(parts) or "secret" in parts:
        yield "request.path", "names a part twice, or has a part {secret}, which stands in front of it anyway"
    for key, place in _places(table):
        if place.startswith("{") and place[1:-1] not in parts:
            yield key, f"{place} is no part of the path {request.path}"
        elif place.startswith(("header:", "query:")) and not place.startswith("header:"):
            yield key, f"say only {place.partition(':')[2]}: a field is looked for where request.format says"
    looked_at = {place for _, place in _places(table)}
    if spare := [part for part in parts if f"{{{part}}}" not in looked_at]:
        yield "request.path", f"nothing looks at its part {{{spare[0]}}}"


def _places(table: WireTable) -> Iterator[tuple[str, str]]:
    fields = table.fields
    for name in ("session", "number", "input", "code", "network", "state", "hop", "dialled"):
        if place := getattr(fields, name):
            yield f"fields.{name}", place
    yield from ((f"fields.back.{name}", place) for name, place in fields.back.items())
    for name in table.told.__struct_fields__:
        yield from ((f"told.{name}", place) for place in places_of(getattr(table.told, name)))


def _parts(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def _session(table: WireTable) -> Iterator[tuple[str, str]]:
    fields, session, told = table.fields, table.session, table.told
    if session.memory == "echoed" and not fields.state:
        yield "session.memory", "echoed needs a field that comes back: say it as fields.state"
    if fields.state and session.memory != "echoed":
        yield "fields.state", "is only looked at where session.memory is echoed"
    if session.memory.endswith("the code") and not fields.code:
        yield "session.memory", f"{session.memory} needs to know the code: say its field as fields.code"
    if fields.dialled and session.memory.startswith("all"):
        yield "fields.dialled", f"is only looked at on a first hop, and a wire of memory {session.memory} has none: its input holds all"
    if told.first and session.memory.startswith("all"):
        yield "told.first", f"is not looked at where session.memory is {session.memory}: a session begins where there is no input"
    if session.number == "first hop" and not told.first:
        yield "session.number", "first hop needs told.first: by what is a first hop known?"


def _answer(table: WireTable) -> Iterator[tuple[str, str]]:
    answer = table.answer
    wanted = FORMAT_OF[answer.format]
    back = (*FILLED, *table.fields.back)
    for name in ("screen", "end", "over", "ping", "refused"):
        template, key = getattr(answer, name), f"answer.{name}"
        if not isinstance(template, (wanted, str)) or (isinstance(template, str) and wanted is not str and name in {"screen", "end"}):
            yield key, f"must be {WRITTEN_AS[wanted]}, since answer.format is {answer.format}"
            continue
        known = {"screen": (*back, "text", "state"), "end": (*back, "text"), "refused": ("fault",)}.get(name, ("session",))
        found = list(slots(template))
        for slot in found:
            if slot not in known:
                yield key, f"{{{slot}}} is nothing that can stand there; {', '.join(f'{{{allowed}}}' for allowed in known)} can"
            elif slot in FILLED and not getattr(table.fields, slot):
                yield key, f"{{{slot}}} is in no field: say it as fields.{slot}"
        if name in {"screen", "end"} and found.count("text") != 1:
            yield key, "must hold {text} once: the words of the screen"
        if name == "screen" and table.session.memory == "echoed" and "state" not in found:
            yield key, "must hold {state}, which comes back with the next hop"
        if answer.format == "xml" and template and name != "refused":
            yield from _xml(table, name)
    if table.auth.signature and table.formats == ("query",):
        yield "auth.signature", "signs a body, and this vendor sends none"
    if (table.told.ping != ()) != (answer.ping != ""):
        yield "answer.ping" if answer.ping else "told.ping", "goes with the other: told.ping says what a ping is, answer.ping what it gets"


def _sms(table: WireTable) -> Iterator[tuple[str, str]]:
    send, reports, messages = table.sms.send, table.sms.reports, table.sms.messages
    if send is not None:
        found = {slot for text in (send.url, *send.headers.values()) for slot in slots(text)} | set(slots(send.body))
        for slot in sorted(found - set(SENT)):
            yield "sms.send", f"{{{slot}}} is nothing that can stand there; {', '.join(f'{{{allowed}}}' for allowed in SENT)} can"
        for slot in ("number", "text", *(["reference"] if send.id == OURS else [])):
            if slot not in slots(send.body):
                yield "sms.send.body", f"must hold {{{slot}}}"
        if ("token" in found) != (table.sms.token is not None):
            yield (
                "sms.send",
                "holds {token}, and [sms.token] does not say where one is fetched" if "token" in found else "must hold {token}",
            )
    if (token := table.sms.token) is not None:
        asked = {slot for text in (token.url, *token.form.values(), *token.headers.values()) for slot in slots(text)}
        for slot in sorted(asked - set(ACCOUNT)):
            yield "sms.token", f"{{{slot}}} is nothing that can stand there; {', '.join(f'{{{allowed}}}' for allowed in ACCOUNT)} can"
    if reports is not None and messages is not None and reports.path == messages.path and not messages.told:
        yield "sms.messages.told", "must say by what a message is told, since reports come to the same path"
    for key, keys in (("reports", reports), ("messages", messages)):
        if keys is not None and table.request.path == keys.path:
            yield f"sms.{key}.path", "is where the hops come"
    if reports is not None and set(reports.arrived) & set(reports.failed):
        yield "sms.reports", "has a state that is both arrived and failed"


def _xml(table: WireTable, name: str) -> Iterator[tuple[str, str]]:
    template = getattr(table.answer, name)
    filled = compiled_template(table.answer, template)(dict.fromkeys(slots(template), "a & <b>\n\"c\" ]]> 'd'"))
    try:
        ET.fromstring(filled)  # noqa: S314 -- the file is the line's own
    except ET.ParseError:
        yield f"answer.{name}", "is no XML"
