"""Where a flow file is cut so that a screen changes, comes or goes and no other letter does. `hotline.content.pull` reads the result again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from hotline.engine.drafting.revisions import value_of
from hotline.engine.flow import RETURN, Ask, Branch, CallFlow, Condition, Do, Each, End, Flow, Kind, Menu, Option, Say

HEAD: Final = "# yaml-language-server: $schema=schema/flow.json\n"
_TEXT: Final = re.compile(r"[a-z_][a-z0-9_.-]*")
_NOT_TEXT: Final = frozenset(("true", "false", "null"))


class Targets:
    """How one flow's file writes targets: its own screens and other flows by their bare names."""

    def __init__(self, flow: Flow, starts: Mapping[str, str]) -> None:
        self._flow = flow.name
        self._own = frozenset(screen.key.partition(".")[2] for screen in flow.screens)
        self._flows = {start: name for name, start in starts.items() if name not in self._own}

    def short(self, target: str) -> str:
        """As the file says it."""
        flow, _, name = target.partition(".")
        if target == RETURN or not name:
            return target
        return _text(name if flow == self._flow else self._flows.get(target, target))


def new_file(flow: Flow, starts: Mapping[str, str]) -> str:
    """A flow that no file held yet."""
    targets = Targets(flow, starts)
    screens = "".join(_block(screen.key.partition(".")[2], screen.kind, targets, 2) for screen in flow.screens)
    return f"{HEAD}start: {targets.short(flow.start)}\nscreens:\n{screens}"


def rewritten(text: str, before: Flow, after: Flow, starts: Mapping[str, str]) -> str:
    """The file that says `before`, saying `after`: what is the same stays byte for byte, what is new stands at the end. Raises ValueError where it cannot be cut."""
    line_end = "\r\n" if "\r\n" in text else "\n"
    root = YAML(typ="rt").compose(text)
    screens = _value(root, "screens")
    if not isinstance(root, MappingNode) or not isinstance(screens, MappingNode) or screens.flow_style:
        raise ValueError(f"{before.name}: screens are not written one below the other")
    targets, old = Targets(after, starts), {screen.key: screen.kind for screen in before.screens}
    new = {screen.key: screen.kind for screen in after.screens}
    indent = int(screens.value[0][0].start_mark.column)
    cuts: list[tuple[int, int, str]] = []
    for key, value in screens.value:
        name = f"{after.name}.{key.value}"
        start = text.rindex("\n", 0, int(key.start_mark.index)) + 1
        if name not in new:
            cuts.append((start, _after(text, value, key), ""))
        elif not _says_same(old[name], new[name]):
            cuts.append((start, _after(text, value, key), _block(str(key.value), new[name], targets, indent)))
    if before.start != after.start and (start_node := _value(root, "start")) is not None:
        cuts.append((int(start_node.start_mark.index), int(start_node.end_mark.index), targets.short(after.start)))
    last_key, last = screens.value[-1]
    end = _after(text, last, last_key)
    added = "".join(_block(key.partition(".")[2], kind, targets, indent) for key, kind in new.items() if key not in old)
    if added and text[end - 1 : end] != "\n":
        added = f"\n{added}"
    for start, stop, piece in sorted([*cuts, *([(end, end, added)] if added else [])], reverse=True):
        text = text[:start] + piece.replace("\n", line_end) + text[stop:]
    return text


def _says_same(one: Kind, other: Kind) -> bool:
    """Whatever the file and line."""
    return value_of(one) == value_of(other)


def _block(name: str, kind: Kind, targets: Targets, indent: int) -> str:
    """A screen on lines of its own."""
    lines = list(_lines(kind, targets))
    if len(lines) == 1 and lines[0].startswith("{"):
        return f"{' ' * indent}{_text(name)}: {lines[0]}\n"
    return "".join(f"{line}\n" for line in (f"{' ' * indent}{_text(name)}:", *(f"{' ' * (indent + 2)}{line}" for line in lines)))


def _lines(kind: Kind, targets: Targets) -> Iterator[str]:
    match kind:
        case Menu(options):
            yield "menu:" if options else "{menu: {}}"
            yield from (f"  {option.key}: {_option(option, targets)}" for option in options)
        case Branch(ways):
            yield "branch:"
            for way in ways:
                when = {"if": _conditions(way.when)} if way.when else {}
                yield f"  - {_flow({**when, 'go': targets.short(way.go)})}"
        case Each(list=of, into=into, go=go, where=where, skip_one=skip):
            fields = {"each": of, "into": _text(into), "go": targets.short(go)}
            fields |= {"where": f"[{', '.join(map(_text, where))}]"} if where else {}
            yield f"menu: {_flow(fields | ({'skip_one': 'true'} if skip else {}))}"
        case Ask(kind=asked, into=into, go=go, least=least, most=most):
            fields = {"kind": asked, "into": _text(into), "go": targets.short(go)}
            bounds = {} if asked == "phone" else {"least": str(least), "most": str(most)}
            usual = {"least": "1", "most": "40"}
            yield f"ask: {_flow(fields | {name: bound for name, bound in bounds.items() if bound != usual[name]})}"
        case Say(go=go, each=of):
            fields = ({"each": of} if of else {}) | ({"go": targets.short(go)} if go else {})
            yield f"{{say: {_flow(fields)}}}"
        case Do(order=order, kept=kept, lost=lost, when=when_, urgent=urgent, word=word):
            fields = (
                {"order": order}
                | ({"when": when_} if when_ else {})
                | ({"urgent": "true"} if urgent else {})
                | ({"word": "true"} if word else {})
            )
            yield f"do: {_flow(fields | {'kept': targets.short(kept), 'lost': targets.short(lost)})}"
        case CallFlow(flow=called, then=then):
            yield f"call: {_flow({'flow': _text(called), 'then': targets.short(then)})}"
        case End():
            yield "{end: {}}"


def _option(option: Option, targets: Targets) -> str:
    go = targets.short(option.go)
    if not option.set and not option.when:
        return go
    sets = {"set": _flow({_text(name): _text(value) for name, value in option.set.items()})} if option.set else {}
    return _flow({"go": go, **sets, **({"if": _conditions(option.when)} if option.when else {})})


def _conditions(conditions: Collection[Condition]) -> str:
    return " and ".join(f"{condition.subject} is {'not ' if condition.negated else ''}{condition.value}" for condition in conditions)


def _flow(fields: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{name}: {value}' for name, value in fields.items())}}}"


def _text(name: str) -> str:
    """In quotes where YAML would take it for something else than text."""
    return name if _TEXT.fullmatch(name) and name not in _NOT_TEXT else f'"{name}"'


def _value(node: Node | None, name: str) -> Node | None:
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def _after(text: str, value: Node, key: Node) -> int:
    """Where the line after the last one of a value begins; a comment on its last line goes with it."""
    end = text.find("\n", _last_letter(value, key))
    return len(text) if end < 0 else end + 1


def _last_letter(value: Node, key: Node) -> int:
    """Ruamel gives the end of what is laid out in lines as the start of the next thing."""
    if isinstance(value, CollectionNode) and not value.flow_style and value.value:
        last = value.value[-1]
        return _last_letter(last[1], last[0]) if isinstance(last, tuple) else _last_letter(last, last)
    if isinstance(value, ScalarNode) and not value.value:
        return int(key.end_mark.index)
    return int(value.end_mark.index)
