"""Whoever answers by ring is rung again for what waits for them: how a call ended that nobody knows, a phone that could not be reached and may be tried once more, a cap."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.calls.by_ring import placing, reach
from hotline.service.calls.by_ring.placing import Cause
from hotline.service.calls.dispatch import claims
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import is_unsaid, may_ring
from hotline.service.calls.rules.presence import is_on
from hotline.service.calls.rules.rest import rests
from hotline.service.deps import Deps
from hotline.service.work import Work

UNSAID_SECONDS: Final = 300
"""So long after a call whoever was asked and did not say is asked once more; later a supervisor looks (`claims.SILENT_SECONDS`)."""
AGAIN_SECONDS: Final = 180
"""So long after a phone could not be reached."""


def ring(deps: Deps, at: int) -> None:
    """Once for each. Raises StoreAway."""
    if deps.rules.alerts == "sms":
        return
    with deps.store.read() as tx:
        work = Work(deps, tx, at)
        capped = rests(tx, at, deps.rules).capped
        wanted = [(staff, cause) for staff in tx.staff.active() for cause in _causes(work, staff, capped)]
        due = [(staff, cause) for staff, cause in wanted if not placing.was_placed(work, staff, cause)]
    if not due:
        return
    with deps.store.write() as tx:
        placed = [placing.place(Work(deps, tx, at), staff, cause) for staff, cause in due]
    outbox.enqueue(deps, [message for message in placed if message is not None])


def _causes(work: Work, staff: Staff, capped: Collection[str]) -> Iterator[Cause]:
    held = work.tx.callbacks.claimed_by(staff.id)
    if not (held or staff.id in capped) or not reach.answers_by_ring(work, staff):
        return
    if staff.id in capped and staff.role == "counselor" and is_on(staff, work.tx.shifts.all(), work.at, work.deps.clock.local):
        yield Cause("enough", f"{work.at // (work.deps.rules.shift_hours * HOUR_SECONDS)}", work.at + outbox.STAFF_SECONDS)
    for group in claims.groups(work.tx, held):
        cause = _cause(work, staff, group)
        if cause is not None:
            yield cause


def _cause(work: Work, staff: Staff, group: Sequence[Callback]) -> Cause | None:
    lead = group[0]
    since = max(callback.claimed_at or 0 for callback in group)
    if any(is_unsaid(callback) for callback in group):
        if work.at - since < UNSAID_SECONDS:
            return None
        return Cause("how", f"{lead.id}|{lead.attempts}|again", work.at + outbox.STAFF_SECONDS, lead.id)
    if not lead.attempts or work.at - since < AGAIN_SECONDS or not may_ring(work, one_phone.open_of(group, work.at), staff):
        return None
    return Cause("held", f"{lead.id}|{lead.attempts}", one_phone.end(group), lead.id, one_phone.is_urgent(group))
