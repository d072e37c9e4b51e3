"""Testimonies: written down, cut, released by two, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request
from msgspec import Struct
from werkzeug.wrappers import Response

from hotline.console.room import Room, language, me, page, to
from hotline.ports.testimonies import Testimony
from hotline.service.room import testimonies as told
from hotline.service.room.cutting import CHECKS, LONGEST, conspicuous, pieces, tidy

STATES: Final = ("written", "cut", "waiting", "released", "withdrawn")
"""As the page lists them. `waiting`: released by two, and the edition could not be made yet."""
AFTER: Final = ("written", "cut", "one", "published", "too_soon", "faulty", "overtaken")
"""What may just have been done, for a line above the page."""


class Card(Struct, frozen=True):
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


def views(pages: Blueprint, room: Room) -> None:
    """Lay this subject's pages."""

    @pages.get("/testimonies")
    def testimonies() -> str:
        with room.parts.store.read() as tx:
            found = told.every(room.parts, tx)
            aliases = told.aliases(tx, found)
        cards = [_card(room, aliases, one) for one in found]
        groups = {state: [card for card in cards if card.state == state] for state in STATES}
        return page(room, "testimonies.html", groups=groups, withdrawn="withdrawn" in request.args)

    @pages.route("/testimonies/new", methods=("GET", "POST"))
    def testimony_new() -> str | Response | tuple[str, int]:
        if request.method == "GET":
            return _new(room)
        try:
            consent = "consent" in request.form
            id = told.write(room.parts, me(), request.form.get("once", ""), _typed(room), room.now, consent=consent)
        except told.NotSo as refused:
            return _new(room, refused), HTTPStatus.UNPROCESSABLE_ENTITY
        return to("testimony", id=id, after="written")

    @pages.get("/testimonies/<id>")
    def testimony(id: str) -> str:
        return _one(room, id)

    @pages.post("/testimonies/<id>/cut")
    def testimony_cut(id: str) -> str | Response | tuple[str, int]:
        form = request.form
        if "look" in form:
            return _one(room, id, typed=_typed(room))
        try:
            told.cut(room.parts, me(), form.get("once", ""), id, form.get("seen", ""), _typed(room), form.getlist("check"), room.now)
        except told.NotSo as refused:
            return _one(room, id, refused, _typed(room)), HTTPStatus.UNPROCESSABLE_ENTITY
        except told.Unknown:
            abort(HTTPStatus.NOT_FOUND)
        return to("testimony", id=id, after="cut")

    _releasing(pages, room)


def _releasing(pages: Blueprint, room: Room) -> None:
    @pages.post("/testimonies/<id>/release")
    def testimony_release(id: str) -> Response | tuple[str, int]:
        form = request.form
        try:
            done = told.release(room.parts, me(), form.get("once", ""), id, form.get("seen", ""), room.now, read="read" in form)
        except told.NotSo as refused:
            return _one(room, id, refused), HTTPStatus.UNPROCESSABLE_ENTITY
        except told.Unknown:
            abort(HTTPStatus.NOT_FOUND)
        return to("testimony", id=id, after=done)

    @pages.post("/testimonies/<id>/publish")
    def testimony_publish(id: str) -> Response | tuple[str, int]:
        try:
            done = told.publish(room.parts, id, room.now)
        except told.NotSo as refused:
            return _one(room, id, refused), HTTPStatus.UNPROCESSABLE_ENTITY
        except told.Unknown:
            abort(HTTPStatus.NOT_FOUND)
        return to("testimony", id=id, after=done)

    @pages.post("/testimonies/<id>/withdraw")
    def testimony_withdraw(id: str) -> Response:
        try:
            told.withdraw(room.parts, me(), request.form.get("once", ""), id, room.now)
        except told.Unknown:
            abort(HTTPStatus.NOT_FOUND)
        return to("testimonies", withdrawn="")


def _new(room: Room, refused: told.NotSo | None = None) -> str:
    return page(
        room, "testimonies_new.html", languages=_languages(room), typed=_typed(room), consent="consent" in request.form, **_limits(refused)
    )


def _one(room: Room, id: str, refused: told.NotSo | None = None, typed: dict[str, str] | None = None) -> str:
    """Its page. `typed`: what she is changing it to, where that was not taken."""
    with room.parts.store.read() as tx:
        try:
            found = told.found(room.parts, tx, id)
        except told.Unknown:
            abort(HTTPStatus.NOT_FOUND)
        card = _card(room, told.aliases(tx, (found,)), found)
    text = typed if typed is not None else card.text
    names = told.places(room.parts)
    marked = {code: pieces(said, conspicuous(said, names)) for code, said in ((code, tidy(said)) for code, said in text.items()) if said}
    after = request.args.get("after", "")
    return page(
        room,
        "testimonies_one.html",
        one=card,
        marked=marked,
        spots=[(part, why) for each in marked.values() for part, why in each if why],
        languages=_languages(room),
        typed=text,
        checks=CHECKS,
        checked=request.form.getlist("check"),
        after=after if after in AFTER else "",
        **_limits(refused),
    )


def _limits(refused: told.NotSo | None) -> dict[str, Any]:
    return {"longest": LONGEST, "error": refused.why if refused else "", "error_in": refused.language if refused else ""}


def _card(room: Room, aliases: Mapping[str, str], one: Testimony) -> Card:
    staff = me()
    return Card(
        id=one.id,
        text=one.text,
        state="waiting" if one.state == "cut" and len(one.released_by) >= told.PEOPLE else one.state,
        day=f"{date(1970, 1, 1) + timedelta(minutes=room.parts.clock.local(one.at)):%d/%m/%Y}",
        writer=aliases.get(one.written_by, ""),
        releasers=tuple(aliases[id] for id in one.released_by),
        version=told.version(room.parts, one),
        may_release=told.may_release(one, staff),
        hers=one.written_by == staff.id,
    )


def _typed(room: Room) -> dict[str, str]:
    return {code: request.form.get(code, "") for code in _languages(room)}


def _languages(room: Room) -> dict[str, str]:
    """Those of the line, by code, as she calls them: by the code where her words have no name for it."""
    spoken, named = language(room), {}
    for code in told.languages(room.parts):
        try:
            named[code] = room.words.say(spoken, f"testimonies.in.{code}")
        except KeyError:
            named[code] = code
    return named
