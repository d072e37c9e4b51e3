"""What is to be read of the line's words, message by message: signed for, and talked about."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request

from hotline.console.context import ConsoleContext, FormFault, Shown, is_partial, me, page, refused, run, run_each_time, to
from hotline.console.pages.studio.choosing import ScreenAddress, choose, chosen
from hotline.service.acts import Result
from hotline.service.studio.drafts import see_drafts
from hotline.service.studio.words import reviewing
from hotline.service.studio.words.reviewing import LONGEST_COMMENT, MessageReview, ReviewFilter

COMMENTS: Final = "comments"
"""In the address of the list: what is talked about, instead of what nobody read."""
LOOKS: Final = ("flow", "language", "show", "after")
"""What an address of the list says of what is wanted."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/studio/review")
    def studio_review() -> str:
        choose(context)
        return page(context, "studio_review.html", **_list(context))

    @pages.post("/studio/review/read")
    def sign_words() -> Shown:
        act = reviewing.unsign_words if "back" in request.form else reviewing.sign_words
        result = run_each_time(context, act, request.form.get("in", ""), _place(), request.form.get("digest", ""))
        return _answer(context, result, f"read {_place()}")

    @pages.post("/studio/review/comment")
    def comment_words() -> Shown:
        act = reviewing.close_thread if "close" in request.form else reviewing.comment_words
        result = run(context, act, request.form.get("in", ""), _place(), request.form.get("text", ""))
        return _answer(context, result, _place(), "text")


def _list(context: ConsoleContext) -> dict[str, Any]:
    composed, asked = chosen(context), request.args
    looks = ReviewFilter(asked.get("flow", ""), asked.get("language", ""), asked.get("show") == COMMENTS, asked.get("after", ""))
    return {
        "composed": composed,
        "drafts": see_drafts(context.deps, me()),
        "looks": looks,
        "found": reviewing.list_pending(context.deps, me(), composed, looks),
        "kept": {name: asked[name] for name in LOOKS if asked.get(name)},
        "address_of": ScreenAddress.of,
        "longest_comment": LONGEST_COMMENT,
    }


def _place() -> str:
    return request.form.get("place", "")


def _answer(context: ConsoleContext, result: Result, form: str, field: str = "") -> Shown:
    """The message as it is now: to the script the part of the page that changed, else the page from which the form came; refused, a page of its own."""
    composed = chosen(context)
    review = reviewing.see_reviews(context.deps, me(), composed, [_place()]).get(_place())
    if review is None:
        abort(HTTPStatus.NOT_FOUND)
    if not result.is_refused and not is_partial():
        return _back(review)
    fault = FormFault(f"studio.review.error.{result.code}", field, form, {"count": str(LONGEST_COMMENT)}) if result.is_refused else None
    template = "studio_review_part.html" if is_partial() else "studio_review_one.html"
    values: dict[str, Any] = {
        "composed": composed,
        "item": reviewing.listed(composed, review),
        "fault": fault,
        "kept": {name: request.form[name] for name in LOOKS if request.form.get(name)},
        "of": request.form.get("of", ""),
        "is_comment": bool(field),
        "address_of": ScreenAddress.of,
        "longest_comment": LONGEST_COMMENT,
    }
    return refused(context, template, status=HTTPStatus.CONFLICT, **values) if fault else page(context, template, **values)


def _back(review: MessageReview) -> Shown:
    """To the list or to the screen's page."""
    if request.form.get("of") == "screen":
        address = ScreenAddress.of(reviewing.screen_key(review.key))
        return to("studio_screen", id=address.id, part=address.part)
    return to("studio_review", **{name: request.form[name] for name in LOOKS if request.form.get(name)})
