"""An answer's template, made once into a function that fills it; what is filled in is escaped for the format, whatever it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from msgspec import json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hotline.gateways.table.spec import AnswerKeys, AnswerTemplate

BodyWriter: TypeAlias = "Callable[[Mapping[str, str]], bytes]"
Escape: TypeAlias = "Callable[[str], str]"
PLAIN: Final = "text/plain; charset=utf-8"
_TYPES: Final = {"text": PLAIN, "fields": PLAIN, "xml": "text/xml; charset=utf-8", "json": "application/json"}
_SLOT: Final = re.compile(r"\{([a-z_]+)\}")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_XML: Final = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;"))


def slots(template: AnswerTemplate) -> Iterator[str]:
    """What it fills in."""
    for text in _texts(template):
        yield from _SLOT.findall(text)


def content_type(keys: AnswerKeys, template: AnswerTemplate) -> str:
    """What goes out with it; an answer of plain words has the type of words, whatever the others have."""
    if keys.format == "json" and isinstance(template, str):
        return PLAIN
    return keys.type or _TYPES[keys.format]


def compiled_template(keys: AnswerKeys, template: AnswerTemplate) -> BodyWriter:
    """What goes out once the slots are filled; a slot that is not handed in is empty."""
    if isinstance(template, dict):
        return _json(template, _escape(keys))
    escape = _escape(keys) if keys.format != "json" else lambda text: text
    if isinstance(template, tuple):
        return _text(keys.separator.join(template), escape)
    return _text(template, escape)


def _texts(template: object) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, dict):
        for value in template.values():
            yield from _texts(value)
    elif isinstance(template, (tuple, list)):
        for value in template:
            yield from _texts(value)


def _escape(keys: AnswerKeys) -> Escape:
    """Separated fields know no escape: what would part them becomes a stroke or a space. `str.replace` for each sign costs a hop less than one table for all."""
    line, signs = keys.line, [("\n", keys.line)]
    if keys.format in {"json", "text"}:
        return _replaced(signs if line != "\n" else [])
    if keys.format == "xml":
        signs = [*_XML, ("\n", line)]
    else:
        signs = [(letter, " ") for letter in line if letter != "\n"] + [(keys.separator, "/"), ("\n", line)]
    replaced = _replaced(signs)
    return lambda text: replaced(text if _CONTROLS.search(text) is None else _CONTROLS.sub("", text))


def _replaced(signs: list[tuple[str, str]]) -> Escape:
    def replaced(text: str) -> str:
        for sign, other in signs:
            text = text.replace(sign, other)
        return text

    return replaced if signs else lambda text: text


def _text(template: str, escape: Escape) -> BodyWriter:
    pieces = _pieces(template)

    def fill(values: Mapping[str, str]) -> bytes:
        return "".join([escape(values.get(slot, "")) if slot else fixed for fixed, slot in pieces]).encode()

    return fill


def _pieces(template: str) -> tuple[tuple[str, str], ...]:
    """Fixed words and slots, in turn."""
    parts = _SLOT.split(template)
    return tuple((part, "") if at % 2 == 0 else ("", part) for at, part in enumerate(parts) if part)


def _json(template: dict[str, Any], escape: Escape) -> BodyWriter:
    """Encoded once but for the slots: at a hop only what is filled in is encoded."""
    parts: list[bytes | tuple[tuple[str, str], ...]] = []
    for part in _encoded(template):
        if isinstance(part, bytes) and parts and isinstance(parts[-1], bytes):
            parts[-1] += part
        else:
            parts.append(part)

    def fill(values: Mapping[str, str]) -> bytes:
        return b"".join(
            [
                part
                if isinstance(part, bytes)
                else json.encode("".join([escape(values.get(slot, "")) if slot else words for words, slot in part]))
                for part in parts
            ]
        )

    return fill


def _encoded(value: object) -> Iterator[bytes | tuple[tuple[str, str], ...]]:
    if isinstance(value, dict):
        yield b"{"
        for at, (name, inner) in enumerate(value.items()):
            yield (b"," if at else b"") + json.encode(name) + b":"
            yield from _encoded(inner)
        yield b"}"
    elif isinstance(value, list):
        yield b"["
        for at, inner in enumerate(value):
            yield b"," if at else b""
            yield from _encoded(inner)
        yield b"]"
    elif isinstance(value, str) and _SLOT.search(value):
        yield _pieces(value)
    else:
        yield json.encode(value)
