"""One phone, one place: whatever is asked for at once from one phone is one promise, however many requests it was (docs: callback life).

Each request stays a row of its own, with its reference and its word. Urgency, end and age of the promise are worked out over those rows here, never written into them: to cancel one takes back that one alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hotline.ports.calls.callbacks import Callback
from hotline.ports.store import Transaction


def alike(tx: Transaction, id: str) -> tuple[Callback, ...]:
    """Open callbacks to the same number, asked for as this one was: on the phone itself, on another, where anyone may have asked, or entered by staff."""
    same = tx.callbacks.same_number(id)
    ways = {callback.way for callback in same if callback.id == id}
    return tuple(callback for callback in same if callback.way in ways)


def open_of(rows: Sequence[Callback], at: int) -> tuple[Callback, ...]:
    """Those of one phone that may be rung for at this moment. What was asked for at once stays open until the latest end of it all."""
    return tuple(callback for callback in rows if callback.opens_at <= at < own_end(callback, rows))


def own_end(callback: Callback, rows: Iterable[Callback]) -> int:
    """Until when this one may be rung for. `rows`: all that is open to the same phone. What had ended before the next was asked for is over."""
    end = callback.not_after
    if callback.at_once:
        for row in sorted((row for row in rows if row.at_once), key=lambda row: row.opens_at):
            if row.opens_at <= end:
                end = max(end, row.not_after)
    return end


def end(group: Sequence[Callback]) -> int:
    """Until when one call serves all of these, which are open: the strictest decides, and what was asked for at once is one."""
    return min(own_end(callback, group) for callback in group)


def is_urgent(group: Iterable[Callback]) -> bool:
    return any(callback.urgent for callback in group)


def waits_since(group: Iterable[Callback]) -> int:
    """Since when the caller waits: for a part of the day since it began."""
    return min(max(callback.made_at, callback.opens_at) for callback in group)


def languages(group: Iterable[Callback]) -> frozenset[str]:
    """All that the caller read: whoever speaks one of them may ring."""
    return frozenset(callback.language for callback in group)


def word(group: Iterable[Callback]) -> str | None:
    """The word to ask for: the first that was chosen. A later one replaces none."""
    first = min((callback for callback in group if callback.word is not None), key=lambda callback: callback.worded, default=None)
    return first.word if first else None


def next_worded(group: Iterable[Callback]) -> int:
    """Which word of the phone's the next will be."""
    return 1 + max((callback.worded for callback in group), default=0)
