"""What an order does to the database, in one transaction: the ledger's key first, then the effect with all that follows from it."""

from __future__ import annotations

from typing import Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import CancelCallback, Effect, OpenCallback, OrderResult, Ref, RefineCallback, StopCalls
from hotline.engine.phone.numbers import in_e164, is_in_mali
from hotline.engine.times import DAY_SECONDS, HOUR_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.numbers import Stop
from hotline.ports.calls.outbox import OutboxMessage
from hotline.ports.hasher import Hasher
from hotline.ports.store import Transaction
from hotline.service.calls.reference import reference
from hotline.service.calls.review import hold_flood, is_held_unrung, stopped_unpressed
from hotline.service.calls.revoking import cancel
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import MOST_PRANKS
from hotline.service.work import Work

CLOCKS_APART: Final = 5
"""Seconds by which the clock of whoever dates an SMS and ours may differ: within them a stop wins."""


class GivenOrder(Struct, frozen=True, array_like=True):
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
    """A stop later than this is later than the order, where only clocks can say (`after`). For the first order of a session that is the
    session's beginning: its hop may have been held up on the way while the caller dialled again and stopped."""
    until: int
    """When the session is over for good."""
    facts: bytes
    is_withheld: bool = False
    """It rings nobody: a stop that was given behind it lies in the spool."""
    is_flood: bool = False
    """One phone has asked for too many others to be rung: a supervisor looks at it first."""
    after: int | None = None
    """The newest stop of the phone when the session began, by the database's count: one that it counts later is later than the order. None where
    the database was not asked, or it is not the first order of its session."""
    sent_at: int | None = None
    """A stop that came by SMS, or by the vendor: from when it counts. None where keys on the phone gave it."""
    is_told: bool = False
    """It is withheld for a stop that no keys on the phone gave."""
    begun: int | None = None
    """When the session began, where that is known from a hop before this one: what else stands under its keys is older only where its vendor gave an id
    again. None where it is not known."""

    @property
    def asked_by(self) -> int | None:
        """Until when a stop ends what was asked for. None where it ends all that stands."""
        return None if self.sent_at is None else self.sent_at + CLOCKS_APART


class AppliedOrder(Struct, frozen=True):
    """What became of an order. `facts` are those that it was first applied with; `is_new`: that was just now."""

    result: OrderResult
    facts: bytes
    is_new: bool = False
    messages: tuple[OutboxMessage, ...] = ()


def order_key(hasher: Hasher, gateway: str, session: str, ref: Ref) -> bytes:
    """Unique for an order of a session, the same whenever its hop comes again."""
    return hasher.digest("order", f"{gateway}|{session}|{ref.position}|{ref.ordinal}")


def enter(work: Work, order: GivenOrder) -> AppliedOrder:
    """Apply an order inside a transaction, unless its key says that it was applied."""
    order = _pointed(work, order)
    refused = _is_refused(work.tx, order)
    result: OrderResult = "lost" if refused else "kept"
    stood = work.tx.ledger.enter(order.key, result, order.facts, work.at, order.until)
    if stood is not None and stood.over is not None and order.begun is not None and order.begun >= stood.over:
        return enter(work, _of_its_own(work, order))
    if stood is not None:
        return AppliedOrder(stood.outcome or "late", stood.facts or b"")
    messages = () if refused else _perform(work, order)
    return AppliedOrder(result, order.facts, is_new=True, messages=messages)


def _of_its_own(work: Work, order: GivenOrder) -> GivenOrder:
    """The same order of another session, to which the vendor gave an id that it had given to this phone before."""
    key = work.deps.hasher.digest("order", f"{order.key.hex()}|{order.begun}")
    callback = _own_callback(work, order) if isinstance(order.effect, OpenCallback) else order.callback
    return replace(order, key=key, callback=callback, begun=None)


def _own_callback(work: Work, order: GivenOrder) -> str:
    return work.deps.derive("callback", f"{order.callback}|{order.begun}")


def _pointed(work: Work, order: GivenOrder) -> GivenOrder:
    """A change of a callback that was opened under a key of its own is meant for that one."""
    if order.begun is None or not isinstance(order.effect, RefineCallback | CancelCallback):
        return order
    own = _own_callback(work, order)
    return order if work.tx.callbacks.get(own) is None else replace(order, callback=own)


def _is_refused(tx: Transaction, order: GivenOrder) -> bool:
    """What cannot be done any more; and numbers abroad, which would be rung at any price."""
    match order.effect:
        case RefineCallback():
            return _refinable(tx, order) is None
        case OpenCallback() as effect:
            return not is_in_mali(rung_number(order.number, effect))
    return False


def _perform(work: Work, order: GivenOrder) -> tuple[OutboxMessage, ...]:
    match order.effect:
        case OpenCallback() as effect:
            return _open(work, order, effect)
        case RefineCallback() as effect:
            _refine(work, order, effect)
            return ()
        case CancelCallback():
            _cancel(work, order)
            return ()
        case StopCalls():
            return _stop(work, order)
        case _:
            assert_never(order.effect)


def _open(work: Work, order: GivenOrder, effect: OpenCallback) -> tuple[OutboxMessage, ...]:
    number = rung_number(order.number, effect)
    is_cancelled = work.tx.ledger.find(_no_ahead(work, order.callback), work.at) is not None
    callback = Callback(
        id=order.callback,
        reference=reference(work.tx, order.callback),
        state="waiting",
        language=effect.language,
        urgent=effect.urgent,
        other_phone=number != order.number,
        made_at=order.at,
        opens_at=work.deps.clock.moment(effect.opens),
        not_after=work.deps.clock.moment(effect.not_after),
        edition=order.edition,
        at_once=effect.now,
    )
    stop = Stop(by_keys=not order.is_told) if order.is_withheld else _later_stop(work, order, callback, number)
    if stop is not None and not callback.other_phone:
        callback = replace(callback, state="stopped", closed_at=work.at)
        work.tx.callbacks.add(callback, number)
        work.tx.numbers.forget(callback.id)
        return () if stop.by_keys else stopped_unpressed(work, (callback,))
    callback = replace(callback, sunk=_is_sunk(work, callback, number))
    work.tx.callbacks.add(callback, number)
    if is_cancelled:
        cancel(work, callback)
        return ()
    if stop is not None:
        work.tx.numbers.silence(callback.id)  # whoever asked for it on another phone is shown nothing of it, and no more is the staff
    if order.is_flood:
        return hold_flood(work, callback)
    return ()  # the clock offers it within a second (`dispatch.offer_due`)


def _later_stop(work: Work, order: GivenOrder, callback: Callback, number: str) -> Stop | None:
    """A stop of this phone that is later than the order; where somebody asked on another phone, one of the last day."""
    stops = work.tx.numbers
    if callback.other_phone:
        return stops.stop_of(number, order.at - work.deps.rules.number_hours * HOUR_SECONDS)
    if order.after is not None:
        return stops.stop_of(number, order.since, order.after)
    # Given and applied at once, it comes after whatever stop the database has.
    return stops.stop_of(number, order.since + 1) if order.since < order.at else None


def _stop(work: Work, order: GivenOrder) -> tuple[OutboxMessage, ...]:
    """Two keys on the phone are silent. What else stops something urgent may not have been the caller: a supervisor hears of it."""
    by_keys, until = order.sent_at is None, work.at + work.deps.rules.stop_seconds
    stopped = work.tx.numbers.stop(order.number, order.at, until, order.asked_by, by_keys=by_keys)
    work.tx.revocations.add("stop", order.number, order.at if order.asked_by is None else order.asked_by)
    return () if by_keys else stopped_unpressed(work, [callback for id in stopped if (callback := work.tx.callbacks.get(id))])


def _is_sunk(work: Work, callback: Callback, number: str) -> bool:
    """Comes it last? Never what is urgent; nor what others ask for on this phone, which tells nothing of who plays with it."""
    since = work.at - work.deps.rules.prank_days * DAY_SECONDS
    return not (callback.urgent or callback.other_phone) and work.tx.numbers.pranks(number, since) >= MOST_PRANKS


def _refinable(tx: Transaction, order: GivenOrder) -> Callback | None:
    """The callback, as long as nobody was rung for it: waiting, or claimed and not yet tried, nor the counselor told of its word.

    So too one that a supervisor holds before anybody was rung: of a flood, or whoever asked for it would see that it is held; given back
    by others, or it might be let go into a window that the caller gave up.
    """
    callback = tx.callbacks.get(order.callback)
    if callback is None or callback.attempts or not (callback.state in ("waiting", "claimed") or is_held_unrung(tx, callback)):
        return None
    call = tx.calls.live_of(callback.claimed_by or "")
    return None if call is not None and call.state == "answered" else callback


def _refine(work: Work, order: GivenOrder, effect: RefineCallback) -> None:
    callback = _refinable(work.tx, order)
    if callback is None:
        return
    if effect.word is not None:
        worded = callback.worded or one_phone.next_worded(one_phone.alike(work.tx, callback.id))
        callback = replace(callback, word=effect.word, worded=worded)
    if effect.opens is not None and effect.not_after is not None:
        # Who claimed it took another window: nobody may ring in that one any more.
        callback = replace(
            callback,
            state=callback.state if callback.state == "review" else "waiting",
            claimed_by=None,
            claimed_at=None,
            opens_at=work.deps.clock.moment(effect.opens),
            not_after=work.deps.clock.moment(effect.not_after),
        )
    work.tx.callbacks.save(callback)


def _cancel(work: Work, order: GivenOrder) -> None:
    callback = work.tx.callbacks.get(order.callback)
    if callback is None:  # what opens it lies in a spool, of another machine it may be: whoever enters that looks for this
        work.tx.ledger.enter(_no_ahead(work, order.callback), "kept", b"", work.at, order.until)
    elif callback.state in ("waiting", "claimed", "review"):
        cancel(work, callback)


def _no_ahead(work: Work, callback: str) -> bytes:
    """The ledger's key for a cancellation that comes before what it cancels."""
    return work.deps.hasher.digest("cancelled ahead", callback)


def rung_number(number: str, effect: OpenCallback) -> str:
    return number if effect.phone is None else in_e164(effect.phone)
