"""Which edition a session may have begun on, worked out from the editions' moments alone.

An edition's `since` is the moment from which sessions begin on it. Whoever knows of one that is new leaves a marker with each session that begins, until every
session that may have begun without one is over. Who cannot leave one lets it begin on the `base`, the newest edition that came into force longer ago than a session
lives: so that whoever has no marker is on the same edition as those who began before anybody knew of the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

SKEW: Final = 3
"""Seconds by which the clocks of two machines may differ."""

Moments: TypeAlias = Sequence[tuple[int, int]]
"""The editions that are known, as (number, since), oldest first; never empty."""


def span(life: int) -> int:
    """A session that lives so many seconds is over after this, by anybody's clock."""
    return life + 2 * SKEW


def active(moments: Moments, at: int) -> int:
    """The edition in force: the newest whose moment has come. Before the first moment: the one that comes first."""
    return max((number for number, since in moments if since <= at), default=min(moments, key=lambda moment: moment[1])[0])


def base(moments: Moments, at: int, life: int) -> int:
    """The edition on which a session begins at `at` that can leave no marker."""
    return active(moments, at - span(life))


def calm_from(moments: Moments, life: int) -> int:
    """From here on every session that lives is on the newest edition, marked or not: nothing need be left or read.

    One span until the newest is the base, a second one until the last session is over that began on the base before and left no marker.
    """
    return max(since for _, since in moments) + 2 * span(life) if len(moments) > 1 else 0


def unmarked(moments: Moments, at: int, life: int) -> tuple[int, ...]:
    """Where a session can be that is under way at `at` and left no marker, newest first."""
    return _between(moments, _oldest(moments, at, life), base(moments, at + SKEW, life))


def unread(moments: Moments, at: int, life: int) -> tuple[int, ...]:
    """Where it can be if nobody knows whether it left one, newest first."""
    return _between(moments, _oldest(moments, at, life), active(moments, at + SKEW))


def is_none_lost(moments: Moments, since: int | None, at: int, life: int) -> bool:
    """Is a session without a marker one that never left any? Redis has forgotten nothing since `since` (None: nobody knows).

    Only a marker that names another edition than those of `unmarked` would be missed, and such are left from that edition's moment on.
    """
    others = set(unread(moments, at, life)) - set(unmarked(moments, at, life))
    first_left = min((moment for number, moment in moments if number in others), default=None)
    return first_left is None or (since is not None and since <= max(at - span(life), first_left - SKEW))


def needed(moments: Moments, at: int, life: int) -> tuple[int, ...]:
    """The editions that a session may be on now or later, oldest first."""
    return tuple(number for number, _ in moments if number >= _oldest(moments, at, life))


def gone_at(since: int, life: int) -> int:
    """When the editions before the one that is in force `since` then are needed no more."""
    return since + span(life) + life + SKEW


def _oldest(moments: Moments, at: int, life: int) -> int:
    return base(moments, at - life - SKEW, life)


def _between(moments: Moments, low: int, high: int) -> tuple[int, ...]:
    return tuple(number for number, _ in reversed(moments) if low <= number <= high)
