"""SMS by a table: one out by a request of ours, reports and messages in. A body may hold many of them; one that is bad costs the others nothing."""

from __future__ import annotations

import hmac
import re
from json import loads
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, abort, request
from msgspec import DecodeError, Struct, json
from msgspec.structs import replace

from hotline.engine.phone.numbers import as_e164, is_e164
from hotline.gateways.asking import TIMEOUT, asked, taken
from hotline.gateways.bodies import FieldError, body_of
from hotline.gateways.sent_at import moment
from hotline.gateways.table.checks import OURS
from hotline.gateways.table.conditions import compiled_condition, places_of
from hotline.gateways.table.gate import PREFIX, TableAccess, TableGate
from hotline.gateways.table.spec import AuthKeys
from hotline.gateways.tokens import FreshToken
from hotline.ports.incoming import ReceivedSms, SmsReport
from hotline.ports.memory import MemoryAway
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.ports.store import StoreAway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hotline.gateways.asking import VendorAnswer
    from hotline.gateways.table.spec import FieldCondition, MessageKeys, ReportKeys, SendKeys, SmsKeys, TokenKeys, WireTable
    from hotline.gateways.tokens import Tokens
    from hotline.ports.incoming import Taker

_SLOT: Final = re.compile(r"\{([a-z_]+)\}")
_ID: Final = re.compile(r"[!-~]{1,128}")
_TOKEN: Final = re.compile(r"[!-~]{1,4096}")
_DIGITS: Final = re.compile(r"[0-9]{9,13}")
_JSON: Final = {"Content-Type": "application/json", "Accept": "application/json"}
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Every usual one, so that the router's 405 does not tell a known path from an unknown one."""


class SendingAccount(Struct, frozen=True):
    """What of the line's account a request of ours holds."""

    base: str = ""
    key: str = ""
    sender: str = ""
    client_id: str = ""
    client_secret: str = ""

    @property
    def slots(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in self.__struct_fields__}


class TableSms:
    """`hotline.ports.outgoing.SmsOut`; safe for threads. The vendor's answer says whether it took the SMS; where it does not, nobody knows."""

    def __init__(
        self,
        keys: SendKeys,
        account: SendingAccount,
        timeout: tuple[float, float] = TIMEOUT,
        *,
        reference: Callable[[], str] = str,
        tokens: Tokens | None = None,
    ) -> None:
        """`reference`: a new one for each SMS, of letters and digits. `tokens`: where the vendor wants one."""
        self._keys, self._timeout, self._fixed, self._reference, self._tokens = keys, timeout, account.slots, reference, tokens
        self._url = _filled(keys.url, self._fixed)

    def send_sms(self, to: str, text: str) -> str:
        if not is_e164(to):
            raise GatewayRefused("invalid_phone_number")
        reference = self._reference()
        values = {**self._fixed, "number": to if self._keys.number == "plus" else to[1:], "text": text, "reference": reference}
        token = "" if self._tokens is None else self._tokens.current()
        answer = self._post(values | {"token": token})
        if answer.status_code == 401 and self._tokens is not None:  # exchanged or withdrawn before its time
            answer = self._post(values | {"token": self._tokens.current(token)})
        try:
            said = json.decode(taken(answer).content)
        except (DecodeError, UnicodeDecodeError):
            raise GatewayUnknown("unparsable") from None
        if _holds(self._keys.refused, said):
            raise GatewayRefused("refused")
        if self._keys.taken and not _holds(self._keys.taken, said):
            raise GatewayUnknown("new_status")
        id = reference if self._keys.id == OURS else _word_at(said, self._keys.id) or ""
        return id if _ID.fullmatch(id) else ""

    def _post(self, values: dict[str, str]) -> VendorAnswer:
        headers = _JSON | {name: _filled(value, values) for name, value in self._keys.headers.items()}
        return asked("POST", self._url, headers, json.encode(_filled_in(self._keys.body, values)), self._timeout)


def asked_urls(keys: SmsKeys, account: SendingAccount) -> tuple[str, ...]:
    """Where the vendor is asked for an SMS."""
    return tuple(_filled(part.url, account.slots) for part in (keys.send, keys.token) if part is not None)


def fetch_token(keys: TokenKeys, account: SendingAccount, timeout: tuple[float, float] = TIMEOUT) -> FreshToken:
    """A new one. Raises GatewayRefused: whatever became of it, nothing was sent."""
    form, headers = ({name: _filled(value, account.slots) for name, value in said.items()} for said in (keys.form, keys.headers))
    try:
        answer = taken(asked("POST", _filled(keys.url, account.slots), {"Accept": "application/json", **headers}, form, timeout))
        said = json.decode(answer.content)
    except (GatewayRefused, GatewayUnknown, DecodeError, UnicodeDecodeError):
        raise GatewayRefused("no_token") from None
    token = _word_at(said, keys.token)
    if token is None or not _TOKEN.fullmatch(token):
        raise GatewayRefused("no_token")
    return FreshToken(token, _word_at(said, keys.life) or "")


class TableInbox:
    """What a vendor posts beside the hop. Views below `/gateway/<name>/<secret>`; a stranger meets what an unknown path meets."""

    def __init__(self, table: WireTable, access: TableAccess) -> None:
        self._table = table
        self._own = (access.key or access.secrets[0]).encode()
        auth = table.auth if table.sms.guarded else AuthKeys(networks=table.auth.networks)
        self._gates = {
            path: TableGate(replace(table, request=replace(table.request, path=path, method="POST"), auth=auth), access)
            for path in sorted({keys.path for keys in (table.sms.reports, table.sms.messages) if keys is not None})
        }

    def take_over(self, secrets: tuple[str, ...]) -> None:
        """From now on these open, and no others."""
        for gate in self._gates.values():
            gate.take_over(secrets)

    def views(self, line: Taker) -> Blueprint:
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
                self._take(line, path, _body(request.environ))
                return Response()

            views.add_url_rule(f"{PREFIX}{self._table.name}{before}{path}", path, view_func=view, methods=_METHODS)
        return views

    def _take(self, line: Taker, path: str, body: Any) -> None:
        """Raises StoreAway and MemoryAway, once all were tried: what is kept already is kept once when it comes again."""
        failure: StoreAway | MemoryAway | None = None
        for said in self._read(path, body):
            try:
                if isinstance(said, SmsReport):
                    line.delivery(said)
                elif isinstance(said, ReceivedSms):
                    line.sms(said)
                else:
                    line.unknown("report" if said == "report" else "message")
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
        id, number, text = self._id(keys, entry), as_e164(_word_at(entry, keys.number) or ""), _word_at(entry, keys.text)
        if number is None or id is None or text is None or not _ID.fullmatch(id):
            return "message"
        text = text.encode(errors="replace").decode()  # half a pair of UTF-16 is no letter
        return ReceivedSms(self._table.name, id, number, text, _sent_at(_word_at(entry, keys.at)) if keys.at else None, "")

    def _id(self, keys: MessageKeys, entry: Any) -> str | None:
        """The vendor's; or the same for what comes again, where it gives none: under a key, since it is kept and a number can be guessed."""
        if isinstance(keys.id, str):
            return _word_at(entry, keys.id)
        said = json.encode([_word_at(entry, place) for place in keys.id])
        return hmac.new(self._own, said, "sha256").hexdigest()[:32]

    def _report(self, keys: ReportKeys, entry: Any) -> SmsReport | str | None:
        """None where the message is only on the way."""
        id, state = _word_at(entry, keys.id), _word_at(entry, keys.state)
        if state in keys.waiting:
            return None
        if id is None or not _ID.fullmatch(id) or state not in (*keys.arrived, *keys.failed):
            return "report"
        return SmsReport(self._table.name, id, state in keys.arrived)


def _sent_at(at: str | None) -> int | None:
    if at is not None and _DIGITS.fullmatch(at):
        return int(at) // 1000 if len(at) > 10 else int(at)
    return moment(at or "")


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


def _holds(condition: FieldCondition, said: Any) -> bool:
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
