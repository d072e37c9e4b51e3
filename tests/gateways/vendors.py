"""The gateways that have samples, each with its door: what the contract tests run over."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from msgspec import Struct, json, structs

from hotline.gateways.africastalking_forms import WebhookGuard
from hotline.gateways.orange_pages import OrangePages
from hotline.gateways.path_guard import PathGuard
from hotline.gateways.table.door import TableDoor
from hotline.gateways.table.gate import PREFIX, TableAccess
from hotline.gateways.table.samples import SampleFile, SampleRequest, environ_of, read_samples
from hotline.gateways.table.spec import WireTable, load_table
from hotline.ports.ussd import UssdDoor
from hotline.settings.orange import Orange
from tests.fakes import AT

NEWCOMER = Path(__file__).parent / "newcomer"
"""Tables that no line ships, and their samples: written from docs/gateways.md and a vendor's examples, by somebody who had read no line of the program."""
TABLES = Path(__file__).resolve().parents[2] / "hotline/gateways/tables"
SAMPLES = Path(__file__).parent / "samples"
SECRET = "ab" * 16


class Vendor(Struct, frozen=True):
    """A vendor's door, as a line has it whose codes are those of the samples."""

    name: str
    door: UssdDoor
    samples: SampleFile
    address: str
    """Of the line, secret and all; what the samples call a path stands behind."""
    number: str
    """The field of the caller's number, or its header."""
    table: WireTable | None = None

    @property
    def reads_headers(self) -> bool:
        """It browses: who asks stands in headers, what was typed in the address, and no body is read."""
        return self.name == "orange-303"

    def environ(self, request: SampleRequest) -> dict[str, Any]:
        return environ_of(request, self.address)


def table_vendor(name: str, tables: Path = TABLES, samples_in: Path = SAMPLES, **access: object) -> Vendor:
    """The table that ships, with its samples."""
    table, samples = load_table(tables / f"{name}.toml"), read_samples((samples_in / f"{name}.json").read_bytes())
    given = {"secrets": (SECRET,), "key": samples.key, "codes": samples.codes} | access
    return Vendor(name, TableDoor(table, TableAccess(**given)), samples, f"{PREFIX}{name}/{SECRET}", table.fields.number, table)


def africastalking() -> Vendor:
    samples = read_samples((SAMPLES / "africastalking.json").read_bytes())
    guard = WebhookGuard(structs.replace(AT, secret=(SECRET,), service_codes=samples.codes))
    return Vendor("africastalking", guard, samples, f"/at/{SECRET}", "phoneNumber")


def orange_pages() -> Vendor:
    samples = read_samples((SAMPLES / "orange-303.json").read_bytes())
    orange = Orange(client_id="an-id", client_secret="a-secret", secret=(SECRET,), pages=True)
    return Vendor("orange-303", OrangePages(orange, PathGuard(orange)), samples, f"/gateway/orange/{SECRET}", "User-MSISDN")


VENDORS = [
    africastalking(),
    *(table_vendor(file.stem) for file in sorted(TABLES.glob("*.toml"))),
    *(table_vendor(file.stem, NEWCOMER, NEWCOMER) for file in sorted(NEWCOMER.glob("*.toml"))),
    orange_pages(),
]


def fields_of(request: SampleRequest) -> dict[str, Any]:
    """What the request says, by name, in the body if it has one, else in the query; of one that browses, in the headers."""
    if request.headers.keys() & {"User-MSISDN", "User-Session"}:
        return dict(request.headers)
    if request.body.startswith("<"):
        return {element.tag: element.text or "" for element in ET.fromstring(request.body)}  # noqa: S314 -- our own
    if request.body.startswith("{"):
        return json.decode(request.body)
    return dict(parse_qsl(request.body or request.path.partition("?")[2], keep_blank_values=True))


def saying(request: SampleRequest, fields: dict[str, Any]) -> SampleRequest:
    """The same request with these fields."""
    if request.headers.keys() & {"User-MSISDN", "User-Session"}:
        return structs.replace(request, headers=fields)
    if request.body.startswith("<"):
        inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
        return structs.replace(request, body=f'<?xml version="1.0" encoding="UTF-8"?><page version="2.0">{inner}</page>')
    if request.body.startswith("{"):
        return structs.replace(request, body=json.encode(fields).decode())
    if request.body:
        return structs.replace(request, body=urlencode(fields))
    path, mark, _ = request.path.partition("?")
    return structs.replace(request, path=f"{path}?{urlencode(fields)}" if mark else path)


def carrying(environ: dict[str, Any], data: bytes) -> dict[str, Any]:
    """The same request with these bytes where it says something: in its body, and in its query."""
    return environ | {
        "wsgi.input": BytesIO(data),
        "CONTENT_LENGTH": str(len(data)),
        "QUERY_STRING": data.decode("latin-1") if environ["QUERY_STRING"] else "",
    }
