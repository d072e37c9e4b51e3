"""Entries of `directory.yml` brought into another order: each moves with the comments that belong to it, and no other letter changes. `registry` reads the result again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, SequenceNode

from hotline.content.directory_files.cuts import composed, end_of, line_end_of, value_at


class _Stretch(NamedTuple):
    """Where an entry stands, its comments included, without the line's end behind it."""

    id: str
    start: int
    end: int


def arranged(text: str, section: str, ids: Sequence[str]) -> str:
    """The text of a sound file with these entries of a list in this order; every other entry, and what stands between entries, stays in its place.

    Raises ValueError where the list is written so that comments cannot go with their entries.
    """
    node = value_at(composed(text), section)
    if not isinstance(node, CollectionNode) or not node.value:
        return text
    stretches = list(_in_brackets(text, node) if node.flow_style else _in_lines(text, node))
    by_id = {stretch.id: stretch for stretch in stretches}
    meant = iter([by_id[id] for id in ids if id in by_id])
    movable, made = set(ids), text
    moved = [(stretch, next(meant) if stretch.id in movable else stretch) for stretch in stretches]
    for place, comes in reversed(moved):
        made = made[: place.start] + text[comes.start : comes.end] + made[place.end :]
    return made


def _parts(node: CollectionNode) -> Iterator[tuple[Node, Node]]:
    """Of each entry the node that names it, and the last one of it."""
    if isinstance(node, MappingNode):
        yield from node.value
    elif isinstance(node, SequenceNode):
        yield from ((item, item) for item in node.value)


def _in_brackets(text: str, node: CollectionNode) -> Iterator[_Stretch]:
    written = text[node.start_mark.index : node.end_mark.index]
    if "\n" in written and "#" in written:
        raise ValueError("a list in brackets over several lines, with comments")
    for key, value in _parts(node):
        yield _Stretch(str(key.value), int(key.start_mark.index), end_of(text, value))


def _in_lines(text: str, node: CollectionNode) -> Iterator[_Stretch]:
    """An entry begins with the comments right above it, and ends with those below it that stand farther in."""
    parts = list(_parts(node))
    column = int(parts[0][0].start_mark.column) if isinstance(node, MappingNode) else int(node.start_mark.column)
    first = [text.rfind("\n", 0, int(key.start_mark.index)) + 1 for key, _ in parts]
    last = [line_end_of(text, end_of(text, value)) for _, value in parts]
    if any(start < end for start, end in zip(first[1:], last, strict=False)):
        raise ValueError("entries that share a line")
    for (key, _), start, end, floor, ceiling in zip(parts, first, last, [0, *last[:-1]], [*first[1:], len(text)], strict=True):
        yield _Stretch(str(key.value), _with_above(text, start, floor, column), _with_below(text, end, ceiling, column))


def _with_above(text: str, start: int, floor: int, column: int) -> int:
    """Up over comments that stand as far in as the entry, or less, and over nothing of the entry before."""
    while start > floor:
        above = text.rfind("\n", 0, start - 1) + 1
        indent = _comment_column(text[above : start - 1])
        if above <= floor or indent is None or indent > column:
            break
        start = above
    return start


def _with_below(text: str, end: int, ceiling: int, column: int) -> int:
    """Down over comments that stand farther in than the entry."""
    while (start := text.find("\n", end) + 1) and start < ceiling:
        below = line_end_of(text, start)
        indent = _comment_column(text[start:below])
        if indent is None or indent <= column:
            break
        end = below
    return end


def _comment_column(line: str) -> int | None:
    """How far in a line's comment stands; None where it is none alone."""
    bare = line.lstrip(" ")
    return len(line) - len(bare) if bare.startswith("#") else None
