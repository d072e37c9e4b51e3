"""What every page of the studio begins with: which draft somebody works in, and a screen's address."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Response, abort, after_this_request, request, session
from msgspec import Struct

from hotline.console.context import ConsoleContext, keep_typed, me, typed_fields
from hotline.service.acts import Result
from hotline.service.studio import drafts
from hotline.service.studio.composing import Composed
from hotline.service.studio.line.line_view import LineView, line_view

DRAFT: Final = "edition_draft"
"""In the signed cookie: the draft that somebody works in, in this browser."""
BARE: Final = "-"
"""In an address, in place of what follows the dot of a key that has none."""


class ScreenAddress(Struct, frozen=True):
    """A key as an address has it: `callback.when` is `callback/when`."""

    id: str
    part: str

    @classmethod
    def of(cls, key: str) -> ScreenAddress:
        id, _, part = key.partition(".")
        return cls(id, part or BARE)

    @property
    def key(self) -> str:
        return self.id if self.part == BARE else f"{self.id}.{self.part}"

    @property
    def form(self) -> str:
        """The name under which what is typed on this screen's page is kept until it is sent."""
        return f"words-{self.id}.{self.part}"


def choose(context: ConsoleContext) -> None:
    """Work in the draft that the address names from now on, if there is such a one; where it names none, in that of nobody else. Raises StoreAway."""
    id = request.args.get("draft")
    if id == "":
        session.pop(DRAFT, None)
    elif id is not None and drafts.see_draft(context.deps, me(), id).draft.id == id:
        session[DRAFT] = id


def chosen_id(context: ConsoleContext) -> str:
    """The id of the draft that whoever is signed in works in; empty where there is none yet. Raises StoreAway."""
    return chosen(context).draft.id


def chosen(context: ConsoleContext) -> Composed:
    """The draft that whoever is signed in works in. Raises StoreAway."""
    return drafts.see_draft(context.deps, me(), session.get(DRAFT))


def chosen_with(context: ConsoleContext, place: str) -> Composed:
    """The draft that has something at this place, where the one that whoever is signed in works in has not: they work in that one from now on. Aborts where none has. Raises StoreAway."""
    id = drafts.holder_of(context.deps, place)
    if id is None:
        abort(HTTPStatus.NOT_FOUND)
    session[DRAFT] = id
    return chosen(context)


def leave_proposed(context: ConsoleContext, result: Result) -> Result:
    """Returns `result`. Where a proposed draft refused a change, nothing typed is lost: whoever sent it works in that no longer, and sent again it begins another;
    where that draft alone has what it is about, they stay, and what is typed is kept until it is decided. Raises StoreAway."""
    if result.code == "state":
        after_this_request(_forgotten)  # the page that says so still shows the draft in which it was typed
    elif result.code == "proposed" and request.form.get("draft"):
        keep_typed(context, typed_fields())
    return result


def _forgotten(response: Response) -> Response:
    session.pop(DRAFT, None)
    return response


def seen(context: ConsoleContext, composed: Composed) -> LineView:
    """The line as the studio lists it."""
    return line_view(composed, context.deps.today(context.now))
