"""What callers took back: a cancellation, and what becomes of a no that the database lost."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from msgspec import Struct
from msgspec.structs import replace

from hotline.ports.calls.callbacks import Callback
from hotline.ports.store import Transaction
from hotline.ports.upkeep.revocations import Revocation
from hotline.service.calls import alerts
from hotline.service.work import Work


class Undone(Struct, frozen=True):
    """What the file that lies apart says no to, and the database knows nothing of."""

    stops: tuple[Revocation, ...]
    open: tuple[Callback, ...]
    """Cancelled, it says."""

    def __bool__(self) -> bool:
        return bool(self.stops or self.open)


def cancel(work: Work, callback: Callback) -> None:
    """Nobody rings for it from now on. A number that nobody ever rang is of no use any more."""
    alerts.withdraw(work, callback.id)
    work.tx.callbacks.save(replace(callback, state="cancelled", closed_at=work.at))
    work.tx.revocations.add("cancelled", callback.id, work.at)
    if not callback.attempts:
        work.tx.numbers.forget(callback.id)


def undone(tx: Transaction, revocations: Iterable[Revocation], at: int, stop_seconds: int) -> Undone:
    """Of these, what does not hold: stops that would hold still and are not there, callbacks that are open though they were cancelled.

    The file has a line of a stop under each key at hand, the database one row: what tells them is the second.
    """
    given = tuple(revocations)
    known = {stop.at for stop in tx.revocations.standing(at) if stop.kind == "stop"}
    stops = (revoked for revoked in given if revoked.kind == "stop" and revoked.at + stop_seconds > at)
    cancelled = {revoked.digest for revoked in given if revoked.kind == "cancelled"}
    return Undone(tuple(stop for stop in stops if stop.at not in known), cancelled_in(tx, cancelled))


def cancelled_in(tx: Transaction, digests: Collection[bytes]) -> tuple[Callback, ...]:
    """The open callbacks whose cancellation is among these digests."""
    if not digests:
        return ()
    return tuple(
        callback for callback in tx.callbacks.all_open() if not tx.revocations.digests("cancelled", callback.id).isdisjoint(digests)
    )


def do_again(work: Work, lost: Undone) -> None:
    """What was asked for on the phone before a stop is over; what was asked for later stands."""
    for stop in lost.stops:
        work.tx.numbers.stop_again(stop, stop.at, stop.at + work.deps.rules.stop_seconds)
    for callback in lost.open:
        cancel(work, callback)
