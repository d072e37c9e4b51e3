"""Released figures from quarter to quarter, from four quarters on: of each a line through what was let out, its sentences and its table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from hotline.console.figure_plots import Caption
from hotline.console.released import HIDDEN, NOT_OF_CALLERS, FigureReader, ShownFigure, ShownTable, cell
from hotline.console.time_plots import Axis, Run, lines
from hotline.ports.desk.cases import SERVICE_KINDS
from hotline.ports.figures.releases import TOTAL, UNKNOWN, FigureTable, Release
from hotline.service.desk.figures.definitions import FIGURES, SPECS, FigureSpec
from hotline.service.desk.figures.published import QUARTER
from hotline.service.desk.figures.shares import shares_of

Quarters: TypeAlias = Sequence[tuple[str, Release | None]]
"""As `published.through_time` has them."""
ALL_OF_IT: Final = 100
LACKING: Final = "unavailable"
"""What of referrals goes through time: what the country lacks."""


class _Told(Struct, frozen=True):
    """One thing of a figure, and where its numbers stand. `is_share`: of a hundred."""

    name: str
    row: str
    column: str
    is_share: bool


def lines_through(reading: FigureReader, quarters: Quarters) -> tuple[ShownFigure, ...]:
    """One for each figure, in the order of the page."""
    return tuple(_figure(reading, spec, quarters) for spec in FIGURES)


def _figure(reading: FigureReader, spec: FigureSpec, quarters: Quarters) -> ShownFigure:
    id, title, means = f"line-{spec.name}", reading.say(f"figures.{spec.name}.title"), reading.say(f"partners.{spec.name}.means")
    tables = [release.table(spec.tables[0].name) if release else None for _, release in quarters]
    newest = next((table for table in reversed(tables) if table is not None), None)
    rows = () if newest is None else tuple(_told(reading, spec, newest))
    values = [[_value(spec, thing, table) for table in tables] for thing in rows]
    if not any(value is not None for row in values for value in row):
        return ShownFigure(id, title, means, (), (), missing=reading.say("partners.missing.absent"))
    highest = max(value or 0 for row in values for value in row)
    runs = [
        Run(
            thing.name,
            tuple(row),
            tuple(HIDDEN if value is None else _said(thing, value) for value in row),
            ALL_OF_IT if thing.is_share else highest,
        )
        for thing, row in zip(rows, values, strict=True)
    ]
    head = tuple(
        reading.period(name) if release else reading.say("partners.through.gone", period=reading.period(name)) for name, release in quarters
    )
    stand = tuple(release is not None for _, release in quarters)
    cells = tuple((run.name, tuple(said if is_there else "" for said, is_there in zip(run.said, stand, strict=True))) for run in runs)
    sentences = tuple(_sentences(reading, spec, quarters))
    caption = Caption(id, title, f"{head[0]} – {head[-1]}", sentences, _aloud(reading, head, cells))
    seen = [run for run in runs if any(value is not None for value in run.values)]
    return ShownFigure(id, title, means, sentences, (ShownTable(title, head, cells),), lines(caption, seen, _axis(reading, quarters)))


def _told(reading: FigureReader, spec: FigureSpec, table: FigureTable) -> Iterable[_Told]:
    """What of a figure goes through time: its share where it is one, else what its bars are."""
    match spec.plot:
        case "shares":
            yield _Told(reading.say("partners.all"), "", TOTAL, is_share=True)
            yield _Told(reading.column(table, "urgent"), "", "urgent", is_share=True)
        case "strips":
            yield from (_Told(reading.column(table, column), "", column, is_share=True) for column in table.columns)
        case "stacked":
            for kind in SERVICE_KINDS:
                name = reading.say("partners.through.unavailable", service=reading.row(table, kind))
                yield _Told(name, kind, LACKING, is_share=False)
        case "table":
            yield _Told(reading.column(table, "verified"), TOTAL, "", is_share=True)
        case "bars" if spec.of is not None and spec.name != "delay":
            yield _Told(reading.row(table, spec.of[0]), "", "count", is_share=True)
        case "number":
            yield _Told(reading.row(table, "wrong"), "wrong", "count", is_share=False)
        case _:
            yield from (_Told(reading.row(table, row), row, "count", is_share=False) for row in table.rows if row not in (TOTAL, UNKNOWN))


def _value(spec: FigureSpec, thing: _Told, table: FigureTable | None) -> int | None:
    if table is None or not table.cells:
        return None
    if not thing.is_share:
        return table.cell(thing.row, thing.column)
    shares = shares_of(spec, table)
    return shares.by_row.get(thing.row) if thing.row else shares.by_column.get(thing.column)


def _said(thing: _Told, value: int) -> str:
    return f"{value} %" if thing.is_share else cell(value)


def _sentences(reading: FigureReader, spec: FigureSpec, quarters: Quarters) -> Iterable[str]:
    if reading.is_made_up:
        yield reading.say("figures.made_up")
    yield reading.say(f"figures.{spec.name}.sentence")
    yield reading.say("partners.through.line")
    if spec.name not in NOT_OF_CALLERS:
        yield reading.say("partners.common")
    yield reading.say("partners.through.source", numbers=", ".join(str(release.number) for _, release in quarters if release))
    if not SPECS[spec.tables[0].name].is_public:
        yield reading.say("figures.legend")
    if any(release is None for _, release in quarters):
        yield reading.say("partners.through.absent")


def _axis(reading: FigureReader, quarters: Quarters) -> Axis:
    """The year stands below its first quarter alone."""
    names, before = [], ""
    for name, _ in quarters:
        found = QUARTER.fullmatch(name)
        year, number = (found[1], found[2]) if found else (name, "")
        names.append((reading.say("partners.quarter.short", number=number), year if year != before else ""))
        before = year
    return Axis(tuple(names), tuple(release is not None for _, release in quarters))


def _aloud(reading: FigureReader, head: Sequence[str], rows: Sequence[tuple[str, tuple[str, ...]]]) -> str:
    colon = reading.say("partners.colon")
    return " ".join(
        f"{name}{colon} {', '.join(f'{quarter} {said}'.rstrip() for quarter, said in zip(head, cells, strict=True))}."
        for name, cells in rows
    )
