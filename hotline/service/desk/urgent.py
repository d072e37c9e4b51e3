"""How much urgent waits, for pages about something else: one line that leads to the queue."""

from __future__ import annotations

from hotline.ports.desk.staff import Staff
from hotline.service.calls.rules import minors, skill
from hotline.service.calls.rules.presence import is_present
from hotline.service.deps import Deps
from hotline.service.desk.board import MOST_SHOWN


def urgent_waiting(deps: Deps, staff: Staff, at: int) -> int:
    """How many urgent cards the queue of this person has, that nobody took. A counselor who is not there, or on a break, is not called back to it: none. Raises StoreAway."""
    if staff.role != "supervisor" and (staff.is_paused(at) or not is_present(staff, at, deps.rules.presence_minutes)):
        return 0
    with deps.store.read() as tx:
        waiting = tx.board.due(at, skill.seen_by(staff, deps.written.languages), MOST_SHOWN, MOST_SHOWN, minors=minors.takes_minors(staff))
    return sum(callback.urgent for callback in waiting.callbacks)
