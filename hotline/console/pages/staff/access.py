"""Signing in: password, code, one-time link, and out again. Every failure is told with the same words."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec
from flask import Blueprint, current_app, g, make_response, request, session
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from hotline.console.context import READS, TOKEN, ConsoleContext, FormFault, Shown, language, me, page, refused, to
from hotline.console.cookies import signing_keys
from hotline.console.pages import drafts
from hotline.engine.times import DAY_SECONDS
from hotline.ports.locks import Crowded
from hotline.service.desk.accounts import own_account
from hotline.service.desk.accounts import sign_in as signing_in

HALF: Final = "half"
"""In the signed cookie: whose password was right, and when."""
OFFERED: Final = "offered"
"""In the signed cookie: when a second factor was offered that is about to be taken. Its secret never stands there: a signed cookie can be read."""
OFFER_SECONDS: Final = 30 * 60
TYPED: Final = "typed"
"""In the signed cookie: the form that came when the sign-in was over, by its draft's name. It outlives the sign-in, and leads its author there."""
DEVICE: Final = "device"
DEVICE_SECONDS: Final = 400 * DAY_SECONDS
"""As long as browsers keep a cookie at most."""
DIFFER: Final = FormFault("access.fault.differ", "again")
WEAK: Final = FormFault("access.fault.weak", "password")
SETTING_UP: Final = frozenset({"factor", "sign_out"})
"""All that is open without a second factor, where nobody works without one."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.errorhandler(Crowded)
    def crowded(_: Crowded) -> tuple[str, int]:
        return page(context, "trouble.html", kind="away"), HTTPStatus.SERVICE_UNAVAILABLE

    _two_steps(pages, context)
    _link(pages, context)

    @pages.post("/sign-out")
    def sign_out() -> Response:
        signing_in.sign_out(context.deps, session[TOKEN], me().id)
        session.clear()
        return to("sign_in", out=1, l=language(context))


def _two_steps(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.route("/sign-in", methods=["GET", "POST"])
    def sign_in() -> Shown:
        if request.method == "GET":
            return page(
                context, "staff/access.html", out=request.args.get("out") == "1", typed=TYPED in session, languages=own_names(context)
            )
        browser, at = this_browser(), context.now
        alias, password = request.form.get("alias", "").strip(), request.form.get("password", "")
        checked = signing_in.check_password(context.locks, alias, password, browser)
        if checked is not None and checked.account.totp is not None:
            chosen = language(context)
            forget()
            session[HALF] = [checked.staff.id, at]
            return to("code", l=chosen)
        token = signing_in.enter(context.locks, checked, browser) if checked else None
        if checked is None or token is None:
            return refused(
                context,
                "staff/access.html",
                FormFault("access.refused"),
                HTTPStatus.UNAUTHORIZED,
                out=False,
                typed=TYPED in session,
                languages=own_names(context),
            )
        return opened(context, token, checked.staff.id, "home")

    @pages.route("/code", methods=["GET", "POST"])
    def code() -> Shown:
        """Half way in: five minutes."""
        staff, since = session.get(HALF) or ("", 0)
        if not 0 <= context.now - since < signing_in.HALF_SECONDS:
            session.pop(HALF, None)
            return to("sign_in", l=language(context))
        if request.method == "GET":
            return page(context, "staff/access_code.html")
        typed = request.form.get("code", "")
        token = signing_in.confirm(context.locks, staff, typed, this_browser())
        if token is None:
            return refused(context, "staff/access_code.html", FormFault("access.refused", "code"), HTTPStatus.UNAUTHORIZED)
        return opened(context, token, staff, "home")


def _link(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.route("/welcome/<token>", methods=["GET", "POST"])
    def welcome(token: str) -> Shown:
        staff = signing_in.invited(context.deps, token)
        if staff is None:
            return page(context, "staff/access_welcome.html", staff=None), HTTPStatus.NOT_FOUND
        g.reads = staff.reads
        if request.method == "GET":
            return page(context, "staff/access_welcome.html", staff=staff)
        password = request.form.get("password", "")
        fault = new_password_fault(context, password, request.form.get("again", ""), staff.alias)
        if fault is not None:
            return refused(context, "staff/access_welcome.html", fault, staff=staff)
        begun = signing_in.begin(context.locks, token, password)
        if begun is None:
            return page(context, "staff/access_welcome.html", staff=None), HTTPStatus.NOT_FOUND
        response = opened(context, begun[1], staff.id, "factor")
        offer_factor(context, staff.id)
        return response


def new_password_fault(context: ConsoleContext, password: str, again: str, alias: str) -> FormFault | None:
    """What is wrong with a password that somebody chose."""
    if password != again:
        return DIFFER
    return WEAK if signing_in.is_weak(context.passwords, password, alias) else None


def this_browser() -> signing_in.Browser:
    """What its cookie says, where the signature is ours; else it is unknown."""
    try:
        said = _signer().loads(request.cookies.get(DEVICE, ""))
        return msgspec.convert(said, signing_in.Browser)
    except (BadSignature, msgspec.ValidationError):
        return signing_in.Browser()


def opened(context: ConsoleContext, token: str, staff: str, endpoint: str) -> Response:
    """A new session, and never the one that was there before; the browser is known from now on. It leads to `endpoint`, or where what this person typed is."""
    before, typed = session.get(TOKEN), session.get(TYPED)
    if before is not None:
        signing_in.end(context.deps, before)
    session.clear()
    session[TOKEN] = token
    place = drafts.page_of(context, typed, staff) if typed else None
    response = make_response(to(place[0], **place[1]) if place else to(endpoint))
    known = signing_in.remembered(this_browser(), staff, context.tokens)
    response.set_cookie(
        DEVICE,
        _signer().dumps(msgspec.to_builtins(known)),
        max_age=DEVICE_SECONDS,
        path="/console",
        secure=context.secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def forget() -> None:
    """Nothing of the session is left but that a form came when it was over, the language of the pages, and the forms' token, by which the next page's form is taken though one that was
    on its way comes after it."""
    left = {name: session[name] for name in (TYPED, READS, "csrf_token") if name in session}
    session.clear()
    session.update(left)


def offer_factor(context: ConsoleContext, staff: str) -> str:
    """A secret for an authenticator, to be taken within a while by this person, who has just signed in here or is."""
    session[OFFERED] = context.now
    return own_account.factor_secret(context.deps, staff, session[TOKEN], context.now)


def offered_factor(context: ConsoleContext) -> str | None:
    """The secret that was offered to this browser, to whoever is signed in. Returns None where none was, or too long ago."""
    since = session.get(OFFERED, 0)
    return own_account.factor_secret(context.deps, me().id, session[TOKEN], since) if 0 <= context.now - since < OFFER_SECONDS else None


def own_names(context: ConsoleContext) -> list[tuple[str, str]]:
    """Each language of the pages under the name that it gives itself."""
    return [(code, context.words.say(code, "access.own_name")) for code in context.words.languages]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(signing_keys(current_app), salt=DEVICE)
