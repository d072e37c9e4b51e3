"""A request's values, read by name and in no other way: query, form, JSON, XML, headers and parts of the path."""

from __future__ import annotations

import re
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from xml.etree import ElementTree as ET

from msgspec import UNSET, DecodeError, MsgspecError, Struct, ValidationError, defstruct, json
from msgspec.structs import astuple

from hotline.gateways.bodies import MOST_BYTES, FieldError, body_of, unquoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hotline.gateways.table.conditions import Values
    from hotline.gateways.table.spec import BodyFormat

FieldsReader: TypeAlias = "Callable[[dict[str, Any]], Values]"
_Parser: TypeAlias = "Callable[[bytes], Values]"
_AT: Final = re.compile(r"at `\$\.([^`]+)`$")
_DECLARES: Final = re.compile(r"<!(?!--)")
_SIMPLE: Final = str | int | bool | None


class RequestReader:
    """What is read of a request: `position` says where in the result each place stands. Only those that are handed in are looked at."""

    def __init__(self, places: Iterable[str], formats: tuple[BodyFormat, ...], path: re.Pattern[str]) -> None:
        named = list(dict.fromkeys(places))
        fields = [place for place in named if not place.startswith(("header:", "{"))]
        self._headers = [f"HTTP_{place[7:].upper().replace('-', '_')}" for place in named if place.startswith("header:")]
        self._parts = [place[1:-1] for place in named if place.startswith("{")]
        headers, parts = ([place for place in named if place.startswith(kind)] for kind in ("header:", "{"))
        self.position = {place: at for at, place in enumerate((*fields, *headers, *parts))}
        self._path = path
        self._read = _read(fields, formats)

    def values(self, environ: dict[str, Any]) -> Values:
        """By position. Raises FieldError where what carries them is too big, mis-encoded, doubled or no such format."""
        found = self._read(environ)
        if self._headers:
            found += [environ.get(name) for name in self._headers]
        if self._parts and (at := self._path.fullmatch(environ["PATH_INFO"])):
            found += [at[part] for part in self._parts]
        return found


def _read(fields: list[str], formats: tuple[BodyFormat, ...]) -> FieldsReader:
    """One reader for all formats: the query where it is one of them and is not empty, else the body."""
    pairs = _pairs(fields)
    in_body = next((format_ for format_ in formats if format_ != "query"), None)
    parse: _Parser = pairs if in_body in {"form", None} else _json(fields) if in_body == "json" else _xml(fields)

    def body(environ: dict[str, Any]) -> Values:
        # Some requests say all in their path.
        return parse(body_of(environ)) if environ.get("CONTENT_LENGTH") not in {None, "", "0"} else [None] * len(fields)

    if "query" not in formats:
        return body

    def read(environ: dict[str, Any]) -> Values:
        query: str = environ.get("QUERY_STRING") or ""
        if in_body is not None and not query:
            return body(environ)
        if len(query) > MOST_BYTES:
            raise FieldError("query")
        return pairs(query.encode("latin-1"))

    return read


def _pairs(fields: list[str]) -> _Parser:
    known = frozenset(fields)

    def parse(data: bytes) -> Values:
        try:
            text = data.decode()
        except UnicodeDecodeError as fault:
            name = data[: fault.start].rpartition(b"&")[2].partition(b"=")[0].decode()
            raise FieldError(name if name in known else "body") from None
        found: dict[str, str] = {}
        for pair in text.split("&"):
            name, _, value = pair.partition("=")
            if name not in known:
                if "%" not in name and "+" not in name:
                    continue
                name = unquoted(name, "body")
                if name not in known:
                    continue
            if "%" in value or "+" in value:
                value = unquoted(value, name)
            if name in found:
                raise FieldError(name)
            found[name] = value
        return [found.get(name) for name in fields]

    return parse


def _json(fields: list[str]) -> _Parser:
    decoder = json.Decoder(_form([field.split(".") for field in fields]))
    names = frozenset(name for field in fields for name in field.split("."))
    quoted = [f'"{name}"'.encode() for name in names]
    flat = all("." not in field for field in fields)
    paths = [[f"f_{_index(fields, field.split('.'), depth)}" for depth in range(field.count(".") + 1)] for field in fields]

    def parse(data: bytes) -> Values:
        try:
            # Whatever is written twice may be in two minds; only where a name may be, the slow reader is asked.
            if b"\\" in data or max([data.count(name) for name in quoted]) > 1:
                loads(data.decode(), object_pairs_hook=lambda pairs: _once(pairs, names))
            said = decoder.decode(data)
        except ValidationError as fault:
            at = _AT.search(str(fault))
            raise FieldError(at[1] if at and at[1] in fields else "body") from None
        except FieldError:
            raise
        except (DecodeError, MsgspecError, UnicodeError, JSONDecodeError, RecursionError, ValueError):
            raise FieldError("body") from None
        if flat:
            return [value if value.__class__ is str else _word(value) for value in astuple(said)]
        return [_word(_inner(said, path)) for path in paths]

    return parse


def _index(fields: list[str], parts: list[str], depth: int) -> int:
    """The position of a name among those at its depth that have the same names before them, in the order of the fields."""
    before = [field.split(".") for field in fields]
    siblings = list(dict.fromkeys(other[depth] for other in before if other[:depth] == parts[:depth] and len(other) > depth))
    return siblings.index(parts[depth])


def _form(paths: list[list[str]]) -> type[Struct]:
    """A Struct with these fields, of which each that has others inside is a Struct itself."""
    names = list(dict.fromkeys(path[0] for path in paths))
    inner = {name: [path[1:] for path in paths if path[0] == name and path[1:]] for name in names}
    return defstruct(
        "JsonForm",
        [(f"f_{at}", _form(inner[name]) | None if inner[name] else _SIMPLE, None) for at, name in enumerate(names)],
        rename={f"f_{at}": name for at, name in enumerate(names)},
        frozen=True,
        gc=False,
    )


def _inner(said: object, path: list[str]) -> object:
    for name in path:
        said = getattr(said, name, UNSET)
    return None if said is UNSET else said


def _once(pairs: list[tuple[str, object]], names: frozenset[str]) -> None:
    seen = set()
    for name, _ in pairs:
        if name in names and name in seen:
            raise FieldError(name)
        seen.add(name)


def _word(value: object) -> str | None:
    """Flags and numbers as words, so that a table says `true` or `1` whichever way the vendor writes it."""
    if value is None or isinstance(value, str):
        return value
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _xml(fields: list[str]) -> _Parser:
    known = frozenset(fields)

    def parse(data: bytes) -> Values:
        try:
            text = data.decode("utf-8-sig")
            # Neither document type nor entities: nothing that a vendor sends needs one, and both may grow without end.
            if _DECLARES.search(text):
                raise FieldError("body")
            root = ET.fromstring(text)  # noqa: S314 -- nothing is declared in it
        except (ET.ParseError, UnicodeDecodeError, ValueError) as fault:
            raise fault if isinstance(fault, FieldError) else FieldError("body") from None
        found: dict[str, str] = {}
        waiting = [("", child) for child in root]
        while waiting:
            before, element = waiting.pop()
            name = before + element.tag.rpartition("}")[2]
            if name in known:
                if name in found:
                    raise FieldError(name)
                found[name] = element.text or ""
            waiting += [(f"{name}.", child) for child in element]
        return [found.get(name) for name in fields]

    return parse
