"""What leaves the line: a post is written with what caused it, handed to the gateway by a worker, and found again by the clock."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from hotline.engine.world import clock
from hotline.ports.calls.outbox import OutboxKind, OutboxMessage, OutboxState
from hotline.ports.desk.staff import Staff
from hotline.ports.gateway import GatewayRefused, GatewayUnknown
from hotline.ports.memory import MemoryAway
from hotline.ports.store import Transaction
from hotline.service.deps import Deps

AGAIN: Final = frozenset({"alert", "staff"})
"""To staff, at least once. Everything else at most once."""
MOST_ATTEMPTS: Final = 8
RETRY_SECONDS: Final = 5
"""Until a waiting post is hinted again; twice as long after each attempt."""
STUCK_SECONDS: Final = 60
"""A worker that has been sending for so long is dead."""
STAFF_SECONDS: Final = 600
"""What is told to staff is worth nothing later."""
CARRIED_A_TICK: Final = 1
"""Posts that the clock hands over by itself while Redis is away: a vendor may keep it waiting, and windows with it."""


def tell(deps: Deps, tx: Transaction, staff: Staff, key: str, origin: str, at: int, **values: str) -> OutboxMessage:
    """Write an SMS to one of the staff, in the language that she reads. `origin`: what it follows from; the same twice is one post."""
    text = deps.written.phrase(f"staff.{key}", staff.reads, **values)
    return write(deps, tx, "staff", staff.number, text, f"{key}|{origin}|{staff.id}", at, at + STAFF_SECONDS)


def tell_supervisors(deps: Deps, tx: Transaction, key: str, origin: str, at: int, **values: str) -> tuple[OutboxMessage, ...]:
    """Those of `supervisors`."""
    return tuple(tell(deps, tx, each, key, origin, at, **values) for each in supervisors(tx, at))


def supervisors(tx: Transaction, at: int, apart_from: str = "") -> tuple[Staff, ...]:
    """Those who are on call; where nobody is, all. `apart_from`: whom it is about."""
    others = tuple(each for each in tx.staff.active() if each.role == "supervisor" and each.id != apart_from)
    return tuple(each for each in others if each.is_on_call(at)) or others


def write(
    deps: Deps, tx: Transaction, kind: OutboxKind, to: str, text: str, origin: str, at: int, not_after: int, *, urgent: bool = False
) -> OutboxMessage:
    """Write a post. Its id derives from kind and `origin`: the same twice is one."""
    id = deps.derive(kind, origin)
    post = OutboxMessage(id, kind, "urgent" if urgent else "default", to, text, at, not_after, changed_at=at)
    tx.outbox.add(post)
    return post


def hour(deps: Deps, language: str, at: int) -> str:
    """A moment as a time of day, in words."""
    edition = deps.written
    return clock(edition, edition.language_for(language), deps.clock.local(at))


def enqueue(deps: Deps, posts: Iterable[OutboxMessage]) -> None:
    """Tell the workers, after the commit. Best effort: the clock finds what no hint told."""
    with suppress(MemoryAway):
        for post in posts:
            deps.queue.hint(post.queue, post.id)


def deliver(deps: Deps, id: str) -> None:
    """Hand a post to the gateway. Idempotent: whoever moves it to `sending` sends it, everyone else finds nothing to do. Raises StoreAway."""
    at = deps.clock.now()
    with deps.store.write() as tx:
        post = tx.outbox.get(id)
        if post is None or post.state != "pending":
            return
        told = _withdrawn(deps, tx, post, at)
        if told is None:
            tx.outbox.move(id, "pending", "sending", at)
    if told is not None:
        enqueue(deps, told)
        return
    try:
        vendor_id = deps.gateway.ring(post.to) if post.kind == "ring" else deps.gateway.send_sms(post.to, post.text)
    except GatewayRefused:
        _failed(deps, post, "failed")
    except GatewayUnknown:
        _failed(deps, post, "unknown")
    else:
        with deps.store.write() as tx:
            tx.outbox.move(id, "sending", "sent", at, vendor_id)
            if post.kind == "ring":
                _remember_session(tx, post.text, vendor_id)


def report(deps: Deps, vendor_id: str, delivered: bool) -> None:
    """What the vendor says became of an SMS. Raises StoreAway."""
    if not delivered:
        with deps.store.write() as tx:
            post = tx.outbox.by_vendor_id(vendor_id)
            if post is not None:
                tx.outbox.move(post.id, "sent", "failed", deps.clock.now())


def sweep(deps: Deps, at: int) -> None:
    """Find what was lost on the way: hints that nobody followed, workers that died sending. Raises StoreAway."""
    with deps.store.read() as tx:
        waiting = [post for post in tx.outbox.stale("pending", at - RETRY_SECONDS) if _is_its_turn(post, at)]
        stuck = tx.outbox.stale("sending", at - STUCK_SECONDS)
    if not waiting and not stuck:
        return
    with deps.store.write() as tx:
        for post in stuck:
            tx.outbox.move(post.id, "sending", "pending" if post.kind in AGAIN else "unknown", at)
            if post.kind == "ring":
                waiting += _call_off(deps, tx, post.text, "not_rung", at)
        for post in waiting:
            tx.outbox.move(post.id, "pending", "pending", at)  # its next turn counts from here
    try:
        for post in waiting:
            deps.queue.hint(post.queue, post.id)
    except MemoryAway:
        # No worker can hear of them: the clock carries a few by itself.
        for post in waiting[:CARRIED_A_TICK]:
            deliver(deps, post.id)


def _is_its_turn(post: OutboxMessage, at: int) -> bool:
    return at >= post.not_after or at - post.changed_at > RETRY_SECONDS << min(post.attempts, MOST_ATTEMPTS)


def _withdrawn(deps: Deps, tx: Transaction, post: OutboxMessage, at: int) -> tuple[OutboxMessage, ...] | None:
    """Drop a post that must not leave any more, and say what is told about it; None for one that may leave."""
    if post.kind != "ring":
        return () if at >= post.not_after and tx.outbox.move(post.id, "pending", "dropped", at) else None
    call = tx.calls.get(post.text)
    callback = tx.callbacks.get(call.callback) if call else None
    if (
        call
        and callback
        and call.state == "placed"
        and (callback.state, callback.claimed_by) == ("claimed", call.staff)
        and at < post.not_after
    ):
        return None
    tx.outbox.move(post.id, "pending", "dropped", at)
    return _call_off(deps, tx, post.text, "too_late", at)


def _failed(deps: Deps, post: OutboxMessage, state: OutboxState) -> None:
    """The gateway refused it, or said nothing that we understand."""
    at = deps.clock.now()
    told: tuple[OutboxMessage, ...] = ()
    with deps.store.write() as tx:
        if post.kind in AGAIN and post.attempts + 1 < MOST_ATTEMPTS:
            state = "pending"
        tx.outbox.move(post.id, "sending", state, at)
        if post.kind == "ring":
            told = _call_off(deps, tx, post.text, "not_rung", at)
    enqueue(deps, told)


def _call_off(deps: Deps, tx: Transaction, id: str, key: str, at: int) -> tuple[OutboxMessage, ...]:
    """A ring that will not come: its call is over, and she who waits for it is told."""
    call = tx.calls.get(id)
    if call is None or call.state == "ended":
        return ()
    tx.calls.save(replace(call, state="ended", ended_at=at))
    callback, staff = tx.callbacks.get(call.callback), tx.staff.get(call.staff)
    return (tell(deps, tx, staff, key, call.id, at, ref=callback.reference),) if callback and staff else ()


def _remember_session(tx: Transaction, id: str, session: str) -> None:
    call = tx.calls.get(id)
    if call is not None and call.state == "placed" and session:
        tx.calls.save(replace(call, session=session))
