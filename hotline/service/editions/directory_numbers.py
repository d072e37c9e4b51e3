"""Which of the directory's numbers are on the line and which are off, and why: what whoever publishes or runs the line has to hear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from hotline.engine.flow import Item, Sources
from hotline.engine.freshness import EMERGENCY, WithdrawnItem, is_shown, is_withdrawn, last_day
from hotline.ports.editions.editions import Withdrawal

Off: TypeAlias = Literal["unverified", "stale", "dark"]


class DirectoryNumbers(Struct, frozen=True):
    """Ids of the directory's entries that have a number, in its order; never a number."""

    shown: tuple[str, ...]
    emergency: tuple[str, ...]
    """Those among the shown that are for emergencies: rung by day and by night."""
    off: tuple[tuple[str, Off], ...]
    soon: tuple[str, ...]
    """Those among the shown that go stale within the days that were asked about."""


def numbers(sources: Sources, withdrawals: Iterable[Withdrawal], today: date, days: int = 0) -> DirectoryNumbers:
    """Sort the numbers of an edition, or of files, as they stand on this local day."""
    withdrawn = tuple(withdrawal.number for withdrawal in withdrawals)
    having = [item for item in sources.items if "phone" in item.fields]
    off = {item.id: why for item in having if (why := _why_off(item, withdrawn, today))}
    shown = [item for item in having if item.id not in off]
    return DirectoryNumbers(
        tuple(item.id for item in shown),
        tuple(item.id for item in shown if item.fields.get("kind") == EMERGENCY),
        tuple(off.items()),
        tuple(item.id for item in shown if not is_shown(item, today + timedelta(days=days))),
    )


def _why_off(item: Item, withdrawn: Iterable[WithdrawnItem], today: date) -> Off | None:
    if is_withdrawn(item, withdrawn):
        return "dark"
    if last_day(item) is None:
        return "unverified"
    return None if is_shown(item, today) else "stale"
