"""`flows/mapping.yml`: by which ids a ministry's DHIS2 knows the figures. It need not be there; where it is, every fault of it is told with its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from ruamel.yaml.nodes import MappingNode, Node

from hotline.content.flow_files.nodes import Reader, quoted
from hotline.engine.flow import Fault
from hotline.ports.figures.releases import TOTAL
from hotline.service.desk.figures.definitions import LANGUAGES, OTHERS, PERIODS, SPECS, TableSpec
from hotline.service.desk.figures.files.dhis2 import NATIONAL, SCHEMES, FigureMapping, MappedCell, Scheme, cell_keys, is_never, tables_of

MAPPING: Final = "flows/mapping.yml"
VERSION: Final = "1"
_FIELDS: Final = ("version", "scheme", "data_sets", "units", "cells", "never")
_UID: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{10}")
_CODE: Final = re.compile(r"[^\s\x00-\x1f](?:[^\x00-\x1f]{0,48}[^\s\x00-\x1f])?")
_BY_TIME_OR_PERSON: Final = ("day", "week", "hour", "month", "counselor", "counsellor", "staff")
"""As what comes after the table in a key: nobody is counted so."""


def read_mapping(root: Path, regions: Collection[str]) -> tuple[FigureMapping | None, tuple[Fault, ...]]:
    """What the file says, if all of it is sound; None where there is a fault. `regions`: the directory's codes."""
    reader = Reader(root, root / MAPPING)
    mapping = _mapping(reader, regions)
    return (None if reader.faults else mapping), tuple(sorted(reader.faults))


def _mapping(reader: Reader, regions: Collection[str]) -> FigureMapping | None:
    node = reader.document()
    if node is None:
        return None
    fields = reader.fields(node, "mapping", _FIELDS, needed=_FIELDS[:5])
    if (version := reader.scalar(fields.get("version"), "version")) not in (None, VERSION):
        reader.fault(fields["version"], f"version: {quoted(version or '')} is none that this program reads; write {VERSION}")
    scheme: Scheme = reader.choice(fields.get("scheme"), "scheme", SCHEMES) or "code"
    data_sets = _ids(reader, fields.get("data_sets"), "data_sets", scheme)
    for name, key, _ in _entries(fields.get("data_sets")):
        if name not in PERIODS:
            reader.fault(key, f"data_sets: {quoted(name)} is none of {', '.join(PERIODS)}")
    units = _ids(reader, fields.get("units"), "units", scheme)
    _check_units(reader, fields.get("units"), data_sets, regions)
    cells = dict(_cells(reader, fields.get("cells"), scheme))
    never = tuple(_never(reader, fields.get("never")))
    mapping = FigureMapping(scheme, data_sets, units, cells, never)
    if "cells" in fields:
        _check_all_there(reader, fields["cells"], mapping)
    return mapping


def _entries(node: Node | None) -> Iterator[tuple[str, Node, Node]]:
    """Without a fault of their own, which `Reader.entries` has noted."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield str(key.value), key, value


def _ids(reader: Reader, node: Node | None, what: str, scheme: Scheme) -> dict[str, str]:
    found = {}
    for name, _, value in reader.entries(node, what):
        if (id := _id(reader, value, f"{what}: {name}", scheme)) is not None:
            found[name] = id
    return found


def _id(reader: Reader, node: Node | None, what: str, scheme: Scheme) -> str | None:
    id = reader.text(node, what)
    if node is None or id is None:
        return None
    if not (_UID if scheme == "uid" else _CODE).fullmatch(id):
        form = "a letter and ten letters or digits" if scheme == "uid" else "at most 50 letters"
        reader.fault(node, f"{what}: {quoted(id)} is no {scheme} of DHIS2: {form}")
    return id


def _check_units(reader: Reader, node: Node | None, data_sets: Mapping[str, str], regions: Collection[str]) -> None:
    known, ids = {NATIONAL, OTHERS, *regions}, dict[str, str]()
    for name, key, value in _entries(node):
        if name not in known:
            reader.fault(key, f"units: {quoted(name)} is no region of the directory, nor {NATIONAL} or {OTHERS}")
        id = str(getattr(value, "value", ""))
        if id in ids:
            reader.fault(value, f"units: {name} has the id of {ids[id]}: their numbers would be added")
        ids.setdefault(id, name)
    there = {name for name, _, _ in _entries(node)}
    needed = [*([NATIONAL] if "quarter" in data_sets else []), *((*regions, OTHERS) if "year" in data_sets else ())]
    missing = [name for name in needed if name not in there]
    if missing and node is not None:
        reader.fault(node, f"units: none for {', '.join(missing)}")


def _cells(reader: Reader, node: Node | None, scheme: Scheme) -> Iterator[tuple[str, MappedCell]]:
    taken: dict[MappedCell, str] = {}
    kinds: dict[str, tuple[str, tuple[object, ...]]] = {}
    for key, key_node, value in reader.entries(node, "cells"):
        wrong = _wrong_key(key)
        if wrong:
            reader.fault(key_node, f"cells: {key}: {wrong}")
        fields = reader.fields(value, key, ("element", "combo"), needed=("element",), at=key_node)
        element, combo = (_id(reader, fields.get(name), f"{key}: {name}", scheme) for name in ("element", "combo"))
        if element is None:
            continue
        cell = MappedCell(element, combo)
        if cell in taken:
            reader.fault(key_node, f"cells: {key}: element and combo are those of {taken[cell]}")
        taken.setdefault(cell, key)
        if not wrong:
            first, kind = kinds.setdefault(element, (key, _kind(key)))
            if kind != _kind(key):
                reader.fault(key_node, f"cells: {key}: needs an element of its own; DHIS2 would add it to {first}")
        yield key, cell


def _wrong_key(key: str) -> str | None:
    """What is wrong with the key of a cell. Returns None if nothing is."""
    spec = SPECS.get(key.partition(".")[0])
    if spec is not None and key in cell_keys(spec):
        return None
    if any(part in _BY_TIME_OR_PERSON for part in key.replace("_", ".").split(".")):
        return "nothing leaves by day, hour, month or counselor"
    if spec is None:
        return f"no table is called {quoted(key.partition('.')[0])}; there are {', '.join(SPECS)}"
    if LANGUAGES in spec.columns:
        return "nothing leaves by language: put the table into `never`"
    return f"the table has no such cell; it has {', '.join(_said(spec))}"


def _said(spec: TableSpec) -> tuple[str, ...]:
    keys = cell_keys(spec)
    return keys if len(keys) <= 8 else (*keys[:4], "…", keys[-1])


def _kind(key: str) -> tuple[object, ...]:
    """What may stand in one element with what: parts of one sum with each other, never with their total, nor a part with what it is a part of."""
    name, *parts = key.split(".")
    spec = SPECS[name]
    wide = (spec.columns,) if spec in tables_of("year") else (spec.rows, spec.columns)
    return (name, *((part == TOTAL) if TOTAL in names else part for part, names in zip(parts, wide, strict=False)))


def _never(reader: Reader, node: Node | None) -> Iterator[str]:
    for item in reader.items(node, "never") if node is not None else ():
        name = reader.text(item, "never")
        if name is None:
            continue
        keys = [key for spec in SPECS.values() for key in cell_keys(spec)]
        if name not in SPECS and not any(key == name or key.startswith(f"{name}.") for key in keys):
            reader.fault(item, f"never: no table or cell is called {quoted(name)}")
        yield name


def _check_all_there(reader: Reader, at: Node, mapping: FigureMapping) -> None:
    """Each published cell is mapped, or is not sent on purpose: never both, never neither."""
    for period in PERIODS:
        if period not in mapping.data_sets:
            continue
        for table in tables_of(period):
            keys = cell_keys(table) or (table.name,)
            left = [key for key in keys if key not in mapping.cells and not is_never(mapping, key)]
            if len(left) == len(keys):
                reader.fault(at, f"cells: {table.name}: neither mapped nor in `never`")
            else:
                for key in left:
                    reader.fault(at, f"cells: {key}: neither mapped nor in `never`")
    for key in mapping.cells:
        if is_never(mapping, key):
            reader.fault(at, f"cells: {key}: both mapped and in `never`")
