"""The studio: one screen with its words in every language, weighed while they are typed, and the drafts."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request, session
from msgspec import Struct
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, form_id, me, page, permitted, refused, run, run_each_time, to
from hotline.service import acts
from hotline.service.acts import By, Result
from hotline.service.studio import drafts, screens
from hotline.service.studio.composing import Composed
from hotline.service.studio.drafts import PartEdit
from hotline.service.studio.line_view import LineView, line_view
from hotline.service.studio.reviewing import LONGEST_COMMENT, see_reviews
from hotline.service.studio.screens import ScreenView

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


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _changing(pages, context)
    _drafts(pages, context)


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/studio/<id>/<part>")
    def studio_screen(id: str, part: str) -> str:
        return page(context, "studio_screen.html", **_screen(context, ScreenAddress(id, part)))


def _changing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/studio/<id>/<part>")
    def save_screen(id: str, part: str) -> Shown:
        address = ScreenAddress(id, part)
        if "weigh" in request.form:
            return page(context, "studio_screen.html", **_screen(context, address, _typed()))
        edits = [PartEdit.words(place, text, _seen(place)) for place, text in _typed().items() if text != _seen(place)]
        if not edits:
            return to("studio_screen", id=id, part=part)
        result = run(context, drafts.save_parts, chosen_id(context), edits)
        if result.is_refused:
            fault = _refusal(result)
            return refused(context, "studio_screen.html", fault, HTTPStatus.CONFLICT, **_screen(context, address, _typed()))
        session[DRAFT] = result.values["draft"]
        return to("studio_screen", id=id, part=part, after="kept")

    @pages.post("/studio/<id>/<part>/weigh")
    def weigh_screen(id: str, part: str) -> str:
        """From the script alone, while somebody types: what the words weigh now, and what is wrong with them."""
        return page(context, "_studio_weights.html", **_screen(context, ScreenAddress(id, part), _typed()))

    @pages.post("/studio/<id>/<part>/revert")
    def revert_part(id: str, part: str) -> Shown:
        result = run(context, drafts.revert_part, chosen_id(context), request.form.get("place", ""))
        return _after(context, result, ScreenAddress(id, part), "reverted")

    @pages.post("/studio/<id>/<part>/keep")
    def keep_part(id: str, part: str) -> Shown:
        result = run(context, drafts.keep_part, chosen_id(context), request.form.get("place", ""))
        return _after(context, result, ScreenAddress(id, part), "kept")


def _drafts(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/studio/drafts")
    def open_draft() -> Response:
        result = run(context, drafts.open_draft, request.form.get("title", ""))
        session[DRAFT] = result.values["draft"]
        return to("studio")

    @pages.post("/studio/drafts/<id>/name")
    def name_draft(id: str) -> Response:
        permitted(run_each_time(context, drafts.name_draft, id, request.form.get("title", "")))
        return to("studio")

    @pages.post("/studio/drafts/<id>/drop")
    def drop_draft(id: str) -> Response:
        permitted(acts.run(context.deps, By(me().id, "page", form_id()), drafts.drop_draft, id))
        session.pop(DRAFT, None)
        return to("studio")


def chosen_id(context: ConsoleContext) -> str:
    """The id of the draft that whoever is signed in works in; empty where there is none yet. Raises StoreAway."""
    return chosen(context).draft.id


def chosen(context: ConsoleContext) -> Composed:
    """The draft that whoever is signed in works in. Raises StoreAway."""
    return drafts.see_draft(context.deps, me(), session.get(DRAFT))


def seen(context: ConsoleContext, composed: Composed) -> LineView:
    """The line as the studio lists it."""
    return line_view(composed, context.deps.today(context.now))


def _screen(context: ConsoleContext, address: ScreenAddress, typed: dict[str, str] | None = None) -> dict[str, Any]:
    composed = chosen(context)
    view = screens.see_screen(composed, address.key, context.deps.today(context.now), typed)
    if view is None:
        abort(HTTPStatus.NOT_FOUND)
    after = request.args.get("after", "")
    return {
        "composed": composed,
        "view": view,
        "here": address,
        "branches": seen(context, composed).branches,
        "address_of": ScreenAddress.of,
        "may_change": {message.place: _may_change(message.language) for message in view.messages},
        "reviews": partial(see_reviews, context.deps, me(), composed, [message.place for message in view.messages]),
        "longest_comment": LONGEST_COMMENT,
        "after": after if after in ("kept", "reverted") else "",
    }


def _may_change(language: str) -> bool:
    return me().role == "operator" or language in me().reviews


def _after(context: ConsoleContext, result: Result, address: ScreenAddress, said: str) -> Shown:
    if result.is_refused:
        return refused(context, "studio_screen.html", _refusal(result), HTTPStatus.CONFLICT, **_screen(context, address))
    return to("studio_screen", id=address.id, part=address.part, after=said)


def _refusal(result: Result) -> FormFault:
    return FormFault(f"studio.error.{result.code}", result.values.get("place", ""), "" if "place" in result.values else "page")


def _typed() -> dict[str, str]:
    """The words of the form, by place. A browser ends lines as mails do."""
    return {name: text.replace("\r\n", "\n").rstrip() for name, text in request.form.items() if name.startswith("words/")}


def _seen(place: str) -> str | None:
    seen = request.form.get(f"seen:{place}")
    return None if seen is None else seen.replace("\r\n", "\n")


__all__ = ["DRAFT", "ScreenAddress", "ScreenView", "chosen", "seen", "views"]
