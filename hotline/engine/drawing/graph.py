"""The line as drawings in Mermaid: one of each flow, one of who leads where; to see what a key does without reading YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from hotline.engine.check.targets import targets
from hotline.engine.drawing.mermaid import LONGEST_LABEL, OPENING, Edge, arrow, first_line, node, quoted, shortened, styles
from hotline.engine.drawing.pieces import pieces, start_first
from hotline.engine.edition import split_labels
from hotline.engine.flow import RETURN, Ask, Branch, CallFlow, Condition, Do, Each, End, Flow, Menu, Say, ScreenSource, Sources

HEAD: Final = (
    "Made whole by `{made_by}`: change a flow, then make it anew; a test holds the two together. "
    "The words are the first language's, shortened. [flows.md](flows.md) tells what each kind of screen is."
)
LEGEND: Final = (
    "A menu is a box, a list of the directory has double sides, a question leans, advice is rounded, a choice that nobody sees is a diamond, "
    "an order orange, a last screen grey, another flow blue. On an edge stands the key, with what it depends on."
)


def document(sources: Sources, made_by: str) -> str:
    """Both kinds of drawing as one Markdown page. `made_by`: the command that makes it, said at its head."""
    parts = ["# The line, drawn", HEAD.format(made_by=made_by), LEGEND, "## Who leads where", _fenced(whole_line(sources))]
    return "\n\n".join([*parts, *(section(sources, flow.name) for flow in sources.flows)]) + "\n"


def section(sources: Sources, name: str) -> str:
    """One flow's part of the page: a heading and its drawings. Raises KeyError if there is no such flow."""
    drawings = one_flow(sources, name)
    parts = [f"## {name}"]
    for root, drawing in drawings.items():
        parts += [_fenced(drawing)] if len(parts) == 1 else [f"### {root}", _fenced(drawing)]
    return "\n\n".join(parts)


def _fenced(drawing: str) -> str:
    return f"```mermaid\n{drawing}\n```"


def one_flow(sources: Sources, name: str) -> dict[str, str]:
    """The screens of one flow and what leads from each to which: one drawing, or several of a large flow, by the screen that each begins at.

    A last screen, another flow and what another drawing shows are drawn beside every screen that leads there, so that few lines cross.
    Raises KeyError if there is no such flow.
    """
    flow = {flow.name: flow for flow in sources.flows}[name]
    words = {message.key: message.text for message in next(iter(sources.words.values()))}
    screens = {screen.key: screen for screen in start_first(flow)}
    starts = {other.start: other.name for other in sources.flows} | {key: key.removeprefix(f"{name}.") for key in screens}
    return {root.removeprefix(f"{name}."): _drawing(keys, screens, starts, words) for root, keys in pieces(flow, screens).items()}


def _drawing(keys: tuple[str, ...], screens: Mapping[str, ScreenSource], starts: Mapping[str, str], words: Mapping[str, str]) -> str:
    """These screens. `starts`: what to call a screen that is drawn elsewhere."""
    lines = [*OPENING, "flowchart TD", *(f"  {node(key)}{_shape(screens[key], words)}" for key in keys)]
    for key in keys:
        for edge in _edges(screens[key], words):
            there = screens.get(edge.target)
            if edge.target in keys:
                shown = node(edge.target)
            else:
                last = there is not None and isinstance(there.kind, End)
                shape = _shape(there, words) if there is not None and last else _elsewhere(edge.target, starts)
                shown = f"{node(key)}_to{node(edge.target)}{shape}"
            lines.append(f"  {node(key)} {arrow(edge)} {shown}")
    return "\n".join([*lines, *styles(lines)])


def whole_line(sources: Sources) -> str:
    """The flows, and by which keys of which screens they lead to each other."""
    words = {message.key: message.text for message in next(iter(sources.words.values()))}
    homes = {screen.key: flow.name for flow in sources.flows for screen in flow.screens}
    lines = [*OPENING, "flowchart LR", '  dial(("dial"))', '  wrong(("wrong key twice"))']
    lines += [f"  {node(flow.name)}[{quoted(flow.name, _first_words(flow, words))}]" for flow in sources.flows]
    lines += [f"  dial --> {node(homes[sources.start])}", f'  wrong -->|"5"| {node(homes[sources.help])}']
    keys: dict[tuple[str, str], list[str]] = {}
    for flow in sources.flows:
        for other, key in _ways_out(flow, homes):
            keys.setdefault((flow.name, other), []).append(key)
    edges = (Edge(source, target, tuple(dict.fromkeys(said))) for (source, target), said in keys.items())
    lines += [f"  {node(edge.source)} {arrow(edge)} {node(edge.target)}" for edge in edges]
    return "\n".join(lines)


def _ways_out(flow: Flow, homes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The other flows that this one leads to, each with the screen and the key; of the screen that it starts at, the key alone."""
    for screen in flow.screens:
        called = [(screen.kind.flow, "calls")] if isinstance(screen.kind, CallFlow) else []
        for other, key in (*called, *((homes.get(target.go, flow.name), target.key) for target in targets(screen))):
            if other != flow.name:
                yield other, key if screen.key == flow.start else f"{screen.key.removeprefix(f'{flow.name}.')} {key}"


def _edges(screen: ScreenSource, words: Mapping[str, str]) -> Iterator[Edge]:
    """From one screen, one edge for each target, whatever number of keys lead there."""
    grouped: dict[str, list[str]] = {}
    labels = dict(split_labels(words.get(screen.key, ""))[1]) if isinstance(screen.kind, Menu) else {}
    for target in targets(screen):
        conditions = [*_when(target.when)]
        if isinstance(screen.kind, Branch):
            said = conditions or ["else"]
        elif isinstance(screen.kind, Menu):
            said = [f"{target.key} {shortened(labels.get(int(target.key), ''), LONGEST_LABEL)}".strip(), *conditions]
        else:
            said = [target.key]
        grouped.setdefault(target.go, []).extend(said)
    yield from (Edge(screen.key, go, tuple(said)) for go, said in grouped.items())


def _when(conditions: Iterable[Condition]) -> Iterator[str]:
    """Conditions in lines; those that say the same of things of one kind in one: `offered.morning, evening is no`."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for condition in conditions:
        kind, _, detail = condition.subject.rpartition(".")
        grouped.setdefault((kind, f"is {'not ' if condition.negated else ''}{condition.value}"), []).append(detail)
    for place, ((kind, value), details) in enumerate(grouped.items()):
        together = ", ".join(details) if kind else f" {value} and ".join(details)
        yield f"{'and' if place else 'if'} {f'{kind}.' if kind else ''}{together} {value}"


def _shape(screen: ScreenSource, words: Mapping[str, str]) -> str:
    """A screen's shape by its kind, with its name, and its first words or what it does."""
    name, first = screen.key.partition(".")[2], first_line(words.get(screen.key, ""))
    match screen.kind:
        case Menu():
            return f"[{quoted(name, first)}]"
        case Each(list=of, skip_one=passed):
            return f"[[{quoted(name, first, f'each of {of}', 'one is passed over' if passed else '')}]]"
        case Ask(kind=kind):
            return f"[/{quoted(name, first, f'asks: {kind}')}/]"
        case Say(each=of):
            return f"({quoted(name, first, f'each of {of}' if of else '')})"
        case Branch():
            return f"{{{quoted(name)}}}"
        case Do(order=order, when=when, urgent=urgent, word=word):
            said = " ".join(filter(None, (order, when, "urgent" if urgent else "", "word" if word else "")))
            return f"{{{{{quoted(name, said)}}}}}:::order"
        case CallFlow(called):
            return f"[[{quoted(name, f'runs {called}')}]]:::other"
        case End():
            return f"([{quoted(name, first)}]):::last"


def _elsewhere(key: str, starts: Mapping[str, str]) -> str:
    """Another flow by its name, a screen inside of it by its whole key."""
    if key == RETURN:
        return '(("return")):::last'
    return f">{quoted(starts.get(key, key))}]:::other"


def _first_words(flow: Flow, words: Mapping[str, str]) -> str:
    """Of the screen that a flow starts at, or where that shows nothing of the first that does."""
    return next((first_line(words[screen.key]) for screen in start_first(flow) if screen.key in words), "")
