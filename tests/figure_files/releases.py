"""Plain releases, and the worked example of a quarter with hidden cells, as tests of files hold them."""

from __future__ import annotations

from datetime import date
from functools import partial

from hotline.config import CONTENT
from hotline.console.words import Words
from hotline.engine.casework.incidents import LADDER
from hotline.ports.figures.figure_files import ReleasedFigures
from hotline.ports.figures.releases import TOTAL, UNKNOWN, FigureTable, Release
from hotline.service.desk.figures.files.document import NamedLanguage, document
from hotline.service.desk.figures.files.naming import FigureNames

WORDS = Words.read(CONTENT / "locales", ("fr", "bm"))
REGIONS = {"bamako": "Bamako", "segou": "Ségou", "sikasso": "Sikasso", "mopti": "Mopti", "kidal": "Kidal"}
DAY = date(2027, 5, 12)


def column(name: str, rows: tuple[str, ...], *cells: int | None) -> FigureTable:
    """A table of one column."""
    return FigureTable(name, rows, ("count",), tuple((cell,) for cell in cells))


TYPES_OF_A = column("types", (*LADDER.values(), TOTAL), None, None, 21, None, 9, 14, 53)
"""Vector A: rape 6, sexual assault 3 and forced marriage 0 are hidden."""
REGIONS_OF_B = FigureTable(
    "regions_ages",
    ("bamako", "segou", "sikasso", "others", TOTAL),
    ("under_18", "adult", TOTAL),
    ((12, 40, 52), (8, 11, 19), (None, None, 16), (None, None, 12), (27, 72, 99)),
)
"""Vector B."""
QUARTER = (
    FigureTable("promises", ("kept", "missed", TOTAL), ("ordinary", "urgent", TOTAL), ((60, 25, 85), (10, 5, 15), (70, 30, 100))),
    FigureTable("promises_languages", ("kept", "missed", TOTAL), ("fr", "bm", TOTAL), ((35, 50, 85), (5, 10, 15), (40, 60, 100))),
    FigureTable("hours", ("covered", "uncovered", TOTAL), ("fr", "bm"), ((40_000, 30_000), (0, 10_000), (40_000, 40_000))),
    column("wrong", ("wrong", "rung"), None, 140),
    column("safer", ("safer", "same", "less_safe", TOTAL, UNKNOWN), 40, 30, 10, 80, 20),
    TYPES_OF_A,
    column("partner", ("partner", "other", TOTAL, UNKNOWN), 31, 14, 45, 8),
    FigureTable("minors", ("under_18", "adult", TOTAL, UNKNOWN), ("count",), (), too_few=True),
    FigureTable(
        "referrals",
        ("health", "police", TOTAL),
        ("referred", "unavailable", TOTAL),
        ((12, 9, 21), (None, None, 11), (None, None, 32)),
    ),
    FigureTable("places", ("bamako", "kidal", TOTAL), ("verified", "listed"), ((3, 12), (0, 4), (3, 16))),
)


def release(tables: tuple[FigureTable, ...] = QUARTER, period: str = "2027-Q1", **fields: object) -> Release:
    """Released, unless said otherwise."""
    known = {"standing": "released", "released_at": 1_810_000_000, "released_by": "mariam", "letter": "L-7"}
    return Release(
        **{"number": 3, "period": period, "tables": tables, "prepared_at": 0, "prepared_by": "awa", "digest": "ab" * 32, **known, **fields}  # type: ignore[arg-type]
    )


def names(language: str = "fr", regions: dict[str, str] = REGIONS) -> FigureNames:
    return FigureNames(partial(WORDS.say_or, language), regions)


def shown(of: Release, language: str = "fr") -> ReleasedFigures:
    return document(of, NamedLanguage(language, names(language)), DAY)
