"""Who can call, worked out from what the staff declared and from the clock: `team` and `look` read it, all else is pure (docs: coverage).

Every promise of the line rests on it. Nothing that a caller does, and nothing that is done for one, changes it: no request, no claim, no rest, no offer that nobody took. Else a phone would show what another asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import Coverage, Minute, Urgency
from hotline.engine.promise import DAYS_AHEAD, SHORTEST_STAY, SHORTEST_URGENT_STAY
from hotline.engine.times import DAY_MINUTES, THURSDAY
from hotline.ports.desk.declarations import Declaration
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls.rules.skill import takes
from hotline.service.work import Work
from hotline.settings import Rules

Span: TypeAlias = tuple[Minute, Minute]
Missing: TypeAlias = Literal["nobody", "leaves", "closed"]
"""Why a call *now* cannot be made: nobody is there; who is there goes too soon; in closed mode nobody may be promised."""
Local: TypeAlias = Callable[[int], Minute]
"""The local minute of a moment."""


class Team(Struct, frozen=True):
    """The staff as it stands at one moment, seen from one language."""

    language: str
    staff: tuple[Staff, ...]
    shifts: tuple[Shift, ...]
    declared: tuple[Declaration, ...] = ()
    """By a supervisor, of the line."""

    @property
    def counselors(self) -> tuple[Staff, ...]:
        """Those who take calls in the language."""
        return tuple(staff for staff in self.staff if takes(staff, self.language))

    @property
    def supervisors(self) -> tuple[Staff, ...]:
        """Whatever language they speak."""
        return tuple(staff for staff in self.staff if staff.role == "supervisor")


def team(tx: Transaction, language: str) -> Team:
    """Read what the functions below work on."""
    return Team(language, tx.staff.active(), tx.shifts.all())


def there(team: Team, at: int, rules: Rules, local: Local) -> tuple[Staff, ...]:
    """Counselors of the language who are on shift and said *I am here* lately enough, whatever they do at the moment."""
    return tuple(
        staff for staff in team.counselors if is_on(staff, team.shifts, at, local) and is_present(staff, at, rules.presence_minutes)
    )


def all_there(work: Work) -> tuple[Staff, ...]:
    """Counselors of any language who are on shift and said *I am here* lately enough."""
    shifts, local, minutes = work.tx.shifts.all(), work.deps.clock.local, work.deps.rules.presence_minutes
    return tuple(
        staff
        for staff in work.tx.staff.active()
        if staff.role == "counselor" and is_on(staff, shifts, work.at, local) and is_present(staff, work.at, minutes)
    )


def is_closed(staff: Iterable[Staff], at: int, rules: Rules) -> bool:
    """Closed mode: the line needs a supervisor on call, and nobody is."""
    return rules.supervised and not any(person.is_on_call(at) for person in staff)


def is_on(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> bool:
    """On shift, and not in a break of it."""
    return not staff.is_paused(at) and is_on_shift(staff, shifts, at, local)


def is_on_shift(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> bool:
    """On shift, in a break of it too: not off, and inside a planned shift or on beyond the plan."""
    if staff.off_until is not None and at < staff.off_until:
        return False
    return (staff.on_until is not None and at < staff.on_until) or covering(staff, shifts, at, local) is not None


def is_present(staff: Staff, at: int, presence_minutes: int) -> bool:
    """Did this person say *I am here* lately enough?"""
    return staff.seen_at is not None and at - staff.seen_at < presence_minutes * 60


def stays_until(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> Minute:
    """The minute at which the shift ends that this person is on: the planned one or the one beyond the plan, whichever is later."""
    planned = covering(staff, shifts, at, local)
    ends = [local(at)]
    if planned is not None:
        ends.append(planned[1])
    if staff.on_until is not None and at < staff.on_until:
        ends.append(local(staff.on_until))
    return max(ends)


def look(work: Work, language: str) -> Coverage:
    """Who can call in this language, whoever asks."""
    return coverage(declared_team(work, language), work.at, work.deps.rules, work.deps.clock.local)


def declared_team(work: Work, language: str) -> Team:
    """`team`, with what supervisors declared of the line: all that `coverage` is made of."""
    return replace(team(work.tx, language), declared=work.tx.declarations.ending_after(work.now))


def missing(team: Team, at: int, rules: Rules, local: Local, urgency: Urgency) -> Missing:
    """Why a call *now* cannot be made, where `coverage` says that it cannot."""
    stays = [stays_until(staff, team.shifts, at, local) - local(at) for staff in there(team, at, rules, local)]
    if urgency == "ordinary" and is_closed(team.staff, at, rules) and max(stays, default=0) >= SHORTEST_STAY:
        return "closed"
    return "leaves" if stays or (urgency == "urgent" and coverage(team, at, rules, local).urgent_until > local(at)) else "nobody"


def coverage(team: Team, at: int, rules: Rules, local: Local) -> Coverage:
    """Who can call in the team's language at this moment, and who is planned for the next seven days.

    In closed mode nobody is there, but what is urgent is kept where a counselor is; nothing later is offered but what a supervisor is
    planned for too.
    """
    now = local(at)
    counselors = [stays_until(staff, team.shifts, at, local) for staff in there(team, at, rules, local)]
    on_call = [local(staff.on_call_until or 0) for staff in team.supervisors if staff.is_on_call(at) and team.language in staff.speaks]
    ordinary = [] if is_closed(team.staff, at, rules) else counselors
    until, urgent_until = max(ordinary, default=now), max((*counselors, *on_call), default=now)
    shifts = _shifts(team, at, rules, local)
    return Coverage(
        now=until - now >= SHORTEST_STAY,
        urgent=urgent_until - now >= SHORTEST_URGENT_STAY,
        until=until,
        urgent_until=urgent_until,
        opens=None if any(start <= now < end for start, end in shifts) else min((start for start, _ in shifts), default=None),
        shifts=shifts,
        many=any(declared.kind == "many" and declared.start <= now < declared.end for declared in team.declared),
    )


def _shifts(team: Team, at: int, rules: Rules, local: Local) -> tuple[Span, ...]:
    """What is planned from now on, merged, without the hours that a supervisor closed; where the line needs a supervisor, no hour without one."""
    planned = _planned(team.counselors, team.shifts, at, local)
    if rules.supervised:
        watched = merged(_planned(team.supervisors, team.shifts, at, local))
        planned = [part for span in planned for part in _common(span, watched)]
    spans = merged(planned)
    for declared in team.declared:
        if declared.kind == "closed":
            spans = without(spans, (declared.start, declared.end))
    return spans


def _planned(people: Iterable[Staff], shifts: tuple[Shift, ...], at: int, local: Local) -> list[Span]:
    return [span for staff in people for span in planned_spans(staff, shifts, at, local)]


def planned_spans(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> Iterator[Span]:
    """The planned spans of one person from now on for seven days, unmerged, without what lies in the time off."""
    now = local(at)
    first = now if staff.off_until is None else max(now, local(staff.off_until))
    last = now + DAYS_AHEAD * DAY_MINUTES
    for start, end in _spans(staff, shifts, now // DAY_MINUTES, DAYS_AHEAD + 1):
        if end > first and start < last:
            yield max(start, first), min(end, last)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, those that touch made one."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], end)
        else:
            whole.append((start, end))
    return tuple(whole)


def spans_of_day(own: Iterable[Shift], day: int) -> tuple[Span, ...]:
    """What one person's shifts make of a local day: the week's spans without that day's absences, and what that day has beyond the week."""
    weekday, begins = (day + THURSDAY) % 7, day * DAY_MINUTES
    spans: tuple[Span, ...] = ()
    absences: list[Span] = []
    beyond: list[Span] = []
    for shift in own:
        span = (begins + shift.start, begins + shift.end)
        if shift.day is None:
            if shift.weekday is None or shift.weekday == weekday:
                spans += (span,)
        elif shift.day == day:
            (absences if shift.off else beyond).append(span)
    for gap in absences:
        spans = without(spans, gap)
    return (*spans, *beyond)


def _spans(staff: Staff, shifts: Iterable[Shift], first_day: int, days: int) -> Iterator[Span]:
    own = tuple(shift for shift in shifts if shift.staff == staff.id)
    for day in range(first_day, first_day + days):
        yield from spans_of_day(own, day)


def without(spans: Iterable[Span], gap: Span) -> tuple[Span, ...]:
    """The parts of the spans that lie outside of the gap."""
    opens, ends = gap
    return tuple(part for start, end in spans for part in ((start, min(end, opens)), (max(start, ends), end)) if part[0] < part[1])


def _common(span: Span, others: Iterable[Span]) -> Iterator[Span]:
    """What of it lies in the others, which are merged."""
    for start, end in others:
        if start < span[1] and end > span[0]:
            yield max(start, span[0]), min(end, span[1])


def covering(staff: Staff, shifts: Iterable[Shift], at: int, local: Local) -> Span | None:
    """The planned span that this person is in, those that touch made one."""
    now = local(at)
    today = now // DAY_MINUTES
    own = tuple(shift for shift in shifts if shift.staff == staff.id)
    spans = spans_of_day(own, today - 1)
    for day in range(today, today + DAYS_AHEAD + 1):
        spans = merged((*spans, *spans_of_day(own, day)))
        found = next((span for span in spans if span[0] <= now < span[1]), None)
        if found is None or found[1] < (day + 1) * DAY_MINUTES:
            return found  # nothing of a later day touches it
    return found
