"""The messages and rings by which staff hear of a call: written with the offer, withdrawn once nobody can follow them, and followed up where they did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.offers import Offer
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.calls.by_ring import placing, reach
from hotline.service.calls.by_ring.placing import Cause
from hotline.service.calls.rules import one_phone
from hotline.service.outbox import NewMessage
from hotline.service.work import Work

FAILED_SECONDS: Final = 120
"""How long after it failed an alert is looked at."""


def tell(work: Work, staff: Staff, group: Sequence[Callback], waiting: int = 1) -> tuple[OutboxMessage, ...]:
    """Offer this group to one of the staff, by SMS, by a ring or by both. `waiting`: how many wait like it, of all of which this one SMS speaks."""
    lead, ends = group[0], one_phone.end(group)
    before = len(work.tx.offers.of(lead.id))
    key = "staff.offer_urgent" if one_phone.is_urgent(group) else "staff.offer"
    values = {"ref": lead.reference, "before": outbox.hour(work.deps, staff.reads, ends)}
    # What speaks of others too is still of use when the one that it names is taken.
    origin = _origin(lead.id, staff.id, before)
    if staff.role == "supervisor":
        key = "staff.escalated"
        seen_by = work.tx.alarms.of(lead.id, "urgent")
        other = work.tx.staff.get(seen_by.seen_by or "") if seen_by is not None else None
        if other is not None and other.id != staff.id and work.deps.written.has_phrase("staff.escalated_seen"):
            key = "staff.escalated_seen"
            values["name"] = other.alias
        if waiting > 1 and work.deps.written.has_phrase("staff.escalated_many"):
            key, origin = "staff.escalated_many", f"many|{origin}"
            values["count"] = str(waiting)
    work.tx.offers.add(Offer(lead.id, staff.id, work.at))
    urgent, rules = one_phone.is_urgent(group), work.deps.rules
    patience = rules.offer_urgent_seconds if urgent else rules.offer_seconds
    cause = Cause("offer", origin, min(ends, work.at + patience), lead.id, urgent)
    alert = NewMessage("alert", staff.number, reach.words(work, staff, key, **values), ends, urgent, staff.role)
    return placing.inform(work, staff, cause, alert, origin)


def withdraw(work: Work, id: str) -> None:
    """Nobody is told any more of what can be followed no longer: whoever gets such an alert late would answer it for nothing. Nor does anybody see to it."""
    for place, offered in enumerate(work.tx.offers.of(id)):
        alert = work.deps.derive("alert", _origin(id, offered.staff, place))
        work.tx.outbox.move(alert, "pending", "dropped", work.at)
    work.tx.alarms.drop(id, "urgent")


def failed(work: Work) -> tuple[tuple[str, Staff], ...]:
    """What was offered by an alert that did not arrive, and still waits: the id of the callback, and who never heard of it."""
    found = []
    for message in work.tx.outbox.failed_alerts(work.at - FAILED_SECONDS):
        staff = work.tx.staff.by_number(message.to)
        if staff is not None:
            found += [
                (callback.id, staff) for callback in work.tx.offers.to(staff.id, work.at) if _is_of(work, message.id, callback.id, staff.id)
            ]
    if work.deps.rules.alerts == "ring":  # else an SMS says it too, and that one is followed
        rings = (ring for ring in work.tx.staff_rings.failed(work.at - FAILED_SECONDS) if ring.menu == "offer")
        found += [(ring.callback, staff) for ring in rings if ring.callback and (staff := work.tx.staff.get(ring.staff)) is not None]
    return tuple(found)


def _is_of(work: Work, alert: str, callback: str, staff: str) -> bool:
    origins = (_origin(callback, staff, place) for place, offer in enumerate(work.tx.offers.of(callback)) if offer.staff == staff)
    return any(alert in (work.deps.derive("alert", origin), work.deps.derive("alert", f"many|{origin}")) for origin in origins)


def _origin(id: str, staff: str, before: int) -> str:
    """`before`: how often it was offered before."""
    return f"{id}|{staff}|{before}"
