"""What the files below `flows/` may say, as JSON Schema that an editor completes from; made of what their readers use, so that schema and reader agree.

A schema knows one file. Whether a target exists, whether words are there, and all else that needs the whole line is `content check`'s.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias, get_args, get_type_hints

from hotline.content.directory_files.entries import DAYS, EVENTS, FIELDS, LONGEST_ID, NEEDED, SECTIONS, DirectorySection
from hotline.content.flow_files.kinds import CONDITION, KINDS, LISTS, NUMBERS, READ, TAKES, TARGET
from hotline.content.flow_files.nodes import NAME
from hotline.content.flow_files.schema_words import ABOUT
from hotline.engine.flow import RETURN, Ask, Do

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
FOLDER: Final = "flows/schema"
_NAME: Final = rf"^{NAME.pattern}$"
_DAY: Final = r"^\d{4}-\d\d-\d\d$"
_PARTIAL_DAY: Final = r"^\d{4}(-\d\d(-\d\d)?)?$"
_SPAN: Final = r"^\d\d?h([0-5]\d)?-\d\d?h([0-5]\d)?$"
_ALONE: Final = CONDITION.pattern.replace("(", "(?:").replace("(?:?:", "(?:")
"""The reader's pattern of one condition, its groups not counted."""


def schemas() -> Mapping[str, Schema]:
    """Every schema by its file's name below FOLDER; what each is for is in its title."""
    return {
        "flow.json": _flow(),
        "opening.json": _headed(
            "line", _fields("line", {"start": _target(), "help": _target(), "parts": _parts()}, ("start", "help", "parts"))
        ),
        "directory.json": _headed(
            "directory", _object({section: _about(f"directory.{section}", _section(section)) for section in SECTIONS})
        ),
        "testimonies.json": _headed("testimonies", _named(_testimony())),
    }


def _headed(what: str, schema: Schema) -> Schema:
    return {"$schema": DIALECT, "title": what, "description": ABOUT[what], **schema}


def _about(what: str, schema: Schema) -> Schema:
    """The schema with what an editor shows beside it."""
    return {"description": ABOUT[what], **schema}


def _object(properties: Mapping[str, Schema], required: Iterable[str] = (), *, may_be_empty: bool = False) -> Schema:
    """`may_be_empty`: the value may be left out."""
    kind: Any = ["object", "null"] if may_be_empty else "object"
    return {
        "type": kind,
        "additionalProperties": False,
        "properties": dict(properties),
        **({"required": list(required)} if required else {}),
    }


def _fields(what: str, properties: Mapping[str, Schema], required: Iterable[str] = (), *, may_be_empty: bool = False) -> Schema:
    """An object whose fields are explained as `what.field`."""
    explained = {name: _about(f"{what}.{name}", schema) for name, schema in properties.items()}
    return _object(explained, required, may_be_empty=may_be_empty)


def _named(schema: Schema) -> Schema:
    """Things by names that the operator gives."""
    return {"type": "object", "additionalProperties": False, "patternProperties": {_NAME: schema}}


def _name() -> Schema:
    return {"type": "string", "pattern": _NAME}


def _target() -> Schema:
    return {"type": "string", "pattern": rf"^{TARGET.pattern.replace('(', '(?:')}$"}


def _condition() -> Schema:
    return {
        "type": "string",
        "pattern": rf"^{_ALONE}( and {_ALONE})*$",
        "examples": ["coverage is free", "listed.services is not yes", "offered.morning is yes"],
    }


def _flow() -> Schema:
    kinds = {kind: _about(kind, _KINDS[kind]()) for kind in KINDS}
    # One kind and no more; in an `allOf`, since editors offer nothing if the limit is beside the names.
    screen = {"type": "object", "minProperties": 1, "allOf": [{"maxProperties": 1}], "additionalProperties": False, "properties": kinds}
    names = {"not": {"const": RETURN}}
    screens = {**_named(_about("screen", {"$ref": "#/$defs/screen"})), "minProperties": 1, "propertyNames": names}
    file = _fields("flow", {"start": _name(), "screens": screens}, ("start", "screens"))
    return {**_headed("flow", file), "$defs": {"screen": screen}}


def _menu() -> Schema:
    settings = _named({"type": ["string", "number", "boolean"]})
    option = _fields("option", {"go": _target(), "set": settings, "if": _condition()}, ("go",))
    choice = _about("option", {"anyOf": [_about("option.go", _target()), option]})
    # Editors complete from the names; a number as YAML has it is matched by the pattern alone.
    options = {**_object(dict.fromkeys(NUMBERS, choice)), "patternProperties": {f"^[{''.join(NUMBERS)}]$": choice}}
    where: Schema = {"type": "array", "items": _name()}
    fields: dict[str, Schema] = {
        "each": {"enum": list(LISTS)},
        "into": _name(),
        "go": _target(),
        "where": where,
        "skip_one": {"type": "boolean"},
    }
    listing = _fields("each", fields, ("each", "into", "go"))
    return {"anyOf": [options, listing]}


def _ask() -> Schema:
    count = {"type": "integer", "minimum": 0}
    kinds = list(get_args(get_type_hints(Ask)["kind"]))
    fields: dict[str, Schema] = {"kind": {"enum": kinds}, "into": _name(), "go": _target(), "least": count, "most": count}
    of_phone = {"if": {"properties": {"kind": {"const": "phone"}}}, "then": {"properties": {"least": False, "most": False}}}
    return {**_fields("ask", fields, ("kind", "into", "go")), **of_phone}


def _say() -> Schema:
    return _fields("say", {"go": _target(), "each": {"enum": list(READ)}}, may_be_empty=True)


def _branch() -> Schema:
    return {"type": "array", "minItems": 1, "items": _fields("way", {"if": _condition(), "go": _target()}, ("go",))}


def _do() -> Schema:
    hints = get_type_hints(Do)
    orders = get_args(hints["order"])
    whens = [when for choice in get_args(hints["when"]) for when in get_args(choice)]
    flag: Schema = {"type": "boolean"}
    fields: dict[str, Schema] = {
        "order": {"enum": list(orders)},
        "when": {"enum": whens},
        "urgent": flag,
        "word": flag,
        "kept": _target(),
        "lost": _target(),
    }
    return {**_fields("do", fields, ("order", "kept", "lost")), "allOf": [_of_order(order) for order in orders]}


def _of_order(order: str) -> Schema:
    """What one order takes beside its ways on."""
    refused = {name: False for name in ("when", "urgent", "word") if name not in TAKES[order]}  # type: ignore[index]
    then: Schema = {"properties": refused}
    if order == "open_callback":
        then["required"] = ["when"]
    if order == "refine_callback":
        by_time = {"required": ["when"], "properties": {"when": {"not": {"const": "now"}}, "word": {"const": False}}}
        by_word = {"required": ["word"], "properties": {"word": {"const": True}, "when": False}}
        then["anyOf"] = [by_time, by_word]
    return {"if": {"required": ["order"], "properties": {"order": {"const": order}}}, "then": then}


def _call() -> Schema:
    return _fields("call", {"flow": _name(), "then": _target()}, ("flow", "then"))


def _end() -> Schema:
    return _object({}, may_be_empty=True)


_KINDS: Final = {"menu": _menu, "ask": _ask, "say": _say, "branch": _branch, "do": _do, "call": _call, "end": _end}


def _parts() -> Schema:
    return _named(_about("part", {"type": "string", "pattern": _SPAN}))


def _section(section: DirectorySection) -> Schema:
    name = {**_name(), "maxLength": LONGEST_ID}
    if section == "kinds":
        return {"type": ["array", "null"], "uniqueItems": True, "items": name}
    fields = {field: _about(f"directory.{field}", _value(section, field)) for field in FIELDS[section]}
    entry = _object(fields, NEEDED[section])
    if "phone" in fields:
        entry |= {"if": {"required": ["phone"]}, "then": {"required": ["source", "source_date"]}}
    return {**_named(entry), "type": ["object", "null"], "propertyNames": {"maxLength": LONGEST_ID}}


def _value(section: DirectorySection, field: str) -> Schema:
    """A field's form. An editor reads `2025` and `80333` as numbers, which the line takes as they were written."""
    if section == "events" and field == "kind":
        return {"enum": list(EVENTS)}
    if field in DAYS:
        return {"type": "string", "pattern": _DAY}
    if field == "source_date":
        return {"anyOf": [{"type": "string", "pattern": _PARTIAL_DAY}, {"type": "integer", "minimum": 1000, "maximum": 9999}]}
    if field in ("region", "place", "kind", "near"):
        return _name()
    if field == "phone":
        return {"type": ["string", "integer"]}
    text = {"type": ["string", "number"]}
    return {"anyOf": [text, {"type": "array", "minItems": 1, "items": text}]} if field in ("offers", "languages") else text


def _testimony() -> Schema:
    text = {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string", "pattern": r"\S"}}
    people = {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"type": "string", "pattern": r"\S"}}
    fields: dict[str, Schema] = {"text": text, "released_by": people, "released_on": {"type": "string", "pattern": _DAY}}
    return _fields("testimony", fields, fields)


def as_text(schema: Schema) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
