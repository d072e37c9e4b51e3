"""Which edition a USSD session began on: what its marker in Redis says, or what can be told without one (`choice.py`)."""

from __future__ import annotations

from contextlib import suppress

from hotline.ports import Memory, MemoryAway
from hotline.service import choice
from hotline.service.shelf import Begun, Shelf


def begun(shelf: Shelf, memory: Memory, name: str, life: int, at: int, *, is_first: bool) -> Begun:
    """The editions that this session can be on. Meant for when more than one is possible (`Shelf.calm_from`). `is_first`: nothing was typed yet."""
    return _begin(shelf, memory, name, life, at) if is_first else _began(shelf, memory, name, life, at)


def _begin(shelf: Shelf, memory: Memory, name: str, life: int, at: int) -> Begun:
    """It begins on the edition in force if that can be written down, and on the base if not."""
    number = choice.active(shelf.moments, at)
    try:
        stands = memory.begin(name, number, choice.span(life))
    except MemoryAway:
        return shelf.begun(choice.base(shelf.moments, at, life))
    if stands is not None:  # the hop came twice, or was tried elsewhere, where perhaps it began on the base: that is left open
        return shelf.begun(stands.edition)
    with suppress(MemoryAway):
        memory.settle(name, number, choice.span(life))
    return shelf.begun(number)


def _began(shelf: Shelf, memory: Memory, name: str, life: int, at: int) -> Begun:
    try:
        found = memory.began(name)
    except MemoryAway:
        return shelf.begun(*choice.unread(shelf.moments, at, life))
    if found.mark is not None and found.mark.sure:
        return shelf.begun(found.mark.edition)
    if found.mark is not None or not choice.is_none_lost(shelf.moments, found.since, at, life):
        return shelf.begun(*choice.unread(shelf.moments, at, life))
    return shelf.begun(*choice.unmarked(shelf.moments, at, life), may_order=at < shelf.lost_from)
