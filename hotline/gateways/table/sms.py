"""SMS by a table: one out by a request of ours, reports and messages in. A body may hold many of them; one that is bad costs the others nothing."""

from __future__ import annotations

import re
from json import loads
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, request
from msgspec import DecodeError, Struct, json
from msgspec.structs import replace

from hotline.engine.phone.numbers import as_e164, is_e164
from hotline.gateways.asking import TIMEOUT, asked, taken
from hotline.gateways.bodies import FieldError, body_of
from hotline.gateways.table.conditions import compiled_condition, places_of
from hotline.gateways.table.gate import PREFIX, TableAccess, TableGate
from hotline.gateways.table.spec import AuthKeys
from hotline.ports.incoming import ReceivedSms, SmsReport
from hotline.ports.memory import MemoryAway
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.ports.store import StoreAway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.gateways.table.spec import Condition, MessageKeys, ReportKeys, SendKeys, WireTable
    from hotline.service import Hotline

_SLOT: Final = re.compile(r"\{([a-z_]+)\}")
_ID: Final = re.compile(r"[!-~]{1,128}")
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Every usual one, so that the router's 405 does not tell a known path from an unknown one."""


class SendingAccount(Struct, frozen=True):
    """What of the line's account a request of ours holds."""

    base: str = ""
    key: str = ""
    sender: str = ""


class TableSms:
    """`hotline.ports.outgoing.SmsOut`; safe for threads. The vendor's answer says whether it took the SMS; where it does not, nobody knows."""

    def __init__(self, keys: SendKeys, account: SendingAccount, timeout: tuple[float, float] = TIMEOUT) -> None:
        fixed = {"base": account.base, "key": account.key, "sender": account.sender}
        self._keys, self._timeout, self._fixed = keys, timeout, fixed
        self.url: Final = _filled(keys.url, fixed)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"} | {
            name: _filled(value, fixed) for name, value in keys.headers.items()
        }

    def send_sms(self, to: str, text: str) -> str:
        if not is_e164(to):
            raise GatewayRefused("invalid_phone_number")
        number = to if self._keys.number == "plus" else to[1:]
        body = json.encode(_filled_in(self._keys.body, {**self._fixed, "number": number, "text": text}))
        answer = taken(asked("POST", self.url, self._headers, body, self._timeout)).content
        try:
            said = json.decode(answer)
        except (DecodeError, UnicodeDecodeError):
            raise GatewayUnknown("unparsable") from None
        if _holds(self._keys.refused, said):
            raise GatewayRefused("refused")
        if self._keys.taken and not _holds(self._keys.taken, said):
            raise GatewayUnknown("new_status")
        id = _word_at(said, self._keys.id) or ""
        return id if _ID.fullmatch(id) else ""


class TableInbox:
    """What a vendor posts beside the hop. Views below `/gateway/<name>/<secret>`; a stranger meets what an unknown path meets."""

    def __init__(self, table: WireTable, access: TableAccess) -> None:
        self._table = table
        auth = table.auth if table.sms.guarded else AuthKeys(networks=table.auth.networks)
        self._gates = {
            path: TableGate(replace(table, request=replace(table.request, path=path, method="POST"), auth=auth), access)
            for path in sorted({keys.path for keys in (table.sms.reports, table.sms.messages) if keys is not None})
        }

    def take_over(self, secrets: tuple[str, ...]) -> None:
        """From now on these open, and no others."""
        for gate in self._gates.values():
            gate.take_over(secrets)

    def views(self, hotline: Hotline) -> Blueprint:
        """400 names a field. 503 where nothing could be kept: the vendor posts it again."""
        views = Blueprint(self._table.name, __name__)
        views.register_error_handler(FieldError, lambda fault: Response(str(fault), 400, mimetype="text/plain"))
        views.register_error_handler(StoreAway, lambda _: Response(status=503))
        views.register_error_handler(MemoryAway, lambda _: Response(status=503))
        before = "" if self._table.request.secret else "/<secret>"
        for path, gate in self._gates.items():

            def view(path: str = path, gate: TableGate = gate, **_secret: str) -> Response:
                if not gate.opens(request.environ):
                    abort(404)
                gate.hold_to_signature(request.environ)
                self._take(hotline, path, _body(request.environ))
                return Response()

            views.add_url_rule(f"{PREFIX}{self._table.name}{before}{path}", path, view_func=view, methods=_METHODS)
        return views

    def _take(self, hotline: Hotline, path: str, body: Any) -> None:
        """Raises StoreAway and MemoryAway, once all were tried: what is kept already is kept once when it comes again."""
        failure: StoreAway | MemoryAway | None = None
        for said in self._read(path, body):
            try:
                if isinstance(said, SmsReport):
                    hotline.delivery(said)
                elif isinstance(said, ReceivedSms):
                    hotline.sms(said)
                else:
                    hotline.unknown("report" if said == "report" else "message")
            except (StoreAway, MemoryAway) as away:
                failure = away
        if failure is not None:
            raise failure

    def _read(self, path: str, body: Any) -> Iterator[ReceivedSms | SmsReport | str]:
        messages, reports = self._table.sms.messages, self._table.sms.reports
        if messages is not None and messages.path == path and (not messages.told or _holds(messages.told, body)):
            yield from (self._message(messages, entry) for entry in _entries(body, messages.each))
        elif reports is not None and reports.path == path:
            for entry in _entries(body, reports.each):
                if (report := self._report(reports, entry)) is not None:
                    yield report

    def _message(self, keys: MessageKeys, entry: Any) -> ReceivedSms | str:
        id, number, text = (_word_at(entry, place) for place in (keys.id, keys.number, keys.text))
        number = as_e164(number or "")
        if number is None or id is None or text is None or not _ID.fullmatch(id):
            return "message"
        text = text.encode(errors="replace").decode()  # half a pair of UTF-16 is no letter
        return ReceivedSms(self._table.name, id, number, text, None, "")

    def _report(self, keys: ReportKeys, entry: Any) -> SmsReport | str | None:
        """None where the message is only on the way."""
        id, state = _word_at(entry, keys.id), _word_at(entry, keys.state)
        if state in keys.waiting:
            return None
        if id is None or not _ID.fullmatch(id) or state not in (*keys.arrived, *keys.failed):
            return "report"
        return SmsReport(self._table.name, id, state in keys.arrived)


def _body(environ: dict[str, Any]) -> Any:
    """Raises FieldError; what is written twice is in two minds."""
    try:
        return loads(body_of(environ).decode(), object_pairs_hook=_once)
    except FieldError:
        raise
    except (ValueError, RecursionError):
        raise FieldError("body") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        raise FieldError("body")
    return said


def _entries(body: Any, place: str) -> list[Any]:
    """Raises FieldError where there is no such list."""
    if not place:
        return [body]
    found = _at(body, place)
    if not isinstance(found, list):
        raise FieldError(place)
    return found


def _at(said: Any, place: str) -> Any:
    for name in place.split("."):
        if isinstance(said, dict):
            said = said.get(name)
        elif isinstance(said, list) and name.isdecimal() and int(name) < len(said):
            said = said[int(name)]
        else:
            return None
    return said


def _word_at(said: Any, place: str) -> str | None:
    value = _at(said, place)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value if isinstance(value, str) else None


def _holds(condition: Condition, said: Any) -> bool:
    places = list(dict.fromkeys(places_of(condition)))
    test = compiled_condition(condition, {place: at for at, place in enumerate(places)})
    return test is not None and test([_word_at(said, place) for place in places])


def _filled(template: str, values: dict[str, str]) -> str:
    return _SLOT.sub(lambda slot: values.get(slot[1], ""), template)


def _filled_in(template: Any, values: dict[str, str]) -> Any:
    if isinstance(template, str):
        return _filled(template, values)
    if isinstance(template, dict):
        return {name: _filled_in(value, values) for name, value in template.items()}
    return [_filled_in(value, values) for value in template] if isinstance(template, list) else template
