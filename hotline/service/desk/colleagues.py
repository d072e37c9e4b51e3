"""To whom a callback can be handed over."""

from __future__ import annotations

from msgspec import Struct

from hotline.service.calls import taking
from hotline.service.calls.rules import minors, one_phone
from hotline.service.calls.rules.coverage import is_on_shift, is_present
from hotline.service.calls.rules.rest import rests
from hotline.service.deps import Deps
from hotline.service.desk.board import Card, card
from hotline.service.work import Work


class Colleague(Struct, frozen=True):
    """Whom a callback can be handed to."""

    id: str
    alias: str
    on: bool
    here: bool
    holding: bool
    paused: bool
    """Offered nothing for now, whatever the reason: a break, or a rest."""


def colleagues(deps: Deps, id: str, at: int) -> tuple[Card, tuple[Colleague, ...]] | None:
    """Who can be given this callback, those first who could ring at once. Returns None where there is nothing to hand over. Raises StoreAway."""
    with deps.store.read() as tx:
        callback = tx.callbacks.get(id)
        group = () if callback is None else taking.untried(Work(deps, tx, at), callback)
        if callback is None or not group:
            return None
        shifts, holding = tx.shifts.all(), tx.callbacks.holders()
        others = [person for person in tx.staff.active() if person.id != callback.claimed_by]
        resting = rests(tx, at, deps.rules).all
        is_minor = minors.is_of_minor(tx, group)
    skilled = [person for person in others if taking.may_be_handed(person, group, is_minor=is_minor)]
    local, minutes = deps.clock.local, deps.rules.presence_minutes
    found = [
        Colleague(
            person.id,
            person.alias,
            is_on_shift(person, shifts, at, local),
            is_present(person, at, minutes),
            person.id in holding,
            person.is_paused(at) or person.id in resting,
        )
        for person in skilled
    ]
    return card(deps, callback, tuple(sorted(one_phone.languages(group))), "held"), tuple(
        sorted(found, key=lambda found: (found.holding, found.paused, not found.on, not found.here, found.alias))
    )
