"""Released figures in a reader's words: of each its picture, its sentences and its tables; the same for partners and, rounded, for journalists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from markupsafe import Markup
from msgspec import Struct

from hotline.console import figure_plots
from hotline.console.figure_plots import Caption, Count, Share, Stack
from hotline.console.plots import FillPattern
from hotline.console.words import Words
from hotline.ports.figures.releases import TOTAL, UNKNOWN, FigureTable, Release
from hotline.service.desk.figures import published
from hotline.service.desk.figures.definitions import FIGURES, SPECS, YEARLY, FigureSpec
from hotline.service.desk.figures.files.naming import FigureNames
from hotline.service.desk.figures.shares import shares_of, without_answer, yearly_shares

HIDDEN: Final = "–"
PARTS: Final[dict[str, FillPattern]] = {
    "referred": "hatched",
    "provided": "lined",
    "already": "dotted",
    "declined": "empty",
    "unavailable": "dark",
}
"""Of referrals: what the country lacks is the darkest, in colour and in grey."""
NOT_OF_CALLERS: Final = ("promises", "hours", "wrong", "safer", "places")
"""Figures that are not of those alone who said yes to being counted."""
BASES: Final = {"promises": (TOTAL, TOTAL), "wrong": ("rung", "count"), "referrals": (TOTAL, TOTAL), "places": (TOTAL, "listed")}
"""The cell that a figure is of, where it is not the total of its one column."""


class ShownTable(Struct, frozen=True):
    """A table as it is read."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    shares: tuple[str, ...] = ()
    """Below each column what its figure is a share of, in %; nothing where none is told."""


class ShownFigure(Struct, frozen=True):
    """One figure of one release. `missing`: why there is nothing to show, in words."""

    id: str
    title: str
    means: str
    sentences: tuple[str, ...]
    tables: tuple[ShownTable, ...]
    picture: Markup = Markup("")
    number: str = ""
    missing: str = ""


class FigureReader(Struct, frozen=True):
    """Who reads: words, their language, what regions are called; `is_rounded`: for journalists."""

    words: Words
    language: str
    regions: Mapping[str, str]
    is_rounded: bool = False
    is_made_up: bool = False
    """Of a demo: each picture says so, wherever it goes."""

    @property
    def names(self) -> FigureNames:
        """What rows and columns are called: as in the files."""
        return FigureNames(partial(self.words.say_or, self.language), self.regions)

    def say(self, key: str, **places: object) -> str:
        return self.words.say(self.language, key, **places)

    def row(self, table: FigureTable, code: str) -> str:
        return _begun(self.names.row(table.name, code))

    def column(self, table: FigureTable, code: str) -> str:
        return _begun(self.names.column(table.name, code))

    def period(self, period: str) -> str:
        return period_in_words(self.words, self.language, period)

    def lasting(self, minutes: int | None) -> str:
        """Of hours that are planned."""
        return HIDDEN if minutes is None else self.say("partners.hours_minutes", hours=minutes // 60, minutes=f"{minutes % 60:02d}")


def period_in_words(words: Words, language: str, period: str) -> str:
    """A quarter (`2027-Q1`) or a year, as it is read."""
    quarter = published.QUARTER.fullmatch(period)
    key, year = (f"partners.quarter.{quarter[2]}", quarter[1]) if quarter else ("partners.year", period)
    return words.say(language, key, year=year)


def cell(value: int | None) -> str:
    """A cell as it is read, in a table and in a picture."""
    return HIDDEN if value is None else str(value)


def _begun(name: str) -> str:
    return name[:1].upper() + name[1:]


def figures(reading: FigureReader, release: Release, beside: Release | None = None) -> tuple[ShownFigure, ...]:
    """All figures of a release, in the order of the page; of journalists' the first table. `beside`: another whose pictures stand next to these, on the same scale."""
    specs = [spec for spec in FIGURES if spec.is_for_journalists or not reading.is_rounded]
    return tuple(_figure(reading, spec, release, beside) for spec in specs)


def crossed(reading: FigureReader, release: Release) -> tuple[ShownTable, ...]:
    """What a yearly release tells of regions."""
    tables = (release.table(spec.name) for spec in YEARLY)
    return tuple(_table(reading, table) for table in tables if table is not None and table.cells)


def _figure(reading: FigureReader, spec: FigureSpec, release: Release, beside: Release | None) -> ShownFigure:
    id, title, means = (
        f"r{release.number}-{spec.name}",
        reading.say(f"figures.{spec.name}.title"),
        reading.say(f"partners.{spec.name}.means"),
    )
    table = release.table(spec.tables[0].name)
    if table is None or not table.cells:
        why = "figures.too_few" if table is not None and table.too_few else "partners.missing.absent"
        return ShownFigure(id, title, means, (), (), missing=reading.say(why))
    number, sentences = _number(reading, spec, table), _sentences(reading, spec, table, release)
    names = [part.name for part in (spec.tables[:1] if reading.is_rounded else spec.tables)]
    shown = tuple(_table(reading, part, spec) for part in map(release.table, names) if part is not None and part.cells)
    other = beside.table(table.name) if beside else None
    caption = Caption(id, title, reading.period(release.period), sentences, _aloud(reading, shown[0]), number)
    return ShownFigure(id, title, means, sentences, shown, _picture(reading, spec, table, other, caption), number)


def _picture(reading: FigureReader, spec: FigureSpec, table: FigureTable, other: FigureTable | None, caption: Caption) -> Markup:
    both = [table, *([other] if other is not None and other.cells else [])]
    match spec.plot:
        case "shares":
            return figure_plots.shares(caption, [_share(reading, spec, table, column) for column in (TOTAL, "urgent")])
        case "strips":
            return figure_plots.shares(caption, [_share(reading, spec, table, column) for column in table.columns])
        case "bars" if spec.name in ("partner", "minors"):
            return figure_plots.shares(caption, [_share(reading, spec, table, "count")])
        case "bars":
            rows = [row for row in table.rows if row not in (TOTAL, UNKNOWN)]
            longest = max(part.cell(row, "count") or 0 for part in both for row in rows)
            bars = [Count(reading.row(table, row), table.cell(row, "count"), cell(table.cell(row, "count"))) for row in rows]
            return figure_plots.counts(caption, bars, longest)
        case "stacked":
            longest = max(stack.drawn for part in both for stack in _stacks(reading, part))
            legend = [
                *((fill, reading.column(table, outcome)) for outcome, fill in PARTS.items()),
                ("hidden", reading.say("partners.retained")),
            ]
            return figure_plots.stacks(caption, _stacks(reading, table), legend, longest)
        case _:
            return Markup("")


def _share(reading: FigureReader, spec: FigureSpec, table: FigureTable, column: str) -> Share:
    numerator, whole = spec.of or (TOTAL, TOTAL)
    said = [
        reading.lasting(value) if table.name == "hours" else cell(value)
        for value in (table.cell(row, column) for row in (numerator, whole))
    ]
    share = shares_of(spec, table).by_column.get(column)
    of = reading.say("partners.of", count=said[0], all=said[1])
    is_split = spec.plot in ("shares", "strips")
    name = (
        reading.row(table, numerator) if not is_split else reading.say("partners.all") if column == TOTAL else reading.column(table, column)
    )
    return Share(name, of if share is None else f"{share} % · {of}", share, "striped" if is_split else "empty")


def _stacks(reading: FigureReader, table: FigureTable) -> list[Stack]:
    return [
        Stack(
            reading.row(table, row),
            cell(table.cell(row, TOTAL)),
            tuple((fill, table.cell(row, outcome)) for outcome, fill in PARTS.items()),
            table.cell(row, TOTAL),
        )
        for row in table.rows
        if row != TOTAL
    ]


def _number(reading: FigureReader, spec: FigureSpec, table: FigureTable) -> str:
    """The one number that the figure comes to; nothing where it may not be told."""
    if spec.name == "wrong":
        wrong, rung = table.cell("wrong", "count"), table.cell("rung", "count")
        key = "wrong.number" if wrong is not None else "wrong.few" if rung is not None else "wrong.none"
        return reading.say(f"partners.{key}", count=wrong, all=rung)
    if spec.of is None or spec.plot != "bars":
        return ""
    share = shares_of(spec, table).by_column.get("count")
    return "" if share is None else reading.say(f"partners.{spec.name}.number", percent=share)


def _sentences(reading: FigureReader, spec: FigureSpec, table: FigureTable, release: Release) -> tuple[str, ...]:
    """What has to be read with the number, wherever it goes."""
    base = table.cell(*BASES.get(spec.name, (TOTAL, "count")))
    is_public, places = SPECS[table.name].is_public, {"period": reading.period(release.period), "number": release.number}
    said = [*([reading.say("figures.made_up")] if reading.is_made_up else []), reading.say(f"figures.{spec.name}.sentence")]
    if UNKNOWN in table.rows:
        silent, key = without_answer(table), "figures.safer.unanswered" if spec.name == "safer" else "figures.not_known"
        said.append(reading.say("partners.silent") if silent is None else reading.say(key, percent=silent))
    if spec.name not in NOT_OF_CALLERS:
        said.append(reading.say("partners.common"))
    said.append(
        reading.say("partners.source", **places) if spec.plot == "strips" else reading.say("partners.source.n", n=cell(base), **places)
    )
    if not is_public:
        said.append(reading.say("partners.legend.rounded" if reading.is_rounded else "figures.legend"))
    return tuple(said)


def _table(reading: FigureReader, table: FigureTable, spec: FigureSpec | None = None) -> ShownTable:
    """`spec`: the figure that it belongs to; a yearly table belongs to none."""
    head = tuple(reading.column(table, column) for column in table.columns)
    rows = tuple((reading.row(table, row), tuple(map(cell, cells))) for row, cells in zip(table.rows, table.cells, strict=True))
    shares = yearly_shares(table).by_row
    if any(share is not None for share in shares.values()):
        head = (*head, reading.say("figures.percent"))
        rows = tuple((name, (*cells, cell(shares[row]))) for (name, cells), row in zip(rows, table.rows, strict=True))
    below = shares_of(spec, table).by_column if spec else {}
    foot = tuple(cell(below.get(column)) for column in table.columns) if any(share is not None for share in below.values()) else ()
    return ShownTable(reading.say(f"figures.{table.name}.title"), head, rows, foot)


def _aloud(reading: FigureReader, table: ShownTable) -> str:
    """The table in words."""
    colon = reading.say("partners.colon")
    return " ".join(f"{name}{colon} {_cells_aloud(table.head, cells)}." for name, cells in table.rows)


def _cells_aloud(head: Sequence[str], cells: Sequence[str]) -> str:
    return cells[0] if len(cells) == 1 else ", ".join(f"{column} {cell}" for column, cell in zip(head, cells, strict=True))
