"""As much of JSON Schema, draft 2020-12, as the line's own schemas use: a keyword that is not here is a mistake, not ignored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}
SAID = {"$schema", "$defs", "title", "description", "examples", "default"}


def faults(schema: Any, value: Any, root: Any = None, at: str = "$") -> Iterator[str]:
    """Where `value` does not satisfy the schema, and by which keyword. KeyError for a keyword that is not known."""
    if isinstance(schema, bool):
        if not schema:
            yield f"{at}: nothing may stand here"
        return
    for keyword, said in schema.items():
        if keyword in SAID or keyword in ("then", "patternProperties", "additionalProperties"):
            continue
        yield from (
            f"{at}: {fault}" if not fault.startswith("$") else fault
            for fault in KEYWORDS[keyword](said, value, schema, schema if root is None else root, at)
        )
    if isinstance(value, dict):
        yield from _names(schema, value, schema if root is None else root, at)


def _names(schema: Any, value: dict[str, Any], root: Any, at: str) -> Iterator[str]:
    for name, item in value.items():
        below = f"{at}.{name}"
        rules = [schema["properties"][name]] if name in schema.get("properties", {}) else []
        rules += [other for pattern, other in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
        for other in rules or [schema.get("additionalProperties", True)]:
            yield from faults(other, item, root, below)


def _type(said: Any, value: Any, *_: Any) -> Iterator[str]:
    if not any(TYPES[name](value) for name in ([said] if isinstance(said, str) else said)):
        yield f"is no {said}"


def _equal(value: Any, other: Any) -> bool:
    return json.dumps(value, sort_keys=True) == json.dumps(other, sort_keys=True)


def _when(kind: type, holds: Callable[[Any, Any], bool]) -> Callable[..., Iterator[str]]:
    """A keyword that says something of one type of value only."""

    def keyword(said: Any, value: Any, *_: Any) -> Iterator[str]:
        if isinstance(value, kind) and not isinstance(value, bool) and not holds(said, value):
            yield f"not as {said} has it"

    return keyword


def _any(said: Any, value: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    if all(next(faults(schema, value, root, at), None) for schema in said):
        yield "satisfies none of several"


def _if(said: Any, value: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    if next(faults(said, value, root, at), None) is None:
        yield from faults(schema.get("then", True), value, root, at)


def _not(said: Any, value: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    if next(faults(said, value, root, at), None) is None:
        yield "is what it must not be"


def _property_names(said: Any, value: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    for name in value if isinstance(value, dict) else ():
        yield from faults(said, name, root, f"{at}.{name}")


def _items(said: Any, value: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    for place, item in enumerate(value if isinstance(value, list) else ()):
        yield from faults(said, item, root, f"{at}[{place}]")


def _all(said: Any, value: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    for schema in said:
        yield from faults(schema, value, root, at)


def _reference(said: str, value: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    there = root
    for name in said.removeprefix("#/").split("/"):
        there = there[name]
    yield from faults(there, value, root, at)


def _one_of(said: Any, value: Any, *_: Any) -> Iterator[str]:
    if not any(_equal(value, constant) for constant in said):
        yield f"is none of {said}"


def _const(said: Any, value: Any, *_: Any) -> Iterator[str]:
    if not _equal(said, value):
        yield f"is not {said}"


def _format(said: str, value: Any, *_: Any) -> Iterator[str]:
    """A day alone: no schema of ours has another format."""
    if isinstance(value, str) and not (said == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", value)):
        yield f"is no {said}"


KEYWORDS: dict[str, Callable[..., Iterator[str]]] = {
    "type": _type,
    "enum": _one_of,
    "const": _const,
    "properties": lambda *_: iter(()),
    "required": _when(dict, lambda said, value: set(said) <= set(value)),
    "minProperties": _when(dict, lambda said, value: len(value) >= said),
    "maxProperties": _when(dict, lambda said, value: len(value) <= said),
    "propertyNames": _property_names,
    "items": _items,
    "minItems": _when(list, lambda said, value: len(value) >= said),
    "uniqueItems": _when(list, lambda said, value: not said or len({json.dumps(item) for item in value}) == len(value)),
    "pattern": _when(str, lambda said, value: re.search(said, value) is not None),
    "maxLength": _when(str, lambda said, value: len(value) <= said),
    "minimum": _when(int, lambda said, value: value >= said),
    "maximum": _when(int, lambda said, value: value <= said),
    "format": _format,
    "anyOf": _any,
    "allOf": _all,
    "not": _not,
    "if": _if,
    "$ref": _reference,
}
