"""The phone page: two basic phones in a browser, whose every press goes through this origin to the stand-in; the demo alone has it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import quote

import msgspec
import pyotp
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from msgspec import structs
from werkzeug.wrappers import Response as Redirect

from hotline.demo.people import PEOPLE, number_of, on_the_phone
from hotline.demo.standin.played import AFRICAS_TALKING, carriers
from hotline.demo.standin.wire import NoAnswer, get, post_json
from hotline.demo.words import read_words
from hotline.settings import AfricasTalking

LANGUAGES = ("fr", "bm")
VERBS = ("dial", "reply", "answer", "key", "hangup", "sms")
SECONDS = 20.0
MOST_PHONES = len(PEOPLE)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
KEYPAD = tuple(zip("123456789*0#", ("", "abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz", "", "", ""), strict=True))


def blueprint(
    at: AfricasTalking,
    factors: Mapping[str, str] = MappingProxyType({}),
    digits: Mapping[str, str] = MappingProxyType({}),
    vendor: str = AFRICAS_TALKING,
) -> Blueprint:
    """`/phone`, its files, its API, and the way there from `/`: the page asks for phones by alias, and gets what the stand-in says of them.

    `factors`: by alias what the authenticators of the demo's staff begin with; `/phone/codes` stands for those authenticators.
    `digits`: by alias the two digits that they begin with, where the line rings them; they stand there too, as nobody's memory does.
    `vendor`: who is played beside Africa's Talking; the page says what goes by whom.

    The browser learns neither the webhooks' secret nor the stand-in's address; no number stands in a path of this server.
    Raises OSError where a catalogue or the vendor's table is missing, ValueError where no stand-in is set.
    """
    if at.base_url is None:
        raise ValueError("the phone page needs the stand-in's address")
    standin = at.base_url
    by = structs.asdict(carriers(vendor))
    words = {language: read_words(language) for language in LANGUAGES}
    names = {language: words[language][f"language.{language}"] for language in LANGUAGES}
    page = Blueprint("phone", __name__, template_folder="templates", static_folder="static", static_url_path="/phone/static")
    page.after_request(_guard)

    @page.get("/")
    def enter() -> Redirect:
        """Whoever opens the demo's address alone means the phones."""
        return redirect(url_for("phone.show"))

    @page.get("/phone")
    def show() -> str:
        """`?l=bm`: in Bambara."""
        asked = request.args.get("l", "")
        language = asked if asked in LANGUAGES else LANGUAGES[0]
        return render_template(
            "phone.html",
            words=words[language],
            names=names,
            language=language,
            languages=LANGUAGES,
            people=on_the_phone(),
            code=at.service_codes[0],
            keypad=KEYPAD,
            has_codes=bool(factors),
            has_digits=bool(digits),
            # Where one vendor carries all there is nothing to tell apart.
            carriers=words[language]["page.carriers"].format(**by) if len(set(by.values())) > 1 else "",
        )

    @page.get("/phone/codes")
    def codes() -> str:
        """The one-time codes of this moment, as an authenticator would show them."""
        asked = request.args.get("l", "")
        language = asked if asked in LANGUAGES else LANGUAGES[0]
        shown = {alias: pyotp.TOTP(secret).now() for alias, secret in factors.items()}
        return render_template("codes.html", words=words[language], language=language, codes=shown, digits=digits)

    @page.get("/phone/api/state")
    def state() -> Response:
        """`?who=ALIAS`, several: each phone as it is now, by alias. It never waits, so that no page holds a thread of the line."""
        phones = {alias: _look(standin, alias) for alias in request.args.getlist("who")[:MOST_PHONES]}
        return Response(msgspec.json.encode(phones), mimetype="application/json")

    @page.post("/phone/api/<alias>/<any({}):verb>".format(", ".join(VERBS)))
    def press(alias: str, verb: str) -> Response:
        """A key, a code, a message. JSON alone, which no page of another site can send here."""
        if request.mimetype != "application/json":
            abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            answer = post_json(f"{_phone(standin, alias)}/{verb}", request.get_data(), SECONDS)
        except NoAnswer:
            abort(HTTPStatus.BAD_GATEWAY)
        return Response("{}", answer.status, mimetype="application/json")

    return page


def _look(standin: str, alias: str) -> msgspec.Raw:
    try:
        answer = get(_phone(standin, alias), SECONDS)
    except NoAnswer:
        abort(HTTPStatus.BAD_GATEWAY)
    if answer.status != HTTPStatus.OK:
        abort(HTTPStatus.BAD_GATEWAY)
    return msgspec.Raw(answer.body)


def _phone(standin: str, alias: str) -> str:
    """The phone's address at the stand-in; 404 where nobody has that alias."""
    number = number_of(alias)
    if number is None:
        abort(HTTPStatus.NOT_FOUND)
    return f"{standin}/phones/{quote(number)}"


def _guard(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response
