"""Who can call, worked out from what the staff declared and from the clock: `look` reads it, all else is pure (docs: coverage).

Every promise of the line rests on it. Nothing that a caller does, and nothing that is done for one, changes it: no request, no claim, no rest, no offer that nobody took. Else a phone would show what another asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec.structs import replace

from hotline.engine.effects import Coverage, Urgency
from hotline.engine.promise import SHORTEST_STAY, SHORTEST_URGENT_STAY
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service.calls.rules.planned import Local, MinuteSpan, common, merged, planned_spans, without
from hotline.service.calls.rules.presence import Team, is_closed, stays_until, team, there
from hotline.service.held import is_held
from hotline.service.work import Work
from hotline.settings import Rules

Missing: TypeAlias = Literal["nobody", "leaves", "closed"]
"""Why a call *now* cannot be made: nobody is there; who is there goes too soon; in closed mode nobody may be promised."""


def look(work: Work, language: str) -> Coverage:
    """Who can call in this language, whoever asks."""
    return coverage(declared_team(work, language), work.at, work.deps.rules, work.deps.clock.local)


def declared_team(work: Work, language: str) -> Team:
    """`team`, with what supervisors declared of the line: all that `coverage` is made of."""
    if is_held(work.tx):
        return Team(language, (), ())  # nobody is there, and nobody is planned
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


def _shifts(team: Team, at: int, rules: Rules, local: Local) -> tuple[MinuteSpan, ...]:
    """What is planned from now on, merged, without the hours that a supervisor closed; where the line needs a supervisor, no hour without one."""
    planned = _planned(team.counselors, team.shifts, at, local)
    if rules.supervised:
        watched = merged(_planned(team.supervisors, team.shifts, at, local))
        planned = [part for span in planned for part in common(span, watched)]
    spans = merged(planned)
    for declared in team.declared:
        if declared.kind == "closed":
            spans = without(spans, (declared.start, declared.end))
    return spans


def _planned(people: Iterable[Staff], shifts: tuple[Shift, ...], at: int, local: Local) -> list[MinuteSpan]:
    return [span for staff in people for span in planned_spans(staff, shifts, at, local)]
