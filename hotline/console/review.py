"""What waits for a supervisor, and the form on which she decides."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, request

from hotline.console.context import ConsoleContext, Fault, Shown, form_id, me, page, refused, taken, to
from hotline.service.calls.decisions import WHY_LENGTH, Decided, case, decide, undecided


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/review")
    def review() -> str:
        listed, has_more = undecided(context.deps)
        floods = [each for each in listed if each.review.reason == "flood"]
        others = [each for each in listed if each.review.reason != "flood"]
        return page(context, "review.html", others=others, floods=floods, has_more=has_more)

    @pages.get("/review/<id>")
    def review_case(id: str) -> str:
        return page(context, "review_case.html", **_case(context, id))

    @pages.post("/review/<id>")
    def review_decide(id: str) -> Shown:
        form = request.form
        decided = Decided(form.get("decision", ""), form.get("why", ""), form_id())
        told = decide(context.deps, me(), id, decided, context.now)
        if told == "done":
            taken(f"review-{id}")
            flash("review.done", "review")
            return to("review")
        if told == "late":
            late = Fault("review.told.late", form="page")
            return refused(context, "review_case.html", late, HTTPStatus.CONFLICT, **_case(context, id))
        return refused(context, "review_case.html", Fault("review.told.refused"), **_case(context, id))


def _case(context: ConsoleContext, id: str) -> dict[str, Any]:
    found = case(context.deps, id, context.now)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return {"case": found, "why_length": WHY_LENGTH}
