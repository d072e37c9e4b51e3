"""Counts that are shown without telling of one person: cells under five are hidden, and so much beside them that none can be worked out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

FEW: Final = "few"
"""Nobody, or one to four: nothing more is shown."""
HELD: Final = "held"
"""Kept back, whatever it is, because another could be computed from it."""
FEWEST: Final = 5
"""Fewer tell of one person."""

RoomCell: TypeAlias = int | Literal["few", "held"]
RoomSum: TypeAlias = tuple[tuple[int, ...], int]
"""Which cells add up to which: everything that whoever reads a table can calculate with."""


def line(counts: Sequence[int]) -> tuple[RoomCell, ...]:
    """These counts and, last, their total."""
    return hidden((*counts, sum(counts)), [(tuple(range(len(counts))), len(counts))])


def table(rows: Sequence[Sequence[int]]) -> tuple[tuple[RoomCell, ...], ...]:
    """Rows of the same length with, last in each, its total, and below them a row of totals."""
    wide, high = len(rows[0]) + 1, len(rows) + 1
    full = [[*row, sum(row)] for row in rows]
    full.append([sum(column) for column in zip(*full, strict=True)])
    across = [(tuple(range(y * wide, y * wide + wide - 1)), y * wide + wide - 1) for y in range(high)]
    down = [(tuple(range(x, x + wide * (high - 1), wide)), x + wide * (high - 1)) for x in range(wide)]
    cells = hidden([count for row in full for count in row], across + down)
    return tuple(cells[y * wide : (y + 1) * wide] for y in range(high))


def hidden(counts: Sequence[int], sums: Sequence[RoomSum]) -> tuple[RoomCell, ...]:
    """Hide each count from one to four; then, as long as one of the sums tells what a hidden one is, the smallest beside it as well.

    Whoever reads it, and knows this rule, is left with two values at least for each hidden cell in each sum.
    """
    cells: list[RoomCell] = [FEW if 0 < count < FEWEST else count for count in counts]
    while telling := next((equation for equation in sums if _tells(cells, equation)), None):
        members = (*telling[0], telling[1])
        shown = [index for index in members if cells[index] not in (FEW, HELD)]
        victim = min(shown, key=lambda index: counts[index], default=None)
        if victim is not None and counts[victim] < FEWEST:
            cells[victim] = FEW
            continue
        # A large one among small ones would be known for what it is by its mark: then all bear the same, which says nothing.
        for index in members:
            if index == victim or cells[index] == FEW:
                cells[index] = HELD
    return tuple(cells)


def _tells(cells: Sequence[RoomCell], equation: RoomSum) -> bool:
    """Can a hidden cell of this sum be only one number?"""
    parts, total = equation
    low, high = _bounds(cells[total])
    bounds = [*(_bounds(cells[index]) for index in parts), (-high, -low)]
    # All of these add up to nothing, so what the others may be bounds each.
    for place, (least, most) in enumerate(bounds):
        others = bounds[:place] + bounds[place + 1 :]
        least_left, most_left = -sum(upper for _, upper in others), -sum(lower for lower, _ in others)
        if least < most and max(least, least_left) == min(most, most_left):
            return True
    return False


def _bounds(cell: RoomCell) -> tuple[float, float]:
    match cell:
        case "few":
            return 0, FEWEST - 1
        case "held":
            return 0, math.inf
        case _:
            return cell, cell
