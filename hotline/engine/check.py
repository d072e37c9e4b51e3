"""Every fault that an edition can have, as data with file and line: what stands between an operator's edit and a caller."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, get_args

from hotline.engine.budgets import FIELDS, PHRASES_DAY, over_budget
from hotline.engine.directory import astray
from hotline.engine.edition import (
    OUT_END,
    PLACEHOLDER,
    SAFE_END,
    WRONG_LINE,
    WRONG_SCREEN,
    asks_fact,
    is_pause,
    split_labels,
)
from hotline.engine.flow import (
    KEY_BACK,
    KEY_LANGUAGE,
    KEY_MORE,
    KEY_OUT,
    KEY_TALK,
    RETURN,
    Ask,
    Branch,
    CallFlow,
    Condition,
    Do,
    Each,
    End,
    Fault,
    Flow,
    List,
    Menu,
    Message,
    Say,
    ScreenSource,
    Sources,
    Where,
)
from hotline.engine.freshness import fresh, verified
from hotline.engine.names import misnamed
from hotline.engine.scripts import NEEDED, misscripted
from hotline.engine.step import MOST_WALK

URGENT_KEYS: Final = 3
PHRASES: Final = (
    "keys.back",
    "keys.more",
    "keys.out",
    "keys.language",
    WRONG_LINE,
    WRONG_SCREEN,
    SAFE_END,
    OUT_END,
    "clock.hour",
    "clock.minute",
)
STAFF: Final = (
    "offer",
    "offer_urgent",
    "escalated",
    "taken",
    "gone",
    "given_back",
    "how",
    "noted",
    "on",
    "off",
    "here",
    "help",
    "which",
    "too_late",
    "lapsed",
    "review",
    "not_rung",
    "handed",
    "nothing",
    "gone_dark",
    "slip",
    "on_call",
    "on_call_due",
    "closed",
    "wants_time",
    "away",
    "away_hours",
    "there",
    "which_day",
    "no_day",
    "on_page",
    "busy",
    "forbidden",
    "rest",
    "skill",
    "supervisor",
    "wanted",
)
STAFF_WORDS: Final = (
    "take",
    "back",
    "again",
    "on",
    "off",
    "here",
    "spoke",
    "no_answer",
    "unreachable",
    "someone_else",
    "wrong_word",
    "could_not_talk",
    "prank",
    "away",
    "there",
)
SERVICE: Final = (
    "neutral.broken",
    "sms.word.stop",
    *(f"staff.{name}" for name in STAFF),
    *(f"staff.word.{name}" for name in STAFF_WORDS),
    *(f"voice.{name}" for name in ("answer", "other", "word", "none", "late", "cover")),
    *NEEDED,
    *(f"word.{name}" for name in ("water", "milk", "vaccine", "fever")),
)
"""What the service says to staff and callers beside the screens; its tests hold the two together."""
NUMBER: Final = re.compile(r"\d(?:[ .\u00a0\u202f]?\d){4,}|\d(?:[^\w:\n]{0,2}\d){7,}")
"""Five digits in a row, as a number is written; eight, whatever stands between them but the colon of a time of day: 01-082 is a law."""
PHRASES_HOLD: Final[Mapping[str, frozenset[str]]] = {
    "clock.hour": frozenset(("hour",)),
    "clock.minute": frozenset(("hour", "minute")),
    "voice.word": frozenset(("word",)),
}
"""The placeholders of what is no screen; words for staff have those of STAFF_HOLDS, all others none."""
STAFF_HOLDS: Final = frozenset(("ref", "before", "until", "name", "number", "count", "day", "from", "to"))
TOLD: Final = ("name", "address", "hours", "offers", "languages")
"""What an entry of the directory says in free words."""
LONGEST: Final = 2000
"""Letters of one message, or of a field of the directory: some fifteen screens. Nobody reads on, and to cut it takes a process long."""
TIMES: Final = frozenset(("before", "from", "to", "day", "next", "next_day"))
CONDITION_VALUES: Final = {
    "coverage": ("free", "none", "unknown"),
    "opening": ("known", "none", "unknown"),
    "offered": ("yes", "no", "unknown"),
    "listed": ("yes", "no"),
}
LISTS: Final = get_args(List)
_UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
MAY_BE_EMPTY: Final = ("events", "testimonies")


def check(sources: Sources, today: date | None = None) -> tuple[Fault, ...]:
    """All faults of these sources, in the order of file and line; none grave means that they compile and are safe to publish.

    `today` is the day on which verifications of numbers are judged; without it their age is not.
    """
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    faults = [
        *_targets(sources, screens),
        *misnamed(sources),
        *_shapes(sources, screens),
        *_directory(sources, today),
        *_words(sources, screens),
    ]
    if not faults or not any(fault.grave for fault in faults):
        faults += [*_walks(sources, screens), *over_budget(sources)]
    return tuple(sorted(faults))


def _targets(sources: Sources, screens: Mapping[str, ScreenSource]) -> Iterator[Fault]:
    """Unknown screens and flows; screens that nothing leads to; keys given twice."""
    flows = {flow.name: flow for flow in sources.flows}
    line = Where("flows/line.yml", 1)
    starts = [(sources.start, line, "start"), (sources.help, line, "help"), *((flow.start, flow.at, "start") for flow in sources.flows)]
    for key, at, name in starts:
        if key not in screens:
            yield Fault(at, f"{name}: unknown screen {key}")
    for screen in screens.values():
        for go, at in _all_targets(screen):
            if go != RETURN and go not in screens:
                yield Fault(at, f"{screen.key}: unknown screen {go}")
        if isinstance(screen.kind, CallFlow) and screen.kind.flow not in flows:
            yield Fault(screen.at, f"{screen.key}: unknown flow {screen.kind.flow}")
        if isinstance(screen.kind, Menu):
            yield from _option_keys(screen, screen.kind)
    reached = _reached(sources, screens, flows)
    for key, screen in screens.items():
        if key not in reached:
            yield Fault(screen.at, f"{key}: unreachable, no key leads here")


def _option_keys(screen: ScreenSource, menu: Menu) -> Iterator[Fault]:
    seen: set[int] = set()
    for option in menu.options:
        if option.key in seen:
            yield Fault(option.at, f"{screen.key}: key {option.key} is given twice")
        seen.add(option.key)


def _all_targets(screen: ScreenSource) -> tuple[tuple[str, Where], ...]:
    match screen.kind:
        case Menu(options):
            return tuple((option.go, option.at) for option in options)
        case Branch(ways):
            return tuple((way.go, way.at) for way in ways)
        case Each(_, _, go) | Ask(_, _, go):
            return ((go, screen.at),)
        case Say(go):
            return ((go, screen.at),) if go else ()
        case Do(_, kept, lost):
            return ((kept, screen.at), (lost, screen.at))
        case CallFlow(_, then):
            return ((then, screen.at),)
        case End():
            return ()


def _steps(screen: ScreenSource, flows: Mapping[str, Flow]) -> tuple[str, ...]:
    """Screens that this one leads to, a called flow's start among them."""
    called = (flows[screen.kind.flow].start,) if isinstance(screen.kind, CallFlow) and screen.kind.flow in flows else ()
    return (*called, *(go for go, _ in _all_targets(screen)))


def _reached(sources: Sources, screens: Mapping[str, ScreenSource], flows: Mapping[str, Flow]) -> set[str]:
    reached: set[str] = set()
    front = [sources.start, sources.help]
    while front:
        key = front.pop()
        if key in reached or key not in screens:
            continue
        reached.add(key)
        front += _steps(screens[key], flows)
    return reached


def _shapes(sources: Sources, screens: Mapping[str, ScreenSource]) -> Iterator[Fault]:
    """Dead ends, asks that swallow the keys that hold everywhere, orders whose `lost` does not end, conditions that mean nothing."""
    returning = {screen.key.partition(".")[0] for screen in screens.values() for go, _ in _all_targets(screen) if go == RETURN}
    called = {screen.kind.flow for screen in screens.values() if isinstance(screen.kind, CallFlow)}
    listed = {item.list for item in sources.items}
    for screen in screens.values():
        key, at = screen.key, screen.at
        match screen.kind:
            case Menu(()):
                yield Fault(at, f"{key}: dead end, a menu without options")
            case Each(list=of) if of not in listed and of not in MAY_BE_EMPTY:
                yield Fault(at, f"{key}: dead end, the directory has no {of}")
            case Branch(ways) if not ways or ways[-1].when:
                yield Fault(at, f"{key}: dead end, the last way of a branch must have no condition")
            case CallFlow(flow) if flow not in returning:
                yield Fault(at, f"{key}: dead end, the flow {flow} never returns")
            case Ask() as ask if _swallows(ask):
                yield Fault(at, f"{key}: takes exactly 0, 8 or 9, which mean back, more and out everywhere")
            case Do(lost=lost) if not _ends(lost, screens):
                yield Fault(at, f"{key}: the way on `lost` does not end: {lost}")
        yield from _conditions(sources, screen)
    for screen in screens.values():
        flow = screen.key.partition(".")[0]
        if any(go == RETURN for go, _ in _all_targets(screen)) and flow not in called:
            yield Fault(screen.at, f"{screen.key}: returns, but nothing calls the flow {flow}")


def _swallows(ask: Ask) -> bool:
    match ask.kind:
        case "phone":
            return False
        case "number":
            return any(ask.least <= n <= ask.most for n in (0, 8, 9))
        case _:
            return ask.least <= 1


def _ends(key: str, screens: Mapping[str, ScreenSource], seen: frozenset[str] = frozenset()) -> bool:
    """Does every way from here reach an end without a pause or an order?"""
    screen = screens.get(key)
    if screen is None or key in seen:
        return screen is None and key != RETURN
    match screen.kind:
        case End():
            return True
        case Branch(ways):
            return all(_ends(way.go, screens, seen | {key}) for way in ways)
    return False


def _conditions(sources: Sources, screen: ScreenSource) -> Iterator[Fault]:
    known = {name for flow in sources.flows for other in flow.screens for name in _sets(other)}
    parts = {part.name for part in sources.parts}
    holders: Iterable[tuple[tuple[Condition, ...], Where]] = ()
    match screen.kind:
        case Menu(options):
            holders = ((option.when, option.at) for option in options)
        case Branch(ways):
            holders = ((way.when, way.at) for way in ways)
    for conditions, at in holders:
        for condition in conditions:
            wrong = _wrong_condition(condition, known, parts)
            if wrong is not None:
                yield Fault(at, f"{screen.key}: {wrong}")


def _wrong_condition(condition: Condition, known: set[str], parts: set[str]) -> str | None:
    kind, _, detail = condition.subject.partition(".")
    values = CONDITION_VALUES.get(kind)
    if values is None:
        return None if condition.subject in known | {"language"} else f"nothing sets {condition.subject}"
    if condition.value not in values:
        return f"{condition.subject} is one of {', '.join(values)}, never {condition.value}"
    match kind:
        case "offered" if detail not in parts | {"next_day"}:
            return f"no part of the day is called {detail}"
        case "coverage" if detail not in ("", "urgent"):
            return f"coverage is either coverage or coverage.urgent, never {condition.subject}"
        case "listed" if detail not in (*LISTS, "numbers"):
            return f"the directory has no list {detail}"
    return None


def _sets(screen: ScreenSource) -> set[str]:
    match screen.kind:
        case Menu(options):
            return {name for option in options for name in option.set}
        case Each(into=into) | Ask(into=into):
            return {into}
    return set()


def _directory(sources: Sources, today: date | None) -> Iterator[Fault]:
    """Entries that name others that are not there, numbers that nobody verified, or not lately, events that are over."""
    for item, _, what in astray(sources.items):
        yield Fault(item.at, f"{item.id}: {what}")
    for item in sources.items:
        for field, text in (("name", item.name), *item.fields.items()):
            if len(text) > LONGEST:
                yield Fault(item.at, f"{item.id}: {field}: longer than {LONGEST} letters")
            elif field in TOLD and NUMBER.search(text):
                yield Fault(item.at, f"{item.id}: {field}: a telephone number in the words; it goes dark only as `phone`")
        if "phone" in item.fields and not verified(item):
            yield Fault(item.at, f"{item.id}: number unverified, kept off every screen", grave=False)
    # Never grave: what is stale goes by itself, and must not hold up other words.
    for item in fresh(sources, today)[1] if today is not None else ():
        what = "its day is over" if item.list == "events" else f"number not verified lately ({item.fields['verified_on']})"
        yield Fault(item.at, f"{item.id}: {what}, kept off every screen", grave=False)


def _words(sources: Sources, screens: Mapping[str, ScreenSource]) -> Iterator[Fault]:
    """Missing and unused words, placeholders and options that differ, numbers in words, words that nobody reviewed."""
    shown = {key: screen for key, screen in screens.items() if not isinstance(screen.kind, Branch | Do | CallFlow)}
    tables = {language: {message.key: message for message in messages} for language, messages in sources.words.items()}
    everywhere = {key.partition("@")[0] for table in tables.values() for key in table}
    for language, table in tables.items():
        file = Where(f"locales/{language}/LC_MESSAGES/flows.po", 1)
        kinds = {f"kind.{item.id}" for item in sources.items if item.list == "kinds"}
        for key in sorted({*shown, *PHRASES, *PHRASES_DAY, *SERVICE, *kinds, *everywhere} - set(table) - set(_spoken_only(table))):
            yield Fault(shown[key].at if key in shown else file, f"{key}: no words in {language}")
        for message in table.values():
            yield from _message(message, shown, screens)
        yield from misscripted(table)
        for key in sorted(shown.keys() & table.keys()):
            message = table.get(f"{key}@sms", table[key])
            if {"phone", "numbers"} & set(PLACEHOLDER.findall(message.text)):
                yield Fault(message.at, f"{message.key}: a number would go out by SMS, and stay on the phone; write {key}@sms without it")
        pending = [message for message in table.values() if message.review == "pending"]
        if pending:
            yield Fault(pending[0].at, f"{len(pending)} of {len(table)} messages in {language}: review pending", grave=False)
    first = tables[next(iter(tables))] if tables else {}
    for table in list(tables.values())[1:]:
        yield from _differences(first, table)


def _spoken_only(table: Mapping[str, Message]) -> Iterator[str]:
    """Prompts, which need no other wording. Everything else needs the common one: whatever channel is asked for, there is an answer."""
    return (key.removesuffix("@voice") for key in table if key.startswith("voice."))


def _message(message: Message, shown: Mapping[str, ScreenSource], screens: Mapping[str, ScreenSource]) -> Iterator[Fault]:
    bare, _, channel = message.key.partition("@")
    if bare in screens and bare not in shown:
        yield Fault(message.at, f"{message.key}: words for a screen that shows none")
    flows = {key.partition(".")[0] for key in screens}
    if bare not in screens and bare.partition(".")[0] in flows:
        yield Fault(message.at, f"{message.key}: words for no screen")
    for key, line in (("keys.back", KEY_BACK), ("keys.more", KEY_MORE), ("keys.out", KEY_OUT), ("keys.language", KEY_LANGUAGE)):
        if bare == key and not message.text.startswith(f"{line} "):
            yield Fault(message.at, f"{key}: the words must begin with the key {line}")
    if bare == WRONG_SCREEN and [number for number, _ in split_labels(message.text)[1]] != [int(KEY_TALK)]:
        yield Fault(message.at, f"{bare}: its one option is {KEY_TALK}")
    if NUMBER.search(message.text) and not bare.startswith("sms.word."):
        yield Fault(message.at, f"{message.key}: a telephone number in the words; numbers belong in the directory")
    if len(message.text) > LONGEST:
        yield Fault(message.at, f"{message.key}: longer than {LONGEST} letters; make several screens of it")
    if any(unicodedata.category(letter) in _UNSEEN for letter in message.text if letter not in "\n\t\r"):
        yield Fault(message.at, f"{message.key}: holds a character that nobody can see")
    screen = shown.get(bare)
    yield from _phrase(message, bare) if screen is None else _on_screen(message, screen, channel)


def _on_screen(message: Message, screen: ScreenSource, channel: str) -> Iterator[Fault]:
    """Placeholders and options of a screen's words."""
    if set("{}") & set(PLACEHOLDER.sub("", message.text)):
        yield Fault(message.at, f"{message.key}: a {{ or }} that is no placeholder")
    unknown = set(PLACEHOLDER.findall(message.text)) - TIMES - FIELDS
    if unknown:
        yield Fault(message.at, f"{message.key}: unknown placeholder {', '.join(sorted(unknown))}")
    if isinstance(screen.kind, Menu) and channel != "voice":
        has = [number for number, _ in split_labels(message.text)[1]]
        wants = sorted(option.key for option in screen.kind.options)
        if sorted(has) != wants:
            yield Fault(message.at, f"{message.key}: options {_listed(has)} in the words, {_listed(wants)} in the flow")
    elif split_labels(message.text)[1] and not isinstance(screen.kind, End | Say):
        yield Fault(message.at, f"{message.key}: an option in the words, none in the flow")


def _phrase(message: Message, bare: str) -> Iterator[Fault]:
    """What is no screen: nothing fills in more than it has, and a time of day says the time."""
    names, needed = set(PLACEHOLDER.findall(message.text)), PHRASES_HOLD.get(bare, frozenset())
    may = needed | (STAFF_HOLDS if bare.startswith("staff.") and not bare.startswith("staff.word.") else frozenset())
    if names - may or set("{}") & set(PLACEHOLDER.sub("", message.text)):
        known = ", ".join(f"{{{name}}}" for name in sorted(may)) or "none"
        yield Fault(message.at, f"{message.key}: a placeholder or a brace that means nothing here; it has {known}")
    if needed - names:
        yield Fault(message.at, f"{message.key}: lacks the placeholder {', '.join(sorted(needed - names))}")
    if bare == "sms.word.stop" and any(not word.strip() or word.strip()[0].isdigit() for word in message.text.split(",")):
        yield Fault(message.at, f"{message.key}: one of the words is empty, or begins with a digit, which is a key")


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers) or "none"


def _differences(first: Mapping[str, Message], other: Mapping[str, Message]) -> Iterator[Fault]:
    for key, message in other.items():
        twin = first.get(key)
        if twin is None:
            continue
        here, there = set(PLACEHOLDER.findall(message.text)), set(PLACEHOLDER.findall(twin.text))
        if here != there:
            names = ", ".join(sorted(here ^ there))
            yield Fault(message.at, f"{key}: placeholder {names} differs from {twin.at.file}:{twin.at.line}")


def _walks(sources: Sources, screens: Mapping[str, ScreenSource]) -> Iterator[Fault]:
    """Loops without a pause, urgent help too far, facts on the way to the danger advice."""
    flows = {flow.name: flow for flow in sources.flows}
    for screen in screens.values():
        if not is_pause(screen.kind) and not isinstance(screen.kind, End) and _walk(screen.key, screens, flows, 0) > MOST_WALK:
            yield Fault(screen.at, f"{screen.key}: a loop without a pause, or more than {MOST_WALK} screens without one")
    distance: dict[str, tuple[int, tuple[str, ...]]] = {sources.start: (0, (sources.start,))}
    front = [sources.start]
    while front:
        key = front.pop(0)
        keys, path = distance[key]
        cost = 1 if is_pause(screens[key].kind) else 0
        for go in _steps(screens[key], flows):
            if go in screens and (go not in distance or distance[go][0] > keys + cost):
                distance[go] = (keys + cost, (*path, go))
                front.append(go)
    urgent = [distance[key] for key, screen in screens.items() if isinstance(screen.kind, Do) and screen.kind.urgent and key in distance]
    at = screens[sources.start].at
    if not urgent:
        yield Fault(at, "no urgent help: no order is urgent")
        return
    keys, path = min(urgent)
    if keys > URGENT_KEYS:
        yield Fault(at, f"urgent help is {keys} keys away, at most {URGENT_KEYS}: {' > '.join(path)}")
    advice = max(index for index, key in enumerate(path) if is_pause(screens[key].kind))
    for key in path[: advice + 1]:
        if _needs_fact(sources, screens[key]):
            yield Fault(screens[key].at, f"{key}: asks for a fact on the way to the danger advice")


def _walk(key: str, screens: Mapping[str, ScreenSource], flows: Mapping[str, Flow], length: int) -> int:
    """The longest chain of screens without a pause from here, cut where it is too long already."""
    screen = screens.get(key)
    if screen is None or is_pause(screen.kind) or isinstance(screen.kind, End) or length > MOST_WALK:
        return length
    return max((_walk(go, screens, flows, length + 1) for go in _steps(screen, flows)), default=length)


def _needs_fact(sources: Sources, screen: ScreenSource) -> bool:
    texts = (message.text for messages in sources.words.values() for message in messages if message.key.partition("@")[0] == screen.key)
    if any({"next", "next_day"} & set(PLACEHOLDER.findall(text)) for text in texts):
        return True
    match screen.kind:
        case Menu(options):
            return any(asks_fact(condition) for option in options for condition in option.when)
        case Branch(ways):
            return any(asks_fact(condition) for way in ways for condition in way.when)
        case Do(order=order):
            return order != "stop_calls"
    return False
