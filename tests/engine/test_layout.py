"""Boxes and arrows laid out: what a drawing promises whoever reads it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.engine.check.targets import reached, targets
from hotline.engine.drawing.charts import flow_charts, line_chart, said_keys
from hotline.engine.drawing.layout import BOX, circles, laid_out
from hotline.engine.drawing.pieces import MOST_SCREENS, pieces
from hotline.engine.flow import Flow, Menu, Option, Say, ScreenSource, Where
from tests.content_line import sources

AT = Where("wide.yaml", 1)
FLOWS = [flow.name for flow in sources().flows]


@st.composite
def drawings(draw) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Boxes, and arrows without a circle."""
    names = tuple(f"box {n}" for n in range(draw(st.integers(0, 14))))
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    arrows = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return tuple(draw(st.permutations(names))), tuple(arrows)


@given(drawings())
def test_arrows_lead_right_and_no_two_boxes_touch(drawing):
    names, arrows = drawing
    layout = laid_out(names, arrows)
    assert set(names) == set(layout.columns) == set(layout.middles)
    assert all(layout.columns[source] < layout.columns[target] for source, target in arrows)
    for column in set(layout.columns.values()):
        middles = sorted(middle for name, middle in layout.middles.items() if layout.columns[name] == column)
        assert all(second - first > BOX for first, second in pairwise(middles))
        passing = [arrow for arrow in layout.lanes if layout.columns[arrow[0]] < column < layout.columns[arrow[1]]]
        lanes = [layout.lanes[arrow][column - layout.columns[arrow[0]] - 1] for arrow in passing]
        assert all(abs(lane - middle) > BOX / 2 for lane in lanes for middle in middles), "an arrow runs through a box"
    assert all(BOX / 2 <= middle + 0.001 and middle <= layout.height - BOX / 2 + 0.001 for middle in layout.middles.values())


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), unique=True))
def test_without_its_circles_everything_leads_on(arrows):
    ways = {name: tuple(target for source, target in arrows if source == name) for name in "abcdef"}
    back = circles("abcdef", ways)
    laid = laid_out(tuple("abcdef"), [arrow for arrow in arrows if arrow not in back])
    assert all(laid.columns[source] < laid.columns[target] for source, target in arrows if (source, target) not in back)


def test_keys_are_said_in_runs():
    assert said_keys(["1", "2", "3", "4", "7"]) == ("1–4, 7",)
    assert said_keys(["2", "1"]) == ("1, 2",)
    assert said_keys(["8", "then"]) == ("8", "then")
    assert said_keys(["kept"]) == ("kept",)


@pytest.mark.parametrize("name", FLOWS)
def test_every_screen_of_a_flow_is_drawn_and_so_is_each_way_on(name):
    flow = next(flow for flow in sources().flows if flow.name == name)
    charts = flow_charts(sources(), name)
    drawn = {box.key for chart in charts for box in chart.boxes}
    assert {screen.key for screen in flow.screens} <= drawn
    for chart in charts:
        corners = [(box.x, box.y) for box in chart.boxes]
        assert len(set(corners)) == len(corners)
        assert len(chart.boxes) <= 60
        assert {arrow.source for arrow in chart.arrows} | {arrow.target for arrow in chart.arrows} <= {box.key for box in chart.boxes}


def test_the_line_begins_at_its_first_screen_and_every_flow_is_drawn_once():
    chart = line_chart(sources())
    assert sorted(box.key for box in chart.boxes) == sorted(FLOWS)
    assert min(chart.boxes, key=lambda box: box.x).key == chart.root == "line"
    keys = {arrow.target: arrow.labels for arrow in chart.arrows if arrow.source == "line"}
    assert keys["callback"] == ("5",)
    assert {arrow.target for arrow in chart.arrows} == set(FLOWS) - {"line"}


def menus(count: int) -> Flow:
    """So many screens, seven under each; what has none under it leads back to the first."""
    keys = [f"wide.s{n}" for n in range(count)]
    screens = []
    for n, key in enumerate(keys):
        under = keys[7 * n + 1 : 7 * n + 8]
        kind = Menu(tuple(Option(place, go, AT) for place, go in enumerate(under, 1))) if under else Say(keys[0])
        screens.append(ScreenSource(key, kind, AT))
    return Flow("wide", keys[0], tuple(screens), AT)


def test_a_flow_of_many_screens_is_cut_where_all_that_follows_is_reached_through_one():
    flow = menus(300)
    screens = {screen.key: screen for screen in flow.screens}
    ways = {key: [target.go for target in targets(screen)] for key, screen in screens.items()}
    found = pieces(flow, screens)
    assert sorted(key for keys in found.values() for key in keys) == sorted(screens)
    assert all(len(keys) <= MOST_SCREENS for keys in found.values())
    for root, keys in found.items():
        assert root == flow.start or not set(keys) & reached([flow.start], ways, without=root)
