"""The hours of a day that is over: how many minutes the line offered in each language, and for how many of them a counselor was planned.

Written down on the day after, for good: who was planned is not kept.
"""

from __future__ import annotations

from hotline.engine.times import DAY_MINUTES
from hotline.ports.figures.figures import OfferedHours
from hotline.service.calls.rules.planned import MinuteSpan, merged, spans_of_day, without
from hotline.service.calls.rules.skill import takes
from hotline.service.deps import Deps
from hotline.service.work import Work


def keep(deps: Deps, at: int) -> None:
    """Write down yesterday, once, if there was a line. Hours that a supervisor closed were not offered. Raises StoreAway."""
    yesterday = deps.clock.local(at) // DAY_MINUTES - 1
    with deps.store.write() as tx:
        began = min((active_from for _, _, active_from in tx.editions.moments()), default=at)
        if deps.clock.local(began) // DAY_MINUTES > yesterday:
            return
        for hours in _of_day(Work(deps, tx, at), yesterday):
            tx.figures.note_hours(hours)


def _of_day(work: Work, day: int) -> list[OfferedHours]:
    edition, begins = work.deps.written, day * DAY_MINUTES
    offered = merged((begins + part.start, begins + part.end) for part in edition.parts.values())
    for declared in work.tx.declarations.ending_after(begins):
        if declared.kind == "closed":
            offered = without(offered, (declared.start, declared.end))
    people, shifts = work.tx.staff.active(), work.tx.shifts.all()
    found = []
    for language in edition.languages:
        gaps = offered
        for staff in people:
            if staff.role == "counselor" and takes(staff, language):
                back = begins if staff.off_until is None else work.deps.clock.local(staff.off_until)
                for start, end in spans_of_day((shift for shift in shifts if shift.staff == staff.id), day):
                    gaps = without(gaps, (max(start, back), end)) if back < end else gaps
        found.append(OfferedHours(day, language, _minutes(offered), _minutes(offered) - _minutes(gaps)))
    return found


def _minutes(spans: tuple[MinuteSpan, ...]) -> int:
    return sum(end - start for start, end in spans)
