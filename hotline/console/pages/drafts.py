"""What is typed and not sent: kept while somebody types, and thrown away where they say so."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, request, session
from werkzeug.wrappers import Response

from hotline.console.context import TOKEN, ConsoleContext, form_id, me, run_each_time, to
from hotline.service.desk import drafts
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
}
"""The page on which each form stands whose draft is kept. A form's name (`draft` in its template) begins with one of these, and says after it what it is about."""
_NAME: Final = re.compile(r"([a-z]{1,16})(?:-([\w-]{1,64}))?(?:\.[\w-]{1,64})?", re.ASCII)


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/draft")
    def keep_draft() -> Response:
        """From the script alone: no content."""
        form, _, _ = _form()
        fields = {name: tuple(values) for name, values in request.form.lists() if name not in ("csrf_token", "once", "draft")}
        result = run_each_time(context, drafts.keep_draft, form, fields, form_id(), session[TOKEN])
        return Response(status=HTTPStatus.CONFLICT if result.is_refused else HTTPStatus.NO_CONTENT)

    @pages.post("/draft/discard")
    def discard_draft() -> Response:
        """Leads to the form's page, where it stands as if nothing had been typed."""
        form, endpoint, about = _form()
        run_each_time(context, drafts.discard_draft, form)
        return to(endpoint, **about)


def _form() -> tuple[str, str, dict[str, str]]:
    """The form that was sent, its page, and what that is about."""
    name = request.form.get("draft", "")
    parts = _NAME.fullmatch(name)
    endpoint = STANDS_ON.get(parts[1]) if parts else None
    if parts is None or endpoint is None:
        abort(HTTPStatus.BAD_REQUEST)
    if not may(me().role, endpoint):
        abort(HTTPStatus.FORBIDDEN)
    return name, endpoint, {"id": parts[2]} if parts[2] else {}
