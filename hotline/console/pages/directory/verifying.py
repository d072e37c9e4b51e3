"""A service kept true: what was said by telephone, the place seen, its number taken off the line at once."""

from __future__ import annotations

from typing import Final, Literal, cast

from flask import Blueprint, request

from hotline.console.context import ConsoleContext, FormFault, Shown, refused, run
from hotline.console.pages.directory.answering import answered, page_of, seen_digest, shown_entry
from hotline.console.pages.studio.choosing import leave_proposed
from hotline.service.editions import withdrawal
from hotline.service.studio.places import entries
from hotline.service.studio.places.entries import HEARD, AnsweredBy, CallReport

RANG: Final = {"answered": "answered", "call": "call", "on": "rang_on", **{field: f"rang_{field}" for field in HEARD}}
SEEN_THERE: Final = {"on": "seen_on"}
"""Of what a call or a visit says the names in the page's form, which has the entry's own fields too."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/directory/services/<id>/rung")
    def note_call(id: str) -> Shown:
        report = _report(context)
        if report is None:
            fault = FormFault("directory.error.answered", "answered")
            return refused(context, "directory/directory_entry.html", fault, **shown_entry(context, "services", id))
        entry_page = page_of(context, "services", id)
        result = leave_proposed(context, run(context, entries.note_call, entry_page.draft, id, report, seen_digest()))
        values = result.values
        after = "still_off" if values.get("withdrawn") else "verified" if values.get("until") else "half"
        if values.get("answered") in ("other", "nobody"):
            after = values["answered"]
        return answered(context, result, entry_page, after, RANG, {"language", *RANG.values()})

    @pages.post("/directory/services/<id>/seen")
    def confirm_place(id: str) -> Shown:
        entry_page = page_of(context, "services", id)
        day = request.form.get("seen_on", "")
        result = leave_proposed(context, run(context, entries.confirm_place, entry_page.draft, id, day, seen_digest()))
        return answered(context, result, entry_page, "confirmed", SEEN_THERE)

    @pages.post("/directory/services/<id>/off")
    def withdraw_number(id: str) -> Shown:
        entry_page = page_of(context, "services", id)
        return answered(context, run(context, withdrawal.withdraw_number, id), entry_page, "withdrawn", form="page")


def _report(context: ConsoleContext) -> CallReport | None:
    """Returns None where it is not said who answered."""
    form = request.form
    answered, call = form.get("answered", ""), form.get("call", "")
    if answered not in ("service", "other", "nobody"):
        return None
    languages = [text for text in (*form.getlist("language"), form.get("rang_languages", "")) if text.strip()]
    heard = {"languages": ", ".join(languages), "hours": form.get("rang_hours", ""), "cost": form.get("rang_cost", "")}
    on = form.get("rang_on", "") or context.deps.today(context.now).isoformat()
    return CallReport(cast("AnsweredBy", answered), on, cast("Literal['day', 'night']", call) if call in ("day", "night") else None, heard)
