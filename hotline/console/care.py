"""Care for those who listen: check-in, *I need time*, complaints."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, request
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, form_id, me, page, to
from hotline.console.times import time_of_day
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.desk import care as room_care
from hotline.service.once import do_once
from hotline.service.work import Work

PROQOL: Final = "https://proqol.org/"
"""A link and nothing more: no page of ours asks it for anything, and nothing of it is copied."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _asking(pages, context)


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/care")
    def care() -> str:
        at = context.now
        with context.deps.store.read() as tx:
            rests = room_care.resting(Work(context.deps, tx, at), me())
            wants = room_care.waiting(tx, me())
        local = context.deps.clock.local
        shown = [(want.id, alias, time_of_day(local(want.at)), (at - want.at) // 3600) for want, alias in wants]
        return page(
            context,
            "care.html",
            rests=None if rests is None else time_of_day(local(rests)),
            wants=shown,
            after=request.args.get("after", ""),
            proqol=PROQOL,
        )

    @pages.get("/care/check-in")
    def check_in() -> str:
        return page(context, "care_check_in.html", questions=room_care.QUESTIONS, often=room_care.OFTEN)

    @pages.post("/care/check-in")
    def checked_in() -> str:
        """Answered on the spot: not even the form's one-time id is kept, and nothing is sent on."""
        return page(context, "care_answer.html", answer=room_care.check_in(request.form), proqol=PROQOL)


def _asking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/care/time")
    def need_time() -> Response:
        at, once = context.now, form_id()
        do_once(
            context.deps, me(), once, at, lambda tx, staff: room_care.need_time(Work(context.deps, tx, at), staff, f"{staff.id}|{once}")
        )
        return to("care", after="time")

    @pages.post("/care/seen/<id>")
    def take_on(id: str) -> Response:
        at = context.now

        def act(tx: Transaction, staff: Staff) -> tuple[OutboxMessage, ...]:
            room_care.take_on(tx, id, staff, at)
            return ()

        do_once(context.deps, me(), form_id(), at, act)
        return to("care")
