"""What waits for a supervisor, and what she decides, with her reason."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.calls.reviews import Decision, Reason, Review
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.calls import dispatch
from hotline.service.calls.review import settle
from hotline.service.deps import Deps
from hotline.service.once import first_time
from hotline.service.rules import HARD, most_attempts
from hotline.service.work import Work

SHOWN: Final = 50
"""On one page; what is left shows as she decides."""
WHY_LENGTH: Final = 300

Told: TypeAlias = Literal["done", "late", "refused"]
"""What became of a decision. `late`: it was decided already; `refused`: it cannot be decided so, or without a reason."""


class Listed(Struct, frozen=True):
    """One callback of the list."""

    review: Review
    """The oldest that is about it."""
    callback: Callback
    marks: frozenset[str]
    reasons: tuple[Reason, ...]


class ReviewCase(Struct, frozen=True):
    """A review as it lies before her."""

    review: Review
    callback: Callback
    marks: frozenset[str]
    also: tuple[Reason, ...]
    """Why else the same callback is to be looked at: she decides about all at once."""
    choices: tuple[Decision, ...]
    decided_by: str
    """Her alias; empty where nobody decided, or its end did."""


class Decided(Struct, frozen=True):
    """The form as it was sent. `once`: its one-time id."""

    decision: str
    why: str
    once: str


def undecided(deps: Deps) -> tuple[tuple[Listed, ...], bool]:
    """The callbacks of the oldest, floods behind all others; and whether there are more."""
    with deps.store.read() as tx:
        found = tx.reviews.undecided(SHOWN + 1)
        marks = tx.flags.of_many(tuple({callback.id for _, callback in found}))
    listed: dict[str, Listed] = {}
    for review, callback in found[:SHOWN]:
        known = listed.setdefault(callback.id, Listed(review, callback, marks.get(callback.id, frozenset()) - {HARD}, ()))
        listed[callback.id] = replace(known, reasons=(*known.reasons, review.reason))
    return tuple(listed.values()), len(found) > SHOWN


def case(deps: Deps, id: str, at: int) -> ReviewCase | None:
    with deps.store.read() as tx:
        return _case(tx, id, at)


def decide(deps: Deps, staff: Staff, id: str, decided: Decided, at: int) -> Told | None:
    """She decides, once for each form; who was second is told. None: there is no such review any more."""
    with deps.store.write() as tx:
        before = _case(tx, id, at)
        if before is None:
            return None
        is_new = first_time(Work(deps, tx, at), staff.id, decided.once)
        if before.review.decision is not None:
            return "late" if is_new or before.review.decided_by != staff.id else "done"
        if not is_new:
            return "done"
        decision = next((each for each in before.choices if each == decided.decision), None)
        why = decided.why.strip()[:WHY_LENGTH]
        if decision is None or not why:
            return "refused"
        settle(tx, before.callback.id, decision, at, by=staff.id, why=why)
        tx.audit.add(AuditRecord(at, staff.alias, "review decided", before.callback.reference))
        posts = _obey(Work(deps, tx, at), before.callback, decision)
    outbox.enqueue(deps, posts)
    return "done"


def _case(tx: Transaction, id: str, at: int) -> ReviewCase | None:
    review = tx.reviews.get(id)
    callback = tx.callbacks.get(review.callback) if review else None
    if review is None or callback is None:
        return None
    also = tuple(each.reason for each in tx.reviews.of(callback.id) if each.decision is None and each.id != id)
    by = tx.staff.get(review.decided_by) if review.decided_by else None
    return ReviewCase(review, callback, tx.flags.of(callback.id) - {HARD}, also, _choices(tx, callback, at), by.alias if by else "")


def _choices(tx: Transaction, callback: Callback, at: int) -> tuple[Decision, ...]:
    """What is in a counselor's hands, or in the queue, is looked at and no more: nothing is taken from anybody by this page."""
    if callback.state in ("waiting", "claimed"):
        return ("noted",)
    has_number = tx.numbers.of(callback.id) is not None
    if callback.state != "review":
        return ("noted", "forget") if has_number else ("noted",)
    is_ringable = has_number and callback.not_after - at >= dispatch.SHORTEST
    return ("wait", "close", "forget") if is_ringable else ("close", "forget")


def _obey(work: Work, callback: Callback, decision: Decision) -> tuple[OutboxMessage, ...]:
    match decision:
        case "wait":
            # To ring past the limit of tries is hers to say: one is left in any case.
            attempts = min(callback.attempts, most_attempts(callback) - 1)
            work.tx.callbacks.save(replace(callback, state="waiting", claimed_by=None, claimed_at=None, outcome=None, attempts=attempts))
            return dispatch.offer(work, callback.id)
        case "close":
            _close(work.tx, callback, work.at)
        case "forget":
            if callback.state == "review":
                _close(work.tx, callback, work.at)
            work.tx.numbers.forget(callback.id)
        case "noted":
            pass
    return ()


def _close(tx: Transaction, callback: Callback, at: int) -> None:
    """What nobody tried by its end is a promise missed, whoever lets it go."""
    is_missed = not callback.attempts and at >= callback.not_after
    tx.callbacks.save(replace(callback, state="lapsed" if is_missed else "closed", closed_at=at))
