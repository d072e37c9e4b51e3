"""What goes before a supervisor: taken out of everybody's hands until the supervisor decides, or left where it is and shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.calls.reviews import Decision, Reason, Review
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.acts import Act
from hotline.service.deps import Deps
from hotline.service.work import Work

UNRUNG: Final = frozenset({"flood", "given_back"})
"""Reasons for which nobody need have been rung."""


def to_review(work: Work, group: Sequence[Callback], reason: Reason) -> tuple[OutboxMessage, ...]:
    """Nobody rings these, and nobody is offered them, before a supervisor decides, who is told of the first: they are of one number."""
    for callback in group:
        _hold(work, callback, reason)
    if not group:
        return ()
    return outbox.tell_supervisors(work, "review", f"{group[0].id}|{work.at}", ref=group[0].reference)


def hold_flood(work: Work, callback: Callback) -> tuple[OutboxMessage, ...]:
    """One of too many requests: held before anybody was told of it. Supervisors hear of floods once an hour."""
    _hold(work, callback, "flood")
    return outbox.tell_supervisors(work, "review", f"flood|{work.at // HOUR_SECONDS}", ref=callback.reference)


def stopped_unpressed(work: Work, group: Sequence[Callback]) -> tuple[OutboxMessage, ...]:
    """These, of one number, were stopped by something else than keys on the phone itself. Where one was urgent a supervisor looks at it, and is
    told of the first."""
    urgent = [callback for callback in group if callback.urgent]
    for callback in urgent:
        for_eyes(work, callback, "stopped")
    return outbox.tell_supervisors(work, "review", f"{urgent[0].id}|{work.at}", ref=urgent[0].reference) if urgent else ()


def is_held_unrung(tx: Transaction, callback: Callback) -> bool:
    """Does it wait for a supervisor for nothing that happened on the phone?"""
    undecided = {review.reason for review in tx.reviews.of(callback.id) if review.decision is None}
    return callback.state == "review" and bool(undecided) and undecided <= UNRUNG


def lapse_floods(deps: Deps, at: int) -> None:
    """What a supervisor let lie until its end is not rung; nobody need look at it any more. Raises StoreAway."""
    with deps.store.read() as tx:
        if not tx.reviews.floods_over(at):
            return
    with deps.store.write() as tx:
        for callback in tx.reviews.floods_over(at):
            tx.callbacks.save(replace(callback, state="lapsed", closed_at=at))
            settle(Work(deps, tx, at), callback.id, "noted")


def settle(work: Work, callback: str, decision: Decision, *, why: str | None = None, reason: Reason | None = None) -> None:
    """All that is undecided about this callback, or what is for this reason, is decided so: by whoever acts, or by its end where nobody does."""
    by = work.staff.id if isinstance(work, Act) else None
    for review in work.tx.reviews.of(callback):
        if review.decision is None and reason in (None, review.reason):
            work.tx.reviews.save(replace(review, decision=decision, why=why, decided_by=by, decided_at=work.at))


def for_eyes(work: Work, callback: Callback, reason: Reason) -> None:
    """A supervisor looks at it too; it stays what it is, and with whom it is."""
    work.tx.reviews.add(Review(work.deps.derive("review", f"{callback.id}|{reason}"), callback.id, reason, work.at))


def _hold(work: Work, callback: Callback, reason: Reason) -> None:
    work.tx.callbacks.save(replace(callback, state="review"))
    for_eyes(work, callback, reason)
