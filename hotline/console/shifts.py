"""The week's shifts, exceptions, and who is on call."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request
from msgspec import Struct
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, Fault, Shown, form_id, language, me, page, refused, to
from hotline.console.times import day_of, hours, iso, minute_of, short_date, time_of_day
from hotline.engine.effects import Minute
from hotline.engine.times import DAY_MINUTES, THURSDAY
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.deps import Deps
from hotline.service.desk.shifts import planning as room_shifts
from hotline.service.desk.shifts.week import Day, look
from hotline.service.once import do_once
from hotline.service.work import Work

SOON: Final = 366
"""Days ahead for which a day can be planned."""
WEEKDAYS: Final = {"every": None, **{str(n): n for n in range(7)}}
_SHIFT: Final = re.compile(r"([0-6]?) ([0-9]{0,6}) ([0-9]{1,4}) ([0-9]{1,4}) (on|off)")


class ShiftForm(Struct, frozen=True):
    """What stands in a form: a span of the week, or one of a day on which she is there or away."""

    kind: str
    weekday: int | None
    day: int
    start: Minute
    end: Minute


class Axis(Struct, frozen=True):
    """The drawing's hours, from left to right: those that the week needs and no more."""

    first: Minute
    last: Minute

    @classmethod
    def of(cls, days: tuple[Day, ...]) -> Axis:
        spans = [
            *((bar.start, bar.end) for day in days for bar in day.bars),
            *((gap.start, gap.end) for day in days for gap in day.gaps),
        ]
        first = min((start for start, _ in spans), default=0) // 60 * 60
        return cls(first, max((-(-end // 60) * 60 for _, end in spans), default=DAY_MINUTES))

    @property
    def hours(self) -> tuple[int, ...]:
        """Those that have a line."""
        return tuple(hour for hour in range(0, 24, 3) if self.first < hour * 60 < self.last)

    def part(self, minute: Minute) -> float:
        """Where it stands: 0 left, 1 right."""
        return (min(max(minute, self.first), self.last) - self.first) / (self.last - self.first)

    def at(self, minute: Minute) -> str:
        return f"{self.part(minute):.3%}"

    def long(self, start: Minute, end: Minute) -> str:
        return f"{self.part(end) - self.part(start):.3%}"


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _changing(pages, context)

    @pages.post("/on-call")
    def on_call() -> Response:
        at = context.now

        def act(tx: Transaction, staff: Staff) -> tuple[OutboxMessage, ...]:
            room_shifts.go_on_call(Work(context.deps, tx, at), staff)
            return ()

        do_once(context.deps, me(), form_id(), at, act)
        return to("shifts")


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/shifts")
    def shifts() -> str:
        return page(context, "shifts.html", **_week(context, me().id))

    @pages.get("/shifts/<id>")
    def shifts_of(id: str) -> str:
        return page(context, "shifts.html", **_week(context, id))


def _changing(pages: Blueprint, context: ConsoleContext) -> None:
    """Her own; a supervisor's pages do the same for everybody."""

    def change(id: str | None, *, add: bool) -> Shown:
        whose, at = id or me().id, context.now
        what = _typed(context) if add else _named(whose)
        if what is None:
            name = ("week" if request.form.get("kind") == "week" else "day") if add else "page"
            return refused(context, "shifts.html", Fault("shifts.unclear", form=name), **_week(context, whose))
        do_once(context.deps, me(), form_id(), at, lambda tx, by: _change(context.deps, tx, by, whose, what, at))
        return to("shifts") if id is None else to("shifts_of", id=id)

    @pages.post("/shifts/plan")
    def plan() -> Shown:
        return change(None, add=True)

    @pages.post("/shifts/unplan")
    def unplan() -> Shown:
        return change(None, add=False)

    @pages.post("/shifts/<id>/plan")
    def plan_of(id: str) -> Shown:
        return change(id, add=True)

    @pages.post("/shifts/<id>/unplan")
    def unplan_of(id: str) -> Shown:
        return change(id, add=False)


def _change(deps: Deps, tx: Transaction, by: Staff, whose: str, what: ShiftForm | Shift, at: int) -> tuple[OutboxMessage, ...]:
    staff = tx.staff.get(whose)
    if staff is None:
        abort(HTTPStatus.NOT_FOUND)
    tx.audit.add(AuditRecord(at, by.alias, "plan changed", staff.alias))
    if isinstance(what, Shift):
        tx.shifts.drop(what)
    elif what.kind == "week":
        room_shifts.plan(tx, staff.id, what.weekday, what.start, what.end)
    elif what.kind == "there":
        room_shifts.come(Work(deps, tx, at), staff, what.day, what.start, what.end)
    else:
        return room_shifts.stay_away(Work(deps, tx, at), staff, what.day, what.start, what.end)
    return ()


def _typed(context: ConsoleContext) -> ShiftForm | None:
    """None: something is missing, or no time or day, or a day that is over."""
    form = request.form
    kind, weekday, day = form.get("kind", ""), form.get("weekday", ""), day_of(form.get("day", ""))
    start, end = minute_of(form.get("from", "")), minute_of(form.get("to", ""))
    if kind == "away" and not form.get("from") and not form.get("to"):
        start, end = 0, DAY_MINUTES
    if kind not in ("week", "there", "away") or start is None or end is None or start == end or start >= DAY_MINUTES:
        return None
    if kind == "week":
        return ShiftForm(kind, WEEKDAYS[weekday], 0, start, end) if weekday in WEEKDAYS else None
    today = context.deps.clock.local(context.now) // DAY_MINUTES
    return ShiftForm(kind, None, day, start, end) if day is not None and today <= day <= today + SOON else None


def _named(whose: str) -> Shift | None:
    """The shift that a button stands for, as `_name` has it."""
    found = _SHIFT.fullmatch(request.form.get("shift", ""))
    if found is None:
        return None
    weekday, day, start, end, off = found.groups()
    return Shift(whose, int(weekday) if weekday else None, int(start), int(end), int(day) if day else None, off == "off")


def _name(shift: Shift) -> str:
    weekday = "" if shift.weekday is None else shift.weekday
    return f"{weekday} {'' if shift.day is None else shift.day} {shift.start} {shift.end} {'off' if shift.off else 'on'}"


def _week(context: ConsoleContext, whose: str) -> dict[str, Any]:
    found = look(context.deps, whose, context.now)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    mine = whose == me().id
    # Where a form goes: to her own plan's pages, or to those of another's.
    ways = {"plan": "plan", "unplan": "unplan"} if mine else {"plan": "plan_of", "unplan": "unplan_of"}
    return {
        "look": found,
        "mine": mine,
        "ways": ways,
        "whose": {} if mine else {"id": whose},
        "axis": Axis.of(found.days),
        **_said(context),
    }


def _said(context: ConsoleContext) -> dict[str, Any]:
    """How the templates say days and hours."""

    def day_name(day: int) -> str:
        return context.words.say(language(context), f"day.{(day + THURSDAY) % 7}")

    return {
        "day_name": day_name,
        "date_of": short_date,
        "hours": hours,
        "clock": time_of_day,
        "name": _name,
        "iso": iso,
    }
