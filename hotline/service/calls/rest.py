"""Who has carried enough for now: caps of a shift and the pause after a hard call, which are the line's settings and no norm."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.ports.desk.care import Load
from hotline.ports.store import Transaction
from hotline.settings import Rules


def loads(tx: Transaction, at: int, rules: Rules) -> Mapping[str, Load]:
    """By id, what each of the staff did within the length of a shift: one query, none where nothing limits anybody."""
    limited = rules.calls_a_shift or rules.hard_calls_a_shift or rules.pause_minutes
    return tx.care.loads(at - rules.shift_hours * 3600) if limited else {}


def resting(tx: Transaction, at: int, rules: Rules) -> frozenset[str]:
    """Those who are offered nothing ordinary at `at`."""
    return frozenset(staff for staff, load in loads(tx, at, rules).items() if is_enough(load, rules) or at < pause_ends(load, rules))


def is_enough(load: Load, rules: Rules) -> bool:
    """Has this shift reached a cap?"""
    return 0 < rules.calls_a_shift <= load.calls or 0 < rules.hard_calls_a_shift <= load.hard


def pause_ends(load: Load, rules: Rules) -> int:
    """When the pause after the last hard call ends; 0 where there was none."""
    return load.last_hard_at + rules.pause_minutes * 60 if load.last_hard_at is not None else 0
