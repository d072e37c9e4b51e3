"""Taking, giving back and handing over: the same rules by page and by SMS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.offers import Offer
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.desk.cases import HandedNote
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.acts import Act, Refused, Result
from hotline.service.calls import alerts
from hotline.service.calls.by_ring import placing, reach
from hotline.service.calls.by_ring.placing import Cause
from hotline.service.calls.dispatch import claims
from hotline.service.calls.reference import about
from hotline.service.calls.review import to_review
from hotline.service.calls.rules import minors, one_phone, skill
from hotline.service.calls.rules.limits import is_late, is_ringable, is_unsaid, is_within_day
from hotline.service.calls.rules.rest import is_resting
from hotline.service.outbox import NewMessage
from hotline.service.work import Work

LONGEST_NOTE: Final = 280
"""Letters of what a supervisor tells whoever she hands a callback to."""
MOST_GIVEN_BACK: Final = 2
"""So often given back, a supervisor looks at it before anybody else takes it."""


def take(act: Act, id: str) -> Result:
    """Whoever acts holds it from now on, with all that is open to the same number; nothing rings yet. Taking what one holds changes nothing."""
    callback = act.tx.callbacks.get(id)
    if callback is None:
        return Result("gone")
    if callback.state != "claimed" or callback.claimed_by != act.staff.id:
        refused = _refusal(act, callback) or (None if claims.claim(act, callback) else "gone")
        if refused is not None:
            return Result(refused, about(callback))
        claims.join(act, id)
    return Result("taken", about(callback))


def give_back(act: Act, id: str) -> Result:
    """It waits again, with all that is held to the same number; nobody asks why."""
    callback = act.tx.callbacks.get(id)
    if callback is None:
        return Result("gone")
    group = claims.held(act.tx, id, act.staff.id)
    if not group:
        return Result("gone", about(callback))
    if any(is_unsaid(held) for held in group):
        return Result("how", about(callback))
    return Result("back", about(callback), return_group(act, group))


def hand_over(act: Act, id: str, to: str, note: str = "") -> Result:
    """Give it, with all that is open to the same number, to this counselor, who is told. Whoever held it and had not rung holds it no longer.
    `note`: what the page of whoever has it says besides; the SMS says only that there is one.

    If the counselor does nothing with it, it is offered to others in a few minutes, as whatever is held.
    """
    callback, chosen = act.tx.callbacks.get(id), act.tx.staff.get(to)
    if callback is None or chosen is None or not chosen.active:
        return Result("gone")
    group = untried(act, callback)
    refused = "long_note" if len(note) > LONGEST_NOTE else _not_handed(act, chosen, callback, group)
    if refused is not None:
        return Result(refused, about(callback))
    claims.drop_call(act, [callback])
    for request in group:
        alerts.withdraw(act, request.id)
        act.tx.callbacks.save(replace(request, state="claimed", claimed_by=to, claimed_at=act.at, call=None))
        act.record("handed over", f"{request.reference} {chosen.alias}")
        if note:
            act.tx.cases.save_handed(request.id, HandedNote(note, act.staff.id))
    messages = [*_tell(act, chosen, callback, group, has_note=bool(note))]
    before = act.tx.staff.get(callback.claimed_by or "")
    if before is not None and before.id not in (to, act.staff.id):
        messages.append(outbox.tell(act, before, "given_back", f"{id}|{callback.claimed_at}", ref=callback.reference))
    return Result("handed", about(callback), tuple(messages))


def return_group(act: Act, group: Sequence[Callback]) -> tuple[OutboxMessage, ...]:
    """They wait again and the next of the staff is told; given back a second time they go before a supervisor."""
    counted = tuple(replace(callback, given_back=callback.given_back + 1) for callback in group)
    if all(callback.given_back < MOST_GIVEN_BACK for callback in counted):
        return claims.give_back(act, counted, act.staff.alias)
    claims.drop_call(act, counted)
    claims.record_return(act, counted, act.staff.alias)
    freed = tuple(replace(callback, claimed_by=None, claimed_at=None) for callback in counted)
    return to_review(act, freed, "given_back")


def may_be_handed(counselor: Staff, group: Iterable[Callback], *, is_minor: bool) -> bool:
    """Does this counselor take calls in one of its languages, and of minors if it is one's?"""
    return any(skill.takes(counselor, language) for language in one_phone.languages(group)) and minors.may_have(
        counselor, is_minor=is_minor
    )


def untried(work: Work, callback: Callback) -> tuple[Callback, ...]:
    """All that goes with it to another, with open windows; none where somebody who holds one has rung."""
    if callback.state not in ("waiting", "claimed"):
        return ()
    group = one_phone.open_of(one_phone.alike(work.tx, callback.id), work.at)
    is_tried = any(request.state == "claimed" and request.attempts for request in group)
    return () if is_tried or not is_ringable(group, work.at) else group


def _tell(work: Work, chosen: Staff, callback: Callback, group: Sequence[Callback], *, has_note: bool) -> tuple[OutboxMessage, ...]:
    work.tx.offers.add(Offer(callback.id, chosen.id, work.at))
    ends, urgent, written = one_phone.end(group), one_phone.is_urgent(group), work.deps.written
    key = "staff.handed_note" if has_note and written.has_phrase("staff.handed_note") else "staff.handed"
    text = reach.words(work, chosen, key, ref=callback.reference, before=outbox.hour(work.deps, chosen.reads, ends))
    origin = f"handed|{callback.id}|{chosen.id}|{work.at}"
    alert = NewMessage("alert", chosen.number, text, ends, urgent, chosen.role)
    return placing.inform(work, chosen, Cause("held", origin, ends, callback.id, urgent), alert, origin)


def _refusal(act: Act, callback: Callback) -> Refused | None:
    """Why whoever acts may not take what they do not hold; None where they may."""
    if callback.state in ("stopped", "cancelled"):
        return "cancelled"
    if is_late(act.tx, callback, act.at):
        return "late"
    group = one_phone.open_of(one_phone.alike(act.tx, callback.id), act.at)
    if callback.state != "waiting" or callback not in group or is_in_hand(act.tx, callback, act.staff.id):
        return "gone"
    if not is_ringable(group, act.at):
        return "late"
    if not any(skill.may_have(act.staff, language) for language in one_phone.languages(group)) or not minors.may_have(
        act.staff, is_minor=minors.is_of_minor(act.tx, group)
    ):
        return "skill"
    if act.staff.role == "supervisor":
        return None
    if not is_within_day(act, group):
        return "supervisor"
    return "rest" if is_resting(act, act.staff.id, group) else None


def _not_handed(work: Work, chosen: Staff, callback: Callback, group: Sequence[Callback]) -> Refused | None:
    if is_late(work.tx, callback, work.at) or work.at >= one_phone.own_end(callback, one_phone.alike(work.tx, callback.id)):
        return "late"
    if not group or is_in_hand(work.tx, callback, callback.claimed_by or ""):
        return "gone"
    if not may_be_handed(chosen, group, is_minor=minors.is_of_minor(work.tx, group)):
        return "skill"
    return None if is_within_day(work, group) else "supervisor"


def is_in_hand(tx: Transaction, callback: Callback, but: str) -> bool:
    """Does somebody hold it, or another request of this number that was asked for in the same way, so that it is rung for this one too? `but`: whom that does not mean."""
    return any(other.state == "claimed" and other.claimed_by != but for other in one_phone.alike(tx, callback.id))
