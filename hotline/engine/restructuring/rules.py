"""What stands against an edit of where keys lead. What `check` finds may be mended later; these are refused, because they would be believed, or harm, once they are kept.

A number keeps its meaning for ever: callers press it from memory, and from slips of paper. A key that was ever published on a screen and is not there any more
leads where it led, or nowhere. A key that is there may be led elsewhere: the difference shows it to whoever approves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.check.names import NAME, PHONE, RESERVED, WHERE
from hotline.engine.check.never import NEVER, Never
from hotline.engine.check.targets import leads, targets
from hotline.engine.edition import is_pause, split_labels
from hotline.engine.faults import fault, reason
from hotline.engine.flow import KEYS, RETURN, Ask, Branch, CallFlow, Do, Each, End, Fault, Menu, Message, Option, ScreenSource, Sources
from hotline.engine.restructuring.edits import referrers, screens_of
from hotline.engine.restructuring.vocabulary import askable, asked_of_callers, lists_into, settable

ObjectionCode: TypeAlias = Literal[
    "target",  # it leads to a screen or a flow that is not there
    "number",  # options are numbered 1 to 7
    "twice",  # two options of one number
    "reused",  # a number that led elsewhere once
    "swapped",  # a number that leads where it led, under the words of another
    "sets",  # nothing of that name and value can be set
    "condition",  # nobody can answer that
    "way",  # only the last way of a choice has no condition
    "list",  # no list can be shown so
    "order",  # no order can be given so
    "asks",  # what is typed would say something of the caller
    "harm",  # it asks of violence, age, home or whoever hurts
    "loop",  # it leads in a circle where nobody presses a key
    "led_to",  # something leads there still
    "starts",  # a flow without its first screen
    "name",  # no name for a screen or a flow
]
TAKES: Final[Mapping[str, frozenset[str | None]]] = {
    "open_callback": frozenset(("now", "part", "next_day", "soonest")),
    "refine_callback": frozenset(("part", "next_day", None)),
    "cancel_callback": frozenset((None,)),
    "stop_calls": frozenset((None,)),
}
"""When each order can be for."""


class KeyMeaning(Struct, frozen=True):
    """What a key does: where it leads, and what it sets on the way."""

    go: str
    set: dict[str, str] = {}


class MovedKey(Struct, frozen=True):
    """A key of a menu that did one thing and would do another."""

    screen: str
    key: int
    before: KeyMeaning
    after: KeyMeaning


class Objection(Struct, frozen=True):
    """Why an edit is refused. `screen`: of which it is true; `key`: of which option or way; `about`: keys of screens that it names."""

    why: ObjectionCode
    screen: str
    key: int | None = None
    about: tuple[str, ...] = ()


_Said: TypeAlias = tuple[str, Message]
Published: TypeAlias = Mapping[str, Mapping[int, KeyMeaning]]
"""By screen every key that any edition had there, with what it did when it stood there last."""


def meanings(screen: ScreenSource | None) -> dict[int, KeyMeaning]:
    """What the keys of a menu do. Empty for what is none."""
    options = screen.kind.options if screen is not None and isinstance(screen.kind, Menu) else ()
    return {option.key: KeyMeaning(option.go, option.set) for option in options}


def moved_of(before: ScreenSource, after: ScreenSource) -> tuple[MovedKey, ...]:
    """Every key of a menu that would do something else than it does."""
    now = meanings(after)
    return tuple(
        MovedKey(after.key, number, meaning, now[number])
        for number, meaning in meanings(before).items()
        if number in now and now[number] != meaning
    )


def objection(newest: Sources, before: Sources, after: Sources, changed: Collection[str], published: Published) -> Objection | None:
    """The first reason why the draft `before` may not become `after`. `changed`: the screens that differ, by key; `newest`: the newest edition."""
    return next(objections(newest, before, after, changed, published), None)


def objections(newest: Sources, before: Sources, after: Sources, changed: Collection[str], published: Published) -> Iterator[Objection]:
    """Every reason, as `objection` has the first."""
    stood, stands, new = screens_of(before), screens_of(after), screens_of(newest)
    yield from _gone(before, after)
    may_set, may_ask = settable(before), askable(before)
    said_before, said = _by_screen(newest), _by_screen(after)
    asked_before, asked = _Asked(newest, newest, said_before), _Asked(newest, after, said)
    questions, into, ways = asked_of_callers(newest), lists_into(newest), leads(after)
    for key in changed:
        screen = stands.get(key)
        if screen is None:
            continue
        if key not in stood and not _is_named(key):
            yield Objection("name", key)
        yield from _aims(screen, after, stands, may_ask)
        match screen.kind:
            case Menu(options):
                yield from _options(key, options, may_set)
                yield from _reused(key, screen, stood.get(key), new.get(key), published)
                for number, _ in _traded(screen, new.get(key), said_before.get(key, ()), said.get(key, ())):
                    yield Objection("swapped", key, number)
            case Ask() as ask if (key, ask.kind, ask.into) not in questions and (ask.kind, ask.into) != ("phone", PHONE):
                yield Objection("asks", key)
        if (why := _misshapen(screen, into)) is not None:
            yield Objection(why, key)
        if asked.of_her(key) and not (key in new and asked_before.of_her(key)):
            yield Objection("harm", key)
        if _circles(key, stands, ways):
            yield Objection("loop", key)


def history_faults(newest: Sources, files: Sources, published: Published) -> tuple[Fault, ...]:
    """What stands against files that become the next edition: keys that were taken away and lead elsewhere now, and words that trade keys. Each has its file and line."""
    return tuple(sorted(_history_faults(newest, files, published)))


def _history_faults(newest: Sources, files: Sources, published: Published) -> Iterator[Fault]:
    new, said_before, said = screens_of(newest), _by_screen(newest), _by_screen(files)
    for key, screen in screens_of(files).items():
        stood, places = new.get(key), {option.key: option.at for option in screen.kind.options} if isinstance(screen.kind, Menu) else {}
        for against in _reused(key, screen, stood, stood, published):
            if against.key is not None:
                yield fault(places[against.key], key, reason("key_reused", key=against.key, screen=against.about[0]))
        for number, message in _traded(screen, stood, said_before.get(key, ()), said.get(key, ())):
            yield fault(message.at, message.key, reason("key_traded", key=number))


def _aims(
    screen: ScreenSource, after: Sources, stands: Mapping[str, ScreenSource], may_ask: Mapping[str, tuple[str, ...]]
) -> Iterator[Objection]:
    """Targets and conditions."""
    for number, target in enumerate(targets(screen), 1):
        at = int(target.key) if target.key.isdigit() else number
        if target.go != RETURN and target.go not in stands:
            yield Objection("target", screen.key, at, (target.go,))
        if any(condition.value not in may_ask.get(condition.subject, ()) for condition in target.when):
            yield Objection("condition", screen.key, at)
    if isinstance(screen.kind, CallFlow) and screen.kind.flow not in {flow.name for flow in after.flows}:
        yield Objection("target", screen.key, None, (screen.kind.flow,))


def _misshapen(screen: ScreenSource, into: Collection[str]) -> ObjectionCode | None:
    match screen.kind:
        case Branch(ways) if any(not way.when for way in ways[:-1]):
            return "way"
        case Each() as each if each.list == "testimonies" or each.into not in into or not set(each.where) <= set(WHERE):
            return "list"
        case Do() as order if not _can_order(order):
            return "order"
    return None


def _gone(before: Sources, after: Sources) -> Iterator[Objection]:
    stands = screens_of(after)
    for key in screens_of(before):
        if key not in stands and (found := referrers(after, key)):
            yield Objection("led_to", key, None, tuple(dict.fromkeys(referrer.screen for referrer in found)))
    flows = {flow.name for flow in after.flows}
    for flow in (flow for flow in before.flows if flow.name not in flows):
        called = tuple(key for key, screen in stands.items() if isinstance(screen.kind, CallFlow) and screen.kind.flow == flow.name)
        if called:
            yield Objection("led_to", flow.start, None, called)
    starts = {flow.name: flow.start for flow in before.flows}
    for flow in after.flows:
        if flow.start not in stands and flow.start != starts.get(flow.name):
            yield Objection("starts", flow.start)


def _options(key: str, options: tuple[Option, ...], may_set: Mapping[str, tuple[str, ...]]) -> Iterator[Objection]:
    seen: set[int] = set()
    for option in options:
        if option.key not in KEYS:
            yield Objection("number", key, option.key)
        if option.key in seen:
            yield Objection("twice", key, option.key)
        seen.add(option.key)
        if any(value not in may_set.get(name, ()) for name, value in option.set.items()):
            yield Objection("sets", key, option.key)


def _reused(
    key: str, screen: ScreenSource, stood: ScreenSource | None, newest: ScreenSource | None, published: Published
) -> Iterator[Objection]:
    now, in_draft, in_force = meanings(screen), meanings(stood), meanings(newest)
    for number, meaning in now.items():
        held = None if number in in_draft else in_force.get(number)
        before = held if number in in_force else published.get(key, {}).get(number)
        if before is not None and before != meaning:
            yield Objection("reused", key, number, (before.go,))


def _traded(
    screen: ScreenSource, newest: ScreenSource | None, before: Iterable[_Said], after: Iterable[_Said]
) -> Iterator[tuple[int, Message]]:
    """Callers press the words that they know: those of one number never come to stand behind another that goes on leading where it led. Each such number,
    with the message that says so."""
    led, leads_now = meanings(newest), meanings(screen)
    stood = {(language, message.key): _labels(message) for language, message in before}
    for language, message in after:
        labels = stood.get((language, message.key), {})
        for number, label in _labels(message).items():
            others = {text for other, text in labels.items() if other != number}
            if label in others and label != labels.get(number) and number in led and led[number] == leads_now.get(number):
                yield number, message


def _labels(message: Message) -> dict[int, str]:
    return {number: " ".join(label.casefold().split()) for number, label in split_labels(message.text)[1]}


def _by_screen(sources: Sources) -> dict[str, list[_Said]]:
    """Messages with their language, by key without a channel."""
    found: dict[str, list[_Said]] = {}
    for language, table in sources.words.items():
        for message in table:
            found.setdefault(message.key.partition("@")[0], []).append((language, message))
    return found


def _is_named(key: str) -> bool:
    flow, _, name = key.partition(".")
    return bool(NAME.fullmatch(flow) and NAME.fullmatch(name)) and flow not in RESERVED and name != RETURN


def _can_order(order: Do) -> bool:
    if order.order == "refine_callback" and order.word == (order.when is not None):
        return False
    return (
        order.when in TAKES[order.order]
        and (order.order == "open_callback" or not order.urgent)
        and (order.order == "refine_callback" or not order.word)
    )


class _Asked:
    """Which screens ask of violence, age, home or whoever hurts, by the words that the newest edition never asks about (`check.never`): a draft that
    shortens the list asks no more for that."""

    def __init__(self, newest: Sources, sources: Sources, said: Mapping[str, Iterable[_Said]]) -> None:
        lists = {language: tuple(message for message in table if message.key in NEVER) for language, table in newest.words.items()}
        self._said = said
        self._never = Never(
            replace(sources, words={language: (*table, *lists.get(language, ())) for language, table in sources.words.items()})
        )

    def of_her(self, key: str) -> bool:
        return any(self._never.may_ask_of_her(language, message) for language, message in self._said.get(key, ()))


def _circles(key: str, screens: Mapping[str, ScreenSource], ways: Mapping[str, tuple[str, ...]]) -> bool:
    """Does this screen lead back to itself past none where a caller presses a key?"""
    seen: set[str] = set()
    front = [key]
    while front:
        here = front.pop()
        if is_pause(screens[here].kind) or isinstance(screens[here].kind, End):
            continue
        for go in ways.get(here, ()):
            if go == key:
                return True
            if go not in seen:
                seen.add(go)
                front.append(go)
    return False
