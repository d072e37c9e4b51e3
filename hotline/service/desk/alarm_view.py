"""What stands before supervisors, as their pages show it: in which calls one of them is wanted, and who sees to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from hotline.engine.effects import Minute
from hotline.ports.calls.alarms import CallForHelp
from hotline.ports.desk.staff import Staff
from hotline.service.calls import alarms
from hotline.service.deps import Deps
from hotline.service.work import Work


class SeenBy(Struct, frozen=True):
    """Who sees to it; both empty where nobody does yet."""

    id: str = ""
    alias: str = ""


class AlarmCard(Struct, frozen=True):
    """A call in which a supervisor is wanted. `since`: a local minute."""

    id: str
    """Of the callback."""
    reference: str
    asked_by: str
    """An alias."""
    since: Minute
    seen_by: SeenBy
    is_own: bool
    """Whoever looks asked for it: another answers."""


def look(deps: Deps, staff: Staff, at: int) -> tuple[AlarmCard, ...]:
    """What this supervisor's pages show, oldest first. Raises StoreAway."""
    with deps.store.read() as tx:
        asked = alarms.before_supervisors(Work(deps, tx, at)).calls_for_help
        aliases = {person.id: person.alias for person in tx.staff.active()} if asked else {}
    return cards(deps, staff, asked, aliases)


def cards(deps: Deps, staff: Staff, asked: Iterable[CallForHelp], aliases: Mapping[str, str]) -> tuple[AlarmCard, ...]:
    """As this supervisor reads them. `aliases`: of the staff, by id."""
    return tuple(
        AlarmCard(
            id=call.alarm.callback,
            reference=call.reference,
            asked_by=aliases.get(call.asked_by, ""),
            since=deps.clock.local(call.alarm.at),
            seen_by=seen_by(call.alarm.seen_by, aliases),
            is_own=call.asked_by == staff.id,
        )
        for call in asked
    )


def seen_by(id: str | None, aliases: Mapping[str, str]) -> SeenBy:
    """Somebody who is gone sees to nothing."""
    return SeenBy(id, aliases[id]) if id is not None and id in aliases else SeenBy()
