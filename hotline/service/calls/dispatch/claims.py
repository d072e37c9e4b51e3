"""Who holds a callback, with all others to the same number; and how it is given back, by whoever holds it or by the clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.calls import Call
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.store import Transaction
from hotline.service import outbox
from hotline.service.acts import Act
from hotline.service.calls import alerts
from hotline.service.calls.dispatch.offering import offer
from hotline.service.calls.review import to_review
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import is_unsaid
from hotline.service.calls.rules.one_phone import alike
from hotline.service.deps import Deps
from hotline.service.work import Work

HELD_SECONDS: Final = 300
HELD_URGENT_SECONDS: Final = 90
"""How long somebody may hold a callback without having rung."""
LEG_SECONDS: Final = 120
"""The counselor's own phone has rung, and the prompt was heard, by then."""
SILENT_SECONDS: Final = 900
"""How long a counselor may say nothing after the last attempt, or after saying that the phone could not be reached."""
LINE: Final = "hotline"
"""In the audit, who did what no person did."""


def groups(tx: Transaction, callbacks: Iterable[Callback]) -> list[tuple[Callback, ...]]:
    """Callbacks that are `alike` together, in the order of the first of each group."""
    callbacks = tuple(callbacks)
    phones = tx.numbers.phones(tuple(callback.id for callback in callbacks))
    found: dict[tuple[int | str, str], list[Callback]] = {}
    for callback in callbacks:
        found.setdefault((phones.get(callback.id, callback.id), callback.way), []).append(callback)
    return [tuple(group) for group in found.values()]


def claim(act: Act, callback: Callback) -> bool:
    """Whoever acts holds this callback from now on; false where another was faster."""
    is_claimed = act.tx.callbacks.claim(callback.id, act.staff.id, act.at)
    if is_claimed:
        alerts.withdraw(act, callback.id)
        act.record("taken", callback.reference)
    return is_claimed


def join(act: Act, id: str) -> None:
    """Whoever holds one holds all to the same number: it is rung once for all that is open. Does nothing where this one is in other hands."""
    for other in joining(act, id):
        claim(act, other)


def joining(act: Act, id: str) -> tuple[Callback, ...]:
    """What waits, with an open window, for whoever holds this one."""
    others = alike(act.tx, id) if held(act.tx, id, act.staff.id) else ()
    return tuple(other for other in one_phone.open_of(others, act.at) if other.state == "waiting")


def held(tx: Transaction, id: str, staff: str) -> tuple[Callback, ...]:
    """All that this person has claimed to the number of this callback, oldest first; empty unless this one is among them."""
    group = tuple(callback for callback in alike(tx, id) if callback.state == "claimed" and callback.claimed_by == staff)
    return group if any(callback.id == id for callback in group) else ()


def served_with(tx: Transaction, callback: Callback) -> tuple[Callback, ...]:
    """All that one call was for, this one among them, whatever became of them (`ringing.count_attempt`); before it, all that is held with this one."""
    if callback.call is None:
        return held(tx, callback.id, callback.claimed_by or "") or (callback,)
    return tuple(other for other in tx.callbacks.to_number(callback.id) if other.call == callback.call)


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


def release_idle(deps: Deps, at: int) -> None:
    """Who took a callback and does nothing more with it holds it no longer: the phone may be dead, and another counselor may be free.

    Never rung, or not reached: it is offered to another. Rung, and nothing said of how it ended: nobody rings again before a supervisor
    has looked. Raises StoreAway.
    """
    with deps.store.read() as tx:
        idle = [callback for callback in tx.callbacks.claimed() if _is_idle(callback, at)]
        active = {staff.id for staff in tx.staff.active()} if idle else set()
    for callback in idle:
        if callback.claimed_by not in active:
            continue
        with deps.store.write() as tx:
            messages = _release(Work(deps, tx, at), callback)
        outbox.enqueue(deps, messages)


def _release(work: Work, callback: Callback) -> tuple[OutboxMessage, ...]:
    staff = work.tx.staff.get(callback.claimed_by or "")
    group = held(work.tx, callback.id, callback.claimed_by or "")
    call = work.tx.calls.live_of(callback.claimed_by or "")
    if staff is None or not group or work.at >= one_phone.end(group) or is_on_the_line(call, group, work.at):
        return ()
    if not all(_is_idle(other, work.at) for other in group):
        return ()
    if any(is_unsaid(other) for other in group):
        others = [other for other in alike(work.tx, callback.id) if other.id != callback.id]
        return to_review(work, (callback, *others), "unanswered")
    message = outbox.tell(work, staff, "given_back", f"{callback.id}|{callback.claimed_at}", ref=callback.reference)
    return (message, *give_back(work, group, LINE))


def _is_idle(callback: Callback, at: int) -> bool:
    patience = SILENT_SECONDS if callback.attempts else HELD_URGENT_SECONDS if callback.urgent else HELD_SECONDS
    return callback.claimed_at is not None and callback.claimed_at + patience <= at


def is_on_the_line(call: Call | None, group: Sequence[Callback], at: int) -> bool:
    """Do the two talk, or does the counselor's own phone ring or hear the prompt for one of these?"""
    if call is None or call.callback not in {callback.id for callback in group}:
        return False
    return call.state == "dialed" or at - call.placed_at < LEG_SECONDS
