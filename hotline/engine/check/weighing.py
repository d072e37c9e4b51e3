"""How much each message takes of a phone, and what is too much for it.

Whatever is found here would otherwise be found by a caller, as a hop without a screen, or by a process that does not start. What limits a screen, by channel and kind of phone, stands in `limits.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Final

from msgspec import Struct

from hotline.engine.check.critical import EVERYWHERE, critical_screens
from hotline.engine.edition import CannotShow, Edition, Node, changes_language, compile_edition, fill
from hotline.engine.faults import fault, reason
from hotline.engine.flow import Fault, FaultReason, Sources
from hotline.engine.phone import gsm, limits
from hotline.engine.phone.letters import fold
from hotline.engine.phone.numbers import has_number
from hotline.engine.phone.pages import (
    ENDS,
    FITS,
    TESTIMONY,
    RenderedText,
    TooLong,
    at_once,
    every_text,
    fullest,
    fullest_at_once,
    is_last,
    last,
    node_of,
    pages,
)

_WEIGHTS: Final = frozenset(("no_page", "over_budget", "first_page", "one_page"))
"""The faults that are found here, by code: of a message with others those are mended first."""
_QUOTED: Final = 30
"""Letters of what is filled in, where a fault quotes it."""


class ScreenCapacity(Struct, frozen=True):
    """What one message takes of one kind of phone. `used` and `limit`: septets of the fullest page, or UTF-16 units if `gsm7` is false."""

    pages: int
    used: int
    limit: int
    gsm7: bool
    other_language: bool = True
    """Is the key of the other language on every page that may have it?"""

    @property
    def left(self) -> int:
        return self.limit - self.used


def capacity(edition: Edition, key: str, language: str, one_page: Callable[[], Collection[str]] = frozenset[str]) -> ScreenCapacity | None:
    """What this message takes, its placeholders and lists at their longest, with the lines of the keys and of a wrong key.

    `key` is without a channel. `one_page`: the screens that must be one page; of such a one that is more it is what it takes on one, as its fault has it. Returns None for what is not shown by itself: parts of other messages, lists of words, prompts that are spoken.
    """
    values = fullest(edition, language)
    if is_last(edition, key, language):
        return _measured(edition, (last(edition, key, language, values),))
    node = node_of(edition, key, language)
    if node is not None:
        whole = _beyond_a_page(edition, node)
        if whole is not None and (key == edition.start or key in one_page()):
            return _measured(edition, (whole,))
        made, other = pages(edition, node, values), _other_key(edition, node)
        shown = not other or all(page.plain.text.endswith(other) for page in made)
        texts = tuple(page.wrong.text for page in made)
        for spelled in other:
            texts = tuple(text.removesuffix(spelled).rstrip() for text in texts)
        return _measured(edition, texts, other_language=shown)
    if key.startswith("staff.") and not key.startswith("staff.word."):
        text = fill(edition.words[language][key], values)
        return _measured(edition, gsm.segments(fold(text, language) if edition.fit.folded else text), whole=True)
    return None


def _other_key(edition: Edition, node: Node) -> tuple[str, ...]:
    """The key of the other language, as it is written and folded, which ends a page that has room for it and is not counted. Empty if it has no place there."""
    if len(edition.languages) < 2 or not changes_language(node.kind):
        return ()
    return edition.spellings("keys.language", edition.next_language(node.language))


def _measured(edition: Edition, texts: tuple[str, ...], *, other_language: bool = True, whole: bool = False) -> ScreenCapacity:
    """`whole`: an SMS in parts, whose limit is that of all of them."""
    text = max(texts, key=lambda text: gsm.units(text)[0])
    used, of_message = gsm.units(text)
    return ScreenCapacity(len(texts), used, of_message if whole else limits.limit(text, edition.fit), gsm.is_gsm(text), other_language)


def over_budget(sources: Sources, only: Collection[str] | None = None) -> Iterator[Fault]:
    """Screens that do not fit, each with how much is too much: every last screen must be one page, and so must the first and every critical one; nothing may
    hold a word longer than a page. Measured folded: what is too long as it is written goes so everywhere. `only`: these screens alone.
    """

    @cache
    def critical() -> frozenset[str]:
        return critical_screens(sources) | EVERYWHERE

    places = {(language, message.key): message.at for language, messages in sources.words.items() for message in messages}
    reported: set[tuple[str, str, str]] = set()

    def once(fit: limits.Fit, key: str, language: str, why: FaultReason) -> Iterator[Fault]:
        if (fit.channel, key, language) not in reported:
            reported.add((fit.channel, key, language))
            yield fault(places.get((language, f"{key}@{fit.channel}")) or places[language, key], key, why)

    for fit in FITS:
        try:
            edition = compile_edition(sources, 0, fit, only=only)
        except CannotShow as error:
            yield from once(fit, error.key, error.language, _no_page(fit, error.why))
            continue
        for language in edition.languages:
            for key in (*edition.nodes[language], *(end for end in ENDS if only is None or end in only)):
                why = _too_much(edition, key, language) or _two_pages(edition, key, language, critical)
                if why is not None:
                    yield from once(fit, key, language, why)


def _no_page(fit: limits.Fit, why: str, filled: Mapping[str, str] | None = None) -> FaultReason:
    return reason("no_page", phone=reason(fit.channel), why=why, filled=_longest(filled or {}))


def _too_much(edition: Edition, key: str, language: str) -> FaultReason | None:
    """What is too much of this screen at its fullest. Returns None if all fits, or if it shows nothing."""
    try:
        shown = tuple(every_text(edition, key, language))
    except TooLong as error:
        return _no_page(edition.fit, str(error), error.filled)
    if not all(limits.fits(rendered.text, edition.fit) for rendered in shown):
        worst = max(shown, key=lambda rendered: _excess(edition, rendered.text))
        figures, filled = _figures(edition, worst.text), _longest(worst.filled)
        return reason("over_budget", phone=reason(edition.fit.channel), place=_place(worst), figures=figures, filled=filled)
    node = node_of(edition, key, language)
    if node is not None and key == edition.start and any(rendered.pages > 1 for rendered in shown):
        text = at_once(edition, node, fullest(edition, language))
        return reason("first_page", phone=reason(edition.fit.channel), figures=_figures(edition, text))
    return None


def _two_pages(edition: Edition, key: str, language: str, critical: Callable[[], Collection[str]]) -> FaultReason | None:
    """What of a critical screen would stand behind a key for more, where somebody in danger may not look. Returns None if all is seen at once, and for what
    is as long as what it lists: a list of the directory, a testimony. Numbers that stand among its words count for nothing."""
    node = node_of(edition, key, language)
    text = None if node is None else _beyond_a_page(edition, node)
    if text is None or key not in critical():
        return None
    return reason("one_page", phone=reason(edition.fit.channel), figures=_figures(edition, text))


def causes_first(fault: Fault) -> tuple[bool, bool]:
    """Sorts: what follows from another fault comes after it, and what a message takes after what is wrong with its words."""
    return fault.follows, fault.reason is not None and fault.reason.code in _WEIGHTS


def _beyond_a_page(edition: Edition, node: Node) -> str | None:
    """A screen on one page, which it is too much for. Returns None if it fits, and for what is as long as what it lists."""
    is_start = node.key == edition.start
    text = at_once(edition, node, fullest(edition, node.language)) if is_start else fullest_at_once(edition, node)
    return None if text is None or limits.fits(text, edition.fit) else text


def _excess(edition: Edition, text: str) -> int:
    return gsm.units(text)[0] - limits.limit(text, edition.fit)


def _figures(edition: Edition, text: str) -> FaultReason:
    used, limit = gsm.units(text)[0], limits.limit(text, edition.fit)
    return reason("septets", used=used, most=limit, over=used - limit)


def _place(shown: RenderedText) -> FaultReason:
    if shown.pages == 1:
        return reason("after_wrong" if shown.is_wrong else "nothing")
    return reason("page_after_wrong" if shown.is_wrong else "page", page=shown.page, pages=shown.pages)


def _longest(filled: Mapping[str, str]) -> FaultReason:
    """Which of what was filled in takes most room, in words; a number is not quoted."""
    name = max(filled, key=lambda name: len(filled[name]), default=None)
    if name is None or not filled[name]:
        return reason("nothing")
    text = " ".join(filled[name].split())
    called = reason("testimony") if name == TESTIMONY else name
    if has_number(text):
        return reason("filled", name=called, count=len(text))
    return reason("filled_quoted", name=called, count=len(text), quoted=f"{text[:_QUOTED]}{'…' if len(text) > _QUOTED else ''}")
