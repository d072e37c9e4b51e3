"""The USSD wire of a vendor that has a table, as that vendor speaks it: the table read the other way round.

It asks as the table says that it asks, and takes of an answer what the table's templates say stands there. Nothing of the line's own reading of a table
is used for it, so that the two hold each other to what is written.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from hotline.demo.standin.ussd import NETWORK, EndStatus, HandsetSession, ShownScreen
from hotline.demo.standin.wire import FORM, NoAnswer, WireAnswer, WireRequest

TABLES = Path(__file__).resolve().parents[2] / "gateways" / "tables"
LEAST_PAUSE = 2.5
"""The line takes what comes within two seconds for the same request, where the wire has no id of one."""
SLOT = re.compile(r"\{([a-z_]+)\}")
TOLD: dict[EndStatus, str] = {"Success": "success", "Incomplete": "incomplete", "Failed": "failed"}


def tables() -> tuple[str, ...]:
    """The names of all that ship."""
    return tuple(sorted(file.stem for file in TABLES.glob("*.toml")))


def shown_name(vendor: str) -> str:
    """As people call it: `Hubtel`. Raises OSError."""
    return re.split(r"[,(]", _table(vendor)["about"])[0].strip()


def _table(vendor: str) -> dict[str, Any]:
    return tomllib.loads((TABLES / f"{vendor}.toml").read_text("utf-8"))


class TableUssd:
    """`hotline.demo.standin.ussd.UssdWire` of one vendor."""

    def __init__(self, vendor: str, secret: str, key: str, service_code: str) -> None:
        """`secret`, `key`: what the line gave the vendor, and what the vendor gave the line. Raises OSError where no such table ships."""
        table = _table(vendor)
        self.service_code = service_code
        self._request, self._fields, self._answer = table["request"], table["fields"], table["answer"]
        self._told, self._memory = table.get("told", {}), table["session"]["memory"]
        self._key_at, self._key = table.get("auth", {}).get("key", ""), key
        self._address = f"/gateway/{vendor}/{secret}"
        self.least_pause = LEAST_PAUSE if self._memory == "last" and "hop" not in self._fields else 0.0
        self._screens = [(partial(_read, self._answer, self._answer[kind]), kind == "end") for kind in ("screen", "end")]

    def request(self, session: HandsetSession) -> WireRequest:
        kind = "first" if session.hops == 1 and "first" in self._told else "input"
        return self._built(self._said(session) | _met(self._told.get(kind, {})))

    def screen(self, session: HandsetSession, answer: WireAnswer) -> ShownScreen:
        sent = self._said(session)
        for read, ends in self._screens:
            found = read(answer.text)
            if found is not None:
                self._hold_to(found, sent)
                return ShownScreen(found["text"], ends, found.get("state", ""))
        raise NoAnswer("neither a screen nor an end")

    def notice(self, session: HandsetSession, how: EndStatus) -> WireRequest | None:
        condition = self._told.get(TOLD[how])
        return None if condition is None else self._built(self._said(session) | _met(condition))

    def _said(self, session: HandsetSession) -> dict[str, Any]:
        """By place, all that a request says, but for what it is."""
        fields, bare = self._fields, self.service_code.strip("*#")
        typed = session.inputs[-1] if session.inputs else ""
        said = {fields["session"]: session.session, fields["number"]: session.number.removeprefix("+")}
        said |= dict.fromkeys(fields.get("back", {}).values(), "demo")
        code, behind = self.service_code, "*".join(session.dialled)
        string = f"*{bare}*{behind}#" if session.dialled else self.service_code
        match self._memory:
            case "all":
                text = "*".join(session.inputs)
            case "all with the code":
                text = "*".join(("", bare, *session.inputs)) + "#"
            case "all behind the code":  # the code is its first digits alone
                code, *rest = bare.split("*")
                text = "*".join((*rest, *session.inputs))
            case _ if session.hops > 1:
                text = typed
            case _:
                text = string
        if (dialled := fields.get("dialled")) and dialled != fields["input"]:  # then the code is no dial string either
            code, text = bare, typed if session.hops > 1 else ""
            said[dialled] = behind
        given = {"code": code, "network": NETWORK, "hop": session.hops, "state": session.state}
        said |= {fields[name]: value for name, value in given.items() if name in fields}
        return said | {fields["input"]: text}

    def _built(self, said: Mapping[str, Any]) -> WireRequest:
        """The request that says this, where the table says that it stands."""
        path = SLOT.sub(lambda part: quote(str(said[part[0]]), safe=""), self._request.get("path", "/ussd"))
        headers = {place.removeprefix("header:"): str(value) for place, value in said.items() if place.startswith("header:")}
        if self._key_at:
            headers[self._key_at.removeprefix("header:")] = self._key
        fields = {place: value for place, value in said.items() if not place.startswith(("header:", "{"))}
        method, form = (given if isinstance(given, str) else given[0] for given in (self._request["method"], self._request["format"]))
        if form == "json":
            return WireRequest(method, self._address + path, _object(fields), headers | {"Content-Type": "application/json"})
        pairs = urlencode({name: _word(value) for name, value in fields.items()})
        if form == "query":
            return WireRequest(method, f"{self._address}{path}?{pairs}", b"", headers)
        return WireRequest(method, self._address + path, pairs.encode(), headers | {"Content-Type": FORM})

    def _hold_to(self, found: Mapping[str, str], sent: Mapping[str, Any]) -> None:
        """What is handed back must be what was sent."""
        fields = self._fields | self._fields.get("back", {})
        for name, value in found.items():
            if name not in {"text", "state"} and value != _word(sent[fields[name]]):
                raise NoAnswer(f"another {name} came back")


def _met(condition: Any) -> dict[str, Any]:
    """Values by which it holds; of several conditions the first does."""
    first = condition[0] if isinstance(condition, list) else condition
    return {place: value for place, held in first.items() for value in _values(held)}


def _values(held: Any) -> Iterator[Any]:
    """A value that is held to be equal to this, or to one of these, or that compares so; none where it must not be there."""
    if isinstance(held, list):
        yield held[0]
    elif not isinstance(held, dict):
        yield held
    elif held.get("there", True):
        yield held.get("least") or next(str(n) for n in range(100) if str(n) not in map(str, held.get("not", ())))


def _object(fields: Mapping[str, Any]) -> bytes:
    """JSON, where `outer.inner` is a field inside of another."""
    whole: dict[str, Any] = {}
    for place, value in fields.items():
        *outer, name = place.split(".")
        inner = whole
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[name] = value
    return json.dumps(whole).encode()


def _word(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _read(keys: Mapping[str, Any], template: Any, answer: str) -> dict[str, str] | None:
    """What stands in the slots of this template. Returns None where it is another answer."""
    found: dict[str, str] = {}
    if keys["format"] == "json":
        try:
            said = json.loads(answer)
        except ValueError:
            return None
        agrees = _agrees(template, said, found)
    elif keys["format"] == "fields":
        agrees = _agrees(template, answer.split(keys.get("separator", "|")), found)
    else:
        agrees = _agrees(template, answer, found)
    found["text"] = found.get("text", "").replace(keys.get("line", "\n"), "\n")
    return found if agrees else None


def _agrees(template: Any, said: Any, found: dict[str, str]) -> bool:
    """Is this such an answer? What stands in its slots is put down in `found`."""
    if isinstance(template, dict):
        return (
            isinstance(said, dict) and template.keys() == said.keys() and all(_agrees(template[name], said[name], found) for name in said)
        )
    if isinstance(template, list):
        return (
            isinstance(said, list)
            and len(template) == len(said)
            and all(_agrees(*pair, found) for pair in zip(template, said, strict=True))
        )
    if not isinstance(template, str) or not isinstance(said, str):
        return type(template) is type(said) and template == said
    parts = SLOT.split(template)
    pattern = "".join(re.escape(part) if at % 2 == 0 else f"(?P<{part}>.*)" for at, part in enumerate(parts))
    matched = re.fullmatch(pattern, said, re.DOTALL)
    found |= matched.groupdict() if matched else {}
    return matched is not None
