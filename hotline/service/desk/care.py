"""Care for those who listen: when a counselor rests, *I need time*, and what a check-in that nobody else sees answers with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.desk.care import TimeRequest
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.acts import Act, Result
from hotline.service.calls.rules import rest
from hotline.service.calls.rules.presence import stays_until
from hotline.service.deps import Deps
from hotline.service.desk.shifts import on_duty
from hotline.service.permissions import may_act
from hotline.service.work import Work

Often: TypeAlias = Literal["often", "sometimes", "rarely"]

OFTEN: Final[tuple[Often, ...]] = get_args(Often)
QUESTIONS: Final[Mapping[str, Often]] = {"sleep": "often", "thoughts": "often", "tension": "often", "talk": "rarely", "wish": "rarely"}
"""Five plain questions of our own, and which answer weighs."""
MUCH: Final = 3
"""So many that weigh: it is time to speak to somebody."""


class CheckInAdvice(Struct, frozen=True):
    """What the check-in says back; it lives as long as the page."""

    advice: tuple[str, ...]
    """Of which questions, what weighs first."""
    is_much: bool


class CareView(Struct, frozen=True):
    """What the page shows of somebody's rest, and of who waits."""

    rests_until: int | None
    waiting: tuple[tuple[TimeRequest, str], ...]
    """Requests that whoever looks can take on, with the aliases."""


def check_in(answers: Mapping[str, str]) -> CheckInAdvice:
    """Pure, and nothing else is ever done with them. What was not answered counts as nothing."""
    weighs = tuple(question for question, heavy in QUESTIONS.items() if answers.get(question) == heavy)
    stirs = tuple(question for question in QUESTIONS if answers.get(question) == "sometimes")
    return CheckInAdvice((*weighs, *stirs), len(weighs) >= MUCH)


def look(deps: Deps, staff: Staff, at: int) -> CareView:
    """Raises StoreAway."""
    with deps.store.read() as tx:
        work = Work(deps, tx, at)
        return CareView(resting(work, staff), _waiting(work, staff))


def resting(work: Work, staff: Staff) -> int | None:
    """Until when a counselor is offered nothing ordinary. Returns None where the counselor does not rest.

    The pause after a hard call has its end; a cap holds until the shift ends.
    """
    load = rest.loads(work.tx, work.at, work.deps.rules).get(staff.id) if staff.role == "counselor" else None
    if load is None:
        return None
    if rest.is_enough(load, work.deps.rules) and not rest.goes_on(staff, work.at):
        ends = work.deps.clock.moment(stays_until(staff, work.tx.shifts.all(), work.at, work.deps.clock.local))
        return min(ends, work.at + work.deps.rules.shift_hours * HOUR_SECONDS) if ends > work.at else None
    until = rest.pause_ends(load, work.deps.rules)
    return until if until > work.at else None


def need_time(act: Act) -> Result:
    """Off until the shift ends, and a supervisor hears an alias and no reason: nobody asked for one. Asked for again, nobody is told twice."""
    messages = on_duty.leave(act, act.staff)
    if any(request.staff == act.staff.id for request in act.tx.care.waiting()):
        return Result(messages=messages)
    request = TimeRequest(act.derive("want"), act.staff.id, act.at)
    act.tx.care.add(request)
    supervisors = outbox.supervisors(act, act.staff.id)
    alerts = (outbox.tell(act, supervisor, "wants_time", request.id, name=act.staff.alias) for supervisor in supervisors)
    return Result(messages=(*messages, *alerts))


def take_on(act: Act, id: str) -> Result:
    """A supervisor sees to it; nobody takes on their own. Gone where somebody took it on before."""
    request = next((request for request in act.tx.care.waiting() if request.id == id and request.staff != act.staff.id), None)
    if request is None:
        return Result("gone")
    act.tx.care.save(replace(request, seen_by=act.staff.id, seen_at=act.at))
    return Result()


def _waiting(work: Work, staff: Staff) -> tuple[tuple[TimeRequest, str], ...]:
    """Everybody's requests but one's own; none for somebody who may take none on."""
    requests = [request for request in work.tx.care.waiting() if request.staff != staff.id] if may_act(staff, "take_on") else []
    aliases = {staff.id: staff.alias for staff in work.tx.staff.active()} if requests else {}
    return tuple((request, aliases.get(request.staff, "")) for request in requests)
