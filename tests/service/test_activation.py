"""What can be told of a session without asking: where it can be, how long that is in doubt, what must be held for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.service.editions.activation import (
    SKEW,
    active,
    calm_from,
    candidates,
    candidates_without_marker,
    edition_without_marker,
    gone_at,
    is_none_lost,
    needed,
    over_after,
)

LIFE, LEAD, POLL = 300, 5, 2
DIFFER = 3
"""Seconds between the clocks of two machines."""
ONE = (1, 0)
MOMENTS = (ONE, (2, 10_000), (3, 10_100))


def test_active_is_the_newest_whose_moment_has_come() -> None:
    """Before any of them it is the one that comes first; a newer one that came earlier stays."""
    assert [1, 1, 2, 3] == [active(MOMENTS, at) for at in (-5, 9_999, 10_000, 10_100)]
    assert 3 == active(((1, 0), (2, 500), (3, 100)), 600)


def test_the_edition_without_a_marker_follows_a_session_s_life_later() -> None:
    """So that whoever began before anybody knew of the new edition is on it."""
    assert [1, 2, 3] == [
        edition_without_marker(MOMENTS, at, LIFE) for at in (10_000 + LIFE, 10_000 + over_after(LIFE), 10_100 + over_after(LIFE))
    ]


def test_without_a_marker_there_is_one_edition_for_most_of_the_time() -> None:
    """And in doubt only between the last that could not leave one, which is long after an edition's moment."""
    assert [(1,), (1,)] == [candidates_without_marker(MOMENTS, at, LIFE) for at in (10_000, 10_000 + LIFE)]
    assert (2, 1) == candidates_without_marker(MOMENTS, 10_000 + over_after(LIFE), LIFE)
    assert (3,) == candidates_without_marker(MOMENTS, 10_100 + 2 * over_after(LIFE), LIFE)


def test_one_edition_leaves_nothing_open() -> None:
    """A fresh line asks nobody."""
    assert (0, (1,), (1,)) == (calm_from([ONE], LIFE), candidates_without_marker([ONE], 0, LIFE), candidates([ONE], 0, LIFE))


def test_markers_are_missed_only_where_one_could_have_been_left() -> None:
    """Redis that started before the edition came into force, or before any session that still lives, has all that there were."""
    moments, at = ((1, 0), (2, 10_000)), 10_100
    assert [True, False, False] == [is_none_lost(moments, since, at, LIFE) for since in (10_000 - SKEW, 10_000, None)]
    assert is_none_lost(moments, 10_000, 10_000 + over_after(LIFE), LIFE)
    assert is_none_lost(moments, None, 9_000, LIFE)


@pytest.mark.parametrize("number", [1, 2])
def test_what_is_needed_no_more_is_let_go(number: int) -> None:
    """At the moment that `gone_at` names, and not before."""
    after = dict(MOMENTS)[number + 1]
    assert number in needed(MOMENTS, gone_at(after, LIFE) - 1, LIFE)
    assert number not in needed(MOMENTS, gone_at(after, LIFE), LIFE)


@st.composite
def lines(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    gaps = draw(st.lists(st.integers(1, 900), min_size=1, max_size=5))
    return ((1, -100_000), *((2 + n, 1_000 + sum(gaps[: n + 1])) for n in range(len(gaps))))


@given(moments=lines(), data=st.data())
def test_where_a_session_is_it_can_be(moments: tuple[tuple[int, int], ...], data: st.DataObject) -> None:
    """Whoever it began with and whoever is asked now, by their own clocks and as much as they know: the edition that it began on is among the candidates,
    and is held; where nobody need ask, it is the newest."""
    began = data.draw(st.integers(900, 7_000))
    asked = began + data.draw(st.integers(0, LIFE - 1))
    skews = st.integers(0, DIFFER)
    known_then, known_now = ([m for m in moments if m[1] - LEAD + POLL <= at] for at in (began, asked))
    then, now = began + data.draw(skews), asked + data.draw(skews)
    could_mark = data.draw(st.booleans())
    marks = then < calm_from(known_then, LIFE)
    edition = (
        active(known_then, then) if marks and could_mark else edition_without_marker(known_then, then, LIFE) if marks else known_then[-1][0]
    )
    assert edition in candidates(known_now, now, LIFE)
    assert (marks and could_mark) or edition in candidates_without_marker(known_now, now, LIFE)
    assert edition in needed(known_now, now, LIFE)
    if now >= calm_from(known_now, LIFE):
        assert edition == known_now[-1][0]
