"""*I am here*, on shift, off shift: what coverage, and so every promise of the line, rests on; said on a page or by SMS."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.engine.effects import Minute
from hotline.ports import Post, Staff, Transaction
from hotline.service import dispatch
from hotline.service.coverage import stays_until
from hotline.service.parts import Parts


def here(tx: Transaction, staff: Staff, at: int) -> Staff:
    """She did something just now, and is there for as long as the rules say; returns her as she is from now on."""
    staff = replace(staff, seen_at=at)
    tx.add_staff(staff)
    return staff


def begin(parts: Parts, tx: Transaction, staff: Staff, at: int) -> int:
    """On shift, whatever the plan says, until the moment that is returned."""
    until = at + parts.rules.shift_hours * 3600
    tx.add_staff(replace(staff, on_until=until, off_until=None))
    return until


def end(parts: Parts, tx: Transaction, staff: Staff, at: int) -> None:
    """Off, and on call no longer, until the shift that she is on ends; what the plan says after that holds again."""
    ends = parts.clock.moment(stays_until(replace(staff, on_until=None), tx.shifts(), at, parts.clock.local))
    off_until = min(ends, at + parts.rules.shift_hours * 3600)
    tx.add_staff(replace(staff, on_until=None, on_call_until=None, off_until=off_until if off_until > at else None))


def go(parts: Parts, tx: Transaction, staff: Staff, at: int) -> tuple[Post, ...]:
    """She says that she goes: `end`, and `leave`."""
    end(parts, tx, staff, at)
    return leave(parts, tx, staff, at)


def keep_away(parts: Parts, tx: Transaction, staff: Staff, begins: Minute, ends: Minute, at: int) -> tuple[Post, ...]:
    """She says now that she is away in these local minutes: what she said before, *on* or *on call*, yields to it; where they run she goes."""
    if begins <= parts.clock.local(at) < ends:
        return go(parts, tx, staff, at)
    if parts.clock.local(at) < begins:
        starts = parts.clock.moment(begins)
        tx.add_staff(replace(staff, on_until=_least(staff.on_until, starts), on_call_until=_least(staff.on_call_until, starts)))
    return ()


def come_back(parts: Parts, tx: Transaction, staff: Staff, begins: Minute, ends: Minute, at: int) -> None:
    """She says now that she is there in these local minutes: *off* ends where they begin."""
    starts = parts.clock.moment(begins)
    if staff.off_until is not None and starts < staff.off_until and parts.clock.local(at) < ends:
        tx.add_staff(replace(staff, off_until=starts if starts > at else None))


def leave(parts: Parts, tx: Transaction, staff: Staff, at: int) -> tuple[Post, ...]:
    """Who goes leaves nothing untried behind: others are told of it."""
    untried = [group for group in dispatch.groups(tx, tx.claimed_by(staff.id)) if not any(each.tries for each in group)]
    return tuple(post for group in untried for post in dispatch.give_back(parts, tx, group, staff.alias, at))


def _least(until: int | None, starts: int) -> int | None:
    return None if until is None else min(until, starts)
