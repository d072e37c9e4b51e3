"""What a draft changes of an edition: parts of it, each named by its place, each as JSON without file and line; and the edition with them.

A place is `words/LANGUAGE/KEY`, `screen/KEY`, `flow/NAME`, `entry/LIST/ID` or `order/LIST`. Its value is a message's text, a screen's kind, the key of a
flow's first screen, an entry's name and fields, the ids of a list in the order of their numbers.
Testimonies are no part of a draft: what was released and what was taken back is laid over every edition that is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.flow import Branch, Flow, Item, Kind, List, Menu, Message, ScreenSource, Sources, Where

PENDING: Final = "pending"
_NOWHERE: Final = Where("", 0)
TESTIMONIES: Final = "testimonies"

T = TypeVar("T", Message, ScreenSource, Flow, Item)


class Revision(Struct, frozen=True):
    """One part as a draft has it. `value` is None where the edition does not have it any more."""

    place: str
    value: str | None


class EntryValue(Struct, frozen=True):
    """What an entry of the directory is, apart from where it stands."""

    name: str
    fields: dict[str, str]


_PLACE: Final = re.compile(
    r"words/[a-z]+/[a-z0-9_.-]+(@(sms|voice))?|screen/[a-z0-9_-]+\.[a-z0-9_-]+|flow/[a-z0-9_-]+|entry/[a-z]+/[a-z0-9_-]+|order/[a-z]+"
)
DecodedPart: TypeAlias = str | Kind | EntryValue | tuple[str, ...]
"""What a part's value says."""
_KINDS: Final[Mapping[str, Any]] = {"words": str, "screen": Kind, "flow": str, "entry": EntryValue, "order": tuple[str, ...]}


class UnfitRevision(ValueError):
    """A place or a value that no edition has."""


def words_place(language: str, key: str) -> str:
    return f"words/{language}/{key}"


def screen_place(key: str) -> str:
    return f"screen/{key}"


def flow_place(name: str) -> str:
    return f"flow/{name}"


def entry_place(of: str, id: str) -> str:
    return f"entry/{of}/{id}"


def order_place(of: str) -> str:
    return f"order/{of}"


def value_of(part: DecodedPart) -> str:
    """A part as it is kept: two that say the same are the same text."""
    bare = _bare(part) if isinstance(part, Menu | Branch) else part
    return msgspec.json.encode(bare, order="sorted").decode()


def decoded(place: str, value: str) -> DecodedPart:
    """What `value_of` was made from. Raises DecodeError where no part of this place has such a value."""
    found: DecodedPart = msgspec.json.decode(value, type=_KINDS[place.partition("/")[0]])
    return found


def canonical(place: str, value: str | None) -> str | None:
    """A value as `value_of` writes it, however it was written: what says the same is the same text, and holds nothing that nobody reads. Raises UnfitRevision."""
    kind = place.partition("/")[0]
    if not _PLACE.fullmatch(place):
        raise UnfitRevision("no edition has such a part")
    try:
        return None if value is None else value_of(msgspec.json.decode(value, type=_KINDS[kind]))
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnfitRevision(str(error)) from None


def standing(sources: Sources) -> dict[str, str]:
    """Every part of these sources by its place."""
    found = {words_place(language, message.key): value_of(message.text) for language, table in sources.words.items() for message in table}
    for flow in sources.flows:
        found[flow_place(flow.name)] = value_of(flow.start)
        found |= {screen_place(screen.key): value_of(screen.kind) for screen in flow.screens}
    lists: dict[str, list[str]] = {}
    for item in sources.items:
        if item.list != TESTIMONIES:
            found[entry_place(item.list, item.id)] = value_of(EntryValue(item.name, item.fields))
            lists.setdefault(item.list, []).append(item.id)
    return found | {order_place(of): value_of(tuple(ids)) for of, ids in lists.items()}


def revised(sources: Sources, revisions: Iterable[Revision]) -> Sources:
    """These sources with the revisions in them. What is new stands at the end: of its flow, its language, its list.

    Words that changed are reviewed by nobody. File and line of what changed are its place and, of an option, its key. Raises UnfitRevision.
    """
    by_kind: dict[str, dict[str, str | None]] = {}
    for revision in revisions:
        kind, _, rest = revision.place.partition("/")
        by_kind.setdefault(kind, {})[rest] = revision.value
    unknown = by_kind.keys() - _KINDS.keys()
    if unknown:
        raise UnfitRevision(f"no edition has such a part: {min(unknown)}")
    try:
        words = _words(sources.words, by_kind.get("words", {}))
        flows = _flows(sources.flows, by_kind.get("flow", {}), by_kind.get("screen", {}))
        items = _items(sources.items, by_kind.get("entry", {}), by_kind.get("order", {}))
    except msgspec.DecodeError as error:
        raise UnfitRevision(str(error)) from None
    return replace(sources, words=words, flows=flows, items=items)


def _words(words: Mapping[str, tuple[Message, ...]], changed: Mapping[str, str | None]) -> dict[str, tuple[Message, ...]]:
    made = dict(words)
    by_language: dict[str, dict[str, str | None]] = {}
    for rest, value in changed.items():
        language, _, key = rest.partition("/")
        by_language.setdefault(language, {})[key] = value
    for language, values in by_language.items():
        if language not in made:
            raise UnfitRevision(f"a language that the line does not have: {language}")
        stands = {message.key: message for message in made[language]}

        def message(key: str, value: str, language: str = language, stands: Mapping[str, Message] = stands) -> Message:
            text, before = msgspec.json.decode(value, type=str), stands.get(key)
            return before if before and before.text == text else Message(key, text, Where(words_place(language, key), 1), PENDING)

        made[language] = _merged(made[language], lambda message: message.key, values, message)
    return made


def _flows(flows: tuple[Flow, ...], starts: Mapping[str, str | None], screens: Mapping[str, str | None]) -> tuple[Flow, ...]:
    if not starts and not screens:
        return flows
    by_flow: dict[str, dict[str, str | None]] = {}
    for key, value in screens.items():
        by_flow.setdefault(key.partition(".")[0], {})[key] = value

    def begun(name: str, value: str) -> Flow:
        stands = next((flow for flow in flows if flow.name == name), None)
        start = msgspec.json.decode(value, type=str)
        return replace(stands, start=start) if stands else Flow(name, start, (), Where(flow_place(name), 1))

    made = _merged(flows, lambda flow: flow.name, starts, begun)
    homeless = by_flow.keys() - {flow.name for flow in made}
    gone = {name for name in homeless if all(value is None for value in by_flow[name].values())}
    if homeless - gone:
        raise UnfitRevision(f"a screen of a flow that is not there: {min(homeless)}")
    return tuple(
        replace(flow, screens=_merged(flow.screens, lambda screen: screen.key, by_flow[flow.name], _screen))
        if flow.name in by_flow
        else flow
        for flow in made
    )


def _screen(key: str, value: str) -> ScreenSource:
    place = screen_place(key)
    kind = msgspec.json.decode(value, type=Kind)
    match kind:
        case Menu(options):
            kind = Menu(tuple(replace(option, at=Where(place, option.key)) for option in options))
        case Branch(ways):
            kind = Branch(tuple(replace(way, at=Where(place, number)) for number, way in enumerate(ways, 1)))
    return ScreenSource(key, kind, Where(place, 0))


def _items(items: tuple[Item, ...], entries: Mapping[str, str | None], orders: Mapping[str, str | None]) -> tuple[Item, ...]:
    if any(rest.partition("/")[0] == TESTIMONIES for rest in (*entries, *orders)):
        raise UnfitRevision("testimonies are no part of a draft")

    def item(rest: str, value: str) -> Item:
        of, _, id = rest.partition("/")
        entry = msgspec.json.decode(value, type=EntryValue)
        return Item(msgspec.convert(of, List), id, entry.name, entry.fields, Where(f"entry/{rest}", 1))

    made = _merged(items, lambda item: f"{item.list}/{item.id}", entries, item)
    for of, value in orders.items():
        ids = msgspec.json.decode(value, type=tuple[str, ...]) if value else ()
        rank = {id: number for number, id in enumerate(ids)}
        of_list = sorted((item for item in made if item.list == of), key=lambda item: rank.get(item.id, len(rank)))
        arranged = iter(of_list)
        made = tuple(next(arranged) if item.list == of else item for item in made)
    return made


def _merged(
    stand: tuple[T, ...], key_of: Callable[[T], str], changed: Mapping[str, str | None], make: Callable[[str, str], T]
) -> tuple[T, ...]:
    """What stands with what changed in its place, without what is gone, and what is new at the end."""
    if not changed:
        return stand
    made: dict[str, T] = {key: make(key, value) for key, value in changed.items() if value is not None}
    merged: list[T] = [made.pop(key_of(part), part) for part in stand if changed.get(key_of(part), "") is not None]
    merged += made.values()
    return tuple(merged)


def _bare(kind: Menu | Branch) -> Kind:
    """Without file and line."""
    match kind:
        case Menu(options):
            return Menu(tuple(replace(option, at=_NOWHERE) for option in options))
        case Branch(ways):
            return Branch(tuple(replace(way, at=_NOWHERE) for way in ways))
