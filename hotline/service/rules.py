"""What the line may do and when: the one question of whether somebody may be rung now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hotline.engine.times import DAY_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.settings import Rules

OTHER_PHONES_A_DAY: Final = 2
"""How many other phones one phone may have rung."""
HARD: Final = "hard"
"""The mark by which a counselor says that a call was hard on her: for her rest alone, shown to nobody else."""
MOST_PRANKS: Final = 3
"""So many pranks within `PRANK_DAYS` from one phone, and what it asks for comes last until they are older."""
MOST_ATTEMPTS: Final = 3
"""In one window, on her own phone. Another phone than hers is rung once."""


def is_open(callback: Callback, at: int) -> bool:
    """Is its window open?"""
    return callback.opens_at <= at < callback.not_after


def is_unsaid(callback: Callback) -> bool:
    """Was it rung, and did nobody say how that ended? Then it is not rung again, by her or by another: somebody says first that nobody answered."""
    return callback.attempts > 0 and callback.outcome is None


def most_attempts(callback: Callback) -> int:
    return 1 if callback.other_phone else MOST_ATTEMPTS


def attempts_left(callback: Callback) -> int:
    return most_attempts(callback) - callback.attempts


def is_ringable(group: Sequence[Callback], at: int) -> bool:
    """May the number that all of `group` share be rung at this moment, its day apart? The strictest of them decides."""
    return bool(group) and all(is_open(each, at) and attempts_left(each) > 0 for each in group)


def is_within_day(rules: Rules, tx: Transaction, group: Sequence[Callback], at: int) -> bool:
    """Was their number rung less often than a day allows? A day is the last 24 hours: the number itself is kept no longer.

    What was asked for on another phone rings it once a day, whoever asked, and takes nothing from what is asked for on it.
    """
    return may_ring_so_often(rules, tx.calls.rings(group[0].id, at - DAY_SECONDS), group[0].other_phone)


def may_ring_so_often(rules: Rules, rings: int, other_phone: bool) -> bool:
    """May a phone that was rung so often within a day be rung once more?"""
    return rings < (1 if other_phone else rules.rings_a_day)


def may_ring(rules: Rules, tx: Transaction, group: Sequence[Callback], at: int, by: Staff) -> bool:
    """May she ring their number at this moment? Past the day's limit a supervisor may, who decides by taking it (docs: callback life)."""
    return is_ringable(group, at) and (by.role == "supervisor" or is_within_day(rules, tx, group, at))
