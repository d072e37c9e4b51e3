"""Care for those who listen: check-in, *I need time*, complaints."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, me, page, run, to
from hotline.console.times import time_of_day
from hotline.engine.times import HOUR_SECONDS
from hotline.service.desk import care as staff_care
from hotline.service.desk.shifts import on_duty

PROQOL: Final = "https://proqol.org/"
"""A link and nothing more: no page of ours asks it for anything, and nothing of it is copied."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _asking(pages, context)


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/care")
    def care() -> str:
        at = context.now
        found = staff_care.look(context.deps, me(), at)
        local = context.deps.clock.local
        waiting = [
            (request.id, alias, time_of_day(local(request.at)), (at - request.at) // HOUR_SECONDS) for request, alias in found.waiting
        ]
        return page(
            context,
            "staff/care.html",
            rests=None if found.rests_until is None else time_of_day(local(found.rests_until)),
            wants=waiting,
            after=request.args.get("after", ""),
            off=request.args.get("off", ""),
            undo_seconds=on_duty.TAKEN_BACK_SECONDS,
            proqol=PROQOL,
        )

    @pages.get("/care/check-in")
    def check_in() -> str:
        return page(context, "staff/care_check_in.html", questions=staff_care.QUESTIONS, often=staff_care.OFTEN)

    @pages.post("/care/check-in")
    def checked_in() -> str:
        """Answered on the spot: not even the form's one-time id is kept, and nothing is sent on."""
        return page(context, "staff/care_answer.html", answer=staff_care.check_in(request.form), proqol=PROQOL)


def _asking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/care/time")
    def need_time() -> Response:
        run(context, staff_care.need_time)
        return to("care", after="time")

    @pages.post("/care/seen/<id>")
    def take_on(id: str) -> Response:
        run(context, staff_care.take_on, id)
        return to("care")
