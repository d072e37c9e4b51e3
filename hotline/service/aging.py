"""What time takes off the line: the clock publishes an edition without the numbers that nobody verified lately and the events that are over."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from typing import Final

from hotline.engine.flow import Item
from hotline.engine.freshness import fresh
from hotline.ports import Post, Transaction
from hotline.service import outbox
from hotline.service.library import Overtaken, checked_on, enact
from hotline.service.numbers import numbers
from hotline.service.parts import Parts

EPOCH: Final = date(1970, 1, 1)
"""The day that local days and minutes are counted from."""
BY: Final = "clock"
MOST_NAMED: Final = 3
"""In one SMS."""


def today(parts: Parts, at: int) -> date:
    """The local day."""
    return EPOCH + timedelta(minutes=parts.clock.local(at))


def drop_stale(parts: Parts, at: int) -> None:
    """Publish the newest edition without what went stale since, if anything did, and tell the operators whose numbers these were.

    Two clocks at once publish one, and nothing is published behind an edition that this process has not heard of. Raises StoreAway, FaultySources and TooSoon: then
    it is left for the next time.
    """
    newest = parts.library.shelf.volumes[-1]
    day = today(parts, at)
    _, dropped = fresh(newest.sources, day)
    if not dropped:
        return
    sources = checked_on(newest.sources, day)
    ids = {item.id for item in dropped}
    gone = [item for item in newest.shown.items if item.id in ids and "phone" in item.fields and item.fields.get("verified_on")]
    posts: tuple[Post, ...] = ()
    with suppress(Overtaken), parts.store.write() as tx:
        number = enact(tx, sources, BY, at, at + parts.rules.lead_seconds, life=parts.rules.longest_session, after=newest.number)
        posts = _tell(parts, tx, gone, number, at) if gone else ()
    outbox.hint(parts, posts)


def has_emergency_number(parts: Parts, at: int) -> bool:
    """Does the edition in force show a number for emergencies?"""
    shelf = parts.library.shelf
    return bool(numbers(shelf.active(at).sources, shelf.marks, today(parts, at)).emergency)


def _tell(parts: Parts, tx: Transaction, gone: Iterable[Item], number: int, at: int) -> tuple[Post, ...]:
    names = [item.name for item in gone]
    named = ", ".join(names[:MOST_NAMED]) + (f" +{len(names) - MOST_NAMED}" if len(names) > MOST_NAMED else "")
    staff = tx.all_staff()
    told = [each for each in staff if each.role == "operator"] or [each for each in staff if each.role == "supervisor"]
    return tuple(outbox.tell(parts, tx, each, "gone_dark", str(number), at, name=named) for each in told)
