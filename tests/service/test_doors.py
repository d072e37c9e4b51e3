"""One conversation through each vendor's own wire: its requests, as the samples have them, into the line and back."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from msgspec import json, structs

from hotline.gateways.table.samples import SampleRequest
from hotline.webhook import Hop
from tests.fakes import FakeMeter, the_log
from tests.gateways.vendors import VENDORS, Vendor, fields_of, saying
from tests.service.line import CALLER, Line

TYPED = [vendor for vendor in VENDORS if not vendor.reads_headers]
"""What browses is walked in test_orange_pages.py: the numbers of its links are its own."""
EVERY_VENDOR = pytest.mark.parametrize("vendor", TYPED, ids=lambda vendor: vendor.name)


class Phone:
    """Dials and presses over the vendor's wire, as the first of its samples for each do."""

    def __init__(self, line: Line, vendor: Vendor, session: str = "session-1") -> None:
        self.vendor, self.line, self.session = vendor, line, session
        self.state, self.typed = "", ()
        samples = vendor.samples.samples
        self._dial, self._press = (
            next(sample for sample in samples if sample.expected.kind == kind and sample.session == samples[0].session).request
            for kind in ("new", "input")
        )
        self.hop = Hop(
            Flask("empty").wsgi_app,
            line.hotline,
            [vendor.door],
            meter=FakeMeter(),
            hasher=line.seal,
            broken=line.hotline.broken,
            seconds=lambda: float(line.clock.at),
        )

    def ask(self, key: str | None) -> str:
        """The screen's words after this key; None: after the dial."""
        self.typed = () if key is None else (*self.typed, key)
        self.line.clock.at += 3
        self.request = self._saying(self._dial if key is None else self._press, key)
        return self.again()

    def again(self) -> str:
        """The same request once more."""
        heads: list[Any] = []
        (body,) = self.hop(self.vendor.environ(self.request), lambda status, headers: heads.append((status, headers)))
        assert heads[0][0] == "200 OK", body
        return self._shown(body)

    def _saying(self, request: SampleRequest, key: str | None) -> SampleRequest:
        table = self.vendor.table
        if table is None:
            return saying(request, fields_of(request) | {"sessionId": self.session, "phoneNumber": CALLER, "text": "*".join(self.typed)})
        fields = table.fields
        said: dict[str, Any] = {fields.number: CALLER.lstrip("+")}
        if fields.session.startswith("{"):
            request = structs.replace(request, path=request.path.replace("/77/", f"/{self.session}/"))
        else:
            said[fields.session] = self.session
        if fields.state:
            said[fields.state] = self.state
        if fields.hop:
            said[fields.hop] = str(len(self.typed) + 1)
        if key is not None:
            said[fields.input] = "*".join(self.typed) if table.session.memory.startswith("all") else key
            if table.session.memory == "all with the code":
                said[fields.input] = f"{fields_of(request)[fields.code].rstrip('#')}*{said[fields.input]}#"
        return saying(request, fields_of(request) | said)

    def _shown(self, body: bytes) -> str:
        table = self.vendor.table
        if table is None or table.answer.format == "text":
            return body.decode().partition(" ")[2]
        if table.answer.format == "xml":
            ((_, div),) = ((element.tag, element) for element in ET.fromstring(body) if element.tag == "div")  # noqa: S314 -- our own
            return "\n".join([div.text or "", *(line.tail or "" for line in div)])
        if table.answer.format == "fields":
            self.state = dict(zip(table.answer.screen, parts := body.decode().split("|"), strict=True)).get("{state}", "")
            return parts[table.answer.screen.index("{text}")].replace(table.answer.line, "\n")
        said, template = json.decode(body), table.answer.screen
        self.state = said.get(next((name for name, value in template.items() if value == "{state}"), ""), "")
        return _text_of(said, template).replace("\r\n", "\n")


def _text_of(said: Any, template: Any) -> str:
    for name, value in template.items():
        if value == "{text}":
            return said[name]
        if isinstance(value, dict) and (text := _text_of(said[name], value)):
            return text
    return ""


@EVERY_VENDOR
def test_the_same_conversation_through_every_wire(line: Line, vendor: Vendor) -> None:
    """Danger, the advice, and a call at once: it is noted, kept once, and taken back. Each request comes twice."""
    phone = Phone(line, vendor)
    with the_log() as logged:
        for key in (None, "4", "1", "1"):
            shown = phone.ask(key)
            assert phone.again() == shown
    assert len(line.callbacks()) == 1
    assert line.callback().state == "waiting"
    assert CALLER not in logged.getvalue()
    assert CALLER.lstrip("+") not in logged.getvalue()


@EVERY_VENDOR
def test_the_screens_are_the_same_whatever_the_wire(line: Line, vendor: Vendor) -> None:
    """Letter for letter, but for signs that a wire has for itself; where it shows fewer letters, the beginning of it and how to read on."""
    phone, other = Phone(line, vendor), Phone(line, VENDORS[0], "another")
    for key in (None, "6", "5", "3"):
        shown, whole = phone.ask(key), other.ask(key).replace("|", "/").replace("^", " " if vendor.name == "wigal" else "^")
        most = vendor.table.answer.letters if vendor.table else None
        if most is not None and len(whole) > most:
            assert len(shown) <= most
            assert whole.startswith(shown.partition("\n")[0])
            assert "8 " in shown
        else:
            assert shown == whole
