"""What waits for a supervisor, and the form that decides it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, abort, flash, request

from hotline.console.context import ConsoleContext, Shown, page, run, taken, to
from hotline.service.calls.decisions import WHY_LENGTH, case, decide_review, undecided


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/review")
    def review() -> str:
        listed, has_more = undecided(context.deps)
        floods = [callback for callback in listed if callback.review.reason == "flood"]
        others = [callback for callback in listed if callback.review.reason != "flood"]
        return page(context, "review.html", others=others, floods=floods, has_more=has_more)

    @pages.get("/review/<id>")
    def review_case(id: str) -> str:
        return _shown(context, id, "")

    @pages.post("/review/<id>")
    def review_decide(id: str) -> Shown:
        why = request.form.get("why", "")
        result = run(context, decide_review, id, request.form.get("decision", ""), why)
        if result.code == "done":
            taken(f"review-{id}")
            flash("review.done", "review")
            return to("review")
        if result.code == "refused":
            return _shown(context, id, "refused", why), HTTPStatus.BAD_REQUEST
        return _shown(context, id, "late"), HTTPStatus.CONFLICT


def _shown(context: ConsoleContext, id: str, told: str, why: str = "") -> str:
    found = case(context.deps, id, context.now)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return page(context, "review_case.html", case=found, told=told, why=why, why_length=WHY_LENGTH)
