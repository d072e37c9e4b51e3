"""The gateways that have samples, each with its door: what the contract tests run over."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct, json, structs

from hotline.gateways.africastalking_forms import WebhookGuard
from hotline.gateways.table.door import TableDoor
from hotline.gateways.table.gate import PREFIX, TableAccess
from hotline.gateways.table.samples import SampleFile, SampleRequest, environ_of, read_samples
from hotline.gateways.table.spec import WireTable, load_table
from hotline.ports.ussd import UssdDoor
from tests.fakes import AT

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
    """The field of the caller's number."""
    table: WireTable | None = None

    def environ(self, request: SampleRequest) -> dict[str, Any]:
        return environ_of(request, self.address)


def table_vendor(name: str, **access: object) -> Vendor:
    """The table that ships, with its samples."""
    table, samples = load_table(TABLES / f"{name}.toml"), read_samples((SAMPLES / f"{name}.json").read_bytes())
    given = {"secrets": (SECRET,), "key": samples.key, "codes": samples.codes} | access
    return Vendor(name, TableDoor(table, TableAccess(**given)), samples, f"{PREFIX}{name}/{SECRET}", table.fields.number, table)


def africastalking() -> Vendor:
    samples = read_samples((SAMPLES / "africastalking.json").read_bytes())
    guard = WebhookGuard(structs.replace(AT, secret=(SECRET,), service_codes=samples.codes))
    return Vendor("africastalking", guard, samples, f"/at/{SECRET}", "phoneNumber")


VENDORS = [africastalking(), *(table_vendor(file.stem) for file in sorted(TABLES.glob("*.toml")))]


def fields_of(request: SampleRequest) -> dict[str, Any]:
    """What the request says, by name, in the body if it has one and else in the query."""
    if request.body.startswith("{"):
        return json.decode(request.body)
    return dict(parse_qsl(request.body or request.path.partition("?")[2], keep_blank_values=True))


def saying(request: SampleRequest, fields: dict[str, Any]) -> SampleRequest:
    """The same request with these fields."""
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
