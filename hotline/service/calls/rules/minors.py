"""A minor goes to a skilled counselor: who may have such a callback, and which callbacks are such. The one rule of offer, board, taking and handing over."""

from __future__ import annotations

from collections.abc import Iterable

from hotline.engine.flags import Flag
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


def flag_all(work: Work, group: Iterable[Callback]) -> None:
    """All of these are a minor's: whichever of them is rung next, it goes to somebody skilled."""
    for callback in group:
        work.tx.flags.add(callback.id, MINOR)
