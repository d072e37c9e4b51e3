"""Every page of a screen, rendered as each kind of phone gets it: for whatever weighs, compares or prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple

from hotline.engine.edition import OUT_END, PLACEHOLDER, SAFE_END, Edition, Node, Page, changes_language, fill
from hotline.engine.flow import Branch, CallFlow, Do, Each, End, Item, Say
from hotline.engine.phone import gsm, limits
from hotline.engine.world import PHRASES_DAY, clock, field_of, numbers_of

FITS: Final = (limits.USSD, limits.SMS)
"""What screens are measured for. Phones that show every letter are none of their own: what is no page as it is written goes folded to them."""
ENDS: Final = (SAFE_END, OUT_END, "neutral.broken")
"""Last screens that belong to no flow."""
FIELDS: Final = frozenset(
    ("name", "address", "hours", "phone", "offers", "kind", "languages", "place", "region", "on", "near", "numbers", "unconfirmed")
)
"""What of the directory may be filled in."""
LATEST: Final = (23 * 60 + 59, 22 * 60)
"""Minutes of the day, one for each wording of a time."""
LATEST_AT_NIGHT: Final = 9 * 60 + 59
"""Of a day that began since: no promise lasts longer."""
TIMES_OF_DAY: Final = ("before", "from", "to", "next")
TESTIMONY: Final = "the testimony"
"""How what is filled in is called where it is one."""
STAFF: Final = {"ref": "471", "until": "23h59", "number": "3", "count": "3"}


class TooLong(ValueError):
    """A word is longer than a page. `filled`: what was filled in."""

    def __init__(self, why: str, filled: Mapping[str, str]) -> None:
        self.filled = filled
        super().__init__(why)


class RenderedText(NamedTuple):
    """A text that a phone may get, and what made it."""

    text: str
    page: int
    """From 1."""
    pages: int
    is_wrong: bool
    """It is shown after a wrong key."""
    filled: Mapping[str, str]
    """What it holds for placeholders, lists and testimonies, each by its name."""


def is_last(edition: Edition, key: str, language: str) -> bool:
    """Is it a screen that ends a session?"""
    node = edition.nodes[language].get(key)
    return key in ENDS or (node is not None and isinstance(node.kind, End))


def node_of(edition: Edition, key: str, language: str) -> Node | None:
    """The screen of this key that has pages. Returns None if there is none, or only words, or a step that nobody sees."""
    node = edition.nodes[language].get(key)
    return None if node is None or isinstance(node.kind, Branch | Do | CallFlow | End) else node


def last(edition: Edition, key: str, language: str, values: Mapping[str, str]) -> str:
    """A last screen, its placeholders filled."""
    return edition.last(key, language, fill(edition.words[language][key], values)).text


def pages(edition: Edition, node: Node, values: Mapping[str, str], body: str = "") -> tuple[Page, ...]:
    """A screen's pages with every line that there can be, its placeholders filled. `body`: a testimony. Raises ValueError if a word is longer than a page."""
    head = fill(node.head, values)
    if isinstance(node.kind, Each):
        names = tuple(edition.name_of(item, node.language) for item in _entries(edition, node.kind))
        return tuple(page for page, _ in edition.numbered(node.key, node.language, head, names))
    text = "\n".join(filter(None, (head, body)))
    return edition.render(node.key, node.language, text, _goes_on(node), _labels(node, values), menu=changes_language(node.kind))


def at_once(edition: Edition, node: Node, values: Mapping[str, str]) -> str:
    """A screen on one page, whether it fits or not, with all that may stand around it."""
    return edition.at_once(node.key, node.language, fill(node.head, values), _labels(node, values), more=_goes_on(node))


def fullest_at_once(edition: Edition, node: Node) -> str | None:
    """A screen on one page as `at_once`, filled with what takes most of it, and without the numbers that it lists. Returns None for a list and for a testimony."""
    if isinstance(node.kind, Each) or (isinstance(node.kind, Say) and node.kind.each):
        return None
    fillings = _fillings(edition, edition.words[node.language][node.key], node.language)
    return max((at_once(edition, node, {**values, "numbers": ""}) for values in fillings), key=_weight)


def every_text(edition: Edition, key: str, language: str) -> Iterator[RenderedText]:
    """Whatever a phone may get of this screen, whatever is filled in; nothing of what shows nothing. Raises TooLong if a word is longer than a page."""
    if is_last(edition, key, language):
        for values in _fillings(edition, edition.words[language][key], language):
            yield RenderedText(last(edition, key, language, values), 1, 1, is_wrong=False, filled=_called(values))
        return
    node = node_of(edition, key, language)
    if node is None:
        return
    for make, filled in _every(edition, node):
        try:
            made = make()
        except ValueError as error:
            raise TooLong(str(error), filled) from None
        for number, page in enumerate(made, 1):
            for text, is_wrong in ((page.plain, False), (page.plain_first, False), (page.wrong, True), (page.wrong_first, True)):
                yield RenderedText(text.text, number, len(made), is_wrong, filled)


def _every(edition: Edition, node: Node) -> Iterator[tuple[Callable[[], tuple[Page, ...]], Mapping[str, str]]]:
    """What makes its pages, once for each thing that may be filled in."""
    if node.shown:
        yield lambda: tuple(page for page, _ in node.shown), {}
        return
    for values in _fillings(edition, edition.words[node.language][node.key], node.language):
        if isinstance(node.kind, Each):
            for item in _entries(edition, node.kind):
                name = edition.name_of(item, node.language)
                yield (
                    partial(_twins, edition, node, fill(node.head, values), name),
                    {**_called(values), f"{node.kind.list} {item.id}": name},
                )
        elif isinstance(node.kind, Say) and node.kind.each:
            for body in _testimonies(edition):
                yield partial(pages, edition, node, values, body), {**_called(values), TESTIMONY: body}
        else:
            yield partial(pages, edition, node, values), _called(values)


def _twins(edition: Edition, node: Node, head: str, name: str) -> tuple[Page, ...]:
    """A page of a list: an entry beside others may stand on one with each of them, or alone, with the key for more."""
    return tuple(page for page, _ in edition.numbered(node.key, node.language, head, (name, name)))[:1]


def _called(values: Mapping[str, str]) -> Mapping[str, str]:
    return {f"{{{name}}}": value for name, value in values.items()}


def _goes_on(node: Node) -> bool:
    """Does the key for more lead on past its last page?"""
    return isinstance(node.kind, Say) and (node.kind.go is not None or node.kind.each is not None)


def _labels(node: Node, values: Mapping[str, str]) -> list[tuple[int, str]]:
    return [(number, fill(label, values)) for number, label in node.labels]


def _entries(edition: Edition, menu: Each) -> Iterable[Item]:
    return edition.items.get(menu.list, {}).values()


def _testimonies(edition: Edition) -> tuple[str, ...]:
    items = edition.items.get("testimonies", {}).values()
    return tuple(text for item in items for name, text in item.fields.items() if name.startswith("text.")) or ("",)


def times(edition: Edition, language: str) -> Mapping[str, str]:
    """The longest that a time and a day can be in words, by placeholder."""
    return _once(edition, "times", language, _times)


def _once(edition: Edition, what: str, language: str, find: Callable[[Edition, str], Mapping[str, str]]) -> Mapping[str, str]:
    """What `find` gives, looked for once in an edition: every screen asks for it."""
    known = edition.longest.get((what, language))
    if known is None:
        known = edition.longest[what, language] = find(edition, language)
    return known


def _times(edition: Edition, language: str) -> Mapping[str, str]:
    latest = max((clock(edition, language, minute) for minute in LATEST), key=_weight)
    day = max((edition.words[language][key] for key in PHRASES_DAY), key=_weight)
    words = edition.words[language]
    ends = (fill(words["end.today"], {"clock": latest}), fill(words["end.night"], {"clock": clock(edition, language, LATEST_AT_NIGHT)}))
    span = fill(words["window"], {"day": day, "from": latest, "to": latest})
    rests = (fill(text, {"to": latest}) for key, text in words.items() if key.startswith("rest."))
    filled = {"end": max(ends, key=_weight), "window": max((span, *rests), key=_weight), "soonest": span}
    return {**dict.fromkeys(TIMES_OF_DAY, latest), "day": day, "next_day": day, **filled}


def fullest(edition: Edition, language: str) -> Mapping[str, str]:
    """The longest that each placeholder can hold, by itself: what a translator must leave room for."""
    return _once(edition, "fullest", language, _fullest)


def _fullest(edition: Edition, language: str) -> Mapping[str, str]:
    items = [item for items in edition.items.values() for item in items.values()]
    name = max((item.name for item in items), key=len, default="")
    fields = {field: max((item.fields.get(field, "") for item in items), key=len, default="") or name for field in FIELDS}
    longest = times(edition, language)
    shown = [f"{item.name}: {item.fields['phone']}" for item in items if "phone" in item.fields and item.fields.get("verified_on")]
    return {**fields, "name": name, "near": name, "numbers": "\n".join(shown), **longest, "on": f"{longest['day']} 31/12", **STAFF}


def _fillings(edition: Edition, text: str, language: str) -> Iterable[Mapping[str, str]]:
    """What the placeholders of these words can hold: times at their longest, an entry's fields one entry after another."""
    names = frozenset(PLACEHOLDER.findall(text))
    if not names:
        return ({},)
    near = max((item.name for item in edition.items.get("places", {}).values()), key=_weight, default="")
    common = {**times(edition, language), "near": near, "numbers": numbers_of(edition, {})}
    common = {name: value for name, value in common.items() if name in names}
    asked = names & FIELDS - {"near", "numbers"}
    items = [item for of, items in edition.items.items() if asked and of != "testimonies" for item in items.values()]
    fields = {tuple((name, field_of(edition, item, name, language)) for name in sorted(asked)) for item in items}
    return [common | dict(filled) for filled in sorted(fields)] or [common]


def _weight(text: str) -> tuple[bool, int]:
    return not gsm.is_gsm(text), gsm.units(text)[0]
