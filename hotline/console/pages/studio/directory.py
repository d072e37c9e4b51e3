"""The directory of places and services: listed, changed in a draft, kept true by telephone, taken off the line at once, out and in as a table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final, Literal, cast

import msgspec
from flask import Blueprint, abort, request, session
from msgspec import Struct
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, keep_typed, language, me, page, refused, run, to, typed_fields
from hotline.console.pages.studio.choosing import DRAFT, chosen_with, leave_proposed
from hotline.console.times import dated, undated
from hotline.engine.drafting.revisions import entry_place
from hotline.engine.entry_fields import DAYS, EVENTS, FIELDS, NEEDED, SECTIONS, Section
from hotline.engine.flow import Item
from hotline.engine.freshness import EMERGENCY, period
from hotline.ports.desk.drafts import Fields
from hotline.ports.editions.directory_sheets import UnfitSheet
from hotline.service.acts import Result
from hotline.service.editions import withdrawal
from hotline.service.studio import drafts
from hotline.service.studio.composing import Composed
from hotline.service.studio.drafts import PartEdit
from hotline.service.studio.places import directory as directories
from hotline.service.studio.places import entries
from hotline.service.studio.places.directory import DirectoryView, EntryView
from hotline.service.studio.places.entries import EDITABLE, HEARD, MOST_CHANGES, Answered, CallReport, EntryFault
from hotline.service.studio.places.ordering import move_entry, see_order

MOST_BYTES: Final = 480 * 1024
"""Of a form with a table in it, which so stays in memory (werkzeug writes more than 500 kB to a file); every other one is held to what the app sets."""
NO_FIELDS: Final[Mapping[str, str]] = {}
LARGE: Final = frozenset({"read_sheet", "bring_in"})
A_PAGE: Final = 40
"""Entries."""
LONGEST_SEARCH: Final = 64
AFTER: Final = ("kept", "dropped", "verified", "half", "still_off", "other", "nobody", "confirmed", "withdrawn", "reverted", "taken_in")
KNOWN: Final = frozenset(field for fields in FIELDS.values() for field in fields)
"""What the pages have words for."""
RANG: Final = {"answered": "answered", "call": "call", "on": "rang_on", **{field: f"rang_{field}" for field in HEARD}}
SEEN_THERE: Final = {"on": "seen_on"}
"""Of what a call or a visit says the names in the page's form, which has the entry's own fields too."""
LISTS: Final[dict[str, Section]] = {"region": "regions", "place": "places", "near": "places"}
"""Fields that name an entry, and of which list."""
LINES: Final = ("address", "offers", "way", "asks_for")
"""Fields that take more than a line."""
TYPES: Final = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}


class EntryPage(Struct, frozen=True):
    """An entry's page, all of whose fields are one form: in which draft it counts, and what stood in each field."""

    section: str
    id: str
    draft: str
    stands: Mapping[str, tuple[str, ...]]

    def beside(self, sent: Collection[str]) -> Fields:
        """What is typed there beside the fields that the pressed button sent."""
        typed = typed_fields()
        found = {name: values for name, values in typed.items() if name not in sent and self.stands.get(name, values) != values}
        return {**found, "language": typed.get("language", ())} if found else {}  # boxes that are not kept count as not ticked


class FieldChoice(Struct, frozen=True):
    """What a field may be set to, and what that is called."""

    value: str
    label: str


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _writing(pages, context)
    _verifying(pages, context)
    _tables(pages, context)


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/directory")
    def directory() -> str:
        return page(context, "directory/directory.html", **_listed(context))

    @pages.get("/directory/<part>/<id>")
    def directory_entry(part: str, id: str) -> str:
        return page(context, "directory/directory_entry.html", **_entry(context, part, id))

    @pages.get("/directory/order/<id>")
    def directory_order(id: str) -> str:
        return page(context, "directory/directory_order.html", **_order(context, id))

    @pages.get("/directory/new/<id>")
    def new_entry(id: str) -> str:
        return page(context, "directory/directory_new.html", **_new(context, id))


def _writing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/directory/new/<id>")
    def add_entry(id: str) -> Shown:
        if not _is_list(id):
            abort(HTTPStatus.NOT_FOUND)
        view = _directory(context)
        result = leave_proposed(context, run(context, entries.save_entry, view.composed.draft.id, (id, ""), _typed(id), None))
        if result.is_refused:
            shown = _new(context, id)
            return refused(context, "directory/directory_new.html", _fault(context, result, _own(id)), **shown)
        return _kept(result, id, result.values["id"], "kept")

    @pages.post("/directory/<part>/<id>")
    def save_entry(part: str, id: str) -> Shown:
        entry_page = _page_of(context, part, id)
        result = leave_proposed(context, run(context, entries.save_entry, entry_page.draft, (part, id), _typed(part), _seen()))
        return _answered(context, result, entry_page, "kept", _own(part))

    @pages.post("/directory/order/<id>", endpoint="move_entry")
    def move(id: str) -> Shown:
        """One entry up or down, by the button that was pressed."""
        shown = _order(context, id)
        moved = request.form.get("up") or request.form.get("down", "")
        draft = shown["composed"].draft.id
        result = run(context, move_entry, draft, (shown["section"], moved), request.form.get("seen", ""), up="up" in request.form)
        if result.is_refused:
            fault = FormFault(f"directory.error.{result.code}", form="page")
            return refused(context, "directory/directory_order.html", fault, HTTPStatus.CONFLICT, **_order(context, id))
        session[DRAFT] = result.values["draft"]
        return to("directory_order", id=id, moved=moved, _anchor=f"e-{moved}")

    @pages.post("/directory/<part>/<id>/drop")
    def drop_entry(part: str, id: str) -> Shown:
        entry_page = _page_of(context, part, id)
        result = leave_proposed(context, run(context, entries.drop_entry, entry_page.draft, part, id, _seen()))
        if result.is_refused:
            return _answered(context, result, entry_page, "", form="page")
        session[DRAFT] = result.values["draft"]
        return to("directory", list=part, after="dropped")

    @pages.post("/directory/<part>/<id>/revert")
    def revert_entry(part: str, id: str) -> Shown:
        entry_page = _page_of(context, part, id)
        result = run(context, drafts.revert_part, entry_page.draft, entry_place(part, id))
        if not result.is_refused and directories.entry_of(_directory(context), part, id) is None:
            return to("directory", after="reverted")
        return _answered(context, result, entry_page, "reverted", form="page")

    @pages.post("/directory/<part>/<id>/keep")
    def keep_entry(part: str, id: str) -> Shown:
        entry_page = _page_of(context, part, id)
        result = run(context, drafts.keep_part, entry_page.draft, entry_place(part, id))
        return _answered(context, result, entry_page, "kept", form="page")


def _verifying(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/directory/services/<id>/rung")
    def note_call(id: str) -> Shown:
        report = _report(context)
        if report is None:
            fault = FormFault("directory.error.answered", "answered")
            return refused(context, "directory/directory_entry.html", fault, **_entry(context, "services", id))
        entry_page = _page_of(context, "services", id)
        result = leave_proposed(context, run(context, entries.note_call, entry_page.draft, id, report, _seen()))
        values = result.values
        after = "still_off" if values.get("withdrawn") else "verified" if values.get("until") else "half"
        if values.get("answered") in ("other", "nobody"):
            after = values["answered"]
        return _answered(context, result, entry_page, after, RANG, {"language", *RANG.values()})

    @pages.post("/directory/services/<id>/seen")
    def confirm_place(id: str) -> Shown:
        entry_page = _page_of(context, "services", id)
        day = request.form.get("seen_on", "")
        result = leave_proposed(context, run(context, entries.confirm_place, entry_page.draft, id, day, _seen()))
        return _answered(context, result, entry_page, "confirmed", SEEN_THERE)

    @pages.post("/directory/services/<id>/off")
    def withdraw_number(id: str) -> Shown:
        entry_page = _page_of(context, "services", id)
        return _answered(context, run(context, withdrawal.withdraw_number, id), entry_page, "withdrawn", form="page")


def _tables(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/directory/table.<kind>")
    def directory_table(kind: str) -> Response:
        if kind not in TYPES:
            abort(HTTPStatus.NOT_FOUND)
        items = [directories.with_number(item) for item in _directory(context).composed.sources.items]
        data = context.sheets.xlsx(items) if kind == "xlsx" else context.sheets.csv(items)
        day = context.deps.today(context.now).isoformat()
        return Response(
            data, mimetype=None, content_type=TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{day}.{kind}"'}
        )

    @pages.post("/directory/table")
    def read_sheet() -> Shown:
        """Shows what it would change; changes nothing."""
        file = request.files.get("table")
        data = file.read() if file else b""
        composed = _directory(context).composed
        today = context.deps.today(context.now)
        if not data:
            return _unfit(context, "directory.error.no_file")
        try:
            read = context.sheets.read(data, [directories.with_number(item) for item in composed.sources.items], today)
        except UnfitSheet as error:
            faults = tuple(EntryFault(fault.row, fault.column, fault.code, fault.about) for fault in error.faults)
            return page(context, "directory/directory_table.html", faults=faults, changes=(), known=KNOWN), HTTPStatus.BAD_REQUEST
        changes = entries.changes_of(composed, read)
        rows = {change.edit.place: change.row for change in changes}
        faults = entries.faults_of(composed, [entry for entry in read if entry_place(entry.item.list, entry.item.id) in rows], today)
        edits = msgspec.json.encode([change.edit for change in changes]).decode()
        if len(changes) > MOST_CHANGES or len(edits) > MOST_BYTES // 2:
            return _unfit(context, "directory.error.many", count=str(MOST_CHANGES))
        status = HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK
        called = _called(context, composed)
        return page(
            context, "directory/directory_table.html", faults=faults, changes=changes, edits=edits, known=KNOWN, called=called
        ), status

    @pages.post("/directory/table/in")
    def bring_in() -> Shown:
        try:
            edits = msgspec.json.decode(request.form.get("edits", ""), type=list[PartEdit])
        except msgspec.DecodeError:
            return _unfit(context, "directory.error.no_file")
        result = leave_proposed(context, run(context, entries.bring_in, _directory(context).composed.draft.id, edits))
        if result.is_refused:
            return refused(
                context, "directory/directory.html", _fault(context, result, form="page"), HTTPStatus.CONFLICT, **_listed(context)
            )
        session[DRAFT] = result.values["draft"]
        return to("directory", after="taken_in", count=result.values["count"])


def _directory(context: ConsoleContext) -> DirectoryView:
    """As the draft has it in which whoever is signed in works. Raises StoreAway."""
    return directories.see_directory(context.deps, me(), session.get(DRAFT), context.deps.today(context.now))


def _found(context: ConsoleContext, section: str, id: str) -> tuple[DirectoryView, EntryView]:
    """An entry, where the draft that is worked in has none of this id in a draft that has. Aborts where none has. Raises StoreAway."""
    view = _directory(context)
    entry = directories.entry_of(view, section, id)
    if entry is None:
        chosen_with(context, entry_place(section, id))
        view = _directory(context)
        entry = directories.entry_of(view, section, id)
    if entry is None:
        abort(HTTPStatus.NOT_FOUND)
    return view, entry


def _page_of(context: ConsoleContext, section: str, id: str) -> EntryPage:
    """As the entry's page stood when its form was sent. Aborts where no draft has the entry. Raises StoreAway."""
    view, entry = _found(context, section, id)
    item, today = entry.item, context.deps.today(context.now).isoformat()
    spoken = (choice.value for choice in _spoken(context, view.composed) if choice.value in item.fields.get("languages", ""))
    own = _shown_values(item)
    stands = {field: (own.get(field, ""),) for field in EDITABLE.get(section, ())}
    heard = {f"rang_{field}": (item.fields.get(field, ""),) for field in ("hours", "cost")}
    days = {"rang_on": (today,), "seen_on": (today,)}
    nothing = {"answered": ("",), "call": ("",), "rang_languages": ("",)}
    return EntryPage(section, id, view.composed.draft.id, stands | heard | days | nothing | {"language": tuple(spoken)})


def _shown_values(item: Item) -> dict[str, str]:
    """An entry's values as its form has them."""
    values = {"name": item.name, **item.fields}
    return values | {"source_date": _day(values["source_date"])} if "source_date" in values else values


def _listed(context: ConsoleContext) -> dict[str, Any]:
    view = _directory(context)
    section = request.args.get("list", "services")
    section = section if section in SECTIONS else "services"
    words, kind = request.args.get("q", "")[:LONGEST_SEARCH], request.args.get("kind", "")
    rows = directories.found(view, section, words, kind)
    number = request.args.get("page", "1")
    at = max(1, min(int(number) if number.isdecimal() and len(number) < 5 else 1, -(-len(rows) // A_PAGE)))
    counts = [
        (name, sum(entry.item.fields.get("kind") == name for entry in view.of("services")))
        for name in directories.kinds_of(view.composed.sources)
    ]
    return {
        **_common(context, view),
        "view": view,
        "section": section,
        "q": words,
        "kind": kind,
        "rows": rows[(at - 1) * A_PAGE : at * A_PAGE],
        "total": len(rows),
        "at": at,
        "pages": -(-len(rows) // A_PAGE),
        "counts": [(name, count) for name, count in counts if count],
        "count": request.args.get("count", "") if request.args.get("count", "").isdecimal() else "",
    }


def _order(context: ConsoleContext, section: str) -> dict[str, Any]:
    """Aborts where it is no list whose order callers meet: events come by their day."""
    view = _directory(context)
    if section not in SECTIONS or section == "events":
        abort(HTTPStatus.NOT_FOUND)
    of: Section = "regions" if section == "places" else "kinds"
    common = _common(context, view)

    def group_name(id: str) -> str:
        return directories.name_of(view.composed.sources, of, id) if of == "regions" or not id else common["kind_name"](id)

    return {
        **common,
        "section": section,
        "order": see_order(view.composed, section),
        "group_name": group_name,
        "moved": request.args.get("moved", ""),
    }


def _entry(context: ConsoleContext, section: str, id: str) -> dict[str, Any]:
    view, entry = _found(context, section, id)
    today = context.deps.today(context.now)
    item = entry.item
    return {
        **_common(context, view),
        **_form(context, view.composed, section),
        "entry": entry,
        "values": _shown_values(item),
        "theirs": _theirs(view.composed, entry),
        "heard": HEARD,
        "spoken": _spoken(context, view.composed),
        "is_emergency": item.fields.get("kind") == EMERGENCY,
        "today": today.isoformat(),
        "until": today + timedelta(days=period(item)),
        "may_change": me().role == "operator",
    }


def _new(context: ConsoleContext, section: str) -> dict[str, Any]:
    if not _is_list(section):
        abort(HTTPStatus.NOT_FOUND)
    view = _directory(context)
    return {**_common(context, view), **_form(context, view.composed, section)}


def _is_list(section: str) -> bool:
    """May entries be added to it?"""
    return section in EDITABLE and section != "kinds"


def _common(context: ConsoleContext, view: DirectoryView) -> dict[str, Any]:
    after = request.args.get("after", "")
    reads = language(context)

    def kind_name(kind: str) -> str:
        return _kind_name(view.composed, reads, kind)

    return {
        "composed": view.composed,
        "kind_name": kind_name,
        "called": _called(context, view.composed),
        "day": _day,
        "after": after if after in AFTER else "",
        "changed": _changed(view),
    }


def _changed(view: DirectoryView) -> int:
    """Entries that the draft changes."""
    return sum(entry.is_changed for entry in view.entries)


def _form(context: ConsoleContext, composed: Composed, section: str) -> dict[str, Any]:
    """What a list's form asks for."""
    items = composed.sources.items
    reads = language(context)
    kinds = EVENTS if section == "events" else directories.kinds_of(composed.sources)
    names = {
        "kind": [FieldChoice(kind, "" if section == "events" else _kind_name(composed, reads, kind)) for kind in kinds],
        "region": [FieldChoice(item.id, item.name) for item in items if item.list == "regions"],
        "place": sorted(
            (FieldChoice(item.id, item.name) for item in items if item.list == "places"), key=lambda choice: directories.plain(choice.label)
        ),
    }
    needed = NEEDED.get(cast("Section", section), ())
    choices = {**names, "near": names["place"]}
    return {"section": section, "fields": EDITABLE.get(section, ()), "needed": needed, "choices": choices, "lines": LINES}


def _kind_name(composed: Composed, reads: str, kind: str) -> str:
    """As the line calls it; its id where nobody wrote that."""
    words = composed.sources.words
    table = words.get(reads) or next(iter(words.values()), ())
    return next((message.text for message in table if message.key == f"kind.{kind}"), kind)


def _called(context: ConsoleContext, composed: Composed) -> Callable[[str, str], str]:
    """What a field's value is called on the page, where it is the id of something or a day."""
    names = {(item.list, item.id): item.name for item in (*composed.before.items, *composed.sources.items)}
    reads = language(context)

    def called(field: str, value: str) -> str:
        if field == "kind":
            return context.words.say(reads, f"directory.event.{value}") if value in EVENTS else _kind_name(composed, reads, value)
        of = LISTS.get(field)
        return names.get((of, value), value) if of else _day(value) if field in (*DAYS, "source_date") else value

    return called


def _theirs(composed: Composed, entry: EntryView) -> list[tuple[str, str]]:
    """Where another edition changed this entry too: what it says otherwise than the draft."""
    if not entry.is_conflict:
        return []
    stands = next((item for item in composed.before.items if (item.list, item.id) == (entry.section, entry.item.id)), None)
    theirs = {"name": stands.name, **directories.with_number(stands).fields} if stands else {}
    mine = {"name": entry.item.name, **entry.item.fields}
    return [(field, theirs.get(field, "")) for field in dict.fromkeys((*mine, *theirs)) if theirs.get(field) != mine.get(field)]


def _spoken(context: ConsoleContext, composed: Composed) -> list[FieldChoice]:
    """The line's languages, as an entry names them: in the first of them, which callers read."""
    first = context.words.languages[0]
    return [FieldChoice(name, name) for code in composed.sources.words if (name := context.words.say_or(first, f"language.{code}", code))]


def _report(context: ConsoleContext) -> CallReport | None:
    """Returns None where it is not said who answered."""
    form = request.form
    answered, call = form.get("answered", ""), form.get("call", "")
    if answered not in ("service", "other", "nobody"):
        return None
    languages = [text for text in (*form.getlist("language"), form.get("rang_languages", "")) if text.strip()]
    heard = {"languages": ", ".join(languages), "hours": form.get("rang_hours", ""), "cost": form.get("rang_cost", "")}
    on = form.get("rang_on", "") or context.deps.today(context.now).isoformat()
    return CallReport(cast("Answered", answered), on, cast("Literal['day', 'night']", call) if call in ("day", "night") else None, heard)


def _typed(section: str) -> Mapping[str, str]:
    typed = {field: request.form.get(field, "") for field in EDITABLE.get(section, ())}
    return typed | {field: undated(typed[field]) for field in ("source_date",) if field in typed}


def _seen() -> str:
    return request.form.get("seen", "")


def _answered(
    context: ConsoleContext,
    result: Result,
    entry_page: EntryPage,
    after: str,
    fields: Mapping[str, str] = NO_FIELDS,
    sent: Collection[str] = (),
    *,
    form: str = "",
) -> Shown:
    """The entry's page again: after what was done, or with why it was not. `fields`: of those that the button sends the names in the form; `sent`: all of these names, if there are more."""
    if result.is_refused:
        fault = _fault(context, result, fields, form)
        return refused(
            context, "directory/directory_entry.html", fault, HTTPStatus.CONFLICT, **_entry(context, entry_page.section, entry_page.id)
        )
    beside = entry_page.beside(sent or fields.values())
    typed = keep_typed(context, beside) if beside else ""
    return _kept(result, entry_page.section, entry_page.id, after, typed)


def _kept(result: Result, section: str, id: str, after: str, typed: str = "") -> Response:
    """`typed`: the copy of what else was typed, where there are several."""
    if result.values.get("draft"):
        session[DRAFT] = result.values["draft"]
    return to("directory_entry", part=section, id=id, after=after, typed=typed or None)


def _own(section: str) -> Mapping[str, str]:
    """The entry's own fields, which have their own names in the form."""
    return {field: field for field in EDITABLE.get(section, ())}


def _fault(context: ConsoleContext, result: Result, fields: Mapping[str, str] = NO_FIELDS, form: str = "") -> FormFault:
    """Beside the field that it is about; of one that the form does not ask for, above it and by name. `fields`: the names in the form."""
    values = result.values
    if result.code == "faulty" and "fault" in values:
        first = _field_fault(context, values.get("field", ""), values["fault"], fields, form)
        others = [text.split(" ", 1) for text in values.get("also", "").split(",") if text]
        by_field = {field: code for field, code in reversed(others) if fields.get(field, first.field) != first.field}
        also = (_field_fault(context, field, code, fields, form) for field, code in reversed(by_field.items()))
        return msgspec.structs.replace(first, also=tuple(also))
    key = "screen" if result.code == "refused" and not values.get("by") else result.code
    return FormFault(f"directory.error.{key}", "", form, {"by": values.get("by", "")})


def _field_fault(context: ConsoleContext, field: str, code: str, fields: Mapping[str, str], form: str) -> FormFault:
    key = "directory.fault.source_day" if code == "partial_day" else f"directory.fault.{code}"
    if field in fields:
        return FormFault(key, fields[field], form)
    reads = language(context)
    said = context.words.say_or(reads, f"directory.field.{field}", field)
    return FormFault("directory.error.entry", "", form, {"field": said, "what": context.words.say(reads, key)})


def _unfit(context: ConsoleContext, key: str, **values: str) -> Shown:
    return refused(context, "directory/directory.html", FormFault(key, "", "page", values), **_listed(context))


def _day(text: str | date | None) -> str:
    """`24/11/2026`; of a source `11/2026` or `2026` too."""
    return dated(text if isinstance(text, str) else text.isoformat() if text else "")
