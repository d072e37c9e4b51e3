"""A supervisor on call: without one who said that she is, the line promises nothing; those who can mend it hear of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from hotline.engine.world import DAY
from hotline.ports import Post, Shift, Staff, Transaction
from hotline.service import outbox
from hotline.service.coverage import covering, is_closed, is_on, is_on_call, is_present
from hotline.service.parts import Parts

GRACE_SECONDS: Final = 300
"""So long after her turn began, or after what she said of it ran out, she is reminded."""

Reminder: TypeAlias = tuple[str, str, str]
"""Whom, what (`staff.…`), and what it follows from: the same twice is said once."""


def state(parts: Parts, at: int) -> Literal["ok", "closed"]:
    """Is the line in closed mode? Raises StoreAway."""
    with parts.store.read() as tx:
        return "closed" if is_closed(tx.all_staff(), at, parts.rules) else "ok"


def remind(parts: Parts, at: int) -> None:
    """Tell those who are planned and did not say that they are there: once for a turn, and once again where what they said ran out in it.

    Where none is planned, and counselors are there whom nobody may be promised: every supervisor who is not off, once a day. Raises StoreAway.
    """
    if not parts.rules.supervised:
        return
    with parts.store.read() as tx:
        people, shifts = tx.all_staff(), tx.shifts()
    due = _late(parts, people, shifts, at) or _unplanned(parts, people, shifts, at)
    if not due:
        return
    with parts.store.write() as tx:
        posts = tuple(_remind(parts, tx, *each, at) for each in due)
    outbox.hint(parts, (post for post in posts if post is not None))


def _late(parts: Parts, people: Iterable[Staff], shifts: tuple[Shift, ...], at: int) -> list[Reminder]:
    """Whom to remind, and of which turn."""
    late = []
    for each in people:
        span = covering(each, shifts, at, parts.clock.local) if each.role == "supervisor" else None
        if span is None or is_on_call(each, at) or (each.off_until is not None and at < each.off_until):
            continue
        if at - max(parts.clock.moment(span[0]), each.on_call_until or 0, each.off_until or 0) >= GRACE_SECONDS:
            late.append((each.id, "on_call_due", f"{span[0]}|{each.on_call_until or 0}"))
    return late


def _unplanned(parts: Parts, people: tuple[Staff, ...], shifts: tuple[Shift, ...], at: int) -> list[Reminder]:
    """Whom to tell that the line is closed though it could be open, and of which day: nobody's turn it is."""
    local, supervisors = parts.clock.local, [each for each in people if each.role == "supervisor"]
    since = max((each.on_call_until or 0 for each in supervisors), default=0)
    if (
        not is_closed(people, at, parts.rules)
        or at - since < GRACE_SECONDS
        or any(covering(each, shifts, at, local) for each in supervisors)
    ):
        return []
    if not any(
        each.role == "counselor" and is_on(each, shifts, at, local) and is_present(each, at, parts.rules.presence_minutes)
        for each in people
    ):
        return []
    return [(each.id, "closed", str(local(at) // DAY)) for each in supervisors if each.off_until is None or each.off_until <= at]


def _remind(parts: Parts, tx: Transaction, id: str, key: str, origin: str, at: int) -> Post | None:
    staff = tx.staff(id)
    if staff is None or is_on_call(staff, at):
        return None
    return outbox.tell(parts, tx, staff, key, origin, at)
