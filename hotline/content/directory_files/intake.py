"""What a table means for the directory: every fault of it at once, or the edits that bring its rows in. It adds and changes entries and takes none out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

from msgspec import Struct

from hotline.content.directory_files.entries import DAYS, FIELDS, LONGEST_ID, NEEDED, SECTIONS, VERIFICATION, Section, faults, values_of
from hotline.content.directory_files.reading import in_regions
from hotline.content.directory_files.registry import Edit, after_edits
from hotline.content.directory_files.tables import CellFault, Row, Table
from hotline.content.flow_files.nodes import NAME, quoted
from hotline.engine.directory import astray
from hotline.engine.flow import Item
from hotline.engine.phone.numbers import digits

Key: TypeAlias = tuple[Section, str]
_DATES: Final = tuple(field for field in VERIFICATION if field in DAYS)


class BadTable(Exception):
    """Nothing of the table was taken in. `faults`: all of them, by row."""

    def __init__(self, faults: Iterable[CellFault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class _Meant(Struct, frozen=True):
    """One row's entry: how it stands, how the row would have it, and the edit that makes the one of the other."""

    row: Row
    key: Key
    before: Mapping[str, str]
    edit: Edit


def edits_of(table: Table, entries: Sequence[Item], today: date) -> tuple[Edit, ...]:
    """The edits of the entries, as they are written, that the table asks for; none for a row that says what stands. Raises BadTable.

    An empty cell leaves a field as it is. A number that changes loses its verification, unless the row brings a later one: nobody has rung the new number.
    """
    found = list(table.faults)
    standing = {(item.list, item.id): values_of(item) for item in in_regions(tuple(entries))}
    meant: list[_Meant] = []
    first: dict[Key, int] = {}
    for row in table.rows:
        key = _key(row, found)
        if key is None:
            continue
        if key in first:
            found.append(CellFault(row.number, "id", f"{key[1]} stands twice among the {key[0]}, first in row {first[key]}"))
            continue
        first[key] = row.number
        one = _meant(row, key, standing.get(key))
        found += _wrong(one, today)
        meant.append(one)
    edits = tuple(one.edit for one in meant if one.edit.fields or (one.key[0] == "kinds" and one.key not in standing))
    found += _together(meant, entries, edits)
    if found:
        raise BadTable(found)
    return edits


def _key(row: Row, found: list[CellFault]) -> Key | None:
    """Which entry the row is about; None after noting why it is about none."""
    before = len(found)
    name, id = row.cells.get("list", ""), row.cells.get("id", "")
    section = next((one for one in SECTIONS if one == name), None)
    if section is None and "list" not in row.unread:
        found.append(CellFault(row.number, "list", f"{quoted(name)} is none of {', '.join(SECTIONS)}" if name else "is empty"))
    if "id" not in row.unread and (not NAME.fullmatch(id) or len(id) > LONGEST_ID):
        found.append(CellFault(row.number, "id", f"{quoted(id)} is no name; small letters, digits, - and _" if id else "is empty"))
    return (section, id) if section and len(found) == before and not {"list", "id"} & set(row.unread) else None


def _meant(row: Row, key: Key, standing: Mapping[str, str] | None) -> _Meant:
    before = standing or {}
    told = {column: value for column, value in row.cells.items() if column not in {"list", "id"}}
    if key[0] == "kinds" and told.get("name") == key[1]:
        del told["name"]
    fields: dict[str, str | None] = {field: value for field, value in told.items() if not _is_same(field, value, before.get(field))}
    if "phone" in before and fields.get("phone"):
        is_later = told.get("verified_on", "") > before.get("verified_on", "")
        for field in VERIFICATION:
            if field in before and not (is_later and (field in fields or field == "verified_by")):
                fields[field] = None
            elif not is_later:
                fields.pop(field, None)
    return _Meant(row, key, before, Edit(key[0], key[1], fields))


def _is_same(field: str, value: str, before: str | None) -> bool:
    """A number is the same however it is spelled."""
    return value == before or (field == "phone" and before is not None and digits(value) == digits(before))


def _wrong(one: _Meant, today: date) -> Iterator[CellFault]:
    """What is wrong with one row by itself."""
    row, (section, _) = one.row.number, one.key
    given = {field: value for field, value in one.row.cells.items() if field in FIELDS[section]}
    for column in one.row.cells:
        if column not in {"list", "id", *FIELDS[section]} and not (
            section == "kinds" and column == "name" and column not in one.edit.fields
        ):
            yield CellFault(row, column, f"the {section} have none; leave it empty")
    yield from (CellFault(row, field, what) for field, what in faults(section, given))
    after = {**one.before, **{field: value for field, value in one.edit.fields.items() if value is not None}}
    needed = (*NEEDED[section], *(("source", "source_date") if "phone" in after else ()))
    for field in needed:
        if field not in after and field not in one.row.unread:
            yield CellFault(row, field, "is missing" if field in NEEDED[section] else "is missing; a phone needs it")
    for field in _DATES:
        value = one.edit.fields.get(field) or ""
        if value > today.isoformat():
            yield CellFault(row, field, f"{quoted(value)} is in the future")
        elif value and value < one.before.get(field, ""):
            yield CellFault(row, field, f"{value} is before {one.before[field]}, which the directory has: this table is older")


def _together(meant: Iterable[_Meant], entries: Sequence[Item], edits: Iterable[Edit]) -> Iterator[CellFault]:
    """What is wrong once all rows are in: with what an entry says of others, or with entries that the table does not have."""
    rows: dict[tuple[str, str], Row] = {one.key: one.row for one in meant}
    after = in_regions(after_edits(entries, edits))
    known = {(item.list, item.id, field, what) for item, field, what in astray(in_regions(tuple(entries)))}
    for item, field, what in astray(after):
        row = rows.get((item.list, item.id))
        if (item.list, item.id, field, what) in known:
            continue  # the file's, not the table's
        if row is not None:
            yield CellFault(row.number, field, what)
        else:
            yield CellFault(0, "", f"{item.list} {item.id}, which is not in the table: {what}")
    for item in after:
        row = rows.get((item.list, item.id))
        region = row.cells.get("region") if row else None
        if row and region and item.fields.get("region") != region:
            yield CellFault(row.number, "region", f"{region}, but its place is in {item.fields.get('region')}")
