"""The studio: the line as a tree, and one screen of it with its words in every language, weighed while they are typed, and tried on a phone beside them."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, request, session
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, form_id, me, page, permitted, refused, run, run_each_time, to
from hotline.console.pages.studio.choosing import DRAFT, ScreenAddress, chosen_id, leave_proposed
from hotline.console.pages.studio.screen_form import ScreenForm, keep_rest
from hotline.console.pages.studio.trying import BUTTONS
from hotline.service import acts
from hotline.service.acts import Act, By, Result
from hotline.service.studio import drafts


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _changing(pages, context)
    _drafts(pages, context)


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/studio/<id>/<part>")
    def studio_screen(id: str, part: str) -> str:
        after = request.args.get("after", "")
        return _page(context, ScreenForm.of(context, ScreenAddress(id, part)), after if after in ("kept", "reverted") else "")

    @pages.post("/studio/<id>/<part>/weigh")
    def weigh_screen(id: str, part: str) -> str:
        """From the script alone, while somebody types: what the words weigh now, what is wrong with them, and the phone with them."""
        return page(context, "studio/_studio_weighed.html", **ScreenForm.of(context, ScreenAddress(id, part)).shown(context))

    @pages.post("/studio/<id>/<part>/try")
    def try_screen(id: str, part: str) -> str:
        """From the script alone: the phone after one more key, or in another world."""
        return page(context, "studio/_studio_tried.html", **ScreenForm.of(context, ScreenAddress(id, part)).shown(context))


def _changing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/studio/<id>/<part>")
    def save_screen(id: str, part: str) -> Shown:
        """Keep what is typed; or, by the button that was pressed, weigh it or move the phone, and what is typed stays in the form."""
        form = ScreenForm.of(context, ScreenAddress(id, part))
        if not request.form.keys().isdisjoint(BUTTONS):
            return _page(context, form)
        edits = form.edits()
        if not edits:
            return _page(context, form) if keep_rest(context, form) else to("studio_screen", id=id, part=part)
        result = leave_proposed(context, run(context, drafts.save_parts, form.composed.draft.id, edits))
        if result.is_refused:
            return _refused(context, form, result)
        session[DRAFT] = result.values["draft"]
        kept = ScreenForm.of(context, form.address, without=form.fields)
        return _page(context, kept, "kept") if keep_rest(context, kept) else to("studio_screen", id=id, part=part, after="kept")

    @pages.post("/studio/<id>/<part>/revert")
    def revert_part(id: str, part: str) -> Shown:
        return _settled(context, drafts.revert_part, ScreenAddress(id, part), "reverted")

    @pages.post("/studio/<id>/<part>/keep")
    def keep_part(id: str, part: str) -> Shown:
        return _settled(context, drafts.keep_part, ScreenAddress(id, part), "kept")


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


def _settled(context: ConsoleContext, act: Callable[[Act, str, str], Result], address: ScreenAddress, said: str) -> Shown:
    """One part is settled; what else is typed stays in the form, and so does its draft."""
    place = request.form.get("place", "")
    result = permitted(acts.run(context.deps, By(me().id, "page", form_id()), act, chosen_id(context), place))
    form = ScreenForm.of(context, address, without=(place,))
    if result.is_refused:
        return _refused(context, form, result)
    if keep_rest(context, form):
        return _page(context, form, said)
    return to("studio_screen", id=address.id, part=address.part, after=said)


def _page(context: ConsoleContext, form: ScreenForm, after: str = "") -> str:
    return page(context, "studio/studio_screen.html", **form.whole(context, after))


def _refused(context: ConsoleContext, form: ScreenForm, result: Result) -> Shown:
    place = result.values.get("place", "")
    fault = FormFault(f"studio.error.{result.code}", place, "" if place else "page")
    return refused(context, "studio/studio_screen.html", fault, HTTPStatus.CONFLICT, **form.whole(context))
