"""The week's shifts, exceptions, and who is on call."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from hotline.console.context import ConsoleContext, FormFault, Shown, language, me, page, refused, run, to
from hotline.console.times import day_of, hours, iso, minute_of, short_date, time_of_day
from hotline.engine.effects import Minute
from hotline.engine.times import DAY_MINUTES, THURSDAY
from hotline.ports.desk.shifts import Shift
from hotline.service.acts import Act, Result
from hotline.service.calls.rules.planned import MinuteSpan
from hotline.service.desk.shifts import declaring, on_duty, planning
from hotline.service.desk.shifts.week import look

AFTER: Final = ("took", "overtaken")
"""What is said once hours were asked for: `shifts.told.…` of the catalogue."""
SOON: Final = 366
"""Days ahead for which a day can be planned."""
WEEKDAYS: Final = {"every": None, **{str(n): n for n in range(7)}}
DAYS: Final = {"there": planning.come_on_day, "away": planning.stay_away}
_SHIFT: Final = re.compile(r"([0-6]?) ([0-9]{0,6}) ([0-9]{1,4}) ([0-9]{1,4}) (on|off)")


def views(pages: Blueprint, context: ConsoleContext) -> None:
    _looking(pages, context)
    _changing(pages, context)
    _declaring(pages, context)

    @pages.post("/on-call")
    def on_call() -> Response:
        run(context, on_duty.go_on_call)
        return to("shifts")


def _looking(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/shifts")
    def shifts() -> str:
        after = next((code for code in AFTER if code in request.args), "")
        return page(context, "staff/shifts.html", after=after, **_week(context, me().id))

    @pages.get("/shifts/<id>")
    def shifts_of(id: str) -> str:
        return page(context, "staff/shifts.html", **_week(context, id))


def _changing(pages: Blueprint, context: ConsoleContext) -> None:
    """One's own; a supervisor's pages do the same for everybody."""

    def answer(result: Result | None, id: str | None, form: str) -> Shown:
        """`result`: None where it is unclear what was typed, in this form of the page."""
        if result is None:
            return refused(context, "staff/shifts.html", FormFault("shifts.unclear", form=form), **_week(context, id or me().id))
        if result.is_refused:
            abort(HTTPStatus.NOT_FOUND)
        return to("shifts") if id is None else to("shifts_of", id=id)

    @pages.post("/shifts/plan")
    def plan() -> Shown:
        return answer(_plan(context, ""), None, _form())

    @pages.post("/shifts/take")
    def take_hours() -> Shown:
        hours = _day_hours(context)
        if hours is None:
            return answer(None, None, "page")
        return to("shifts", **{"overtaken" if run(context, planning.take_hours, hours).is_refused else "took": ""})

    @pages.post("/shifts/unplan")
    def unplan() -> Shown:
        return answer(_unplan(context, me().id), None, "page")

    @pages.post("/shifts/<id>/plan")
    def plan_of(id: str) -> Shown:
        return answer(_plan(context, id), id, _form())

    @pages.post("/shifts/<id>/unplan")
    def unplan_of(id: str) -> Shown:
        return answer(_unplan(context, id), id, "page")


def _declaring(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.post("/shifts/many")
    def many() -> Shown:
        minutes = request.form.get("minutes", "")
        result = run(context, declaring.say_many, int(minutes) if minutes.isdecimal() and len(minutes) == 2 else 0)
        if result.is_refused:
            key = "shifts.too_few" if result.code == "too_few" else "shifts.unclear"
            return refused(context, "staff/shifts.html", FormFault(key, form="many"), **_week(context, me().id))
        return to("shifts")

    @pages.post("/shifts/many/over")
    def many_over() -> Shown:
        run(context, declaring.end_many)
        return to("shifts")

    @pages.post("/shifts/close")
    def close_hours() -> Shown:
        return _declare(context, declaring.close_hours, "close")

    @pages.post("/shifts/open")
    def open_hours() -> Shown:
        return _declare(context, declaring.open_hours, "page")


def _declare(context: ConsoleContext, act: Callable[[Act, planning.DayHours], Result], form: str) -> Shown:
    """Do this with the hours that the form names; with the whole day where it names none."""
    hours = _day_hours(context)
    if hours is None or run(context, act, hours).is_refused:
        return refused(context, "staff/shifts.html", FormFault("shifts.unclear", form=form), **_week(context, me().id))
    return to("shifts")


def _day_hours(context: ConsoleContext) -> planning.DayHours | None:
    """Returns None where something is missing, is no time or day, or the day is over."""
    form, today = request.form, context.deps.clock.local(context.now) // DAY_MINUTES
    day, start, end = day_of(form.get("day", "")), minute_of(form.get("from", "")), minute_of(form.get("to", ""))
    if not form.get("from") and not form.get("to"):
        start, end = 0, DAY_MINUTES
    if day is None or start is None or end is None or (start == end and start) or start >= DAY_MINUTES or not today <= day <= today + SOON:
        return None
    return planning.DayHours(day, start, end)


def _form() -> str:
    """Which of the page's two forms was sent."""
    return "week" if request.form.get("kind") == "week" else "day"


def _plan(context: ConsoleContext, whose: str) -> Result | None:
    """Do what the form says. Returns None where something is missing, is no time or day, or the day is over."""
    form = request.form
    kind, weekday, day = form.get("kind", ""), form.get("weekday", ""), day_of(form.get("day", ""))
    start, end = minute_of(form.get("from", "")), minute_of(form.get("to", ""))
    if kind == "away" and not form.get("from") and not form.get("to"):
        start, end = 0, DAY_MINUTES
    if start is None or end is None or (start == end and start) or start >= DAY_MINUTES:
        return None
    if kind == "week" and weekday in WEEKDAYS:
        return run(context, planning.plan_shift, planning.WeekHours(WEEKDAYS[weekday], start, end), whose)
    today = context.deps.clock.local(context.now) // DAY_MINUTES
    if kind not in DAYS or day is None or not today <= day <= today + SOON:
        return None
    return run(context, DAYS[kind], planning.DayHours(day, start, end), whose=whose)


def _unplan(context: ConsoleContext, whose: str) -> Result | None:
    """Returns None for a button that is none of ours."""
    shift = _named(whose)
    return None if shift is None else run(context, planning.unplan_shift, shift)


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


def _shut(span: MinuteSpan) -> tuple[int, Minute, Minute]:
    """The local day of closed hours, and its minutes from and to; past midnight the latter is of the day after."""
    day = span[0] // DAY_MINUTES
    ends = span[1] - day * DAY_MINUTES
    return day, span[0] % DAY_MINUTES, ends if ends <= DAY_MINUTES else ends - DAY_MINUTES


def _week(context: ConsoleContext, whose: str) -> dict[str, Any]:
    found = look(context.deps, whose, context.now)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    mine = whose == me().id
    # Where a form goes: to the pages of one's own plan, or to those of another's.
    ways = {"plan": "plan", "unplan": "unplan"} if mine else {"plan": "plan_of", "unplan": "unplan_of"}
    return {
        "look": found,
        "holes": found.holes(me()),
        "mine": mine,
        "ways": ways,
        "whose": {} if mine else {"id": whose},
        "many_minutes": declaring.MANY_MINUTES,
        **_said(context),
    }


def _said(context: ConsoleContext) -> dict[str, Any]:
    """How the templates say days and hours."""

    def day_name(day: int) -> str:
        return context.words.say(language(context), f"day.{(day + THURSDAY) % 7}")

    def length(minutes: Minute) -> str:
        whole, rest = divmod(minutes, 60)
        return f"{whole} h {rest:02d}" if rest else f"{whole} h"

    return {
        "length": length,
        "day_name": day_name,
        "date_of": short_date,
        "hours": hours,
        "shut": _shut,
        "clock": time_of_day,
        "name": _name,
        "iso": iso,
    }
