"""Percentages tell of nobody, and only of cells that are shown."""

from __future__ import annotations

import pytest

from hotline.ports.figures.releases import TOTAL, FigureTable
from hotline.service.desk.figures.definitions import FIGURES
from hotline.service.desk.figures.shares import TableShares, percent, shares_of, yearly_shares

BY_NAME = {figure.name: figure for figure in FIGURES}


@pytest.mark.parametrize(
    ("part", "whole", "beside", "shown"),
    [
        (12, 52, (40,), 23),
        (27, 99, (72,), 27),
        (8, 19, (11,), None),
        (8, 20, (12,), 40),
        (20, 20, (), None),
        (5, 4000, (), None),
        (3999, 4000, (), None),
        (None, 52, (), None),
        (12, None, (), None),
        (12, 52, (None,), None),
        (1, 40, (), 3),
    ],
)
def test_a_percentage(part, whole, beside, shown) -> None:
    """Of 20 at least, in whole numbers, never 0 or 100, never beside a hidden cell of the same sum."""
    assert shown == percent(part, whole, beside)


def test_public_ones() -> None:
    """All may be told of plans: a week without a gap is 100."""
    assert [100, 0, 50, None, None] == [percent(*pair, is_public=True) for pair in ((70, 70), (0, 70), (10, 20), (1, 2), (0, 0))]


def test_by_region() -> None:
    """The worked example: Bamako and the total have one, Ségou is too small, and none stands beside a hidden cell."""
    table = FigureTable(
        "regions_ages",
        ("bamako", "segou", "sikasso", "others", TOTAL),
        ("under_18", "adult", TOTAL),
        ((12, 40, 52), (8, 11, 19), (None, None, 16), (None, None, 12), (27, 72, 99)),
    )
    assert {"bamako": 23, "segou": None, "sikasso": None, "others": None, TOTAL: 27} == yearly_shares(table).by_row


def test_by_column() -> None:
    """A share of promises for each column that there is, of places for each region; a figure that is no share has none."""
    promises = FigureTable("promises", ("kept", "missed", TOTAL), ("ordinary", TOTAL), ((30, None), (10, None), (40, 60)))
    assert {"ordinary": 75, TOTAL: None} == shares_of(BY_NAME["promises"], promises).by_column
    places = FigureTable("places", ("bamako", TOTAL), ("verified", "listed"), ((0, 12), (10, 40)))
    assert {"bamako": None, TOTAL: 25} == shares_of(BY_NAME["places"], places).by_row
    assert TableShares() == shares_of(BY_NAME["types"], FigureTable("types", ("rape", TOTAL), ("count",), ((30,), (40,))))
    assert TableShares() == shares_of(BY_NAME["partner"], FigureTable("partner", ("partner", TOTAL), ("count",), (), too_few=True))
