"""A language's words from its PO file, strictly: what a PO reader would drop, join or cut in silence is a fault here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final, TypeAlias

from polib import unescape

from hotline.content.flow_files.nodes import NAME, Reader, quoted
from hotline.engine.flow import Message, Where

_Entry: TypeAlias = list[tuple[int, str]]
"""Consecutive lines with their numbers."""

_STRING: Final = r'"(?:[^"\\]|\\[ntr"\\])*"'
_SHAPES: Final = (
    ("#", re.compile(r"#.*")),
    ("i", re.compile(rf"msgid {_STRING}")),
    ("s", re.compile(rf"msgstr {_STRING}")),
    ('"', re.compile(_STRING)),
)
_SOUND: Final = re.compile('#*i"*s"*')
_KEY: Final = re.compile(rf"{NAME.pattern}(\.{NAME.pattern})*(@(ussd|sms|voice))?")
_REVIEW: Final = re.compile(r"review:\s*(.*)")


def words(reader: Reader) -> tuple[Message, ...]:
    """Its messages in the order of the file, the first of those with one msgid; without the header."""
    text = reader.source()
    if text is None:
        return ()
    messages: dict[str, Message] = {}
    for place, entry in enumerate(_entries(text)):
        message = _message(reader, entry, header=place == 0)
        if message is None:
            continue
        if message.key in messages:
            first = messages[message.key].at.line
            reader.fault(message.at.line, f"{message.key}: stands twice, first in line {first}")
        else:
            messages[message.key] = message
    return tuple(message for message in messages.values() if message.text.strip())


def fuzzy(text: str) -> frozenset[str]:
    """The msgids that a sound file marks `fuzzy`: whoever wrote their words is not sure of them."""
    return frozenset(_strings(entry)[0] for entry in _entries(text) if _is_fuzzy(entry))


def _entries(text: str) -> Iterator[_Entry]:
    """The file cut at blank lines, and where a new entry follows a finished one. Comments alone and obsolete entries are left out."""
    entry: _Entry = []
    for number, line in enumerate((*text.split("\n"), ""), 1):
        stripped = line.strip()
        if stripped.startswith("#~"):
            continue
        begins = stripped.startswith(("#", "msgid ")) and any(before.startswith("msgstr ") for _, before in entry)
        if (begins or not stripped) and entry:
            if any(_shape(before) != "#" for _, before in entry):
                yield entry
            entry = []
        if stripped:
            entry.append((number, stripped))


def _shape(line: str) -> str:
    return next((shape for shape, pattern in _SHAPES if pattern.fullmatch(line)), "?")


def _message(reader: Reader, entry: _Entry, header: bool) -> Message | None:
    """The entry's message. Returns None if it is the header or not sound. A message without words is noted and kept, so that its msgid counts."""
    shapes = "".join(_shape(line) for _, line in entry)
    if "?" in shapes:
        for (number, _), shape in zip(entry, shapes, strict=True):
            if shape == "?":
                reader.fault(number, 'neither a comment nor msgid "…", msgstr "…" or "…"; quotes inside are \\"')
        return None
    if not _SOUND.fullmatch(shapes):
        reader.fault(
            entry[len(shapes) - len(shapes.lstrip("#"))][0], "an entry is comments, one msgid and one msgstr, without a blank line between"
        )
        return None
    at = Where(reader.file, entry[shapes.index("i")][0])
    if all(line in {'msgid ""', '""'} for _, line in entry[shapes.index("i") : shapes.index("s")]):
        if not header:
            reader.fault(at.line, "empty msgid")
        return None
    key, text = _strings(entry)
    if not _KEY.fullmatch(key):
        reader.fault(at.line, f"{quoted(key)} is no key, such as family.help or family.help@sms")
        return None
    if not text.strip():
        reader.fault(at.line, f"{key}: empty msgstr")
    return Message(key, text, at, "pending" if _is_fuzzy(entry) else _review(reader, entry, key))


def _strings(entry: _Entry) -> tuple[str, str]:
    """A sound entry's msgid and msgstr, each joined from its lines."""
    lines = [line for _, line in entry if not line.startswith("#")]
    msgstr = next(at for at, line in enumerate(lines) if line.startswith("msgstr "))
    return _joined(lines[:msgstr]), _joined(lines[msgstr:])


def _joined(lines: list[str]) -> str:
    return "".join(unescape(line[line.index('"') + 1 : -1]) for line in lines)


def _is_fuzzy(entry: _Entry) -> bool:
    return any(flag.strip() == "fuzzy" for _, line in entry if line.startswith("#,") for flag in line[2:].split(","))


def _review(reader: Reader, entry: _Entry, key: str) -> str:
    """`pending`, or who and when; pending too if nothing is said."""
    comments = dict.fromkeys(line[2:].strip() for _, line in entry if line.startswith("#."))
    said = [match[1].strip() for comment in comments if (match := _REVIEW.fullmatch(comment))]
    if not said:
        return "pending"
    if said != ["pending"] and (len(said) > 1 or not _is_review(said[0])):
        line = next(number for number, line in entry if line.startswith("#.") and "review:" in line)
        reader.fault(line, f"{key}: review: {quoted('; '.join(said))} is neither pending nor a name and a date, such as Awa 2026-01-31")
        return "pending"
    return said[0]


def _is_review(text: str) -> bool:
    name, _, day = text.rpartition(" ")
    try:
        return bool(name.strip()) and date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False
