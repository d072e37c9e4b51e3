"""An edition written back into the files: what differs changes in its place, every other byte stays, and the result, read again, says what the edition says."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from hotline.content import DIRECTORY, read_sources
from hotline.content.directory_files.entries import DirectorySection
from hotline.content.directory_files.registry import CannotEdit, Edit, alone, edited, in_order, put
from hotline.content.flow_files import cuts
from hotline.content.word_files import po
from hotline.content.word_files.translated import where
from hotline.engine.check import said
from hotline.engine.drafting.changes import changes
from hotline.engine.drafting.revisions import TESTIMONIES
from hotline.engine.flow import Item, Message, Sources
from hotline.engine.freshness import UNVERIFIED, fresh


class CannotPull(Exception):
    """Nothing was written. The message says why, on one line or several."""


def pull(root: Path, languages: tuple[str, ...], edition: Sources, today: date) -> tuple[str, ...]:
    """Let the files of `root` say what this edition says; the paths that changed. Testimonies are left as the files have them.

    Whole or not at all. Raises CannotPull and OSError.
    """
    files = pulled(root, languages, edition, today)
    for path, data in files.items():
        full = root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        with alone(full.parent):
            if data is None:
                full.unlink()
            else:
                put(full, data)
    return tuple(files)


def pulled(root: Path, languages: tuple[str, ...], edition: Sources, today: date) -> Mapping[str, bytes | None]:
    """What would be written, by path, and None for a file that goes. Raises CannotPull and OSError."""
    here = _read(root, languages)
    if list(here.words) != list(edition.words):
        raise CannotPull(f"the edition has other languages than the files: {', '.join(edition.words)}")
    try:
        found = {**_flows(root, here, edition), **_words(root, here, edition), **_directory(root, here, edition, today)}
    except (CannotEdit, ValueError) as error:
        raise CannotPull(str(error)) from None
    differing = {
        path: data for path, data in found.items() if data is None or not (root / path).exists() or (root / path).read_bytes() != data
    }
    with TemporaryDirectory() as folder:
        trial = Path(folder)
        for name in ("flows", "locales"):
            shutil.copytree(root / name, trial / name)
        for path, data in differing.items():
            if data is None:
                (trial / path).unlink()
            else:
                (trial / path).write_bytes(data)
        left = changes(*(_comparable(sources, today) for sources in (_read(trial, languages), edition)))
    if left:
        lines = [f"{change.what} {change.key} {change.part}".rstrip() for change in left]
        raise CannotPull("\n".join(["this cannot be written by itself; edit the files by hand, then pull again:", *dict.fromkeys(lines)]))
    return differing


def _read(root: Path, languages: tuple[str, ...]) -> Sources:
    sources, faults = read_sources(root, languages)
    grave = [fault for fault in faults if fault.grave]
    if sources is None or grave:
        raise CannotPull("\n".join(["to be mended first:", *said(grave)]))
    return sources


def _comparable(sources: Sources, today: date) -> Sources:
    """As callers get it on this day, without testimonies, which are no business of files that are pulled."""
    shown, _ = fresh(sources, today)
    return replace(shown, items=tuple(item for item in shown.items if item.list != TESTIMONIES))


def _flows(root: Path, here: Sources, edition: Sources) -> dict[str, bytes | None]:
    """Flow by flow; a new one gets a file of its name."""
    starts = {flow.name: flow.start for flow in edition.flows}
    before, after = ({flow.name: flow for flow in sources.flows} for sources in (here, edition))
    found: dict[str, bytes | None] = {before[name].at.file: None for name in before.keys() - after.keys()}
    for name, flow in after.items():
        if name in before:
            path = before[name].at.file
            found[path] = cuts.rewritten((root / path).read_bytes().decode("utf-8"), before[name], flow, starts).encode()
        else:
            found[f"flows/{name}.yaml"] = cuts.new_file(flow, starts).encode()
    return found


def _words(root: Path, here: Sources, edition: Sources) -> dict[str, bytes | None]:
    found: dict[str, bytes | None] = {}
    for language, messages in edition.words.items():
        before, after = _table(here.words[language]), _table(messages)
        path = where(root, language)
        text = po.without(path.read_bytes().decode("utf-8"), before.keys() - after.keys())
        kept = {key: message for key, message in before.items() if key in after}
        found[path.relative_to(root).as_posix()] = po.rewritten(text, kept, after, tuple(after)).encode()
    return found


def _table(messages: Iterable[Message]) -> dict[str, Message]:
    return {message.key: message for message in messages}


def _directory(root: Path, here: Sources, edition: Sources, today: date) -> dict[str, bytes | None]:
    """Entries that differ as callers get them today: what is out of date in the files, and hence in no edition, stays there."""
    written = {(item.list, item.id) for item in here.items}
    before, after = (_by_id(_comparable(sources, today).items) for sources in (here, edition))
    edits: list[Edit] = [Edit(of, id, {}, gone=True) for of, id in before if (of, id) not in after]
    behind = dict(zip(after, ["", *after], strict=False))
    last = {of: id for of, id in before if (of, id) in after}
    added: list[Edit] = []
    for (of, id), fields in after.items():
        stands: Mapping[str, str] = before.get((of, id), {})
        changed = {name: fields.get(name) for name in {**stands, **fields} if stands.get(name) != fields.get(name)}
        if (of, id) not in written:
            before_it = behind[of, id]
            place = before_it[1] if before_it and before_it[0] == of and last.get(of) != before_it[1] and before_it in written else ""
            added.append(Edit(of, id, changed, behind=place))
        elif changed:
            edits.append(Edit(of, id, changed))
    edits += added
    orders: dict[DirectorySection, list[str]] = {}
    for of, id in after:
        orders.setdefault(of, []).append(id)
    return {DIRECTORY: in_order(edited((root / DIRECTORY).read_bytes(), lambda _: tuple(edits)), orders)}


def _by_id(items: Sequence[Item]) -> dict[tuple[DirectorySection, str], dict[str, str]]:
    """An entry's fields, its name among them; a number that may not be shown is one all the same."""
    found: dict[tuple[DirectorySection, str], dict[str, str]] = {}
    for item in items:
        if item.list == "testimonies":
            continue
        fields = dict(item.fields)
        if UNVERIFIED in fields:
            fields["phone"] = fields.pop(UNVERIFIED)
        found[item.list, item.id] = fields if item.list == "kinds" else {"name": item.name, **fields}
    return found
