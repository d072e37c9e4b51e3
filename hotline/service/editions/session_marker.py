"""Which edition a USSD session is on, as its marker in Redis says; where there is none, as the editions' moments tell (`activation.py`)."""

from __future__ import annotations

from contextlib import suppress

from hotline.ports.memory import Memory, MemoryAway
from hotline.service.editions import activation
from hotline.service.editions.snapshot import SessionEditions, Snapshot


def editions_of_session(snapshot: Snapshot, memory: Memory, name: str, at: int, *, is_first: bool) -> SessionEditions:
    """The editions that this session can be on. Meant for when more than one is possible (`Snapshot.calm_from`). `is_first`: nothing was typed yet."""
    return _first_hop(snapshot, memory, name, at) if is_first else _later_hop(snapshot, memory, name, at)


def _first_hop(snapshot: Snapshot, memory: Memory, name: str, at: int) -> SessionEditions:
    """It begins on the edition in force if that can be written down, and on the one for sessions without a marker if not."""
    number, life = activation.active(snapshot.moments, at), snapshot.life
    try:
        marker = memory.begin(name, number, activation.over_after(life))
    except MemoryAway:
        return snapshot.session_editions(activation.edition_without_marker(snapshot.moments, at, life))
    if marker is not None:  # the hop came twice, or was tried elsewhere, where perhaps no marker could be left: that stays open
        return snapshot.session_editions(marker.edition)
    with suppress(MemoryAway):
        memory.settle(name, number, activation.over_after(life))
    return snapshot.session_editions(number)


def _later_hop(snapshot: Snapshot, memory: Memory, name: str, at: int) -> SessionEditions:
    moments, life = snapshot.moments, snapshot.life
    try:
        found = memory.began(name)
    except MemoryAway:
        return snapshot.session_editions(*activation.candidates(moments, at, life))
    if found.marker is not None and found.marker.sure:
        return snapshot.session_editions(found.marker.edition)
    if found.marker is not None or not activation.is_none_lost(moments, found.since, at, life):
        return snapshot.session_editions(*activation.candidates(moments, at, life))
    return snapshot.session_editions(*activation.candidates_without_marker(moments, at, life), may_order=at < snapshot.lost_from)
