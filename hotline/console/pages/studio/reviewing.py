"""What is to be read of the line's words, message by message: signed for, and talked about."""

from __future__ import annotations

from collections.abc import Container
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request

from hotline.console.context import (
    ConsoleContext,
    FormFault,
    Shown,
    form_id,
    is_partial,
    keep_typed,
    me,
    open_form,
    page,
    permitted,
    refused,
    run_each_time,
    to,
    typed_fields,
)
from hotline.console.pages.studio.choosing import ScreenAddress, choose, chosen
from hotline.console.pages.studio.screen_form import COMMENT, LIST_DRAFT, ScreenForm, keep_rest
from hotline.service import acts
from hotline.service.acts import By, Result
from hotline.service.desk.drafts import discard_draft
from hotline.service.studio.drafts import see_drafts
from hotline.service.studio.words import pending, reviewing
from hotline.service.studio.words.pending import ReviewFilter
from hotline.service.studio.words.reviewing import LONGEST_COMMENT
from hotline.service.studio.words.reviews import MessageReview, see_reviews

COMMENTS: Final = "comments"
"""In the address of the list: what is talked about, instead of what nobody read."""
LOOKS: Final = ("flow", "language", "show", "after")
"""What an address of the list says of what is wanted."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/studio/review")
    def studio_review() -> str:
        choose(context)
        return page(context, "studio/studio_review.html", **_list(context))

    @pages.post("/studio/review/read")
    def sign_words() -> Shown:
        act = reviewing.unsign_words if "back" in request.form else reviewing.sign_words
        digest = request.form.get(f"digest:{_place()}", "")
        if "back" not in request.form and _is_of_screen() and _place() in _typed_on_screen(context):
            return _answer(context, Result("state"), f"read {_place()}")  # nobody signs for words that the field does not show
        result = run_each_time(context, act, request.form.get("in", ""), _place(), digest)
        return _answer(context, result, f"read {_place()}")

    @pages.post("/studio/review/comment")
    def comment_words() -> Shown:
        act = reviewing.close_thread if "close" in request.form else reviewing.comment_words
        draft, text = request.form.get("in", ""), request.form.get(_comment(), "")
        # What is typed beside it is not sent with it: what is kept of it stays.
        result = permitted(acts.run(context.deps, By(me().id, "page", form_id()), act, draft, _place(), text))
        return _answer(context, result, _place(), "text")


def _list(context: ConsoleContext) -> dict[str, Any]:
    composed, asked = chosen(context), request.values
    looks = ReviewFilter(asked.get("flow", ""), asked.get("language", ""), asked.get("show") == COMMENTS, asked.get("after", ""))
    return {
        "composed": composed,
        "drafts": see_drafts(context.deps, me()),
        "looks": looks,
        "found": pending.list_pending(context.deps, me(), composed, looks),
        "kept": {name: asked[name] for name in LOOKS if asked.get(name)},
        "address_of": ScreenAddress.of,
        "longest_comment": LONGEST_COMMENT,
        "list_draft": LIST_DRAFT,
    }


def _place() -> str:
    """Of the message: beside many of them the pressed button says it, by what it does."""
    return next((found for name in ("place", "back", "close") if (found := request.form.get(name))), "")


def _is_of_screen() -> bool:
    """Does it come from the page of a screen, where every button is part of the one form of words?"""
    return request.form.get("of") == "screen"


def _typed_on_screen(context: ConsoleContext) -> Container[str]:
    """The places whose fields say something else than the draft."""
    key = pending.screen_key(_place().rpartition("/")[2])
    return ScreenForm.of(context, ScreenAddress.of(key)).typed


def _comment() -> str:
    """The field of the comment."""
    return f"{COMMENT}{_place()}"


def _answer(context: ConsoleContext, result: Result, form: str, field: str = "") -> Shown:
    """The message as it is now: to the script the part of the page that changed, else the page from which the form came, with all else that is typed there;
    refused from the list, a page of its own."""
    composed = chosen(context)
    review = see_reviews(context.deps, me(), composed, [_place()]).get(_place())
    if review is None:
        abort(HTTPStatus.NOT_FOUND)
    fault = FormFault(f"studio.review.error.{result.code}", field, form, {"count": str(LONGEST_COMMENT)}) if result.is_refused else None
    shown = (_on_screen if _is_of_screen() else _on_list)(context, review, fault, is_comment=bool(field))
    if shown is not None:
        return shown
    template = "studio/studio_review_part.html" if is_partial() else "studio/studio_review_one.html"
    values: dict[str, Any] = {
        "composed": composed,
        "item": pending.listed(composed, review),
        "fault": fault,
        "kept": {name: request.form[name] for name in LOOKS if request.form.get(name)},
        "of": request.form.get("of", ""),
        "is_comment": bool(field),
        "address_of": ScreenAddress.of,
        "longest_comment": LONGEST_COMMENT,
        "list_draft": LIST_DRAFT,
    }
    return refused(context, template, status=HTTPStatus.CONFLICT, **values) if fault else page(context, template, **values)


def _on_list(context: ConsoleContext, review: MessageReview, fault: FormFault | None, *, is_comment: bool) -> Shown | None:
    """The list, with what else is typed there, which stays kept. Returns None to the script, which gets the one message, and where the list does not have it any more."""
    if fault:
        values = {} if is_partial() else _list(context)
        is_there = bool(values) and any(item.review.place == review.place for item in values["found"].listed)
        return refused(context, "studio/studio_review.html", fault, HTTPStatus.CONFLICT, **values) if is_there else None
    if is_partial() and not is_comment:
        return None
    typed = _keep_comments(context, [_comment()] if is_comment else [])
    looks = {name: request.form[name] for name in LOOKS if request.form.get(name)}
    return None if is_partial() else to("studio_review", **looks, typed=typed or None)


def _keep_comments(context: ConsoleContext, sent: Container[str]) -> str:
    """What else is typed stays kept, until it is sent. Returns the copy that has it, where there are several."""
    fields = {
        name: values
        for name, values in typed_fields().items()
        if name.startswith(COMMENT) and name not in sent and any(map(str.strip, values))
    }
    if not fields:
        run_each_time(context, discard_draft, open_form())
        return ""
    return keep_typed(context, fields)


def _on_screen(context: ConsoleContext, review: MessageReview, fault: FormFault | None, *, is_comment: bool) -> Shown | None:
    """The screen's page with what else is typed there, which stays kept. Returns None to the script, which shows a part of it and keeps the rest itself."""
    address = ScreenAddress.of(pending.screen_key(review.key))
    form = ScreenForm.of(context, address)
    if fault:
        return None if is_partial() else refused(context, "studio/studio_screen.html", fault, HTTPStatus.CONFLICT, **form.whole(context))
    done = review.place if is_comment else ""
    if is_partial() and not is_comment:
        return None
    leaves = keep_rest(context, form, *([_comment()] if done else []))
    if is_partial():
        return None
    if leaves:
        return page(context, "studio/studio_screen.html", **form.whole(context, done=done))
    return to("studio_screen", id=address.id, part=address.part)
