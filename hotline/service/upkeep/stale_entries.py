"""What time takes off the line: the clock publishes an edition without the numbers that nobody verified lately and the events that are over, and with *to be confirmed* at places that nobody confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from hotline.engine.flow import Item
from hotline.engine.freshness import fresh, is_shown
from hotline.ports.calls.outbox import OutboxMessage
from hotline.service import outbox
from hotline.service.deps import Deps
from hotline.service.editions.directory_numbers import numbers
from hotline.service.editions.publication import NewEdition, Overtaken, checked_on, enact
from hotline.service.work import Work

BY: Final = "clock"
MOST_NAMED: Final = 3
"""In one SMS."""


def drop_stale(deps: Deps, at: int) -> None:
    """Publish the newest edition without what went stale since, if anything did, and tell the operators whose numbers these were.

    Two clocks at once publish one, and nothing is published behind an edition that this process has not heard of. Raises StoreAway, FaultySources and TooSoon: then
    it is left for the next time.
    """
    newest = deps.editions.snapshot.editions[-1]
    day = deps.today(at)
    _, dropped = fresh(newest.sources, day)
    if not dropped:
        return
    sources = checked_on(newest.sources, day)
    ids = {item.id for item in dropped}
    gone = [
        item
        for item in newest.shown.items
        if item.id in ids and "phone" in item.fields and item.fields.get("verified_on") and not is_shown(item, day)
    ]
    messages: tuple[OutboxMessage, ...] = ()
    with suppress(Overtaken), deps.store.write() as tx:
        work = Work(deps, tx, at)
        row = enact(work, NewEdition(sources, BY, after=newest.number))
        messages = _tell(work, gone, row.number) if gone else ()
    outbox.enqueue(deps, messages)


def has_emergency_number(deps: Deps, at: int) -> bool:
    """Does the edition in force show a number for emergencies?"""
    snapshot = deps.editions.snapshot
    return bool(numbers(snapshot.active(at).sources, snapshot.withdrawals, deps.today(at)).emergency)


def _tell(work: Work, gone: Iterable[Item], number: int) -> tuple[OutboxMessage, ...]:
    names = [item.name for item in gone]
    named = ", ".join(names[:MOST_NAMED]) + (f" +{len(names) - MOST_NAMED}" if len(names) > MOST_NAMED else "")
    staff = work.tx.staff.active()
    whom = [person for person in staff if person.role == "operator"] or [person for person in staff if person.role == "supervisor"]
    return tuple(outbox.tell(work, person, "gone_dark", str(number), name=named) for person in whom)
