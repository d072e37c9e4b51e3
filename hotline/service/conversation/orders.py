"""The only place where orders are applied: exactly once each, in the database, or through the spool while that is away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

import msgspec
from msgspec.structs import replace

from hotline.engine.effects import CancelCallback, Effect, OpenCallback, RefineCallback, StopCalls
from hotline.engine.times import DAY_SECONDS
from hotline.ports.spool import SpoolFull
from hotline.ports.store import StoreAway, Transaction
from hotline.service import outbox
from hotline.service.conversation import facts
from hotline.service.conversation.ledger import AppliedOrder, GivenOrder, enter, rung_number
from hotline.service.deps import Deps
from hotline.service.work import Work

MOST_FAILURES: Final = 3
"""So many in one drain, and the database counts as away."""
MOST_TURNS_MISSED: Final = 30
"""Looks, one a second."""
NAMES: Final[dict[type[Effect], str]] = {
    OpenCallback: "open_callback",
    RefineCallback: "refine_callback",
    CancelCallback: "cancel_callback",
    StopCalls: "stop_calls",
}


class NobodyFree(Exception):
    """Nobody is free any more who was when the promise was worked out."""


class Unpromised(Exception):
    """It cannot be written down now, so that what the caller is told must promise nothing."""


class Orders:
    """Applies orders. `unguarded`: store and spool without their guards, for the drain, which delays nobody and must not rest over one bad record."""

    def __init__(self, deps: Deps, unguarded: Deps) -> None:
        self._deps = deps
        self._unguarded = unguarded
        self._turns_missed = 0

    def apply(self, order: GivenOrder, can_keep: Callable[[Transaction], bool] | None = None, *, is_promise: bool = False) -> AppliedOrder:
        """Apply it, or find that it was applied. Never raises because a store is away: then it is spooled, and else lost.

        `can_keep`: asked in the order's own transaction, with no other promise beside it. Raises NobodyFree where it says no, and, where
        it `is_promise`, Unpromised instead of spooling it: nobody is told of what lies in a spool.
        """
        if isinstance(order.effect, StopCalls) or not self._waits_behind(order):
            with suppress(StoreAway):
                with self._deps.store.write() as tx:
                    is_new = is_promise and tx.ledger.find(order.key, order.at) is None
                    if is_new and can_keep is not None and not can_keep(tx):
                        raise NobodyFree
                    applied = enter(Work(self._deps, tx, self._deps.clock.now()), order)
                self._report(applied, order)
                return applied
        if is_promise and self.spooled(order.key) is None:
            raise Unpromised
        return self._spool(order)

    def stop(self, number: str, message: str) -> None:
        """As the keys for it do: end every open call to this number, whatever is away. Raises StoreAway where nothing could be written.

        `message`: what asked for it; if that comes again, it stops nothing that was asked for since.
        """
        at = self._deps.clock.now()
        key = self._deps.hasher.digest("stop", message)
        order = GivenOrder(key, "", number, StopCalls(), 0, at, at, until=at + DAY_SECONDS, facts=b"")
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
                self._drain()

    def _drain(self) -> None:
        """One record that does not go in holds up none behind it; after a few the database is taken to be away. A record that this version
        cannot read stays too, and shows in the spool's gauge.
        """
        spool = self._unguarded.spool
        failed: StoreAway | None = None
        failures = 0
        records = [(key, order) for key, record in (spool.records() if len(spool) else ()) if (order := _read(record))]
        stops = {order.number: order.at for _, order in records if isinstance(order.effect, StopCalls)}
        for key, order in records:
            try:
                with self._unguarded.store.write() as tx:
                    applied = enter(Work(self._deps, tx, self._deps.clock.now()), _unless_stopped(order, stops))
            except StoreAway as away:
                failed, failures = away, failures + 1
                if failures == MOST_FAILURES:
                    break
                continue
            spool.drop(key)
            outbox.enqueue(self._deps, applied.messages)
        if failed is not None:
            raise failed

    def spooled(self, key: bytes) -> AppliedOrder | None:
        """What the spool knows of an order. Returns None where it holds none of this key, or none that can be read."""
        with suppress(SpoolFull):
            found = self._deps.spool.find(key)
            order = _read(found) if found else None
            return AppliedOrder("kept", order.facts) if order else None
        return None

    def _spool(self, order: GivenOrder) -> AppliedOrder:
        # The store may have taken it and failed before saying so: the drain meets the same key then.
        before = self.spooled(order.key)
        if before is not None:
            return before
        name = NAMES[type(order.effect)]
        try:
            self._deps.spool.put(order.key, msgspec.msgpack.encode(replace(order, facts=facts.packed(order.facts))))
        except SpoolFull:
            self._deps.meter.order(name, "lost")
            return AppliedOrder("lost", order.facts, is_new=True)
        self._deps.meter.order(name, "spooled")
        return AppliedOrder("kept", order.facts, is_new=True)

    def _report(self, applied: AppliedOrder, order: GivenOrder) -> None:
        if applied.is_new:
            self._deps.meter.order(NAMES[type(order.effect)], "lost" if applied.result == "lost" else "kept")
        outbox.enqueue(self._deps, applied.messages)

    def _waits_behind(self, order: GivenOrder) -> bool:
        """Does the spool hold an order about the same phone? Then this one queues behind it, as they were given in this order."""
        with suppress(SpoolFull):
            if len(self._deps.spool):
                phones = _phones(order)
                return any(phones & _phones(other) for _, record in self._deps.spool.records() if (other := _read(record)))
        return False


def _unless_stopped(order: GivenOrder, stops: Mapping[str, int]) -> GivenOrder:
    """An opening behind which a stop lies in the spool: nobody is told of it in between."""
    if isinstance(order.effect, OpenCallback) and stops.get(rung_number(order.number, order.effect), -1) > order.at:
        return replace(order, is_withheld=True)
    return order


def _phones(order: GivenOrder) -> frozenset[str]:
    target = rung_number(order.number, order.effect) if isinstance(order.effect, OpenCallback) else order.number
    return frozenset((order.number, target))


def _read(record: bytes) -> GivenOrder | None:
    try:
        order = msgspec.msgpack.decode(record, type=GivenOrder)
    except msgspec.DecodeError:
        return None
    return replace(order, facts=facts.unpacked(order.facts))
