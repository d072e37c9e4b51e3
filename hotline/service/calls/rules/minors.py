"""A minor goes to a skilled counselor: who may have such a callback, and which callbacks are such. The one rule of offer, board, taking and handing over."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from hotline.engine.casework.flags import Flag
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.work import Work

MINOR: Flag = "minor"


def takes_minors(staff: Staff) -> bool:
    """May this person have what is a minor's? Counselors who take such calls, and supervisors."""
    return staff.minors or staff.role == "supervisor"


def may_have(staff: Staff, *, is_minor: bool) -> bool:
    """May this person have a callback, as far as minors go?"""
    return takes_minors(staff) or not is_minor


def is_of_minor(tx: Transaction, group: Iterable[Callback]) -> bool:
    """Was one of these flagged as a minor's?"""
    return any(MINOR in tx.flags.of(callback.id) for callback in group)


def flag_all(work: Work, group: Iterable[Callback], by: str | None) -> None:
    """All of these are a minor's: whichever of them is rung next, it goes to somebody skilled. `by`: which of the staff says so."""
    for callback in group:
        if work.tx.flags.add(callback.id, MINOR):
            work.tx.callbacks.save(replace(callback, minor_by=by))


def unflag_all(work: Work, group: Iterable[Callback], by: str | None) -> None:
    """It was a mistake: what `by` flagged of these is nobody's but the caller's again."""
    for callback in group:
        if callback.minor_by == by and work.tx.flags.drop(callback.id, MINOR):
            work.tx.callbacks.save(replace(callback, minor_by=None))


def may_unflag(staff: Staff, callback: Callback) -> bool:
    """A supervisor, or who flagged it: to another it may be a minor's all the same."""
    return staff.role == "supervisor" or callback.minor_by == staff.id
