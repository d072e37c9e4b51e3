"""Where `directory.yml` is cut so that a value, a field or an entry changes and no other letter does. `registry` reads the result again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from hotline.content.directory_files.entries import FIELDS, DirectorySection, is_partial_day
from hotline.content.flow_files.nodes import is_empty

_IN_ONE_LINE: Final = ("regions", "places")
"""Lists of which a new entry is written on one line."""
_PLAIN: Final = re.compile(r"[^\W\d_](?:[\w .,;’'()/&-]*[\w.)])?")
_PLAIN_IN_FLOW: Final = re.compile(r"[^\W\d_](?:[\w .’'()/&-]*[\w.)])?")
_WORDS: Final = frozenset(("null", "true", "false", "yes", "no", "on", "off"))


class EntryChange(NamedTuple):
    """What becomes of one entry: fields by their new value, None takes one out."""

    section: DirectorySection
    id: str
    fields: Mapping[str, str | None]
    new: bool
    gone: bool = False
    behind: str = ""
    """The entry behind which a new one stands; empty: behind the last."""


class _Cut(NamedTuple):
    """`text` in the place of what is there from `start` to `end`."""

    start: int
    end: int
    text: str


def cut(text: str, changes: Sequence[EntryChange]) -> str:
    """The text of a sound file after these changes. Raises ValueError if two of them touch the same letters."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    root = composed(text)
    cuts: list[_Cut] = []
    for change in changes:
        if change.gone:
            cuts.append(_removed(text, value_at(root, change.section), change.id))
            continue
        if change.behind:
            cuts.append(_inserted(text, value_at(root, change.section), change, line_end))
            continue
        entry = None if change.new else value_at(value_at(root, change.section), change.id)
        if isinstance(entry, MappingNode):
            cuts += _changed(text, entry, change, line_end)
    text = _spliced(text, cuts)
    for section in FIELDS:
        added = [change for change in changes if change.new and not change.behind and change.section == section]
        if added:
            text = _added(text, section, added, line_end)
    return text


def _removed(text: str, section: Node | None, id: str) -> _Cut:
    """An entry's lines. Raises ValueError where it does not stand on lines of its own."""
    if not isinstance(section, MappingNode) or section.flow_style:
        raise ValueError(f"{id}: not on lines of its own")
    key, value = next((key, value) for key, value in section.value if key.value == id)
    start = text.rindex("\n", 0, key.start_mark.index) + 1
    return _Cut(start, line_end_of(text, end_of(text, value), whole=True), "")


def _inserted(text: str, section: Node | None, change: EntryChange, line_end: str) -> _Cut:
    """A new entry behind another. Raises ValueError where that does not stand on lines of its own."""
    if not isinstance(section, MappingNode) or section.flow_style:
        raise ValueError(f"{change.id}: not on lines of its own")
    key, value = next((key, value) for key, value in section.value if key.value == change.behind)
    end = line_end_of(text, end_of(text, value))
    return _Cut(end, end, _block(change.section, [change], line_end, int(key.start_mark.column)))


def _changed(text: str, entry: MappingNode, change: EntryChange, line_end: str) -> Iterator[_Cut]:
    """An entry's fields that are replaced, taken out, or written behind the field that comes before them."""
    there = {key.value: (key, value) for key, value in entry.value}
    for field, (key, value) in there.items():
        if field in change.fields:
            new = change.fields[field]
            yield _without(text, entry, field) if new is None else _replaced(text, key, value, new, bool(entry.flow_style))
    added: dict[str, list[tuple[str, str]]] = {}
    for field, new in _in_order(change):
        if field not in there:
            added.setdefault(_anchor(change, field, there), []).append((field, new))
    indent = " " * int(entry.value[0][0].start_mark.column)
    for anchor, fields in added.items():
        end = end_of(text, there[anchor][1])
        if entry.flow_style:
            yield _Cut(end, end, "".join(f", {field}: {_written(field, new, flow=True)}" for field, new in fields))
        else:
            end = line_end_of(text, end)
            yield _Cut(end, end, "".join(f"{line_end}{indent}{field}: {_written(field, new)}" for field, new in fields))


def _anchor(change: EntryChange, field: str, there: Mapping[str, object]) -> str:
    """The last field before this one, by the order in which fields are written, that is there and stays."""
    order = FIELDS[change.section]
    stays = [name for name in there if change.fields.get(name, "") is not None]
    before = [name for name in stays if name in order and order.index(name) < order.index(field)]
    return max(before, key=order.index) if before else stays[0]


def _replaced(text: str, key: Node, value: Node, new: str, flow: bool) -> _Cut:
    written = _written(str(key.value), new, flow=flow)
    if isinstance(value, ScalarNode) or (isinstance(value, SequenceNode) and value.flow_style):
        return _Cut(value.start_mark.index, end_of(text, value), written)
    return _Cut(text.index(":", key.end_mark.index) + 1, end_of(text, value), f" {written}")


def _without(text: str, entry: MappingNode, field: str) -> _Cut:
    at = next(index for index, (key, _) in enumerate(entry.value) if key.value == field)
    key, value = entry.value[at]
    end = end_of(text, value)
    if not entry.flow_style:
        return _Cut(text.rindex("\n", 0, key.start_mark.index) + 1, min(line_end_of(text, end, whole=True), len(text)), "")
    if at:
        return _Cut(end_of(text, entry.value[at - 1][1]), end, "")
    return _Cut(key.start_mark.index, entry.value[1][0].start_mark.index if len(entry.value) > 1 else end, "")


def _added(text: str, section: DirectorySection, changes: Sequence[EntryChange], line_end: str) -> str:
    """New entries behind the last one of their list, in the order in which they come."""
    root = composed(text)
    node = value_at(root, section)
    if node is None:
        rest = "" if text.endswith("\n") else line_end
        return f"{text}{rest}{line_end}{section}:{_block(section, changes, line_end, 2)}{line_end}"
    if is_empty(node):
        key = next(key for key, _ in root.value if key.value == section)
        start = text.index(":", key.end_mark.index) + 1
        empty = node.start_mark.index == node.end_mark.index  # then ruamel places it at whatever comes next
        return _spliced(text, [_Cut(start, start if empty else node.end_mark.index, _block(section, changes, line_end, 2))])
    end = end_of(text, node, inside=True)
    if isinstance(node, CollectionNode) and node.flow_style:
        return _spliced(text, [_Cut(end, end, "".join(f", {_flow(section, change)}" for change in changes))])
    end, indent = line_end_of(text, end), int(node.start_mark.column)
    return _spliced(text, [_Cut(end, end, _block(section, changes, line_end, indent))])


def _block(section: DirectorySection, changes: Sequence[EntryChange], line_end: str, indent: int) -> str:
    """New entries, each on lines of its own, a line's end before every line."""
    lines: list[str] = []
    for change in changes:
        if section == "kinds":
            lines.append(f"{' ' * indent}- {_name(change.id)}")
        elif section in _IN_ONE_LINE:
            lines.append(f"{' ' * indent}{_flow(section, change)}")
        else:
            lines.append(f"{' ' * indent}{_name(change.id)}:")
            lines += [f"{' ' * (indent + 2)}{field}: {_written(field, value)}" for field, value in _in_order(change)]
    return "".join(f"{line_end}{line}" for line in lines)


def _flow(section: DirectorySection, change: EntryChange) -> str:
    if section == "kinds":
        return _name(change.id)
    fields = ", ".join(f"{field}: {_written(field, value, flow=True)}" for field, value in _in_order(change))
    return f"{_name(change.id)}: {{{fields}}}"


def _in_order(change: EntryChange) -> Iterator[tuple[str, str]]:
    return ((field, value) for field in FIELDS[change.section] if (value := change.fields.get(field)) is not None)


def _name(id: str) -> str:
    """An id, in quotes if YAML might take it for something else than text."""
    return id if id[0].isalpha() and id not in _WORDS else f'"{id}"'


def _written(field: str, value: str, *, flow: bool = False) -> str:
    """A value of one line and without unseen characters as YAML: plain if it cannot be taken for anything else."""
    plain = _PLAIN_IN_FLOW if flow else _PLAIN
    if (plain.fullmatch(value) and value.lower() not in _WORDS) or (field != "phone" and is_partial_day(value)):
        return value
    return json.dumps(value, ensure_ascii=False)


def composed(text: str) -> MappingNode:
    node = YAML(typ="rt").compose(text)
    return node if isinstance(node, MappingNode) else MappingNode("tag:yaml.org,2002:map", [])


def value_at(node: Node | None, name: str) -> Node | None:
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def end_of(text: str, node: Node, *, inside: bool = False) -> int:
    """Where a node's last letter ends. Ruamel does not say it of what is laid out in lines: there it gives the start of the next thing. `inside`: before its bracket."""
    if isinstance(node, ScalarNode):
        start, end = int(node.start_mark.index), int(node.end_mark.index)
        return start + len(text[start:end].rstrip()) if node.style in ("|", ">") else end
    if not isinstance(node, CollectionNode) or not node.value or (node.flow_style and not inside):
        return int(node.end_mark.index)
    last = node.value[-1]
    return end_of(text, last[1] if isinstance(last, tuple) else last)


def line_end_of(text: str, at: int, *, whole: bool = False) -> int:
    """Where the line of this letter ends, the comment on it included; `whole`: its line's end included too."""
    end = text.find("\n", at)
    if end < 0:
        return len(text)
    if whole:
        return end + 1
    return end - 1 if end > at and text[end - 1] == "\r" else end


def _spliced(text: str, cuts: Sequence[_Cut]) -> str:
    ordered = sorted(cuts)
    if any(first.end > then.start for first, then in pairwise(ordered)):
        raise ValueError("two changes in one place")
    for splice in reversed(ordered):
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text
