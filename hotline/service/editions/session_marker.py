"""Which edition a USSD session began on: what its marker in Redis says, or what can be told without one (`choice.py`)."""

from __future__ import annotations

from contextlib import suppress

from hotline.ports.memory import Memory, MemoryAway
from hotline.service.editions import activation
from hotline.service.editions.snapshot import SessionEditions, Snapshot


def editions_of_session(shelf: Snapshot, memory: Memory, name: str, life: int, at: int, *, is_first: bool) -> SessionEditions:
    """The editions that this session can be on. Meant for when more than one is possible (`Shelf.calm_from`). `is_first`: nothing was typed yet."""
    return _begin(shelf, memory, name, life, at) if is_first else _began(shelf, memory, name, life, at)


def _begin(shelf: Snapshot, memory: Memory, name: str, life: int, at: int) -> SessionEditions:
    """It begins on the edition in force if that can be written down, and on the base if not."""
    number = activation.active(shelf.moments, at)
    try:
        stands = memory.begin(name, number, activation.span(life))
    except MemoryAway:
        return shelf.begun(activation.base(shelf.moments, at, life))
    if stands is not None:  # the hop came twice, or was tried elsewhere, where perhaps it began on the base: that is left open
        return shelf.begun(stands.edition)
    with suppress(MemoryAway):
        memory.settle(name, number, activation.span(life))
    return shelf.begun(number)


def _began(shelf: Snapshot, memory: Memory, name: str, life: int, at: int) -> SessionEditions:
    try:
        found = memory.began(name)
    except MemoryAway:
        return shelf.begun(*activation.unread(shelf.moments, at, life))
    if found.mark is not None and found.mark.sure:
        return shelf.begun(found.mark.edition)
    if found.mark is not None or not activation.is_none_lost(shelf.moments, found.since, at, life):
        return shelf.begun(*activation.unread(shelf.moments, at, life))
    return shelf.begun(*activation.unmarked(shelf.moments, at, life), may_order=at < shelf.lost_from)
