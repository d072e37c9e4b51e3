"""To whom a callback can be handed over."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from hotline.service.calls import taking
from hotline.service.calls.rules import minors, one_phone
from hotline.service.deps import Deps
from hotline.service.desk.board import Card, card
from hotline.service.desk.on_shift import ShiftState, states
from hotline.service.work import Work

FIRST: Final[tuple[ShiftState, ...]] = ("here", "on", "off", "paused", "holding", "talking")
"""Whoever could ring at once; whoever is in the middle of something last."""


class Colleague(Struct, frozen=True):
    """Whom a callback can be handed to."""

    id: str
    alias: str
    state: ShiftState


def colleagues(deps: Deps, id: str, at: int) -> tuple[Card, tuple[Colleague, ...]] | None:
    """Who can be given this callback, those first who could ring at once. Returns None where there is nothing to hand over. Raises StoreAway."""
    with deps.store.read() as tx:
        callback = tx.callbacks.get(id)
        group = () if callback is None else taking.untried(Work(deps, tx, at), callback)
        if callback is None or not group:
            return None
        others = [person for person in tx.staff.active() if person.id != callback.claimed_by]
        found = states(deps, tx, others, tx.shifts.all(), at)
        is_minor = minors.is_of_minor(tx, group)
    skilled = [person for person in others if taking.may_be_handed(person, group, is_minor=is_minor)]
    return card(deps, callback, tuple(sorted(one_phone.languages(group))), "held"), tuple(
        sorted(
            (Colleague(person.id, person.alias, found[person.id]) for person in skilled),
            key=lambda colleague: (FIRST.index(colleague.state), colleague.alias),
        )
    )
