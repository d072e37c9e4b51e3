"""Taking, giving back and handing over, with the same rules by page and by message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.offers import Offer
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.calls import dispatch
from hotline.service.calls.coverage import takes
from hotline.service.calls.rest import resting
from hotline.service.calls.review import to_review
from hotline.service.deps import Deps
from hotline.service.once import first_time
from hotline.service.rules import is_open, is_ringable, is_unsaid, is_within_day

MOST_GIVEN_BACK: Final = 2
"""So often given back, a supervisor looks at it before anybody else takes it."""

Told: TypeAlias = Literal["taken", "gone", "late", "rest", "supervisor", "skill", "how", "back", "handed"]
"""It is hers; another has it; its time is over; not while she rests; past the day's rings, a supervisor decides; not for her; she has to say
first how the call ended; given back; handed over."""


class Answer(Struct, frozen=True):
    """What became of it."""

    told: Told
    reference: str
    posts: tuple[OutboxMessage, ...] = ()


def take(deps: Deps, tx: Transaction, staff: Staff, id: str, once: str, at: int) -> Answer | None:
    """It is hers, with all that is open to the same number; nothing rings yet. `once`, here and below: the form's one-time id.

    None: there is no such callback.
    """
    callback = tx.callbacks.get(id)
    if callback is None:
        return None
    if callback.state == "claimed" and callback.claimed_by == staff.id:
        return Answer("taken", callback.reference)
    refused = _refusal(deps, tx, staff, callback, at) if first_time(deps, tx, staff.id, once, at) else "gone"
    if refused is None and not dispatch.take(tx, callback, staff, at):
        refused = "gone"
    return Answer(refused or "taken", callback.reference)


def give_back_one(deps: Deps, tx: Transaction, staff: Staff, id: str, once: str, at: int) -> Answer | None:
    """She gives back what she holds; nobody asks why. None: there is no such callback."""
    callback = tx.callbacks.get(id)
    if callback is None:
        return None
    group = dispatch.held(tx, id, staff.id) if first_time(deps, tx, staff.id, once, at) else ()
    if any(is_unsaid(each) for each in group):
        return Answer("how", callback.reference)
    return Answer("back", callback.reference, give_back(deps, tx, group, staff.alias, at))


def give_back(deps: Deps, tx: Transaction, group: Sequence[Callback], by: str, at: int) -> tuple[OutboxMessage, ...]:
    """They wait again and the next of the staff is told; given back a second time they go before a supervisor. `by`: in the audit."""
    counted = tuple(replace(each, given_back=each.given_back + 1) for each in group)
    if all(each.given_back < MOST_GIVEN_BACK for each in counted):
        return dispatch.give_back(deps, tx, counted, by, at)
    dispatch.drop_call(tx, counted, at)
    dispatch.record_return(tx, counted, by, at)
    freed = tuple(replace(each, claimed_by=None, claimed_at=None) for each in counted)
    return to_review(deps, tx, freed, "given_back", at)


def hand_over(deps: Deps, tx: Transaction, supervisor: Staff, id: str, to: str, once: str, at: int) -> Answer | None:
    """Give it, with all that is open to the same number, to this counselor, who is told. Whoever held it and had not rung holds it no longer.

    If she does nothing with it, it is offered to others in a few minutes, as whatever is held. None: no such callback, or nobody like that.
    """
    callback, chosen = tx.callbacks.get(id), tx.staff.get(to)
    if callback is None or chosen is None or not chosen.active:
        return None
    if not first_time(deps, tx, supervisor.id, once, at):
        return Answer("handed", callback.reference)
    group = untried(tx, callback, at)
    refused = _not_handed(deps, tx, chosen, callback, group, at)
    if refused is not None:
        return Answer(refused, callback.reference)
    dispatch.drop_call(tx, [callback], at)
    for each in group:
        tx.callbacks.save(replace(each, state="claimed", claimed_by=to, claimed_at=at))
        tx.audit.add(AuditRecord(at, supervisor.alias, "handed over", f"{each.reference} {chosen.alias}"))
    told = [_tell(deps, tx, chosen, callback, group, at)]
    before = tx.staff.get(callback.claimed_by or "")
    if before is not None and before.id not in (to, supervisor.id):
        told.append(outbox.tell(deps, tx, before, "given_back", f"{id}|{callback.claimed_at}", at, ref=callback.reference))
    return Answer("handed", callback.reference, tuple(told))


def _tell(deps: Deps, tx: Transaction, chosen: Staff, callback: Callback, group: Sequence[Callback], at: int) -> OutboxMessage:
    tx.offers.add(Offer(callback.id, chosen.id, at))
    ends = min(each.not_after for each in group)
    text = deps.written.phrase("staff.handed", chosen.reads, ref=callback.reference, before=outbox.hour(deps, chosen.reads, ends))
    urgent = any(each.urgent for each in group)
    return outbox.write(deps, tx, "alert", chosen.number, text, f"handed|{callback.id}|{chosen.id}|{at}", at, ends, urgent=urgent)


def _refusal(deps: Deps, tx: Transaction, staff: Staff, callback: Callback, at: int) -> Told | None:
    """Why she may not take what she does not hold; None where she may."""
    if callback.state == "lapsed" or (callback.state == "waiting" and at >= callback.not_after):
        return "late"
    if callback.state != "waiting" or not is_open(callback, at) or _is_in_hand(tx, callback, staff.id):
        return "gone"
    group = [each for each in dispatch.alike(tx, callback.id) if is_open(each, at)]
    if not is_ringable(group, at):
        return "late"
    if staff.role == "supervisor":
        return None
    refused = _not_for(deps, tx, staff, group, at)
    is_urgent = any(each.urgent for each in group)
    return refused or (None if is_urgent or staff.id not in resting(tx, at, deps.rules) else "rest")


def _not_handed(deps: Deps, tx: Transaction, chosen: Staff, callback: Callback, group: Sequence[Callback], at: int) -> Told | None:
    if at >= callback.not_after:
        return "late"
    if not group or _is_in_hand(tx, callback, callback.claimed_by or ""):
        return "gone"
    return _not_for(deps, tx, chosen, group, at)


def _not_for(deps: Deps, tx: Transaction, counselor: Staff, group: Sequence[Callback], at: int) -> Told | None:
    if not is_for(counselor, group[0], dispatch.is_of_minor(tx, group)):
        return "skill"
    return None if is_within_day(deps.rules, tx, group, at) else "supervisor"


def is_for(counselor: Staff, callback: Callback, is_minor: bool) -> bool:
    return takes(counselor, callback.language) and (counselor.minors or not is_minor)


def untried(tx: Transaction, callback: Callback, at: int) -> tuple[Callback, ...]:
    """All that goes with it to another: their windows are open, and nobody who holds one has rung."""
    if callback.state not in ("waiting", "claimed"):
        return ()
    group = tuple(each for each in dispatch.alike(tx, callback.id) if is_open(each, at))
    is_tried = any(each.state == "claimed" and each.attempts for each in group)
    return () if is_tried or not is_ringable(group, at) else group


def _is_in_hand(tx: Transaction, callback: Callback, but: str) -> bool:
    """Does somebody hold another request of this number, so that it is rung for this one too, or this one waits for it?"""
    held = [
        each for each in tx.callbacks.same_number(callback.id) if each.state == "claimed" and (callback.other_phone or not each.other_phone)
    ]
    return any(each.claimed_by != but or each.other_phone != callback.other_phone for each in held)
