"""Callbacks are offered to the staff: when they come due, when nobody took them, when an alert did not arrive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from hotline.ports.calls.callbacks import Callback, DueCallback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import Staff
from hotline.service import outbox
from hotline.service.calls import alerts
from hotline.service.calls.dispatch.floor import Floor
from hotline.service.calls.dispatch.turns import next_turn
from hotline.service.calls.rules import one_phone, rest
from hotline.service.deps import Deps
from hotline.service.held import is_held
from hotline.service.work import Work

READ_AT_ONCE: Final = 200
"""Of what is due: with thousands waiting the first of them are most often enough."""


def offer(work: Work, id: str, *, passed_by: str | None = None) -> tuple[OutboxMessage, ...]:
    """Tell the next of the staff about this callback and all others to the same number, if it is time to.

    One number, one alert: while somebody holds one of them nobody is told of another. `passed_by`: who gives it away, so that it is
    time, and somebody else's turn.
    """
    if is_held(work.tx):
        return ()
    floor = Floor(work)
    turn = next_turn(work, id, floor, passed_by=passed_by)
    if turn is None:
        return ()
    return tuple(
        message for staff in turn.staff for message in alerts.tell(work, staff, turn.group, _count_like(work, turn.group, staff, floor))
    )


def _count_like(work: Work, group: Sequence[Callback], staff: Staff, floor: Floor) -> int:
    """Of how many calls that nobody is free for a supervisor hears at once: urgent ones, or those that waited as long as is lent; of each phone one."""
    if staff.role != "supervisor":
        return 1
    urgent, rules = one_phone.is_urgent(group), work.deps.rules
    found = _unasked(work, floor, lambda due: urgent or rest.waits_long(due.since, work.at, rules), urgent=urgent)
    own = {found[callback.id] for callback in group if callback.id in found}
    return 1 + len({*found.values()} - own)


def urgent_waits(work: Work, languages: Collection[str]) -> bool:
    """Does something urgent wait in one of these that no counselor was asked to take just now? Whoever talks reads it on the page."""
    return bool(_unasked(work, Floor(work), lambda due: due.language in languages, urgent=True))


def _unasked(work: Work, floor: Floor, is_wanted: Callable[[DueCallback], bool], *, urgent: bool) -> dict[str, int]:
    """Of the first of what is due that which no counselor was asked to take just now: the id of each, and which phone it is of."""
    ids = tuple(due.id for due in work.tx.callbacks.due(work.at, READ_AT_ONCE, urgent=urgent) if is_wanted(due))
    asked = floor.offered()
    phones = work.tx.numbers.phones((*ids, *asked))
    taken = {phones[id] for id in asked if id in phones}
    return {id: phones[id] for id in ids if id in phones and phones[id] not in taken}


def offer_due(deps: Deps, at: int) -> None:
    """Offer whatever has come due, or was not taken in time. Raises StoreAway."""
    with deps.store.read() as tx:
        wanted = _wanted(Work(deps, tx, at))
    for id in wanted:
        with deps.store.write() as tx:
            messages = offer(Work(deps, tx, at), id)
        outbox.enqueue(deps, messages)


def _wanted(work: Work) -> list[str]:
    """The callbacks of which somebody is to be told now, the most pressing first. With thousands waiting and nobody to tell, next to nothing is read."""
    wanted: list[str] = []
    floor, rules = Floor(work), work.deps.rules
    for due in _due(work, floor):
        if not floor.reaches(due.language, urgent=due.urgent, waits_long=rest.waits_long(due.since, work.at, rules)):
            continue
        turn = next_turn(work, due.id, floor)
        if turn is not None:
            floor.tell(turn, urgent=one_phone.is_urgent(turn.group))
            wanted.append(due.id)
    return wanted


def _due(work: Work, floor: Floor) -> Iterator[DueCallback]:
    """What is urgent, then the rest: of each as long as there is anybody whom one of it could be told of."""
    for urgent in (True, False):
        last = None
        while floor.reaches_any(urgent=urgent) and (rows := work.tx.callbacks.due(work.at, READ_AT_ONCE, urgent=urgent, after=last)):
            for last in rows:
                if not floor.reaches_any(urgent=urgent):
                    break
                yield last


def follow_failed_alerts(deps: Deps, at: int) -> None:
    """Whoever was to hear of a call did not: supervisors are told, and somebody else is. No screen changes. Raises StoreAway."""
    with deps.store.read() as tx:
        work = Work(deps, tx, at)
        failed = [(id, staff) for id, staff in alerts.failed(work) if not _is_followed(work, id, staff)]
    for id, staff in failed:
        with deps.store.write() as tx:
            messages = _follow(Work(deps, tx, at), id, staff)
        outbox.enqueue(deps, messages)


def _is_followed(work: Work, id: str, staff: Staff) -> bool:
    """Do supervisors know, and was somebody else asked?"""
    others = outbox.supervisors(work, apart_from=staff.id)
    are_told = all(outbox.was_told(work.deps, work.tx, other, "alert_failed", f"{id}|{staff.id}") for other in others)
    return are_told and work.tx.offers.of(id)[-1].staff != staff.id


def _follow(work: Work, id: str, staff: Staff) -> tuple[OutboxMessage, ...]:
    callback, offers = work.tx.callbacks.get(id), work.tx.offers.of(id)
    if callback is None or callback.state != "waiting":
        return ()
    others = outbox.supervisors(work, apart_from=staff.id)
    messages = tuple(
        outbox.tell(work, other, "alert_failed", f"{id}|{staff.id}", ref=callback.reference, name=staff.alias) for other in others
    )
    return (*messages, *(offer(work, id, passed_by=staff.id) if offers[-1].staff == staff.id else ()))
