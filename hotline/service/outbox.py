"""What leaves the line: a message is written with what caused it, handed to the gateway by a worker, and found again by the clock."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.world import clock
from hotline.ports.calls.outbox import OutboxKind, OutboxMessage, OutboxState
from hotline.ports.calls.staff_rings import StaffRing
from hotline.ports.desk.staff import Role, Staff
from hotline.ports.incoming import SmsReport
from hotline.ports.memory import MemoryAway
from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.ports.store import Transaction
from hotline.ports.voice import session_name
from hotline.service import gateway_states
from hotline.service.deps import Deps
from hotline.service.wall_clock import is_right
from hotline.service.work import Work

AGAIN: Final = {"alert": 8, "staff": 8, "webhook": 60}
"""To staff and to a partner's system at least once, and how often it is tried at most. Everything else at most once."""
MOST_ATTEMPTS: Final = 8
RETRY_SECONDS: Final = 5
"""Until a waiting message is enqueued again; twice as long after each attempt, up to MOST_ATTEMPTS of them."""
STUCK_SECONDS: Final = 60
"""A worker that has been sending for so long is dead."""
EARLY_SECONDS: Final = 600
"""So long a bad report is kept for an SMS that is just being sent."""
STAFF_SECONDS: Final = 600
"""After so long a message to staff is worth nothing."""
CARRIED_A_TICK: Final = 1
"""Messages that the clock hands over by itself while Redis is away, or no worker lives: a vendor may keep it waiting, and windows with it."""


class NewMessage(Struct, frozen=True):
    """What shall leave. `urgent`: by the queue for what is urgent."""

    kind: OutboxKind
    to: str
    text: str
    not_after: int
    urgent: bool = False
    role: Role | None = None


def tell(work: Work, staff: Staff, key: str, origin: str, **values: str) -> OutboxMessage:
    """Write an SMS to one of the staff, in the language that they read. `origin`: what it follows from; the same twice is one message."""
    return tell_as(work, staff, key, origin, work.deps.written.phrase(f"staff.{key}", staff.reads, **values))


def tell_as(work: Work, staff: Staff, key: str, origin: str, text: str) -> OutboxMessage:
    """`tell`, in other words than the key's."""
    return write(work, NewMessage("staff", staff.number, text, work.at + STAFF_SECONDS, role=staff.role), _told(staff, key, origin))


def tell_seldom(work: Work, people: Iterable[Staff], key: str, seconds: int, **values: str) -> tuple[OutboxMessage, ...]:
    """`tell` those of these people who were not told the same within so many seconds, whatever its values were."""
    spell, before = (f"{seconds}|{at // seconds}" for at in (work.at, work.at - seconds))
    messages = []
    for staff in people:
        messages_before = (work.tx.outbox.get(work.deps.derive("staff", _told(staff, key, origin))) for origin in (spell, before))
        if not any(message is not None and message.made_at > work.at - seconds for message in messages_before):
            messages.append(tell(work, staff, key, spell, **values))
    return tuple(messages)


def was_told(deps: Deps, tx: Transaction, staff: Staff, key: str, origin: str) -> bool:
    """Was this `tell` written before?"""
    return tx.outbox.get(deps.derive("staff", _told(staff, key, origin))) is not None


def _told(staff: Staff, key: str, origin: str) -> str:
    return f"{key}|{origin}|{staff.id}"


def tell_supervisors(work: Work, key: str, origin: str, **values: str) -> tuple[OutboxMessage, ...]:
    """`tell` each of `supervisors`."""
    return tuple(tell(work, supervisor, key, origin, **values) for supervisor in supervisors(work))


def supervisors(work: Work, apart_from: str = "") -> tuple[Staff, ...]:
    """Those who are on call; where nobody is, all. `apart_from`: whom it is about."""
    others = tuple(staff for staff in work.tx.staff.active() if staff.role == "supervisor" and staff.id != apart_from)
    return tuple(staff for staff in others if staff.is_on_call(work.at)) or others


def write(work: Work, new: NewMessage, origin: str) -> OutboxMessage:
    """Write a message. Its id derives from kind and `origin`: the same twice is one."""
    message = OutboxMessage(
        id=work.deps.derive(new.kind, origin),
        kind=new.kind,
        queue="urgent" if new.urgent else "default",
        to=new.to,
        text=new.text,
        made_at=work.at,
        not_after=new.not_after,
        changed_at=work.at,
        role=new.role,
    )
    work.tx.outbox.add(message)
    return message


def hour(deps: Deps, language: str, at: int) -> str:
    """A moment as a time of day, in words."""
    edition = deps.written
    return clock(edition, edition.language_for(language), deps.clock.local(at))


def enqueue(deps: Deps, messages: Iterable[OutboxMessage]) -> None:
    """Tell the workers, after the commit. Best effort: the clock finds what no worker heard of."""
    with suppress(MemoryAway):
        for message in messages:
            deps.queue.enqueue(message.queue, message.id)


def deliver(deps: Deps, id: str) -> None:
    """Hand a message to a gateway, and to its second choice where the first refused. Idempotent: whoever moves it to `sending` sends it, everyone else finds nothing to do. Raises StoreAway.

    What is over waits while the wall clock is not right: it may not be.
    """
    at = deps.clock.now()
    with deps.store.write() as tx:
        message = tx.outbox.get(id)
        if message is None or message.state != "pending" or _is_held_back(tx, message, at):
            return
        if at >= message.not_after and not is_right(deps, tx):
            return
        messages = _drop_if_over(Work(deps, tx, at), message)
        ways = _ways(deps, message)
        if messages is None:
            tx.outbox.move(id, "pending", "sending", at)
            tx.outbox.hand_to(id, ways[0] if ways else None)
    if messages is not None:
        enqueue(deps, messages)
        return
    for gateway in ways:
        if gateway != ways[0]:
            with deps.store.write() as tx:
                tx.outbox.hand_to(id, gateway)
        try:
            vendor_id = _hand_over(deps, message, gateway)
        except GatewayRefused:
            gateway_states.note(deps, gateway, works=False)
        except GatewayUnknown:
            gateway_states.note(deps, gateway, works=False)
            _failed(deps, message, "unknown")
            return
        else:
            with deps.store.write() as tx:
                tx.outbox.move(id, "sending", "sent", at, vendor_id or None)
                if vendor_id and tx.ledger.find(_early(deps, gateway, vendor_id), at) is not None:
                    tx.outbox.move(id, "sent", "failed", at)
                if message.kind == "ring":
                    _remember_session(tx, message.text, gateway, vendor_id)
            gateway_states.note(deps, gateway, works=True)
            return
    _failed(deps, message, "failed")


def _is_held_back(tx: Transaction, message: OutboxMessage, at: int) -> bool:
    """While a restored line is held nobody is rung, and nothing leaves that was written before; an answer to what comes in now does. Where the clock was put back
    since the restore, what was written tells nothing: no backup holds a message, and supervisors have to hear that the line waits."""
    hold = tx.backups.hold()
    return hold is not None and (message.kind == "ring" or message.made_at <= hold.since <= at)


def _ways(deps: Deps, message: OutboxMessage) -> tuple[str, ...]:
    """Who is asked, one after the other. What may have gone by one already is handed to no other: it could arrive twice."""
    ways = deps.outgoing.ways(message.kind, message.to)
    return (message.gateway,) if message.gateway in ways else ways


def _hand_over(deps: Deps, message: OutboxMessage, gateway: str) -> str:
    """Returns the vendor's id of it. Raises GatewayRefused and GatewayUnknown."""
    if message.kind == "webhook" and deps.outgoing.webhook is not None:
        deps.outgoing.webhook.post(message.id, message.text.encode(), deps.clock.now())
        return ""
    if message.kind == "ring":
        return deps.outgoing.voice[gateway].ring(message.to, call_token(deps, message.text))
    return deps.outgoing.sms[gateway].send_sms(message.to, message.text)


def call_token(deps: Deps, call: str) -> str:
    """What the ring of a call carries: whoever brings it back speaks of that call. It follows from the call's id under a key of the line."""
    return deps.derive("call token", call)


def report(deps: Deps, report: SmsReport) -> None:
    """What the vendor says became of an SMS. Raises StoreAway.

    A bad report may come before the worker wrote down by what id the vendor knows the SMS: then it is kept under that id, if this vendor is just being asked.
    """
    if report.delivered:
        return
    at = deps.clock.now()
    with deps.store.write() as tx:
        message = tx.outbox.by_vendor_id(report.gateway, report.id)
        if message is not None:
            tx.outbox.move(message.id, "sent", "failed", at)
        elif any(sending.gateway == report.gateway for sending in tx.outbox.stale("sending", at + STUCK_SECONDS)):
            tx.ledger.enter(_early(deps, report.gateway, report.id), "kept", b"", at, at + EARLY_SECONDS)


def _early(deps: Deps, gateway: str, vendor_id: str) -> bytes:
    """Under which the ledger knows a bad report that came too early."""
    return deps.hasher.digest("early report", f"{gateway}|{vendor_id}")


def sweep(deps: Deps, at: int) -> None:
    """Find what was lost on the way: messages that no worker heard of, workers that died sending. Raises StoreAway."""
    with deps.store.read() as tx:
        waiting = [message for message in tx.outbox.stale("pending", at - RETRY_SECONDS) if _is_its_turn(message, at)]
        stuck = tx.outbox.stale("sending", at - STUCK_SECONDS) if is_right(deps, tx) else ()
    if not waiting and not stuck:
        return
    with deps.store.write() as tx:
        for message in stuck:
            tx.outbox.move(message.id, "sending", "pending" if message.kind in AGAIN else "unknown", at)
            if message.kind == "ring":
                waiting += _call_off(Work(deps, tx, at), message.text, "not_rung")
        for message in waiting:
            tx.outbox.move(message.id, "pending", "pending", at)  # its next turn counts from here
    try:
        for message in waiting:
            deps.queue.enqueue(message.queue, message.id)
        unheard = [message for message in waiting if not deps.queue.is_worked(message.queue)]
    except MemoryAway:
        unheard = waiting
    # No worker hears of them: the clock carries a few by itself, but nothing for which it would wait for somebody else's machine.
    carried = [message for message in unheard if message.kind != "webhook"]
    for message in carried[:CARRIED_A_TICK]:
        deliver(deps, message.id)


def _is_its_turn(message: OutboxMessage, at: int) -> bool:
    return at >= message.not_after or abs(at - message.changed_at) > RETRY_SECONDS << min(message.attempts, MOST_ATTEMPTS)


def _drop_if_over(work: Work, message: OutboxMessage) -> tuple[OutboxMessage, ...] | None:
    """Drop a message that must not leave any more. Returns what staff are told of it, or None where the message may leave."""
    tx, at = work.tx, work.at
    if message.kind != "ring":
        is_nobodys = message.role is not None and not _is_of_staff(tx, message.to)
        is_over = at >= message.not_after or is_nobodys or (message.kind == "webhook" and _is_taken_back(tx, message))
        return () if is_over and tx.outbox.move(message.id, "pending", "dropped", at) else None
    ring = tx.staff_rings.get(message.text)
    if ring is not None:
        is_of_use = at < message.not_after and _is_of_staff(tx, message.to, ring.staff) and _is_of_use(tx, ring)
        return None if is_of_use else _drop_ring(work, message, ring)
    call = tx.calls.get(message.text)
    callback = tx.callbacks.get(call.callback) if call else None
    if (
        call
        and callback
        and call.state == "placed"
        and (callback.state, callback.claimed_by) == ("claimed", call.staff)
        and at < message.not_after
        and _is_of_staff(tx, message.to, call.staff)
    ):
        return None
    tx.outbox.move(message.id, "pending", "dropped", at)
    return _call_off(work, message.text, "too_late")


def _is_of_staff(tx: Transaction, number: str, id: str = "") -> bool:
    """Is this still the number of one of the staff, of this one where it is said whose? A phone that was lost or handed back hears of nothing more."""
    staff = tx.staff.by_number(number)
    return staff is not None and staff.active and id in ("", staff.id)


def _is_taken_back(tx: Transaction, message: OutboxMessage) -> bool:
    """Would a partner's system be told of a release that is none any more?"""
    news, _, number = message.to.partition(" ")
    release = tx.releases.release(int(number))
    return news == "released" and (release is None or release.standing != "released")


def _is_of_use(tx: Transaction, ring: StaffRing) -> bool:
    """Is there still something to tell or ask whoever is to be rung?"""
    callback = tx.callbacks.get(ring.callback) if ring.callback else None
    if ring.state != "placed" or (ring.callback and callback is None):
        return False
    if callback is None:
        return True
    if ring.menu == "offer" and callback.state == "waiting":
        return True
    return (callback.state, callback.claimed_by) == ("claimed", ring.staff)


def _drop_ring(work: Work, message: OutboxMessage, ring: StaffRing) -> tuple[OutboxMessage, ...]:
    work.tx.outbox.move(message.id, "pending", "dropped", work.at)
    work.tx.staff_rings.save(ring.over())
    return ()


def _failed(deps: Deps, message: OutboxMessage, state: OutboxState) -> None:
    """All gateways refused it, or one said nothing that we understand."""
    at, is_refused = deps.clock.now(), state == "failed"
    messages: tuple[OutboxMessage, ...] = ()
    with deps.store.write() as tx:
        if message.attempts + 1 < AGAIN.get(message.kind, 0):
            state = "pending"
        tx.outbox.move(message.id, "sending", state, at)
        if is_refused:
            tx.outbox.hand_to(message.id, None)
        if message.kind == "ring":
            messages = _call_off(Work(deps, tx, at), message.text, "not_rung")
    enqueue(deps, messages)


def _call_off(work: Work, id: str, key: str) -> tuple[OutboxMessage, ...]:
    """A ring that will not come: its call is over, and the counselor who waits for it is told."""
    tx, at = work.tx, work.at
    ring = tx.staff_rings.get(id)
    if ring is not None:
        tx.staff_rings.save(replace(ring, state="failed"))
        return ()
    call = tx.calls.get(id)
    if call is None or call.state == "ended":
        return ()
    tx.calls.save(replace(call, state="ended", ended_at=at))
    callback, staff = tx.callbacks.get(call.callback), tx.staff.get(call.staff)
    return (tell(work, staff, key, call.id, ref=callback.reference),) if callback and staff else ()


def _remember_session(tx: Transaction, id: str, gateway: str, session: str) -> None:
    ring = tx.staff_rings.get(id)
    if ring is not None and ring.state == "placed" and session:
        tx.staff_rings.save(replace(ring, session=session_name(gateway, session)))
    call = tx.calls.get(id)
    if call is not None and call.state == "placed" and session:
        tx.calls.save(replace(call, session=session, gateway=gateway))
