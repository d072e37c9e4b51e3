"""Words from translators, on their way into a draft: what a file would change there, and nothing of it where anything is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec import Struct

from hotline.engine.check import check
from hotline.engine.drafting.revisions import Revision, UnfitRevision, revised, value_of, words_place
from hotline.engine.flow import Fault
from hotline.engine.phone.letters import composed as in_right_letters
from hotline.ports.editions.translations import LineFault, TranslatedFile
from hotline.service.studio.composing import Composed, located, place_of
from hotline.service.studio.drafts import LONGEST_PLACE, MOST_LETTERS, PartEdit

MOST_FAULTS = 50
"""Said of one file; the rest is told by its count."""


class WordsChange(Struct, frozen=True):
    """One message as a file would change it. `before`: None where it is not there yet."""

    place: str
    before: str | None
    after: str


class TranslationPreview(Struct, frozen=True):
    """What a translator's file would do. Where there are faults, nothing of it may be taken."""

    language: str
    changes: tuple[WordsChange, ...]
    same: int
    empty: int
    faults: tuple[LineFault, ...]
    """By line or row of the file, with the message's key."""


def preview(composed: Composed, language: str, file: TranslatedFile, today: date) -> TranslationPreview:
    """What this file would change of a draft's words in a language that the line has."""
    own = {message.key: message.text for message in composed.sources.words[language]}
    known = {message.key.partition("@")[0] for table in composed.sources.words.values() for message in table}
    faults, changes, lines = list(file.faults), [], {}
    for words in file.words:
        text = in_right_letters(words.text) if own.get(words.key) != words.text else words.text
        place = words_place(language, words.key)
        if words.key.partition("@")[0] not in known:
            faults.append(LineFault(words.line, words.key, "unknown"))
        elif len(text) > MOST_LETTERS or len(place) > LONGEST_PLACE:
            faults.append(LineFault(words.line, words.key[:LONGEST_PLACE], "long"))
        elif text != own.get(words.key):
            changes.append(WordsChange(place, own.get(words.key), text))
            lines[place] = words.line
    faults += [LineFault(lines[place], fault.message) for place, fault in _checked(composed, changes, today)]
    return TranslationPreview(
        language, tuple(changes), len(file.words) - len(changes), file.empty, tuple(sorted(faults, key=lambda fault: fault.line))
    )


def packed(changes: Iterable[WordsChange]) -> str:
    """These changes as the form that takes them carries them."""
    return msgspec.json.encode(tuple(changes)).decode()


def edits_of(text: str) -> list[PartEdit]:
    """What `packed` made, as the edits of a draft. Raises UnfitRevision."""
    try:
        changes = msgspec.json.decode(text, type=tuple[WordsChange, ...])
    except msgspec.DecodeError as error:
        raise UnfitRevision(str(error)) from None
    if not all(change.place.startswith("words/") for change in changes):
        raise UnfitRevision("not of words")
    return [PartEdit.words(change.place, change.after, change.before) for change in changes]


def _checked(composed: Composed, changes: list[WordsChange], today: date) -> list[tuple[str, Fault]]:
    """The grave faults that these changes bring, each with its place."""
    if not changes:
        return []
    sources = revised(composed.sources, (Revision(change.place, value_of(change.after)) for change in changes))
    keys = {change.place.split("/")[2].partition("@")[0] for change in changes}
    places, changed = located(sources), {change.place for change in changes}
    found = ((place_of(fault, places), fault) for fault in check(sources, today, only=keys) if fault.grave)
    return [(place, fault) for place, fault in found if place in changed]
