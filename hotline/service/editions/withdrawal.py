"""Taking a number off the line at once: a withdrawal in the database, which every process that shows screens looks for every second."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

from hotline.engine.flow import Item
from hotline.engine.freshness import UNVERIFIED
from hotline.ports.editions.editions import Withdrawal
from hotline.ports.store import Transaction
from hotline.service.acts import Act, Result
from hotline.service.editions.snapshot import decode

SHOWN_SECONDS: Final = 7200
"""How long after the end of an edition a conversation may still be on it, with plenty to spare."""
_ABOUT: Final = 64
"""Letters that a line of the audit has for what it is about."""


def withdraw_number(act: Act, id: str, why: str = "") -> Result:
    """Take this service's number off every screen: the one of the edition in force, and any other that it has in an edition which is yet to
    come or that a conversation may still be on; one that is on no screen, since nobody verified it, is taken from counselors' pages. It stays off until a verification of a later day, or another number, is published.

    One line of the audit, with as much of `why` as it holds. Again on the same day withdraws nothing new.
    Among the values: `name` of the entry, its `phones` in the order of their editions, the `day` on which. Gone where no edition has the entry, with ids that are
    `near`; no_edition, no_number where there is nothing to take off.
    """
    day = act.deps.today(act.at).isoformat()
    if not act.tx.editions.moments():
        return Result("no_edition")
    items = _services(act.tx, act.at)
    found = [item for item in items if item.id == id]
    if not found:
        return Result("gone", {"near": ", ".join(get_close_matches(id, sorted({item.id for item in items})))})
    phones = tuple(dict.fromkeys(item.fields[name] for item in found for name in ("phone", UNVERIFIED) if name in item.fields))
    if not phones:
        return Result("no_number")
    for phone in phones:
        act.tx.editions.withdraw(Withdrawal(id, phone, day, act.at, act.staff.alias))
    act.record("number taken off", f"{id}: {why}"[:_ABOUT] if why else id)
    return Result(values={"name": found[-1].name, "phones": ", ".join(phones), "day": day})


def _services(tx: Transaction, at: int) -> tuple[Item, ...]:
    """Of every edition that a conversation may be on, or will be: from the one that was in force that long ago."""
    oldest = tx.editions.active(at - SHOWN_SECONDS)
    rows = (tx.editions.get(number) for number, _, _ in tx.editions.moments() if oldest is None or number >= oldest.number)
    return tuple(item for row in rows if row for item in decode(row.sources).items if item.list == "services")
