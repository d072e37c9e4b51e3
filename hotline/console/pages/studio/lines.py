"""The studio's first page and the page of a flow: the line as a map and as a list, searched; the drafts; what is wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, request

from hotline.console.context import ConsoleContext, me, page
from hotline.console.pages.studio.choosing import ScreenAddress, choose, chosen, seen
from hotline.engine.drawing.charts import boxed
from hotline.service.studio import drafts
from hotline.service.studio.composing import Composed
from hotline.service.studio.line.line_view import LineView
from hotline.service.studio.line.maps import see_flow_map, see_line_map
from hotline.service.studio.line.searching import LONGEST_QUERY, search_line
from hotline.service.studio.publishing.news import approved_lately


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/studio")
    def studio() -> str:
        choose(context)
        composed = chosen(context)
        view = seen(context, composed)
        query = request.args.get("q", "").strip()[:LONGEST_QUERY]
        if query:
            result = search_line(composed.sources, view.branches, query)
            return page(context, "studio/studio_search.html", query=query, result=result, **_common(composed, view))
        listed = drafts.see_drafts(context.deps, me())
        line = see_line_map(composed, view.branches)
        approved = approved_lately(context.deps, me())
        is_removed = request.args.get("after") == "removed"
        return page(
            context,
            "studio/studio.html",
            listed=listed,
            line=line,
            view=view,
            approved=approved,
            is_removed=is_removed,
            **_common(composed, view),
        )

    @pages.get("/studio/<id>")
    def studio_flow(id: str) -> str:
        composed = chosen(context)
        view = seen(context, composed)
        found = see_flow_map(composed, view.branches, id)
        if found is not None:
            return page(context, "studio/studio_map.html", map=found, **_common(composed, view))
        group = next((branch.group for branch in view.branches if branch.name == id and branch.group), None)
        if group is None:
            abort(HTTPStatus.NOT_FOUND)
        phrases = [leaf for branch in view.branches if branch.group == group for leaf in branch.leaves]
        return page(context, "studio/studio_phrases.html", group=group, phrases=phrases, **_common(composed, view))


def _common(composed: Composed, view: LineView) -> dict[str, Any]:
    """What each of these pages shows."""
    return {
        "composed": composed,
        "branches": view.branches,
        "address_of": ScreenAddress.of,
        "boxed": boxed,
        "longest_query": LONGEST_QUERY,
    }
