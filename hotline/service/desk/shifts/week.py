"""The seven days to come at a glance: who is planned when, and which hours nobody took."""

from __future__ import annotations

from msgspec import Struct

from hotline.engine.effects import Minute
from hotline.engine.promise import DAYS_AHEAD
from hotline.engine.times import DAY_MINUTES
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import CALLING, Staff
from hotline.service.calls.rules.coverage import Span, is_closed, merged, spans_of_day
from hotline.service.deps import Deps
from hotline.service.desk.shifts import roster


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


class Day(Struct, frozen=True):
    day: int
    """Local days since 1970-01-01."""
    lanes: tuple[tuple[Bar, ...], ...]
    """Bars that do not overlap share one."""
    gaps: tuple[Gap, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Of what there are gaps, each once."""
        return tuple(dict.fromkeys(gap.of for gap in self.gaps))

    @property
    def bars(self) -> tuple[Bar, ...]:
        """In the order of their beginnings."""
        return tuple(sorted((bar for lane in self.lanes for bar in lane), key=lambda bar: (bar.start, bar.end, bar.alias)))


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
    people: tuple[Staff, ...]
    """Whose plans can be changed, by alias."""
    on_call: tuple[tuple[str, Minute], ...]
    """Who is on call, by alias, and until when."""
    is_closed: bool
    many: Span | None
    """While the line says that many ask, from when until when."""
    shut: tuple[Span, ...]
    """Hours that a supervisor closed, in local minutes."""


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
    gaps = _gaps(deps, people, shifts, at)
    return WeekView(
        now=now,
        days=tuple(_day(day, people, shifts, gaps) for day in range(now // DAY_MINUTES, now // DAY_MINUTES + DAYS_AHEAD)),
        plan=_plan(chosen, shifts, now // DAY_MINUTES),
        people=tuple(people),
        on_call=tuple((staff.alias, deps.clock.local(staff.on_call_until or 0)) for staff in people if staff.is_on_call(at)),
        is_closed=is_closed(people, at, deps.rules),
        many=next(iter(merged((span.start, span.end) for span in declared if span.kind == "many")), None),
        shut=tuple((span.start, span.end) for span in declared if span.kind == "closed"),
    )


def _plan(staff: Staff, shifts: tuple[Shift, ...], today: int) -> Plan:
    planned = tuple(shift for shift in shifts if shift.staff == staff.id)
    weekly = sorted(
        (shift for shift in planned if shift.day is None), key=lambda shift: (-1 if shift.weekday is None else shift.weekday, shift.start)
    )
    return Plan(staff, tuple(weekly), tuple(shift for shift in planned if shift.day is not None and shift.day >= today))


def _day(day: int, people: list[Staff], shifts: tuple[Shift, ...], gaps: tuple[tuple[int, Gap], ...]) -> Day:
    begins = day * DAY_MINUTES
    bars = [
        Bar(staff.alias, staff.role == "supervisor", start - begins, end - begins)
        for staff in people
        for start, end in merged(spans_of_day((shift for shift in shifts if shift.staff == staff.id), day))
    ]
    return Day(day, _lanes(bars), tuple(gap for of, gap in gaps if of == day))


def _lanes(bars: list[Bar]) -> tuple[tuple[Bar, ...], ...]:
    """As few as do; supervisors in lanes of their own, below."""
    lanes: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda bar: (bar.supervises, bar.start, bar.alias)):
        free = next((lane for lane in lanes if lane[-1].end <= bar.start and lane[-1].supervises is bar.supervises), None)
        if free is None:
            lanes.append([bar])
        else:
            free.append(bar)
    return tuple(map(tuple, lanes))


def _gaps(deps: Deps, people: list[Staff], shifts: tuple[Shift, ...], at: int) -> tuple[tuple[int, Gap], ...]:
    """With the day that each lies in."""
    found = roster.uncovered_of(deps, people, shifts, at)
    return tuple((day, Gap(of, start, end)) for of, spans in found.items() for day, start, end in roster.by_day(spans))
