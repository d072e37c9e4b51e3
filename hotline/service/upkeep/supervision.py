"""What supervisors have to hear of: that it is their turn to be on call, that nobody is, that more wait than can be called. The clock tells, and sets nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from hotline.engine.times import DAY_MINUTES, HOUR_SECONDS
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.calls.by_ring import placing, reach
from hotline.service.calls.by_ring.placing import Cause
from hotline.service.calls.rules.planned import covering
from hotline.service.calls.rules.presence import all_there, is_closed, is_on, is_present
from hotline.service.deps import Deps
from hotline.service.work import Work

GRACE_SECONDS: Final = 300
"""So long after the turn began, or after what was said of it ran out, the supervisor is reminded."""

HELD: Final = "restored"
HOLD_SECONDS: Final = HOUR_SECONDS
CROWD_SECONDS: Final = 600
"""Phones that wait for so long count; and so often supervisors are told at most."""
CROWD: Final = 6
"""More than so many of them, and more than two for each counselor who is there, are many."""

Reminder: TypeAlias = tuple[str, str, str]
"""Whom, what (`staff.…`), and what it follows from: the same twice is said once."""


def state(deps: Deps, at: int) -> Literal["ok", "closed"]:
    """Is the line in closed mode? Raises StoreAway."""
    with deps.store.read() as tx:
        return "closed" if is_closed(tx.staff.active(), at, deps.rules) else "ok"


def remind(deps: Deps, at: int) -> None:
    """Tell those who are planned and did not say that they are there: once for a turn, and once again where what they said ran out in it.

    Where none is planned, and counselors are there whom nobody may be promised: every supervisor who is not off, once a day. Raises StoreAway.
    """
    if not deps.rules.supervised:
        return
    with deps.store.read() as tx:
        people, shifts = tx.staff.active(), tx.shifts.all()
    due = _late(deps, people, shifts, at) or _unplanned(deps, people, shifts, at)
    if not due:
        return
    with deps.store.write() as tx:
        messages = tuple(_remind(Work(deps, tx, at), *reminder) for reminder in due)
    outbox.enqueue(deps, (message for message in messages if message is not None))


def tell_of_crowd(deps: Deps, at: int) -> None:
    """Tell supervisors where more phones have waited for ten minutes than those who are there can call soon. Raises StoreAway."""
    if not deps.written.has_phrase("staff.crowd"):  # an edition that is older than this program
        return
    with deps.store.read() as tx:
        waiting = tx.figures.phones_waiting(at, CROWD_SECONDS)
        if waiting <= max(CROWD, 2 * len(all_there(Work(deps, tx, at)))):
            return
    with deps.store.write() as tx:
        work = Work(deps, tx, at)
        messages = outbox.tell_seldom(work, outbox.supervisors(work), "crowd", CROWD_SECONDS, count=str(waiting))
    outbox.enqueue(deps, messages)


def tell_of_hold(deps: Deps, at: int) -> None:
    """While a restored line is held, supervisors are told that it waits for one of them, once an hour: no page need be open for that. Raises StoreAway."""
    if not deps.written.has_phrase(f"staff.{HELD}"):  # an edition that is older than this program
        return
    with deps.store.write() as tx:
        work = Work(deps, tx, at)
        hold = tx.backups.hold()
        # Not in the second of the restore itself: what was written by then does not leave.
        messages = (
            outbox.tell_seldom(work, outbox.supervisors(work), HELD, HOLD_SECONDS) if hold and hold.whole and at != hold.since else ()
        )
    outbox.enqueue(deps, messages)


def _late(deps: Deps, people: Iterable[Staff], shifts: tuple[Shift, ...], at: int) -> list[Reminder]:
    """Whom to remind, and of which turn."""
    late = []
    for staff in people:
        span = covering(staff, shifts, at, deps.clock.local) if staff.role == "supervisor" else None
        if span is None or staff.is_on_call(at) or (staff.off_until is not None and at < staff.off_until):
            continue
        if at - max(deps.clock.moment(span[0]), staff.on_call_until or 0, staff.off_until or 0) >= GRACE_SECONDS:
            late.append((staff.id, "on_call_due", f"{span[0]}|{staff.on_call_until or 0}"))
    return late


def _unplanned(deps: Deps, people: tuple[Staff, ...], shifts: tuple[Shift, ...], at: int) -> list[Reminder]:
    """Whom to tell that the line is closed though it could be open, and of which day: it is nobody's turn."""
    local, supervisors = deps.clock.local, [staff for staff in people if staff.role == "supervisor"]
    since = max((staff.on_call_until or 0 for staff in supervisors), default=0)
    if (
        not is_closed(people, at, deps.rules)
        or at - since < GRACE_SECONDS
        or any(covering(staff, shifts, at, local) for staff in supervisors)
    ):
        return []
    if not any(
        staff.role == "counselor" and is_on(staff, shifts, at, local) and is_present(staff, at, deps.rules.presence_minutes)
        for staff in people
    ):
        return []
    return [
        (staff.id, "closed", str(local(at) // DAY_MINUTES)) for staff in supervisors if staff.off_until is None or staff.off_until <= at
    ]


def _remind(work: Work, id: str, key: str, origin: str) -> OutboxMessage | None:
    staff = work.tx.staff.get(id)
    if staff is None or staff.is_on_call(work.at):
        return None
    if reach.answers_by_ring(work, staff):
        return placing.place(work, staff, Cause("here", f"{key}|{origin}", work.at + outbox.STAFF_SECONDS))
    return outbox.tell(work, staff, key, origin)
