"""Files for translators: the words of a language out, and what came back."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from hotline.engine.flow import Sources

WordsFileKind: TypeAlias = Literal["po", "xlsx"]
FaultCode: TypeAlias = Literal["unknown", "long", "twice", "column", "language"]


class TranslatedWords(Struct, frozen=True):
    """What a translator's file says of one message. `line`: of a PO file the line, of a workbook the row."""

    key: str
    text: str
    line: int


class LineFault(Struct, frozen=True):
    """What is wrong with the form of such a file, and where."""

    line: int
    message: str
    """What it is about, where `code` says what is wrong with it; else all of it, as `hotline words import` says it."""
    code: FaultCode | None = None


class TranslatedFile(Struct, frozen=True):
    """A translator's file as it was read: what was left empty is not among `words`."""

    words: tuple[TranslatedWords, ...]
    empty: int
    faults: tuple[LineFault, ...]


class TranslatorFiles(Protocol):
    def write(self, sources: Sources, language: str, kind: WordsFileKind) -> bytes:
        """Every message of this language beside the first language's. Raises ValueError or KeyError where these sources have faults."""

    def read(self, data: bytes, language: str) -> TranslatedFile:
        """A PO file or a workbook: what it is its bytes say. Returns faults for what is neither, and for a PO file that says it is in another language."""
