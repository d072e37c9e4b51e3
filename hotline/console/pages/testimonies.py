"""Testimonies: written down, cut, released by two, withdrawn."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request
from msgspec import Struct
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, by, found, language, me, page, refused, run, to
from hotline.console.times import full_date
from hotline.engine.times import DAY_MINUTES
from hotline.service.acts import Result
from hotline.service.desk.testimonies import lifecycle, publishing, reading
from hotline.service.desk.testimonies.cutting import CHECKS, LONGEST, conspicuous, pieces, tidy
from hotline.service.desk.testimonies.reading import PEOPLE, TestimonyView

STATES: Final = ("written", "cut", "waiting", "released", "withdrawn")
"""As the page lists them. `waiting`: released by two, and the edition could not be made yet."""
LATER: Final = ("too_soon", "faulty", "overtaken")
"""It is released by two, and can be published later."""
AFTER: Final = ("written", "cut", "one", "published", *LATER)
"""What may just have been done, for a line above the page."""


class TestimonyCard(Struct, frozen=True):
    """One testimony in words, for a page."""

    id: str
    text: dict[str, str]
    state: str
    day: str
    writer: str
    """Empty: it came with the files."""
    releasers: tuple[str, ...]
    version: str
    may_release: bool
    is_own: bool
    """Whoever looks wrote it."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _writing(pages, context)
    _releasing(pages, context)


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/testimonies")
    def testimonies() -> str:
        cards = [_card(context, view) for view in reading.see_testimonies(context.deps, me())]
        groups = {state: [card for card in cards if card.state == state] for state in STATES}
        return page(context, "testimonies.html", groups=groups, withdrawn="withdrawn" in request.args)

    @pages.get("/testimonies/<id>")
    def testimony(id: str) -> str:
        after = request.args.get("after", "")
        return page(context, "testimonies_one.html", after=after if after in AFTER else "", **_testimony(context, id))


def _writing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.route("/testimonies/new", methods=("GET", "POST"))
    def testimony_new() -> Shown:
        values: dict[str, Any] = {"languages": _languages(context), "longest": LONGEST}
        if request.method == "GET":
            return page(context, "testimonies_new.html", **values)
        result = run(context, lifecycle.write_testimony, _typed(context), consent="consent" in request.form)
        if result.is_refused:
            return refused(context, "testimonies_new.html", _fault(result, "consent"), **values)
        return to("testimony", id=result.values["id"], after="written")

    @pages.post("/testimonies/<id>/cut")
    def testimony_cut(id: str) -> Shown:
        form = request.form
        if "look" in form:
            return page(context, "testimonies_one.html", **_testimony(context, id, _typed(context)))
        result = found(run(context, lifecycle.cut_testimony, id, form.get("seen", ""), _typed(context), form.getlist("check")))
        if result.is_refused:
            return refused(context, "testimonies_one.html", _fault(result, "check"), **_testimony(context, id, _typed(context)))
        return to("testimony", id=id, after="cut")


def _releasing(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/testimonies/<id>/release")
    def testimony_release(id: str) -> Shown:
        form = request.form
        return released(id, publishing.release(context.deps, by(), id, form.get("seen", ""), read="read" in form))

    @pages.post("/testimonies/<id>/publish")
    def testimony_publish(id: str) -> Shown:
        return released(id, publishing.publish(context.deps, by(), id))

    @pages.post("/testimonies/<id>/withdraw")
    def testimony_withdraw(id: str) -> Response:
        found(run(context, lifecycle.withdraw_testimony, id))
        return to("testimonies", withdrawn="")

    def released(id: str, result: Result) -> Shown:
        if found(result).is_refused and result.code not in LATER:
            return refused(context, "testimonies_one.html", _fault(result, "read"), **_testimony(context, id))
        return to("testimony", id=id, after=result.code)


def _testimony(context: ConsoleContext, id: str, typed: dict[str, str] | None = None) -> dict[str, Any]:
    """For `testimonies_one.html`. `typed`: what the words are being changed to."""
    view = reading.see_testimony(context.deps, me(), id)
    if view is None:
        abort(HTTPStatus.NOT_FOUND)
    text = typed if typed is not None else view.testimony.text
    names = reading.places(context.deps)
    tidied = {code: words for code, typed_words in text.items() if (words := tidy(typed_words))}
    marked = {code: pieces(words, conspicuous(words, names)) for code, words in tidied.items()}
    return {
        "card": _card(context, view),
        "marked": marked,
        "spots": [(part, why) for parts in marked.values() for part, why in parts if why],
        "languages": _languages(context),
        "typed": text,
        "checks": CHECKS,
        "longest": LONGEST,
    }


def _fault(result: Result, tick: str) -> FormFault:
    """Beside the words that it is about, or the box that was not ticked; else above the page, whose form may be another one by now."""
    what = {"unticked": "tick" if tick == "read" else "checks"}.get(result.code, result.code)
    field = tick if result.code in ("unticked", "consent") else result.values.get("language", "")
    is_of_form = bool(field) or result.code == "empty"
    return FormFault(f"testimonies.error.{what}", field, "" if is_of_form else "page")


def _card(context: ConsoleContext, view: TestimonyView) -> TestimonyCard:
    testimony = view.testimony
    return TestimonyCard(
        id=testimony.id,
        text=testimony.text,
        state="waiting" if testimony.state == "cut" and len(testimony.released_by) >= PEOPLE else testimony.state,
        day=full_date(context.deps.clock.local(testimony.at) // DAY_MINUTES),
        writer=view.writer,
        releasers=view.releasers,
        version=view.version,
        may_release=view.may_release,
        is_own=testimony.written_by == me().id,
    )


def _typed(context: ConsoleContext) -> dict[str, str]:
    return {code: request.form.get(code, "") for code in _languages(context)}


def _languages(context: ConsoleContext) -> dict[str, str]:
    """Those of the line, by code, as the reader calls them: by the code where the reader's words have no name for it."""
    return {code: context.words.say_or(language(context), f"testimonies.in.{code}", code) for code in context.deps.written.languages}
