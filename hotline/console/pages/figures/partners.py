"""What partners see: released figures as pictures and tables, one period or two beside each other, and the terms under which they see them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request

from hotline.console.context import ConsoleContext, FormFault, Shown, language, me, page, refused, run_each_time, to
from hotline.console.released import FigureReader, crossed, figures
from hotline.console.through_time import lines_through
from hotline.console.times import full_date
from hotline.engine.times import DAY_MINUTES
from hotline.ports.figures.releases import Release
from hotline.service.desk.accounts import agreed_terms
from hotline.service.desk.casework.services import regions
from hotline.service.desk.figures.published import PublishedFigures, published_figures, through_time

TOP: Final = ("figures.top.counted", "figures.top.not_prevalence", "figures.top.not_gbvims", "figures.top.dash", "partners.dates")
"""What stands above the figures, always."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/partners")
    def partners() -> Shown:
        """`period`, `beside`: of the address; the newest quarter where nothing is asked for."""
        found = published_figures(context.deps)
        period, other = request.args.get("period", ""), request.args.get("beside", "")
        release, beside = _asked(found, period) or _newest(found), _asked(found, other)
        beside = None if beside is release else beside
        reading = _reading(context)
        shown = [chosen for chosen in (release, beside) if chosen is not None]
        return page(
            context,
            "figures/partners.html",
            top=TOP,
            reading=reading,
            periods=[(known.period, reading.period(known.period)) for known in (*found.quarters, *found.years)],
            releases=[(chosen, reading.period(chosen.period), _day(context, chosen.released_at)) for chosen in shown],
            figures=list(zip(*(figures(reading, chosen, shown[0 if chosen is beside else -1]) for chosen in shown), strict=True)),
            crossed=[(reading.period(chosen.period), crossed(reading, chosen)) for chosen in shown],
            withdrawn=[(gone, reading.period(gone.period), _day(context, gone.withdrawn_at)) for gone in found.withdrawn],
        )

    @pages.get("/partners/quarters")
    def partners_through() -> Shown:
        """From quarter to quarter, where there are enough of them."""
        found, reading = published_figures(context.deps), _reading(context)
        quarters = through_time(found)
        return page(
            context,
            "figures/partners_through.html",
            count=len(found.quarters),
            top=TOP,
            reading=reading,
            figures=lines_through(reading, quarters) if quarters else (),
        )

    @pages.route("/partners/terms", methods=["GET", "POST"])
    def terms() -> Shown:
        """A partner accepts them by name before anything else is shown, and again when they change."""
        if request.method == "GET":
            return page(context, "figures/partners_terms.html", **_terms(context))
        result = run_each_time(context, agreed_terms.accept_terms, terms_digest(context), request.form.get("name", ""))
        if result.is_refused:
            return refused(context, "figures/partners_terms.html", FormFault("partners.terms.fault", "name"), **_terms(context))
        return to("partners")


def _reading(context: ConsoleContext) -> FigureReader:
    return FigureReader(context.words, language(context), regions(context.deps), is_made_up=context.is_demo)


def terms_digest(context: ConsoleContext) -> str:
    """Of the terms as they are now, in every language: other words are other terms."""
    said = (
        context.words.say(spoken, f"partners.terms.{place}")
        for spoken in context.words.languages
        for place in range(1, agreed_terms.CLAUSES + 1)
    )
    return agreed_terms.digest((context.settings.organisation, *said))


def _terms(context: ConsoleContext) -> dict[str, Any]:
    return {
        "clauses": range(1, agreed_terms.CLAUSES + 1),
        "owes": agreed_terms.owes(me(), terms_digest(context)),
        "until": me().ends_on and full_date(me().ends_on or 0),
    }


def _asked(found: PublishedFigures, period: str) -> Release | None:
    """The release of a period that was asked for; 404 where none stands."""
    release = found.of(period) if period else None
    if period and release is None:
        abort(HTTPStatus.NOT_FOUND)
    return release


def _newest(found: PublishedFigures) -> Release | None:
    return next(iter((*found.quarters, *found.years)), None)


def _day(context: ConsoleContext, at: int | None) -> str:
    return full_date(context.deps.clock.local(at) // DAY_MINUTES) if at is not None else ""
