"""Which edition a session is on, as far as the editions' moments alone can tell. What its marker says of it: `session_marker.py`.

Sessions begin on an edition from its moment on. Whoever knows of one that is new leaves a marker with each session that begins, until every session that may have
begun without one is over. Who cannot leave a marker lets the session begin on the newest edition that came into force longer ago than a session lives: so that whoever
has no marker is on the same edition as those who began before anybody knew of the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

SKEW: Final = 3
"""Seconds by which the clocks of two machines may differ."""

Moments: TypeAlias = Sequence[tuple[int, int]]
"""The editions that are known, as (number, moment), oldest first; never empty. `life`, below: how many seconds a session lives."""


def over_after(life: int) -> int:
    """So many seconds after it began a session is over, by anybody's clock."""
    return life + 2 * SKEW


def active(moments: Moments, at: int) -> int:
    """The edition in force: the newest whose moment has come. Before the first moment: the one that comes first."""
    return max((number for number, since in moments if since <= at), default=min(moments, key=lambda moment: moment[1])[0])


def edition_without_marker(moments: Moments, at: int, life: int) -> int:
    """The edition on which a session begins at `at` that can leave no marker."""
    return active(moments, at - over_after(life))


def calm_from(moments: Moments, life: int) -> int:
    """From here on every session that lives is on the newest edition, marked or not: no marker need be left or read.

    A session's life until those that can leave no marker begin on the newest too, and a second one until the last session is over that began before that.
    """
    return max(since for _, since in moments) + 2 * over_after(life) if len(moments) > 1 else 0


def candidates_without_marker(moments: Moments, at: int, life: int) -> tuple[int, ...]:
    """Which editions a session can be on that is under way at `at` and left no marker, newest first."""
    return _between(moments, _oldest(moments, at, life), edition_without_marker(moments, at + SKEW, life))


def candidates(moments: Moments, at: int, life: int) -> tuple[int, ...]:
    """Which it can be on where nobody knows whether it left one, newest first."""
    return _between(moments, _oldest(moments, at, life), active(moments, at + SKEW))


def is_none_lost(moments: Moments, since: int | None, at: int, life: int) -> bool:
    """Is a session without a marker one that never left any? Redis has forgotten nothing since `since` (None where nobody knows).

    Only a marker that names another edition than those of `candidates_without_marker` would be missed, and such are left from that edition's moment on.
    """
    others = set(candidates(moments, at, life)) - set(candidates_without_marker(moments, at, life))
    first_left = min((moment for number, moment in moments if number in others), default=None)
    return first_left is None or (since is not None and since <= max(at - over_after(life), first_left - SKEW))


def needed(moments: Moments, at: int, life: int) -> tuple[int, ...]:
    """The editions that a session may be on now or later, oldest first."""
    return tuple(number for number, _ in moments if number >= _oldest(moments, at, life))


def gone_at(since: int, life: int) -> int:
    """When the editions before the one that is in force `since` then are needed no more."""
    return since + over_after(life) + life + SKEW


def _oldest(moments: Moments, at: int, life: int) -> int:
    return edition_without_marker(moments, at - life - SKEW, life)


def _between(moments: Moments, low: int, high: int) -> tuple[int, ...]:
    return tuple(number for number, _ in reversed(moments) if low <= number <= high)
