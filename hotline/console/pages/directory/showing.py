"""What the directory's pages have in common: the draft in which whoever is signed in works, and what is called how there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any, Final, cast

from flask import abort, request, session
from msgspec import Struct

from hotline.console.context import ConsoleContext, language, me
from hotline.console.pages.studio.choosing import DRAFT, chosen_with
from hotline.console.times import dated
from hotline.engine.drafting.revisions import entry_place
from hotline.engine.entry_fields import DAYS, EVENTS, NEEDED, DirectorySection
from hotline.engine.flow import Item
from hotline.engine.phone.letters import plain
from hotline.service.studio.composing import Composed
from hotline.service.studio.places import directory as directories
from hotline.service.studio.places.directory import DirectoryView, EntryView
from hotline.service.studio.places.entries import EDITABLE

AFTER: Final = ("kept", "dropped", "verified", "half", "still_off", "other", "nobody", "confirmed", "withdrawn", "reverted", "taken_in")
LISTS: Final[dict[str, DirectorySection]] = {"region": "regions", "place": "places", "near": "places"}
"""Fields that name an entry, and of which list."""
LINES: Final = ("address", "offers", "way", "asks_for")
"""Fields that take more than a line."""


class FieldChoice(Struct, frozen=True):
    """What a field may be set to, and what that is called."""

    value: str
    label: str


def see_draft(context: ConsoleContext) -> DirectoryView:
    """As the draft has it in which whoever is signed in works. Raises StoreAway."""
    return directories.see_directory(context.deps, me(), session.get(DRAFT), context.deps.today(context.now))


def found_entry(context: ConsoleContext, section: str, id: str) -> tuple[DirectoryView, EntryView]:
    """An entry, where the draft that is worked in has none of this id in a draft that has. Aborts where none has. Raises StoreAway."""
    view = see_draft(context)
    entry = directories.entry_of(view, section, id)
    if entry is None:
        chosen_with(context, entry_place(section, id))
        view = see_draft(context)
        entry = directories.entry_of(view, section, id)
    if entry is None:
        abort(HTTPStatus.NOT_FOUND)
    return view, entry


def page_values(context: ConsoleContext, view: DirectoryView) -> dict[str, Any]:
    """For each of the directory's templates."""
    after = request.args.get("after", "")
    reads = language(context)

    def kind_name(kind: str) -> str:
        return _kind_name(view.composed, reads, kind)

    return {
        "composed": view.composed,
        "kind_name": kind_name,
        "called": called_by(context, view.composed),
        "day": day_text,
        "after": after if after in AFTER else "",
        "changed": _changed(view),
    }


def _changed(view: DirectoryView) -> int:
    """Entries that the draft changes."""
    return sum(entry.is_changed for entry in view.entries)


def form_of(context: ConsoleContext, composed: Composed, section: str) -> dict[str, Any]:
    """What a list's form asks for."""
    items = composed.sources.items
    reads = language(context)
    kinds = EVENTS if section == "events" else directories.kinds_of(composed.sources)
    names = {
        "kind": [FieldChoice(kind, "" if section == "events" else _kind_name(composed, reads, kind)) for kind in kinds],
        "region": [FieldChoice(item.id, item.name) for item in items if item.list == "regions"],
        "place": sorted(
            (FieldChoice(item.id, item.name) for item in items if item.list == "places"), key=lambda choice: plain(choice.label)
        ),
    }
    needed = NEEDED.get(cast("DirectorySection", section), ())
    choices = {**names, "near": names["place"]}
    return {"section": section, "fields": EDITABLE.get(section, ()), "needed": needed, "choices": choices, "lines": LINES}


def _kind_name(composed: Composed, reads: str, kind: str) -> str:
    """As the line calls it; its id where nobody wrote that."""
    words = composed.sources.words
    table = words.get(reads) or next(iter(words.values()), ())
    return next((message.text for message in table if message.key == f"kind.{kind}"), kind)


def called_by(context: ConsoleContext, composed: Composed) -> Callable[[str, str], str]:
    """What a field's value is called on the page, where it is the id of something or a day."""
    names = {(item.list, item.id): item.name for item in (*composed.before.items, *composed.sources.items)}
    reads = language(context)

    def called(field: str, value: str) -> str:
        if field == "kind":
            return context.words.say(reads, f"directory.event.{value}") if value in EVENTS else _kind_name(composed, reads, value)
        of = LISTS.get(field)
        return names.get((of, value), value) if of else day_text(value) if field in (*DAYS, "source_date") else value

    return called


def spoken_names(context: ConsoleContext, composed: Composed) -> list[FieldChoice]:
    """The line's languages, as an entry names them: in the first of them, which callers read."""
    first = context.words.languages[0]
    return [FieldChoice(name, name) for code in composed.sources.words if (name := context.words.say_or(first, f"language.{code}", code))]


def shown_values(item: Item) -> dict[str, str]:
    """An entry's values as its form has them."""
    values = {"name": item.name, **item.fields}
    return values | {"source_date": day_text(values["source_date"])} if "source_date" in values else values


def day_text(text: str | date | None) -> str:
    """`24/11/2026`; of a source `11/2026` or `2026` too."""
    return dated(text if isinstance(text, str) else text.isoformat() if text else "")
