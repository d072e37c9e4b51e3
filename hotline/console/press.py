"""The page for journalists: yearly figures, rounded, on a host and a path of its own, without signing in; laid only where a setting says so.

It shares nothing with the console but the words and the way in which figures are drawn: no cookie is read or set, no link leads there, and on its host nothing else answers.
What the line is called on phones, and what is dialed, stands nowhere on it.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, abort, render_template, request
from msgspec import Struct
from werkzeug.wrappers import Response as AnyResponse

from hotline.console.assets import HSTS_SECONDS, compressed
from hotline.console.context import ConsoleContext
from hotline.console.released import FigureReader, figures
from hotline.ports.store import StoreAway
from hotline.service.desk.casework.services import regions
from hotline.service.desk.figures.published import for_journalists, published_figures

KEPT_SECONDS: Final = 10 * 60
"""So long browsers and caches keep the page; a withdrawn year is gone from them after that."""
READ_SECONDS: Final = 30
"""So long this process answers with what it drew: anybody may ask, as often as they like."""
STYLE: Final = (Path(__file__).parent / "templates" / "figures/press.css").read_text("utf-8")
HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
ADVICE: Final = ("write", "names", "number", "help", "never")


class _Drawn(Struct, frozen=True):
    at: int
    pages: dict[str, str]
    """By year; the newest under no year too."""


def install(app: Flask, context: ConsoleContext) -> None:
    """Lay the page where `HOTLINE_PRESS_URL` says; without it nothing is laid, and its path is one that nobody answers."""
    if context.settings.press_url is None:
        return
    place = urlsplit(context.settings.press_url)
    drawn = [_Drawn(-READ_SECONDS, {})]

    @app.before_request
    def keep_apart() -> None:
        """On its host the page alone, and the page on its host alone."""
        if (_named(request.host) == place.hostname) != (request.endpoint == "press"):
            abort(_nothing())

    def press(year: str = "") -> AnyResponse:
        try:
            if not 0 <= context.now - drawn[0].at < READ_SECONDS:
                drawn[0] = _Drawn(context.now, _pages(context, place.path))
        except StoreAway:
            away = Response(_render(context, "figures/press_away.html"), HTTPStatus.SERVICE_UNAVAILABLE)
            return _finished(context, away, "no-store")
        if year not in drawn[0].pages:
            abort(_nothing())
        response = _finished(context, Response(drawn[0].pages[year]), f"public, max-age={KEPT_SECONDS}")
        response.add_etag()
        return response.make_conditional(request)

    app.add_url_rule(place.path, "press", press, methods=["GET"])
    app.add_url_rule(f"{place.path}/<string(length=4):year>", "press", press, methods=["GET"])


def _named(host: str) -> str | None:
    """The name of a host that was asked for, whatever port and dot stand behind it: both are the same host to a browser's cookies and to DNS."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return None
    return name and name.removesuffix(".")


def _pages(context: ConsoleContext, path: str) -> dict[str, str]:
    years = published_figures(context.deps).years
    reading = FigureReader(context.words, _language(context), regions(context.deps), is_rounded=True, is_made_up=context.is_demo)
    pages = {
        release.period: _render(
            context,
            "figures/press.html",
            year=release.period,
            others=[(other.period, f"{path}/{other.period}") for other in years if other is not release],
            figures=figures(reading, for_journalists(release)),
            reading=reading,
        )
        for release in years
    }
    newest = pages[years[0].period] if years else _render(context, "figures/press.html", year="", others=[], figures=(), reading=reading)
    return {"": newest} | pages


def _language(context: ConsoleContext) -> str:
    """French where the line has it: what journalists read."""
    return context.words.language("fr")


def _render(context: ConsoleContext, template: str, **values: object) -> str:
    spoken = _language(context)

    def t(key: str, **places: object) -> str:
        return context.words.say(spoken, key, **places)

    settings = context.settings
    return render_template(
        template,
        t=t,
        language=spoken,
        style=STYLE,
        advice=ADVICE,
        organisation=settings.organisation,
        contact=settings.figures_contact,
        is_demo=context.is_demo,
        **values,
    )


def _finished(context: ConsoleContext, response: Response, cached: str) -> Response:
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = cached
    if context.secure:
        response.headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
    return compressed(response)


def _nothing() -> Response:
    """The same bare answer for whatever there is not."""
    return Response("", HTTPStatus.NOT_FOUND)
