"""The door: password, code, one-time link, and out again. Whatever fails is told with the same words."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec
from flask import Blueprint, current_app, g, make_response, request, session
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from hotline.console.room import TOKEN, Room, Shown, language, page, to
from hotline.ports.accounts import Crowded
from hotline.service.room import access, account

HALF: Final = "half"
"""In the signed cookie: whose password was right, and when."""
SECRET: Final = "factor"  # noqa: S105 -- the name of a field
"""In the signed cookie: the second factor that she is about to take."""
OFFER_SECONDS: Final = 30 * 60
DEVICE: Final = "device"
DEVICE_SECONDS: Final = 400 * 86_400
"""As long as browsers keep a cookie at most."""
SETTING_UP: Final = frozenset({"factor", "sign_out"})
"""All that is open to her whose second factor is still missing where nobody works without one."""


def views(pages: Blueprint, room: Room) -> None:
    @pages.errorhandler(Crowded)
    def crowded(_: Crowded) -> tuple[str, int]:
        return page(room, "trouble.html", kind="away"), HTTPStatus.SERVICE_UNAVAILABLE

    _two_steps(pages, room)
    _link(pages, room)

    @pages.post("/sign-out")
    def sign_out() -> Response:
        account.sign_out(room.parts, session[TOKEN])
        session.clear()
        return to("sign_in", out=1, l=language(room))


def _two_steps(pages: Blueprint, room: Room) -> None:
    @pages.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> Shown:
        if request.method == "GET":
            return page(room, "access.html", failed=False, out=request.args.get("out") == "1", languages=own_names(room))
        browser, at = this_browser(), room.now
        alias, password = request.form.get("alias", "").strip(), request.form.get("password", "")
        knocked = access.knock(room.parts, room.passwords, alias, password, browser, at)
        if knocked is not None and knocked.account.totp is not None:
            chosen = language(room)
            session.clear()
            session[HALF] = [knocked.staff.id, at]
            return to("code", l=chosen)
        token = access.enter(room.parts, room.chance, knocked, browser, at) if knocked else None
        if knocked is None or token is None:
            return page(room, "access.html", failed=True, out=False, languages=own_names(room)), HTTPStatus.UNAUTHORIZED
        return opened(room, token, knocked.staff.id, "home")

    @pages.route("/code", methods=["GET", "POST"])
    def code() -> Shown:
        """Half way in: five minutes."""
        staff, since = session.get(HALF) or ("", 0)
        if not 0 <= room.now - since < access.HALF_SECONDS:
            session.pop(HALF, None)
            return to("sign_in", l=language(room))
        if request.method == "GET":
            return page(room, "access_code.html", failed=False)
        typed = request.form.get("code", "")
        token = access.confirm(room.parts, room.codes, room.chance, staff, typed, this_browser(), room.now)
        if token is None:
            return page(room, "access_code.html", failed=True), HTTPStatus.UNAUTHORIZED
        return opened(room, token, staff, "home")


def _link(pages: Blueprint, room: Room) -> None:
    @pages.route("/welcome/<token>", methods=["GET", "POST"])
    def welcome(token: str) -> Shown:
        staff = access.invited(room.parts, token, room.now)
        if staff is None:
            return page(room, "access_welcome.html", staff=None, fault=""), HTTPStatus.NOT_FOUND
        g.reads = staff.reads
        if request.method == "GET":
            return page(room, "access_welcome.html", staff=staff, fault="")
        password = request.form.get("password", "")
        fault = new_password_fault(room, password, request.form.get("again", ""), staff.alias)
        if fault:
            return page(room, "access_welcome.html", staff=staff, fault=fault), HTTPStatus.BAD_REQUEST
        begun = access.begin(room.parts, room.passwords, room.chance, token, password, room.now)
        if begun is None:
            return page(room, "access_welcome.html", staff=None, fault=""), HTTPStatus.NOT_FOUND
        response = opened(room, begun[1], staff.id, "factor")
        offer_factor(room)
        return response


def new_password_fault(room: Room, password: str, again: str, alias: str) -> str:
    """What is wrong with a password that she chose; empty where nothing is."""
    if password != again:
        return "differ"
    return "weak" if access.is_weak(room.passwords, password, alias) else ""


def this_browser() -> access.Browser:
    """What its cookie says, where the signature is ours; else it is unknown."""
    try:
        said = _signer().loads(request.cookies.get(DEVICE, ""))
        return msgspec.convert(said, access.Browser)
    except (BadSignature, msgspec.ValidationError):
        return access.Browser()


def opened(room: Room, token: str, staff: str, endpoint: str) -> Response:
    """A new session, and never the one that was there before; the browser is known from now on."""
    before = session.get(TOKEN)
    if before is not None:
        account.sign_out(room.parts, before)
    session.clear()
    session[TOKEN] = token
    response = make_response(to(endpoint))
    known = access.remembered(this_browser(), staff, room.chance)
    response.set_cookie(
        DEVICE,
        _signer().dumps(msgspec.to_builtins(known)),
        max_age=DEVICE_SECONDS,
        path="/console",
        secure=room.settings.secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def offer_factor(room: Room) -> str:
    """A secret for her authenticator, hers to take for a while."""
    secret = room.codes.secret()
    session[SECRET] = [secret, room.now]
    return secret


def offered_factor(room: Room) -> str | None:
    secret, since = session.get(SECRET) or (None, 0)
    return secret if 0 <= room.now - since < OFFER_SECONDS else None


def own_names(room: Room) -> list[tuple[str, str]]:
    """Each language of the pages under the name that it gives itself."""
    return [(each, room.words.say(each, "access.own_name")) for each in room.words.languages]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or b"", salt=DEVICE)
