"""Every page that an edition can show, at its fullest and on every kind of phone: what fits on none of them, and what cannot be made at all.

Whatever is found here would otherwise be found by a caller, as a hop without a screen, or by a process that does not start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from hotline.engine import gsm
from hotline.engine.edition import OUT_END, PLACEHOLDER, SAFE_END, Edition, Node, Page, compile_edition, fill
from hotline.engine.flow import Branch, CallFlow, Do, Each, End, Fault, Menu, Say, Sources, Where
from hotline.engine.world import clock, field_of, numbers_of

FITS: Final = (gsm.USSD, gsm.SMS)
RAW: Final = (gsm.USSD_RAW, gsm.SMS_RAW)
"""Phones of networks for which nothing is folded."""
PHRASES_DAY: Final = ("day.today", "day.tomorrow", *(f"day.{n}" for n in range(7)))
ENDS: Final = (SAFE_END, OUT_END, "neutral.broken")
"""Last screens that belong to no flow."""
FIELDS: Final = frozenset(("name", "address", "hours", "phone", "offers", "kind", "languages", "place", "region", "on", "near", "numbers"))
LATEST: Final = (23 * 60 + 59, 22 * 60)
"""Minutes of the day, one for each wording of a time."""
TIMES_OF_DAY: Final = ("before", "from", "to", "next")


def over_budget(sources: Sources) -> Iterator[Fault]:
    """Screens that do not fit: every last one must be one page, and the first where words are folded; nothing may hold a word longer than a page."""
    places = {(language, message.key): message.at for language, messages in sources.words.items() for message in messages}
    for fit in (*FITS, *RAW, gsm.VOICE):
        try:
            edition = compile_edition(sources, 0, fit)
        except ValueError as error:
            yield Fault(Where(f"locales/{next(iter(sources.words))}/LC_MESSAGES/flows.po", 1), _no_page(fit, error))
            continue
        if fit is gsm.VOICE:
            continue  # of all this only prompts are spoken
        for language in edition.languages:
            for key in (*edition.nodes[language], *ENDS):
                what = _wrong(edition, key, language)
                if what is not None:
                    at = places.get((language, f"{key}@{fit.channel}")) or places[language, key]
                    yield Fault(at, f"{key}: {what}")


def times(edition: Edition, language: str) -> Mapping[str, str]:
    """The longest that a time and a day can be in words, by placeholder."""
    latest = max((clock(edition, language, minute) for minute in LATEST), key=_weight)
    day = max((edition.words[language][key] for key in PHRASES_DAY), key=_weight)
    return {**dict.fromkeys(TIMES_OF_DAY, latest), "day": day, "next_day": day}


def _no_page(fit: gsm.Fit, error: ValueError) -> str:
    return f"does not fit any page on {fit.channel}{'' if fit.folded else ' where nothing is folded'}: {error}"


def _wrong(edition: Edition, key: str, language: str) -> str | None:
    """What is wrong with this screen at its fullest; None where all is well, or where it shows nothing."""
    node = edition.nodes[language].get(key)
    if node is not None and isinstance(node.kind, Branch | Do | CallFlow):
        return None
    try:
        for text, is_whole in _texts(edition, key, node, language):
            if not (is_whole and gsm.fits(text, edition.fit)):
                return f"over budget on {edition.fit.channel}, one screen is {gsm.limit(text, edition.fit)} units"
    except ValueError as error:
        return _no_page(edition.fit, error)
    return None


def _texts(edition: Edition, key: str, node: Node | None, language: str) -> Iterator[tuple[str, bool]]:
    """Every page that this screen can show; false where it is one of several that must be one. ValueError where there is none."""
    if node is None or isinstance(node.kind, End):
        text = edition.words[language][key]
        yield from ((edition.last(key, language, fill(text, values)).text, True) for values in _fillings(edition, text, language))
        return
    for page, count in _pages(edition, node):
        yield from (
            (screen.text, count == 1 or key != edition.start or not edition.fit.folded)
            for screen in (page.plain, page.plain_first, page.wrong, page.wrong_first)
        )


def _pages(edition: Edition, node: Node) -> Iterator[tuple[Page, int]]:
    """Its pages, each with how many there are."""
    if node.shown:
        yield from ((page, len(node.shown)) for page, _ in node.shown)
        return
    language, text = node.language, edition.words[node.language][node.key]
    for values in _fillings(edition, text, language):
        head = fill(node.head, values)
        if isinstance(node.kind, Each):
            # An entry beside others may stand on a page with each of them, or alone, with the key for more.
            for item in edition.items.get(node.kind.list, {}).values():
                name = edition.name_of(item, language)
                yield from edition.numbered(node.key, language, head, (name, name))
            continue
        labels = [(number, fill(label, values)) for number, label in node.labels]
        told = _testimonies(edition) if isinstance(node.kind, Say) and node.kind.each else ("",)
        for body in told:
            text = "\n".join(filter(None, (head, body)))
            pages = edition.render(node.key, language, text, isinstance(node.kind, Say), labels, menu=isinstance(node.kind, Menu))
            yield from ((page, len(pages)) for page in pages)


def _testimonies(edition: Edition) -> tuple[str, ...]:
    items = edition.items.get("testimonies", {}).values()
    return tuple(text for item in items for name, text in item.fields.items() if name.startswith("text.")) or ("",)


def _fillings(edition: Edition, text: str, language: str) -> Iterable[Mapping[str, str]]:
    """What the placeholders of these words can hold: times at their longest, an entry's fields one entry after another."""
    names = frozenset(PLACEHOLDER.findall(text))
    if not names:
        return ({},)
    near = max((item.name for item in edition.items.get("places", {}).values()), key=_weight, default="")
    common = {**times(edition, language), "near": near, "numbers": numbers_of(edition, {})}
    asked = names & FIELDS - {"near", "numbers"}
    items = [item for of, items in edition.items.items() if asked and of != "testimonies" for item in items.values()]
    fields = {tuple((name, field_of(edition, item, name, language)) for name in sorted(asked)) for item in items}
    return [common | dict(each) for each in sorted(fields)] or [common]


def _weight(text: str) -> tuple[bool, int]:
    return not gsm.is_gsm(text), gsm.units(text)[0]
