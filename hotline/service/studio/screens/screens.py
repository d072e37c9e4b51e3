"""One screen as the studio shows it: its words in each language and wording, what they weigh, what a phone shows, what is wrong, where its keys lead."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from typing import Final, Literal

from msgspec import Struct

from hotline.engine.check import check, check_words
from hotline.engine.check.critical import EVERYWHERE, critical_screens
from hotline.engine.check.targets import Target, targets
from hotline.engine.check.weighing import ScreenCapacity, capacity, causes_first
from hotline.engine.drafting.revisions import value_of, words_place
from hotline.engine.drafting.walked import with_phrases
from hotline.engine.edition import PLACEHOLDER, Edition, compile_edition, split_labels
from hotline.engine.flow import Branch, CallFlow, Do, Fault, Message, ScreenSource, Sources
from hotline.engine.phone import limits
from hotline.engine.phone.pages import fullest, is_last, last, node_of, pages
from hotline.service.studio.composing import Composed, is_overtaken, located, place_of, with_typed

FITS: Final[dict[str, limits.Fit]] = {"ussd": limits.USSD, "ussd_raw": limits.USSD_RAW, "sms": limits.SMS, "sms_raw": limits.SMS_RAW}
LONGEST_TITLE: Final = 40
_SENTENCE: Final = re.compile(r"(?<=[!?])\s|\.(?:\s|$)")
WORDINGS: Final = ("", "sms", "voice")
"""A message's own wording for a channel; empty: the common one."""


class PhoneFit(Struct, frozen=True):
    """What one message takes on one kind of phone, and what it shows there. `capacity` is None where it cannot be weighed; a fault says why."""

    kind: str
    capacity: ScreenCapacity | None
    pages: tuple[str, ...]


class DifferingWords(Struct, frozen=True):
    """Some words of a channel's own wording beside the common one: in both, in the common one alone (`out`), or in this alone (`in`)."""

    how: Literal["same", "out", "in"]
    text: str


class MessageView(Struct, frozen=True):
    """One message: the words of a screen or phrase in one language, for all channels or for one. Empty where a channel has no wording of its own."""

    id: str
    """Tells it from the others of the screen: `fr`, `bm-sms`."""
    place: str
    language: str
    wording: str
    text: str
    """As it is typed, or else as the draft has it."""
    kept: str | None
    """As the draft has it; None where it does not."""
    stands: str | None
    """As the newest edition has it; None where it does not."""
    review: str
    fits: tuple[PhoneFit, ...]
    faults: tuple[Fault, ...]
    is_changed: bool
    is_conflict: bool
    differs: tuple[DifferingWords, ...] = ()
    """Of a channel's own wording: how it differs from the common one. Empty where there is none."""


class HeldPlace(Struct, frozen=True):
    """A placeholder, and the longest that it can hold."""

    name: str
    example: str


class ScreenView(Struct, frozen=True):
    """One screen or phrase."""

    key: str
    title: str
    kind: str
    """Of a screen, as flow files call it; empty for a phrase."""
    shows: bool
    """Has it words? A branch, an order and a call of another flow have none."""
    messages: tuple[MessageView, ...]
    """Those that are there, and those that are being typed."""
    wordings: Mapping[str, tuple[MessageView, ...]]
    """By channel (empty: the common wording) in each language, those that are not there too."""
    targets: tuple[Target, ...]
    labels: Mapping[str, str]
    """By key, in the first language."""
    placeholders: tuple[HeldPlace, ...]
    faults: tuple[Fault, ...]
    """Of the screen itself, of what leads nowhere, and of words that are not there."""
    is_new: bool
    """Has the newest edition nothing of it, neither the screen nor words?"""
    twins: tuple[str, ...]
    """The keys of other screens of the flow that say the same in the newest edition: the line shows the one or the other."""

    @property
    def all_messages(self) -> tuple[MessageView, ...]:
        """Those that are not there too."""
        return tuple(message for of_channel in self.wordings.values() for message in of_channel)


def see_screen(composed: Composed, key: str, today: date, typed: Mapping[str, str | None] | None = None) -> ScreenView | None:
    """A screen or phrase of a draft, with words that are being typed in place of its own (by place; None for no such wording). Returns None where there is none."""
    sources = with_typed(composed.sources, typed or {})
    screen = screen_of(sources, key)
    drafted, before = _messages(composed.sources, key), _messages(composed.before, key)
    texts = _messages(sources, key) if typed else drafted
    if screen is None and not texts and not drafted:
        return None
    if any(part.value is None for part in composed.parts.values()) or (typed and None in typed.values()):
        sources = with_phrases(sources, composed.before, without=key)
    by_place: dict[str, list[Fault]] = {}
    places = located(sources)
    for fault in screen_faults(composed, sources, key, today):
        by_place.setdefault(place_of(fault, places), []).append(fault)
    weighed = weigh(sources, key)

    def message(language: str, wording: str) -> MessageView:
        own = (language, f"{key}@{wording}" if wording else key)
        place, part = words_place(*own), composed.parts.get(words_place(*own))
        found, kept, stands = texts.get(own), drafted.get(own), before.get(own)
        return MessageView(
            f"{language}-{wording}" if wording else language,
            place,
            language,
            wording,
            found.text if found else "",
            kept.text if kept else None,
            stands.text if stands else None,
            found.review if found else "",
            tuple(fit for fit in weighed.get(language, ()) if found and _counts(fit.kind, wording, language, texts, key)),
            tuple(sorted(by_place.get(place, ()), key=causes_first)),
            part is not None,
            part is not None and is_overtaken(part, value_of(stands.text) if stands else None),
            _differing(common.text, found.text) if wording and found and (common := texts.get((language, key))) else (),
        )

    wordings = {wording: tuple(message(language, wording) for language in sources.words) for wording in WORDINGS}
    first = next(iter(sources.words))
    common = texts.get((composed.reads, key)) or texts.get((first, key))
    names = {name for message in texts.values() for name in PLACEHOLDER.findall(message.text)}
    return ScreenView(
        key,
        title_of(sources, key, composed.reads),
        str(screen.kind.__struct_config__.tag) if screen else "",
        screen is None or not isinstance(screen.kind, Branch | Do | CallFlow),
        tuple(message for messages in wordings.values() for message in messages if (message.language, _key(key, message)) in texts),
        wordings,
        tuple(targets(screen)) if screen else (),
        {str(number): label for number, label in split_labels(common.text)[1]} if common else {},
        _held(sources, names, first),
        (*by_place.get(f"screen/{key}", ()), *(fault for fault in by_place.get("", ()) if fault.message.startswith(f"{key}:"))),
        not before and screen_of(composed.before, key) is None,
        _twins(composed.before, key),
    )


def _twins(sources: Sources, key: str) -> tuple[str, ...]:
    """In every language the same sentences above their options, whatever their wordings for a channel."""
    flow, texts = f"{key.partition('.')[0]}.", dict[str, dict[str, str]]()
    for language, table in sources.words.items():
        for message in table:
            if message.key.startswith(flow) and "@" not in message.key:
                texts.setdefault(message.key, {})[language] = split_labels(message.text)[0]
    own = texts.get(key, {})
    return tuple(other for other, said in texts.items() if other != key and said == own) if any(own.values()) else ()


def _differing(common: str, own: str) -> tuple[DifferingWords, ...]:
    """Word by word."""
    before, after = common.split(), own.split()
    parts: list[DifferingWords] = []
    for how, left, right, start, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            parts.append(DifferingWords("same", " ".join(before[left:right])))
            continue
        if right > left:
            parts.append(DifferingWords("out", " ".join(before[left:right])))
        if end > start:
            parts.append(DifferingWords("in", " ".join(after[start:end])))
    return tuple(parts)


def _key(key: str, message: MessageView) -> str:
    return f"{key}@{message.wording}" if message.wording else key


def _messages(sources: Sources, key: str) -> dict[tuple[str, str], Message]:
    """The wordings of a screen or phrase, by language and key."""
    keys = {f"{key}@{wording}" if wording else key for wording in WORDINGS}
    return {(language, message.key): message for language, table in sources.words.items() for message in table if message.key in keys}


def screen_faults(composed: Composed, sources: Sources, key: str, today: date) -> tuple[Fault, ...]:
    """What is wrong with this screen. Where the draft changes words alone, the rest is what an edition was published with: nobody looks at it again."""
    if all(place.startswith("words/") for place in composed.parts):
        return check_words(sources, {key})
    found = check(sources, today, only={key})
    # What is wrong elsewhere keeps nothing here from being weighed.
    return tuple(sorted({*found, *check_words(sources, {key})})) if any(fault.grave for fault in found) else found


def _held(sources: Sources, names: Collection[str], language: str) -> tuple[HeldPlace, ...]:
    """These placeholders in the order of their names. Where phrases are missing nothing is filled in."""
    if not names:
        return ()
    try:
        longest = fullest(Edition(sources, 0, limits.VOICE, 0), language)
    except (KeyError, ValueError):
        longest = {}
    return tuple(HeldPlace(name, longest.get(name, "").split("\n")[0]) for name in sorted(names))


def screen_of(sources: Sources, key: str) -> ScreenSource | None:
    name = key.partition(".")[0]
    flow = next((flow for flow in sources.flows if flow.name == name), None)
    return next((screen for screen in flow.screens if screen.key == key), None) if flow else None


def title_of(sources: Sources, key: str, reads: str = "") -> str:
    """A screen's first words in the language of whoever `reads`, or else in the first; its name where it shows none."""
    tables = (sources.words.get(reads, ()), next(iter(sources.words.values()), ()))
    text = next((message.text for table in tables for message in table if message.key == key), "")
    return first_words(text) or key.partition(".")[2] or key


def first_words(text: str) -> str:
    """The first sentence of the first line, at most LONGEST_TITLE letters of it."""
    sentence = _SENTENCE.split(text.split("\n", maxsplit=1)[0].strip(), maxsplit=1)[0]
    return sentence if len(sentence) <= LONGEST_TITLE else f"{sentence[:LONGEST_TITLE].rpartition(' ')[0] or sentence[:LONGEST_TITLE]}…"


def weigh(sources: Sources, key: str) -> dict[str, tuple[PhoneFit, ...]]:
    """By language what this screen or phrase takes of each kind of phone, as far as it can be shown there at all."""
    found: dict[str, list[PhoneFit]] = {language: [] for language in sources.words}

    @cache
    def one_page() -> frozenset[str]:
        return critical_screens(sources) | EVERYWHERE

    for kind, fit in FITS.items():
        try:
            edition = compile_edition(sources, 0, fit, only={key})
        except (KeyError, ValueError):
            continue
        for language, weighed in found.items():
            try:
                weighed.append(PhoneFit(kind, capacity(edition, key, language, one_page), shown(edition, key, language)))
            except (KeyError, ValueError):
                weighed.append(PhoneFit(kind, None, ()))
    return {language: tuple(fits) for language, fits in found.items()}


def shown(edition: Edition, key: str, language: str) -> tuple[str, ...]:
    """Its pages, with every option, lists whole, and placeholders at their longest."""
    values = fullest(edition, language)
    if is_last(edition, key, language):
        return (last(edition, key, language, values),)
    node = node_of(edition, key, language)
    if node is None:
        return ()
    return tuple(page.screen(back=key != edition.start, wrong=False).text for page in pages(edition, node, values))


def _counts(kind: str, wording: str, language: str, texts: Mapping[tuple[str, str], object], key: str) -> bool:
    """Is this the wording that this kind of phone gets?"""
    channel = kind.partition("_")[0]
    has_own = (language, f"{key}@{channel}") in texts
    return wording == channel if has_own else wording == ""
