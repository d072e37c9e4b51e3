"""One screen as the studio shows it: its words in each language and wording, what they weigh, what a phone shows, what is wrong, where its keys lead."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec
from msgspec import Struct

from hotline.engine.check import check
from hotline.engine.check.targets import Target, targets
from hotline.engine.edition import PLACEHOLDER, Edition, compile_edition, split_labels
from hotline.engine.flow import Branch, CallFlow, Do, Fault, ScreenSource, Sources
from hotline.engine.phone import limits
from hotline.engine.phone.pages import fullest, is_last, last, node_of, pages
from hotline.engine.phone.weighing import ScreenCapacity, capacity
from hotline.engine.revisions import Revision, revised, value_of, words_place
from hotline.service.studio.composing import Composed, located, place_of

FITS: Final[dict[str, limits.Fit]] = {"ussd": limits.USSD, "ussd_raw": limits.USSD_RAW, "sms": limits.SMS, "sms_raw": limits.SMS_RAW}
WORDINGS: Final = ("", "sms", "voice")
"""A message's own wording for a channel; empty: the common one."""


class PhoneFit(Struct, frozen=True):
    """What one message takes on one kind of phone, and what it shows there. `capacity` None: it cannot be weighed, a fault says why."""

    kind: str
    capacity: ScreenCapacity | None
    pages: tuple[str, ...]


class MessageView(Struct, frozen=True):
    """One message: the words of a screen or phrase in one language, for all channels or for one."""

    place: str
    language: str
    wording: str
    text: str
    stands: str | None
    """As the newest edition has it; None: not at all."""
    review: str
    fits: tuple[PhoneFit, ...]
    faults: tuple[Fault, ...]
    is_changed: bool
    is_conflict: bool


class ScreenView(Struct, frozen=True):
    """One screen or phrase."""

    key: str
    title: str
    kind: str
    """Of a screen, as flow files call it; empty for a phrase."""
    shows: bool
    """Has it words? A branch, an order and a call of another flow have none."""
    messages: tuple[MessageView, ...]
    targets: tuple[Target, ...]
    labels: Mapping[str, str]
    """By key, in the first language."""
    placeholders: tuple[str, ...]
    faults: tuple[Fault, ...]
    """Of the screen itself and of what leads nowhere."""


def see_screen(composed: Composed, key: str, today: date, typed: Mapping[str, str] | None = None) -> ScreenView | None:
    """A screen or phrase of a draft, with words that are being typed in place of its own (by place). Returns None where there is none."""
    sources = composed.sources
    if typed:
        sources = revised(sources, (Revision(place, value_of(text)) for place, text in typed.items() if place.startswith("words/")))
    screen = screen_of(sources, key)
    texts = {
        (language, message.key): message
        for language, table in sources.words.items()
        for message in table
        if message.key.partition("@")[0] == key
    }
    if screen is None and not texts:
        return None
    by_place: dict[str, list[Fault]] = {}
    places = located(sources)
    for fault in check(sources, today, only={key}):
        if fault.grave:
            by_place.setdefault(place_of(fault, places), []).append(fault)
    weighed = weigh(sources, key)
    messages = []
    for language in sources.words:
        for wording in WORDINGS:
            message = texts.get((language, f"{key}@{wording}" if wording else key))
            if message is None:
                continue
            place = words_place(language, message.key)
            stands = composed.stands.get(place)
            messages.append(
                MessageView(
                    place,
                    language,
                    wording,
                    message.text,
                    None if stands is None else _text(stands),
                    message.review,
                    tuple(fit for fit in weighed.get(language, ()) if _counts(fit.kind, wording, language, texts, key)),
                    tuple(by_place.get(place, ())),
                    place in composed.parts,
                    place in composed.conflicts,
                )
            )
    first = next(iter(sources.words))
    common = texts.get((first, key))
    return ScreenView(
        key,
        title_of(sources, key),
        str(screen.kind.__struct_config__.tag) if screen else "",
        screen is None or not isinstance(screen.kind, Branch | Do | CallFlow),
        tuple(messages),
        tuple(targets(screen)) if screen else (),
        {str(number): label for number, label in split_labels(common.text)[1]} if common else {},
        tuple(sorted({name for message in texts.values() for name in PLACEHOLDER.findall(message.text)})),
        tuple(by_place.get(f"screen/{key}", ())),
    )


def screen_of(sources: Sources, key: str) -> ScreenSource | None:
    name = key.partition(".")[0]
    flow = next((flow for flow in sources.flows if flow.name == name), None)
    return next((screen for screen in flow.screens if screen.key == key), None) if flow else None


def title_of(sources: Sources, key: str) -> str:
    """A screen's first words, as whoever edits it calls it; its name where it shows none."""
    table = next(iter(sources.words.values()), ())
    text = next((message.text for message in table if message.key == key), "")
    return text.split("\n")[0].strip() or key.partition(".")[2] or key


def weigh(sources: Sources, key: str) -> dict[str, tuple[PhoneFit, ...]]:
    """By language what this screen or phrase takes of each kind of phone, as far as it can be shown there at all."""
    found: dict[str, list[PhoneFit]] = {language: [] for language in sources.words}
    for kind, fit in FITS.items():
        try:
            edition = compile_edition(sources, 0, fit, only={key})
        except (KeyError, ValueError):
            continue
        for language, weighed in found.items():
            try:
                weighed.append(PhoneFit(kind, capacity(edition, key, language), shown(edition, key, language)))
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


def _text(value: str) -> str:
    return msgspec.json.decode(value, type=str)
