"""*I am here*, on shift, off shift: what coverage, and so every promise of the line, rests on; said on a page or by SMS."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.engine.effects import Minute
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls import dispatch
from hotline.service.calls.coverage import stays_until
from hotline.service.work import Work


def here(tx: Transaction, staff: Staff, at: int) -> Staff:
    """She did something just now, and is there for as long as the rules say; returns her as she is from now on."""
    staff = replace(staff, seen_at=at)
    tx.staff.save(staff)
    return staff


def begin(work: Work, staff: Staff) -> int:
    """On shift, whatever the plan says, until the moment that is returned."""
    until = work.at + work.deps.rules.shift_hours * 3600
    work.tx.staff.save(replace(staff, on_until=until, off_until=None))
    return until


def end(work: Work, staff: Staff) -> None:
    """Off, and on call no longer, until the shift that she is on ends; what the plan says after that holds again."""
    ends = work.deps.clock.moment(stays_until(replace(staff, on_until=None), work.tx.shifts.all(), work.at, work.deps.clock.local))
    off_until = min(ends, work.at + work.deps.rules.shift_hours * 3600)
    work.tx.staff.save(replace(staff, on_until=None, on_call_until=None, off_until=off_until if off_until > work.at else None))


def go(work: Work, staff: Staff) -> tuple[OutboxMessage, ...]:
    """She says that she goes: `end`, and `leave`."""
    end(work, staff)
    return leave(work, staff)


def keep_away(work: Work, staff: Staff, begins: Minute, ends: Minute) -> tuple[OutboxMessage, ...]:
    """She says now that she is away in these local minutes: what she said before, *on* or *on call*, yields to it; where they run she goes."""
    if begins <= work.deps.clock.local(work.at) < ends:
        return go(work, staff)
    if work.deps.clock.local(work.at) < begins:
        starts = work.deps.clock.moment(begins)
        work.tx.staff.save(replace(staff, on_until=_least(staff.on_until, starts), on_call_until=_least(staff.on_call_until, starts)))
    return ()


def come_back(work: Work, staff: Staff, begins: Minute, ends: Minute) -> None:
    """She says now that she is there in these local minutes: *off* ends where they begin."""
    starts = work.deps.clock.moment(begins)
    if staff.off_until is not None and starts < staff.off_until and work.deps.clock.local(work.at) < ends:
        work.tx.staff.save(replace(staff, off_until=starts if starts > work.at else None))


def leave(work: Work, staff: Staff) -> tuple[OutboxMessage, ...]:
    """Who goes leaves nothing untried behind: others are told of it."""
    untried = [
        group for group in dispatch.groups(work.tx, work.tx.callbacks.claimed_by(staff.id)) if not any(each.attempts for each in group)
    ]
    return tuple(post for group in untried for post in dispatch.give_back(work, group, staff.alias))


def _least(until: int | None, starts: int) -> int | None:
    return None if until is None else min(until, starts)
