"""What is typed and not sent: kept while somebody types, or sent after the sign-in had ended; thrown away where they say so."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, request, session
from werkzeug.wrappers import Response

from hotline.console.context import TOKEN, ConsoleContext, form_id, me, open_form, run_each_time, to, typed_fields
from hotline.service import acts
from hotline.service.acts import By
from hotline.service.desk import drafts
from hotline.service.desk.accounts import sign_in
from hotline.service.permissions import may

STANDS_ON: Final = {
    "note": "callback",
    "next": "callback",
    "incident": "incident",
    "refer": "referrals",
    "referral": "referral",
    "review": "review_case",
    "tell": "testimony_new",
    "cut": "testimony",
    "person": "people",
    "words": "studio_screen",
    "reread": "studio_review",
    "propose": "draft_difference",
    "reads": "edition_proposal",
    "kind": "studio_keys",
    **{f"{form}{letter}": "studio_keys" for form in ("key", "way") for letter in "abcdefgh"},
    "screen": "new_screen",
    "flow": "new_flow",
    "entry": "directory_entry",
    "newentry": "new_entry",
}
"""The page on which each form stands whose draft is kept. A form's name (`draft` in its template) begins with one of these, and says after it what it is about."""
STUDIO: Final = ("studio_screen", "studio_keys", "new_screen", "new_flow")
"""Those about a screen of the line, whose addresses have two parts."""
_NAME: Final = re.compile(r"([a-z]{1,16})(?:-([\w-]{1,64}))?(?:\.([\w.-]{1,64}))?", re.ASCII)


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/draft")
    def keep_draft() -> Response:
        """To the script no content; to whoever has none, and presses a button for it, the form's page, where it stands as it was typed."""
        endpoint, about = _form()
        result = run_each_time(context, drafts.keep_draft, open_form(), typed_fields(), form_id(), session[TOKEN])
        if "stay" not in request.form:
            return Response(status=HTTPStatus.CONFLICT if result.is_refused else HTTPStatus.NO_CONTENT)
        if result.is_refused:
            abort(HTTPStatus.CONFLICT)
        return to(endpoint, **about)

    @pages.post("/draft/discard")
    def discard_draft() -> Response:
        """Leads to the form's page, where it stands as if nothing had been typed."""
        endpoint, about = _form()
        run_each_time(context, drafts.discard_draft, open_form())
        return to(endpoint, **about)


def keep_late(context: ConsoleContext) -> str | None:
    """A form came from a browser whose sign-in had ended by itself: what was typed lies as a draft of whoever had signed in there, and of nobody else.

    Returns the name of the copy that is kept; None where nothing is kept: it is no form with a draft, or that person may not send it, or ended the sign-in. Raises StoreAway.
    """
    name, token, once = request.form.get("draft", ""), session.get(TOKEN), request.form.get("once")
    place = _place(name)
    if token is None or not once or place is None:
        return None
    author = sign_in.lately_here(context.deps, token)
    if author is None or not may(author, place[0]):
        return None
    result = acts.run(context.deps, By(author.id, "page"), drafts.keep_draft, open_form(), typed_fields(), once, token)
    return result.values.get("draft")


def page_of(context: ConsoleContext, name: str, staff: str) -> tuple[str, dict[str, str]] | None:
    """The page on which this person's draft stands, and what it is about. Returns None where they have none of this name. Raises StoreAway."""
    form, _, copy = name.partition("~")
    place = _place(form) if name in drafts.look(context.deps, staff, context.now) else None
    return (place[0], {**place[1], "typed": copy}) if place and copy else place


def _form() -> tuple[str, dict[str, str]]:
    """The page of the form that was sent, and what that is about."""
    name = request.form.get("draft", "")
    place = _place(name)
    if place is None:
        abort(HTTPStatus.BAD_REQUEST)
    if not may(me(), place[0]):
        abort(HTTPStatus.FORBIDDEN)
    return place


def _place(name: str) -> tuple[str, dict[str, str]] | None:
    """The page of the form that is called so, and what it is about."""
    parts = _NAME.fullmatch(name)
    endpoint = STANDS_ON.get(parts[1]) if parts else None
    if parts is None or endpoint is None:
        return None
    about = {"id": parts[2], "part": parts[3] if endpoint in ("incident", "directory_entry", *STUDIO) else None}
    return endpoint, {name: value for name, value in about.items() if value}
