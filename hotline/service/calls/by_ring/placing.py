"""A ring of one of the staff is written, and leaves as a bridge does."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.calls.staff_rings import RingMenu, StaffRing
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.calls.by_ring import reach
from hotline.service.outbox import NewMessage
from hotline.service.work import Work

LEG_SECONDS: Final = 120
"""So long a ring, or the counselor's leg of a bridge, may last before anybody is put through."""
RINGING_SECONDS: Final = 60
"""A phone that was not answered by then has stopped ringing."""
LONGEST_TALK: Final = HOUR_SECONDS
"""The gateway ends a bridge after so long, though its end was told to nobody."""


class Cause(Struct, frozen=True):
    """What one of the staff is rung for. `origin`: what it follows from; the same twice is one ring."""

    menu: RingMenu
    origin: str
    not_after: int
    callback: str | None = None
    urgent: bool = False


def place(work: Work, staff: Staff, cause: Cause) -> OutboxMessage | None:
    """Ring one of the staff, as soon as the message is delivered. Returns None where nobody rings: it is not set so, the person has no digits, is on the
    phone with the line already, or was rung for this before."""
    if not reach.is_rung(work, staff) or is_on_the_phone(work, staff):
        return None
    ring = StaffRing(_id(work, staff, cause), staff.id, cause.menu, cause.callback, "placed", work.at)
    if not work.tx.staff_rings.add(ring):
        return None
    return outbox.write(work, NewMessage("ring", staff.number, ring.id, cause.not_after, cause.urgent), ring.id)


def inform(work: Work, staff: Staff, cause: Cause, alert: NewMessage, origin: str) -> tuple[OutboxMessage, ...]:
    """Let one of the staff hear of a call: by a ring, by this SMS, or by both. Whoever cannot be rung now hears by SMS, whatever is set: nobody is offered
    a call of which they never hear."""
    ring = place(work, staff, cause)
    if ring is not None and work.deps.rules.alerts == "ring":
        return (ring,)
    written = outbox.write(work, alert, origin)
    return (written,) if ring is None else (ring, written)


def was_placed(work: Work, staff: Staff, cause: Cause) -> bool:
    """Was this person rung for this before?"""
    return work.tx.staff_rings.get(_id(work, staff, cause)) is not None


def is_ringing(work: Work, staff: Staff) -> bool:
    """Does this person's phone ring for a call that can be taken or made, or is it about to? Whoever takes it meanwhile by SMS or on the page picks up."""
    ring = work.tx.staff_rings.live_of(staff.id)
    return ring is not None and ring.menu in ("offer", "held") and ring.state == "placed" and work.at - ring.placed_at < RINGING_SECONDS


def is_on_the_phone(work: Work, staff: Staff) -> bool:
    """Does the line ring this person just now, or talk to them, or join them with a caller?"""
    ring, call = work.tx.staff_rings.live_of(staff.id), work.tx.calls.live_of(staff.id)
    if ring is not None and work.at - ring.placed_at < LEG_SECONDS:
        return True
    return call is not None and work.at - (call.dialed_at or call.placed_at) < (LONGEST_TALK if call.dialed_at else LEG_SECONDS)


def _id(work: Work, staff: Staff, cause: Cause) -> str:
    return work.deps.derive("staff ring", f"{cause.menu}|{cause.origin}|{staff.id}")
