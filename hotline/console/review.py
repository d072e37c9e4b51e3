"""What waits for a supervisor, and the form on which she decides."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, flash, request

from hotline.console.context import ConsoleContext, Shown, form_id, me, page, taken, to
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
        return _shown(context, id, "")

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
            return _shown(context, id, told), HTTPStatus.CONFLICT
        return _shown(context, id, "refused", decided.why), HTTPStatus.BAD_REQUEST


def _shown(context: ConsoleContext, id: str, told: str, why: str = "") -> str:
    found = case(context.deps, id, context.now)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return page(context, "review_case.html", case=found, told=told, why=why, why_length=WHY_LENGTH)
