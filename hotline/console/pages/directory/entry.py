"""An entry: written, changed and dropped in a draft."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, request, session

from hotline.console.context import ConsoleContext, Shown, page, refused, run, to
from hotline.console.pages.directory.answering import answered, fault_of, kept, page_of, seen_digest, shown_entry
from hotline.console.pages.directory.showing import form_of, page_values, see_draft
from hotline.console.pages.studio.choosing import DRAFT, leave_proposed
from hotline.console.times import undated
from hotline.engine.drafting.revisions import entry_place
from hotline.service.studio import drafts
from hotline.service.studio.places import directory as directories
from hotline.service.studio.places import entries
from hotline.service.studio.places.entries import EDITABLE


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/directory/<part>/<id>")
    def directory_entry(part: str, id: str) -> str:
        return page(context, "directory/directory_entry.html", **shown_entry(context, part, id))

    @pages.get("/directory/new/<id>")
    def new_entry(id: str) -> str:
        return page(context, "directory/directory_new.html", **_new(context, id))

    _changing(pages, context)


def _changing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/directory/new/<id>")
    def add_entry(id: str) -> Shown:
        if not _is_list(id):
            abort(HTTPStatus.NOT_FOUND)
        view = see_draft(context)
        result = leave_proposed(context, run(context, entries.save_entry, view.composed.draft.id, (id, ""), _typed(id), None))
        if result.is_refused:
            shown = _new(context, id)
            return refused(context, "directory/directory_new.html", fault_of(context, result, _own(id)), **shown)
        return kept(result, id, result.values["id"], "kept")

    @pages.post("/directory/<part>/<id>")
    def save_entry(part: str, id: str) -> Shown:
        entry_page = page_of(context, part, id)
        result = leave_proposed(context, run(context, entries.save_entry, entry_page.draft, (part, id), _typed(part), seen_digest()))
        return answered(context, result, entry_page, "kept", _own(part))

    @pages.post("/directory/<part>/<id>/drop")
    def drop_entry(part: str, id: str) -> Shown:
        entry_page = page_of(context, part, id)
        result = leave_proposed(context, run(context, entries.drop_entry, entry_page.draft, part, id, seen_digest()))
        if result.is_refused:
            return answered(context, result, entry_page, "", form="page")
        session[DRAFT] = result.values["draft"]
        return to("directory", list=part, after="dropped")

    @pages.post("/directory/<part>/<id>/revert")
    def revert_entry(part: str, id: str) -> Shown:
        entry_page = page_of(context, part, id)
        result = run(context, drafts.revert_part, entry_page.draft, entry_place(part, id))
        if not result.is_refused and directories.entry_of(see_draft(context), part, id) is None:
            return to("directory", after="reverted")
        return answered(context, result, entry_page, "reverted", form="page")

    @pages.post("/directory/<part>/<id>/keep")
    def keep_entry(part: str, id: str) -> Shown:
        entry_page = page_of(context, part, id)
        result = run(context, drafts.keep_part, entry_page.draft, entry_place(part, id))
        return answered(context, result, entry_page, "kept", form="page")


def _new(context: ConsoleContext, section: str) -> dict[str, Any]:
    if not _is_list(section):
        abort(HTTPStatus.NOT_FOUND)
    view = see_draft(context)
    return {**page_values(context, view), **form_of(context, view.composed, section)}


def _is_list(section: str) -> bool:
    """May entries be added to it?"""
    return section in EDITABLE and section != "kinds"


def _typed(section: str) -> Mapping[str, str]:
    typed = {field: request.form.get(field, "") for field in EDITABLE.get(section, ())}
    return typed | {field: undated(typed[field]) for field in ("source_date",) if field in typed}


def _own(section: str) -> Mapping[str, str]:
    """The entry's own fields, which have their own names in the form."""
    return {field: field for field in EDITABLE.get(section, ())}
