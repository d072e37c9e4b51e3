"""*I am here* is asked for again before it lapses: a promise rests on it, and who forgot to say it would be taken for gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.calls.rules.presence import is_on, is_present, stays_until
from hotline.service.deps import Deps
from hotline.service.desk.shifts.on_duty import times_asked
from hotline.service.work import Work

ASKED: Final = "still_here"


def ask(deps: Deps, at: int) -> None:
    """Ask each counselor who is there by SMS, after half of the time for which *I am here* holds and after two thirds: twice at most, until it is said again.

    Nobody is asked in a break, off shift, or whose shift ends first. Raises StoreAway.
    """
    if not deps.written.has_phrase(f"staff.{ASKED}"):  # an edition that is older than this program
        return
    with deps.store.read() as tx:
        wanted = _wanted(deps, tx.staff.active(), tx.shifts.all(), at)
        due = [(staff, origin) for staff, origin in wanted if not outbox.was_told(deps, tx, staff, ASKED, origin)]
    if not due:
        return
    with deps.store.write() as tx:
        messages = [outbox.tell(Work(deps, tx, at), staff, ASKED, origin) for staff, origin in due]
    outbox.enqueue(deps, messages)


def _wanted(deps: Deps, people: Iterable[Staff], shifts: tuple[Shift, ...], at: int) -> Iterator[tuple[Staff, str]]:
    """Whom to ask by now, and what that follows from: which *I am here*, and how often it was asked for since."""
    minutes, local = deps.rules.presence_minutes, deps.clock.local
    for staff in people:
        if staff.role != "counselor" or not is_present(staff, at, minutes) or not is_on(staff, shifts, at, local):
            continue
        often = times_asked(staff, at, minutes)
        lapses = local((staff.seen_at or 0) + minutes * 60)
        if often and stays_until(staff, shifts, at, local) > lapses:
            yield staff, f"{staff.seen_at}|{often}"
