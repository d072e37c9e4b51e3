"""What waits for a supervisor, and the form that decides it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, request

from hotline.console.context import ConsoleContext, FormFault, Shown, page, refused, run, to
from hotline.service.calls.decisions import WHY_LENGTH, case, decide_review, undecided


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/review")
    def review() -> str:
        listed, has_more = undecided(context.deps)
        floods = [callback for callback in listed if callback.review.reason == "flood"]
        others = [callback for callback in listed if callback.review.reason != "flood"]
        return page(context, "calls/review.html", others=others, floods=floods, has_more=has_more)

    @pages.get("/review/<id>")
    def review_case(id: str) -> str:
        return page(context, "calls/review_case.html", **_case(context, id))

    @pages.post("/review/<id>")
    def review_decide(id: str) -> Shown:
        why = request.form.get("why", "")
        result = run(context, decide_review, id, request.form.get("decision", ""), why)
        if result.code == "done":
            flash("review.done", "review")
            return to("review")
        if result.code in ("refused", "held"):
            return refused(context, "calls/review_case.html", FormFault(f"review.told.{result.code}"), **_case(context, id))
        return refused(
            context, "calls/review_case.html", FormFault("review.told.late", form="page"), HTTPStatus.CONFLICT, **_case(context, id)
        )


def _case(context: ConsoleContext, id: str) -> dict[str, Any]:
    found = case(context.deps, id, context.now)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return {"case": found, "why_length": WHY_LENGTH}
