"""The USSD door that a table describes. Everything that the table says is worked out once, at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hotline.gateways.bodies import FieldError
from hotline.gateways.table.answers import PLAIN, compiled_template, content_type
from hotline.gateways.table.gate import TableGate
from hotline.gateways.table.hops import HopReader, TableHop, UssdPing
from hotline.ports.ussd import HttpAnswer, InputMemory, UssdHop, UssdOver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hotline.engine.effects import Screen
    from hotline.gateways.table.gate import TableAccess
    from hotline.gateways.table.spec import AnswerTemplate, WireTable


class TableDoor:
    """`hotline.ports.ussd.UssdDoor` for one vendor; safe for threads."""

    def __init__(self, table: WireTable, access: TableAccess) -> None:
        """Raises ValueError where the table needs a key that the line does not have."""
        memory = table.session.memory
        self.name = table.name
        self.memory: InputMemory = memory if memory in {"echoed", "last"} else "all"
        self._gate = TableGate(table, access)
        self._hops = HopReader(table, access.codes, self._gate.path)
        answer = table.answer
        self._screen, self._end, self._over, self._ping = (
            _writer(table, template) for template in (answer.screen, answer.end, answer.over, answer.ping)
        )
        self._refused = _writer(table, answer.refused, answer.refused_status)

    def take_over(self, secrets: tuple[str, ...]) -> None:
        """From now on these open, and no others."""
        self._gate.take_over(secrets)

    def takes(self, environ: dict[str, Any]) -> bool:
        return self._gate.opens(environ)

    def read(self, environ: dict[str, Any]) -> UssdHop | UssdOver | HttpAnswer | str:
        try:
            self._gate.hold_to_signature(environ)
            said = self._hops.read(environ)
        except FieldError as fault:
            return str(fault)
        return self._ping({"session": said.session}) if isinstance(said, UssdPing) else said

    def write(self, hop: UssdHop, screen: Screen, state: str) -> HttpAnswer:
        return self._written(hop, screen.text, "" if screen.ends else state, self._end if screen.ends else self._screen)

    def acknowledge(self, over: UssdOver) -> HttpAnswer:
        return self._over({"session": over.session})

    def refuse(self, fault: str) -> HttpAnswer:
        return self._refused({"fault": fault})

    def calm(self, hop: UssdHop | None, text: str) -> HttpAnswer:
        return self._written(hop, text, "", self._end)

    def _written(self, hop: UssdHop | None, text: str, state: str, write: Callable[[Mapping[str, str]], HttpAnswer]) -> HttpAnswer:
        sent = hop.sent if isinstance(hop, TableHop) else {}
        return write({**sent, "text": text, "state": state})


def _writer(table: WireTable, template: AnswerTemplate, status: int = 200) -> Callable[[Mapping[str, str]], HttpAnswer]:
    fill = compiled_template(table.answer, template)
    headers = (("Content-Type", content_type(table.answer, template) if template != "" else PLAIN),)
    return lambda values: HttpAnswer(fill(values), status, headers)
