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
from hotline.ports.store import Store, StoreAway, Transaction
from hotline.service import outbox
from hotline.service.conversation import facts
from hotline.service.conversation.ledger import AppliedOrder, GivenOrder, enter, rung_number
from hotline.service.deps import Deps
from hotline.service.work import Work

MOST_FAILURES: Final = 3
"""Of one drain."""
NAMES: Final[dict[type[Effect], str]] = {
    OpenCallback: "open_callback",
    RefineCallback: "refine_callback",
    CancelCallback: "cancel_callback",
    StopCalls: "stop_calls",
}


class NobodyFree(Exception):
    """Nobody is free any more who was when the promise was worked out."""


class Unpromised(Exception):
    """It cannot be written down now, so that what she is told must promise nothing."""


class Orders:
    """Applies orders. `unguarded`: the store without its guard, for the drain, which delays nobody and must not rest over one bad record."""

    def __init__(self, deps: Deps, unguarded: Store) -> None:
        self._deps = deps
        self._unguarded = unguarded

    def apply(self, asked: GivenOrder, can_keep: Callable[[Transaction], bool] | None = None, *, is_promise: bool = False) -> AppliedOrder:
        """Apply it, or find that it was applied. Never raises because a store is away: then it is spooled, and else lost.

        `can_keep`: asked in the order's own transaction, with no other promise beside it. Raises Overtaken where it says no, and, where
        it `is_promise`, Unpromised instead of spooling it: nobody is told of what lies in a spool.
        """
        if isinstance(asked.effect, StopCalls) or not self._waits_behind(asked):
            with suppress(StoreAway):
                with self._deps.store.write() as tx:
                    is_new = is_promise and tx.ledger.find(asked.key, asked.at) is None
                    if is_new and can_keep is not None and not can_keep(tx):
                        raise NobodyFree
                    done = enter(Work(self._deps, tx, self._deps.clock.now()), asked)
                self._told(done, asked)
                return done
        if is_promise and self.spooled(asked.key) is None:
            raise Unpromised
        return self._spool(asked)

    def stop(self, number: str, message: str) -> None:
        """As the keys for it do: end every open call to this number, whatever is away. Raises StoreAway where nothing could be written.

        `message`: what asked for it; if that comes again, it stops nothing that was asked for since.
        """
        at = self._deps.clock.now()
        key = self._deps.hasher.digest("stop", message)
        asked = GivenOrder(key, "", number, StopCalls(), 0, at, at, until=at + DAY_SECONDS, facts=b"")
        if self.spooled(key) is not None:
            return  # it waits there, with the time at which it was said
        if self.apply(asked).outcome == "lost":
            raise StoreAway("nothing could be written")

    def drain(self) -> None:
        """What lies in the spool goes into the database, oldest first. Raises StoreAway and SpoolFull; what is left stays for the next time.

        One record that does not go in holds up none behind it; after a few the database is taken to be away. A record that this version
        cannot read stays too, and shows in the spool's gauge.
        """
        spool = self._deps.spool
        failed: StoreAway | None = None
        failures = 0
        records = [(key, asked) for key, record in (spool.records() if len(spool) else ()) if (asked := _read(record))]
        stops = {asked.number: asked.at for _, asked in records if isinstance(asked.effect, StopCalls)}
        for key, asked in records:
            try:
                with self._unguarded.write() as tx:
                    done = enter(Work(self._deps, tx, self._deps.clock.now()), _unless_stopped(asked, stops))
            except StoreAway as away:
                failed, failures = away, failures + 1
                if failures == MOST_FAILURES:
                    break
                continue
            spool.drop(key)
            outbox.enqueue(self._deps, done.posts)
        if failed is not None:
            raise failed

    def spooled(self, key: bytes) -> AppliedOrder | None:
        """What the spool knows of an order."""
        with suppress(SpoolFull):
            found = self._deps.spool.find(key)
            asked = _read(found) if found else None
            return AppliedOrder("kept", asked.facts) if asked else None
        return None

    def _spool(self, asked: GivenOrder) -> AppliedOrder:
        # The store may have taken it and failed before saying so: the drain meets the same key then.
        before = self.spooled(asked.key)
        if before is not None:
            return before
        name = NAMES[type(asked.effect)]
        try:
            self._deps.spool.put(asked.key, msgspec.msgpack.encode(replace(asked, facts=facts.packed(asked.facts))))
        except SpoolFull:
            self._deps.meter.order(name, "lost")
            return AppliedOrder("lost", asked.facts, anew=True)
        self._deps.meter.order(name, "spooled")
        return AppliedOrder("kept", asked.facts, anew=True)

    def _told(self, done: AppliedOrder, asked: GivenOrder) -> None:
        if done.anew:
            self._deps.meter.order(NAMES[type(asked.effect)], "lost" if done.outcome == "lost" else "kept")
        outbox.enqueue(self._deps, done.posts)

    def _waits_behind(self, asked: GivenOrder) -> bool:
        """Does the spool hold an order about the same phone? Then this one queues behind it, as they were given in this order."""
        with suppress(SpoolFull):
            if len(self._deps.spool):
                phones = _phones(asked)
                return any(phones & _phones(other) for _, record in self._deps.spool.records() if (other := _read(record)))
        return False


def _unless_stopped(asked: GivenOrder, stops: Mapping[str, int]) -> GivenOrder:
    """An opening behind which a stop lies in the spool: nobody is told of it in between."""
    if isinstance(asked.effect, OpenCallback) and stops.get(rung_number(asked.number, asked.effect), -1) > asked.at:
        return replace(asked, is_withheld=True)
    return asked


def _phones(asked: GivenOrder) -> frozenset[str]:
    target = rung_number(asked.number, asked.effect) if isinstance(asked.effect, OpenCallback) else asked.number
    return frozenset((asked.number, target))


def _read(record: bytes) -> GivenOrder | None:
    try:
        asked = msgspec.msgpack.decode(record, type=GivenOrder)
    except msgspec.DecodeError:
        return None
    return replace(asked, facts=facts.unpacked(asked.facts))
