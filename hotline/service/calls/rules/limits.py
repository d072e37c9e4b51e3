"""How often and when a phone is rung: its window, the attempts in it, and the rings of a day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls.rules import one_phone
from hotline.service.held import is_held
from hotline.service.work import Work
from hotline.settings import Rules

OTHER_PHONES_A_DAY: Final = 2
"""How many other phones one phone may have rung."""
CONTACTS_A_DAY: Final = 10
"""How many contacts that came otherwise one of the staff may enter (`calls/contacts.py`)."""
SAME_CONTACT_A_DAY: Final = 2
"""How often one number may be entered so, by whomever; beyond that a supervisor looks first."""
MOST_PRANKS: Final = 3
"""So many pranks within `HOTLINE_PRANK_DAYS` from one phone, and what it asks for comes last until they are older."""
MOST_ATTEMPTS: Final = 3
"""In one window, on the caller's own phone. Another phone is rung once."""


def is_late(tx: Transaction, callback: Callback, at: int) -> bool:
    """Has its time passed without anybody having it?"""
    is_over = callback.state == "waiting" and at >= one_phone.own_end(callback, one_phone.alike(tx, callback.id))
    return callback.state == "lapsed" or is_over


def is_unsaid(callback: Callback) -> bool:
    """Was it rung, and did nobody say how that ended? Then nobody rings it again: the counselor says first how the call ended."""
    return callback.attempts > 0 and callback.outcome is None


def most_attempts(callback: Callback) -> int:
    """In its window."""
    return 1 if callback.other_phone else MOST_ATTEMPTS


def attempts_left(callback: Callback) -> int:
    return most_attempts(callback) - callback.attempts


def is_ringable(group: Sequence[Callback], at: int) -> bool:
    """May the number that all of `group` share be rung at this moment, its day apart? The strictest of them decides."""
    return bool(group) and len(one_phone.open_of(group, at)) == len(group) and all(attempts_left(callback) > 0 for callback in group)


def is_within_day(work: Work, group: Sequence[Callback]) -> bool:
    """Was their number rung less often than a day allows? A day is the last 24 hours: the number itself is kept no longer.

    What was asked for on another phone rings it once a day, whoever asked, and takes nothing from what is asked for on it.
    """
    rings = work.tx.calls.rings(group[0].id, work.at - DAY_SECONDS)
    return may_ring_so_often(work.deps.rules, rings, other_phone=group[0].other_phone)


def may_ring_so_often(rules: Rules, rings: int, *, other_phone: bool) -> bool:
    """May a phone that was rung so often within a day be rung once more?"""
    return rings < (1 if other_phone else rules.rings_a_day)


def may_ring(work: Work, group: Sequence[Callback], staff: Staff) -> bool:
    """May this person ring their number now? Past the day's limit a supervisor may, who decides by taking it (docs: callback life). Nobody may while the line is held."""
    return not is_held(work.tx) and is_ringable(group, work.at) and (staff.role == "supervisor" or is_within_day(work, group))
