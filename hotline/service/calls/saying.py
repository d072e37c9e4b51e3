"""How a call ended, and so what becomes of the callbacks that it was for: said on the page or by SMS, it is the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from msgspec.structs import replace

from hotline.engine.casework.call_outcomes import DANGEROUS, TALKED, TO_REVIEW, Outcome
from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.callbacks import Callback, SaferCode
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.calls.reviews import Reason
from hotline.ports.desk.cases import AGAIN
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.acts import Act, Result
from hotline.service.calls import ringing
from hotline.service.calls.by_ring import reach
from hotline.service.calls.dispatch import claims
from hotline.service.calls.reference import about
from hotline.service.calls.review import to_review
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import attempts_left, is_unsaid
from hotline.service.calls.rules.rest import rests


def say_outcome(act: Act, id: str, outcome: Outcome) -> Result:
    """How the last attempt ended, and so what becomes of the callbacks that it was for (docs: callback life).

    What was said is corrected by saying it again for as long as the callback is held; nothing is said of a call that is still to come.
    """
    callback = act.tx.callbacks.get(id)
    if callback is None:
        return Result("gone")
    group = claims.held(act.tx, id, act.staff.id)
    if not any(held.attempts for held in group):
        return Result("gone", about(callback))
    if ringing.is_coming(act, group):
        return Result("rings", about(callback))
    return Result("noted", about(callback), _note(act, group, outcome))


def say_safer(act: Act, id: str, safer: SaferCode) -> Result:
    """What the caller answered when asked how safe the call leaves them."""
    callback = talks(act, id)
    if callback is None:
        return Result("gone")
    act.tx.callbacks.save(replace(callback, safer=safer))
    act.record("safety asked", callback.reference)
    return Result("done", about(callback))


def talked(act: Act, id: str) -> Callback | None:
    """The callback. Returns None unless whoever acts holds it, or held it last, and talked with the caller: nobody else says what the caller wishes."""
    callback = act.tx.callbacks.get(id)
    return callback if callback is not None and callback.claimed_by == act.staff.id and callback.outcome in TALKED else None


def talks(act: Act, id: str) -> Callback | None:
    """The callback, while the two talk too: before they hang up is when the caller can be asked."""
    callback = act.tx.callbacks.get(id)
    is_on_the_line = callback is not None and callback.claimed_by == act.staff.id and callback.state == "claimed" and is_unsaid(callback)
    return callback if is_on_the_line else talked(act, id)


def next_call(tx: Transaction, id: str) -> Callback | None:
    """The next call that was agreed on in this one. Returns None once somebody took or tried it, and where the caller took the consent back."""
    consent = tx.cases.consents(id).get(AGAIN)
    if consent is None or consent.revoked_at is not None or consent.callback is None:
        return None
    callback = tx.callbacks.get(consent.callback)
    return callback if callback is not None and callback.state == "waiting" and not callback.attempts else None


def is_in_other_hands(tx: Transaction, callback: Callback) -> bool:
    """Did somebody else answer this phone since, so that a supervisor decides whether it is ever rung again?"""
    telling = (other for other in tx.callbacks.to_number(callback.id) if other.way == callback.way)
    return any(other.state == "review" and other.outcome in DANGEROUS for other in telling)


def _note(act: Act, group: Sequence[Callback], outcome: Outcome) -> tuple[OutboxMessage, ...]:
    # The owner's own request tells whose hands the phone is in; a stranger's tells nothing about the owner's.
    same = one_phone.alike(act.tx, group[0].id)
    others = [callback for callback in same if callback not in group] if outcome in DANGEROUS else []
    if outcome in DANGEROUS and not group[0].other_phone:
        for callback in act.tx.callbacks.to_number(group[0].id):
            if callback.other_phone:
                act.tx.numbers.silence(callback.id)
    group = [_after(replace(callback, outcome=outcome, claimed_at=act.at), outcome, act.at) for callback in group]
    for callback in group:
        act.tx.callbacks.save(callback)
        act.record("outcome said", callback.reference)  # that it was said, not what: the audit stays when the callback is gone
    messages = _ask_to_go_on(act)
    if outcome == "prank":
        act.tx.numbers.add_prank(group[0].id, act.at)  # one call is one prank, for however many requests it was
    # Where the caller said when to ring again, before the call broke off, nothing is left to decide.
    if outcome not in TO_REVIEW or (outcome in TALKED and any(next_call(act.tx, callback.id) for callback in group)):
        return messages
    # The others were asked for at another time, but it is the same phone.
    looked_at = (group, *([callback] for callback in others))
    return (*messages, *(message for callbacks in looked_at for message in to_review(act, callbacks, cast("Reason", outcome))))


def _ask_to_go_on(act: Act) -> tuple[OutboxMessage, ...]:
    """Whoever has reached a cap is asked once: to go on, or to end the shift. Whoever answers by ring is rung for it later: the phone is in use."""
    if reach.answers_by_ring(act, act.staff):
        return ()
    if act.staff.role != "counselor" or act.staff.id not in rests(act.tx, act.at, act.deps.rules).capped:
        return ()
    return outbox.tell_seldom(act, [act.staff], "enough", act.deps.rules.shift_hours * HOUR_SECONDS)


def _after(callback: Callback, outcome: Outcome, at: int) -> Callback:
    if outcome == "unreachable" and attempts_left(callback) > 0 and callback.opens_at <= at < callback.not_after:
        return callback
    return replace(callback, state="closed", closed_at=at)
