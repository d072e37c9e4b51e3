"""An entry's page again, after what a button of it did: with what else was typed there, and with why it was not done."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import msgspec
from flask import request, session
from msgspec import Struct
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, keep_typed, language, me, refused, to, typed_fields
from hotline.console.pages.directory.showing import form_of, found_entry, page_values, shown_values, spoken_names
from hotline.console.pages.studio.choosing import DRAFT
from hotline.engine.freshness import EMERGENCY, period
from hotline.ports.desk.drafts import Fields
from hotline.service.acts import Result
from hotline.service.studio.composing import Composed
from hotline.service.studio.places import directory as directories
from hotline.service.studio.places.directory import EntryView
from hotline.service.studio.places.entries import EDITABLE, HEARD

NO_FIELDS: Final[Mapping[str, str]] = {}


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


def page_of(context: ConsoleContext, section: str, id: str) -> EntryPage:
    """As the entry's page stood when its form was sent. Aborts where no draft has the entry. Raises StoreAway."""
    view, entry = found_entry(context, section, id)
    item, today = entry.item, context.deps.today(context.now).isoformat()
    spoken = (choice.value for choice in spoken_names(context, view.composed) if choice.value in item.fields.get("languages", ""))
    own = shown_values(item)
    stands = {field: (own.get(field, ""),) for field in EDITABLE.get(section, ())}
    heard = {f"rang_{field}": (item.fields.get(field, ""),) for field in ("hours", "cost")}
    days = {"rang_on": (today,), "seen_on": (today,)}
    nothing = {"answered": ("",), "call": ("",), "rang_languages": ("",)}
    return EntryPage(section, id, view.composed.draft.id, stands | heard | days | nothing | {"language": tuple(spoken)})


def shown_entry(context: ConsoleContext, section: str, id: str) -> dict[str, Any]:
    """For `directory_entry.html`. Aborts where no draft has the entry. Raises StoreAway."""
    view, entry = found_entry(context, section, id)
    today = context.deps.today(context.now)
    item = entry.item
    return {
        **page_values(context, view),
        **form_of(context, view.composed, section),
        "entry": entry,
        "values": shown_values(item),
        "theirs": _theirs(view.composed, entry),
        "heard": HEARD,
        "spoken": spoken_names(context, view.composed),
        "is_emergency": item.fields.get("kind") == EMERGENCY,
        "today": today.isoformat(),
        "until": today + timedelta(days=period(item)),
        "may_change": me().role == "operator",
    }


def _theirs(composed: Composed, entry: EntryView) -> list[tuple[str, str]]:
    """Where another edition changed this entry too: what it says otherwise than the draft."""
    if not entry.is_conflict:
        return []
    stands = next((item for item in composed.before.items if (item.list, item.id) == (entry.section, entry.item.id)), None)
    theirs = {"name": stands.name, **directories.with_number(stands).fields} if stands else {}
    mine = {"name": entry.item.name, **entry.item.fields}
    return [(field, theirs.get(field, "")) for field in dict.fromkeys((*mine, *theirs)) if theirs.get(field) != mine.get(field)]


def seen_digest() -> str:
    """What stood in the entry when its form was shown."""
    return request.form.get("seen", "")


def answered(
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
        fault = fault_of(context, result, fields, form)
        return refused(
            context, "directory/directory_entry.html", fault, HTTPStatus.CONFLICT, **shown_entry(context, entry_page.section, entry_page.id)
        )
    beside = entry_page.beside(sent or fields.values())
    typed = keep_typed(context, beside) if beside else ""
    return kept(result, entry_page.section, entry_page.id, after, typed)


def kept(result: Result, section: str, id: str, after: str, typed: str = "") -> Response:
    """`typed`: the copy of what else was typed, where there are several."""
    if result.values.get("draft"):
        session[DRAFT] = result.values["draft"]
    return to("directory_entry", part=section, id=id, after=after, typed=typed or None)


def fault_of(context: ConsoleContext, result: Result, fields: Mapping[str, str] = NO_FIELDS, form: str = "") -> FormFault:
    """Beside the field that it is about; of one that the form does not ask for, above it and by name. `fields`: the names in the form."""
    values = result.values
    if result.code == "faulty" and "fault" in values:
        first = _field_fault(context, values.get("field", ""), values["fault"], fields, form)
        others = [text.split(" ", 1) for text in values.get("also", "").split(",") if text]
        by_field = {field: code for field, code in reversed(others) if fields.get(field, first.field) != first.field}
        places = list(fields.values())  # as they follow one another in the form: what is wrong first has the focus
        found = [first, *(_field_fault(context, field, code, fields, form) for field, code in reversed(by_field.items()))]
        first, *also = sorted(found, key=lambda fault: places.index(fault.field) if fault.field in places else -1)
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
