"""A flow, and the line as a whole, as a map and as a list: which screen leads where by which keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from hotline.engine.drawing.charts import Chart, flow_charts, flow_ways, grouped_ways, line_chart
from hotline.engine.drawing.pieces import start_first
from hotline.engine.edition import split_labels
from hotline.engine.flow import RETURN, CallFlow, Do, End, Menu, ScreenSource
from hotline.service.studio.composing import Composed
from hotline.service.studio.line.tree import TreeBranch, TreeLeaf, is_silent, read_words


class MapScreen(Struct, frozen=True):
    """One screen as a map shows it. `kind`: as flow files call it; of an order what it does. `branch`: its flow, the called one where it calls another."""

    leaf: TreeLeaf
    kind: str
    branch: TreeBranch
    is_end: bool
    is_silent: bool


class MapWay(Struct, frozen=True):
    """One way on in the list. `target` is None where it leads back to where one came from. `label`: what the option says."""

    labels: tuple[str, ...]
    label: str
    target: MapScreen | None


class FlowMap(Struct, frozen=True):
    """One flow. `screens`: those of the drawings, by key, of other flows too."""

    branch: TreeBranch
    charts: tuple[Chart, ...]
    screens: Mapping[str, MapScreen]
    ways: tuple[tuple[MapScreen, tuple[MapWay, ...]], ...]

    @property
    def bad(self) -> tuple[TreeLeaf, ...]:
        return tuple(leaf for leaf in self.branch.leaves if leaf.is_bad)


class MapFlow(Struct, frozen=True):
    """One flow of the line's list, with those that it leads to and the keys of its first screen that do."""

    branch: TreeBranch
    ways: tuple[tuple[tuple[str, ...], TreeBranch], ...]


class WholeMap(Struct, frozen=True):
    """The line, flow by flow. `besides`: by flow those that it leads to and no arrow does."""

    chart: Chart
    flows: tuple[MapFlow, ...]
    branches: Mapping[str, TreeBranch]
    besides: Mapping[str, tuple[TreeBranch, ...]]


def see_flow_map(composed: Composed, branches: Sequence[TreeBranch], name: str) -> FlowMap | None:
    """Returns None where there is no flow of this name with a screen."""
    flow = next((flow for flow in composed.sources.flows if flow.name == name and flow.screens), None)
    if flow is None:
        return None
    by_name = {branch.name: branch for branch in branches if not branch.group}
    starts = {other.name: other.start for other in composed.sources.flows}
    words = read_words(composed.sources, composed.reads)
    own = start_first(flow)
    ways = {screen.key: grouped_ways(screen, starts) for screen in own}
    wanted = {screen.key for screen in own} | {go for found in ways.values() for go in found}
    screens = {
        screen.key: _map_screen(screen, leaf, branch, by_name)
        for branch in by_name.values()
        for leaf, screen in _paired(composed, branch, wanted)
    }
    listed = tuple(
        (
            screens[screen.key],
            tuple(
                MapWay(labels, _label(screen, go, words), screens.get(go))
                for go, labels in ways[screen.key].items()
                if go == RETURN or go in screens
            ),
        )
        for screen in own
    )
    return FlowMap(by_name[name], flow_charts(composed.sources, name), screens, listed)


def see_line_map(composed: Composed, branches: Sequence[TreeBranch]) -> WholeMap:
    """The flows and who leads where."""
    by_name = {branch.name: branch for branch in branches if not branch.group}
    found = flow_ways(composed.sources)
    flows = tuple(
        MapFlow(branch, tuple((keys, by_name[other]) for other, keys in found[name].items() if other in by_name))
        for name, branch in by_name.items()
    )
    chart = line_chart(composed.sources)
    drawn = {(arrow.source, arrow.target) for arrow in chart.arrows}
    besides = {flow.branch.name: tuple(other for _, other in flow.ways if (flow.branch.name, other.name) not in drawn) for flow in flows}
    return WholeMap(chart, flows, by_name, besides)


def _paired(composed: Composed, branch: TreeBranch, wanted: set[str]) -> list[tuple[TreeLeaf, ScreenSource]]:
    leaves = [leaf for leaf in branch.leaves if leaf.key in wanted]
    if not leaves:
        return []
    flow = next(flow for flow in composed.sources.flows if flow.name == branch.name)
    screens = {screen.key: screen for screen in flow.screens}
    return [(leaf, screens[leaf.key]) for leaf in leaves]


def _map_screen(screen: ScreenSource, leaf: TreeLeaf, branch: TreeBranch, branches: Mapping[str, TreeBranch]) -> MapScreen:
    kind, home = str(screen.kind.__struct_config__.tag), branch
    if isinstance(screen.kind, Do):
        kind = screen.kind.order
    elif isinstance(screen.kind, CallFlow):
        home = branches.get(screen.kind.flow, branch)
    return MapScreen(leaf, kind, home, isinstance(screen.kind, End), is_silent(screen))


def _label(screen: ScreenSource, go: str, words: Mapping[str, str]) -> str:
    """What the options say that lead there."""
    if not isinstance(screen.kind, Menu):
        return ""
    labels = dict(split_labels(words.get(screen.key, ""))[1])
    return ", ".join(label for option in screen.kind.options if option.go == go and (label := labels.get(option.key)))
