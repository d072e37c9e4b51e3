"""A supervisor on call: without one who said that she is, the line promises nothing; she is reminded when her turn begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from hotline.ports import Post, Shift, Staff, Transaction
from hotline.service import outbox
from hotline.service.coverage import covering, is_closed, is_on_call
from hotline.service.parts import Parts

GRACE_SECONDS: Final = 300
"""So long after her turn began, or after what she said of it ran out, she is reminded."""


def state(parts: Parts, at: int) -> Literal["ok", "closed"]:
    """Is the line in closed mode? Raises StoreAway."""
    with parts.store.read() as tx:
        return "closed" if is_closed(tx.all_staff(), at, parts.rules) else "ok"


def remind(parts: Parts, at: int) -> None:
    """Tell those who are planned and did not say that they are there: once for a turn, and once again where what they said ran out in it.

    Raises StoreAway.
    """
    if not parts.rules.supervised:
        return
    with parts.store.read() as tx:
        late = _late(parts, tx.all_staff(), tx.shifts(), at)
    if not late:
        return
    with parts.store.write() as tx:
        posts = tuple(_remind(parts, tx, id, turn, at) for id, turn in late)
    outbox.hint(parts, (post for post in posts if post is not None))


def _late(parts: Parts, people: Iterable[Staff], shifts: tuple[Shift, ...], at: int) -> list[tuple[str, str]]:
    """Whom to remind, and of which turn."""
    late = []
    for each in people:
        span = covering(each, shifts, at, parts.clock.local) if each.role == "supervisor" else None
        if span is None or is_on_call(each, at) or (each.off_until is not None and at < each.off_until):
            continue
        if at - max(parts.clock.moment(span[0]), each.on_call_until or 0, each.off_until or 0) >= GRACE_SECONDS:
            late.append((each.id, f"{span[0]}|{each.on_call_until or 0}"))
    return late


def _remind(parts: Parts, tx: Transaction, id: str, turn: str, at: int) -> Post | None:
    staff = tx.staff(id)
    if staff is None or is_on_call(staff, at):
        return None
    return outbox.tell(parts, tx, staff, "on_call_due", turn, at)
