"""Care for those who listen: when she rests, *I need time*, and what a check-in that nobody else sees answers with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.care import TimeRequest
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.calls import rest
from hotline.service.calls.coverage import stays_until
from hotline.service.desk.shifts import presence
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


def check_in(answers: Mapping[str, str]) -> CheckInAdvice:
    """Pure, and nothing else is ever done with them. What was not answered counts as nothing."""
    weighs = tuple(each for each, heavy in QUESTIONS.items() if answers.get(each) == heavy)
    stirs = tuple(each for each in QUESTIONS if answers.get(each) == "sometimes")
    return CheckInAdvice((*weighs, *stirs), len(weighs) >= MUCH)


def resting(work: Work, staff: Staff) -> int | None:
    """Until when a counselor is offered nothing ordinary, so that she can be told; None: she does not rest.

    The pause after a hard call has its end; a cap holds until her shift ends.
    """
    load = rest.loads(work.tx, work.at, work.deps.rules).get(staff.id) if staff.role == "counselor" else None
    if load is None:
        return None
    if rest.is_enough(load, work.deps.rules):
        ends = work.deps.clock.moment(stays_until(staff, work.tx.shifts.all(), work.at, work.deps.clock.local))
        return min(ends, work.at + work.deps.rules.shift_hours * 3600) if ends > work.at else None
    until = rest.pause_ends(load, work.deps.rules)
    return until if until > work.at else None


def need_time(work: Work, staff: Staff, origin: str) -> tuple[OutboxMessage, ...]:
    """She is off until her shift ends, and a supervisor hears her alias and no reason: nobody asked for one. Asked again, it is told once."""
    posts = presence.go(work, staff)
    if any(each.staff == staff.id for each in work.tx.care.waiting()):
        return posts
    want = TimeRequest(work.deps.derive("want", origin), staff.id, work.at)
    work.tx.care.add(want)
    told = (outbox.tell(work, each, "wants_time", want.id, name=staff.alias) for each in outbox.supervisors(work, staff.id))
    return (*posts, *told)


def take_on(tx: Transaction, id: str, by: Staff, at: int) -> bool:
    """A supervisor sees to it; nobody takes on her own. False: somebody did before."""
    want = next((each for each in tx.care.waiting() if each.id == id and each.staff != by.id), None)
    if want is None:
        return False
    tx.care.save(replace(want, seen_by=by.id, seen_at=at))
    return True


def waiting(tx: Transaction, by: Staff) -> tuple[tuple[TimeRequest, str], ...]:
    """What a supervisor can take on, everybody's but her own, with the aliases; to everybody else, nothing."""
    wants = [each for each in tx.care.waiting() if each.staff != by.id] if by.role == "supervisor" else []
    aliases = {each.id: each.alias for each in tx.staff.active()} if wants else {}
    return tuple((each, aliases.get(each.staff, "")) for each in wants)
