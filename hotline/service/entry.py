"""What an order does to the database, in one transaction: the ledger's key first, then the effect with all that follows from it."""

from __future__ import annotations

from typing import Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.effects import CancelCallback, Effect, OpenCallback, Outcome, Ref, RefineCallback, StopCalls
from hotline.ports import Callback, Hasher, Post, StoreAway, Transaction
from hotline.service import dispatch
from hotline.service.parts import Parts
from hotline.service.reviewing import hold_flood, is_held_unrung
from hotline.service.rules import DAY, MOST_PRANKS, PRANK_DAYS

COUNTRY: Final = "+223"
REFERENCES: Final = (range(100, 1000), range(10_000, 100_000))
"""Three digits; five where so many are given away that none is found."""
DRAWS: Final = 16


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
    """It rings nobody: a stop that was given behind it lies in the spool."""
    is_flood: bool = False
    """One phone has asked for too many others to be rung: a supervisor looks at it first."""


class Done(Struct, frozen=True):
    """What became of an order. `facts` are those that it was first applied with; `anew`: that was just now."""

    outcome: Outcome
    facts: bytes
    anew: bool = False
    posts: tuple[Post, ...] = ()


def order_key(hasher: Hasher, gateway: str, session: str, ref: Ref) -> bytes:
    """Unique for an order of a session, the same whenever its hop comes again."""
    return hasher.digest("order", f"{gateway}|{session}|{ref.position}|{ref.ordinal}")


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
            return not rung_number(asked.number, effect).startswith(COUNTRY)
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
    number = rung_number(asked.number, effect)
    callback = Callback(
        id=asked.callback,
        reference=reference(tx, asked.callback),
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
    callback = replace(callback, sunk=_is_sunk(tx, callback, number, at))
    tx.add_callback(callback, number)
    if asked.is_flood:
        return hold_flood(parts, tx, callback, at)
    return dispatch.offer(parts, tx, callback.id, at)


def _is_sunk(tx: Transaction, callback: Callback, number: str, at: int) -> bool:
    """Comes it last? Never what is urgent; nor what others ask for on this phone, which tells nothing of who plays with it."""
    return not (callback.urgent or callback.other_phone) and tx.pranks(number, at - PRANK_DAYS * DAY) >= MOST_PRANKS


def _refinable(tx: Transaction, asked: Asked) -> Callback | None:
    """The callback, as long as nobody was rung for it: waiting, or claimed and not yet tried, nor the counselor told of its word.

    So too one that a supervisor holds before anybody was rung: of a flood, or whoever asked for it would see that it is held; given back
    by others, or it might be let go into a window that she gave up.
    """
    callback = tx.callback(asked.callback)
    if callback is None or callback.tries or not (callback.state in ("waiting", "claimed") or is_held_unrung(tx, callback)):
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
            state=callback.state if callback.state == "review" else "waiting",
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


def reference(tx: Transaction, id: str) -> str:
    """A reference that is not in use, the same for the same id as long as that holds."""
    start, stride = int(id[:12], 16), int(id[12:24], 16) | 1
    for numbers in REFERENCES:
        for draw in range(DRAWS):
            reference = str(numbers[(start + draw * stride) % len(numbers)])
            if tx.by_reference(reference) is None:
                return reference
    raise StoreAway("no reference is free")


def rung_number(number: str, effect: OpenCallback) -> str:
    return number if effect.phone is None else COUNTRY + effect.phone
