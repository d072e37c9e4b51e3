"""`hotline.ports.editions.translations.TranslatorFiles` over PO files and workbooks. What reads them is loaded with the first file: no other process needs it."""

from __future__ import annotations

from hotline.engine.flow import Sources
from hotline.ports.editions.translations import TranslatedFile, WordsFileKind


class PoAndSheets:
    """Words to translators and back."""

    def write(self, sources: Sources, language: str, kind: WordsFileKind) -> bytes:
        from hotline.content.word_files import exchanged  # noqa: PLC0415

        return exchanged.written(sources, language, kind)

    def read(self, data: bytes, language: str) -> TranslatedFile:
        from hotline.content.word_files import exchanged  # noqa: PLC0415

        return exchanged.read(data, language)
