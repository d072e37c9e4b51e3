"""Words to translators and back, by PO file or workbook: out of a draft, and into it whole or not at all."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final, get_args

from flask import Blueprint, Response, abort, request, session

from hotline.console.context import ConsoleContext, FormFault, Shown, me, page, permitted, refused, run, to
from hotline.console.pages.studio.choosing import DRAFT, chosen, leave_proposed
from hotline.engine.drafting.revisions import UnfitRevision
from hotline.ports.editions.translations import WordsFileKind
from hotline.service.studio import drafts
from hotline.service.studio.composing import Composed
from hotline.service.studio.drafts import is_editor
from hotline.service.studio.words import translating

TYPES: Final[dict[str, str]] = {
    "po": "text/x-gettext-translation; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LARGE: Final = frozenset({"words_file", "words_take"})
"""Pages that take files, which are larger than any other form."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/studio/words")
    def studio_words() -> str:
        return page(context, "studio/studio_words.html", **_words(context))

    @pages.get("/studio/words/<language>.<kind>")
    def words_out(language: str, kind: WordsFileKind) -> Shown:
        composed = chosen(context)
        if language not in composed.sources.words or kind not in get_args(WordsFileKind):
            abort(HTTPStatus.NOT_FOUND)
        try:
            data = context.files.write(composed.sources, language, kind)
        except (KeyError, ValueError):
            return refused(
                context,
                "studio/studio_words.html",
                FormFault("studio.files.error.faulty", form="page"),
                HTTPStatus.CONFLICT,
                **_words(context),
            )
        response = Response(data, content_type=TYPES[kind])
        response.headers["Content-Disposition"] = f'attachment; filename="{language}.{kind}"'
        return response

    @pages.post("/studio/words/file")
    def words_file() -> Shown:
        language, sent = request.form.get("language", ""), request.files.get("file")
        values = _words(context)
        if language not in values["languages"]:
            abort(HTTPStatus.FORBIDDEN if language in values["composed"].sources.words else HTTPStatus.BAD_REQUEST)
        data = sent.read() if sent else b""
        if not data:
            return refused(context, "studio/studio_words.html", FormFault("studio.files.error.empty", "file"), **values)
        found = translating.preview(values["composed"], language, context.files.read(data, language), context.deps.today(context.now))
        return page(
            context,
            "studio/studio_words_preview.html",
            found=found,
            packed=translating.packed(found.changes),
            most=translating.MOST_FAULTS,
            **values,
        )

    @pages.post("/studio/words/take")
    def words_take() -> Shown:
        try:
            edits = translating.edits_of(request.form.get("changes", ""))
        except UnfitRevision:
            abort(HTTPStatus.BAD_REQUEST)
        result = leave_proposed(context, permitted(run(context, drafts.save_parts, request.form.get("in", ""), edits)))
        if result.is_refused:
            fault = FormFault(f"studio.files.error.{result.code}", form="page")
            return refused(context, "studio/studio_words.html", fault, HTTPStatus.CONFLICT, **_words(context))
        session[DRAFT] = result.values["draft"]
        return to("studio_words", after=str(len(edits)))


def _words(context: ConsoleContext) -> dict[str, Any]:
    composed: Composed = chosen(context)
    after = request.args.get("after", "")
    return {
        "composed": composed,
        "languages": [language for language in composed.sources.words if is_editor(me(), language)],
        "after": after if after.isdecimal() else "",
    }
