"""What waits for a supervisor, and what the supervisor decides, with a reason."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.casework.flags import OWN, Flag
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.calls.reviews import Decision, Reason, Review
from hotline.ports.store import Transaction
from hotline.service.acts import Act, Result
from hotline.service.calls.dispatch import offering, turns
from hotline.service.calls.reference import about
from hotline.service.calls.review import settle
from hotline.service.calls.rules.limits import most_attempts
from hotline.service.deps import Deps
from hotline.service.work import Work

SHOWN: Final = 50
"""On one page; what is left shows as these are decided."""
WHY_LENGTH: Final = 300


class ListedReview(Struct, frozen=True):
    """One callback of the list."""

    review: Review
    """The oldest that is about it."""
    callback: Callback
    flags: frozenset[Flag]
    reasons: tuple[Reason, ...]


class ReviewCase(Struct, frozen=True):
    """A review as it lies before the supervisor."""

    review: Review
    callback: Callback
    flags: frozenset[Flag]
    also: tuple[Reason, ...]
    """Why else the same callback is to be looked at: all is decided at once."""
    choices: tuple[Decision, ...]
    decided_by: str
    """The alias; empty where nobody decided, or its end did."""


def undecided(deps: Deps) -> tuple[tuple[ListedReview, ...], bool]:
    """The callbacks of the oldest reviews, floods behind all others; and whether there are more. Raises StoreAway."""
    with deps.store.read() as tx:
        found = tx.reviews.undecided(SHOWN + 1)
        flags = tx.flags.of_many(tuple({callback.id for _, callback in found}))
    listed: dict[str, ListedReview] = {}
    for review, callback in found[:SHOWN]:
        known = listed.setdefault(callback.id, ListedReview(review, callback, flags.get(callback.id, frozenset()) - {OWN}, ()))
        listed[callback.id] = replace(known, reasons=(*known.reasons, review.reason))
    return tuple(listed.values()), len(found) > SHOWN


def case(deps: Deps, id: str, at: int) -> ReviewCase | None:
    """A review by its id. Returns None where it is gone, or its callback is. Raises StoreAway."""
    with deps.store.read() as tx:
        return _case(tx, id, at)


def decide_review(act: Act, id: str, choice: str, why: str) -> Result:
    """What becomes of it, with the reason. Late where somebody decided before, refused without a reason or for a choice that is not offered."""
    case = _case(act.tx, id, act.at)
    if case is None:
        return Result("gone")
    if case.review.decision is not None:
        return Result("late", about(case.callback))
    decision = next((allowed for allowed in case.choices if allowed == choice), None)
    why = why.strip()[:WHY_LENGTH]
    if decision is None or not why:
        return Result("refused", about(case.callback))
    settle(act, case.callback.id, decision, why=why)
    act.record("review decided", case.callback.reference)
    return Result("done", about(case.callback), _obey(act, case.callback, decision))


def _case(tx: Transaction, id: str, at: int) -> ReviewCase | None:
    review = tx.reviews.get(id)
    callback = tx.callbacks.get(review.callback) if review else None
    if review is None or callback is None:
        return None
    also = tuple(other.reason for other in tx.reviews.of(callback.id) if other.decision is None and other.id != id)
    by = tx.staff.get(review.decided_by) if review.decided_by else None
    return ReviewCase(review, callback, tx.flags.of(callback.id) - {OWN}, also, _choices(tx, callback, at), by.alias if by else "")


def _choices(tx: Transaction, callback: Callback, at: int) -> tuple[Decision, ...]:
    """What is in a counselor's hands, or in the queue, is looked at and no more: nothing is taken from anybody by this page."""
    if callback.state in ("waiting", "claimed"):
        return ("noted",)
    has_number = tx.numbers.has(callback.id)
    if callback.state != "review":
        return ("noted", "forget") if has_number else ("noted",)
    is_ringable = has_number and callback.not_after - at >= turns.SHORTEST
    return ("wait", "close", "forget") if is_ringable else ("close", "forget")


def _obey(work: Work, callback: Callback, decision: Decision) -> tuple[OutboxMessage, ...]:
    match decision:
        case "wait":
            # To ring past the limit of attempts is the supervisor's to say: one is left in any case.
            attempts = min(callback.attempts, most_attempts(callback) - 1)
            work.tx.callbacks.save(replace(callback, state="waiting", claimed_by=None, claimed_at=None, outcome=None, attempts=attempts))
            return offering.offer(work, callback.id)
        case "close":
            _close(work, callback)
        case "forget":
            if callback.state == "review":
                _close(work, callback)
            work.tx.numbers.forget(callback.id)
        case "noted":
            pass
    return ()


def _close(work: Work, callback: Callback) -> None:
    """What nobody tried by its end is a promise missed, whoever lets it go."""
    is_missed = not callback.attempts and work.at >= callback.not_after
    work.tx.callbacks.save(replace(callback, state="lapsed" if is_missed else "closed", closed_at=work.at))
