"""The counselors', supervisors' and operators' pages: closed unless listed open, changed by POST, kept by no browser."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Final, NoReturn

from flask import Blueprint, Flask, Response, abort, g, request, session
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from hotline.console import compiled, press
from hotline.console.assets import HSTS_SECONDS, Assets, compressed
from hotline.console.context import READS, TOKEN, ConsoleContext, page, to
from hotline.console.cookies import SignedSessions
from hotline.console.faults import said
from hotline.console.pages import audit, drafts, restored, testimonies
from hotline.console.pages.calls import callback, casework, contact, queue, review, urgent
from hotline.console.pages.directory import entry, listing, tables, verifying
from hotline.console.pages.figures import figure_files, figures, judged, overview, partners, sharing_protocols
from hotline.console.pages.staff import access, account, care, people, shifts
from hotline.console.pages.studio import editions, lines, reviewing, screens, structure, translating
from hotline.console.times import dated, time_of_day
from hotline.console.words import quotes, unbroken
from hotline.ports.store import StoreAway
from hotline.service.desk.accounts import sign_in
from hotline.service.desk.accounts.agreed_terms import owes
from hotline.service.permissions import OPEN, QUIET, may

__all__ = ["ConsoleContext", "install"]

SUBJECTS: Final = (
    *(
        access,
        account,
        queue,
        callback,
        contact,
        casework,
        review,
        testimonies,
        shifts,
        care,
        overview,
        judged,
        partners,
        figures,
        people,
        audit,
        drafts,
        urgent,
        figure_files,
        sharing_protocols,
        restored,
    ),
    *(screens, lines, structure, reviewing, translating, listing, entry, verifying, tables, editions),
)
"""Each lays its own pages: `views`."""
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

NOW: Final = "Line-Now"
"""The line's time in an answer: by it a page says when a button was pressed (`_refuse_given_up`)."""
TERMS: Final = ("partners", "partners_through", "release_file")
"""What a partner sees once the terms are accepted."""
PATIENCE_SECONDS: Final = 10
"""So long a page waits for what may not come late: take, connect, hand over (`LATE` of `network.js`)."""
LONGEST_TIME: Final = 12
"""Digits of a moment in seconds, and to spare."""
LARGEST_NUMBER: Final = 2**31 - 1
"""Of a release or a protocol, as PostgreSQL's `integer` has it."""


class ShortIntegerConverter(IntegerConverter):
    """A number that a column of the database has room for: a longer one is of nothing that there is."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=LARGEST_NUMBER)


def install(app: Flask, context: ConsoleContext) -> None:
    """Lay the console under `/console`; no other view of the app is protected or changed by it.

    Cookies are signed with a key that derives from the line's (`SignedSessions`).
    """
    app.session_interface = SignedSessions(context)
    app.config.update(
        SESSION_COOKIE_NAME="s",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=context.secure,
        SESSION_COOKIE_PATH="/console",
        WTF_CSRF_CHECK_DEFAULT=False,  # the gateway posts too, and has its own secret
        WTF_CSRF_TIME_LIMIT=None,  # as long as the sign-in
        WTF_CSRF_SSL_STRICT=False,  # no referrer leaves these pages: the token and the cookie's SameSite do it
    )
    app.url_map.converters["int"] = ShortIntegerConverter
    assets = Assets()
    pages = Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
    _guard(pages, context, CSRFProtect(app))
    _troubles(pages, context)
    _common(pages, context, assets)
    for subject in SUBJECTS:
        subject.views(pages, context)
    app.jinja_env.globals.update(asset=lambda name: f"/console/asset/{name}?v={assets.version(name)}", may=may, hour_of=time_of_day)
    app.jinja_env.globals["fault_said"] = partial(said, context)
    app.jinja_env.filters["dated"] = dated
    app.jinja_env.filters.update(unbroken=unbroken, quotes=quotes)
    compiled.prepare(app.jinja_env)
    app.register_blueprint(pages)
    press.install(app, context)


def _guard(pages: Blueprint, context: ConsoleContext, csrf: CSRFProtect) -> None:
    @pages.before_request
    def admit() -> AnyResponse | None:
        name = (request.endpoint or "").removeprefix("console.")
        g.me = None
        if name in ("asset", "neutral"):  # the way out shows nothing of whoever was here
            return None
        _refuse_dropped(context)
        _make_room(name)
        if _has_nul():
            abort(HTTPStatus.BAD_REQUEST)
        if request.method == "POST":
            csrf.protect()
            _refuse_given_up(context)
        _recognise(context, name)
        if name in OPEN:
            return None
        if g.me is None:
            _keep_typed(context)
            return to("sign_in")
        return _first(context, name)

    @pages.after_request
    def finish(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        response.headers[NOW] = str(context.now)
        if context.secure:
            response.headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
        response.headers.setdefault("Cache-Control", "no-store")
        return compressed(response)


def _refuse_dropped(context: ConsoleContext) -> None:
    """Who is signed in cannot be known without keys: they are told that the line is away, and not asked who they are."""
    if context.deps.sealer.is_dropped:
        raise StoreAway("KEYS_DROPPED")


def _first(context: ConsoleContext, name: str) -> AnyResponse | None:
    """Where whoever is signed in has to go before this page: to the second factor; a partner to the terms. Whoever may not see the page is told so."""
    if context.settings.second_factor and not g.second_factor and name not in access.SETTING_UP:
        return to("factor")
    if not may(g.me, name):
        abort(HTTPStatus.FORBIDDEN)
    return to("terms") if name in TERMS and owes(g.me, partners.terms_digest(context)) else None


def _make_room(name: str) -> None:
    """A form with a table in it, or many ticks, is larger than any other; it comes from somebody who signed in here."""
    if name in (*tables.LARGE, *translating.LARGE, *editions.LARGE) and TOKEN in session:
        request.max_content_length = request.max_form_memory_size = tables.MOST_BYTES


def _troubles(pages: Blueprint, context: ConsoleContext) -> None:
    """Calm words for whatever went wrong; what was typed is kept as a draft."""

    def trouble(kind: str, status: int) -> tuple[str, int]:
        return page(context, "trouble.html", kind=kind), status

    @pages.errorhandler(StoreAway)
    def away(_: StoreAway) -> tuple[str, int]:
        return trouble("away", HTTPStatus.SERVICE_UNAVAILABLE)

    @pages.errorhandler(CSRFError)
    def stale(_: CSRFError) -> tuple[str, int]:
        return trouble("stale", HTTPStatus.BAD_REQUEST)

    @pages.errorhandler(HTTPException)
    def refused(error: HTTPException) -> tuple[str, int]:
        kinds = {HTTPStatus.FORBIDDEN: "forbidden", HTTPStatus.NOT_FOUND: "not_found", HTTPStatus.REQUEST_TIMEOUT: "given_up"}
        status = HTTPStatus(error.code or 500)
        return trouble(kinds.get(status, "other"), status)


def _common(pages: Blueprint, context: ConsoleContext, assets: Assets) -> None:
    @pages.get("/asset/<path:name>")
    def asset(name: str) -> Response:
        return assets.answer(name)

    @pages.get("/sante")
    def neutral() -> str:
        """What anybody may see: the way out of every other page."""
        return page(context, "neutral.html")

    @pages.route("/<path:rest>", methods=["GET", "POST"])
    def nowhere(rest: str) -> NoReturn:  # noqa: ARG001 -- whatever it is
        """Any other address: the same calm words for everybody."""
        abort(HTTPStatus.NOT_FOUND)

    @pages.get("/")
    def home() -> AnyResponse:
        """Where each role begins."""
        return to({"counselor": "queue", "supervisor": "queue", "operator": "studio", "admin": "people", "partner": "partners"}[g.me.role])


def _recognise(context: ConsoleContext, name: str) -> None:
    """Who is this? Nobody, where the sign-in is over or unknown, or its account was disabled."""
    token = session.get(TOKEN)
    if token is None:
        return
    found = sign_in.recognise(context.deps, token, context.settings.idle_minutes * 60, quiet=name in QUIET)
    if found is None:
        # A page that is still open may send its forms yet, and asks by itself: whose they are is known until another page is opened.
        if name in OPEN or (request.method != "POST" and name not in QUIET):
            access.forget()
        return
    g.me, g.second_factor, g.is_held = found[0], found[1].second_factor, found[1].is_held
    if session.get(READS) != g.me.reads:
        session[READS] = g.me.reads


def _refuse_given_up(context: ConsoleContext) -> None:
    """Did the page from which this form comes say by now that nothing came of it? What comes later, out of some buffer of the network, may do nothing any more.

    A script says when the button was pressed (`pressed`), by the line's time and rather too early; without one a browser waits, and says itself that it failed.
    """
    pressed = request.form.get("pressed", "")
    if pressed.isdecimal() and len(pressed) <= LONGEST_TIME and context.now - int(pressed) > PATIENCE_SECONDS:
        abort(HTTPStatus.REQUEST_TIMEOUT)


def _keep_typed(context: ConsoleContext) -> None:
    """The sign-in ended in the middle of a form: after the next one in this browser what was typed is there, if it is the same person's."""
    kept = drafts.keep_late(context) if request.method == "POST" else None
    if kept is not None:
        session[access.TYPED] = kept


def _has_nul() -> bool:
    """No text holds one, and PostgreSQL takes none: its refusal would be taken for the database being away, by callers' calls too."""
    sent = (value for values in request.values.listvalues() for value in values)
    return "\0" in request.path or any("\0" in value for value in sent)
