"""To whom a callback can be handed over."""

from __future__ import annotations

from msgspec import Struct

from hotline.service.calls import dispatch, taking
from hotline.service.calls.coverage import is_on, is_present
from hotline.service.deps import Deps
from hotline.service.desk.board import Card, card


class Colleague(Struct, frozen=True):
    """Whom a callback can be handed to."""

    id: str
    alias: str
    on: bool
    here: bool
    holding: bool


def colleagues(deps: Deps, id: str, at: int) -> tuple[Card, tuple[Colleague, ...]] | None:
    """Who can be given this callback, those first who could ring at once. None: nothing to hand over. Raises StoreAway."""
    with deps.store.read() as tx:
        callback = tx.callbacks.get(id)
        group = () if callback is None else taking.untried(tx, callback, at)
        if callback is None or not group:
            return None
        shifts, holding = tx.shifts.all(), tx.callbacks.holders()
        is_minor = dispatch.is_of_minor(tx, group)
        skilled = [each for each in tx.staff.active() if taking.is_for(each, callback, is_minor) and each.id != callback.claimed_by]
    local, minutes = deps.clock.local, deps.rules.presence_minutes
    found = [
        Colleague(each.id, each.alias, is_on(each, shifts, at, local), is_present(each, at, minutes), each.id in holding)
        for each in skilled
    ]
    return card(deps, callback, "held"), tuple(sorted(found, key=lambda each: (each.holding, not each.on, not each.here, each.alias)))
