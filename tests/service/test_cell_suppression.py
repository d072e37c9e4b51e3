"""No count of one to four people can be read from what is shown, nor worked out from it."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotline.service.desk.figures.cell_suppression import FEW, HELD, RoomCell, line, table

COUNTS = st.one_of(st.integers(0, 9), st.integers(0, 400))
TABLES = st.integers(1, 3).flatmap(lambda wide: st.lists(st.lists(COUNTS, min_size=wide, max_size=wide), min_size=1, max_size=4))


def possible(cell: RoomCell, most: int) -> range:
    """What a reader must take it for."""
    if cell == FEW:
        return range(5)
    return range(most + 1) if cell == HELD else range(int(cell), int(cell) + 1)


def is_open(parts: tuple[RoomCell, ...], total: RoomCell, counts: tuple[int, ...]) -> bool:
    """Tried out, number by number: is there more than one for each hidden cell?"""
    hidden = [place for place, cell in enumerate((*parts, total)) if cell in (FEW, HELD)]
    # Of a large hidden cell a few numbers around the true one tell enough.
    near = [
        sorted(set(possible(cell, true + 6)) & {*range(6), *range(max(0, true - 6), true + 7)})
        for cell, true in zip((*parts, total), counts, strict=True)
    ]
    found: dict[int, set[int]] = {place: set() for place in hidden}
    for guess in product(*near[:-1]):
        if sum(guess) in near[-1]:
            whole = (*guess, sum(guess))
            for place in hidden:
                found[place].add(whole[place])
    return all(len(values) > 1 for values in found.values())


def small(counts: list[int]) -> tuple[int, ...]:
    return (*counts, sum(counts))


@settings(max_examples=300)
@given(st.lists(COUNTS, min_size=1, max_size=3))
@example([3, 20, 30])
@example([1, 5])
@example([4, 4])
@example([1, 0, 0])
def test_no_hidden_cell_of_a_line_can_be_worked_out(counts: list[int]) -> None:
    """With its total at hand, each hidden one may still be two numbers at least."""
    *parts, total = line(counts)
    assert is_open(tuple(parts), total, small(counts))


@settings(max_examples=300)
@given(TABLES)
@example([[1, 20], [30, 40]])
@example([[1, 1], [1, 1]])
def test_no_hidden_cell_of_a_table_can_be_worked_out(rows: list[list[int]]) -> None:
    """Neither along its row nor along its column, totals among them."""
    cells, counts = table(rows), [*map(small, rows)]
    counts.append(tuple(map(sum, zip(*counts, strict=True))))
    for shown, true in zip([*cells, *zip(*cells, strict=True)], [*counts, *zip(*counts, strict=True)], strict=True):
        assert is_open(tuple(shown[:-1]), shown[-1], true)


@given(TABLES)
def test_what_is_shown_is_true(rows: list[list[int]]) -> None:
    """A number is the count; `<5` stands for nothing that is five or more; one to four are never shown."""
    counts = [*map(small, rows)]
    counts.append(tuple(map(sum, zip(*counts, strict=True))))
    for shown, true in zip(table(rows), counts, strict=True):
        for cell, count in zip(shown, true, strict=True):
            assert cell in (count, FEW, HELD)
            assert not 0 < count < 5 or cell != count
            assert cell != FEW or count < 5


@given(st.lists(st.lists(st.one_of(st.just(0), st.integers(5, 99)), min_size=2, max_size=2), min_size=1, max_size=4))
def test_nothing_is_hidden_without_need(rows: list[list[int]]) -> None:
    """Without a count from one to four the table is whole."""
    assert [row[:-1] for row in table(rows)[:-1]] == [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([20, 0, 12], (20, 0, 12, 32)),
        ([20, 3, 0], (20, FEW, FEW, 23)),
        ([20, 3, 2], (20, FEW, FEW, 25)),
        ([20, 3, 9], (20, HELD, HELD, 32)),
        ([20, 4, 4], (HELD, HELD, HELD, 28)),
        ([2, 0, 0], (FEW, 0, 0, FEW)),
    ],
)
def test_as_it_looks(counts: list[int], shown: tuple[RoomCell, ...]) -> None:
    """Zeros go along first, then the smallest; where a mark would tell, all bear the same."""
    assert line(counts) == shown
