"""A made-up year of released figures: what every page and file of it has to say again."""

from __future__ import annotations

from msgspec.structs import replace

from hotline.ports.figures.releases import FigureTable, Release
from hotline.service.desk.figures.definitions import LANGUAGES, REGIONS, SPECS

SPOKEN = ("fr", "bm")
PLACES = ("kayes", "segou")
CELLS: dict[str, tuple[tuple[int | None, ...], ...]] = {
    "promises": ((310, 27, 337), (41, 6, 47), (351, 33, 384)),
    "promises_languages": ((120, 217, 337), (21, 26, 47), (141, 243, 384)),
    "hours": ((30_600, 24_030), (5400, 11_970), (36_000, 36_000)),
    "wrong": ((None,), (351,)),
    "safer": ((104,), (61,), (9,), (174,), (58,)),
    "types": ((None,), (None,), (21,), (None,), (9,), (14,), (53,)),
    "partner": ((30,), (12,), (42,), (11,)),
    "minors": ((None,), (None,), (47,), (6,)),
    "delay": ((None,), (5,), (6,), (8,), (None,), (31,), (None,)),
    "referrals": (
        (None, None, None, None, 9, 14),
        (21, 6, None, 5, None, 40),
        (12, 30, None, None, None, 47),
        (7, None, None, 6, 11, 27),
        (None, None, None, 8, None, 12),
        (None, None, None, None, None, None),
        (None, None, None, None, None, None),
        (46, 41, None, 22, 28, 148),
    ),
    "places": ((7, 9), (3, 5), (10, 14)),
}
"""Of vector A the types; the others so that each has something hidden in its own way."""
COLUMNS = {"promises_languages": (*SPOKEN, "total"), "hours": SPOKEN}
ROWS = {"places": (*PLACES, "total")}


def release(period: str, number: int, standing: str = "released", **tables: FigureTable) -> Release:
    """One of every table, but for those that are given."""
    made = {name: table(name, cells) for name, cells in CELLS.items()} | tables
    return Release(
        *(number, period, standing, tuple(made.values()), 1_800_000_000, "fanta", "5e" * 32),  # type: ignore[arg-type]
        released_at=1_800_086_400,
        released_by="kadia",
        letter="Lettre 12/2027",
    )


def table(name: str, cells: tuple[tuple[int | None, ...], ...], **fields: object) -> FigureTable:
    """In the rows and columns that it has everywhere."""
    spec = SPECS[name]
    rows, columns = ROWS.get(name, spec.rows), COLUMNS.get(name, spec.columns)
    assert not {LANGUAGES, REGIONS} & {*rows, *columns}
    return replace(FigureTable(name, rows, columns, cells), **fields)


def too_few(name: str) -> FigureTable:
    return table(name, (), too_few=True)
