"""What is not a screen: where the line opens (`line.yml`), and the regions, places and services that it lists (`directory.yml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from msgspec import Struct
from ruamel.yaml.nodes import Node, SequenceNode

from hotline.content.kinds import LISTS
from hotline.content.nodes import NAME, Reader, is_empty, quoted
from hotline.engine.flow import Item, Part

_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "regions": ("name",),
    "places": ("name", "region"),
    "services": (
        "name",
        "region",
        "place",
        "kind",
        "address",
        "hours",
        "phone",
        "offers",
        "languages",
        "source",
        "source_date",
        "verified_on",
        "verified_by",
    ),
}
_DATES: Final = ("source_date", "verified_on")
_SPAN: Final = re.compile(r"(\d\d?)h([0-5]\d)?-(\d\d?)h([0-5]\d)?")


class Line(Struct, frozen=True):
    """`line.yml`: bare flow names are made full; what is missing is empty."""

    start: str = ""
    help: str = ""
    parts: tuple[Part, ...] = ()


def line(reader: Reader, starts: Mapping[str, str]) -> Line:
    node = reader.document()
    if node is None:
        return Line()
    fields = reader.fields(node, "line", ("start", "help", "parts"), needed=("start", "help", "parts"))
    start, help_ = (reader.text(fields.get(name), name) or "" for name in ("start", "help"))
    parts: list[Part] = []
    for name, key, value in reader.entries(fields.get("parts"), "parts"):
        text = reader.scalar(value, f"parts: {name}")
        if not NAME.fullmatch(name):
            reader.fault(key, f"parts: {quoted(name)} is no name; small letters, digits, - and _")
        elif text is not None and (span := _span(text)):
            parts.append(Part(name, *span, reader.at(key)))
        elif text is not None:
            reader.fault(value, f"parts: {name}: {quoted(text)} is no span of hours, such as 8h-12h or 8h30-12h")
    return Line(starts.get(start, start), starts.get(help_, help_), tuple(parts))


def _span(text: str) -> tuple[int, int] | None:
    """Minutes of the day from `8h-12h` or `8h30-12h`; None where it is none."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    start, end = int(match[1]) * 60 + int(match[2] or 0), int(match[3]) * 60 + int(match[4] or 0)
    return (start, end) if start < end <= 24 * 60 else None


def directory(reader: Reader) -> tuple[Item, ...]:
    node = reader.document()
    if node is None:
        return ()
    fields = reader.fields(node, "directory", LISTS)
    items: list[Item] = []
    for name in LISTS:
        for id, key, value in reader.entries(fields.get(name), name):
            if not NAME.fullmatch(id):
                reader.fault(key, f"{name}: {quoted(id)} is no name; small letters, digits, - and _")
                continue
            values = _values(reader, id, key, value, _FIELDS[name])
            if "name" in values:
                items.append(Item(name, id, values.pop("name"), values, reader.at(key)))
    return tuple(items)


def _values(reader: Reader, id: str, key: Node, node: Node, known: tuple[str, ...]) -> dict[str, str]:
    fields = reader.fields(node, id, known)
    values: dict[str, str] = {}
    for name, value in fields.items():
        text = _value(reader, f"{id}: {name}", value)
        if text is not None and name in _DATES and not _is_date(text):
            reader.fault(value, f"{id}: {name}: {quoted(text)} is no date; write 2026-01-31, or leave the line out")
        elif text is not None:
            values[name] = text
    if "name" not in fields:
        reader.fault(key, f"{id}: `name` is missing")
    for name in ("source", "source_date"):
        if "phone" in fields and name not in fields:
            reader.fault(fields["phone"], f"{id}: a phone needs `{name}`")
    return values


def _value(reader: Reader, what: str, node: Node) -> str | None:
    """Text as it was written; a list's items side by side."""
    if isinstance(node, SequenceNode) and not is_empty(node):
        texts = [reader.scalar(one, what) for one in node.value]
        return ", ".join(text for text in texts if text is not None)
    if is_empty(node):
        reader.fault(node, f"{what}: is empty; write it, or leave the line out")
        return None
    return reader.scalar(node, what)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
