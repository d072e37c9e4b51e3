"""The directory as a list, found by words and kind, and the order in which callers meet its entries."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request, session

from hotline.console.context import ConsoleContext, FormFault, Shown, page, refused, run, to
from hotline.console.pages.directory.showing import page_values, see_draft
from hotline.console.pages.studio.choosing import DRAFT
from hotline.engine.entry_fields import SECTIONS, DirectorySection
from hotline.service.studio.places import directory as directories
from hotline.service.studio.places.ordering import move_entry, see_order

A_PAGE: Final = 40
"""Entries."""
LONGEST_SEARCH: Final = 64


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/directory")
    def directory() -> str:
        return page(context, "directory/directory.html", **listed(context))

    @pages.get("/directory/order/<id>")
    def directory_order(id: str) -> str:
        return page(context, "directory/directory_order.html", **_order(context, id))

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


def listed(context: ConsoleContext) -> dict[str, Any]:
    """For `directory.html`. Raises StoreAway."""
    view = see_draft(context)
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
        **page_values(context, view),
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
    view = see_draft(context)
    if section not in SECTIONS or section == "events":
        abort(HTTPStatus.NOT_FOUND)
    of: DirectorySection = "regions" if section == "places" else "kinds"
    common = page_values(context, view)

    def group_name(id: str) -> str:
        return directories.name_of(view.composed.sources, of, id) if of == "regions" or not id else common["kind_name"](id)

    return {
        **common,
        "section": section,
        "order": see_order(view.composed, section),
        "group_name": group_name,
        "moved": request.args.get("moved", ""),
    }
