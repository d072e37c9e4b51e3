"""Edits of `directory.yml` in place: comments, order and layout stay as they are.

Nothing is written out anew by a YAML library, since that would lay out everybody's lines afresh. The text is cut at the
places that ruamel's nodes give, and the result is read again: unless it says exactly what was meant, nothing is written.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from ruamel.yaml.error import YAMLError

from hotline.content.directory_files.arranging import arranged
from hotline.content.directory_files.cuts import EntryChange, cut
from hotline.content.directory_files.entries import DirectorySection, values_of
from hotline.content.directory_files.reading import entries
from hotline.content.flow_files.nodes import Reader
from hotline.engine.check import said
from hotline.engine.flow import Item, List, Where


class CannotEdit(Exception):
    """The file was left as it is. The message says why, on one line or several."""


class Edit(Struct, frozen=True):
    """What becomes of one entry: fields by their new value, None takes one out. An entry that is not there is added."""

    section: DirectorySection
    id: str
    fields: Mapping[str, str | None]
    gone: bool = False
    """It is taken out."""
    behind: str = ""
    """The entry behind which it is added; empty: behind the last."""


Decide: TypeAlias = Callable[[tuple[Item, ...]], tuple[Edit, ...]]
"""Makes the edits out of the entries as they are written."""


def edit_file(path: Path, decide: Decide) -> None:
    """Replace the file by what `decide` makes of it, whole or not at all; one at a time on this machine. Raises CannotEdit, and what `decide` raises."""
    path = path.resolve()
    with alone(path.parent):
        before = path.read_bytes()
        after = edited(before, decide)
        if after != before:
            put(path, after)


def edited(data: bytes, decide: Decide) -> bytes:
    """The file's bytes after these edits. Raises CannotEdit if it has faults already, or if an edit cannot be made without touching more."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CannotEdit("not UTF-8") from None
    byte_order_mark = data[: len(data) - len(text.encode())]
    before = read_text(text)
    edits = decide(before)
    if not edits:
        return data
    there = {(item.list, item.id): item for item in before}
    try:
        text = cut(text, [_change(edit, new=(edit.section, edit.id) not in there) for edit in edits])
        after = read_text(text)
    except (CannotEdit, ValueError, YAMLError):
        after = ()
    if _said(after) != _said(after_edits(before, edits)):
        raise CannotEdit("the file is written in a way into which this does not go by itself: edit it by hand")
    return byte_order_mark + text.encode()


def in_order(data: bytes, orders: Mapping[DirectorySection, Sequence[str]]) -> bytes:
    """The file with these entries of each list in this order, and every other where it stands. Raises CannotEdit."""
    text = data.decode("utf-8-sig")
    byte_order_mark = data[: len(data) - len(text.encode())]
    before = read_text(text)
    meant = {of: _in_slots([item.id for item in before if item.list == of], ids) for of, ids in orders.items()}
    moved: dict[List, list[str]] = {of: ids for of, ids in meant.items() if ids != [item.id for item in before if item.list == of]}
    if not moved:
        return data
    try:
        for of, ids in moved.items():
            text = arranged(text, of, ids)
        after = read_text(text)
    except (CannotEdit, ValueError, YAMLError):
        after = ()
    rank = {(of, id): number for of, ids in moved.items() for number, id in enumerate(ids)}
    if _said(after) != _said(sorted(before, key=lambda item: (item.list, rank.get((item.list, item.id), 0)))):
        raise CannotEdit("a list is written in a way into which another order does not go by itself: edit the file by hand")
    return byte_order_mark + text.encode()


def _in_slots(stands: list[str], ids: Sequence[str]) -> list[str]:
    """Those of `ids` in that order in the places where they stand; the others keep theirs."""
    there, movable = set(stands), set(ids)
    meant = iter([id for id in ids if id in there])
    return [next(meant) if id in movable else id for id in stands]


def _change(edit: Edit, *, new: bool) -> EntryChange:
    return EntryChange(edit.section, edit.id, edit.fields, new, edit.gone, edit.behind)


def after_edits(items: Iterable[Item], edits: Iterable[Edit]) -> tuple[Item, ...]:
    """The entries as the edits mean them to be."""
    found: dict[tuple[List, str], Item] = {(item.list, item.id): item for item in items}
    for edit in edits:
        item = found.get((edit.section, edit.id))
        if edit.gone:
            found.pop((edit.section, edit.id), None)
            continue
        merged = {**values_of(item), **edit.fields} if item else edit.fields
        fields = {name: value for name, value in merged.items() if value is not None}
        found[edit.section, edit.id] = Item(edit.section, edit.id, fields.pop("name", edit.id), fields, item.at if item else Where("", 1))
        if edit.behind and item is None:
            found = _behind(found, (edit.section, edit.behind))
    return tuple(found.values())


def _behind(found: dict[tuple[List, str], Item], other: tuple[List, str]) -> dict[tuple[List, str], Item]:
    """The last one stands behind another."""
    *others, last = found
    place = others.index(other) + 1
    return {key: found[key] for key in (*others[:place], last, *others[place:])}


def _said(items: Iterable[Item]) -> list[tuple[str, str, str, dict[str, str]]]:
    """What a file says, whatever the lines, list by list."""
    return sorted(((item.list, item.id, item.name, item.fields) for item in items), key=lambda entry: entry[0])


def read_text(text: str) -> tuple[Item, ...]:
    """The entries as they are written. Raises CannotEdit, with every fault on a line."""
    reader = _DirectoryText(text)
    items = entries(reader)
    if reader.faults:
        raise CannotEdit("\n".join(["to be mended first:", *said(sorted(reader.faults))]))
    return items


class _DirectoryText(Reader):
    """A file that is in memory."""

    def __init__(self, text: str) -> None:
        super().__init__(Path(), Path("flows/directory.yml"))
        self._text = text

    def source(self) -> str | None:
        return self._text


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One at a time: of two who write at once, neither undoes the other."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def put(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Replace a file: it is the old one or the new one, whole, even if the machine stops in between. It keeps its rights; a new one has those of `mode` from the first moment."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), path.stat().st_mode & 0o777 if path.exists() else mode)
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
