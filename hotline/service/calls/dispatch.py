"""Who is told of a callback and when, how it passes from one to the next, and how it ends when nobody could keep it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.offers import Offer
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.acts import Act
from hotline.service.calls.coverage import Team, is_on, is_present, team
from hotline.service.calls.limits import is_open, is_ringable, is_unsaid, is_within_day
from hotline.service.calls.minors import is_of_minor, takes_minors
from hotline.service.calls.review import for_eyes, lapse_floods, to_review
from hotline.service.deps import Deps
from hotline.service.outbox import Draft
from hotline.service.work import Work

SHORTEST: Final = 60
"""Seconds that must be left for a callback to be offered: less is not enough to take it and to ring."""
OUTCOME_SECONDS: Final = 3600
"""How long after its end a counselor may still say how an attempt ended."""
HELD_SECONDS: Final = 300
HELD_URGENT_SECONDS: Final = 90
"""How long somebody may hold a callback without having rung."""
LEG_SECONDS: Final = 120
"""The counselor's own phone has rung, and the prompt was heard, by then."""
SILENT_SECONDS: Final = 900
"""How long a counselor may say nothing after the last attempt, or after saying that the phone could not be reached."""
LINE: Final = "hotline"
"""In the audit, who did what no person did."""

Teams: TypeAlias = dict[str, Team]
"""By language."""
LastOffers: TypeAlias = Callable[[], Mapping[str, int]]
"""When each was last offered anything, asked for once it matters."""


def pressing(callback: Callback) -> tuple[bool, bool, int, int, str]:
    """Sorts: urgent, then what is not sunk, what ends soonest, the longest waiting (docs: callback life)."""
    return not callback.urgent, callback.sunk, callback.not_after, callback.made_at, callback.id


class Turn(Struct, frozen=True):
    """Whose turn it is to be told, and of what: callbacks to one number, the most pressing first."""

    staff: Staff
    group: tuple[Callback, ...]


def offer(work: Work, id: str, *, passed_by: str | None = None, teams: Teams | None = None) -> tuple[OutboxMessage, ...]:
    """Tell the next of the staff about this callback and all others to the same number, if it is time to.

    One number, one alert: while somebody holds one of them nobody is told of another. `passed_by`: who gives it away, so that it is
    time, and somebody else's turn. `teams`: what was read of the staff just before.
    """
    turn = next_turn(work, id, {} if teams is None else teams, work.tx.offers.last, passed_by=passed_by)
    if turn is None:
        return ()
    staff, lead = turn.staff, turn.group[0]
    urgent = any(callback.urgent for callback in turn.group)
    ends = min(callback.not_after for callback in turn.group)
    key = "staff.escalated" if staff.role == "supervisor" else "staff.offer_urgent" if urgent else "staff.offer"
    before = outbox.hour(work.deps, staff.reads, ends)
    text = work.deps.written.phrase(key, staff.reads, ref=lead.reference, before=before)
    origin = f"{lead.id}|{staff.id}|{len(work.tx.offers.of(lead.id))}"
    work.tx.offers.add(Offer(lead.id, staff.id, work.at))
    return (outbox.write(work, Draft("alert", staff.number, text, ends, urgent), origin),)


def next_turn(work: Work, id: str, teams: Teams, last_offers: LastOffers, *, passed_by: str | None = None) -> Turn | None:
    """Reads only, and fills `teams`. Returns None where nobody need be told now, or nobody is there."""
    group = _wanting(work.tx, id, work.at)
    if not group:
        return None
    # An offer from before its window opened was made for a window that the caller gave up.
    offers = [offer for callback in group for offer in work.tx.offers.of(callback.id) if offer.at >= callback.opens_at]
    urgent = any(callback.urgent for callback in group)
    patience = work.deps.rules.offer_urgent_seconds if urgent else work.deps.rules.offer_seconds
    if offers and passed_by is None and work.at - max(offer.at for offer in offers) < patience:
        return None
    often = Counter(offer.staff for offer in offers)
    last = {offer.staff: offer.at for offer in sorted(offers, key=lambda offer: offer.at)}
    language = group[0].language
    if language not in teams:
        teams[language] = team(work.tx, language, work.at, work.deps.rules)
    if is_within_day(work, group):
        ladder = _ladder(work.deps, teams[language], last_offers(), work.at, urgent=urgent)
    else:  # more than a day's rings: a supervisor decides
        ladder = _supervisors(teams[language], work.at)
    if not all(takes_minors(staff) for staff in ladder) and is_of_minor(work.tx, group):
        ladder = [staff for staff in ladder if takes_minors(staff)]
    ladder = [staff for staff in ladder if staff.id != passed_by]
    staff = min(ladder, key=lambda staff: (often[staff.id], last.get(staff.id, 0)), default=None)
    return None if staff is None else Turn(staff, group)


def alike(tx: Transaction, id: str) -> tuple[Callback, ...]:
    """Open callbacks to the same number, asked for as this one was: on the phone itself, or on another, where anyone may have asked."""
    same = tx.callbacks.same_number(id)
    ways = {callback.other_phone for callback in same if callback.id == id}
    return tuple(callback for callback in same if callback.other_phone in ways)


def groups(tx: Transaction, callbacks: Iterable[Callback]) -> list[tuple[Callback, ...]]:
    """Callbacks that are `alike` together, in the order of the first of each group."""
    found: list[tuple[Callback, ...]] = []
    callbacks = tuple(callbacks)
    for callback in callbacks:
        if not any(callback in group for group in found):
            same = {other.id for other in alike(tx, callback.id)}
            found.append(tuple(other for other in callbacks if other == callback or other.id in same))
    return found


def claim(act: Act, callback: Callback) -> bool:
    """Whoever acts holds this callback from now on; false where another was faster."""
    is_claimed = act.tx.callbacks.claim(callback.id, act.staff.id, act.at)
    if is_claimed:
        act.record("taken", callback.reference)
    return is_claimed


def join(act: Act, id: str) -> None:
    """Whoever holds one holds all to the same number: it is rung once for all that is open. Does nothing where this one is in other hands."""
    for other in joining(act, id):
        claim(act, other)


def joining(act: Act, id: str) -> tuple[Callback, ...]:
    """What waits, with an open window, for whoever holds this one."""
    others = alike(act.tx, id) if held(act.tx, id, act.staff.id) else ()
    return tuple(other for other in others if other.state == "waiting" and is_open(other, act.at))


def held(tx: Transaction, id: str, staff: str) -> tuple[Callback, ...]:
    """All that this person has claimed to the number of this callback, oldest first; empty unless this one is among them."""
    group = tuple(callback for callback in alike(tx, id) if callback.state == "claimed" and callback.claimed_by == staff)
    return group if any(callback.id == id for callback in group) else ()


def served_with(tx: Transaction, callback: Callback) -> tuple[Callback, ...]:
    """All that one call was for, this one among them, whatever became of them: one counselor has them since one moment (`ringing.count_attempt`)."""
    since = callback.other_phone, callback.claimed_by, callback.claimed_at
    return tuple(other for other in tx.callbacks.to_number(callback.id) if (other.other_phone, other.claimed_by, other.claimed_at) == since)


def give_back(work: Work, group: Sequence[Callback], by: str) -> tuple[OutboxMessage, ...]:
    """They wait again, and the next of the staff is told. `by`: whose doing it is, in the audit."""
    if not group:
        return ()
    drop_call(work, group)
    record_return(work, group, by)
    for callback in group:
        work.tx.callbacks.save(replace(callback, state="waiting", claimed_by=None, claimed_at=None))
    return offer(work, group[0].id, passed_by=group[0].claimed_by)


def record_return(work: Work, group: Sequence[Callback], by: str) -> None:
    """In the audit: nobody holds them any longer."""
    for callback in group:
        work.audit(by, "given back", callback.reference)


def drop_call(work: Work, group: Sequence[Callback]) -> None:
    """Whoever holds them is rung for them no longer."""
    call = work.tx.calls.live_of(group[0].claimed_by or "")
    if call is not None and call.callback in {callback.id for callback in group}:
        work.tx.calls.save(replace(call, state="ended", ended_at=work.at))


def offer_due(deps: Deps, at: int) -> None:
    """Offer whatever has come due, or was not taken in time. Raises StoreAway."""
    teams: Teams = {}
    with deps.store.read() as tx:
        wanted = [callback.id for callback in tx.callbacks.due(at) if next_turn(Work(deps, tx, at), callback.id, teams, dict) is not None]
    for id in wanted:
        with deps.store.write() as tx:
            messages = offer(Work(deps, tx, at), id, teams=teams)
        outbox.enqueue(deps, messages)


def release_idle(deps: Deps, at: int) -> None:
    """Who took a callback and does nothing more with it holds it no longer: the phone may be dead, and another counselor may be free.

    Never rung, or not reached: it is offered to another. Rung, and nothing said of how it ended: nobody rings again before a supervisor
    has looked. Raises StoreAway.
    """
    with deps.store.read() as tx:
        idle = [callback for staff in tx.staff.active() for callback in tx.callbacks.claimed_by(staff.id) if _is_idle(callback, at)]
    for callback in idle:
        with deps.store.write() as tx:
            messages = _release(Work(deps, tx, at), callback)
        outbox.enqueue(deps, messages)


def end_ended(deps: Deps, at: int) -> None:
    """Past its end nobody rings and nothing rolls over: a callback that nobody tried is a promise missed. Raises StoreAway."""
    with deps.store.read() as tx:
        ended = [callback.id for callback in tx.callbacks.ended(at) if _is_over(callback, at)]
    for id in ended:
        with deps.store.write() as tx:
            callback = tx.callbacks.get(id)
            messages = () if callback is None else _end(Work(deps, tx, at), callback)
        outbox.enqueue(deps, messages)
    lapse_floods(deps, at)


def _end(work: Work, callback: Callback) -> tuple[OutboxMessage, ...]:
    if callback.state not in ("waiting", "claimed") or not _is_over(callback, work.at):
        return ()
    if not callback.attempts:
        work.tx.callbacks.save(replace(callback, state="lapsed", closed_at=work.at))
        for_eyes(work, callback, "missed")
        return outbox.tell_supervisors(work, "lapsed", callback.id, ref=callback.reference)
    work.tx.callbacks.save(replace(callback, state="closed", closed_at=work.at))
    return ()


def _is_over(callback: Callback, at: int) -> bool:
    """Past its end; where somebody tried, the time to say how it ended is over too."""
    is_awaited = callback.state == "claimed" and is_unsaid(callback)
    return at >= callback.not_after + (OUTCOME_SECONDS if is_awaited else 0)


def _is_idle(callback: Callback, at: int) -> bool:
    patience = SILENT_SECONDS if callback.attempts else HELD_URGENT_SECONDS if callback.urgent else HELD_SECONDS
    return callback.claimed_at is not None and callback.claimed_at + patience <= at < callback.not_after


def _is_on_the_line(call: Call | None, group: Sequence[Callback], at: int) -> bool:
    """Do the two talk, or does the counselor's own phone ring or hear the prompt for one of these?"""
    if call is None or call.callback not in {callback.id for callback in group}:
        return False
    return call.state == "dialed" or at - call.placed_at < LEG_SECONDS


def _release(work: Work, callback: Callback) -> tuple[OutboxMessage, ...]:
    staff = work.tx.staff.get(callback.claimed_by or "")
    group = held(work.tx, callback.id, callback.claimed_by or "")
    call = work.tx.calls.live_of(callback.claimed_by or "")
    if staff is None or not group or not all(_is_idle(other, work.at) for other in group) or _is_on_the_line(call, group, work.at):
        return ()
    if any(is_unsaid(other) for other in group):
        others = [other for other in alike(work.tx, callback.id) if other.id != callback.id]
        return to_review(work, (callback, *others), "unanswered")
    message = outbox.tell(work, staff, "given_back", f"{callback.id}|{callback.claimed_at}", ref=callback.reference)
    return (message, *give_back(work, group, LINE))


def _wanting(tx: Transaction, id: str, at: int) -> tuple[Callback, ...]:
    """All to the same number that wait in their window and may still be rung; none where somebody holds one.

    A stranger's request does not wait for the owner's: nobody may read from it whether the phone is being served (`ringing.is_unreached`).
    """
    group = [callback for callback in alike(tx, id) if is_open(callback, at)]
    if any(callback.state == "claimed" for callback in group):
        return ()
    wanting = tuple(sorted((callback for callback in group if callback.not_after - at >= SHORTEST), key=pressing))
    return wanting if is_ringable(wanting, at) else ()


def _ladder(deps: Deps, now: Team, offered: Mapping[str, int], at: int, *, urgent: bool) -> list[Staff]:
    """Who is told, in this order: counselors who are free and there, for what is urgent those on shift too, then the supervisors.

    Who rests is told of nothing ordinary; of what is urgent, where nobody else is there: a life comes before a pause, and it may be given
    back. Among equals comes first who was not offered anything for the longest time.
    """
    free = [staff for staff in now.counselors if staff.id not in now.holding and is_on(staff, now.shifts, at, deps.clock.local)]
    free.sort(key=lambda staff: (offered.get(staff.id, 0), staff.id))
    present = [staff for staff in free if is_present(staff, at, deps.rules.presence_minutes)]
    there = [staff for staff in present if staff.id not in now.resting] or (present if urgent else [])
    away = [staff for staff in free if urgent and staff not in present and staff.id not in now.resting]
    return [*there, *away, *_supervisors(now, at)]


def _supervisors(now: Team, at: int) -> list[Staff]:
    """Those on call first."""
    return sorted(now.supervisors, key=lambda staff: not staff.is_on_call(at))
