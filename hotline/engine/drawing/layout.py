"""Boxes and arrows laid out from left to right, column by column, so that few arrows cross: the layered layout of Sugiyama, Tagawa and Toda (1981)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

BOX: Final = 44
"""How high a box is, in the units of a drawing."""
LANE: Final = 12
"""The room of an arrow that passes a column."""
GAP: Final = 18
"""Between two boxes of a column."""
SWEEPS: Final = 6

Arrow: TypeAlias = tuple[str, str]


class Layout(NamedTuple):
    """Where everything stands: its column, and its middle in units from the top."""

    columns: Mapping[str, int]
    middles: Mapping[str, float]
    lanes: Mapping[Arrow, tuple[float, ...]]
    """Of an arrow that passes columns, its height in each of them."""
    height: float


class _Node(NamedTuple):
    """A box, or an arrow (`of`) where it passes a column."""

    name: str
    of: Arrow | None = None


def laid_out(names: Sequence[str], arrows: Sequence[Arrow]) -> Layout:
    """Every box stands right of all that lead to it; boxes of one column in the order of `names` as far as arrows allow. The arrows make no circle (`circles`)."""
    columns = _columns(names, arrows)
    nodes, after = _chained(columns, arrows)
    before: dict[_Node, list[_Node]] = {node: [] for node in after}
    for node, followers in after.items():
        for follower in followers:
            before[follower].append(node)
    ordered = _ordered(nodes, before, after)
    middles = _settled(ordered, before, after)
    top = min((middle - BOX / 2 for middle in middles.values()), default=0)
    lanes: dict[Arrow, tuple[float, ...]] = {}
    for column in ordered:
        for node in column:
            if node.of:
                lanes[node.of] = (*lanes.get(node.of, ()), middles[node] - top)
    boxes = {node.name: middle - top for node, middle in middles.items() if not node.of}
    height = max((middle - top + BOX / 2 for middle in middles.values()), default=0)
    return Layout(columns, boxes, lanes, height)


def circles(roots: Iterable[str], ways: Mapping[str, Sequence[str]]) -> set[Arrow]:
    """The arrows that lead back to where one came from, as far as one comes from `roots`: without them there is no circle."""
    back: set[Arrow] = set()
    done: set[str] = set()
    for root in roots:
        if root in done:
            continue
        path, on_path = [(root, iter(ways.get(root, ())))], {root}
        while path:
            here, rest = path[-1]
            there = next(rest, None)
            if there is None:
                path.pop()
                on_path.discard(here)
                done.add(here)
            elif there in on_path:
                back.add((here, there))
            elif there not in done:
                path.append((there, iter(ways.get(there, ()))))
                on_path.add(there)
    return back


def _columns(names: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, int]:
    """By box one more than the furthest of those that lead there."""
    columns, waits = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    ways: dict[str, list[str]] = {name: [] for name in names}
    for source, target in arrows:
        ways[source].append(target)
        waits[target] += 1
    ready = [name for name in names if not waits[name]]
    for name in ready:
        for target in ways[name]:
            columns[target] = max(columns[target], columns[name] + 1)
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return columns


def _chained(columns: Mapping[str, int], arrows: Sequence[Arrow]) -> tuple[list[list[_Node]], dict[_Node, list[_Node]]]:
    """By column its nodes, and by node those of the next column that it leads to."""
    nodes: list[list[_Node]] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
    for name, column in columns.items():
        nodes[column].append(_Node(name))
    after: dict[_Node, list[_Node]] = {node: [] for column in nodes for node in column}
    for arrow in arrows:
        here, target = _Node(arrow[0]), _Node(arrow[1])
        for column in range(columns[arrow[0]] + 1, columns[arrow[1]]):
            lane = _Node(f"{column}", arrow)
            nodes[column].append(lane)
            after[lane] = []
            after[here].append(lane)
            here = lane
        after[here].append(target)
    return nodes, after


def _ordered(nodes: list[list[_Node]], before: Mapping[_Node, list[_Node]], after: Mapping[_Node, list[_Node]]) -> list[list[_Node]]:
    """Each column in the order in which the fewest arrows cross that was found: first as one comes there, then drawn to its neighbours from both sides."""
    rank: dict[_Node, int] = {}
    for column in nodes:
        for root in column:
            path = [root] if not before[root] else []
            while path:
                node = path.pop()
                if node not in rank:
                    rank[node] = len(rank)
                    path.extend(reversed(after[node]))
    found = [sorted(column, key=rank.__getitem__) for column in nodes]
    best, fewest = found, _crossings(found, after)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        sides, forwards = (before, True) if sweep % 2 == 0 else (after, False)
        found = [list(column) for column in found]
        for number in range(1, len(found)) if forwards else range(len(found) - 2, -1, -1):
            place = {node: index for index, node in enumerate(found[number - 1 if forwards else number + 1])}
            own = {node: index for index, node in enumerate(found[number])}
            pulled = {
                node: sum(place[other] for other in sides[node]) / len(sides[node]) if sides[node] else float(own[node]) for node in own
            }
            found[number].sort(key=pulled.__getitem__)
        crossings = _crossings(found, after)
        if crossings < fewest:
            best, fewest = found, crossings
    return best


def _crossings(ordered: list[list[_Node]], after: Mapping[_Node, list[_Node]]) -> int:
    count = 0
    for column, following in pairwise(ordered):
        place = {node: index for index, node in enumerate(following)}
        ends: list[int] = []
        for node in column:
            mine = [place[other] for other in after[node]]
            count += sum(len(ends) - bisect_left(ends, end + 1) for end in mine)
            for end in mine:
                insort(ends, end)
    return count


def _settled(ordered: list[list[_Node]], before: Mapping[_Node, list[_Node]], after: Mapping[_Node, list[_Node]]) -> dict[_Node, float]:
    """By node its middle: as near to the middle of its neighbours as its column allows."""
    middles = {node: room for column in ordered for node, room in zip(column, _rooms(column), strict=True)}
    for _ in range(SWEEPS):
        for sides, columns in ((after, ordered[::-1]), (before, ordered)):
            for column in columns:
                wanted = [
                    sum(middles[other] for other in sides[node]) / len(sides[node]) if sides[node] else middles[node] for node in column
                ]
                middles.update(zip(column, _apart(wanted, _rooms(column)), strict=True))
    return middles


def _rooms(column: Sequence[_Node]) -> list[float]:
    """The middles of a column's nodes where they stand as close as may be."""
    rooms: list[float] = []
    edge = 0.0
    for node in column:
        size = LANE if node.of else BOX
        rooms.append(edge + size / 2)
        edge += size + GAP
    return rooms


def _apart(wanted: Sequence[float], rooms: Sequence[float]) -> list[float]:
    """The nearest to `wanted` in the same order with at least the distances of `rooms`: pooled adjacent violators (least squares)."""
    pools: list[tuple[float, int]] = []
    for want, room in zip(wanted, rooms, strict=True):
        total, size = want - room, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / size:
            other, count = pools.pop()
            total, size = total + other, size + count
        pools.append((total, size))
    spread = [total / size for total, size in pools for _ in range(size)]
    return [place + room for place, room in zip(spread, rooms, strict=True)]
