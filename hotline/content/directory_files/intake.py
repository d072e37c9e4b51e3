"""What a table means for the directory: every fault of it at once, or the edits that bring its rows in. It adds and changes entries and takes none out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from msgspec import Struct

from hotline.content.directory_files.entries import (
    DAYS,
    FIELDS,
    LONGEST_ID,
    NEEDED,
    SECTIONS,
    VERIFICATION,
    DirectorySection,
    said_of,
    values_of,
)
from hotline.content.directory_files.registry import Edit, after_edits
from hotline.content.directory_files.tables import CellFault, Row, Table
from hotline.content.flow_files.nodes import NAME, quoted
from hotline.engine.check.directory import astray
from hotline.engine.entry_fields import PHONE_NEEDS, field_faults, in_regions
from hotline.engine.flow import Item
from hotline.engine.phone.numbers import digits
from hotline.ports.editions.directory_sheets import SheetFaultCode

EntryKey: TypeAlias = tuple[DirectorySection, str]
_DATES: Final = tuple(field for field in VERIFICATION if field in DAYS)


class BadTable(Exception):
    """Nothing of the table was taken in. `faults`: all of them, by row."""

    def __init__(self, faults: Iterable[CellFault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class _RowEntry(Struct, frozen=True):
    """The entry that one row is about: its values before, and the edit that makes of them what the row says."""

    row: Row
    key: EntryKey
    before: Mapping[str, str]
    edit: Edit


def edits_of(table: Table, entries: Sequence[Item], today: date) -> tuple[Edit, ...]:
    """The edits of the entries, as they are written, that the table asks for; none for a row that says what they say already. Raises BadTable.

    An empty cell leaves a field as it is. A number that changes loses its verification, unless the row brings a later one: nobody has rung the new number.
    """
    found = list(table.faults)
    standing = {(item.list, item.id): values_of(item) for item in in_regions(tuple(entries))}
    meant: list[_RowEntry] = []
    first: dict[EntryKey, int] = {}
    for row in table.rows:
        key = _key(row, found)
        if key is None:
            continue
        if key in first:
            found.append(CellFault(row.number, "id", f"{key[1]} stands twice among the {key[0]}, first in row {first[key]}", "twice"))
            continue
        first[key] = row.number
        entry = _meant(row, key, standing.get(key))
        found += _wrong(entry, today)
        meant.append(entry)
    edits = tuple(entry.edit for entry in meant if entry.edit.fields or (entry.key[0] == "kinds" and entry.key not in standing))
    found += _together(meant, entries, edits)
    if found:
        raise BadTable(found)
    return edits


def _key(row: Row, found: list[CellFault]) -> EntryKey | None:
    """Which entry the row is about. Returns None after noting why it is about none."""
    before = len(found)
    name, id = row.cells.get("list", ""), row.cells.get("id", "")
    section = next((section for section in SECTIONS if section == name), None)
    if section is None and "list" not in row.unread:
        found.append(CellFault(row.number, "list", f"{quoted(name)} is none of {', '.join(SECTIONS)}" if name else "is empty", "list"))
    if "id" not in row.unread and (not NAME.fullmatch(id) or len(id) > LONGEST_ID):
        found.append(CellFault(row.number, "id", f"{quoted(id)} is no name; small letters, digits, - and _" if id else "is empty", "id"))
    return (section, id) if section and len(found) == before and not {"list", "id"} & set(row.unread) else None


def _meant(row: Row, key: EntryKey, standing: Mapping[str, str] | None) -> _RowEntry:
    before = standing or {}
    cells = {column: value for column, value in row.cells.items() if column not in {"list", "id"}}
    if key[0] == "kinds" and cells.get("name") == key[1]:
        del cells["name"]
    fields: dict[str, str | None] = {field: value for field, value in cells.items() if not _is_same(field, value, before.get(field))}
    if "phone" in before and fields.get("phone"):
        is_later = cells.get("verified_on", "") > before.get("verified_on", "")
        for field in VERIFICATION:
            if field in before and not (is_later and (field in fields or field == "verified_by")):
                fields[field] = None
            elif not is_later:
                fields.pop(field, None)
    return _RowEntry(row, key, before, Edit(key[0], key[1], fields))


def _is_same(field: str, value: str, before: str | None) -> bool:
    """A number is the same however it is spelled."""
    return value == before or (field == "phone" and before is not None and digits(value) == digits(before))


def _wrong(entry: _RowEntry, today: date) -> Iterator[CellFault]:
    """What is wrong with one row by itself."""
    row, (section, _) = entry.row.number, entry.key
    given = {field: value for field, value in entry.row.cells.items() if field in FIELDS[section]}
    for column in entry.row.cells:
        if column not in {"list", "id", *FIELDS[section]} and not (
            section == "kinds" and column == "name" and column not in entry.edit.fields
        ):
            yield CellFault(row, column, f"the {section} have none; leave it empty", "none")
    yield from (CellFault(row, field, said_of(what, given[field]), what) for field, what in field_faults(section, given))
    after = {**entry.before, **{field: value for field, value in entry.edit.fields.items() if value is not None}}
    needed = (*NEEDED[section], *(PHONE_NEEDS if "phone" in after else ()))
    for field in needed:
        if field not in after and field not in entry.row.unread:
            yield CellFault(row, field, "is missing" if field in NEEDED[section] else "is missing; a phone needs it", "missing")
    for field in _DATES:
        value = entry.edit.fields.get(field) or ""
        if value > today.isoformat():
            yield CellFault(row, field, f"{quoted(value)} is in the future", "future")
        elif value and value < entry.before.get(field, ""):
            yield CellFault(row, field, f"{value} is before {entry.before[field]}, which the directory has: this table is older", "older")


def _together(meant: Iterable[_RowEntry], entries: Sequence[Item], edits: Iterable[Edit]) -> Iterator[CellFault]:
    """What is wrong once all rows are in: with what an entry of the table says of others, and with entries that are not in it."""
    rows: dict[tuple[str, str], Row] = {entry.key: entry.row for entry in meant}
    after = in_regions(after_edits(entries, edits))
    known = {(item.list, item.id, field, what) for item, field, what in astray(in_regions(tuple(entries)))}
    for item, field, what in astray(after):
        row = rows.get((item.list, item.id))
        if (item.list, item.id, field, what) in known:
            continue  # the file's, not the table's
        if row is not None:
            yield CellFault(row.number, field, what, _code(field, what))
        else:
            yield CellFault(0, "", f"{item.list} {item.id}, which is not in the table: {what}", "at_odds")
    for item in after:
        row = rows.get((item.list, item.id))
        region = row.cells.get("region") if row else None
        if row and region and item.fields.get("region") != region:
            yield CellFault(row.number, "region", f"{region}, but its place is in {item.fields.get('region')}", "at_odds")


def _code(field: str, what: str) -> SheetFaultCode:
    return "unknown" if what.startswith(f"unknown {field}") else "at_odds"
