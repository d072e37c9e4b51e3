"""The files of an edition, `flows/` and `locales/`, as `Sources`, and `Sources` as bytes: where an operator's edit enters the line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from hotline.content.directory_files.entries import SECTIONS
from hotline.content.directory_files.reading import directory, line
from hotline.content.directory_files.testimonies import testimonies
from hotline.content.figure_files.mapping import MAPPING, read_mapping
from hotline.content.flow_files.nodes import Reader
from hotline.content.flow_files.reading import NamedFlow, flow, named_flow
from hotline.content.word_files.reading import words
from hotline.engine.check import check
from hotline.engine.check.directory import gone_astray
from hotline.engine.flow import Fault, Gaps, Item, Message, Sources, Where

OPENING: Final = "flows/opening.yml"
DIRECTORY: Final = "flows/directory.yml"
TESTIMONIES: Final = "flows/testimonies.yml"
"""Need not be there: then there are no testimonies."""
_WHOLE: Final = ("directory", *SECTIONS)
"""How the message of a fault begins that concerns more than one entry of the directory."""


class Found(Struct, frozen=True):
    """What a folder holds. `sources`: whatever is sound, None if not even one flow is; `faults`: those of form; `gaps`: what they leave out."""

    sources: Sources | None
    faults: tuple[Fault, ...]
    gaps: Gaps


def read_sources(root: Path, languages: tuple[str, ...] = ("fr", "bm")) -> tuple[Sources | None, tuple[Fault, ...]]:
    """All that `root` holds, and every fault of form in it, in the order of file and line; the line opens in the first of `languages`.

    What is sound is there although other things are not, for `check` to look at. The sources are None if not even one flow is sound.
    Whether a target exists, and all else that is about meaning, is `check`'s business.
    """
    found = find(root, languages)
    return found.sources, found.faults


def checked(root: Path, languages: tuple[str, ...], today: date) -> tuple[Sources | None, tuple[Fault, ...]]:
    """What `read_sources` gives, with every fault, of form and of meaning; those that may only follow from another one say so."""
    found = find(root, languages)
    if found.sources is None:
        return None, found.faults
    return found.sources, tuple(sorted({*found.faults, *check(found.sources, today, found.gaps)}))


def mapping_faults(root: Path) -> tuple[Fault, ...]:
    """Of the file by which DHIS2 knows the figures, which no caller ever meets. Nothing where there is none, nor where the directory cannot be read,
    by whose regions it is held."""
    items, torn = read_directory(root)
    if torn or not (root / MAPPING).exists():
        return ()
    return read_mapping(root, [item.id for item in items if item.list == "regions"])[1]


def find(root: Path, languages: tuple[str, ...]) -> Found:
    """What `read_sources` gives, with the gaps in it."""
    paths = sorted((root / "flows").glob("*.yaml"))
    readers = [Reader(root, path) for path in paths]
    named_flows = [found for reader in readers if (found := _named(reader))]
    torn = {reader.path.stem for reader in readers if reader.faults}  # after the first pass: not every screen has its name
    starts: Mapping[str, str] = {named.name: named.start for named in named_flows}
    read = [flow(named, starts) for named in named_flows]
    places = [Reader(root, root / name) for name in (OPENING, DIRECTORY, TESTIMONIES)]
    opening, items = line(places[0], starts), directory(places[1])
    if places[2].path.exists():
        items += testimonies(places[2], languages)
    catalogues = {language: Reader(root, root / "locales" / language / "LC_MESSAGES" / "flows.po") for language in languages}
    texts: dict[str, tuple[Message, ...]] = {language: words(reader) for language, reader in catalogues.items()}
    not_read = _not_read(root, languages)
    faults = sorted([*not_read, *(fault for reader in (*readers, *places, *catalogues.values()) for fault in reader.faults)])
    gaps = Gaps(
        flows=frozenset(torn | {Path(fault.at.file).stem for fault in not_read if fault.at.file.endswith(".yml")}),
        screens=frozenset(key for _, unsound in read for key in unsound),
        languages=frozenset(language for language, reader in catalogues.items() if reader.faults),
        line=bool(places[0].faults),
        directory=_is_torn(places[1], items),
        entries=frozenset(places[1].lost),
    )
    flows = tuple(flow for flow, _ in read)
    sources = Sources(opening.start, flows, texts, items, opening.parts, opening.help) if flows else None
    return Found(sources, tuple(faults), gaps)


def read_directory(root: Path) -> tuple[tuple[Item, ...], tuple[Fault, ...]]:
    """The directory alone, whatever is wrong with the flows."""
    reader = Reader(root, root / DIRECTORY)
    items = directory(reader)
    return items, tuple(sorted(reader.faults))


def checked_directory(root: Path) -> tuple[tuple[Item, ...], tuple[Fault, ...]]:
    """The directory alone, with what is wrong with its form, and where its entries contradict each other or name what is not there."""
    reader = Reader(root, root / DIRECTORY)
    items = directory(reader)
    gaps = Gaps(directory=_is_torn(reader, items), entries=frozenset(reader.lost))
    return items, tuple(sorted({*reader.faults, *gone_astray(items, gaps)}))


def _is_torn(reader: Reader, items: tuple[Item, ...]) -> bool:
    """Is the directory, or a whole list of it, unread?"""
    return bool(reader.faults) and (not items or any(fault.message.partition(": ")[0] in _WHOLE for fault in reader.faults))


def _named(reader: Reader) -> NamedFlow | None:
    node = reader.document()
    return None if node is None else named_flow(reader, reader.path.stem, node)


def _not_read(root: Path, languages: tuple[str, ...]) -> list[Fault]:
    """Files and folders that an operator may think are read, and are not."""
    files = [
        path for path in (root / "flows").glob("*.yml") if path not in {root / name for name in (OPENING, DIRECTORY, TESTIMONIES, MAPPING)}
    ]
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
