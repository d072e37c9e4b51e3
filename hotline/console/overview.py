"""Figures of the line, as plots and tables."""

from __future__ import annotations

from typing import Final

from flask import Blueprint
from markupsafe import Markup
from msgspec import Struct

from hotline.console import plots
from hotline.console.context import ConsoleContext, language, language_name, me, page
from hotline.console.plots import Group, Look, PlotBar
from hotline.console.times import hours, short_date, time_of_day
from hotline.engine.times import THURSDAY
from hotline.service.calls.coverage import Span
from hotline.service.desk.figures import overview as figures
from hotline.service.desk.figures.cell_suppression import FEW, HELD, Cell
from hotline.service.desk.figures.overview import Counted, Period
from hotline.service.desk.shifts.staffing import Week, by_day

LOOKS: Final[dict[str, Look]] = {"missed": "striped", "less_safe": "striped", "withdrawn": "empty", "open": "dotted", "closed": "empty"}
"""Beside the names: what is to be looked at first stands out without colour."""


class Figure(Struct, frozen=True):
    """One plot and the table of the same numbers."""

    id: str
    title: str
    plot: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    note: str = ""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/overview")
    def overview() -> str:
        found = figures.overview(context.deps, me().role, context.now)
        words = Wording(context, language(context))
        return page(
            context,
            "overview.html",
            time=time_of_day(found.now),
            waits=words.table("waits", found.waits.counts),
            oldest=[(words.language(spoken), words.lasting(seconds // 60)) for spoken, seconds in found.waits.oldest],
            is_exact=found.is_exact,
            weeks=[words.week(each, found.now) for each in found.weeks],
            periods=[words.period(name, each) for name, each in zip(("recent", "before"), found.periods, strict=True)],
            fates=figures.FATES,
            calls=[words.bars(name, each) for name, each in (("tries", found.calls.attempts), ("ending", found.calls.endings))],
            rings=words.cell(found.calls.rings),
            wrong=found.calls.wrong,
            after=[words.bars(name, each) for name, each in (("answer", found.calls.answers), ("referred", found.calls.referrals))],
        )


class Wording:
    """Numbers with their names, as one reader reads them."""

    def __init__(self, context: ConsoleContext, spoken: str) -> None:
        self._room = context
        self._spoken = spoken

    def say(self, key: str, **places: object) -> str:
        return self._room.words.say(self._spoken, f"overview.{key}", **places)

    def language(self, code: str) -> str:
        """Its name, as a heading."""
        name = language_name(self._room, code)
        return name[0].upper() + name[1:]

    def cell(self, cell: Cell) -> str:
        return self.say(cell) if isinstance(cell, str) else str(cell)

    def lasting(self, minutes: int) -> str:
        return (
            self.say("minutes", minutes=minutes) if minutes < 60 else self.say("hours", hours=minutes // 60, minutes=f"{minutes % 60:02d}")
        )

    def table(self, name: str, counted: Counted) -> Figure:
        """Without a plot. `name`: of what stands in the rows."""
        return Figure(name, self.say(f"{name}.title"), Markup(""), self._head(counted), self._rows(name, counted))

    def bars(self, name: str, counted: Counted) -> Figure:
        """One column, with a bar for each row."""
        title, rows = self.say(f"{name}.title"), self._rows(name, counted)
        group = Group("", self._column(name, counted, 0))
        plot = plots.bars(name, title, _told(rows, 0), (group,)) if _is_anything(counted) else Markup("")
        return Figure(name, title, plot, (self.say("number"),), rows, self.say(f"{name}.note"))

    def period(self, name: str, period: Period) -> Figure:
        """Promises: a group of bars for each language."""
        rows = self._rows("fate", period.promises)
        days = {"since": short_date(period.since), "until": short_date(period.until)}
        title = self.say(f"{name}.title", **days)
        languages = [each for each in period.promises.columns if each != "total"]
        groups = [Group(self.language(each), self._column("fate", period.promises, place)) for place, each in enumerate(languages)]
        told = ". ".join(f"{group.name}: {_told(rows, place)}" for place, group in enumerate(groups))
        plot = plots.bars(name, title, told, groups) if _is_anything(period.promises) else Markup("")
        return Figure(name, title, plot, self._head(period.promises), rows)

    def week(self, week: Week, now: int) -> Figure:
        """Which hours that the line offers somebody is planned for, day by day."""
        id, title = f"week-{week.language}", self.language(week.language)
        covered, missing = by_day(week.covered, now), by_day(week.gaps, now)
        names = {day: f"{self.say(f'day.{(day + THURSDAY) % 7}')} {short_date(day)}" for day in covered}
        rows = tuple((name, (_spans(covered[day]), _spans(missing[day]))) for day, name in names.items())
        note = self.say("week.missing", missing=self.lasting(week.missing), offered=self.lasting(week.offered))
        if not week.missing:
            note = self.say("week.full", offered=self.lasting(week.offered))
        days = [plots.PlotDay(name, covered[day], missing[day]) for day, name in names.items()]
        plot = plots.week(id, self.say("week.plot", name=title), note, days)
        return Figure(id, title, plot, (self.say("week.covered"), self.say("week.gaps")), rows, note)

    def _head(self, counted: Counted) -> tuple[str, ...]:
        return tuple(self.say("total") if each == "total" else self.language(each) for each in counted.columns)

    def _rows(self, name: str, counted: Counted) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(
            (self.say("total" if row == "total" else f"{name}.{row}"), tuple(map(self.cell, cells)))
            for row, cells in zip(counted.rows, counted.cells, strict=True)
        )

    def _column(self, name: str, counted: Counted, place: int) -> tuple[PlotBar, ...]:
        return tuple(
            PlotBar(
                self.say(f"{name}.{row}"),
                None if cells[place] in (FEW, HELD) else int(cells[place]),
                self.cell(cells[place]),
                LOOKS.get(row, "full"),
            )
            for row, cells in zip(counted.rows, counted.cells, strict=True)
            if row != "total"
        )


def _is_anything(counted: Counted) -> bool:
    return any(cell != 0 for row in counted.cells for cell in row)


def _told(rows: tuple[tuple[str, tuple[str, ...]], ...], place: int) -> str:
    return ", ".join(f"{name} {cells[place]}" for name, cells in rows)


def _spans(spans: tuple[Span, ...]) -> str:
    return ", ".join(hours(start, end) for start, end in spans) or "–"
