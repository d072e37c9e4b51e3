"""Testimonies: written down, cut, released by two, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, request
from msgspec import Struct
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, Shown, form_id, language, me, page, to
from hotline.console.times import full_date
from hotline.engine.times import DAY_MINUTES
from hotline.ports.desk.testimonies import Testimony
from hotline.service.desk.testimonies import lifecycle as room_testimonies
from hotline.service.desk.testimonies.cutting import CHECKS, LONGEST, conspicuous, pieces, tidy

STATES: Final = ("written", "cut", "waiting", "released", "withdrawn")
"""As the page lists them. `waiting`: released by two, and the edition could not be made yet."""
AFTER: Final = ("written", "cut", "one", "published", "too_soon", "faulty", "overtaken")
"""What may just have been done, for a line above the page."""


class TestimonyCard(Struct, frozen=True):
    """One testimony as pages show it."""

    id: str
    text: dict[str, str]
    state: str
    day: str
    writer: str
    """Empty: it came with the files."""
    releasers: tuple[str, ...]
    version: str
    may_release: bool
    hers: bool
    """She who looks wrote it."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _writing(pages, context)
    _releasing(pages, context)

    @pages.errorhandler(room_testimonies.Unknown)
    def unknown(_: room_testimonies.Unknown) -> tuple[str, int]:
        return page(context, "trouble.html", kind="not_found"), HTTPStatus.NOT_FOUND


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/testimonies")
    def testimonies() -> str:
        with context.deps.store.read() as tx:
            found = room_testimonies.every(context.deps, tx)
            aliases = room_testimonies.aliases(tx, found)
        cards = [_card(context, aliases, one) for one in found]
        groups = {state: [card for card in cards if card.state == state] for state in STATES}
        return page(context, "testimonies.html", groups=groups, withdrawn="withdrawn" in request.args)

    @pages.get("/testimonies/<id>")
    def testimony(id: str) -> str:
        return _one(context, id)


def _writing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.route("/testimonies/new", methods=("GET", "POST"))
    def testimony_new() -> Shown:
        if request.method == "GET":
            return _new(context)
        try:
            consent = "consent" in request.form
            id = room_testimonies.write(context.deps, me(), form_id(), _typed(context), context.now, consent=consent)
        except room_testimonies.NotSo as refused:
            return _new(context, refused), HTTPStatus.UNPROCESSABLE_ENTITY
        return to("testimony", id=id, after="written")

    @pages.post("/testimonies/<id>/cut")
    def testimony_cut(id: str) -> Shown:
        form = request.form
        if "look" in form:
            return _one(context, id, typed=_typed(context))
        try:
            room_testimonies.cut(
                context.deps, me(), form_id(), id, form.get("seen", ""), _typed(context), form.getlist("check"), context.now
            )
        except room_testimonies.NotSo as refused:
            return _one(context, id, refused, _typed(context)), HTTPStatus.UNPROCESSABLE_ENTITY
        return to("testimony", id=id, after="cut")


def _releasing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/testimonies/<id>/release")
    def testimony_release(id: str) -> Shown:
        form = request.form
        try:
            done = room_testimonies.release(context.deps, me(), form_id(), id, form.get("seen", ""), context.now, read="read" in form)
        except room_testimonies.NotSo as refused:
            return _one(context, id, refused), HTTPStatus.UNPROCESSABLE_ENTITY
        return to("testimony", id=id, after=done)

    @pages.post("/testimonies/<id>/publish")
    def testimony_publish(id: str) -> Shown:
        try:
            done = room_testimonies.publish(context.deps, id, context.now)
        except room_testimonies.NotSo as refused:
            return _one(context, id, refused), HTTPStatus.UNPROCESSABLE_ENTITY
        return to("testimony", id=id, after=done)

    @pages.post("/testimonies/<id>/withdraw")
    def testimony_withdraw(id: str) -> Response:
        room_testimonies.withdraw(context.deps, me(), form_id(), id, context.now)
        return to("testimonies", withdrawn="")


def _new(context: ConsoleContext, refused: room_testimonies.NotSo | None = None) -> str:
    return page(
        context,
        "testimonies_new.html",
        languages=_languages(context),
        typed=_typed(context),
        consent="consent" in request.form,
        **_limits(refused),
    )


def _one(context: ConsoleContext, id: str, refused: room_testimonies.NotSo | None = None, typed: dict[str, str] | None = None) -> str:
    """Its page. `typed`: what she is changing it to, where that was not taken."""
    with context.deps.store.read() as tx:
        found = room_testimonies.found(context.deps, tx, id)
        card = _card(context, room_testimonies.aliases(tx, (found,)), found)
    text = typed if typed is not None else card.text
    names = room_testimonies.places(context.deps)
    marked = {code: pieces(said, conspicuous(said, names)) for code, said in ((code, tidy(said)) for code, said in text.items()) if said}
    after = request.args.get("after", "")
    return page(
        context,
        "testimonies_one.html",
        one=card,
        marked=marked,
        spots=[(part, why) for each in marked.values() for part, why in each if why],
        languages=_languages(context),
        typed=text,
        checks=CHECKS,
        checked=request.form.getlist("check"),
        after=after if after in AFTER else "",
        **_limits(refused),
    )


def _limits(refused: room_testimonies.NotSo | None) -> dict[str, Any]:
    return {"longest": LONGEST, "error": refused.why if refused else "", "error_in": refused.language if refused else ""}


def _card(context: ConsoleContext, aliases: Mapping[str, str], one: Testimony) -> TestimonyCard:
    staff = me()
    return TestimonyCard(
        id=one.id,
        text=one.text,
        state="waiting" if one.state == "cut" and len(one.released_by) >= room_testimonies.PEOPLE else one.state,
        day=full_date(context.deps.clock.local(one.at) // DAY_MINUTES),
        writer=aliases.get(one.written_by, ""),
        releasers=tuple(aliases[id] for id in one.released_by),
        version=room_testimonies.version(context.deps, one),
        may_release=room_testimonies.may_release(one, staff),
        hers=one.written_by == staff.id,
    )


def _typed(context: ConsoleContext) -> dict[str, str]:
    return {code: request.form.get(code, "") for code in _languages(context)}


def _languages(context: ConsoleContext) -> dict[str, str]:
    """Those of the line, by code, as she calls them: by the code where her words have no name for it."""
    return {code: context.words.say_or(language(context), f"testimonies.in.{code}", code) for code in context.deps.written.languages}
