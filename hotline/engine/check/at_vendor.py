"""What an edition is through a vendor that shows fewer letters of a screen, or takes keys of the line for itself."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.answers import checked
from hotline.engine.check.critical import critical_screens
from hotline.engine.check.weighing import capacity
from hotline.engine.edition import CannotShow, Edition, compile_edition
from hotline.engine.flow import Ask, Sources
from hotline.engine.phone import limits
from hotline.engine.phone.pages import ENDS, TooLong, every_text


class AtVendor(Struct, frozen=True):
    """Each screen by its key and language, in the order of the edition."""

    longer: tuple[tuple[str, str, int], ...] = ()
    """With how many pages, where it has fewer elsewhere."""
    urgent: tuple[str, ...] = ()
    """Of these, the screens on which somebody in danger may not look for more."""
    too_long: tuple[tuple[str, str], ...] = ()
    """What does not fit: a last screen of more than one page, a word longer than a page."""
    asked: tuple[tuple[str, str], ...] = ()
    """A screen that may be answered with what is pressed there in place of a key, and that."""

    @property
    def is_sound(self) -> bool:
        return not (self.too_long or self.asked)


def at_vendor(sources: Sources, letters: int | None, keys: limits.VendorKeys) -> AtVendor:
    """How sources that `check` found clean are shown there, as a phone gets them for which words are folded."""
    asked = tuple(
        (screen.key, pressed)
        for flow in sources.flows
        for screen in flow.screens
        for _, pressed in keys
        if isinstance(screen.kind, Ask) and checked(screen.kind, pressed) is not None
    )
    fit = replace(limits.USSD, budget=min(letters or limits.USSD.budget, limits.USSD.budget), keys=keys)
    if fit == limits.USSD:
        return AtVendor(asked=asked)
    try:
        there = compile_edition(sources, 0, fit)
    except CannotShow as error:
        return AtVendor(too_long=((error.key, error.language),), asked=asked)
    elsewhere, critical = compile_edition(sources, 0, limits.USSD), critical_screens(sources)
    too_long = tuple(_too_long(there))
    longer = tuple(found for found in _longer(there, elsewhere) if found[:2] not in too_long)
    return AtVendor(longer, tuple(dict.fromkeys(key for key, _, _ in longer if key in critical)), too_long, asked)


def _too_long(edition: Edition) -> Iterator[tuple[str, str]]:
    for language in edition.languages:
        for key in (*edition.nodes[language], *ENDS):
            try:
                if not all(limits.fits(shown.text, edition.fit) for shown in every_text(edition, key, language)):
                    yield key, language
            except TooLong:
                yield key, language


def _longer(there: Edition, elsewhere: Edition) -> Iterator[tuple[str, str, int]]:
    for language in there.languages:
        for key in there.nodes[language]:
            try:
                here, before = capacity(there, key, language), capacity(elsewhere, key, language)
            except (TooLong, ValueError):
                continue  # told as too long
            if here is not None and before is not None and here.pages > before.pages:
                yield key, language, here.pages
