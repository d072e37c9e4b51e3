"""The queue as a page shows it: all that concerns one of the staff at a moment, cut where nobody reads on."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct

from hotline.engine.effects import Minute
from hotline.ports import Callback, Shift, Staff
from hotline.ports.queue import Waiting
from hotline.service.coverage import is_closed, is_on, is_present, stays_until
from hotline.service.parts import Parts
from hotline.service.rest import resting
from hotline.service.rules import DAY, is_unsaid, may_ring_so_often

MOST_SHOWN: Final = 30
"""Of each kind: nobody reads more."""

Step: TypeAlias = Literal["take", "rest", "supervisor", "wait", "ring", "again", "say", "held", "tried"]
"""What can be done about a callback: take it; not while she rests; a supervisor may, past the day's rings; wait for its window; of her own:
ring, ring again, say how the call ended; of a colleague's: hand it to another, or nothing any more."""


class Card(Struct, frozen=True):
    """All that is shown of a callback: nothing more is known. Times are local minutes."""

    id: str
    reference: str
    language: str
    urgent: bool
    tries: int
    opens: Minute
    ends: Minute
    step: Step
    holder: str = ""
    """The alias of a colleague who has it."""


class Duty(Struct, frozen=True):
    """How a counselor's day stands, in local minutes; None: it does not."""

    on_until: Minute | None
    here_until: Minute | None
    rests: bool


class Board(Struct, frozen=True):
    """`duty`: None for a supervisor, on whose presence no promise rests; `held`, what colleagues have, is for her alone."""

    now: Minute
    duty: Duty | None
    mine: tuple[Card, ...]
    due: tuple[Card, ...]
    coming: tuple[Card, ...]
    held: tuple[Card, ...]
    waiting: Waiting
    is_closed: bool
    """Nobody is promised anything: no supervisor is on call."""


def board(parts: Parts, staff: Staff, at: int) -> Board:
    """What concerns her at this moment, in a number of queries that does not grow. Raises StoreAway.

    A counselor: what is in a language that she speaks and what she has the skill for. A supervisor: everything.
    """
    sees_all = staff.role == "supervisor"
    languages = parts.written.languages if sees_all else staff.speaks
    minors = sees_all or staff.minors
    with parts.store.read() as tx:
        mine = tx.claimed_by(staff.id)
        due = tx.due_first(at, languages, MOST_SHOWN, minors=minors)
        coming = tx.coming_first(at, languages, MOST_SHOWN, minors=minors)
        waiting = tx.how_many(at, languages, minors=minors)
        rings = tx.rings_of(tuple(each.id for each in due), at - DAY)
        held = tx.held_first(MOST_SHOWN) if sees_all else ()
        people = tx.all_staff() if held or parts.rules.supervised else ()
        duty = None if sees_all else _duty(parts, staff, tx.shifts(), at, rests=staff.id in resting(tx, at, parts.rules))
    aliases = {each.id: each.alias for each in people}
    return Board(
        now=parts.clock.local(at),
        duty=duty,
        mine=tuple(card(parts, each, _own_step(each)) for each in mine),
        due=tuple(card(parts, each, _step(parts, duty, each, rings.get(each.id, 0))) for each in due),
        coming=tuple(card(parts, each, "wait") for each in coming),
        held=tuple(_held(parts, each, aliases) for each in held if each.claimed_by != staff.id),
        waiting=waiting,
        is_closed=is_closed(people, at, parts.rules),
    )


def card(parts: Parts, callback: Callback, step: Step, holder: str = "") -> Card:
    opens, ends = parts.clock.local(callback.opens_at), parts.clock.local(callback.not_after)
    return Card(callback.id, callback.reference, callback.language, callback.urgent, callback.tries, opens, ends, step, holder)


def _held(parts: Parts, callback: Callback, aliases: dict[str, str]) -> Card:
    return card(parts, callback, "tried" if callback.tries else "held", aliases.get(callback.claimed_by or "", ""))


def _duty(parts: Parts, staff: Staff, shifts: tuple[Shift, ...], at: int, *, rests: bool) -> Duty:
    local, minutes = parts.clock.local, parts.rules.presence_minutes
    on = stays_until(staff, shifts, at, local) if is_on(staff, shifts, at, local) else None
    here = local((staff.seen_at or 0) + minutes * 60) if is_present(staff, at, minutes) else None
    return Duty(on, here, rests)


def _step(parts: Parts, duty: Duty | None, callback: Callback, rings: int) -> Step:
    if duty is None:
        return "take"
    if not may_ring_so_often(parts.rules, rings, callback.other_phone):
        return "supervisor"
    return "rest" if duty.rests and not callback.urgent else "take"


def _own_step(callback: Callback) -> Step:
    if is_unsaid(callback):
        return "say"
    return "again" if callback.tries else "ring"
