"""Edits of screens as revisions of an edition's parts: a key with its words, a new screen, another name, a screen or a flow taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.check.names import RESERVED
from hotline.engine.check.targets import targets
from hotline.engine.drafting.revisions import Revision, flow_place, screen_place, value_of, words_place
from hotline.engine.edition import LABEL, split_labels
from hotline.engine.flow import (
    RETURN,
    Ask,
    Branch,
    CallFlow,
    Do,
    Each,
    Flow,
    Kind,
    Menu,
    Message,
    Option,
    Say,
    ScreenSource,
    Sources,
    Way,
    Where,
)
from hotline.engine.phone.letters import as_name

NOWHERE: Final = Where("", 0)
LONGEST_NAME: Final = 24


class Referrer(Struct, frozen=True):
    """What leads to a screen: another screen, by a key or what stands for one. `screen` empty: the line itself (`key`: start, help)."""

    screen: str
    key: str


def screens_of(sources: Sources) -> dict[str, ScreenSource]:
    """By key."""
    return {screen.key: screen for flow in sources.flows for screen in flow.screens}


def referrers(sources: Sources, key: str) -> tuple[Referrer, ...]:
    """All that leads to this screen, but for itself."""
    found = [Referrer("", name) for name, aim in (("start", sources.start), ("help", sources.help)) if aim == key]
    starts = {flow.name: flow.start for flow in sources.flows}
    for screen in screens_of(sources).values():
        if screen.key == key:
            continue
        found += [Referrer(screen.key, target.key) for target in targets(screen) if target.go == key]
        if isinstance(screen.kind, CallFlow) and starts.get(screen.kind.flow) == key:
            found.append(Referrer(screen.key, "call"))
    return tuple(found)


def labels_of(sources: Sources, key: str) -> dict[str, dict[int, str]]:
    """By place the option lines of a screen's messages, as far as options stand there: in the common wording, and in that by SMS where it has some."""
    found = {}
    for language, message in _messages(sources, key):
        channel = message.key.partition("@")[2]
        labels = dict(split_labels(message.text)[1])
        if not channel or (channel == "sms" and labels):
            found[words_place(language, message.key)] = labels
    return found


def with_label(text: str, number: int, label: str) -> str:
    """A message with this option line, in the order of the numbers; an empty label takes the line out."""
    line = f"{number} {label}" if label else None
    lines = text.split("\n")
    numbers = [int(match[1]) if (match := LABEL.match(here)) else None for here in lines]
    if number in numbers:
        at = numbers.index(number)
        return "\n".join([*lines[:at], *([line] if line else []), *lines[at + 1 :]])
    if line is None:
        return text
    later = next((at for at, other in enumerate(numbers) if other is not None and other > number), None)
    earlier = max((at for at, other in enumerate(numbers) if other is not None and other < number), default=None)
    at = earlier + 1 if earlier is not None else len(lines) if later is None else later
    return "\n".join([*(lines[:at] if text else []), line, *(lines[at:] if text else [])])


def option_put(sources: Sources, key: str, option: Option, labels: Mapping[str, str]) -> tuple[Revision, ...]:
    """A key of a menu, new or in place of the one of its number, with its words by place."""
    menu = _menu(sources, key)
    options = {other.key: other for other in menu.options} | {option.key: option}
    # As the file has them; what is new comes last.
    return (_screen(key, Menu(tuple(options.values()))), *_labelled(sources, key, option.key, labels))


def option_dropped(sources: Sources, key: str, number: int) -> tuple[Revision, ...]:
    """A menu without this key, in every wording."""
    menu = _menu(sources, key)
    kept = Menu(tuple(option for option in menu.options if option.key != number))
    return (_screen(key, kept), *_labelled(sources, key, number, dict.fromkeys(labels_of(sources, key), "")))


def options_traded(sources: Sources, key: str, one: int, other: int) -> tuple[Revision, ...]:
    """A menu in which two keys have changed numbers, and their words with them."""
    trade = {one: other, other: one}
    options = sorted((replace(option, key=trade.get(option.key, option.key)) for option in _menu(sources, key).options), key=_number)
    found = [_screen(key, Menu(tuple(options)))]
    texts = {words_place(language, message.key): message.text for language, message in _messages(sources, key)}
    for place, labels in labels_of(sources, key).items():
        text = texts[place]
        for number in (one, other):
            text = with_label(text, number, labels.get(trade[number], ""))
        found.append(Revision(place, value_of(text)))
    return tuple(found)


def _number(option: Option) -> int:
    return option.key


def ways_traded(branch: Branch, one: int, other: int) -> Branch:
    """A branch in which two ways, by their numbers from 1, stand in each other's place."""
    ways = list(branch.ways)
    ways[one - 1], ways[other - 1] = ways[other - 1], ways[one - 1]
    return Branch(tuple(ways))


def way_put(branch: Branch, number: int, way: Way, at: int) -> Branch:
    """A branch with this way in place of the one of this number (from 1; 0: it is new), standing as number `at`; one without a condition stands last."""
    others = [other for place, other in enumerate(branch.ways, 1) if place != number]
    at = len(others) + 1 if not way.when else at
    if way.when and others and not others[-1].when:
        at = min(at, len(others))
    return Branch((*others[: at - 1], way, *others[at - 1 :]))


def kind_put(sources: Sources, key: str, kind: Kind, words: Mapping[str, str]) -> tuple[Revision, ...]:
    """A screen of this kind. Option lines go where it is no menu any more, words where it shows none; `words`, by language, are for where there are none yet."""
    found = [_screen(key, kind)]
    stands = {language: message for language, message in _messages(sources, key) if "@" not in message.key}
    for language, message in _messages(sources, key):
        place = words_place(language, message.key)
        if not shows(kind):
            found.append(Revision(place, None))
        elif not isinstance(kind, Menu) and isinstance(screens_of(sources)[key].kind, Menu) and split_labels(message.text)[1]:
            found.append(Revision(place, value_of(split_labels(message.text)[0])))
    if shows(kind):
        found += [
            Revision(words_place(language, key), value_of(text)) for language, text in words.items() if language not in stands and text
        ]
    return tuple(found)


def screen_added(key: str, kind: Kind, words: Mapping[str, str], *, begins: bool = False) -> tuple[Revision, ...]:
    """A new screen with its words by language; `begins`: a new flow, of which it is the first."""
    flow = (Revision(flow_place(key.partition(".")[0]), value_of(key)),) if begins else ()
    return (*flow, _screen(key, kind), *(Revision(words_place(language, key), value_of(text)) for language, text in words.items()))


def screen_renamed(sources: Sources, old: str, new: str) -> tuple[Revision, ...]:
    """The same screen under another key: its words go with it, and whatever leads to it leads to it still."""
    found = [Revision(screen_place(old), None)]
    for screen in screens_of(sources).values():
        kind = _aimed(screen.kind, lambda go: new if go == old else go)
        if screen.key == old:
            found.append(_screen(new, kind))
        elif value_of(kind) != value_of(screen.kind):
            found.append(_screen(screen.key, kind))
    found += [Revision(flow_place(flow.name), value_of(new)) for flow in sources.flows if flow.start == old]
    for language, message in _messages(sources, old):
        _, mark, channel = message.key.partition("@")
        found += [
            Revision(words_place(language, message.key), None),
            Revision(words_place(language, f"{new}{mark}{channel}"), value_of(message.text)),
        ]
    return tuple(found)


def screen_removed(sources: Sources, key: str) -> tuple[Revision, ...]:
    """An edition without this screen and its words; its flow begins with the next one then, and goes with its last."""
    flow = next(flow for flow in sources.flows if any(screen.key == key for screen in flow.screens))
    rest = [screen.key for screen in flow.screens if screen.key != key]
    found = [
        Revision(screen_place(key), None),
        *(Revision(words_place(language, message.key), None) for language, message in _messages(sources, key)),
    ]
    if not rest:
        found.append(Revision(flow_place(flow.name), None))
    elif flow.start == key:
        found.append(Revision(flow_place(flow.name), value_of(rest[0])))
    return tuple(found)


def flow_removed(sources: Sources, flow: Flow) -> tuple[Revision, ...]:
    """An edition without this flow, its screens and their words."""
    found = [Revision(flow_place(flow.name), None)]
    for screen in flow.screens:
        found += [Revision(screen_place(screen.key), None)]
        found += [Revision(words_place(language, message.key), None) for language, message in _messages(sources, screen.key)]
    return tuple(found)


def flow_name(sources: Sources, title: str, taken: Iterable[str] = ()) -> str:
    """What a new flow is called inside, made from its title: a name that no flow and no phrase has. `taken`: other names that are not free."""
    roots = {message.key.partition(".")[0] for table in sources.words.values() for message in table}
    return _free(title, {*RESERVED, *roots, *(flow.name for flow in sources.flows), *(key.partition(".")[0] for key in taken)})


def screen_key(sources: Sources, flow: str, title: str, taken: Iterable[str] = ()) -> str:
    """The key of a new screen of this flow, made from its title, that no screen has. `taken`: other keys that are not free."""
    used = {*screens_of(sources), *taken}
    return f"{flow}.{_free(title, {RETURN, *(key.partition('.')[2] for key in used if key.partition('.')[0] == flow)})}"


def shows(kind: Kind) -> bool:
    """Has such a screen words?"""
    return not isinstance(kind, Branch | Do | CallFlow)


def _free(title: str, taken: set[str]) -> str:
    name = as_name(title, LONGEST_NAME) or "s"
    number = 1
    while (found := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return found


def _menu(sources: Sources, key: str) -> Menu:
    kind = screens_of(sources)[key].kind
    return kind if isinstance(kind, Menu) else Menu(())


def _screen(key: str, kind: Kind) -> Revision:
    return Revision(screen_place(key), value_of(kind))


def _messages(sources: Sources, key: str) -> list[tuple[str, Message]]:
    return [(language, message) for language, table in sources.words.items() for message in table if message.key.partition("@")[0] == key]


def _labelled(sources: Sources, key: str, number: int, labels: Mapping[str, str]) -> tuple[Revision, ...]:
    texts = {words_place(language, message.key): message.text for language, message in _messages(sources, key)}
    changed = {place: with_label(texts.get(place, ""), number, label) for place, label in labels.items()}
    return tuple(Revision(place, value_of(text)) for place, text in changed.items() if text != texts.get(place, ""))


def _aimed(kind: Kind, aim: Callable[[str], str]) -> Kind:
    """The same kind with other targets."""
    match kind:
        case Menu(options):
            return Menu(tuple(replace(option, go=aim(option.go)) for option in options))
        case Branch(ways):
            return Branch(tuple(replace(way, go=aim(way.go)) for way in ways))
        case Each() | Ask():
            return replace(kind, go=aim(kind.go))
        case Say(go=str(go)):
            return replace(kind, go=aim(go))
        case Do():
            return replace(kind, kept=aim(kind.kept), lost=aim(kind.lost))
        case CallFlow():
            return replace(kind, then=aim(kind.then))
    return kind
