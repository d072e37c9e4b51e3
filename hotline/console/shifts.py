"""The week's shifts, exceptions, and who is on call."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, request
from msgspec import Struct
from werkzeug.wrappers import Response

from hotline.console.room import Room, Shown, form_id, language, me, page, to
from hotline.console.times import day_of, hours, iso, minute_of, short_date, time_of_day
from hotline.engine.effects import Minute
from hotline.engine.world import DAY, THURSDAY
from hotline.ports import Post, Record, Shift, Staff, Transaction
from hotline.service.parts import Parts
from hotline.service.room import shifts as room_shifts
from hotline.service.room.once import do_once
from hotline.service.room.week import Day, look

SOON: Final = 366
"""Days ahead for which a day can be planned."""
WEEKDAYS: Final = {"every": None, **{str(n): n for n in range(7)}}
_SHIFT: Final = re.compile(r"([0-6]?) ([0-9]{0,6}) ([0-9]{1,4}) ([0-9]{1,4}) (on|off)")


class Typed(Struct, frozen=True):
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
        return cls(first, max((-(-end // 60) * 60 for _, end in spans), default=DAY))

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


def views(pages: Blueprint, room: Room) -> None:
    _looking(pages, room)
    _changing(pages, room)

    @pages.post("/on-call")
    def on_call() -> Response:
        at = room.now

        def act(tx: Transaction, staff: Staff) -> tuple[Post, ...]:
            room_shifts.go_on_call(room.parts, tx, staff, at)
            return ()

        do_once(room.parts, me(), form_id(), at, act)
        return to("shifts")


def _looking(pages: Blueprint, room: Room) -> None:
    @pages.get("/shifts")
    def shifts() -> str:
        return _shown(room, me().id)

    @pages.get("/shifts/<id>")
    def shifts_of(id: str) -> str:
        return _shown(room, id)


def _changing(pages: Blueprint, room: Room) -> None:
    """Her own; a supervisor's pages do the same for everybody."""

    def change(id: str | None, *, add: bool) -> Shown:
        whose, at = id or me().id, room.now
        what = _typed(room) if add else _named(whose)
        if what is None:
            return _shown(room, whose, fault="shifts.unclear"), HTTPStatus.BAD_REQUEST
        do_once(room.parts, me(), form_id(), at, lambda tx, by: _change(room.parts, tx, by, whose, what, at))
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


def _change(parts: Parts, tx: Transaction, by: Staff, whose: str, what: Typed | Shift, at: int) -> tuple[Post, ...]:
    staff = tx.staff(whose)
    if staff is None:
        abort(HTTPStatus.NOT_FOUND)
    tx.record(Record(at, by.alias, "plan changed", staff.alias))
    if isinstance(what, Shift):
        tx.drop_shift(what)
    elif what.kind == "week":
        room_shifts.plan(tx, staff.id, what.weekday, what.start, what.end)
    elif what.kind == "there":
        room_shifts.come(parts, tx, staff, what.day, what.start, what.end, at)
    else:
        return room_shifts.stay_away(parts, tx, staff, what.day, what.start, what.end, at)
    return ()


def _typed(room: Room) -> Typed | None:
    """None: something is missing, or no time or day, or a day that is over."""
    form = request.form
    kind, weekday, day = form.get("kind", ""), form.get("weekday", ""), day_of(form.get("day", ""))
    start, end = minute_of(form.get("from", "")), minute_of(form.get("to", ""))
    if kind == "away" and not form.get("from") and not form.get("to"):
        start, end = 0, DAY
    if kind not in ("week", "there", "away") or start is None or end is None or start == end or start >= DAY:
        return None
    if kind == "week":
        return Typed(kind, WEEKDAYS[weekday], 0, start, end) if weekday in WEEKDAYS else None
    today = room.parts.clock.local(room.now) // DAY
    return Typed(kind, None, day, start, end) if day is not None and today <= day <= today + SOON else None


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


def _shown(room: Room, whose: str, fault: str = "") -> str:
    found = look(room.parts, whose, room.now)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    mine = whose == me().id
    # Where a form goes: to her own plan's pages, or to those of another's.
    ways = {"plan": "plan", "unplan": "unplan"} if mine else {"plan": "plan_of", "unplan": "unplan_of"}
    return page(
        room,
        "shifts.html",
        look=found,
        mine=mine,
        ways=ways,
        whose={} if mine else {"id": whose},
        fault=fault,
        axis=Axis.of(found.days),
        **_said(room),
    )


def _said(room: Room) -> dict[str, Any]:
    """How the templates say days and hours."""

    def day_name(day: int) -> str:
        return room.words.say(language(room), f"day.{(day + THURSDAY) % 7}")

    return {
        "day_name": day_name,
        "date_of": short_date,
        "hours": hours,
        "clock": time_of_day,
        "name": _name,
        "iso": iso,
    }
