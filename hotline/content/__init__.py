"""The files of an edition, `flows/` and `locales/`, as `Sources`, and `Sources` as bytes: where an operator's edit enters the line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from hotline.content.directory import directory, line
from hotline.content.flows import Draft, draft, flow
from hotline.content.nodes import Reader
from hotline.content.testimonies import testimonies
from hotline.content.words import words
from hotline.engine.flow import Fault, Item, Message, Sources, Where

LINE: Final = "flows/line.yml"
DIRECTORY: Final = "flows/directory.yml"
TESTIMONIES: Final = "flows/testimonies.yml"
"""May be missing: there are none."""


def read_sources(root: Path, languages: tuple[str, ...] = ("fr", "bm")) -> tuple[Sources | None, tuple[Fault, ...]]:
    """All that `root` holds, and every fault of form in it, in the order of file and line; the line opens in the first of `languages`.

    What is sound is there although other things are not, for `check` to look at; None where not even one flow is.
    Whether a target exists, and all else that is about meaning, is `check`'s business.
    """
    readers: list[Reader] = []

    def reader(path: Path) -> Reader:
        readers.append(Reader(root, path))
        return readers[-1]

    drafts = [found for path in sorted((root / "flows").glob("*.yaml")) if (found := _draft(reader(path)))]
    starts: Mapping[str, str] = {one.name: one.start for one in drafts}
    flows = tuple(flow(one, starts) for one in drafts)
    opening = line(reader(root / LINE), starts)
    items = directory(reader(root / DIRECTORY))
    if (root / TESTIMONIES).exists():
        items += testimonies(reader(root / TESTIMONIES), languages)
    texts: dict[str, tuple[Message, ...]] = {
        language: words(reader(root / "locales" / language / "LC_MESSAGES" / "flows.po")) for language in languages
    }
    faults = sorted([*_strangers(root, languages), *(fault for one in readers for fault in one.faults)])
    if not flows:
        return None, tuple(faults)
    return Sources(opening.start, flows, texts, items, opening.parts, opening.help), tuple(faults)


def read_directory(root: Path) -> tuple[tuple[Item, ...], tuple[Fault, ...]]:
    """The directory alone, whatever is wrong with the flows."""
    reader = Reader(root, root / DIRECTORY)
    items = directory(reader)
    return items, tuple(sorted(reader.faults))


def _draft(reader: Reader) -> Draft | None:
    node = reader.document()
    return None if node is None else draft(reader, reader.path.stem, node)


def _strangers(root: Path, languages: tuple[str, ...]) -> list[Fault]:
    """Files and folders that an operator may think are read, and are not."""
    files = [path for path in (root / "flows").glob("*.yml") if path not in {root / LINE, root / DIRECTORY, root / TESTIMONIES}]
    folders = [path for path in (root / "locales").glob("*") if path.is_dir() and path.name not in languages]
    said = [(path, "not read; a flow's file ends in .yaml") for path in files]
    said += [(path, f"not a language of this line, which has {', '.join(languages)}") for path in folders]
    faults = [Fault(Where(path.relative_to(root).as_posix(), 1), message) for path, message in said]
    return faults if any((root / "flows").glob("*.yaml")) else [Fault(Where("flows", 1), "no flow"), *faults]


def encode(sources: Sources) -> bytes:
    """As JSON; the same sources give the same bytes."""
    return msgspec.json.encode(sources)


def decode(data: bytes) -> Sources:
    """What `encode` made. Raises msgspec.DecodeError for anything else."""
    return msgspec.json.decode(data, type=Sources)
