"""A flow file as a `Flow`, in two passes: names first, so that the second can write every target in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ruamel.yaml.nodes import MappingNode, Node

from hotline.content.flow_files.kinds import KINDS, Scope
from hotline.content.flow_files.nodes import NAME, Reader, is_empty, quoted
from hotline.engine.flow import RETURN, Flow, ScreenSource, Where


class NamedFlow(NamedTuple):
    """A flow of which only the names are read: enough for another flow to lead to it."""

    reader: Reader
    name: str
    start: str
    screens: Mapping[str, tuple[Node, Node]]
    """Key and value, by name."""


def named_flow(reader: Reader, name: str, node: Node) -> NamedFlow | None:
    """The first pass. Returns None if the file holds no screen. A flow that does not say where it starts is taken to start at its first."""
    if not NAME.fullmatch(name):
        reader.fault(1, f"{quoted(name)} is no name for a flow; small letters, digits, - and _")
        return None
    fields = reader.fields(node, name, ("start", "screens"), needed=("start", "screens"))
    start = reader.text(fields.get("start"), f"{name}: start")
    screens: dict[str, tuple[Node, Node]] = {}
    for screen, key, value in reader.entries(fields.get("screens"), f"{name}: screens"):
        if screen == RETURN or not NAME.fullmatch(screen):
            reader.fault(key, f"{name}: {quoted(screen)} is no name for a screen; small letters, digits, - and _, and not return")
        else:
            screens[screen] = (key, value)
    if "screens" in fields and is_empty(fields["screens"]):
        reader.fault(fields["screens"], f"{name}: no screen")
    if not screens:
        return None
    return NamedFlow(reader, name, full(start or next(iter(screens)), name, screens, {}), screens)


def full(target: str, flow: str, screens: Mapping[str, object], starts: Mapping[str, str]) -> str:
    """A target as a screen's whole key: of this flow first, else a flow's start, else, for `check` to find, this flow's after all."""
    if target == RETURN or "." in target:
        return target
    own = f"{flow}.{target}"
    return own if target in screens else starts.get(target, own)


def flow(named: NamedFlow, starts: Mapping[str, str]) -> tuple[Flow, frozenset[str]]:
    """The second pass: whatever screens are sound, and the keys of those that are not, or that a wrong indent put into another one."""

    def in_full(target: str) -> str:
        return full(target, named.name, named.screens, starts)

    screens: list[ScreenSource] = []
    unsound: set[str] = set()
    for name, (key, node) in named.screens.items():
        scope, before = Scope(named.reader, f"{named.name}.{name}", in_full), len(named.reader.faults)
        if screen := _screen(scope, key, node):
            screens.append(screen)
        if len(named.reader.faults) > before:
            within = node.value if isinstance(node, MappingNode) else ()
            unsound |= {scope.screen, *(f"{named.name}.{field.value}" for field, _ in within)}
    return Flow(named.name, named.start, tuple(screens), Where(named.reader.file, 1)), frozenset(unsound)


def _screen(scope: Scope, key: Node, node: Node) -> ScreenSource | None:
    reader, what = scope.reader, scope.screen
    if is_empty(node):
        reader.fault(key, f"{what}: must say what it is, one of {', '.join(KINDS)}")
    known: list[tuple[str, Node]] = []
    for name, at, value in reader.entries(node, what):
        if name not in KINDS:
            reader.fault(at, f"{what}: unknown kind `{name}`, none of {', '.join(KINDS)}")
        elif known:
            reader.fault(at, f"{what}: `{name}` beside `{known[0][0]}`; a screen is of one kind")
        else:
            known.append((name, value))
    for name, value in known:
        kind = KINDS[name](scope, value)
        if kind is not None:
            return ScreenSource(what, kind, reader.at(key))
    return None
