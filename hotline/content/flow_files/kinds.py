"""What each kind of screen may say in a flow file, as `docs/flows.md` lists it. Each function returns None if nothing of use was said."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from ruamel.yaml.nodes import MappingNode, Node

from hotline.content.flow_files.nodes import NAME, Reader, quoted
from hotline.engine.flow import KEYS, Ask, Branch, CallFlow, Condition, Do, Each, End, Kind, List, Menu, Option, Say, Way

_AskedFor: TypeAlias = Literal["phone", "digits", "number", "text"]
_When: TypeAlias = Literal["now", "part", "next_day", "soonest"]
_Order: TypeAlias = Literal["open_callback", "refine_callback", "cancel_callback", "stop_calls"]

LISTS: Final[tuple[List, ...]] = get_args(List)
_ASKED: Final[tuple[_AskedFor, ...]] = get_args(_AskedFor)
_WHENS: Final[tuple[_When, ...]] = get_args(_When)
_ORDERS: Final[tuple[_Order, ...]] = get_args(_Order)
READ: Final[tuple[Literal["testimonies"], ...]] = ("testimonies",)
TAKES: Final[Mapping[_Order, frozenset[str]]] = {
    "open_callback": frozenset(("when", "urgent")),
    "refine_callback": frozenset(("when", "word")),
    "cancel_callback": frozenset(),
    "stop_calls": frozenset(),
}

NUMBERS: Final = tuple(map(str, KEYS))
TARGET: Final = re.compile(rf"{NAME.pattern}(\.{NAME.pattern})?")
CONDITION: Final = re.compile(rf"({NAME.pattern}(?:\.{NAME.pattern})?) is (not )?({NAME.pattern})")


class Scope(NamedTuple):
    """The screen being read; `full` writes a target of it as a screen's whole key."""

    reader: Reader
    screen: str
    full: Callable[[str], str]

    def target(self, node: Node | None, what: str) -> str | None:
        """The whole key that a target means. Returns None after noting the fault."""
        text = self.reader.text(node, what)
        if node is None or text is None:
            return None
        if not TARGET.fullmatch(text):
            self.reader.fault(node, f"{what}: {quoted(text)} is no target, such as help or callback.when")
            return None
        return self.full(text)


def _menu(scope: Scope, node: Node) -> Kind | None:
    reader, what = scope.reader, scope.screen
    if isinstance(node, MappingNode) and any(key.value == "each" for key, _ in node.value):
        return _each(scope, node)
    options: list[Option] = []
    for number, key, value in reader.entries(node, what):
        if number not in NUMBERS:
            reader.fault(key, f"{what}: option {number}: options are numbered 1 to 7")
            continue
        option = _option(scope, int(number), key, value)
        if option is not None:
            options.append(option)
    return Menu(tuple(options))


def _option(scope: Scope, number: int, key: Node, node: Node) -> Option | None:
    reader, what = scope.reader, f"{scope.screen}: option {number}"
    if not isinstance(node, MappingNode):
        go = scope.target(node, what)
        return None if go is None else Option(number, go, reader.at(key))
    fields = reader.fields(node, what, ("go", "set", "if"), needed=("go",))
    go = scope.target(fields.get("go"), f"{what}: go")
    settings: dict[str, str] = {}
    for name, place, value in reader.entries(fields.get("set"), f"{what}: set"):
        text = reader.scalar(value, f"{what}: set: {name}")
        if not NAME.fullmatch(name):
            reader.fault(place, f"{what}: set: {quoted(name)} is no name; small letters, digits, - and _")
        elif text is not None:
            settings[name] = text
    when = _conditions(reader, fields.get("if"), f"{what}: if")
    return None if go is None else Option(number, go, reader.at(key), settings, when)


def _conditions(reader: Reader, node: Node | None, what: str) -> tuple[Condition, ...]:
    text = reader.text(node, what)
    if node is None or text is None:
        return ()
    found: list[Condition] = []
    for part in text.split(" and "):
        if match := CONDITION.fullmatch(part.strip()):
            found.append(Condition(match[1], match[3], bool(match[2])))
        else:
            reader.fault(node, f"{what}: {quoted(part)} is no condition, such as coverage is free")
    return tuple(found)


def _each(scope: Scope, node: Node) -> Kind | None:
    reader, what = scope.reader, scope.screen
    fields = reader.fields(node, what, ("each", "into", "go", "where", "skip_one"), needed=("into", "go"))
    listed = reader.choice(fields.get("each"), f"{what}: each", LISTS)
    into = reader.name(fields.get("into"), f"{what}: into")
    go = scope.target(fields.get("go"), f"{what}: go")
    where = [reader.name(item, f"{what}: where") for item in reader.items(fields.get("where"), f"{what}: where")]
    if listed is None or into is None or go is None:
        return None
    skip_one = reader.flag(fields.get("skip_one"), f"{what}: skip_one")
    return Each(listed, into, go, tuple(name for name in where if name is not None), skip_one)


def _ask(scope: Scope, node: Node) -> Kind | None:
    reader, what = scope.reader, scope.screen
    fields = reader.fields(node, what, ("kind", "into", "go", "least", "most"), needed=("kind", "into", "go"))
    kind = reader.choice(fields.get("kind"), f"{what}: kind", _ASKED)
    into = reader.name(fields.get("into"), f"{what}: into")
    go = scope.target(fields.get("go"), f"{what}: go")
    least = reader.count(fields.get("least"), f"{what}: least", 1)
    most = reader.count(fields.get("most"), f"{what}: most", 40)
    if least > most:
        reader.fault(node, f"{what}: least is more than most")
    if kind == "phone" and fields.keys() & {"least", "most"}:
        reader.fault(node, f"{what}: a phone has a length of its own, without least and most")
    return None if kind is None or into is None or go is None else Ask(kind, into, go, least, most)


def _say(scope: Scope, node: Node) -> Kind | None:
    fields = scope.reader.fields(node, scope.screen, ("go", "each"))
    return Say(
        scope.target(fields.get("go"), f"{scope.screen}: go"), scope.reader.choice(fields.get("each"), f"{scope.screen}: each", READ)
    )


def _branch(scope: Scope, node: Node) -> Kind | None:
    reader = scope.reader
    ways: list[Way] = []
    nodes = reader.items(node, scope.screen)
    for place, way in enumerate(nodes, 1):
        what = f"{scope.screen}: way {place}"
        fields = reader.fields(way, what, ("if", "go"), needed=("go",))
        if "if" not in fields and place < len(nodes):
            reader.fault(way, f"{what}: only the last way is without a condition")
        when = _conditions(reader, fields.get("if"), f"{what}: if")
        go = scope.target(fields.get("go"), f"{what}: go")
        if go is not None:
            ways.append(Way(go, when, reader.at(way)))
    return Branch(tuple(ways)) if ways else None


def _do(scope: Scope, node: Node) -> Kind | None:
    reader, what = scope.reader, scope.screen
    fields = reader.fields(node, what, ("order", "when", "urgent", "word", "kept", "lost"), needed=("order", "kept", "lost"))
    order = reader.choice(fields.get("order"), f"{what}: order", _ORDERS)
    when = reader.choice(fields.get("when"), f"{what}: when", _WHENS)
    urgent = reader.flag(fields.get("urgent"), f"{what}: urgent")
    word = reader.flag(fields.get("word"), f"{what}: word")
    kept, lost = scope.target(fields.get("kept"), f"{what}: kept"), scope.target(fields.get("lost"), f"{what}: lost")
    if order is not None:
        for name in sorted(fields.keys() - {"order", "kept", "lost"} - TAKES[order]):
            reader.fault(fields[name], f"{what}: {order} takes no `{name}`")
        if order == "open_callback" and "when" not in fields:
            reader.fault(node, f"{what}: open_callback needs `when`")
        if order == "refine_callback" and (word == ("when" in fields) or when in ("now", "soonest")):
            reader.fault(node, f"{what}: refine_callback needs one of `when: part`, `when: next_day`, `word: true`")
    return None if order is None or kept is None or lost is None else Do(order, kept, lost, when, urgent, word)


def _call(scope: Scope, node: Node) -> Kind | None:
    reader, what = scope.reader, scope.screen
    fields = reader.fields(node, what, ("flow", "then"), needed=("flow", "then"))
    called = reader.name(fields.get("flow"), f"{what}: flow")
    then = scope.target(fields.get("then"), f"{what}: then")
    return None if called is None or then is None else CallFlow(called, then)


def _end(scope: Scope, node: Node) -> Kind | None:
    scope.reader.fields(node, scope.screen, ())
    return End()


KINDS: Final[Mapping[str, Callable[[Scope, Node], Kind | None]]] = {
    "menu": _menu,
    "ask": _ask,
    "say": _say,
    "branch": _branch,
    "do": _do,
    "call": _call,
    "end": _end,
}
