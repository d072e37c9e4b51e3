"""Taking a number off the line at once: a mark in the database, which every process that shows screens looks for every second or two."""

from __future__ import annotations

from datetime import timedelta
from difflib import get_close_matches
from typing import Final

from msgspec import Struct

from hotline.engine.flow import Item
from hotline.engine.times import EPOCH
from hotline.ports.clock import Clock
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.editions import Withdrawal
from hotline.ports.store import Store, Transaction
from hotline.service.editions.cache import NoEdition, decode

SHOWN_SECONDS: Final = 7200
"""How long after the end of an edition a conversation may still be on it, with plenty to spare."""
_ABOUT: Final = 64
"""Letters that a line of the audit has for what it is about."""


class UnknownEntry(Exception):
    """No edition that a conversation may be on has this entry. `near`: ids like it."""

    def __init__(self, near: tuple[str, ...]) -> None:
        super().__init__("unknown entry")
        self.near = near


class NoNumber(Exception):
    """The entry is there, and shows no number that could be taken off."""


class WithdrawnNumber(Struct, frozen=True):
    """What was taken off: the entry's name, its numbers in the order of their editions, and the day on which."""

    name: str
    phones: tuple[str, ...]
    day: str


def withdraw_number(store: Store, clock: Clock, id: str, by: str, why: str = "") -> WithdrawnNumber:
    """Take this service's number off every screen: the one of the edition in force, and any other that it has in an edition which is yet to
    come or that a conversation may still be on. It stays off until a verification of a later day, or another number, is published.

    One line of the audit, with as much of `why` as it holds. Again on the same day marks nothing new.
    Raises UnknownEntry, NoNumber, NoEdition, StoreAway; then nothing is kept.
    """
    at = clock.now()
    day = (EPOCH + timedelta(minutes=clock.local(at))).isoformat()
    with store.write() as tx:
        items = _services(tx, at)
        found = [item for item in items if item.id == id]
        if not found:
            raise UnknownEntry(tuple(get_close_matches(id, sorted({item.id for item in items}))))
        phones = tuple(dict.fromkeys(item.fields["phone"] for item in found if "phone" in item.fields))
        if not phones:
            raise NoNumber
        for phone in phones:
            tx.editions.withdraw(Withdrawal(id, phone, day, at, by))
        tx.audit.add(AuditRecord(at, by, "number taken off", f"{id}: {why}"[:_ABOUT] if why else id))
    return WithdrawnNumber(found[-1].name, phones, day)


def _services(tx: Transaction, at: int) -> tuple[Item, ...]:
    """Of every edition that a conversation may be on, or will be: from the one that was in force that long ago. Raises NoEdition."""
    numbers = sorted(row.number for row in tx.editions.all())
    if not numbers:
        raise NoEdition
    base = tx.editions.active(at - SHOWN_SECONDS)
    rows = (tx.editions.get(number) for number in numbers if base is None or number >= base.number)
    return tuple(item for row in rows if row for item in decode(row.sources).items if item.list == "services")
