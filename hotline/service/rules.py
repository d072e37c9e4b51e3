"""What the line may do and when: the settings that the use cases obey, and the one question of whether somebody may be rung now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from hotline.ports import Callback, Transaction

DAY: Final = 86_400
MOST_TRIES: Final = 3
"""In one window, on her own phone. Another phone than hers is rung once."""


class Rules(Struct, frozen=True):
    """Settings, by the names that `Config` gives them."""

    promise_minutes: int
    presence_minutes: int
    offer_seconds: int
    offer_urgent_seconds: int
    rings_a_day: int
    shift_hours: int
    session_seconds: int
    sms_session_seconds: int
    number_hours: int
    callback_days: int
    sms_replies: bool
    web_threads: int


def is_open(callback: Callback, at: int) -> bool:
    """Is its window open?"""
    return callback.opens_at <= at < callback.not_after


def tries_left(callback: Callback) -> int:
    return (1 if callback.other_phone else MOST_TRIES) - callback.tries


def may_ring(rules: Rules, tx: Transaction, group: Sequence[Callback], at: int) -> bool:
    """May the number that all of `group` share be rung at this moment? The strictest of them decides, then the day's limit.

    A day is the last 24 hours: the number itself is kept no longer.
    """
    if not group or not all(is_open(each, at) and tries_left(each) > 0 for each in group):
        return False
    return tx.rings(group[0].id, at - DAY) < rules.rings_a_day
