"""*I am here* is asked for again before it lapses: a promise rests on it, and who forgot to say it would be taken for gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.calls.by_ring import placing, reach
from hotline.service.calls.by_ring.placing import Cause
from hotline.service.calls.rules.planned import covering
from hotline.service.calls.rules.presence import is_on, is_present, stays_until
from hotline.service.deps import Deps
from hotline.service.desk.shifts.on_duty import times_asked
from hotline.service.work import Work

ASKED: Final = "still_here"


BEGINNING: Final = (0, 10)
"""So many minutes after a planned shift began, or a break ended, whoever answers by ring, and has not said since that they are there, is rung."""


def ask(deps: Deps, at: int) -> None:
    """Ask each counselor who is there, after half of the time for which *I am here* holds and after two thirds: twice at most, until it is said again.

    By SMS; by a ring whoever answers so, who is asked when a planned shift begins and a break ends too, for no SMS of theirs could say it. Nobody is
    asked in a break, off shift, or whose shift ends first. Raises StoreAway.
    """
    if not deps.written.has_phrase(f"staff.{ASKED}"):  # an edition that is older than this program
        return
    with deps.store.read() as tx:
        work = Work(deps, tx, at)
        people, shifts = tx.staff.active(), tx.shifts.all()
        wanted = [*_wanted(deps, people, shifts, at)]
        due = [
            (staff, origin)
            for staff, origin in (*wanted, *_beginning(work, people, shifts), *_after_break(work, people, shifts))
            if not outbox.was_told(deps, tx, staff, ASKED, origin) and not placing.was_placed(work, staff, _cause(at, origin))
        ]
    if not due:
        return
    with deps.store.write() as tx:
        asked = [_ask(Work(deps, tx, at), staff, origin) for staff, origin in due]
    outbox.enqueue(deps, [message for message in asked if message is not None])


def _ask(work: Work, staff: Staff, origin: str) -> OutboxMessage | None:
    """Returns None where a ring has to wait: the person is on the phone with the line."""
    if reach.answers_by_ring(work, staff):
        return placing.place(work, staff, _cause(work.at, origin))
    question = reach.question(work, staff, ASKED)
    if question == ASKED:
        return outbox.tell(work, staff, ASKED, origin)
    # Under the origin of the common words, so that it is asked once.
    text = work.deps.written.phrase(f"staff.{question}", staff.reads, number=work.deps.rules.staff_replies)
    return outbox.tell_as(work, staff, ASKED, origin, text)


def _cause(at: int, origin: str) -> Cause:
    return Cause("here", origin, at + outbox.STAFF_SECONDS)


def _beginning(work: Work, people: Iterable[Staff], shifts: tuple[Shift, ...]) -> Iterator[tuple[Staff, str]]:
    """Whom to ask whether they are there, since their planned shift began, and what that follows from."""
    local = work.deps.clock.local
    for staff in people:
        span = covering(staff, shifts, work.at, local)
        if staff.role != "counselor" or span is None or not is_on(staff, shifts, work.at, local) or not reach.answers_by_ring(work, staff):
            continue
        began = work.deps.clock.moment(span[0])
        often = sum(work.now - span[0] >= minutes for minutes in BEGINNING)
        if (staff.seen_at or 0) < began and work.now - span[0] < 2 * BEGINNING[-1]:
            yield staff, f"begin|{began}|{often}"


def _after_break(work: Work, people: Iterable[Staff], shifts: tuple[Shift, ...]) -> Iterator[tuple[Staff, str]]:
    """Whom to ask whether they are there, since their break ended by itself, and what that follows from."""
    for staff in people:
        ended = staff.paused_until
        if staff.role != "counselor" or ended is None or staff.seen_at is not None or not reach.answers_by_ring(work, staff):
            continue
        waited = (work.at - ended) // 60
        if 0 <= waited < 2 * BEGINNING[-1] and is_on(staff, shifts, work.at, work.deps.clock.local):
            yield staff, f"break|{ended}|{sum(waited >= minutes for minutes in BEGINNING)}"


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
