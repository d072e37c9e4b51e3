"""A made-up year, and whoever has every release and every file of it, page, picture and message: nobody finds a hidden cell in all of that together."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from msgspec.structs import replace

from hotline.content.figure_files.mapping import MAPPING, read_mapping
from hotline.engine.quarters import Span, span
from hotline.ports.calls.callbacks import Safer
from hotline.ports.figures.releases import FigureTable, Release
from hotline.service.desk.figures import preparing
from hotline.service.desk.figures.counting import CountedTable, count_tables
from hotline.service.desk.figures.definitions import FIGURES, YEARLY
from hotline.service.desk.figures.files.dhis2 import as_json, cell_keys, data_value_sets
from hotline.service.desk.figures.preparing import CannotPrepare
from tests.attacker import narrowed
from tests.console.desk import Desk
from tests.console.test_press import ADDRESS, HOST, ON, process
from tests.figure_readers import Notebook, tables_of
from tests.service.fakes import DAY, FakeWebhook
from tests.service.line import RULES
from tests.service.test_released_figures import MadeUp, a_month, at_day, decided, let_out

DUE = {4: ("2027-Q1", (2027, 5, 10)), 7: ("2027-Q2", (2027, 8, 10)), 10: ("2027-Q3", (2027, 11, 10)), 12: ("2027-Q4", (2028, 2, 10))}
"""After which month a quarter's figures are due."""
FATES = ("kept", "missed", "withdrawn", "open", "closed", "total")
EPOCH = date(1970, 1, 1)


class Mapped:
    """A DHIS2 whose every cell has an element of its own."""

    def __init__(self, root: Path, regions: list[str]) -> None:
        self.cells: dict[tuple[str, str], tuple[str, ...]] = {}
        self.units = {f"U_{unit}": unit for unit in (*regions, "others")}
        keys = [key for table in (*(table for figure in FIGURES for table in figure.tables), *YEARLY) for key in cell_keys(table)]
        for place, key in enumerate(keys):
            table, *where = key.split(".")
            is_yearly = table in {spec.name for spec in YEARLY}
            self.cells[f"E_{place}", ""] = (table, *where) if is_yearly or len(where) == 2 else (table, *where, "count")
        lines = [f"  {key}: {{element: E_{place}}}" for place, key in enumerate(keys)]
        units = ", ".join(["national: ML", *(f"{unit}: {code}" for code, unit in self.units.items())])
        (root / MAPPING).parent.mkdir(exist_ok=True)
        (root / MAPPING).write_text(
            "\n".join(
                [
                    "version: 1",
                    "scheme: code",
                    "data_sets: {quarter: Q, year: Y}",
                    f"units: {{{units}}}",
                    "cells:",
                    *lines,
                    "never: [promises_languages, hours]",
                    "",
                ]
            ),
            "utf-8",
        )
        found, faults = read_mapping(root, regions)
        assert [] == [*map(str, faults)]
        assert found is not None
        self.mapping = found


class Readers:
    """A partner, a journalist, a partner's system, a DHIS2 and an operator, who tell each other everything."""

    def __init__(self, desk: Desk, root: Path) -> None:
        self.desk, self.book = desk, Notebook()
        desk.line.webhook = FakeWebhook()
        desk.line.rule(replace(RULES, figures_webhook_url="https://figures.example.org/hook"))
        desk.install(ON)
        desk.add_partner(ends_on=99_999)
        self.dhis2 = Mapped(root, [*desk.line.hotline.deps.written.items["regions"]])
        self.windows: dict[tuple[int, int], dict[tuple[str, ...], object]] = {}
        self.press = process(desk, ON)

    def take(self, number: int) -> None:
        """Every file and every page of a release, as it comes out."""
        client = self.desk.browser("rokia").client
        files = {kind: client.get(f"/console/partners/{number}.{kind}").data for kind in ("json", "csv", "xlsx")}
        period = self.book.json(files["json"])
        self.book.csv(files["csv"], period)
        self.book.xlsx(files["xlsx"], period)
        with self.desk.line.real_store.read() as tx:
            release = tx.releases.release(number)
        assert release is not None
        told = set()
        for message in data_value_sets(release, self.dhis2.mapping, date(2027, 5, 12)):
            told |= self.book.dhis2(as_json(message), self.dhis2.cells, self.dhis2.units)
        mapped = {table for table, *_ in self.dhis2.cells.values() if table.startswith("regions") == (len(period) == 4)}
        assert told == {
            place
            for place, value in self.book.cells.items()
            if place[0] == period
            and place[1] in mapped
            and value is not None
            and not (place[1].startswith("regions") and place[2] == "total")
            if not (place[1] == "places" and place[2] != "total")
        }
        self.desk.line.work()
        for _, body in self.desk.line.webhook.told:  # type: ignore[union-attr]
            self.book.webhook(body)
        self.desk.line.webhook.told.clear()  # type: ignore[union-attr]
        self.look(f"?period={period}")

    def look(self, asked: str, *, whole: bool = True) -> None:
        browser = self.desk.browser("rokia")
        browser.open(f"/console/partners{asked}")
        assert 200 == browser.status
        (self.book.page if whole else self.book.lines)(browser.raw)

    def read_press(self) -> None:
        raw = self.press.get(f"{ADDRESS}/2027", base_url=HOST).get_data(as_text=True)
        self.book.press(raw)

    def overview(self) -> None:
        """What an operator reads of promises and of how calls ended, and that it is the same for as long as its days are."""
        say, browser = self.desk.say, self.desk.browser("mariam")
        page = browser.open("/console/overview")
        found: dict[tuple[str, ...], object] = {}
        days: list[tuple[int, int]] = []
        for name in ("recent", "before"):
            body = page.partition(f'aria-labelledby="{name}-head"')[2].partition("</section>")[0]
            days.append(self._days(body))
            for _, heads, rows in tables_of(body):
                assert 2 == len(heads), "of all languages together"
                for fate, (_, cells) in zip(FATES, rows, strict=True):
                    found |= {
                        (*map(str, days[-1]), fate, language): self._cell(cell) for language, cell in zip(["total"], cells, strict=True)
                    }
        body = page.partition('aria-labelledby="ending-head"')[2].partition("</section>")[0]
        for _, _, rows in tables_of(body):
            found |= {("ending", label): self._cell(cells[0]) for label, cells in rows}
        assert say("overview.rings") not in page
        for name, table in (("answer", "safer"), ("referred", "referrals")):
            ((_, _, rows),) = tables_of(page.partition(f'aria-labelledby="{name}-head"')[2].partition("</section>")[0])
            quarter = max((period for period in self.book.periods.values() if "-" in period), default="")
            names = (
                (*get_args(Safer), "total") if table == "safer" else ("referred", "provided", "already", "declined", "unavailable", "total")
            )
            for code, (_, cells) in zip(names, rows, strict=True):
                told, where = int(cells[0]) if cells[0].isdigit() else None, (code, "count") if table == "safer" else ("total", code)
                if quarter:
                    self.book.note("overview", (quarter, table, *where), told)
                else:
                    assert told is None
        window = (days[1][0], days[0][1])
        assert found == self.windows.setdefault(window, found), "one look less another would be one promise"
        browser.open("/console/judged")
        assert 200 == browser.status

    def _days(self, body: str) -> tuple[int, int]:
        """Of the heading, which has no year."""
        today = self.desk.line.clock.now() // DAY
        found = re.findall(r"(\d\d)/(\d\d)", body)[:2]
        days = [(date((EPOCH + timedelta(today)).year, int(month), int(day)) - EPOCH).days for day, month in found]
        first, last = (day if day <= today else day - 365 for day in days)
        return first, last

    def _cell(self, said: str) -> object:
        return int(said) if said.isdigit() else said

    def of_windows(self) -> tuple[dict, list]:
        """What an operator knows besides: of each span what became of its promises, and that a quarter has no fewer than the spans in it."""
        cells: dict[tuple, int | None] = {}
        sums: list[tuple[list, tuple]] = []
        inside: dict[tuple[str, str, str], list[tuple]] = {}
        for looked in self.windows.values():
            for since, until, fate, language in (key for key in looked if key[0] != "ending"):
                value = looked[since, until, fate, language]
                cells[since, until, fate, language] = value if isinstance(value, int) else None
                if value == self.desk.say("overview.few"):
                    few, rest = (since, until, fate, f"{language} four"), (since, until, fate, f"{language} beside four")
                    cells[few], cells[rest] = 4, None
                    sums.append(([(since, until, fate, language), rest], few))
            for since, until in {key[:2] for key in looked if key[0] != "ending"}:
                cell = (since, until)
                sums.append(([(*cell, fate, "total") for fate in FATES[:-1]], (*cell, "total", "total")))
                for quarter in Span(2027).quarters:
                    if quarter.since <= int(since) and int(until) < quarter.until:
                        for fate, row in (("kept", "kept"), ("missed", "missed"), ("closed", "missed")):
                            for language in ("total",):
                                inside.setdefault((str(quarter), row, language), []).append((since, until, fate, language))
        for (period, row, language), parts in inside.items():
            rest = (period, "rests", "outside all spans", row, language)
            cells[rest] = None
            sums.append(([*parts, rest], (period, "promises_languages", row, language)))
        return cells, sums


@pytest.fixture
def readers(desk: Desk, tmp_path: Path) -> Readers:
    return Readers(desk, tmp_path)


def a_year_let_out(readers: Readers) -> list[Release]:
    """Month by month, each quarter when its figures are due, then the year; everything is read as it comes."""
    desk, chance = readers.desk, Random(3)  # noqa: S311 -- a year in which an operator's spans by language narrowed cells down
    made = MadeUp(desk.line)
    for month in range(1, 13):
        a_month(desk.line, made, 2027, month, chance)
        readers.overview()
        for _ in range(2):  # the next days: what is old goes
            desk.line.clock.at += DAY
            made.purge()
            readers.overview()
        if month in DUE:
            period, day_of_release = DUE[month]
            at_day(desk.line, *day_of_release)
            made.purge()
            readers.take(let_out(desk.line, period))
    readers.take(let_out(desk.line, "2027"))
    for one, other in pairwise(["2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4", "2027"]):
        readers.look(f"?period={one}&beside={other}")
    readers.look("/quarters", whole=False)
    readers.read_press()
    with desk.line.real_store.read() as tx:
        return [release for release in tx.releases.releases() if release.released_at is not None]


def test_a_made_up_year(readers: Readers) -> None:
    """Let out quarter by quarter, then the year with its regions. Every place says the same of every cell, and five at least where it is shown; with all of it
    at once, and the line's own page as operators read it, nobody narrows a hidden one to fewer than six numbers."""
    releases = a_year_let_out(readers)
    book = readers.book
    assert [] == book.faults
    assert {"json", "csv", "xlsx", "dhis2", "webhook", "page", "picture", "press", "overview", "lines"} == book.read.keys()
    with_cells = [place for place in book.cells if not book.shapes[place[:2]][2]]
    assert (len(book.cells), len(book.cells), len(with_cells)) == tuple(book.read[kind] for kind in ("json", "csv", "webhook"))
    assert [(release.period, {table.name: table.cells for table in release.tables}) for release in releases] == [
        (release.period, {table.name: table.cells for table in release.tables}) for release in book.releases()
    ]
    about_people = {place: value for place, value in book.cells.items() if place[1] not in ("hours", "places")}
    assert all(value is None or value >= 5 for value in about_people.values())
    assert len([value for value in about_people.values() if value is not None]) > 100 < list(about_people.values()).count(None)
    assert {} == narrowed(book.releases(), *readers.of_windows())
    with pytest.raises(CannotPrepare) as refused:
        decided(readers.desk.line, "2027-Q2")
    assert "late" == refused.value.code
    found = narrowed([naive(readers.desk, release) for release in releases], fewer=2)
    assert len(found) > 20, "whoever hides what is few and nothing else is found out by the very same script"
    true = {cell: truth(readers.desk, cell[0]) for cell in found}
    assert all(
        round(least) == round(most) == tables[cell[1]].count(*cell[2:]) for cell, tables in true.items() for least, most in [found[cell]]
    )


_TRUTH: dict[str, dict[str, CountedTable]] = {}


def truth(desk: Desk, period: str) -> dict[str, CountedTable]:
    """The true numbers of a period."""
    if period not in _TRUTH:
        of, deps = span(period), desk.line.hotline.deps
        assert of is not None
        with desk.line.real_store.read() as tx:
            material = preparing._material(deps, tx, of, ("fr", "bm"), desk.line.clock.now())
        _TRUTH[period] = {table.name: table for table in count_tables(material, of)}
    return _TRUTH[period]


def naive(desk: Desk, release: Release) -> Release:
    """The same tables, with what is under five hidden, and nothing else."""
    tables = []
    for table in release.tables:
        counted = truth(desk, release.period)[table.name]
        cells = tuple(
            tuple(count if table.name == "hours" or (count := counted.count(row, column)) >= 5 else None for column in table.columns)
            for row in table.rows
        )
        tables.append(FigureTable(table.name, table.rows, table.columns, () if table.too_few else cells, table.too_few))
    return replace(release, tables=tuple(tables))
