"""What can be wrong with where keys lead: screens that are not there or that nothing leads to, dead ends, conditions that mean nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, get_args

from hotline.engine.check.names import RESERVED
from hotline.engine.check.targets import Target, leads, reached, targets
from hotline.engine.faults import fault, reason
from hotline.engine.flow import (
    RETURN,
    Ask,
    Branch,
    CallFlow,
    Condition,
    Do,
    Each,
    End,
    Fault,
    FaultReason,
    Gaps,
    List,
    Menu,
    ScreenSource,
    Sources,
    Where,
)

CONDITION_VALUES: Final = {
    "coverage": ("free", "none", "unknown"),
    "many": ("yes", "no", "unknown"),
    "opening": ("known", "none", "unknown"),
    "offered": ("yes", "no", "unknown"),
    "listed": ("yes", "no"),
}
LISTS: Final = get_args(List)
MAY_BE_EMPTY: Final = ("events", "testimonies")
_OPENING: Final = Where("flows/opening.yml", 1)


def unread_flows(sources: Sources, gaps: Gaps) -> Iterator[tuple[str, Fault]]:
    """Flows of which there is no file, though keys lead there and words are called after them: by name, each as the one fault that it is."""
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    aims = {target.go for screen in screens.values() for target in targets(screen)} - screens.keys()
    aims |= {screen.kind.flow for screen in screens.values() if isinstance(screen.kind, CallFlow)} | {sources.start, sources.help}
    named = {part for aim in aims for part in aim.split(".")}
    worded = [message.key for message in max(sources.words.values(), key=len, default=())]
    for name in sorted(
        named & {key.partition(".")[0] for key in worded} - {flow.name for flow in sources.flows} - gaps.flows - set(RESERVED)
    ):
        count = sum(key.startswith(f"{name}.") for key in worded)
        yield name, fault(Where(f"flows/{name}.yaml", 1), "", reason("no_file", count=count))


def flow_faults(sources: Sources, gaps: Gaps) -> Iterator[Fault]:
    """What is wrong with the flows, screen by screen. Loops, and the way to urgent help, are in `walks.py`."""
    screens = {screen.key: screen for flow in sources.flows for screen in flow.screens}
    yield from _targets(sources, screens, gaps)
    yield from _unreached(sources, gaps)
    yield from _shapes(sources, screens, gaps)
    yield from _conditions(sources, screens, gaps)


def _targets(sources: Sources, screens: Mapping[str, ScreenSource], gaps: Gaps) -> Iterator[Fault]:
    """Unknown screens and flows; keys given twice."""
    flows = {flow.name for flow in sources.flows}
    for key, name in ((sources.start, "start"), (sources.help, "help")):
        if key not in screens:
            yield fault(_OPENING, name, reason("unknown_screen", screen=key), follows=gaps.line or _may_hold(gaps, key))
    for flow in sources.flows:
        if flow.start not in screens:
            yield fault(flow.at, "start", reason("unknown_screen", screen=flow.start), follows=_may_hold(gaps, flow.start))
    for screen in screens.values():
        for target in targets(screen):
            if target.go != RETURN and target.go not in screens:
                yield fault(target.at, screen.key, reason("unknown_screen", screen=target.go), follows=_may_hold(gaps, target.go))
        if isinstance(screen.kind, CallFlow) and screen.kind.flow not in flows:
            yield fault(screen.at, screen.key, reason("unknown_flow", flow=screen.kind.flow), follows=screen.kind.flow in gaps.flows)
        if isinstance(screen.kind, Menu):
            yield from _option_keys(screen, screen.kind)


def _may_hold(gaps: Gaps, key: str) -> bool:
    """`opening.yml` names a flow bare."""
    return gaps.may_hold(key) or key in gaps.flows


def _option_keys(screen: ScreenSource, menu: Menu) -> Iterator[Fault]:
    seen: set[int] = set()
    for option in menu.options:
        if option.key in seen:
            yield fault(option.at, screen.key, reason("key_twice", key=option.key))
        seen.add(option.key)


def _unreached(sources: Sources, gaps: Gaps) -> Iterator[Fault]:
    """Screens that nothing leads to; of a flow that nothing leads into one fault, for the whole of it.

    It follows from another fault where something is unread or a key leads to a screen that is not there, or where only such a screen leads here.
    """
    ways = leads(sources)
    found = reached((sources.start, sources.help), ways)
    aims = {sources.start, sources.help, *(target.go for flow in sources.flows for screen in flow.screens for target in targets(screen))}
    is_torn = gaps.is_torn() or bool(aims - ways.keys() - {RETURN})
    ahead = {go for key in ways.keys() - found for go in ways[key] if go != key}
    for flow in sources.flows:
        lost = [screen for screen in flow.screens if screen.key not in found]
        if len(lost) == len(flow.screens) > 1:
            yield fault(flow.at, flow.name, reason("flow_unreachable"), follows=is_torn)
            continue
        behind = {screen.key for screen in lost} & ahead
        first = behind if len(behind) == len(lost) else frozenset[str]()  # they lead to each other in a ring: all are named
        for screen in lost:
            follows = is_torn or (screen.key in behind and screen.key not in first)
            yield fault(screen.at, screen.key, reason("unreachable"), follows=follows)


def stranded(sources: Sources) -> frozenset[str]:
    """The flows that nothing leads into."""
    found = reached((sources.start, sources.help), leads(sources))
    return frozenset(flow.name for flow in sources.flows if not any(screen.key in found for screen in flow.screens))


def _shapes(sources: Sources, screens: Mapping[str, ScreenSource], gaps: Gaps) -> Iterator[Fault]:
    """Dead ends, asks that swallow the keys that hold everywhere, orders whose `lost` does not end, returns to nowhere."""
    returning = {key.partition(".")[0] for key, screen in screens.items() if any(target.go == RETURN for target in targets(screen))}
    called = {screen.kind.flow for screen in screens.values() if isinstance(screen.kind, CallFlow)}
    listed = {item.list for item in sources.items}
    for key, screen in screens.items():
        at, is_torn = screen.at, key in gaps.screens
        match screen.kind:
            case Menu(()):
                yield fault(at, key, reason("no_options"), follows=is_torn)
            case Each(list=of) if of not in listed and of not in MAY_BE_EMPTY:
                yield fault(at, key, reason("nothing_listed", list=of), follows=gaps.directory or bool(gaps.entries))
            case Branch(ways) if not ways or ways[-1].when:
                yield fault(at, key, reason("no_way_left"), follows=is_torn)
            case CallFlow(flow) if flow not in returning:
                yield fault(at, key, reason("never_returns", flow=flow), follows=gaps.is_torn())
            case Ask() as ask if _swallows(ask):
                yield fault(at, key, reason("swallows_keys"))
            case Do(lost=lost) if not _ends(lost, screens):
                yield fault(at, key, reason("lost_goes_on", screen=lost))
        flow = key.partition(".")[0]
        if flow in returning - called and any(target.go == RETURN for target in targets(screen)):
            yield fault(at, key, reason("nothing_calls", flow=flow), follows=gaps.is_torn())


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


def _conditions(sources: Sources, screens: Mapping[str, ScreenSource], gaps: Gaps) -> Iterator[Fault]:
    """Conditions whose subject or value means nothing."""
    known = {"language", *(name for screen in screens.values() for name in _sets(screen))}
    parts = {"next_day", "soonest", *(part.name for part in sources.parts)}
    for screen, target, condition in _asked(screens):
        kind, _, detail = condition.subject.partition(".")
        if kind not in CONDITION_VALUES and condition.subject not in known:
            yield fault(target.at, screen.key, reason("nothing_sets", name=condition.subject), follows=gaps.is_torn())
        elif kind == "offered" and condition.value in CONDITION_VALUES[kind] and detail not in parts:
            yield fault(target.at, screen.key, reason("unknown_part", part=detail), follows=gaps.line)
        elif (wrong := _wrong_condition(condition)) is not None:
            yield fault(target.at, screen.key, wrong)


def _asked(screens: Mapping[str, ScreenSource]) -> Iterator[tuple[ScreenSource, Target, Condition]]:
    return ((screen, target, condition) for screen in screens.values() for target in targets(screen) for condition in target.when)


def _wrong_condition(condition: Condition) -> FaultReason | None:
    kind, _, detail = condition.subject.partition(".")
    values = CONDITION_VALUES.get(kind)
    if values is None:
        return None
    if condition.value not in values:
        return reason("unknown_value", name=condition.subject, known=", ".join(values), value=condition.value)
    match kind:
        case "many" if detail:
            return reason("many_parts", name=condition.subject)
        case "coverage" if detail not in ("", "urgent"):
            return reason("unknown_coverage", name=condition.subject)
        case "listed" if detail not in (*LISTS, "numbers", "near"):
            return reason("unknown_list", list=detail)
    return None


def _sets(screen: ScreenSource) -> set[str]:
    match screen.kind:
        case Menu(options):
            return {name for option in options for name in option.set}
        case Each(into=into) | Ask(into=into):
            return {into}
    return set()
