"""The ten figures that partners may see: which tables each is made of, and their rows and columns, the same for a calendar year."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from hotline.engine.casework.incidents import LADDER
from hotline.ports.desk.cases import SERVICE_KINDS, ReferralOutcome
from hotline.ports.figures.releases import TOTAL, UNKNOWN

LANGUAGES: Final = "languages"
REGIONS: Final = "regions"
"""Instead of a list: what the line has of them, as a release is prepared."""

Plot: TypeAlias = Literal["shares", "strips", "number", "bars", "stacked", "table"]
PeriodKind: TypeAlias = Literal["quarter", "year"]
PERIODS: Final[tuple[PeriodKind, ...]] = get_args(PeriodKind)

OTHERS: Final = "others"
"""The row of regions that are too small for one of their own; left out where none is."""
NATIONAL: Final = "national"
"""Of the directory, behind its regions: what serves the whole country."""
SMALLEST_BASE: Final = 20
"""A table about fewer is not shown; nor is a share of fewer."""


class TableSpec(Struct, frozen=True):
    """A table's shape. Rows before `total` add up to it, and so do columns before theirs; `unknown` stands apart."""

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...] = ("count",)
    periods: tuple[PeriodKind, ...] = PERIODS
    is_public: bool = False
    """Of plans and the directory, not of people: no cell of it is hidden."""


class FigureSpec(Struct, frozen=True):
    """One figure: its tables, the plot of the first, and whether journalists get it."""

    code: str
    name: str
    plot: Plot
    tables: tuple[TableSpec, ...]
    of: tuple[str, str] | None = None
    """The rows whose share it is, numerator and denominator."""
    is_for_journalists: bool = False


FIGURES: Final = (
    FigureSpec(
        "F1",
        "promises",
        "shares",
        (
            TableSpec("promises", ("kept", "missed", TOTAL), ("ordinary", "urgent", TOTAL)),
            TableSpec("promises_languages", ("kept", "missed", TOTAL), (LANGUAGES, TOTAL)),
        ),
        of=("kept", TOTAL),
        is_for_journalists=True,
    ),
    # Minutes: planned, missing, offered.
    FigureSpec(
        "F2", "hours", "strips", (TableSpec("hours", ("covered", "uncovered", TOTAL), (LANGUAGES,), is_public=True),), of=("covered", TOTAL)
    ),
    # Without its complement, which would tell a hidden numerator.
    FigureSpec("F3", "wrong", "number", (TableSpec("wrong", ("wrong", "rung")),), of=("wrong", "rung")),
    FigureSpec("F4", "safer", "bars", (TableSpec("safer", ("safer", "same", "less_safe", TOTAL, UNKNOWN)),)),
    FigureSpec("F5", "types", "bars", (TableSpec("types", (*LADDER.values(), TOTAL)),), is_for_journalists=True),
    FigureSpec(
        "F6",
        "partner",
        "bars",
        (TableSpec("partner", ("partner", "other", TOTAL, UNKNOWN)),),
        of=("partner", TOTAL),
        is_for_journalists=True,
    ),
    FigureSpec("F7", "minors", "bars", (TableSpec("minors", ("under_18", "adult", TOTAL, UNKNOWN)),), of=("under_18", TOTAL)),
    FigureSpec(
        "F8",
        "delay",
        "bars",
        (TableSpec("delay", ("to_3_days", "to_5_days", "to_14_days", "to_month", "older", TOTAL, UNKNOWN)),),
        of=("to_3_days", TOTAL),
    ),
    FigureSpec(
        "F9",
        "referrals",
        "stacked",
        (TableSpec("referrals", (*SERVICE_KINDS, TOTAL), (*(o for o in get_args(ReferralOutcome) if o != "not_applicable"), TOTAL)),),
        is_for_journalists=True,
    ),
    FigureSpec(
        "F10",
        "places",
        "table",
        (TableSpec("places", (REGIONS, TOTAL), ("verified", "listed"), is_public=True),),
        of=("verified", "listed"),
        is_for_journalists=True,
    ),
)
"""In the order of the page, whatever the numbers are. Of region and age there is a yearly table besides (`YEARLY`)."""

YEARLY: Final = (
    TableSpec("regions_ages", (REGIONS, OTHERS, TOTAL), ("under_18", "adult", TOTAL), ("year",)),
    TableSpec("regions_types", (REGIONS, OTHERS, TOTAL), (*LADDER.values(), TOTAL), ("year",)),
)
"""The only tables in which something is crossed with the region."""
SPECS: Final = {spec.name: spec for spec in (*(table for figure in FIGURES for table in figure.tables), *YEARLY)}
"""By name."""
