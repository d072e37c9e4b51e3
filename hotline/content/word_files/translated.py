"""Words on their way back from translators: all of a PO file or nothing of it, and only if the line is sound with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from hotline.content.directory_files.registry import alone, put
from hotline.content.flow_files.nodes import Reader
from hotline.content.word_files import po
from hotline.content.word_files.reading import fuzzy, words
from hotline.content.word_files.translations import more_pages, order_of
from hotline.engine.check import check
from hotline.engine.faults import fault, reason
from hotline.engine.flow import Fault, Message, Sources
from hotline.engine.phone.letters import composed, name_key

_EMPTY: Final = ": empty msgstr"
PENDING: Final = "pending"


class Taken(Struct, frozen=True):
    """What a file would do. If there are `faults`, nothing may be written. Keys are in the order of the file."""

    faults: tuple[Fault, ...]
    notices: tuple[Fault, ...]
    changed: tuple[str, ...]
    added: tuple[str, ...]
    reviewed: tuple[str, ...]
    same: tuple[str, ...]
    empty: tuple[str, ...]
    text: str
    """The language's file as it would be; empty if there are faults."""
    before: str
    """As it was when this was worked out."""


class _File(Struct, frozen=True):
    messages: dict[str, Message]
    empty: dict[str, Fault]
    fuzzy: frozenset[str]
    faults: tuple[Fault, ...]


def where(root: Path, language: str) -> Path:
    """Where a language's words lie."""
    return root / "locales" / language / "LC_MESSAGES" / "flows.po"


def take_in(root: Path, sources: Sources, language: str, path: Path, review: str | None, today: date) -> Taken:
    """What a translator's file at `path` makes of the words in `language`.

    `sources`: the content of `root` as it is, without faults of form.
    `review`: who read the words of this file and when, as `Awa 2026-01-31`; None makes what changed pending.
    Faults of the file at `path` name its lines.
    """
    file = _read(path)
    order = order_of(sources, language)
    own = {message.key: message for message in sources.words.get(language, ())}
    known = {key.partition("@")[0] for key in order}
    faults = [*file.faults, *(found for key, found in file.empty.items() if key in own)]
    faults += [
        fault(message.at, key, reason("unknown_key")) for key, message in file.messages.items() if key.partition("@")[0] not in known
    ]
    new = {
        key: _merged(message, own.get(key), review, fuzzy=key in file.fuzzy)
        for key, message in file.messages.items()
        if key.partition("@")[0] in known
    }
    faults += _checked(sources, language, own, new, today)
    after = own | new
    order = _with(order, after)
    changed = tuple(key for key in new if key in own and own[key].text != new[key].text)
    reviewed = tuple(key for key in new if key in own and key not in changed and own[key].review != new[key].review)
    added = tuple(key for key in new if key not in own)
    same = tuple(key for key in new if key in own and key not in {*changed, *reviewed})
    notices = () if faults else _notices(sources, language, after, new, frozenset((*changed, *added)))
    empty = tuple(key for key in file.empty if key not in own)
    before = _catalogue(root, language)
    text = "" if faults else po.rewritten(before, own, after, order)
    return Taken(tuple(sorted(set(faults))), tuple(sorted(notices)), changed, added, reviewed, same, empty, text, before)


def _catalogue(root: Path, language: str) -> str:
    """The language's file as it is, to the byte; only a head if there is none yet."""
    path = where(root, language)
    if path.exists():
        return path.read_bytes().decode("utf-8")
    return f"# What the line says, in {language}. The msgid is the screen's key (docs/flows.md).\n{po.header(language)}\n"


def _read(path: Path) -> _File:
    """The file's messages, strictly; an empty msgstr is no fault of form here, it was not translated."""
    reader = Reader(path.parent, path)
    messages = {message.key: message for message in words(reader)}
    empty = {fault.message.removesuffix(_EMPTY): fault for fault in reader.faults if fault.message.endswith(_EMPTY)}
    faults = tuple(fault for fault in reader.faults if fault not in empty.values())
    text = None if faults else reader.source()
    return _File(messages, empty, fuzzy(text) if text is not None else frozenset(), faults)


def _merged(message: Message, own: Message | None, review: str | None, *, fuzzy: bool) -> Message:
    """The message with its review: a file says what the words are, whoever takes it in says who read them."""
    text = message.text if own is not None and own.text == message.text else composed(message.text)
    if review is not None and not fuzzy:
        return Message(message.key, text, message.at, review)
    return Message(message.key, text, message.at, own.review if own is not None and own.text == text else PENDING)


def _would_be(sources: Sources, language: str, own: Mapping[str, Message], new: Mapping[str, Message]) -> Sources:
    """The line with these words; what is new keeps the line of the file that brings it, so that faults name that line."""
    changed = {key: message for key, message in new.items() if key not in own or own[key].text != message.text}
    return msgspec.structs.replace(sources, words={**sources.words, language: tuple({**own, **changed}.values())})


def _checked(sources: Sources, language: str, own: Mapping[str, Message], new: Mapping[str, Message], today: date) -> list[Fault]:
    """Every grave fault that the line would have. What has one is set aside for a second look, so that the rest shows its own: budgets are weighed last."""
    faults = [fault for fault in check(_would_be(sources, language, own, new), today) if fault.grave]
    blamed = {fault.at for fault in faults}
    sound = {key: message for key, message in new.items() if message.at not in blamed}
    if sound and len(sound) < len(new):
        places = {message.at for message in sound.values()}
        faults += [fault for fault in check(_would_be(sources, language, own, sound), today) if fault.grave and fault.at in places]
    return faults


def _with(order: tuple[str, ...], after: Mapping[str, Message]) -> tuple[str, ...]:
    """The order, with wordings for a channel that nobody had before: below the message that they are a wording of."""
    keys = list(order)
    for key in after:
        if key not in keys:
            keys.insert(max(place for place, other in enumerate(keys, 1) if other.partition("@")[0] == key.partition("@")[0]), key)
    return tuple(keys)


def _notices(
    sources: Sources, language: str, after: Mapping[str, Message], new: Mapping[str, Message], keys: frozenset[str]
) -> list[Fault]:
    """What an operator should know and may leave so: more pages than the first language takes; words in other languages that may no longer say the same."""
    would_be = msgspec.structs.replace(sources, words={**sources.words, language: tuple(after.values())})
    found = [fault(new[key].at, key, why, grave=False) for key, why in more_pages(would_be, language, keys)]
    first = next(iter(sources.words))
    if language == first:
        others = ", ".join(other for other in sources.words if other != first)
        found += [fault(new[key].at, key, reason("read_again", languages=others), grave=False) for key in sorted(keys) if others]
    return found


def write(root: Path, language: str, taken: Taken) -> None:
    """Put the language's file in place, whole or not at all. Raises ValueError, and leaves the old one, if reading it back gives a fault, or if
    somebody changed the file since these words were taken in: nobody undoes another's work unseen.
    """
    path = where(root, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    reader = _CatalogueText(path, taken.text)
    read = {message.key for message in words(reader)}
    if reader.faults or not {*taken.changed, *taken.added} <= read:
        raise ValueError("; ".join(map(str, reader.faults)) or "not every message came back")
    with alone(path.parent):
        if _catalogue(root, language) != taken.before:
            raise ValueError(f"{path} was changed meanwhile: import again")
        put(path, taken.text.encode("utf-8"))


class _CatalogueText(Reader):
    """A file that is to be."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(path.parent, path)
        self._text = text

    def source(self) -> str | None:
        return self._text.removeprefix("\ufeff")


def is_review(name: str, on: str, today: date) -> bool:
    """May this stand as a review: a name on one line and a day that is not to come?"""
    try:
        day = date.fromisoformat(on)
    except ValueError:
        return False
    return name_key(name) not in ("", PENDING) and name.isprintable() and '"' not in name and day.isoformat() == on and day <= today
