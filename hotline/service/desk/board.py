"""The queue as a page shows it: all that concerns one of the staff at a moment, cut where nobody reads on."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import Minute
from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.alarms import BeforeSupervisors
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.shifts import Shift
from hotline.ports.desk.staff import Staff
from hotline.service.calls import alarms
from hotline.service.calls.dispatch import claims
from hotline.service.calls.rules import minors, one_phone, skill
from hotline.service.calls.rules.limits import is_unsaid, may_ring_so_often
from hotline.service.calls.rules.presence import is_closed, is_on_shift, is_present, stays_until
from hotline.service.calls.rules.rest import Rest, rests, waits_long
from hotline.service.deps import Deps
from hotline.service.desk import alarm_view
from hotline.service.desk.alarm_view import AlarmCard, SeenBy
from hotline.service.desk.on_shift import OnShift, on_shift
from hotline.service.desk.shifts.on_duty import times_asked
from hotline.service.work import Work

MOST_SHOWN: Final = 30
"""Of each kind: nobody reads more."""
MOST_COUNTED: Final = 100
"""Of each kind: whether it is a hundred or a thousand, nobody gets through them."""

CardStep: TypeAlias = Literal["take", "rest", "capped", "supervisor", "wait", "ring", "again", "say", "held", "tried"]
"""What can be done about a callback: take it; not during a rest; not before saying at a cap whether to go on; a supervisor may, past the day's rings; wait for its window; of one's own:
ring, ring again, say how the call ended; of a colleague's: hand it to another, or nothing any more."""


class Card(Struct, frozen=True):
    """All that is shown of a callback: nothing more is known. Times are local minutes."""

    id: str
    reference: str
    languages: tuple[str, ...]
    """All that the caller read: whoever speaks one of them may ring."""
    urgent: bool
    attempts: int
    opens: Minute
    ends: Minute
    step: CardStep
    holder: str = ""
    """The alias of a colleague who has it."""
    since: Minute | None = None
    """Since when the caller waits; for supervisors alone."""
    seen_by: SeenBy = SeenBy()
    """The supervisor who sees to it, of what is urgent and waits; for supervisors alone."""
    entered: bool = False
    """Staff entered it for somebody who came otherwise."""


class AgreedCall(Struct, frozen=True):
    """A next call, as it was agreed on with the caller. Times are local minutes."""

    reference: str
    language: str
    opens: Minute
    ends: Minute
    by: str
    """The alias of whoever agreed on it; empty where nobody knows any more."""


class Duty(Struct, frozen=True):
    """How a counselor's day stands, in local minutes; None where the counselor is not on, or not here."""

    on_until: Minute | None
    here_until: Minute | None
    rests: bool
    """In the pause after a hard call."""
    capped: bool
    """At a cap of the shift: whether to go on or to end is asked."""
    paused: bool
    """In a break, until *I am here* is said."""
    asked: bool
    """*I am here* is asked for again."""


class Waiting(Struct, frozen=True):
    """How many there are, `due` and `coming` counted no further than MOST_COUNTED."""

    due: int
    coming: int
    review: int


class BoardView(Struct, frozen=True):
    """`duty`: None for a supervisor, on whose presence no promise rests; `held`, what colleagues have, is for supervisors alone."""

    now: Minute
    duty: Duty | None
    mine: tuple[Card, ...]
    due: tuple[Card, ...]
    coming: tuple[Card, ...]
    held: tuple[Card, ...]
    waiting: Waiting
    is_closed: bool
    """Nobody is promised anything: no supervisor is on call."""
    on_shift: tuple[OnShift, ...] = ()
    """For supervisors alone."""
    agreed: tuple[AgreedCall, ...] = ()
    """Of the next hundred that come those that were agreed on, by whomever; for supervisors alone."""
    alarms: tuple[AlarmCard, ...] = ()
    """For supervisors alone."""


def board(deps: Deps, staff: Staff, at: int) -> BoardView:
    """What concerns this person at this moment, in a number of queries that does not grow. Raises StoreAway.

    A counselor: what is in the counselor's languages and skill. A supervisor: everything.
    """
    sees_all = staff.role == "supervisor"
    languages = skill.seen_by(staff, deps.written.languages)
    takes_minors = minors.takes_minors(staff)
    with deps.store.read() as tx:
        mine = tuple(group[0] for group in claims.groups(tx, tx.callbacks.claimed_by(staff.id)))
        waiting = tx.board.due(at, languages, MOST_SHOWN, MOST_COUNTED, minors=takes_minors)
        later = tx.board.coming(at, languages, MOST_COUNTED if sees_all else MOST_SHOWN, MOST_COUNTED, minors=takes_minors)
        due, coming = waiting.callbacks, later.callbacks[:MOST_SHOWN]
        rings = tx.calls.rings_of(tuple(callback.id for callback in due), at - DAY_SECONDS)
        held = tx.board.held(MOST_SHOWN) if sees_all else ()
        shown = (*mine, *due, *coming, *held)
        read = tx.callbacks.languages(tuple(callback.id for callback in shown), at)
        people = tx.staff.active() if sees_all or deps.rules.supervised else ()
        shifts = tx.shifts.all()
        duty = None if sees_all else _duty(deps, staff, shifts, at, rest=rests(tx, at, deps.rules))
        members = on_shift(deps, tx, people, shifts, at) if sees_all else ()
        aliases = {person.id: person.alias for person in people}
        standing = alarms.before_supervisors(Work(deps, tx, at)) if sees_all else BeforeSupervisors(tx.board.reviews(), (), {})
    return BoardView(
        now=deps.clock.local(at),
        duty=duty,
        mine=tuple(card(deps, callback, read.get(callback.id, ()), _own_step(callback)) for callback in mine),
        due=tuple(
            replace(
                card(deps, callback, read.get(callback.id, ()), _step(deps, duty, callback, rings.get(callback.id, 0), at)),
                since=deps.clock.local(one_phone.waits_since((callback,))) if sees_all else None,
                seen_by=alarm_view.seen_by(standing.seen_by.get(callback.id), aliases),
            )
            for callback in due
        ),
        coming=tuple(card(deps, callback, read.get(callback.id, ()), "wait") for callback in coming),
        held=tuple(_held(deps, callback, read.get(callback.id, ()), aliases) for callback in held if callback.claimed_by != staff.id),
        waiting=Waiting(waiting.count, later.count, standing.reviews),
        is_closed=is_closed(people, at, deps.rules),
        on_shift=members,
        agreed=tuple(_agreed(deps, callback, aliases) for callback in later.callbacks if callback.agreed) if sees_all else (),
        alarms=alarm_view.cards(deps, staff, standing.calls_for_help, aliases),
    )


def card(deps: Deps, callback: Callback, languages: tuple[str, ...], step: CardStep, holder: str = "") -> Card:
    opens, ends = deps.clock.local(callback.opens_at), deps.clock.local(callback.not_after)
    spoken, attempts = languages or (callback.language,), callback.attempts
    return Card(*(callback.id, callback.reference, spoken, callback.urgent, attempts, opens, ends, step, holder), entered=callback.entered)


def _agreed(deps: Deps, callback: Callback, aliases: dict[str, str]) -> AgreedCall:
    opens, ends = deps.clock.local(callback.opens_at), deps.clock.local(callback.not_after)
    return AgreedCall(callback.reference, callback.language, opens, ends, aliases.get(callback.agreed_by or "", ""))


def _held(deps: Deps, callback: Callback, languages: tuple[str, ...], aliases: dict[str, str]) -> Card:
    return card(deps, callback, languages, "tried" if callback.attempts else "held", aliases.get(callback.claimed_by or "", ""))


def _duty(deps: Deps, staff: Staff, shifts: tuple[Shift, ...], at: int, *, rest: Rest) -> Duty:
    local, minutes = deps.clock.local, deps.rules.presence_minutes
    on = stays_until(staff, shifts, at, local) if is_on_shift(staff, shifts, at, local) else None
    here = local((staff.seen_at or 0) + minutes * 60) if is_present(staff, at, minutes) else None
    asked = here is not None and times_asked(staff, at, minutes) > 0
    return Duty(on, here, staff.id in rest.paused, staff.id in rest.capped, staff.is_paused(at), asked)


def _step(deps: Deps, duty: Duty | None, callback: Callback, rings: int, at: int) -> CardStep:
    if duty is None:
        return "take"
    if not may_ring_so_often(deps.rules, rings, other_phone=callback.other_phone):
        return "supervisor"
    if callback.urgent:
        return "take"
    if duty.rests:
        return "rest"
    return "capped" if duty.capped and not waits_long(one_phone.waits_since((callback,)), at, deps.rules) else "take"


def _own_step(callback: Callback) -> CardStep:
    if is_unsaid(callback):
        return "say"
    return "again" if callback.attempts else "ring"
