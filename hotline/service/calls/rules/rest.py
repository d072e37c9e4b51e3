"""Who has carried enough for now: caps of a shift and the pause after a hard call, which are the line's settings and no norm.

Whoever reaches a cap is asked to go on or to end the shift, and until that is said hears of what nobody took in time; a pause ends by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from hotline.engine.times import HOUR_SECONDS
from hotline.ports.calls.callbacks import Callback
from hotline.ports.desk.care import Load
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Transaction
from hotline.service.calls.rules import one_phone
from hotline.service.work import Work
from hotline.settings import Rules


class Rest(Struct, frozen=True):
    """Who of the staff rests at a moment, and why."""

    paused: frozenset[str] = frozenset()
    """In the pause after a hard call."""
    capped: frozenset[str] = frozenset()
    """At a cap, and did not say yet to go on."""

    @property
    def all(self) -> frozenset[str]:
        """Those who are offered nothing ordinary, but what nobody took in time."""
        return self.paused | self.capped


def rests(tx: Transaction, at: int, rules: Rules) -> Rest:
    """Two queries, none where nothing limits anybody."""
    carried = loads(tx, at, rules)
    enough = {staff for staff, load in carried.items() if is_enough(load, rules)}
    going_on = {staff.id for staff in tx.staff.active() if goes_on(staff, at)} if enough else set()
    return Rest(frozenset(staff for staff, load in carried.items() if at < pause_ends(load, rules)), frozenset(enough - going_on))


def is_resting(work: Work, staff: str, group: Iterable[Callback]) -> bool:
    """May this counselor not take these, which are one phone's, for a rest?"""
    group = tuple(group)
    if one_phone.is_urgent(group):
        return False
    rest = rests(work.tx, work.at, work.deps.rules)
    return staff in (rest.paused if waits_long(one_phone.waits_since(group), work.at, work.deps.rules) else rest.all)


def waits_long(since: int, at: int, rules: Rules) -> bool:
    """Has it waited for so long that others are asked than those whose turn it is?"""
    return at - since >= rules.lend_minutes * 60


def loads(tx: Transaction, at: int, rules: Rules) -> Mapping[str, Load]:
    """By id, what each of the staff did within the length of a shift: one query, none where nothing limits anybody."""
    limited = rules.calls_a_shift or rules.hard_calls_a_shift or rules.pause_minutes
    return tx.care.loads(at - rules.shift_hours * HOUR_SECONDS) if limited else {}


def is_enough(load: Load, rules: Rules) -> bool:
    """Has this shift reached a cap?"""
    return 0 < rules.calls_a_shift <= load.calls or 0 < rules.hard_calls_a_shift <= load.hard


def goes_on(staff: Staff, at: int) -> bool:
    """Did this person say at a cap to go on?"""
    return staff.goes_on_until is not None and at < staff.goes_on_until


def pause_ends(load: Load, rules: Rules) -> int:
    """When the pause after the last hard call ends; 0 where there was none."""
    return load.last_hard_at + rules.pause_minutes * 60 if load.last_hard_at is not None else 0
