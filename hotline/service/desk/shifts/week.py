"""The seven days to come at a glance: who is planned when, and which hours nobody took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import Minute
from hotline.engine.promise import DAYS_AHEAD
from hotline.engine.times import DAY_MINUTES
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import CALLING, Staff
from hotline.service.calls.rules.planned import MinuteSpan, merged, spans_of_day, without
from hotline.service.calls.rules.presence import is_closed, is_on_shift
from hotline.service.calls.rules.skill import takes
from hotline.service.deps import Deps
from hotline.service.desk.shifts import roster
from hotline.service.desk.shifts.planning import fills

T = TypeVar("T")


class Bar(Struct, frozen=True):
    """One person's span of a day, in minutes since its midnight."""

    alias: str
    supervises: bool
    start: Minute
    end: Minute


class Gap(Struct, frozen=True):
    """Hours of a day that are offered and that nobody took, in minutes since midnight; `of`: a language, or `supervision`."""

    of: str
    start: Minute
    end: Minute


class PlannedLine(Struct, frozen=True):
    """Who is planned in a part of a day; `of`: a language, or `supervision`."""

    of: str
    aliases: tuple[str, ...]
    is_missing: bool
    """Some of it is offered, and nobody took it."""

    @property
    def is_said(self) -> bool:
        """Without a supervisor, where none is missing, there is nothing to say."""
        return self.of != roster.SUPERVISION or bool(self.aliases) or self.is_missing


class PlannedPart(Struct, frozen=True):
    """One part of one day, in minutes since midnight."""

    start: Minute
    end: Minute
    lines: tuple[PlannedLine, ...]
    """One for each language, and one for supervision."""
    is_mine: bool
    """Whoever the plan is of is planned there."""
    is_shut: bool
    """A supervisor closed all of it."""

    @property
    def missing(self) -> tuple[PlannedLine, ...]:
        return tuple(line for line in self.lines if line.is_missing)


class UsualPart(Struct, frozen=True):
    """What more than half of the seven days have in one part of the day: said once, so that a day shows what is other."""

    lines: tuple[PlannedLine, ...]
    is_mine: bool

    @property
    def said(self) -> tuple[PlannedLine, ...]:
        return tuple(line for line in self.lines if line.is_said)

    def unusual(self, part: PlannedPart) -> tuple[PlannedLine, ...]:
        """What a day's part shows where it is other than this, and with it what nobody took. Returns none where all of it is as usual.

        That no supervisor is planned is said only where most days have one.
        """
        usual = {line.of for line in self.lines}
        other = [line for line in part.lines if line not in self.lines and (line.is_said or line.of in usual)]
        return tuple(line for line in part.lines if line.is_missing or line in other) if other else ()


class Day(Struct, frozen=True):
    day: int
    """Local days since 1970-01-01."""
    bars: tuple[Bar, ...]
    """In the order of their beginnings."""
    cells: tuple[PlannedPart, ...]
    """One for each part of the day that the line offers."""
    beyond: tuple[Bar, ...]
    """What is planned in hours of no part."""
    gaps: tuple[Gap, ...]


class Plan(Struct, frozen=True):
    """One person's own: the week's spans, and the days to come that are other than that."""

    staff: Staff
    weekly: tuple[Shift, ...]
    days: tuple[Shift, ...]


class WeekView(Struct, frozen=True):
    """What the page shows."""

    now: Minute
    days: tuple[Day, ...]
    plan: Plan
    is_on: bool
    """Is whoever this plan is of on shift now?"""
    people: tuple[Staff, ...]
    """Whose plans can be changed, by alias."""
    usual: tuple[UsualPart, ...]
    """One for each part."""
    usual_beyond: tuple[Bar, ...]
    """What more than half of the days have in hours of no part."""
    on_call: tuple[tuple[str, Minute], ...]
    """Who is on call, by alias, and until when."""
    is_closed: bool
    many: MinuteSpan | None
    """While the line says that many ask, from when until when."""
    parts: tuple[MinuteSpan, ...]
    """Of the day, that the line offers, in minutes since midnight."""
    shut: tuple[MinuteSpan, ...]
    """Hours that a supervisor closed, in local minutes."""

    @property
    def missing(self) -> dict[str, Minute]:
        """For how many minutes nobody took what is offered, where there are any."""
        found: dict[str, Minute] = {}
        for gap in (gap for day in self.days for gap in day.gaps):
            found[gap.of] = found.get(gap.of, 0) + gap.end - gap.start
        return found

    def holes(self, staff: Staff) -> tuple[tuple[int, Gap], ...]:
        """What this person could take of it, with its day, part by part."""
        return tuple(
            (day.day, replace(gap, start=max(gap.start, start), end=min(gap.end, end)))
            for day in self.days
            for start, end in self.parts
            for gap in day.gaps
            if gap.of in fills(staff) and gap.start < end and gap.end > start
        )


class _Given(Struct, frozen=True):
    """What every day of it is made from."""

    people: tuple[Staff, ...]
    shifts: tuple[Shift, ...]
    parts: tuple[MinuteSpan, ...]
    teams: dict[str, tuple[str, ...]]
    """For each language, and for `supervision`: who takes it, by alias."""
    gaps: tuple[tuple[int, Gap], ...]
    shut: tuple[MinuteSpan, ...]
    chosen: str


def look(deps: Deps, whose: str, at: int) -> WeekView | None:
    """The week of all, and the plan of one. Returns None where nobody like that works on the line. Raises StoreAway."""
    with deps.store.read() as tx:
        everybody, shifts = tx.staff.active(), tx.shifts.all()
        declared = tx.declarations.ending_after(deps.clock.local(at))
    people = sorted((staff for staff in everybody if staff.role in CALLING), key=lambda staff: staff.alias)
    chosen = next((staff for staff in people if staff.id == whose), None)
    if chosen is None:
        return None
    now = deps.clock.local(at)
    shut = tuple((span.start, span.end) for span in declared if span.kind == "closed")
    week = _Given(
        tuple(people),
        shifts,
        tuple(sorted((part.start, part.end) for part in deps.written.parts.values())),
        {
            **{language: tuple(staff.alias for staff in people if takes(staff, language)) for language in deps.written.languages},
            roster.SUPERVISION: tuple(staff.alias for staff in people if staff.role == "supervisor"),
        },
        _gaps(deps, people, shifts, at),
        shut,
        chosen.alias,
    )
    days = tuple(_day(day, week) for day in range(now // DAY_MINUTES, now // DAY_MINUTES + DAYS_AHEAD))
    return WeekView(
        now=now,
        days=days,
        plan=_plan(chosen, shifts, now // DAY_MINUTES),
        is_on=is_on_shift(chosen, shifts, at, deps.clock.local),
        people=tuple(people),
        usual=_usual(days),
        usual_beyond=tuple(bar for of_day in _most([day.beyond for day in days]) for bar in of_day),
        on_call=tuple((staff.alias, deps.clock.local(staff.on_call_until or 0)) for staff in people if staff.is_on_call(at)),
        is_closed=is_closed(people, at, deps.rules),
        many=next(iter(merged((span.start, span.end) for span in declared if span.kind == "many")), None),
        parts=week.parts,
        shut=shut,
    )


def _plan(staff: Staff, shifts: tuple[Shift, ...], today: int) -> Plan:
    planned = tuple(shift for shift in shifts if shift.staff == staff.id)
    weekly = sorted(
        (shift for shift in planned if shift.day is None), key=lambda shift: (-1 if shift.weekday is None else shift.weekday, shift.start)
    )
    return Plan(staff, tuple(weekly), tuple(shift for shift in planned if shift.day is not None and shift.day >= today))


def _day(day: int, week: _Given) -> Day:
    begins = day * DAY_MINUTES
    bars = sorted(
        (
            Bar(staff.alias, staff.role == "supervisor", start - begins, end - begins)
            for staff in week.people
            for start, end in merged(spans_of_day((shift for shift in week.shifts if shift.staff == staff.id), day))
        ),
        key=lambda bar: (bar.start, bar.end, bar.alias),
    )
    gaps = tuple(gap for of, gap in week.gaps if of == day)
    beyond = tuple(replace(bar, start=start, end=end) for bar in bars for start, end in _outside((bar.start, bar.end), week.parts))
    return Day(day, tuple(bars), tuple(_cell(day, part, bars, gaps, week) for part in week.parts), beyond, gaps)


def _usual(days: tuple[Day, ...]) -> tuple[UsualPart, ...]:
    by_part = tuple(zip(*(day.cells for day in days), strict=True))
    return tuple(
        UsualPart(
            tuple(line for of_line in zip(*(cell.lines for cell in cells), strict=True) for line in _most(of_line)),
            is_mine=_most([cell.is_mine for cell in cells]) == (True,),
        )
        for cells in by_part
    )


def _most(of_days: Sequence[T]) -> tuple[T, ...]:
    """What more than half of these days have, if there is such a thing."""
    ((found, times),) = Counter(of_days).most_common(1)
    return (found,) if 2 * times > len(of_days) else ()


def _cell(day: int, part: MinuteSpan, bars: list[Bar], gaps: tuple[Gap, ...], week: _Given) -> PlannedPart:
    start, end = part
    there = {bar.alias for bar in bars if bar.start < end and bar.end > start}
    missing = {gap.of for gap in gaps if gap.start < end and gap.end > start}
    lines = tuple(PlannedLine(of, tuple(alias for alias in aliases if alias in there), of in missing) for of, aliases in week.teams.items())
    begins = day * DAY_MINUTES
    return PlannedPart(start, end, lines, week.chosen in there, not _outside((begins + start, begins + end), week.shut))


def _outside(span: MinuteSpan, others: tuple[MinuteSpan, ...]) -> tuple[MinuteSpan, ...]:
    """What of it lies in none of the others."""
    left: tuple[MinuteSpan, ...] = (span,)
    for other in others:
        left = without(left, other)
    return left


def _gaps(deps: Deps, people: list[Staff], shifts: tuple[Shift, ...], at: int) -> tuple[tuple[int, Gap], ...]:
    """With the day that each lies in."""
    found = roster.uncovered_of(deps, people, shifts, at)
    return tuple((day, Gap(of, start, end)) for of, spans in found.items() for day, start, end in roster.by_day(spans))
