"""The only place where orders are applied: exactly once each, in one transaction with all that follows from them, or through the spool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, assert_never

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import CancelCallback, Effect, OpenCallback, Outcome, Ref, RefineCallback, StopCalls
from hotline.ports import Callback, Hasher, Post, SpoolFull, Store, StoreAway, Transaction
from hotline.service import dispatch, facts, outbox
from hotline.service.parts import Parts
from hotline.service.rules import DAY

COUNTRY: Final = "+223"
REFERENCES: Final = (range(100, 1000), range(10_000, 100_000))
"""Three digits; five where so many are given away that none is found."""
DRAWS: Final = 16
MOST_FAILURES: Final = 3
"""Of one drain."""
NAMES: Final[dict[type[Effect], str]] = {
    OpenCallback: "open_callback",
    RefineCallback: "refine_callback",
    CancelCallback: "cancel_callback",
    StopCalls: "stop_calls",
}


class Asked(Struct, frozen=True, array_like=True):
    """An order as it was given, with all that it takes to apply it now or out of the spool."""

    key: bytes
    callback: str
    """The callback that it opens or touches; empty for a stop."""
    number: str
    """The phone in hand."""
    effect: Effect
    edition: int
    at: int
    since: int
    """A stop later than this is later than the order. For the first order of a session that is the session's beginning: its hop may
    have been held up on the way while she dialled again and stopped."""
    until: int
    """When the session is over for good."""
    facts: bytes
    is_withheld: bool = False
    """It is kept to look at and rings nobody: too many of its kind."""


class Overtaken(Exception):
    """Nobody is free any more who was when the promise was worked out."""


class Unpromised(Exception):
    """It cannot be written down now, so that what she is told must promise nothing."""


class Done(Struct, frozen=True):
    """What became of an order. `facts` are those that it was first applied with; `anew`: that was just now."""

    outcome: Outcome
    facts: bytes
    anew: bool = False
    posts: tuple[Post, ...] = ()


def order_key(hasher: Hasher, gateway: str, session: str, ref: Ref) -> bytes:
    """Unique for an order of a session, the same whenever its hop comes again."""
    return hasher.digest("order", f"{gateway}|{session}|{ref.position}|{ref.ordinal}")


class Orders:
    """Applies orders. `unguarded`: the store without its guard, for the drain, which delays nobody and must not rest over one bad record."""

    def __init__(self, parts: Parts, unguarded: Store) -> None:
        self._parts = parts
        self._unguarded = unguarded

    def apply(self, asked: Asked, can_keep: Callable[[Transaction], bool] | None = None, *, is_promise: bool = False) -> Done:
        """Apply it, or find that it was applied. Never raises because a store is away: then it is spooled, and else lost.

        `can_keep`: asked in the order's own transaction, with no other promise beside it. Raises Overtaken where it says no, and, where
        it `is_promise`, Unpromised instead of spooling it: nobody is told of what lies in a spool.
        """
        if isinstance(asked.effect, StopCalls) or not self._waits_behind(asked):
            with suppress(StoreAway):
                with self._parts.store.write() as tx:
                    if is_promise and can_keep is not None and tx.entered(asked.key, asked.at) is None:
                        tx.alone()
                        if not can_keep(tx):
                            raise Overtaken
                    done = enter(self._parts, tx, asked, self._parts.clock.now())
                self._told(done, asked)
                return done
        if is_promise and self.spooled(asked.key) is None:
            raise Unpromised
        return self._spool(asked)

    def stop(self, number: str, message: str) -> None:
        """As the keys for it do: end every open call to this number, whatever is away. Raises StoreAway where nothing could be written.

        `message`: what asked for it; if that comes again, it stops nothing that was asked for since.
        """
        at = self._parts.clock.now()
        key = self._parts.hasher.digest("stop", message)
        asked = Asked(key, "", number, StopCalls(), 0, at, at, until=at + DAY, facts=b"")
        if self.apply(asked).outcome == "lost":
            raise StoreAway("nothing could be written")

    def drain(self) -> None:
        """What lies in the spool goes into the database, oldest first. Raises StoreAway and SpoolFull; what is left stays for the next time.

        One record that does not go in holds up none behind it; after a few the database is taken to be away. A record that this version
        cannot read stays too, and shows in the spool's gauge.
        """
        spool = self._parts.spool
        failed: StoreAway | None = None
        failures = 0
        records = [(key, asked) for key, record in (spool.records() if len(spool) else ()) if (asked := _read(record))]
        stops = {asked.number: asked.at for _, asked in records if isinstance(asked.effect, StopCalls)}
        for key, asked in records:
            try:
                with self._unguarded.write() as tx:
                    done = enter(self._parts, tx, _unless_stopped(asked, stops), self._parts.clock.now())
            except StoreAway as away:
                failed, failures = away, failures + 1
                if failures == MOST_FAILURES:
                    break
                continue
            spool.drop(key)
            outbox.hint(self._parts, done.posts)
        if failed is not None:
            raise failed

    def spooled(self, key: bytes) -> Done | None:
        """What the spool knows of an order."""
        with suppress(SpoolFull):
            found = self._parts.spool.find(key)
            asked = _read(found) if found else None
            return Done("kept", asked.facts) if asked else None
        return None

    def _spool(self, asked: Asked) -> Done:
        # The store may have taken it and failed before saying so: the drain meets the same key then.
        before = self.spooled(asked.key)
        if before is not None:
            return before
        name = NAMES[type(asked.effect)]
        try:
            self._parts.spool.put(asked.key, msgspec.msgpack.encode(replace(asked, facts=facts.packed(asked.facts))))
        except SpoolFull:
            self._parts.meter.order(name, "lost")
            return Done("lost", asked.facts, anew=True)
        self._parts.meter.order(name, "spooled")
        return Done("kept", asked.facts, anew=True)

    def _told(self, done: Done, asked: Asked) -> None:
        if done.anew:
            self._parts.meter.order(NAMES[type(asked.effect)], "lost" if done.outcome == "lost" else "kept")
        outbox.hint(self._parts, done.posts)

    def _waits_behind(self, asked: Asked) -> bool:
        """Does the spool hold an order about the same phone? Then this one queues behind it, as they were given in this order."""
        with suppress(SpoolFull):
            if len(self._parts.spool):
                phones = _phones(asked)
                return any(phones & _phones(other) for _, record in self._parts.spool.records() if (other := _read(record)))
        return False


def enter(parts: Parts, tx: Transaction, asked: Asked, at: int) -> Done:
    """Apply an order inside a transaction, unless its key says that it was applied."""
    refused = _is_refused(tx, asked)
    outcome: Outcome = "lost" if refused else "kept"
    stood = tx.enter(asked.key, outcome, asked.facts, at, asked.until)
    if stood is not None:
        return Done(stood.outcome or "late", stood.facts or b"")
    posts = () if refused else _perform(parts, tx, asked, at)
    return Done(outcome, asked.facts, anew=True, posts=posts)


def _is_refused(tx: Transaction, asked: Asked) -> bool:
    """What cannot be done any more; and numbers abroad, which would be rung at any price."""
    match asked.effect:
        case RefineCallback():
            return _refinable(tx, asked) is None
        case OpenCallback() as effect:
            return not _target(asked.number, effect).startswith(COUNTRY)
    return False


def _perform(parts: Parts, tx: Transaction, asked: Asked, at: int) -> tuple[Post, ...]:
    match asked.effect:
        case OpenCallback() as effect:
            return _open(parts, tx, asked, effect, at)
        case RefineCallback() as effect:
            return _refine(parts, tx, asked, effect, at)
        case CancelCallback():
            _cancel(tx, asked, at)
            return ()
        case StopCalls():
            tx.stop(asked.number, asked.at, until=at + parts.rules.stop_seconds)
            return ()
        case _:
            assert_never(asked.effect)


def _open(parts: Parts, tx: Transaction, asked: Asked, effect: OpenCallback, at: int) -> tuple[Post, ...]:
    number = _target(asked.number, effect)
    callback = Callback(
        id=asked.callback,
        reference=_reference(tx, asked.callback),
        state="waiting",
        language=effect.language,
        urgent=effect.urgent,
        other_phone=number != asked.number,
        made_at=asked.at,
        opens_at=parts.clock.moment(effect.opens),
        not_after=parts.clock.moment(effect.not_after),
        edition=asked.edition,
    )
    # Who stopped calls to a phone did so for what strangers may ask too.
    since = asked.at - parts.rules.number_hours * 3600 if callback.other_phone else asked.since + 1
    if asked.is_withheld or tx.stopped_since(number, since):
        tx.add_callback(replace(callback, state="stopped", closed_at=at), number)
        tx.forget_number(callback.id)
        return ()
    tx.add_callback(callback, number)
    return dispatch.offer(parts, tx, callback.id, at)


def _refinable(tx: Transaction, asked: Asked) -> Callback | None:
    """The callback, as long as nobody was rung for it: waiting, or claimed and not yet tried, nor the counselor told of its word."""
    callback = tx.callback(asked.callback)
    if callback is None or callback.tries or callback.state not in ("waiting", "claimed"):
        return None
    call = tx.live_call_of(callback.claimed_by or "")
    return None if call is not None and call.state == "answered" else callback


def _refine(parts: Parts, tx: Transaction, asked: Asked, effect: RefineCallback, at: int) -> tuple[Post, ...]:
    callback = _refinable(tx, asked)
    if callback is None:
        return ()
    if effect.word is not None:
        callback = replace(callback, word=effect.word)
    if effect.opens is not None and effect.not_after is not None:
        # Who claimed it took another window: nobody may ring her in that one any more.
        callback = replace(
            callback,
            state="waiting",
            claimed_by=None,
            claimed_at=None,
            opens_at=parts.clock.moment(effect.opens),
            not_after=parts.clock.moment(effect.not_after),
        )
    tx.save_callback(callback)
    return dispatch.offer(parts, tx, callback.id, at)


def _cancel(tx: Transaction, asked: Asked, at: int) -> None:
    """Nobody rings for it from now on. A number that nobody ever rang is of no use any more."""
    callback = tx.callback(asked.callback)
    if callback is not None and callback.state in ("waiting", "claimed", "review"):
        tx.save_callback(replace(callback, state="cancelled", closed_at=at))
        if not callback.tries:
            tx.forget_number(callback.id)


def _reference(tx: Transaction, id: str) -> str:
    """A reference that is not in use, the same for the same id as long as that holds."""
    start, stride = int(id[:12], 16), int(id[12:24], 16) | 1
    for numbers in REFERENCES:
        for draw in range(DRAWS):
            reference = str(numbers[(start + draw * stride) % len(numbers)])
            if tx.by_reference(reference) is None:
                return reference
    raise StoreAway("no reference is free")


def _unless_stopped(asked: Asked, stops: Mapping[str, int]) -> Asked:
    """An opening behind which a stop lies in the spool: nobody is told of it in between."""
    if isinstance(asked.effect, OpenCallback) and stops.get(_target(asked.number, asked.effect), -1) > asked.at:
        return replace(asked, is_withheld=True)
    return asked


def _target(number: str, effect: OpenCallback) -> str:
    return number if effect.phone is None else COUNTRY + effect.phone


def _phones(asked: Asked) -> frozenset[str]:
    target = _target(asked.number, asked.effect) if isinstance(asked.effect, OpenCallback) else asked.number
    return frozenset((asked.number, target))


def _read(record: bytes) -> Asked | None:
    try:
        asked = msgspec.msgpack.decode(record, type=Asked)
    except msgspec.DecodeError:
        return None
    return replace(asked, facts=facts.unpacked(asked.facts))
