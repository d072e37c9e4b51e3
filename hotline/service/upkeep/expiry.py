"""What time takes off the line: the clock publishes an edition without the numbers that nobody verified lately and the events that are over."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from hotline.engine.flow import Item
from hotline.engine.freshness import fresh
from hotline.ports.calls.outbox import OutboxMessage
from hotline.service import outbox
from hotline.service.deps import Deps
from hotline.service.editions.cache import Overtaken, checked_on, enact
from hotline.service.editions.directory_numbers import numbers
from hotline.service.work import Work

BY: Final = "clock"
MOST_NAMED: Final = 3
"""In one SMS."""


def drop_stale(deps: Deps, at: int) -> None:
    """Publish the newest edition without what went stale since, if anything did, and tell the operators whose numbers these were.

    Two clocks at once publish one, and nothing is published behind an edition that this process has not heard of. Raises StoreAway, FaultySources and TooSoon: then
    it is left for the next time.
    """
    newest = deps.library.shelf.volumes[-1]
    day = deps.today(at)
    _, dropped = fresh(newest.sources, day)
    if not dropped:
        return
    sources = checked_on(newest.sources, day)
    ids = {item.id for item in dropped}
    gone = [item for item in newest.shown.items if item.id in ids and "phone" in item.fields and item.fields.get("verified_on")]
    posts: tuple[OutboxMessage, ...] = ()
    with suppress(Overtaken), deps.store.write() as tx:
        number = enact(tx, sources, BY, at, at + deps.rules.lead_seconds, life=deps.rules.longest_session, after=newest.number)
        posts = _tell(Work(deps, tx, at), gone, number) if gone else ()
    outbox.enqueue(deps, posts)


def has_emergency_number(deps: Deps, at: int) -> bool:
    """Does the edition in force show a number for emergencies?"""
    shelf = deps.library.shelf
    return bool(numbers(shelf.active(at).sources, shelf.marks, deps.today(at)).emergency)


def _tell(work: Work, gone: Iterable[Item], number: int) -> tuple[OutboxMessage, ...]:
    names = [item.name for item in gone]
    named = ", ".join(names[:MOST_NAMED]) + (f" +{len(names) - MOST_NAMED}" if len(names) > MOST_NAMED else "")
    staff = work.tx.staff.active()
    told = [each for each in staff if each.role == "operator"] or [each for each in staff if each.role == "supervisor"]
    return tuple(outbox.tell(work, each, "gone_dark", str(number), name=named) for each in told)
