"""Who is on shift, as it is: who is free, who talks, who is in a pause, and until when each stays. For supervisors; never why somebody rests, nor for how long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from hotline.engine.effects import Minute
from hotline.engine.times import DAY_MINUTES, HOUR_SECONDS
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls.rules.presence import is_on_shift, is_present, stays_until
from hotline.service.calls.rules.rest import rests
from hotline.service.deps import Deps

ShiftState: TypeAlias = Literal["here", "talking", "holding", "paused", "on", "off"]
"""Free; put through to a caller; holding a callback; in a pause, be it a break or a rest; on shift and not seen for a while; not on shift."""
ORDER: Final = get_args(ShiftState)
LONGEST_CALL_SECONDS: Final = 3 * HOUR_SECONDS
"""A call of which no end was heard for so long is taken for over."""


class OnShift(Struct, frozen=True):
    """`until`: when the shift ends, in local minutes; None where it holds until a day and more from now."""

    alias: str
    state: ShiftState
    languages: tuple[str, ...]
    until: Minute | None


def states(deps: Deps, tx: Transaction, people: Iterable[Staff], shifts: tuple[Shift, ...], at: int) -> dict[str, ShiftState]:
    """How each of these counselors is, by id."""
    local, minutes = deps.clock.local, deps.rules.presence_minutes
    busy, resting = tx.calls.busy(at - LONGEST_CALL_SECONDS), rests(tx, at, deps.rules).all

    def state(staff: Staff) -> ShiftState:
        if staff.id in busy:
            return "talking" if busy[staff.id] else "holding"
        if not is_on_shift(staff, shifts, at, local):
            return "off"
        if staff.is_paused(at) or staff.id in resting:
            return "paused"
        return "here" if is_present(staff, at, minutes) else "on"

    return {staff.id: state(staff) for staff in people}


def on_shift(deps: Deps, tx: Transaction, people: Iterable[Staff], shifts: tuple[Shift, ...], at: int) -> tuple[OnShift, ...]:
    """Counselors who are on shift or in a call, those first who could take one; each as a supervisor may see it."""
    counselors = {staff.id: staff for staff in people if staff.role == "counselor"}
    now, found = deps.clock.local(at), []
    for id, state in states(deps, tx, counselors.values(), shifts, at).items():
        until = stays_until(counselors[id], shifts, at, deps.clock.local)
        if state != "off":
            found.append(OnShift(counselors[id].alias, state, counselors[id].speaks, until if now < until < now + DAY_MINUTES else None))
    return tuple(sorted(found, key=lambda member: (ORDER.index(member.state), member.alias)))
