"""`testimonies.yml`: what women told to be read by others, each released by two people."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from ruamel.yaml.nodes import Node

from hotline.content.directory_files.entries import LONGEST_ID, is_day, one_line
from hotline.content.directory_files.reading import FOLD
from hotline.content.flow_files.nodes import NAME, Reader, quoted
from hotline.engine.flow import Item
from hotline.engine.phone.letters import name_key
from hotline.engine.phone.numbers import has_five_digits

_FIELDS: Final = ("text", "released_by", "released_on")


def testimonies(reader: Reader, languages: Collection[str]) -> tuple[Item, ...]:
    """Each testimony whose release is in order, its words by language as `text.LANGUAGE`; every other one is a fault and not read."""
    node = reader.document()
    return tuple(item for entry in reader.entries(node, "testimonies") if (item := _testimony(reader, languages, *entry)))


def _testimony(reader: Reader, languages: Collection[str], id: str, key: Node, node: Node) -> Item | None:
    before = len(reader.faults)
    if not NAME.fullmatch(id) or len(id) > LONGEST_ID:
        reader.fault(key, f"testimonies: {quoted(id)} is no name; small letters, digits, - and _")
    fields = reader.fields(node, id, _FIELDS)
    for name in _FIELDS:
        if name not in fields:
            reader.fault(key, f"{id}: `{name}` is missing")
    values = {f"text.{language}": text for language, text in _texts(reader, languages, id, fields.get("text"))}
    people = list(_people(reader, f"{id}: released_by", fields.get("released_by")))
    day = reader.scalar(fields.get("released_on"), f"{id}: released_on")
    if day is not None and not is_day(day):
        reader.fault(fields["released_on"], f"{id}: released_on: {quoted(day)} is no date; write 2026-01-31")
    if len(reader.faults) > before:
        return None
    return Item("testimonies", id, "", {**values, "released_by": ", ".join(people), "released_on": day or ""}, reader.at(key))


def _texts(reader: Reader, languages: Collection[str], id: str, node: Node | None) -> Iterator[tuple[str, str]]:
    some = False
    for language, key, value in reader.entries(node, f"{id}: text"):
        some, what = True, f"{id}: text: {language}"
        text = (reader.text(value, what) or "").replace(FOLD, "")
        if language not in languages:
            reader.fault(key, f"{what}: not a language of this line, which has {', '.join(languages)}")
        elif wrong := _wrong(text):
            reader.fault(value, f"{what}: {wrong}")
        elif text:
            yield language, "\n".join(one_line(line) for line in text.splitlines())
    if node is not None and not some:
        reader.fault(node, f"{id}: text: is empty; a testimony has words in one language at least")


def _wrong(text: str) -> str | None:
    if has_five_digits(text):
        return "holds what may be a telephone number"
    if "{" in text or "}" in text:
        return "holds a { or a }, which would be filled in"
    if not all(line.expandtabs().isprintable() for line in text.splitlines()):
        return "holds a character that nobody can see"
    return None


def _people(reader: Reader, what: str, node: Node | None) -> Iterator[str]:
    """The names, at least two of them, none twice."""
    seen: set[str] = set()
    for person in reader.items(node, what):
        name = one_line(reader.text(person, what) or "")
        if "," in name:
            reader.fault(person, f"{what}: {quoted(name)} holds a comma; one person a name")
        if name and name_key(name) not in seen:
            seen.add(name_key(name))
            yield name
    if node is not None and len(seen) < 2:
        reader.fault(node, f"{what}: two different people release a testimony")
