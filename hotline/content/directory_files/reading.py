"""What is not a screen: where the line opens (`opening.yml`), and the regions, places, services and events that it lists (`directory.yml`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct
from ruamel.yaml.nodes import Node, SequenceNode

from hotline.content.directory_files.entries import FIELDS, LONGEST_ID, NEEDED, SECTIONS, DirectorySection, faults, one_line
from hotline.content.flow_files.nodes import NAME, Reader, is_empty, quoted
from hotline.engine.entry_fields import in_regions
from hotline.engine.flow import DayPart, Item
from hotline.engine.times import DAY_MINUTES

FOLD: Final = "\a"
"""What ruamel leaves in text at the place where a `>` folded a line."""
_SPAN: Final = re.compile(r"(\d\d?)h([0-5]\d)?-(\d\d?)h([0-5]\d)?")


class LineFile(Struct, frozen=True):
    """`opening.yml`: bare flow names are made full; what is missing is empty."""

    start: str = ""
    help: str = ""
    parts: tuple[DayPart, ...] = ()


def line(reader: Reader, starts: Mapping[str, str]) -> LineFile:
    """What `opening.yml` says. `starts`: by a flow's name the whole key of its first screen."""
    node = reader.document()
    if node is None:
        return LineFile()
    fields = reader.fields(node, "line", ("start", "help", "parts"), needed=("start", "help", "parts"))
    start, help_ = (reader.text(fields.get(name), name) or "" for name in ("start", "help"))
    parts: list[DayPart] = []
    for name, key, value in reader.entries(fields.get("parts"), "parts"):
        text = reader.scalar(value, f"parts: {name}")
        if not NAME.fullmatch(name):
            reader.fault(key, f"parts: {quoted(name)} is no name; small letters, digits, - and _")
        elif text is not None and (span := _span(text)):
            parts.append(DayPart(name, *span, reader.at(key)))
        elif text is not None:
            reader.fault(value, f"parts: {name}: {quoted(text)} is no span of hours, such as 8h-12h or 8h30-12h")
    return LineFile(starts.get(start, start), starts.get(help_, help_), tuple(parts))


def _span(text: str) -> tuple[int, int] | None:
    """Minutes of the day from `8h-12h` or `8h30-12h`. Returns None for anything else."""
    match = _SPAN.fullmatch(text)
    if match is None:
        return None
    start, end = int(match[1]) * 60 + int(match[2] or 0), int(match[3]) * 60 + int(match[4] or 0)
    return (start, end) if start < end <= DAY_MINUTES else None


def directory(reader: Reader) -> tuple[Item, ...]:
    """The entries, list by list. A service or an event that names no region has that of its place."""
    return in_regions(entries(reader))


def entries(reader: Reader) -> tuple[Item, ...]:
    """The entries as they were written."""
    node = reader.document()
    if node is None:
        return ()
    fields = reader.fields(node, "directory", SECTIONS)
    items: list[Item] = []
    for section in SECTIONS:
        items += _kinds(reader, fields.get(section)) if section == "kinds" else _entries(reader, section, fields.get(section))
    return tuple(items)


def _kinds(reader: Reader, node: Node | None) -> Iterator[Item]:
    """Bare ids; what each is called is in the words, as `kind.ID`."""
    seen: set[str] = set()
    for item in reader.items(node, "kinds") if node is not None and not is_empty(node) else ():
        id = reader.name(item, "kinds")
        if id in seen:
            reader.fault(item, f"kinds: `{id}` stands twice")
        elif id is not None and _is_short(reader, "kinds", id, item):
            seen.add(id)
            yield Item("kinds", id, id, {}, reader.at(item))


def _entries(reader: Reader, section: DirectorySection, node: Node | None) -> Iterator[Item]:
    for id, key, value in reader.entries(node, section):
        if not NAME.fullmatch(id):
            reader.fault(key, f"{section}: {quoted(id)} is no name; small letters, digits, - and _")
        elif _is_short(reader, section, id, key):
            values = _values(reader, section, id, key, value)
            if "name" in values:
                yield Item(section, id, values.pop("name"), values, reader.at(key))
            else:
                reader.lost.add(id)


def _is_short(reader: Reader, section: DirectorySection, id: str, key: Node) -> bool:
    if len(id) > LONGEST_ID:
        reader.fault(key, f"{section}: {quoted(id)} is longer than {LONGEST_ID} letters")
    return len(id) <= LONGEST_ID


def _values(reader: Reader, section: DirectorySection, id: str, key: Node, node: Node) -> dict[str, str]:
    fields = reader.fields(node, id, FIELDS[section], NEEDED[section], key)
    texts = {name: _value(reader, f"{id}: {name}", value) for name, value in fields.items()}
    values = {name: one_line(text.replace(FOLD, "")) for name, text in texts.items() if text is not None}
    for name, what in faults(section, values):
        reader.fault(fields[name], f"{id}: {name}: {what}")
        texts[name] = None
    for name in ("source", "source_date"):
        if "phone" in fields and name not in fields:
            reader.fault(fields["phone"], f"{id}: a phone needs `{name}`")
    return {name: value for name, value in values.items() if texts[name] is not None}


def _value(reader: Reader, what: str, node: Node) -> str | None:
    """Text as it was written; a list's items side by side."""
    if isinstance(node, SequenceNode) and not is_empty(node):
        texts = [reader.scalar(item, what) for item in node.value]
        return ", ".join(text for text in texts if text is not None)
    if is_empty(node):
        reader.fault(node, f"{what}: is empty; write it, or leave the line out")
        return None
    return reader.scalar(node, what)
