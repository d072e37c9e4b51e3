"""The only place where orders are applied: exactly once each, in the database, or through the spool while that is away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Final, TypeAlias

import msgspec
from msgspec.structs import replace

from hotline.engine.effects import CancelCallback, Effect, OpenCallback, RefineCallback, StopCalls
from hotline.engine.promise import DAYS_AHEAD, end_of_now
from hotline.engine.times import DAY_SECONDS
from hotline.ports.spool import Spool, SpoolFull
from hotline.ports.store import StoreAway, Transaction
from hotline.ports.upkeep.revocations import Revocation, RevokedKind, hashed_as
from hotline.retention import REVOKED_SECONDS
from hotline.service import outbox
from hotline.service.calls import revoking
from hotline.service.calls.rules.coverage import look
from hotline.service.conversation import facts
from hotline.service.conversation.ledger import AppliedOrder, GivenOrder, enter, rung_number
from hotline.service.deps import Deps
from hotline.service.wall_clock import is_right
from hotline.service.work import Work

Stops: TypeAlias = dict[str, list[tuple[int, GivenOrder]]]
"""The stops in a spool by phone, with their places in it."""

MOST_FAILURES: Final = 3
"""So many in one drain, and the database counts as away."""
OLDEST_SECONDS: Final = DAYS_AHEAD * DAY_SECONDS
"""No message is on its way for longer, nor is a call asked for further ahead: a date before that is none."""
DOUBT_SECONDS: Final = 60
"""By so much the clocks of two machines, or one clock before and after it was set, may differ: where nothing but clocks says which of a stop and a
request came first, the stop wins."""
MOST_TURNS_MISSED: Final = 30
"""Looks, one a second."""
NAMES: Final[dict[type[Effect], str]] = {
    OpenCallback: "open_callback",
    RefineCallback: "refine_callback",
    CancelCallback: "cancel_callback",
    StopCalls: "stop_calls",
}


class Unpromised(Exception):
    """It cannot be written down now, so that what the caller is told must promise nothing."""


class Orders:
    """Applies orders. `unguarded`: store and spool without their guards, for the drain, which delays nobody and must not rest over one bad record.
    `write_at_last`: a unit of work in the store for what would be lost else."""

    def __init__(self, deps: Deps, unguarded: Deps, write_at_last: Callable[[], AbstractContextManager[Transaction]]) -> None:
        self._deps = deps
        self._unguarded = unguarded
        self._write_at_last = write_at_last
        self._turns_missed = 0
        self._noes: dict[bytes, GivenOrder] = {}
        """Stops and cancellations that this process left in the spool. Something may destroy them there, and nobody is rung who said no."""
        self._has_looked_apart = False
        """Did it look for those that a process before it had left there?"""

    def apply(self, order: GivenOrder, *, is_promise: bool = False) -> AppliedOrder:
        """Apply it, or find that it was applied. Never raises because a store is away: then it is spooled, and else lost.

        Raises Unpromised where it `is_promise`, instead of spooling it: nobody is told of what lies in a spool.
        """
        in_turn = not self._waits_behind(order)
        if in_turn:
            with suppress(StoreAway):
                return self._enter(self._deps.store.write, order)
        if is_promise and self.spooled(order.key) is None:
            raise Unpromised
        with suppress(SpoolFull):
            return self._spool(order)
        if in_turn:  # the store may only have rested; and it may hold this order from another delivery, or from a process that was killed before it said so
            with suppress(StoreAway):
                return self._enter(self._write_at_last, order)
        self._deps.meter.order(NAMES[type(order.effect)], "lost")
        return AppliedOrder("lost", order.facts, is_new=True)

    def _enter(self, write: Callable[[], AbstractContextManager[Transaction]], order: GivenOrder) -> AppliedOrder:
        stops = self._stops_ahead(order)
        with write() as tx:
            work = Work(self._deps, tx, self._deps.clock.now())
            messages = tuple(message for stop in stops for message in enter(work, stop).messages)
            applied = enter(work, _behind(work, order, stops))
        outbox.enqueue(self._deps, messages)
        self._report(applied, order)
        return applied

    def stop(self, number: str, message: str, sent_at: int | None = None) -> None:
        """As the keys for it do: end the open calls to this number, whatever is away. Raises StoreAway where nothing could be written.

        `message`: what asked for it; if that comes again, it stops nothing that was asked for since. `sent_at`: when that was sent; what was
        asked for later stands. None, or a moment that cannot be: it counts from now.
        """
        at = self._deps.clock.now()
        key = self._deps.hasher.digest("stop", message)
        counts = at if sent_at is None or not at - OLDEST_SECONDS <= sent_at <= at else sent_at
        order = GivenOrder(key, "", number, StopCalls(), 0, at, at, until=at + DAY_SECONDS, facts=b"", sent_at=counts)
        if self.spooled(key) is not None:
            return  # it waits there, with the time at which it was said
        if self.apply(order).result == "lost":
            raise StoreAway("nothing could be written")

    def drain(self) -> None:
        """What lies in the spool goes into the database, oldest first. Raises StoreAway and SpoolFull; what is left stays for the next time.

        Where another process of the machine is at it nothing is done, but for one that never comes to an end: it may hang, or be somebody's lock.
        """
        with self._unguarded.spool.turn() as is_ours:
            self._turns_missed = 0 if is_ours else self._turns_missed + 1
            if is_ours or self._turns_missed > MOST_TURNS_MISSED:
                noes = tuple(self._noes.values())  # what is said from here on may be about what this drain does not read
                self._drain()
                self._enter_noes(noes)
                self._enter_noes_apart()

    def _drain(self) -> None:
        """One record that does not go in holds up none behind it; after a few the database is taken to be away. A record that this version
        cannot read stays too, and shows in the spool's gauge. What moves a callback waits behind what did not go in of it, or an older time would
        hold in the end; a cancellation waits for nothing.
        """
        spool = self._unguarded.spool
        failed: StoreAway | None = None
        failures = 0
        behind: set[str] = set()
        records = [(key, order) for key, record in (spool.records() if len(spool) else ()) if (order := _read(record))]
        stops: Stops = {}
        for place, (_, order) in enumerate(records):
            if isinstance(order.effect, StopCalls):
                stops.setdefault(order.number, []).append((place, order))
        entered: dict[str, int] = {}
        for place, (key, order) in enumerate(records):
            if order.callback in behind and not isinstance(order.effect, CancelCallback):
                continue
            try:
                with self._unguarded.store.write() as tx:
                    work = Work(self._deps, tx, self._deps.clock.now())
                    applied = enter(work, _cut(work, _among_stops(order, place, stops, entered)))
                    if isinstance(order.effect, StopCalls):
                        entered[order.number] = tx.numbers.last_stop(order.number)
            except StoreAway as away:
                failed, failures = away, failures + 1
                if order.callback:
                    behind.add(order.callback)
                if failures == MOST_FAILURES:
                    break
                continue
            spool.drop(key)
            outbox.enqueue(self._deps, applied.messages)
        if failed is not None:
            raise failed

    def _enter_noes(self, noes: Sequence[GivenOrder]) -> None:
        """After the drain, which has entered them all unless the spool was damaged. Where only the order of two in it would say which came first, the no wins."""
        if noes:
            with self._unguarded.store.write() as tx:
                work = Work(self._deps, tx, self._deps.clock.now())
                messages = tuple(message for order in noes for message in enter(work, order).messages)
            outbox.enqueue(self._deps, messages)
        for order in noes:
            self._noes.pop(order.key, None)

    def _enter_noes_apart(self) -> None:
        """Once, after the first drain: a process that was killed forgot what it had left in the spool, and the file apart still has it."""
        if self._has_looked_apart or self._deps.revoked is None:
            return
        given, at, stop_seconds = self._deps.revoked.all(), self._deps.clock.now(), self._deps.rules.stop_seconds
        with self._unguarded.store.read() as tx:  # there is hardly ever one, and whoever writes keeps all others waiting meanwhile
            undone = revoking.undone(tx, given, at, stop_seconds)
        if undone:
            with self._unguarded.store.write() as tx:
                revoking.do_again(Work(self._deps, tx, at), revoking.undone(tx, given, at, stop_seconds))
        self._has_looked_apart = True

    def spooled(self, key: bytes) -> AppliedOrder | None:
        """What the spool knows of an order. Returns None where it holds none of this key, or none that can be read."""
        return self.all_spooled((key,)).get(key)

    def all_spooled(self, keys: Sequence[bytes]) -> dict[bytes, AppliedOrder]:
        """`spooled` for many at once, in the order of the keys; what it does not know is left out."""
        with suppress(SpoolFull):
            found = self._deps.spool.find_all(keys)
            return {key: AppliedOrder("kept", order.facts) for key, record in found.items() if (order := _read(record))}
        return {}

    def _spool(self, order: GivenOrder) -> AppliedOrder:
        # The store may have taken it and failed before saying so: the drain meets the same key then.
        before = self.spooled(order.key)
        if before is not None:
            return before
        self._deps.spool.put(order.key, msgspec.msgpack.encode(replace(order, facts=facts.packed(order.facts))))
        self._deps.meter.order(NAMES[type(order.effect)], "spooled")
        if isinstance(order.effect, StopCalls | CancelCallback):
            self._noes[order.key] = order
        if self._deps.revoked is not None and (revocations := self._revocations(order)):
            self._deps.revoked.append(revocations)
        return AppliedOrder("kept", order.facts, is_new=True)

    def _revocations(self, order: GivenOrder) -> tuple[Revocation, ...]:
        """What a restore must not undo of an order that lies in the spool alone: a machine that is lost takes that along."""
        kind: RevokedKind
        match order.effect:
            case StopCalls():
                kind, counts = "stop", order.at if order.asked_by is None else order.asked_by
                digests = self._deps.hasher.digests(hashed_as(kind), order.number)  # a backup may know it by an older one
            case CancelCallback():
                kind, counts = "cancelled", order.at
                digests = self._deps.hasher.digests(hashed_as(kind), order.callback)[:1]
            case _:
                return ()
        return tuple(Revocation(kind, digest, counts, counts + REVOKED_SECONDS[kind]) for digest in digests)

    def _report(self, applied: AppliedOrder, order: GivenOrder) -> None:
        if applied.is_new:
            self._deps.meter.order(NAMES[type(order.effect)], "lost" if applied.result == "lost" else "kept")
        outbox.enqueue(self._deps, applied.messages)

    def _stops_ahead(self, order: GivenOrder) -> tuple[GivenOrder, ...]:
        """The stops of this phone that lie in the spool, given before: they go into the database with what is asked for now, and first."""
        if not isinstance(order.effect, OpenCallback):
            return ()
        phone = rung_number(order.number, order.effect)
        return tuple(other for other in _lying(self._deps.spool) if isinstance(other.effect, StopCalls) and other.number == phone)

    def _waits_behind(self, order: GivenOrder) -> bool:
        """Does it change what still lies in the spool? Then it queues behind that. Whatever else is asked for waits for nothing, or a request in the spool would show."""
        changes = isinstance(order.effect, RefineCallback | CancelCallback)
        return changes and any(other.callback == order.callback for other in _lying(self._deps.spool))


def is_changed_in_spool(deps: Deps, callback: str) -> bool:
    """Does something lie in this machine's spool by which this callback may not be rung now: was it taken back, or moved, or stopped by its phone?

    For a process that opens numbers. Raises StoreAway.
    """
    orders = _lying(deps.spool)
    if not orders:
        return False
    with deps.store.read() as tx:
        number = tx.numbers.of(callback)
    return any(_changes(order, callback, number) for order in orders)


def _lying(spool: Spool) -> tuple[GivenOrder, ...]:
    """What lies there, oldest first. A spool that does not answer says nothing."""
    with suppress(SpoolFull):
        if len(spool):
            return tuple(order for _, record in spool.records() if (order := _read(record)))
    return ()


def _changes(order: GivenOrder, callback: str, number: str | None) -> bool:
    match order.effect:
        case RefineCallback() | CancelCallback():
            return order.callback == callback
        case StopCalls():
            return order.number == number
    return False


def _behind(work: Work, order: GivenOrder, stops: Sequence[GivenOrder]) -> GivenOrder:
    """An opening that comes after these stops, unless its session had begun."""
    if not stops or not isinstance(order.effect, OpenCallback) or any(stop.at > order.since for stop in stops):
        return order
    return replace(order, after=work.tx.numbers.last_stop(rung_number(order.number, order.effect)))


def _cut(work: Work, order: GivenOrder) -> GivenOrder:
    """What was kept *if possible* ends when the last goes who is there now, as it would have had that been known. A clock that is not right knows nobody."""
    effect = order.effect
    if not isinstance(effect, OpenCallback) or not effect.now or not is_right(work.deps, work.tx):
        return order
    ends = end_of_now(effect.opens, effect.not_after - effect.opens, look(work, effect.language), urgent=effect.urgent)
    return replace(order, effect=replace(effect, not_after=max(ends, effect.opens)))


def _among_stops(order: GivenOrder, place: int, stops: Stops, entered: Mapping[str, int]) -> GivenOrder:
    """An opening as the spool's own order has it: behind which a stop lies is withheld, and nobody is told of it in between; before which one lay
    comes after it, unless its session had begun. Where that order says nothing, a stop from elsewhere wins in doubt.

    `entered`: what the database counted those as that went into it.
    """
    if not isinstance(order.effect, OpenCallback):
        return order
    phone = rung_number(order.number, order.effect)
    of_phone = stops.get(phone, [])
    behind = [stop for at, stop in of_phone if at > place and (stop.asked_by is None or order.at <= stop.asked_by)]
    if behind:
        return replace(order, is_withheld=True, is_told=all(stop.sent_at is not None for stop in behind))
    before = [stop for at, stop in of_phone if at < place]
    if before and phone in entered and all(stop.at <= order.since for stop in before):
        return replace(order, after=entered[phone])
    return order if order.after is not None else replace(order, since=order.since - DOUBT_SECONDS)


def _read(record: bytes) -> GivenOrder | None:
    try:
        order = msgspec.msgpack.decode(record, type=GivenOrder)
    except msgspec.DecodeError:
        return None
    return replace(order, facts=facts.unpacked(order.facts))
