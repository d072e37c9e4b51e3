"""A callback ends when nobody could keep it: past its end, or once its number cannot be opened any more."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.calls.outbox import OutboxMessage
from hotline.service import outbox
from hotline.service.calls.dispatch.claims import is_on_the_line
from hotline.service.calls.review import for_eyes, lapse_floods
from hotline.service.calls.rules import one_phone
from hotline.service.calls.rules.limits import is_unsaid
from hotline.service.calls.rules.one_phone import alike
from hotline.service.deps import Deps
from hotline.service.work import Work

OUTCOME_SECONDS: Final = HOUR_SECONDS
"""How long after its end a counselor may still say how an attempt ended."""


def end_ended(deps: Deps, at: int) -> None:
    """Past its end nobody rings and nothing rolls over: a callback that nobody tried is a promise missed. Raises StoreAway."""
    with deps.store.read() as tx:
        ended = [callback.id for callback in tx.callbacks.ended(at) if _is_over(callback, callback.not_after, at)]
    for id in ended:
        with deps.store.write() as tx:
            callback = tx.callbacks.get(id)
            messages = () if callback is None else _end(Work(deps, tx, at), callback)
        outbox.enqueue(deps, messages)
    lapse_floods(deps, at)


def _end(work: Work, callback: Callback) -> tuple[OutboxMessage, ...]:
    """What was asked for at once from one phone is one promise: it ends, and is missed, once."""
    rows = alike(work.tx, callback.id)
    if callback.state not in ("waiting", "claimed") or not _is_over(callback, one_phone.own_end(callback, rows), work.at):
        return ()
    if callback.attempts:
        work.tx.callbacks.save(replace(callback, state="closed", closed_at=work.at))
        return ()
    promise = [row for row in rows if callback.at_once and row.at_once and not row.attempts] or [callback]
    for row in promise:
        work.tx.callbacks.save(replace(row, state="lapsed", closed_at=work.at))
    for_eyes(work, callback, "missed")
    return outbox.tell_supervisors(work, "lapsed", callback.id, ref=callback.reference)


def _is_over(callback: Callback, end: int, at: int) -> bool:
    """Past its end; where somebody tried, the time to say how it ended is over too."""
    is_awaited = callback.state == "claimed" and is_unsaid(callback)
    return at >= end + (OUTCOME_SECONDS if is_awaited else 0)


def end_lost(deps: Deps, at: int) -> None:
    """Whose number nobody can open any more is rung by nobody: it ends at once, and is missed, before a supervisor's eyes. Raises StoreAway."""
    with deps.store.read() as tx:
        lost = tx.numbers.lost()
    for id in lost:
        with deps.store.write() as tx:
            callback = tx.callbacks.get(id)
            messages = () if callback is None else _end_lost(Work(deps, tx, at), callback)
        outbox.enqueue(deps, messages)


def _end_lost(work: Work, callback: Callback) -> tuple[OutboxMessage, ...]:
    call = work.tx.calls.live_of(callback.claimed_by or "")
    if callback.state not in ("waiting", "claimed") or is_on_the_line(call, (callback,), work.at):
        return ()
    work.tx.numbers.silence(callback.id)
    if callback.attempts:
        work.tx.callbacks.save(replace(callback, state="closed", closed_at=work.at))
        return ()
    work.tx.callbacks.save(replace(callback, state="lapsed", closed_at=work.at))
    for_eyes(work, callback, "missed")
    return outbox.tell_supervisors(work, "lapsed", callback.id, ref=callback.reference)
