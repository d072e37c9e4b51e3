"""Released figures in a reader's words: of each its picture, its sentences and its tables; the same for partners and, rounded, for journalists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup
from msgspec import Struct

from hotline.console import figure_plots
from hotline.console.figure_plots import Caption, Count, Share, Stack
from hotline.console.plots import Fill
from hotline.console.words import Words
from hotline.ports.desk.releases import TOTAL, UNKNOWN, FigureTable, Release
from hotline.service.desk.figures import published
from hotline.service.desk.figures.definitions import FIGURES, SPECS, YEARLY, FigureSpec
from hotline.service.desk.figures.published import percent

HIDDEN: Final = "–"
PARTS: Final[dict[str, Fill]] = {
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


class Reading(Struct, frozen=True):
    """Who reads: words, their language, what regions are called; `is_rounded`: for journalists."""

    words: Words
    language: str
    regions: Mapping[str, str]
    is_rounded: bool = False

    def say(self, key: str, **places: object) -> str:
        return self.words.say(self.language, f"partners.{key}", **places)

    def name(self, code: str) -> str:
        """What a row or a column is called; a language or a region by its own name."""
        if code in self.regions:
            return self.regions[code]
        named = self.words.say_or(self.language, f"partners.cell.{code}", "")
        named = named or self.words.say_or(self.language, f"language.{code}", code)
        return named[0].upper() + named[1:]

    def period(self, period: str) -> str:
        """A quarter or a year."""
        quarter = published.QUARTER.fullmatch(period)
        return self.say(f"quarter.{quarter[2]}", year=quarter[1]) if quarter else self.say("year", year=period)

    def cell(self, table: FigureTable, value: int | None) -> str:
        if value is None:
            return HIDDEN
        return self.lasting(value) if table.name == "hours" else str(value)

    def lasting(self, minutes: int) -> str:
        """Of hours that are planned."""
        return self.say("hours_minutes", hours=minutes // 60, minutes=f"{minutes % 60:02d}")


def figures(reading: Reading, release: Release, beside: Release | None = None) -> tuple[ShownFigure, ...]:
    """All figures of a release, in the order of the page. `beside`: another whose pictures stand next to these, on the same scale."""
    specs = [spec for spec in FIGURES if spec.is_for_journalists or not reading.is_rounded]
    return tuple(_figure(reading, spec, release, beside) for spec in specs)


def crossed(reading: Reading, release: Release) -> tuple[ShownTable, ...]:
    """What a yearly release tells of regions."""
    tables = (release.table(spec.name) for spec in YEARLY)
    return tuple(_table(reading, table) for table in tables if table is not None and table.cells)


def _figure(reading: Reading, spec: FigureSpec, release: Release, beside: Release | None) -> ShownFigure:
    id, title, means = f"r{release.number}-{spec.name}", reading.say(f"{spec.name}.title"), reading.say(f"{spec.name}.means")
    table = release.table(spec.tables[0].name)
    if table is None or not table.cells:
        why = "too_few" if table is not None and table.too_few else "absent"
        return ShownFigure(id, title, means, (), (), missing=reading.say(f"missing.{why}"))
    number, sentences = _number(reading, spec, table), _sentences(reading, spec, table, release)
    shown = tuple(_table(reading, part) for part in (release.table(each.name) for each in spec.tables) if part is not None and part.cells)
    other = beside.table(table.name) if beside else None
    caption = Caption(id, title, reading.period(release.period), sentences, _aloud(shown[0]), number)
    return ShownFigure(id, title, means, sentences, shown, _picture(reading, spec, table, other, caption), number)


def _picture(reading: Reading, spec: FigureSpec, table: FigureTable, other: FigureTable | None, caption: Caption) -> Markup:
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
            bars = [Count(reading.name(row), table.cell(row, "count"), reading.cell(table, table.cell(row, "count"))) for row in rows]
            return figure_plots.counts(caption, bars, longest)
        case "stacked":
            longest = max(stack.drawn for part in both for stack in _stacks(reading, part))
            legend = [*((fill, reading.name(outcome)) for outcome, fill in PARTS.items()), ("hidden", reading.say("retained"))]
            return figure_plots.stacks(caption, _stacks(reading, table), legend, longest)
        case _:
            return Markup("")


def _share(reading: Reading, spec: FigureSpec, table: FigureTable, column: str) -> Share:
    numerator, whole = spec.of or (TOTAL, TOTAL)
    count, among = (reading.cell(table, table.cell(row, column)) for row in (numerator, whole))
    share = percent(table, numerator, whole, column)
    name = (
        reading.say("partner.bar")
        if spec.name == "partner"
        else reading.say("minors.bar")
        if spec.name == "minors"
        else reading.name(column)
    )
    if spec.plot == "shares" and column == TOTAL:
        name = reading.say("all")
    said = reading.say("of", count=count, all=among)
    return Share(
        name, f"{share} % · {said}" if share is not None else said, share, "striped" if spec.plot in ("shares", "strips") else "empty"
    )


def _stacks(reading: Reading, table: FigureTable) -> list[Stack]:
    return [
        Stack(
            reading.name(row),
            reading.cell(table, table.cell(row, TOTAL)),
            tuple((fill, table.cell(row, outcome)) for outcome, fill in PARTS.items()),
            table.cell(row, TOTAL),
        )
        for row in table.rows
        if row != TOTAL
    ]


def _number(reading: Reading, spec: FigureSpec, table: FigureTable) -> str:
    """The one number that the figure comes to; nothing where it may not be told."""
    if spec.name == "wrong":
        wrong, rung = table.cell("wrong", "count"), table.cell("rung", "count")
        key = "wrong.number" if wrong is not None else "wrong.few" if rung is not None else "wrong.none"
        return reading.say(key, count=wrong, all=rung)
    if spec.of is None or spec.plot != "bars":
        return ""
    share = percent(table, *spec.of)
    return "" if share is None else reading.say(f"{spec.name}.number", percent=share)


def _sentences(reading: Reading, spec: FigureSpec, table: FigureTable, release: Release) -> tuple[str, ...]:
    """What has to be read with the number, wherever it goes."""
    row, column = BASES.get(spec.name, (TOTAL, "count"))
    base = table.cell(row, column)
    unanswered = published.unanswered(table) if UNKNOWN in table.rows else None
    is_public, places = SPECS[table.name].is_public, {"period": reading.period(release.period), "number": release.number}
    said = [reading.say(f"{spec.name}.sentence")]
    if UNKNOWN in table.rows:
        said.append(reading.say("unanswered.hidden") if unanswered is None else reading.say("unanswered", percent=unanswered))
    if spec.name not in NOT_OF_CALLERS:
        said.append(reading.say("common"))
    said.append(reading.say("source" if is_public and spec.name != "places" else "source.n", n=HIDDEN if base is None else base, **places))
    if not is_public:
        said.append(reading.say("legend.rounded" if reading.is_rounded else "legend"))
    return tuple(said)


def _table(reading: Reading, table: FigureTable) -> ShownTable:
    head = tuple(reading.say("number") if column == "count" else reading.name(column) for column in table.columns)
    rows = tuple(
        (reading.name(row), tuple(reading.cell(table, cell) for cell in cells)) for row, cells in zip(table.rows, table.cells, strict=True)
    )
    return ShownTable(reading.say(f"table.{table.name}"), head, rows)


def _aloud(table: ShownTable) -> str:
    """The table in words."""
    return "; ".join(f"{name}: {_cells_aloud(table.head, cells)}" for name, cells in table.rows) + "."


def _cells_aloud(head: Sequence[str], cells: Sequence[str]) -> str:
    return cells[0] if len(cells) == 1 else ", ".join(f"{column} {cell}" for column, cell in zip(head, cells, strict=True))
