"""Testimonies: written down, cut, released by two, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, request
from msgspec import Struct
from werkzeug.wrappers import Response

from hotline.console.room import Room, Shown, form_id, language, me, page, to
from hotline.console.times import full_date
from hotline.engine.world import DAY
from hotline.ports.testimonies import Testimony
from hotline.service.room import testimonies as room_testimonies
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
    _looking(pages, room)
    _writing(pages, room)
    _releasing(pages, room)

    @pages.errorhandler(room_testimonies.Unknown)
    def unknown(_: room_testimonies.Unknown) -> tuple[str, int]:
        return page(room, "trouble.html", kind="not_found"), HTTPStatus.NOT_FOUND


def _looking(pages: Blueprint, room: Room) -> None:
    @pages.get("/testimonies")
    def testimonies() -> str:
        with room.parts.store.read() as tx:
            found = room_testimonies.every(room.parts, tx)
            aliases = room_testimonies.aliases(tx, found)
        cards = [_card(room, aliases, one) for one in found]
        groups = {state: [card for card in cards if card.state == state] for state in STATES}
        return page(room, "testimonies.html", groups=groups, withdrawn="withdrawn" in request.args)

    @pages.get("/testimonies/<id>")
    def testimony(id: str) -> str:
        return _one(room, id)


def _writing(pages: Blueprint, room: Room) -> None:
    @pages.route("/testimonies/new", methods=("GET", "POST"))
    def testimony_new() -> Shown:
        if request.method == "GET":
            return _new(room)
        try:
            consent = "consent" in request.form
            id = room_testimonies.write(room.parts, me(), form_id(), _typed(room), room.now, consent=consent)
        except room_testimonies.NotSo as refused:
            return _new(room, refused), HTTPStatus.UNPROCESSABLE_ENTITY
        return to("testimony", id=id, after="written")

    @pages.post("/testimonies/<id>/cut")
    def testimony_cut(id: str) -> Shown:
        form = request.form
        if "look" in form:
            return _one(room, id, typed=_typed(room))
        try:
            room_testimonies.cut(room.parts, me(), form_id(), id, form.get("seen", ""), _typed(room), form.getlist("check"), room.now)
        except room_testimonies.NotSo as refused:
            return _one(room, id, refused, _typed(room)), HTTPStatus.UNPROCESSABLE_ENTITY
        return to("testimony", id=id, after="cut")


def _releasing(pages: Blueprint, room: Room) -> None:
    @pages.post("/testimonies/<id>/release")
    def testimony_release(id: str) -> Shown:
        form = request.form
        try:
            done = room_testimonies.release(room.parts, me(), form_id(), id, form.get("seen", ""), room.now, read="read" in form)
        except room_testimonies.NotSo as refused:
            return _one(room, id, refused), HTTPStatus.UNPROCESSABLE_ENTITY
        return to("testimony", id=id, after=done)

    @pages.post("/testimonies/<id>/publish")
    def testimony_publish(id: str) -> Shown:
        try:
            done = room_testimonies.publish(room.parts, id, room.now)
        except room_testimonies.NotSo as refused:
            return _one(room, id, refused), HTTPStatus.UNPROCESSABLE_ENTITY
        return to("testimony", id=id, after=done)

    @pages.post("/testimonies/<id>/withdraw")
    def testimony_withdraw(id: str) -> Response:
        room_testimonies.withdraw(room.parts, me(), form_id(), id, room.now)
        return to("testimonies", withdrawn="")


def _new(room: Room, refused: room_testimonies.NotSo | None = None) -> str:
    return page(
        room, "testimonies_new.html", languages=_languages(room), typed=_typed(room), consent="consent" in request.form, **_limits(refused)
    )


def _one(room: Room, id: str, refused: room_testimonies.NotSo | None = None, typed: dict[str, str] | None = None) -> str:
    """Its page. `typed`: what she is changing it to, where that was not taken."""
    with room.parts.store.read() as tx:
        found = room_testimonies.found(room.parts, tx, id)
        card = _card(room, room_testimonies.aliases(tx, (found,)), found)
    text = typed if typed is not None else card.text
    names = room_testimonies.places(room.parts)
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


def _limits(refused: room_testimonies.NotSo | None) -> dict[str, Any]:
    return {"longest": LONGEST, "error": refused.why if refused else "", "error_in": refused.language if refused else ""}


def _card(room: Room, aliases: Mapping[str, str], one: Testimony) -> Card:
    staff = me()
    return Card(
        id=one.id,
        text=one.text,
        state="waiting" if one.state == "cut" and len(one.released_by) >= room_testimonies.PEOPLE else one.state,
        day=full_date(room.parts.clock.local(one.at) // DAY),
        writer=aliases.get(one.written_by, ""),
        releasers=tuple(aliases[id] for id in one.released_by),
        version=room_testimonies.version(room.parts, one),
        may_release=room_testimonies.may_release(one, staff),
        hers=one.written_by == staff.id,
    )


def _typed(room: Room) -> dict[str, str]:
    return {code: request.form.get(code, "") for code in _languages(room)}


def _languages(room: Room) -> dict[str, str]:
    """Those of the line, by code, as she calls them: by the code where her words have no name for it."""
    return {code: room.words.say_or(language(room), f"testimonies.in.{code}", code) for code in room.parts.written.languages}
