"""What operators do to the directory, all of it in a draft: write an entry, take one out, say that its number was rung or its place seen, take in a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.check import check
from hotline.engine.check.directory import FREE_WORDS, astray
from hotline.engine.check.names import NAME
from hotline.engine.check.phrases import LONGEST
from hotline.engine.drafting.revisions import Revision, entry_place, revised
from hotline.engine.entry_fields import DAYS, FIELDS, NEEDED, PHONE_NEEDS, SECTIONS, VERIFICATION, DirectorySection, field_faults, one_line
from hotline.engine.flow import Item, Sources, Where
from hotline.engine.freshness import CALLS, EMERGENCY, STALE_PLACE_DAYS, is_withdrawn, last_day, period
from hotline.engine.phone.letters import as_name
from hotline.engine.phone.numbers import digits, has_number
from hotline.ports.editions.directory_sheets import SheetEntry
from hotline.service.acts import Act, Result
from hotline.service.studio import drafts
from hotline.service.studio.composing import Composed, compose
from hotline.service.studio.drafts import PartEdit
from hotline.service.studio.places.directory import as_kept, entry_of_part, entry_value, with_number

AnsweredBy: TypeAlias = Literal["service", "other", "nobody"]
"""Who answers at a number that somebody rang."""

EDITABLE: Final[Mapping[str, tuple[str, ...]]] = {
    section: tuple(field for field in fields if field not in (*VERIFICATION, "confirmed_on", "confirmed_by"))
    for section, fields in FIELDS.items()
}
"""The fields that a form asks for; the others say that somebody rang or saw it."""
HEARD: Final = ("languages", "hours", "cost")
"""What whoever answers may tell."""
MOST_CHANGES: Final = 300
"""Entries that one table changes."""
_LONGEST_NEW_ID: Final = 40
_ABOUT: Final = 64
"""Letters that a line of the audit has for what it is about."""


class CallReport(Struct, frozen=True):
    """What somebody heard who rang a number. `heard`: by field, what they said; empty: nothing of it."""

    answered: AnsweredBy
    on: str
    """The local day, as 2026-01-31."""
    call: Literal["day", "night"] | None
    """Of an emergency number."""
    heard: Mapping[str, str]


class SheetChange(Struct, frozen=True):
    """What a row of a table changes: of which entry, and each field before and after."""

    row: int
    section: str
    id: str
    name: str
    is_new: bool
    fields: tuple[tuple[str, str, str], ...]
    edit: PartEdit


class EntryFault(Struct, frozen=True):
    """What keeps an entry from being kept: of a row of a table, or 0."""

    row: int
    field: str
    code: str
    about: str = ""
    """The entry, where it is in no row."""


def save_entry(act: Act, draft: str, entry: tuple[str, str], values: Mapping[str, str], seen: str | None) -> Result:
    """Write an entry (its section and id) into the draft as a form has it; without an id a new one, whose id is made of its name. `seen`: as it stood in the form, None for a new one.

    A number that changes loses its verification. `id` among the values. *faulty* with `field` and `fault` where a field cannot be so, and under `also` the others, as `field fault` with commas between; *changed* as `save_parts`.
    """
    section, id = entry
    composed = compose(act.deps, act.tx, draft)
    if composed is None or section not in EDITABLE or section == "kinds":
        return Result("gone")
    of = cast("DirectorySection", section)
    before = _entry(composed, of, id) if id else None
    if id and before is None:
        return Result("gone")
    fields = _merged(before, {field: one_line(values.get(field, "")) for field in EDITABLE[of]})
    made = id or new_id(composed, of, fields.get("name", ""))
    item = as_kept(_in_region(Item(of, made, fields.pop("name", ""), fields, Where(entry_place(of, made), 1)), composed), before)
    edits = [PartEdit(entry_place(of, made), entry_value(item), seen), *_moved(composed, item, before)]
    faults = faults_of(composed, [SheetEntry(0, item)], act.deps.today(act.at))
    if faults:
        also = ",".join(f"{fault.field} {fault.code}" for fault in faults[1:])
        return Result("faulty", {"field": faults[0].field, "fault": faults[0].code, "also": also})
    return _saved(act, composed, edits, {"id": made})


def drop_entry(act: Act, draft: str, section: str, id: str, seen: str) -> Result:
    """Take an entry out of the draft. *refused* where it is still needed: `by` another entry, by its name, or by a screen where that is empty."""
    composed = compose(act.deps, act.tx, draft)
    if composed is None or section == "kinds" or _entry(composed, section, id) is None:
        return Result("gone")
    place = entry_place(section, id)
    after = revised(composed.sources, [Revision(place, None)])
    known = {(item.id, what) for item, _, what in astray(composed.sources.items)}
    needing = [item.name for item, _, what in astray(after.items) if (item.id, what) not in known]
    if needing or _grave(after) - _grave(composed.sources):
        return Result("refused", {"by": needing[0] if needing else ""})
    return _saved(act, composed, [PartEdit(place, None, seen)], {"id": id})


def note_call(act: Act, draft: str, id: str, report: CallReport, seen: str) -> Result:
    """Write into the draft that whoever acts rang this service's number, and what was heard. Only where the service itself answered is it verified.

    Among the values: `answered`; `until`, the last day on which callers will be shown it, empty where a call by day or by night is still to come; `withdrawn` where
    only a call of a later day puts it back. *faulty* with `field` and `fault` where it cannot be so.
    """
    composed = compose(act.deps, act.tx, draft)
    before = _entry(composed, "services", id) if composed else None
    if composed is None or before is None:
        return Result("gone")
    item = with_number(before)
    fault = _call_fault(item, report, act.deps.today(act.at))
    if fault is not None:
        return Result("faulty", {"field": fault[0], "fault": fault[1]})
    if report.answered != "service":
        was_silent = report.answered == "nobody"
        act.record("number unanswered" if was_silent else "number not theirs", id)
        return Result(values={"draft": draft, "answered": report.answered})
    fields = item.fields | {field: text for field in HEARD if (text := one_line(report.heard.get(field, "")))}
    fields[f"called_by_{report.call}" if report.call else "verified_on"] = report.on
    if report.on >= item.fields.get("verified_on", ""):
        fields |= {"verified_on": report.on, "verified_by": act.staff.alias}
    item = replace(item, fields=fields)
    wrong = next(iter(faults_of(composed, [SheetEntry(0, item)], act.deps.today(act.at))), None)
    if wrong is not None:
        return Result("faulty", {"field": wrong.field, "fault": wrong.code})
    last = last_day(item)
    is_off = is_withdrawn(item, [withdrawal.number for withdrawal in act.tx.editions.withdrawals()])
    values = {"answered": "service", "until": last.isoformat() if last else "", "withdrawn": "yes" if is_off else ""}
    result = _saved(act, composed, [PartEdit(entry_place("services", id), entry_value(item), seen)], values)
    if not result.is_refused:
        act.record("number verified", id)
    return result


def confirm_place(act: Act, draft: str, id: str, on: str, seen: str) -> Result:
    """Write into the draft that whoever acts saw or heard on that day that this service is there and open. `until` among the values."""
    composed = compose(act.deps, act.tx, draft)
    item = _entry(composed, "services", id) if composed else None
    if composed is None or item is None:
        return Result("gone")
    what = "missing" if "place" not in item.fields else _day_fault(on, act.deps.today(act.at), STALE_PLACE_DAYS)
    if what is None and on < item.fields.get("confirmed_on", ""):
        what = "older"
    if what is not None:
        return Result("faulty", {"field": "on", "fault": what})
    item = replace(item, fields=item.fields | {"confirmed_on": on, "confirmed_by": act.staff.alias})
    until = date.fromisoformat(on) + timedelta(days=STALE_PLACE_DAYS)
    result = _saved(act, composed, [PartEdit(entry_place("services", id), entry_value(item), seen)], {"until": until.isoformat()})
    if not result.is_refused:
        act.record("place confirmed", id)
    return result


def bring_in(act: Act, draft: str, edits: Sequence[PartEdit]) -> Result:
    """Take in what a table changes, as it was looked at: whole or not at all. `count` among the values; *faulty* with `field` and `fault`, *changed* as `save_parts`."""
    composed = compose(act.deps, act.tx, draft)
    if composed is None:
        return Result("gone")
    if len(edits) > MOST_CHANGES:
        return Result("long")
    entries = [_entry_of(edit) for edit in edits]
    if not entries or None in entries:
        return Result("faulty", {"field": "", "fault": "none"})
    fault = next(iter(faults_of(composed, [entry for entry in entries if entry], act.deps.today(act.at))), None)
    if fault is not None:
        return Result("faulty", {"field": fault.field, "fault": fault.code})
    return _saved(act, composed, edits, {"count": str(len(edits))})


def changes_of(composed: Composed, entries: Iterable[SheetEntry]) -> tuple[SheetChange, ...]:
    """What these entries of a table change of the draft, row by row."""
    found = []
    for entry in entries:
        before = _entry(composed, entry.item.list, entry.item.id)
        item = as_kept(entry.item, before)
        if before is not None and entry_value(item) == entry_value(before):
            continue
        old = {"name": before.name, **with_number(before).fields} if before else {}
        new = {"name": item.name, **with_number(item).fields}
        fields = tuple(
            (field, old.get(field, ""), new.get(field, ""))
            for field in FIELDS.get(cast("DirectorySection", item.list), ())
            if old.get(field) != new.get(field)
        )
        edit = PartEdit(entry_place(item.list, item.id), entry_value(item), entry_value(before) if before else None)
        found.append(SheetChange(entry.row, item.list, item.id, item.name, before is None, fields, edit))
    return tuple(found)


def faults_of(composed: Composed, entries: Sequence[SheetEntry], today: date) -> tuple[EntryFault, ...]:
    """What keeps these entries from being kept, each by itself and with all others."""
    faults = [EntryFault(entry.row, field, code) for entry in entries for field, code in _own_faults(entry.item, today)]
    if faults:
        return tuple(faults)
    after = revised(composed.sources, [Revision(entry_place(entry.item.list, entry.item.id), entry_value(entry.item)) for entry in entries])
    rows = {(entry.item.list, entry.item.id): entry.row for entry in entries}
    return tuple(
        EntryFault(rows[item.list, item.id], field, "unknown" if what.startswith(f"unknown {field}") else "at_odds")
        for item, field, what in astray(after.items)
        if (item.list, item.id) in rows
    )


def new_id(composed: Composed, section: DirectorySection, name: str) -> str:
    """An id that no entry of this list has or had, made of a name."""
    known = {item.id for sources in (composed.before, composed.sources) for item in sources.items if item.list == section}
    stem = as_name(name, _LONGEST_NEW_ID) or section.removesuffix("s")
    return next(id for number in range(1, len(known) + 2) if (id := stem if number == 1 else f"{stem}-{number}") not in known)


def _grave(sources: Sources) -> set[str]:
    """What is wrong with these sources, their words apart: no word speaks of an entry."""
    return {fault.message for fault in check(sources, only=frozenset()) if fault.grave}


def _entry(composed: Composed, section: str, id: str) -> Item | None:
    return next((item for item in composed.sources.items if item.list == section and item.id == id), None)


def _saved(act: Act, composed: Composed, edits: Sequence[PartEdit], values: Mapping[str, str]) -> Result:
    result = drafts.save_parts(act, composed.draft.id, edits)
    return result if result.is_refused else replace(result, values={**result.values, **values})


def _merged(before: Item | None, typed: Mapping[str, str]) -> dict[str, str]:
    """The entry's fields with what was typed; what only a call or a visit says stays, unless the number is another one now."""
    stood = dict(with_number(before).fields) if before else {}
    fields = {field: text for field, text in typed.items() if text}
    if digits(stood.get("phone", "")) == digits(fields.get("phone", "")):
        fields |= {field: stood[field] for field in VERIFICATION if field in stood}
    fields |= {field: stood[field] for field in ("confirmed_on", "confirmed_by") if field in stood}
    if fields.get("kind") != EMERGENCY:
        fields = {field: value for field, value in fields.items() if field not in CALLS}
    return fields


def _in_region(item: Item, composed: Composed) -> Item:
    """A service or an event at a place is in that one's region."""
    place = _entry(composed, "places", item.fields.get("place", ""))
    region = place.fields.get("region") if place else None
    return replace(item, fields=item.fields | {"region": region}) if region else item


def _moved(composed: Composed, item: Item, before: Item | None) -> list[PartEdit]:
    """Where a place is in another region now, all that is there goes with it."""
    if item.list != "places" or before is None or before.fields.get("region") == item.fields.get("region"):
        return []
    region = item.fields.get("region")
    edits = []
    for there in composed.sources.items:
        if there.fields.get("place") == item.id and there.list in ("services", "events"):
            fields = {field: value for field, value in there.fields.items() if field != "region"} | ({"region": region} if region else {})
            edits.append(PartEdit(entry_place(there.list, there.id), entry_value(replace(there, fields=fields)), entry_value(there)))
    return edits


def _own_faults(item: Item, today: date) -> Iterable[tuple[str, str]]:
    if item.list not in SECTIONS:
        yield "list", "list"
        return
    section = item.list
    if not NAME.fullmatch(item.id) or len(entry_place(section, item.id)) > _ABOUT:
        yield "id", "id"
    values = {"name": item.name, **with_number(item).fields} if section != "kinds" else item.fields
    for field, value in values.items():
        if field not in FIELDS[section]:
            yield field, "none"
        elif len(value) > LONGEST:
            yield field, "long"
        elif field in FREE_WORDS and has_number(value):
            yield field, "number"
        elif field in DAYS and field != "on" and value > today.isoformat():
            yield field, "future"
    yield from field_faults(section, values)
    for field in (*NEEDED[section], *(PHONE_NEEDS if "phone" in values else ())):
        if not values.get(field):
            yield field, "missing"


def _call_fault(item: Item, report: CallReport, today: date) -> tuple[str, str] | None:
    if "phone" not in item.fields:
        return "phone", "missing"
    if (item.fields.get("kind") == EMERGENCY) is not bool(report.call):
        return "call", "missing"
    what = _day_fault(report.on, today, period(item))
    if what is None and report.on < item.fields.get(f"called_by_{report.call}" if report.call else "verified_on", ""):
        what = "older"
    return ("on", what) if what else None


def _day_fault(on: str, today: date, days: int) -> str | None:
    """Why nothing can have been heard on that day that still holds."""
    try:
        day = date.fromisoformat(on)
    except ValueError:
        return "day"
    if day > today:
        return "future"
    return "long_ago" if day < today - timedelta(days=days) else None


def _entry_of(edit: PartEdit) -> SheetEntry | None:
    """Returns None for what is no entry."""
    kind, _, rest = edit.place.partition("/")
    section, _, id = rest.partition("/")
    if kind != "entry" or section not in SECTIONS or edit.value is None:
        return None
    try:
        value = entry_of_part(edit.value)
    except msgspec.DecodeError:
        return None
    return SheetEntry(0, Item(section, id, value.name, value.fields, Where(edit.place, 1)))
