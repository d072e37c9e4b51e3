"""Maps of the line: of a flow its screens, of the line its flows, as boxes and arrows with their keys, laid out; what the studio draws."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Final

from msgspec import Struct

from hotline.engine.check.targets import targets
from hotline.engine.drawing.layout import BOX, circles, laid_out
from hotline.engine.drawing.pieces import pieces, start_first
from hotline.engine.flow import RETURN, CallFlow, End, Flow, ScreenSource, Sources

WIDE: Final = 180
"""How wide a box is, in the units of a drawing."""
APART: Final = 72
"""Between two columns: room for the keys."""
MARGIN: Final = 4
BEND: Final = 34
HEAD: Final = 7
"""The length of an arrow's head."""
LONGEST_LINE: Final = 20
"""Letters of a line in a box, in whatever font a machine has."""
MOST_LINES: Final = 2
PORT: Final = 15
"""Between two arrows that end at one box, if there is room."""


class ChartBox(Struct, frozen=True):
    """A box, by its upper left corner. `key`: of a screen, or the name of a flow, or `return`. `is_elsewhere`: what it stands for is drawn in another place too."""

    key: str
    x: int
    y: int
    is_elsewhere: bool = False


class ChartArrow(Struct, frozen=True):
    """An arrow as an SVG path. `labels`: keys as they are said (`1–4`), or what else leads on; they end at `x`, `y`."""

    source: str
    target: str
    labels: tuple[str, ...]
    path: str
    x: int
    y: int


class Chart(Struct, frozen=True):
    """One drawing. `root`: the screen or flow that it begins at."""

    root: str
    boxes: tuple[ChartBox, ...]
    arrows: tuple[ChartArrow, ...]
    width: int
    height: int


def flow_charts(sources: Sources, name: str) -> tuple[Chart, ...]:
    """The screens of one flow and what leads from each to which: one drawing, or several of a large flow.

    A last screen, another flow's, one of another drawing and one that leads back are drawn anew beside every screen that leads there, so that few arrows cross.
    Raises KeyError if there is no such flow.
    """
    flow = {flow.name: flow for flow in sources.flows}[name]
    starts = {other.name: other.start for other in sources.flows}
    screens = {screen.key: screen for screen in start_first(flow)}
    return tuple(_flow_chart(root, keys, screens, starts) for root, keys in pieces(flow, screens).items())


def line_chart(sources: Sources) -> Chart:
    """The flows, each behind the one by which one comes there first, with the keys of the screen that that one starts at. `flow_ways` has all others too."""
    found = flow_ways(sources)
    home = sources.start.partition(".")[0]
    boxes = {name: name for name in sorted(found, key=lambda name: name != home)}
    arrows: dict[tuple[str, str], tuple[str, ...]] = {}
    known, front = {home}, [home]
    while front:
        ways = [(name, other, keys) for name in front for other, keys in found.get(name, {}).items()]
        front = []
        for name, other, keys in sorted(ways, key=lambda way: not way[2]):
            if other not in known:
                known.add(other)
                front.append(other)
                arrows[name, other] = keys
    return _chart(home, boxes, frozenset(), arrows)


def flow_ways(sources: Sources) -> dict[str, dict[str, tuple[str, ...]]]:
    """By flow the other flows that it leads to, with the keys of the screen that it starts at; none where another of its screens leads there."""
    homes = {screen.key: flow.name for flow in sources.flows for screen in flow.screens}
    names = frozenset(flow.name for flow in sources.flows if flow.screens)
    return {flow.name: _ways_out(flow, homes, names) for flow in sources.flows if flow.screens}


def grouped_ways(screen: ScreenSource, starts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """By target what leads there from a screen, keys together. `starts`: the screen that each flow starts at, for a call of another flow."""
    found: dict[str, list[str]] = {}
    if isinstance(screen.kind, CallFlow) and screen.kind.flow in starts:
        found[starts[screen.kind.flow]] = ["call"]
    for target in targets(screen):
        found.setdefault(target.go, []).append(target.key)
    return {go: said_keys(keys) for go, keys in found.items()}


def said_keys(keys: Iterable[str]) -> tuple[str, ...]:
    """Numbers in runs (`1–4, 7`), what is none after them."""
    distinct = dict.fromkeys(keys)
    numbers = sorted(int(key) for key in distinct if key.isdigit())
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = ", ".join(", ".join(map(str, run)) if len(run) < 3 else f"{run[0]}–{run[-1]}" for run in runs)
    return (*((said,) if said else ()), *(key for key in distinct if not key.isdigit()))


def boxed(title: str, lines: int = MOST_LINES) -> tuple[str, ...]:
    """As much of a title as a box holds in so many lines."""
    return tuple(wrap(title, LONGEST_LINE, max_lines=lines, placeholder="…"))


def _flow_chart(root: str, keys: tuple[str, ...], screens: Mapping[str, ScreenSource], starts: Mapping[str, str]) -> Chart:
    here = frozenset(keys)
    ways = {key: grouped_ways(screens[key], starts) for key in keys}
    inner = {key: tuple(go for go in found if go in here) for key, found in ways.items()}
    back = circles(keys, inner)
    boxes, elsewhere, arrows = {key: key for key in keys}, set[str](), {}
    for key, found in ways.items():
        for go, labels in found.items():
            box = go
            if go not in here or (key, go) in back:
                box = f"{key} {go}"
                boxes[box] = go
                if go not in screens or not isinstance(screens[go].kind, End):
                    elsewhere.add(box)
            arrows[key, box] = labels
    return _chart(root, boxes, elsewhere, arrows)


def _chart(root: str, boxes: Mapping[str, str], elsewhere: Collection[str], arrows: Mapping[tuple[str, str], tuple[str, ...]]) -> Chart:
    layout = laid_out(tuple(boxes), tuple(arrows))
    left = {box: MARGIN + column * (WIDE + APART) for box, column in layout.columns.items()}
    drawn = []
    incoming: dict[str, list[tuple[str, str]]] = {}
    for arrow in arrows:
        incoming.setdefault(arrow[1], []).append(arrow)
    for target, ends in incoming.items():
        ends.sort(key=lambda arrow: layout.lanes[arrow][-1] if arrow in layout.lanes else layout.middles[arrow[0]])
        step = min(PORT, (BOX - 8) / max(len(ends) - 1, 1))
        for number, arrow in enumerate(ends):
            source = arrow[0]
            heights = [layout.middles[source], *layout.lanes.get(arrow, ()), layout.middles[target] + (number - (len(ends) - 1) / 2) * step]
            points = [MARGIN + height for height in heights]
            y = points[-1]
            # The keys stand on the side where their arrow does not come from.
            under = len(points) > 1 and points[-2] < y - 1 and number == len(ends) - 1
            path, y = _path(left[source] + WIDE, points), round(y + (15 if under else -4))
            drawn.append(ChartArrow(boxes[source], boxes[target], arrows[arrow], path, left[target] - 12, y))
    placed = tuple(ChartBox(key, left[box], round(MARGIN + layout.middles[box] - BOX / 2), box in elsewhere) for box, key in boxes.items())
    width = max((box.x + WIDE for box in placed), default=0) + MARGIN
    return Chart(root, placed, tuple(drawn), width, round(layout.height + 2 * MARGIN))


def _path(x: int, points: Sequence[float]) -> str:
    """From the right of a box to the left of another, level through the columns between."""
    said = [f"M{x} {points[0]:.0f}"]
    for number, point in enumerate(points[1:], 2):
        is_last = number == len(points)
        end = x + APART - (HEAD if is_last else 0)
        said.append(f"C{x + BEND} {points[number - 2]:.0f} {end - BEND} {point:.0f} {end} {point:.0f}")
        if not is_last:
            said.append(f"h{WIDE}")
        x += APART + WIDE
    return "".join(said)


def _ways_out(flow: Flow, homes: Mapping[str, str], names: Collection[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for screen in flow.screens:
        ways = [(target.key, homes.get(target.go)) for target in targets(screen) if target.go != RETURN]
        if isinstance(screen.kind, CallFlow):
            ways.append(("call", screen.kind.flow))
        for key, other in ways:
            if other is not None and other != flow.name and other in names:
                found.setdefault(other, []).extend([key] if screen.key == flow.start and key.isdigit() else [])
    return {other: said_keys(keys) for other, keys in found.items()}
