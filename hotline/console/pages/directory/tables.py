"""The directory out and in as a table, with a preview of what would change."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec
from flask import Blueprint, abort, request, session
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, page, refused, run, to
from hotline.console.pages.directory.answering import fault_of
from hotline.console.pages.directory.listing import listed
from hotline.console.pages.directory.showing import called_by, see_draft
from hotline.console.pages.studio.choosing import DRAFT, leave_proposed
from hotline.engine.drafting.revisions import entry_place
from hotline.engine.entry_fields import FIELDS
from hotline.ports.editions.directory_sheets import UnfitSheet
from hotline.service.studio.drafts import PartEdit
from hotline.service.studio.places import directory as directories
from hotline.service.studio.places import entries
from hotline.service.studio.places.entries import MOST_CHANGES, EntryFault

MOST_BYTES: Final = 480 * 1024
"""Of a form with a table in it, which so stays in memory (werkzeug writes more than 500 kB to a file); every other one is held to what the app sets."""
LARGE: Final = frozenset({"read_sheet", "bring_in"})
KNOWN: Final = frozenset(field for fields in FIELDS.values() for field in fields)
"""What the pages have words for."""
TYPES: Final = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/directory/table.<kind>")
    def directory_table(kind: str) -> Response:
        if kind not in TYPES:
            abort(HTTPStatus.NOT_FOUND)
        items = [directories.with_number(item) for item in see_draft(context).composed.sources.items]
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
        composed = see_draft(context).composed
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
        called = called_by(context, composed)
        return page(
            context, "directory/directory_table.html", faults=faults, changes=changes, edits=edits, known=KNOWN, called=called
        ), status

    @pages.post("/directory/table/in")
    def bring_in() -> Shown:
        try:
            edits = msgspec.json.decode(request.form.get("edits", ""), type=list[PartEdit])
        except msgspec.DecodeError:
            return _unfit(context, "directory.error.no_file")
        result = leave_proposed(context, run(context, entries.bring_in, see_draft(context).composed.draft.id, edits))
        if result.is_refused:
            return refused(
                context, "directory/directory.html", fault_of(context, result, form="page"), HTTPStatus.CONFLICT, **listed(context)
            )
        session[DRAFT] = result.values["draft"]
        return to("directory", after="taken_in", count=result.values["count"])


def _unfit(context: ConsoleContext, key: str, **values: str) -> Shown:
    return refused(context, "directory/directory.html", FormFault(key, "", "page", values), **listed(context))
