"""The plan: shifts of every week, and days that are other than their week; one's own, and by a supervisor another's.

`sent_at` as in `on_duty.py`: what comes late adds no promise. `whose`: the id of whoever the plan is for; empty is whoever acts.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import Minute
from hotline.engine.times import DAY_MINUTES
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.acts import Act, Result
from hotline.service.calls.rules.planned import without
from hotline.service.desk.shifts import on_duty, roster
from hotline.service.permissions import may

WEEK: Final = 7
FOR_OTHERS: Final = "plan_of"
"""The page that whoever plans for others may open."""


class WeekHours(Struct, frozen=True):
    """A span of every week; of every day where `weekday` is None. Where it `end`s before it starts it goes on past midnight. In minutes of the local day."""

    weekday: int | None
    start: Minute
    end: Minute


class DayHours(Struct, frozen=True):
    """A span of one day alone: local days since 1970-01-01, minutes of the day; past midnight as `WeekHours`."""

    day: int
    start: Minute
    end: Minute

    @property
    def minutes(self) -> tuple[Minute, Minute]:
        """In local minutes."""
        midnight = self.day * DAY_MINUTES
        return midnight + self.start, midnight + self.end + (0 if self.start < self.end else DAY_MINUTES)


def plan_shift(act: Act, hours: WeekHours, whose: str = "") -> Result:
    """Plan a span of every week."""
    staff = _planned(act, whose)
    if isinstance(staff, Result):
        return staff
    for shift in weekly(staff.id, hours):
        act.tx.shifts.add(shift)
    return Result()


def unplan_shift(act: Act, shift: Shift) -> Result:
    """Take a span out of a plan, of every week or of one day: `staff` of the shift says whose."""
    staff = _planned(act, shift.staff)
    if isinstance(staff, Result):
        return staff
    act.tx.shifts.drop(shift)
    return Result()


def come_on_day(act: Act, hours: DayHours, sent_at: int | None = None, whose: str = "") -> Result:
    """There on that day alone, beyond what the week says."""
    if sent_at is not None:
        return Result()
    staff = _planned(act, whose)
    if isinstance(staff, Result):
        return staff
    for later, first, last in across(hours.start, hours.end):
        act.tx.shifts.add(Shift(staff.id, None, first, last, hours.day + later))
    on_duty.come_back(act, staff, *hours.minutes)
    return Result()


def take_hours(act: Act, hours: DayHours) -> Result:
    """There in hours that nobody took: `come_on_day`, where nobody came before."""
    uncovered = roster.uncovered_of(act.deps, act.tx.staff.active(), act.tx.shifts.all(), act.at)
    first, last = max(hours.minutes[0], act.now), hours.minutes[1]
    if not any(start <= first < last <= end for of in fills(act.staff) for start, end in uncovered.get(of, ())):
        return Result("overtaken")
    return come_on_day(act, hours)


def fills(staff: Staff) -> tuple[str, ...]:
    """What this person's being there covers: languages, or the line's supervision, as `roster.uncovered_of` names them."""
    return (roster.SUPERVISION,) if staff.role == "supervisor" else staff.speaks


def stay_away(act: Act, hours: DayHours, sent_at: int | None = None, whose: str = "") -> Result:
    """Not there then, whatever the week says, nor what was said of those hours before; if they run, it is leaving at once.

    Said late, it holds against the week alone: what was said of that day since stays.
    """
    staff = _planned(act, whose)
    if isinstance(staff, Result):
        return staff
    for later, first, last in across(hours.start, hours.end):
        if sent_at is None:
            _cut(act.tx, staff.id, hours.day + later, first, last)
        act.tx.shifts.add(Shift(staff.id, None, first, last, hours.day + later, off=True))
    return Result(messages=on_duty.keep_away(act, staff, *hours.minutes) if sent_at is None else ())


def weekly(staff: str, hours: WeekHours) -> tuple[Shift, ...]:
    """As shifts have it: cut at midnight."""
    return tuple(
        Shift(staff, None if hours.weekday is None else (hours.weekday + later) % WEEK, first, last)
        for later, first, last in across(hours.start, hours.end)
    )


def across(start: Minute, end: Minute) -> tuple[tuple[int, Minute, Minute], ...]:
    """A span cut at midnight: days later, from, to."""
    if start < end:
        return ((0, start, end),)
    return tuple(part for part in ((0, start, DAY_MINUTES), (1, 0, end)) if part[1] < part[2])


def _planned(act: Act, whose: str) -> Staff | Result:
    """The staff row of the person whose plan changes, noted in the audit; else the refusal."""
    if whose in ("", act.staff.id):
        staff: Staff | None = act.staff
    elif may(act.staff, FOR_OTHERS):
        staff = act.tx.staff.get(whose)
    else:
        return Result("forbidden")
    if staff is None or not staff.active:
        return Result("gone")
    act.record("plan changed", staff.alias)
    return staff


def _cut(tx: Transaction, staff: str, day: int, start: Minute, end: Minute) -> None:
    """Take the span out of what this person has on that day beyond the week."""
    for shift in tx.shifts.all():
        if (shift.staff, shift.day, shift.off) == (staff, day, False) and shift.start < end and shift.end > start:
            tx.shifts.drop(shift)
            for first, last in without([(shift.start, shift.end)], (start, end)):
                tx.shifts.add(replace(shift, start=first, end=last))
