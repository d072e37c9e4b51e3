"""A release with its words, as JSON files carry it; workbook and CSV are made of this too, so that all say the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hotline.engine.quarters import span
from hotline.engine.times import EPOCH
from hotline.ports.figures.figure_files import ReleasedCell, ReleasedFigure, ReleasedFigures, ReleasedName, ReleasedTable
from hotline.ports.figures.releases import FigureTable, Release
from hotline.service.desk.figures.definitions import FIGURES, FigureSpec
from hotline.service.desk.figures.files.naming import FigureNames
from hotline.service.desk.figures.shares import TableShares, shares_of, without_answer, yearly_shares

FORMAT: Final = "hotline-figures/1"
"""Changes with the shape of the document; what is only added does not change it."""
COUNTRY: Final = "MLI"
COUNTED: Final = frozenset({"types", "partner", "minors", "delay", "referrals"})
"""Figures of callers who agreed to be counted, beside the yearly tables; the others are of promises, hours, calls and places."""
TOP: Final = ("figures.top.counted", "figures.top.not_prevalence", "figures.top.not_gbvims", "figures.top.dash", "partners.dates")
"""What stands above every figure, always."""


class NamedLanguage(Struct, frozen=True):
    """A language, and what things are called in it."""

    code: str
    names: FigureNames


def days_of(period: str) -> tuple[date, date]:
    """The first and the last day of a quarter (2026-Q3) or a year (2026). Raises ValueError."""
    of = span(period)
    if of is None:
        raise ValueError(period)
    return EPOCH + timedelta(days=of.since), EPOCH + timedelta(days=of.until - 1)


MADE_UP: Final = "figures.made_up"
"""What stands above all else where a demo made the numbers up."""


def document(release: Release, language: NamedLanguage, released_on: date | None, *, is_made_up: bool = False) -> ReleasedFigures:
    """All of a release, its tables in the order of the figures. `released_on`: its local day; `is_made_up`: of a demo, which every row then says."""
    start, end = days_of(release.period)
    words = language.names.words
    return ReleasedFigures(
        format=FORMAT,
        release=release.number,
        period=release.period,
        start=start,
        end=end,
        country=COUNTRY,
        released_on=released_on,
        released_by=release.released_by,
        letter=release.letter,
        digest=release.digest,
        language=language.code,
        read_first=tuple(map(words, (MADE_UP, *TOP) if is_made_up else TOP)),
        legend=words("figures.legend"),
        figures=tuple(_marked(figure, words(MADE_UP)) if is_made_up else figure for figure in _figures(release, language.names)),
    )


def as_json(figures: ReleasedFigures) -> bytes:
    """Indented, for people look at it too."""
    return msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n"


def _figures(release: Release, names: FigureNames) -> Iterator[ReleasedFigure]:
    left = {table.name: table for table in release.tables}
    for figure in FIGURES:
        tables = [left.pop(spec.name) for spec in figure.tables if spec.name in left]
        if tables:
            title, sentence = names.words(f"figures.{figure.name}.title"), _sentence(figure, tables[0], names)
            read_with = names.words("figures.counted") if figure.name in COUNTED else sentence
            shown = tuple(_table(table, names, shares_of(figure, table)) for table in tables)
            yield ReleasedFigure(figure.code, figure.name, title, sentence, read_with, shown)
    for table in left.values():
        yearly, sentence = _table(table, names, yearly_shares(table)), names.words("figures.types.sentence")
        yield ReleasedFigure(table.name, table.name, yearly.title, sentence, names.words("figures.counted"), (yearly,))


def _marked(figure: ReleasedFigure, words: str) -> ReleasedFigure:
    return replace(figure, sentence=f"{words} {figure.sentence}", read_with=f"{words} {figure.read_with}")


def _sentence(figure: FigureSpec, table: FigureTable, names: FigureNames) -> str:
    sentence = names.words(f"figures.{figure.name}.sentence")
    unanswered = without_answer(table) if figure.name == "safer" else None
    return sentence if unanswered is None else f"{sentence} {names.words('figures.safer.unanswered', percent=unanswered)}"


def _table(table: FigureTable, names: FigureNames, shares: TableShares) -> ReleasedTable:
    return ReleasedTable(
        table.name,
        names.words(f"figures.{table.name}.title"),
        tuple(ReleasedName(row, names.row(table.name, row)) for row in table.rows),
        tuple(ReleasedName(column, names.column(table.name, column)) for column in table.columns),
        tuple(tuple(_cell(table, row, column) for column in table.columns) for row in table.rows),
        *({code: share for code, share in by.items() if share is not None} for by in (shares.by_column, shares.by_row)),
    )


def _cell(table: FigureTable, row: str, column: str) -> ReleasedCell:
    if table.too_few:
        return ReleasedCell("too_few")
    value = table.cell(row, column)
    return ReleasedCell("hidden") if value is None else ReleasedCell("shown", value)
