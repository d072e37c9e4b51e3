"""PO files and workbooks for translators, written and read in memory alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from hotline.content.directory_files.sheets import SheetBounds, Unread, read_sheet, write_sheet
from hotline.content.flow_files.nodes import Reader
from hotline.content.word_files.reading import words
from hotline.content.word_files.translations import export, order_of, what
from hotline.engine.flow import Sources
from hotline.ports.editions.translations import LineFault, TranslatedFile, TranslatedWords, WordsFileKind

KEY, ABOUT, WORDS = "key", "about", "words"
"""Heads of a workbook's columns; the language of `words` stands behind it: `words bm`."""
MOST_ROWS: Final = 10_000
_EMPTY: Final = ": empty msgstr"
_LANGUAGE: Final = re.compile(rb'^"Language: ([a-z]+)', re.MULTILINE)
"""In the header of a PO file; tools put a country behind it."""
_WORKBOOK: Final = b"PK\x03\x04"


def written(sources: Sources, language: str, kind: WordsFileKind) -> bytes:
    """As `TranslatorFiles.write` promises."""
    return write_sheet(_rows(sources, language), "words") if kind == "xlsx" else export(sources, language).encode()


def read(data: bytes, language: str) -> TranslatedFile:
    """As `TranslatorFiles.read` promises."""
    return _of_sheet(data, language) if data.startswith(_WORKBOOK) else _of_po(data, language)


def _rows(sources: Sources, language: str) -> Iterator[tuple[str, ...]]:
    first = next(iter(sources.words))
    tables = {code: {message.key: message.text for message in table} for code, table in sources.words.items()}
    kinds = {screen.key: screen.kind for flow in sources.flows for screen in flow.screens}
    shown = dict.fromkeys((first, language))
    yield (KEY, ABOUT, *(f"{WORDS} {code}" for code in shown))
    for key in order_of(sources, language):
        yield (key, what(key, kinds, sources.start), *(tables[code].get(key, "") for code in shown))


def _of_po(data: bytes, language: str) -> TranslatedFile:
    said = _LANGUAGE.search(data)
    if said and said[1].decode() != language:
        return TranslatedFile((), 0, (LineFault(data[: said.start()].count(b"\n") + 1, said[1].decode(), "language"),))
    reader = _Upload(data)
    found = tuple(TranslatedWords(message.key, message.text, message.at.line) for message in words(reader))
    faults = tuple(LineFault(fault.at.line, fault.message) for fault in reader.faults if not fault.message.endswith(_EMPTY))
    return TranslatedFile(found, len(reader.faults) - len(faults), faults)


def _of_sheet(data: bytes, language: str) -> TranslatedFile:
    try:
        heads, *rows = read_sheet(data, SheetBounds(MOST_ROWS)) or [[]]
    except Unread as error:
        return TranslatedFile((), 0, (LineFault(1, str(error)),))
    column = f"{WORDS} {language}"
    if KEY not in heads or column not in heads:
        return TranslatedFile((), 0, (LineFault(1, KEY if KEY not in heads else column, "column"),))
    found: dict[str, TranslatedWords] = {}
    faults, empty = [], 0
    for line, row in enumerate(rows, 2):
        key, text = (_cell(row, heads.index(head)) for head in (KEY, column))
        if isinstance(key, Unread) or isinstance(text, Unread):
            faults.append(LineFault(line, str(key if isinstance(key, Unread) else text)))
        elif not text:
            empty += bool(key)
        elif key in found:
            faults.append(LineFault(line, key, "twice"))
        else:
            found[key] = TranslatedWords(key, text, line)
    return TranslatedFile(tuple(found.values()), empty, tuple(faults))


def _cell(row: list[object], at: int) -> str | Unread:
    value = row[at] if at < len(row) else ""
    match value:
        case Unread():
            return value
        case str() | int():
            return "\n".join(line.rstrip() for line in str(value).splitlines()).strip()
    return Unread("is no text; a spreadsheet may have made something else of it")


class _Upload(Reader):
    """A file that lies nowhere."""

    def __init__(self, data: bytes) -> None:
        super().__init__(Path(), Path("words.po"))
        self._data = data

    def source(self) -> str | None:
        try:
            return self._data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.fault(self._data[: error.start].count(b"\n") + 1, "not UTF-8")
            return None
