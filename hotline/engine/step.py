"""One key, one step; and a whole conversation as the fold of its keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from hotline.engine import answers
from hotline.engine.edition import (
    OUT_END,
    PLACEHOLDER,
    SAFE_END,
    WRONG_SCREEN,
    Edition,
    Move,
    Node,
    Page,
    changes_language,
    fill,
    shown_items,
)
from hotline.engine.effects import Fact, Need, Order, Ref, Screen, StepResult, Urgency, result_key
from hotline.engine.flow import KEY_BACK, KEY_LANGUAGE, KEY_MORE, KEY_OUT, RETURN, Ask, Branch, CallFlow, Do, Each, End, Item, Menu, Say
from hotline.engine.world import World, effect_of, placeholder

MOST_INPUTS: Final = 60
LONGEST_INPUT: Final = 160
MOST_WALK: Final = 8
"""Screens passed without a pause at one input: with 60 inputs, some 500 steps a conversation."""

ShownPage: TypeAlias = tuple[Page, Mapping[str, Move]]
Frames: TypeAlias = tuple[str, Any] | None
"""Where the called flows come back to, innermost first, as a linked list."""


class State(Struct, frozen=True, gc=False):
    """How far a conversation is. Never changed, only followed by another."""

    node: Node
    screen: Screen
    ways: Mapping[str, Move]
    """What the numbered keys of this very page do."""
    shown: tuple[ShownPage, ...]
    page: int
    chosen: Mapping[str, Any]
    """What was set on the way; names with a leading underscore are the engine's own."""
    frames: Frames
    back: State | None
    """The state that `0` goes back to."""
    clean: State | None = None
    """After a wrong key: the state in which it was pressed."""
    wrong: int = 0


Halt: TypeAlias = Need | Order


def replay(edition: Edition, inputs: Sequence[str], facts: Mapping[str, Fact]) -> StepResult:
    """What the line answers to these inputs: the screen, or the fact or order without which it cannot go on.

    Pure: the same edition, inputs and facts give the same answer. Never raises, whatever the inputs. At most 60 inputs of
    160 characters; past that a safe end.
    """
    state = edition.opening
    if state is None:
        state = edition.opening = _open(edition)
    assert isinstance(state, State)  # noqa: S101  the slot is typed loosely because editions do not know of states
    if len(inputs) > MOST_INPUTS:
        return _end(edition, state, SAFE_END).screen
    for position, typed in enumerate(inputs, 1):
        after = step(edition, state, typed, facts, position)
        if not isinstance(after, State):
            return after
        state = after
    return state.screen


def step(edition: Edition, state: State, typed: str, facts: Mapping[str, Fact], position: int) -> State | Halt:
    """The state after one more input, or what must be known or done before there is one. `position`: how many inputs that makes."""
    way = state.ways.get(typed)
    if way is not None:
        there = way.node
        if there is None:
            return _choose(edition, state, way, facts, position)
        shown = there.shown
        page, ways = shown[0]
        return State(there, page.plain, ways, shown, 0, state.chosen, state.frames, state.clean or state)
    if state.screen.ends:
        return state
    return _other(edition, state, typed.strip(), facts, position)


def _other(edition: Edition, state: State, typed: str, facts: Mapping[str, Fact], position: int) -> State | Halt:
    """Everything but a numbered key of this page."""
    if len(typed) > LONGEST_INPUT:
        return _end(edition, state, SAFE_END)
    here = state.clean or state
    world = World(edition, facts, position)
    if typed == KEY_BACK:
        return here if state.node.key == WRONG_SCREEN else _back(world, here)
    if typed == KEY_OUT:
        return _end(edition, state, OUT_END)
    kind = state.node.kind
    if typed == KEY_MORE and state.page + 1 < len(state.shown):
        return _turn(state, state.page + 1, here)
    if typed == KEY_MORE and isinstance(kind, Say) and kind.go is not None:
        return _travel(world, kind.go, state.chosen, state.frames, here)
    if typed in state.ways:
        return _choose(edition, state, state.ways[typed], facts, position)
    if isinstance(kind, Ask):
        value = answers.checked(kind, typed)
        if value is not None:
            return _travel(world, kind.go, {**state.chosen, kind.into: value}, state.frames, here)
    if typed == KEY_LANGUAGE and len(edition.languages) > 1:
        return _in(world, edition.next_language(here.node.language), here)
    return _wrong(edition, state, here)


def _back(world: World, here: State) -> State | Halt:
    """The screen before, in the language that the caller reads now."""
    before = here.back
    if before is None:
        return here
    return before if before.node.language == here.node.language else _in(world, here.node.language, before)


def _in(world: World, language: str, here: State) -> State | Halt:
    """The same page of the same screen in another language. Arriving at a screen gives no order, so that nothing is asked for twice."""
    first = here
    while first.page and first.back is not None:
        first = first.back
    node = world.edition.nodes[language][here.node.key]
    state = _arrive(world, node, {**first.chosen, "language": language}, first.frames, first.back)
    while isinstance(state, State) and state.page < min(here.page, len(state.shown) - 1):
        state = _turn(state, state.page + 1, state)
    return state


def _wrong(edition: Edition, state: State, here: State) -> State:
    """The same screen with a line of help; then a screen of its own; then the safe end."""
    if state.wrong == 0:
        screen = state.shown[state.page][0].screen(here.back is not None, wrong=True)
        return State(here.node, screen, here.ways, here.shown, here.page, here.chosen, here.frames, here.back, here, 1)
    if state.wrong == 1:
        node = edition.nodes[here.node.language][WRONG_SCREEN]
        page, ways = node.shown[0]
        return State(node, page.plain, ways, node.shown, 0, here.chosen, here.frames, here, here, 2)
    return _end(edition, state, SAFE_END)


def _turn(state: State, page: int, here: State) -> State:
    shown, ways = state.shown[page]
    return State(state.node, shown.plain, ways, state.shown, page, state.chosen, state.frames, here)


def _choose(edition: Edition, state: State, way: Move, facts: Mapping[str, Fact], position: int) -> State | Halt:
    chosen = {**state.chosen, **way.set} if way.set else state.chosen
    return _travel(World(edition, facts, position), way.go, chosen, state.frames, state.clean or state)


def _travel(world: World, go: str, chosen: Mapping[str, Any], frames: Frames, back: State | None) -> State | Halt:
    """On to the next screen that waits, through branches, orders and called flows."""
    edition = world.edition
    ordinal = 0
    turned_away: Urgency | None = None
    for _ in range(MOST_WALK):
        if go == RETURN:
            go, frames = frames if frames is not None else (edition.start, None)
            continue
        node = edition.nodes[chosen["language"]][go]
        match node.kind:
            case Branch(ways):
                taken = world.first_that_holds(ways, chosen)
                if isinstance(taken, Need):
                    return taken
                turned_away = turned_away or world.turned_away(ways, taken, chosen)
                go = taken
            case CallFlow(flow, then):
                go, frames = edition.starts[flow], (then, frames)
            case Do() as order:
                ref = Ref(world.position, ordinal)
                planned = effect_of(world, order, chosen, ref)
                if isinstance(planned, Need):
                    return planned
                if planned is None:
                    go = order.lost
                    continue
                effect, kept = planned
                result = world.facts.get(result_key(ref))
                if result is None:
                    return Order(edition.number, result_key(ref), ref, effect)
                ordinal, back, turned_away = ordinal + 1, None, None
                if result == "late":
                    return _ended(edition, node, chosen, frames, SAFE_END)
                go, chosen = (order.kept, kept) if result == "kept" else (order.lost, chosen)
            case Each(skip_one=True) as menu if len(items := shown_items(edition, menu.list, menu.where, chosen)) == 1:
                go, chosen = menu.go, {**chosen, **_chosen(menu, items[0])}
            case _:
                arrived = _arrive(world, node, chosen, frames, back)
                return _noting(arrived, turned_away) if turned_away and isinstance(arrived, State) else arrived
    return _ended(edition, node, chosen, frames, SAFE_END)


def _noting(state: State, turned_away: Urgency) -> State:
    return replace(state, screen=replace(state.screen, turned_away=turned_away))


def _arrive(world: World, node: Node, chosen: Mapping[str, Any], frames: Frames, back: State | None) -> State | Halt:
    """The state on a screen that is shown: rendered with the edition, or now from what was chosen and from facts."""
    edition = world.edition
    if node.key == edition.start:
        chosen, frames, back = {"language": node.language}, None, None
    if node.shown:
        shown = node.shown
    else:
        values: dict[str, str] = {}
        for name in PLACEHOLDER.findall(edition.words[node.language][node.key]):
            value = placeholder(world, name, chosen, node.language)
            if isinstance(value, Need):
                return value
            values[name] = value
        if isinstance(node.kind, End):
            screen = edition.last(node.key, node.language, fill(node.head, values))
            return State(node, screen, {}, (), 0, chosen, frames, None)
        rendered = _render(world, node, chosen, values)
        if isinstance(rendered, Need):
            return rendered
        shown = rendered
    page, ways = shown[0]
    return State(node, page.screen(back is not None, wrong=False), ways, shown, 0, chosen, frames, back)


def _render(world: World, node: Node, chosen: Mapping[str, Any], values: Mapping[str, str]) -> tuple[ShownPage, ...] | Need:
    edition = world.edition
    head = fill(node.head, values)
    match node.kind:
        case Each() as menu:
            items = shown_items(edition, menu.list, menu.where, chosen)
            pages = edition.numbered(node.key, node.language, head, tuple(edition.name_of(item, node.language) for item in items))
            starts = [first for _, first in pages] + [len(items)]
            return tuple(
                (page, {str(n): Move(menu.go, _chosen(menu, item)) for n, item in enumerate(items[first:last], 1)})
                for (page, first), last in zip(pages, starts[1:], strict=True)
            )
        case Menu(options):
            hidden: set[str] = set()
            for option in options:
                open_ = world.holds_all(option.when, chosen)
                if isinstance(open_, Need):
                    return open_
                if not open_:
                    hidden.add(str(option.key))
            labels = [(number, fill(label, values)) for number, label in node.labels if str(number) not in hidden]
            ways = {key: way for key, way in node.ways.items() if key not in hidden}
            rendered = edition.render(node.key, node.language, head, has_more=False, labels=labels, menu=changes_language(node.kind))
            return tuple((page, ways) for page in rendered)
        case Say(each="testimonies"):
            return _one_after_another(edition, node, head)
        case Say(go):
            return tuple((page, {}) for page in edition.render(node.key, node.language, head, has_more=go is not None))
    return tuple((page, {}) for page in edition.render(node.key, node.language, head, has_more=False))


def _chosen(menu: Each, item: Item) -> dict[str, str]:
    return {menu.into: item.id, "_list": menu.list, "_item": item.id}


def _one_after_another(edition: Edition, node: Node, head: str) -> tuple[ShownPage, ...]:
    """The testimonies that have words in this language, each on pages of its own; where none has, those of the other languages.

    By SMS there are none: they would stay on the phone.
    """
    testimonies = edition.items.get("testimonies", {}).values() if edition.fit.channel != "sms" else ()
    languages = (node.language, *edition.languages)
    own = [item.fields[f"text.{node.language}"] for item in testimonies if f"text.{node.language}" in item.fields]
    texts = own or [next(item.fields[f"text.{name}"] for name in languages if f"text.{name}" in item.fields) for item in testimonies]
    pages: list[Page] = []
    for place, text in enumerate(texts or [""], 1):
        pages += edition.render(node.key, node.language, "\n".join(filter(None, (head, text))), has_more=place < len(texts))
    return tuple((page, {}) for page in pages)


def _end(edition: Edition, state: State, key: str) -> State:
    return _ended(edition, state.node, state.chosen, state.frames, key)


def _ended(edition: Edition, node: Node, chosen: Mapping[str, Any], frames: Frames, key: str) -> State:
    language = node.language
    return State(node, edition.last(key, language, edition.words[language][key]), {}, (), 0, chosen, frames, None)


def _open(edition: Edition) -> State:
    language = edition.languages[0]
    state = _travel(World(edition, {}, 0), edition.start, {"language": language}, None, None)
    assert isinstance(state, State)  # noqa: S101  `check` refuses an edition whose first screen needs a fact or an order
    return state
