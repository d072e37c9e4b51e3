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
from hotline.service.once import first_time
from hotline.service.outbox import Draft
from hotline.service.rules import is_open, is_ringable, is_unsaid, is_within_day
from hotline.service.work import Work

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


def take(work: Work, staff: Staff, id: str, once: str) -> Answer | None:
    """It is hers, with all that is open to the same number; nothing rings yet. `once`, here and below: the form's one-time id.

    None: there is no such callback.
    """
    callback = work.tx.callbacks.get(id)
    if callback is None:
        return None
    if callback.state == "claimed" and callback.claimed_by == staff.id:
        return Answer("taken", callback.reference)
    refused = _refusal(work, staff, callback) if first_time(work, staff.id, once) else "gone"
    if refused is None and not dispatch.take(work.tx, callback, staff, work.at):
        refused = "gone"
    return Answer(refused or "taken", callback.reference)


def give_back_one(work: Work, staff: Staff, id: str, once: str) -> Answer | None:
    """She gives back what she holds; nobody asks why. None: there is no such callback."""
    callback = work.tx.callbacks.get(id)
    if callback is None:
        return None
    group = dispatch.held(work.tx, id, staff.id) if first_time(work, staff.id, once) else ()
    if any(is_unsaid(each) for each in group):
        return Answer("how", callback.reference)
    return Answer("back", callback.reference, give_back(work, group, staff.alias))


def give_back(work: Work, group: Sequence[Callback], by: str) -> tuple[OutboxMessage, ...]:
    """They wait again and the next of the staff is told; given back a second time they go before a supervisor. `by`: in the audit."""
    counted = tuple(replace(each, given_back=each.given_back + 1) for each in group)
    if all(each.given_back < MOST_GIVEN_BACK for each in counted):
        return dispatch.give_back(work, counted, by)
    dispatch.drop_call(work.tx, counted, work.at)
    dispatch.record_return(work.tx, counted, by, work.at)
    freed = tuple(replace(each, claimed_by=None, claimed_at=None) for each in counted)
    return to_review(work, freed, "given_back")


def hand_over(work: Work, supervisor: Staff, id: str, to: str, once: str) -> Answer | None:
    """Give it, with all that is open to the same number, to this counselor, who is told. Whoever held it and had not rung holds it no longer.

    If she does nothing with it, it is offered to others in a few minutes, as whatever is held. None: no such callback, or nobody like that.
    """
    callback, chosen = work.tx.callbacks.get(id), work.tx.staff.get(to)
    if callback is None or chosen is None or not chosen.active:
        return None
    if not first_time(work, supervisor.id, once):
        return Answer("handed", callback.reference)
    group = untried(work.tx, callback, work.at)
    refused = _not_handed(work, chosen, callback, group)
    if refused is not None:
        return Answer(refused, callback.reference)
    dispatch.drop_call(work.tx, [callback], work.at)
    for each in group:
        work.tx.callbacks.save(replace(each, state="claimed", claimed_by=to, claimed_at=work.at))
        work.tx.audit.add(AuditRecord(work.at, supervisor.alias, "handed over", f"{each.reference} {chosen.alias}"))
    told = [_tell(work, chosen, callback, group)]
    before = work.tx.staff.get(callback.claimed_by or "")
    if before is not None and before.id not in (to, supervisor.id):
        told.append(outbox.tell(work, before, "given_back", f"{id}|{callback.claimed_at}", ref=callback.reference))
    return Answer("handed", callback.reference, tuple(told))


def _tell(work: Work, chosen: Staff, callback: Callback, group: Sequence[Callback]) -> OutboxMessage:
    work.tx.offers.add(Offer(callback.id, chosen.id, work.at))
    ends = min(each.not_after for each in group)
    text = work.deps.written.phrase("staff.handed", chosen.reads, ref=callback.reference, before=outbox.hour(work.deps, chosen.reads, ends))
    urgent = any(each.urgent for each in group)
    return outbox.write(work, Draft("alert", chosen.number, text, ends, urgent), f"handed|{callback.id}|{chosen.id}|{work.at}")


def _refusal(work: Work, staff: Staff, callback: Callback) -> Told | None:
    """Why she may not take what she does not hold; None where she may."""
    if callback.state == "lapsed" or (callback.state == "waiting" and work.at >= callback.not_after):
        return "late"
    if callback.state != "waiting" or not is_open(callback, work.at) or _is_in_hand(work.tx, callback, staff.id):
        return "gone"
    group = [each for each in dispatch.alike(work.tx, callback.id) if is_open(each, work.at)]
    if not is_ringable(group, work.at):
        return "late"
    if staff.role == "supervisor":
        return None
    refused = _not_for(work, staff, group)
    is_urgent = any(each.urgent for each in group)
    return refused or (None if is_urgent or staff.id not in resting(work.tx, work.at, work.deps.rules) else "rest")


def _not_handed(work: Work, chosen: Staff, callback: Callback, group: Sequence[Callback]) -> Told | None:
    if work.at >= callback.not_after:
        return "late"
    if not group or _is_in_hand(work.tx, callback, callback.claimed_by or ""):
        return "gone"
    return _not_for(work, chosen, group)


def _not_for(work: Work, counselor: Staff, group: Sequence[Callback]) -> Told | None:
    if not is_for(counselor, group[0], dispatch.is_of_minor(work.tx, group)):
        return "skill"
    return None if is_within_day(work.deps.rules, work.tx, group, work.at) else "supervisor"


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
