"""Each one's own account: language, password, second factor, recovery codes, and out everywhere."""

from __future__ import annotations

from http import HTTPStatus

import segno
from flask import Blueprint, g, request, session
from werkzeug.wrappers import Response

from hotline.console.access import SECRET, new_password_fault, offer_factor, offered_factor, own_names, this_browser
from hotline.console.room import TOKEN, Room, Shown, form_id, language, me, page, to
from hotline.service.room import access, account
from hotline.service.room.once import first_time


def views(pages: Blueprint, room: Room) -> None:
    _choices(pages, room)
    _second_factor(pages, room)

    @pages.post("/me/password")
    def password() -> Shown:
        form, staff = request.form, me()
        if not _is_first(room):
            return to("me")
        fault = new_password_fault(room, form.get("password", ""), form.get("again", ""), staff.alias)
        knocked = None if fault else _proved(room)
        if knocked is None:
            return _own(room, "password", fault or "refused")
        token = account.change_password(room.parts, room.passwords, room.chance, staff, knocked, form["password"], room.now)
        if token is None:
            return _own(room, "password", "refused")
        session[TOKEN] = token
        return to("me", told="password")

    @pages.post("/me/everywhere")
    def everywhere() -> Response:
        account.sign_out_everywhere(room.parts, me(), room.now)
        session.clear()
        return to("sign_in", out=1, l=language(room))


def _choices(pages: Blueprint, room: Room) -> None:
    @pages.get("/me", endpoint="me")
    def own() -> Shown:
        return _own(room)

    @pages.post("/me/language")
    def choose_language() -> Response:
        chosen = request.form.get("reads")
        if chosen in room.words.languages:
            account.choose_language(room.parts, me(), chosen)
        return to("me", told="language")


def _second_factor(pages: Blueprint, room: Room) -> None:
    @pages.post("/me/factor/anew")
    def factor_anew() -> Shown:
        """With her password: a browser left open does not take her factor away."""
        if _proved(room) is None:
            return _own(room, "factor", "refused")
        offer_factor(room)
        return to("factor")

    @pages.route("/me/factor", methods=["GET", "POST"])
    def factor() -> Shown:
        secret = offered_factor(room)
        if secret is None:
            if g.second_factor or not room.settings.second_factor:
                return to("me")
            secret = offer_factor(room)
        if request.method == "GET":
            return _scan(room, secret)
        done = account.set_factor(room.parts, room.codes, room.chance, me(), secret, request.form.get("code", ""), room.now)
        if done is None:
            return _scan(room, secret, failed=True), HTTPStatus.BAD_REQUEST
        del session[SECRET]
        session[TOKEN] = done.token
        return page(room, "account_recovery.html", codes=done.recovery)

    @pages.post("/me/recovery")
    def recovery() -> Shown:
        if _proved(room) is None:
            return _own(room, "recovery", "refused")
        fresh = account.renew_recovery(room.parts, room.chance, me(), room.now)
        return page(room, "account_recovery.html", codes=fresh) if fresh else to("me")


def _own(room: Room, form: str = "", fault: str = "") -> Shown:
    """The page, with what is wrong beside its form."""
    found = account.own(room.parts, me(), room.now - room.settings.idle_minutes * 60)
    told = request.args.get("told", "") if not fault else ""
    shown = page(
        room,
        "account.html",
        own=found,
        second_factor=g.second_factor,
        form=form,
        fault=fault,
        told=told if told in ("password", "language") else "",
        languages=own_names(room),
    )
    return (shown, HTTPStatus.BAD_REQUEST) if fault else shown


def _scan(room: Room, secret: str, *, failed: bool = False) -> str:
    """The secret as a picture for another phone's camera, as an address for this one, and in letters."""
    address = room.codes.address(secret, me().alias)
    picture = segno.make(address, micro=False).svg_data_uri(scale=4)
    groups = " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))
    must = room.settings.second_factor and not g.second_factor
    return page(room, "account_factor.html", picture=picture, address=address, groups=groups, failed=failed, must=must)


def _proved(room: Room) -> access.Knocked | None:
    return access.prove(room.parts, room.passwords, me(), request.form.get("old", ""), this_browser(), room.now)


def _is_first(room: Room) -> bool:
    with room.parts.store.write() as tx:
        return first_time(room.parts, tx, me().id, form_id(), room.now)
