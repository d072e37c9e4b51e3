"""Figures of the line, as plots and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint
from markupsafe import Markup
from msgspec import Struct

from hotline.console import plots
from hotline.console.context import ConsoleContext, language, language_name, me, page
from hotline.console.plots import FillPattern, Group, PlotBar
from hotline.console.released import period_in_words
from hotline.console.times import hours, short_date, stamp, time_of_day
from hotline.engine.times import THURSDAY
from hotline.service.calls.rules.planned import MinuteSpan
from hotline.service.desk import backup_state
from hotline.service.desk.backup_state import Freshness
from hotline.service.desk.figures import overview as line_figures
from hotline.service.desk.figures.cell_suppression import FEW, HELD, RoomCell
from hotline.service.desk.figures.overview import Counted, Headlines, Period, Waited, WeekTrend
from hotline.service.desk.shifts.staffing import Week, by_day

FILLS: Final[dict[str, FillPattern]] = {
    "missed": "striped",
    "less_safe": "striped",
    "withdrawn": "empty",
    "open": "dotted",
    "closed": "empty",
}
"""Beside the names: what is to be looked at first stands out without colour."""


NONE: Final = "–"


class Figure(Struct, frozen=True):
    """One plot and the table of the same numbers."""

    id: str
    title: str
    plot: Markup
    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    note: str = ""
    head_number: str = ""
    """The one number that it comes to."""


def views(pages: Blueprint, context: ConsoleContext) -> None:
    @pages.get("/overview")
    def overview() -> str:
        figures = line_figures.overview(context.deps, me().role, context.now)
        words, copies = Wording(context, language(context)), backup_state.look(context.deps, context.now)
        return page(
            context,
            "figures/overview.html",
            time=time_of_day(figures.now),
            waits=words.table("waits", figures.waits.counts),
            oldest=[(words.language(spoken), words.lasting(seconds // 60)) for spoken, seconds in figures.waits.oldest],
            is_exact=figures.is_exact,
            headlines=words.headlines(figures.headlines, is_exact=figures.is_exact),
            trend=words.trend(figures.trend),
            disorder=figures.disorder,
            weeks=[words.week(week, figures.now) for week in figures.weeks],
            periods=[words.period(name, period) for name, period in zip(("recent", "before"), figures.periods, strict=True)],
            turned_away=[words.turned_away(name, period) for name, period in zip(("recent", "before"), figures.periods, strict=True)],
            waited=words.waited(figures.waited) if figures.waited else (),
            fates=line_figures.FATES,
            quarter=released_quarter(context, figures.quarter),
            calls=[
                words.bars(name, counted)
                for name, counted in (("tries", figures.calls.attempts), ("ending", figures.calls.outcomes))
                if figures.is_exact or name != "tries"
            ],
            rings=words.cell(figures.calls.rings),
            wrong=figures.calls.wrong,
            backups=[words.freshness(name, kept) for name, kept in (("backup", copies.backup), ("drill", copies.drill))],
            after=[
                words.bars(name, counted) for name, counted in (("answer", figures.calls.answers), ("referred", figures.calls.referrals))
            ],
        )


def released_quarter(context: ConsoleContext, period: str | None) -> str:
    """In words; empty where there is none."""
    return period_in_words(context.words, language(context), period) if period else ""


class Wording:
    """Numbers with their names, as one reader reads them."""

    def __init__(self, context: ConsoleContext, spoken: str) -> None:
        self._context = context
        self._spoken = spoken

    def say(self, key: str, **places: object) -> str:
        return self._context.words.say(self._spoken, f"overview.{key}", **places)

    def language(self, code: str) -> str:
        """Its name, as a heading."""
        name = language_name(self._context, code)
        return name[0].upper() + name[1:]

    def cell(self, cell: RoomCell) -> str:
        return self.say(cell) if isinstance(cell, str) else str(cell)

    def lasting(self, minutes: int) -> str:
        return (
            self.say("minutes", minutes=minutes) if minutes < 60 else self.say("hours", hours=minutes // 60, minutes=f"{minutes % 60:02d}")
        )

    def headlines(self, headlines: Headlines, *, is_exact: bool) -> tuple[tuple[str, str, str], ...]:
        """Of each block: its name, the number, and a word on it; how long callers waited for who sees the queue itself."""
        kept = None if headlines.kept is None else self.say("headline.kept_is", percent=headlines.kept)
        median = None if headlines.median is None else self.lasting(headlines.median)
        reason = self.say("headline.reason", reason=self.say(f"turned_away.{headlines.reason}")) if headlines.reason else ""
        turned = None if headlines.turned_away is None else str(headlines.turned_away)
        named = (
            ("kept", kept, ""),
            ("median", median, ""),
            ("turned_away", turned, reason),
            ("uncovered", self.lasting(headlines.uncovered), ""),
        )
        return tuple(
            (self.say(f"headline.{name}"), NONE if number is None else number, self.say("headline.hidden") if number is None else more)
            for name, number, more in named
            if is_exact or name != "median"
        )

    def trend(self, trend: Sequence[WeekTrend]) -> Figure | None:
        """Week by week, without a plot: of six points no line is drawn. None for who is not shown it."""
        if not trend:
            return None
        names = ("kept", "median", "turned_away", "uncovered")
        rows = tuple(
            (
                short_date(week.since),
                (
                    NONE if week.kept is None else self.say("headline.kept_is", percent=week.kept),
                    NONE if week.median is None else self.lasting(week.median),
                    str(week.turned_away),
                    NONE if week.uncovered is None else self.lasting(week.uncovered),
                ),
            )
            for week in trend
        )
        return Figure("trend", self.say("trend"), Markup(""), tuple(self.say(f"trend.{name}") for name in names), rows)

    def table(self, name: str, counted: Counted) -> Figure:
        """Without a plot. `name`: of what stands in the rows."""
        return Figure(name, self.say(f"{name}.title"), Markup(""), self._head(counted), self._rows(name, counted))

    def bars(self, name: str, counted: Counted) -> Figure:
        """One column, with a bar for each row."""
        title, rows = self.say(f"{name}.title"), self._rows(name, counted)
        group = Group("", self._column(name, counted, 0))
        plot = plots.bars(name, title, _aloud(rows, 0), (group,)) if _is_anything(counted) else Markup("")
        return Figure(name, title, plot, (self.say("number"),), rows, self.say(f"{name}.note"))

    def period(self, name: str, period: Period) -> Figure:
        """Promises: a group of bars for each language."""
        rows = self._rows("fate", period.promises)
        days = {"since": short_date(period.since), "until": short_date(period.until)}
        title = self.say(f"{name}.title", **days)
        columns = [column for column in period.promises.columns if column != "total"] or ["total"]
        names = [self.say("total") if column == "total" else self.language(column) for column in columns]
        groups = [Group(name, self._column("fate", period.promises, place)) for place, name in enumerate(names)]
        aloud = ". ".join(f"{group.name}: {_aloud(rows, place)}" for place, group in enumerate(groups))
        plot = plots.bars(name, title, aloud, groups) if _is_anything(period.promises) else Markup("")
        share, of = self._kept(period.promises)
        return Figure(name, title, plot, self._head(period.promises), rows, of, share)

    def _kept(self, promises: Counted) -> tuple[str, str]:
        """Of the promises that came to an end, the share that was kept, and of how many; nothing where either number is hidden."""
        share, ends = line_figures.kept_share(promises, "total"), dict(zip(promises.rows, promises.cells, strict=True))
        if share is None:
            return "", ""
        kept, missed = (int(ends[fate][promises.columns.index("total")]) for fate in ("kept", "missed"))
        return f"{share} %", self.say("kept_of", kept=kept, all=kept + missed)

    def turned_away(self, name: str, period: Period) -> Figure:
        """Who met nobody, without a plot."""
        days = {"since": short_date(period.since), "until": short_date(period.until)}
        head, rows = self._head(period.turned_away), self._rows("turned_away", period.turned_away)
        return Figure(f"turned-{name}", self.say("turned_away.days", **days), Markup(""), head, rows)

    def waited(self, waited: Waited) -> tuple[tuple[str, str], ...]:
        """Names and numbers."""
        times = ((name, minutes) for name, minutes in (("median", waited.median), ("nine", waited.nine_of_ten)) if minutes is not None)
        return (
            *((self.say(f"waited.{name}"), self.lasting(minutes)) for name, minutes in times),
            *(
                (self.say("waited.urgent", minutes=minutes), self.say("waited.of", count=count, all=waited.urgent))
                for minutes, count in zip(line_figures.SOON, waited.urgent_within, strict=True)
            ),
            (self.say("waited.not_taken"), str(waited.not_taken)),
            (self.say("waited.entered"), str(waited.entered)),
            (self.say("waited.messages"), str(waited.messages)),
        )

    def freshness(self, name: str, kept: Freshness) -> tuple[str, bool]:
        """What is said of backups or of drills, and whether somebody has to see to it."""
        local = self._context.deps.clock.local
        said = self.say(f"{name}.never") if kept.at is None else self.say(f"{name}.last", when=stamp(local(kept.at)))
        also = [self.say(f"{name}.failed")] * kept.failed + [self.say(f"{name}.late")] * (kept.is_late and kept.at is not None)
        return " ".join([said, *also]), kept.is_late or kept.failed

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
        return tuple(self.say("total") if column == "total" else self.language(column) for column in counted.columns)

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
                FILLS.get(row, "full"),
            )
            for row, cells in zip(counted.rows, counted.cells, strict=True)
            if row != "total"
        )


def _is_anything(counted: Counted) -> bool:
    return any(cell != 0 for row in counted.cells for cell in row)


def _aloud(rows: tuple[tuple[str, tuple[str, ...]], ...], place: int) -> str:
    return ", ".join(f"{name} {cells[place]}" for name, cells in rows)


def _spans(spans: tuple[MinuteSpan, ...]) -> str:
    return ", ".join(hours(start, end) for start, end in spans) or "–"
