"""Figures read back from whatever left the line, by readers that share nothing with what wrote it: files, pages, pictures, messages.

Everything goes into one notebook; where two places do not say the same, the notebook has it as a fault, and whoever attacks takes the number.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

HIDDEN = "–"
SHEETS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
Place = tuple[str, str, str, str]
"""Period, table, row, column."""


class ReadTable(NamedTuple):
    """A table as it was read."""

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    too_few: bool = False

    def cell(self, row: str, column: str) -> int | None:
        return self.cells[self.rows.index(row)][self.columns.index(column)] if self.cells and row in self.rows else None


class ReadRelease(NamedTuple):
    """All tables of a period that were read."""

    period: str
    tables: tuple[ReadTable, ...]

    def table(self, name: str) -> ReadTable | None:
        return next((table for table in self.tables if table.name == name), None)


class Notebook:
    """What was read of each cell, and the words by which cells are known, all of which stand in the JSON file."""

    def __init__(self) -> None:
        self.cells: dict[Place, int | None] = {}
        self.shapes: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...], bool]] = {}
        self.shares: dict[tuple[str, str], tuple[dict[str, int], dict[str, int]]] = {}
        self.titles: dict[str, str] = {}
        self.labels: dict[tuple[str, str], str] = {}
        self.figures: dict[str, list[str]] = {}
        self.periods: dict[int, str] = {}
        self.read: dict[str, int] = {}
        """How many cells each kind of place told."""
        self.faults: list[str] = []

    def note(self, source: str, place: Place, value: int | None) -> None:
        self.read[source] = self.read.get(source, 0) + 1
        known = self.cells.setdefault(place, value)
        if known != value:
            self.faults.append(f"{source}: {place} is {value}, elsewhere {known}")
            self.cells[place] = value if known is None else known

    def releases(self) -> list[ReadRelease]:
        found = []
        for period in self.periods.values():
            tables = []
            for (of, name), (rows, columns, too_few) in self.shapes.items():
                if of == period:
                    cells = tuple(tuple(self.cells[period, name, row, column] for column in columns) for row in rows)
                    tables.append(ReadTable(name, rows, columns, () if too_few else cells, too_few))
            found.append(ReadRelease(period, tuple(tables)))
        return found

    def code(self, table: str, label: str) -> str:
        return self.labels[table, label.casefold()]

    # files

    def json(self, data: bytes) -> str:
        """Returns the period."""
        said = json.loads(data)
        period = self.periods[said["release"]] = said["period"]
        for figure in said["figures"]:
            self.figures[figure["code"]] = [table["name"] for table in figure["tables"]]
            for table in figure["tables"]:
                name, states = table["name"], {cell["state"] for row in table["cells"] for cell in row}
                self.titles[table["title"].casefold()] = name
                rows, columns = (tuple(each["code"] for each in table[kind]) for kind in ("rows", "columns"))
                self.labels |= {(name, each["label"].casefold()): each["code"] for each in (*table["rows"], *table["columns"])}
                self.shapes[period, name] = rows, columns, states == {"too_few"}
                self.shares[period, name] = table["column_shares"], table["row_shares"]
                for row, cells in zip(rows, table["cells"], strict=True):
                    for column, cell in zip(columns, cells, strict=True):
                        self.note("json", (period, name, row, column), cell.get("value"))
        return period

    def csv(self, data: bytes, period: str) -> None:
        _heads, tags, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig")))
        for line in lines:
            cell = dict(zip(tags, line, strict=True))
            first, *parts = cell["#x_category+code"].split(".")
            tables = self.figures[cell["#indicator+code"]]
            table, row, column = (tables[0], first, *(parts or ["count"])) if first not in tables[1:] else (first, *parts)
            value = cell["#indicator+value+num"]
            self.note("csv", (period, table, row, column), int(value) if value else None)

    def xlsx(self, data: bytes, period: str) -> None:
        for grid in _sheets(data):
            table, heads = "", list[str]()
            for cells in grid:
                label = str(cells.get("A", "")).casefold()
                numbers = [cell for column, cell in sorted(cells.items(), key=lambda at: (len(at[0]), at[0])) if column != "A"]
                if label in self.titles and numbers:
                    table, heads = self.titles[label], [str(cell) for cell in numbers]
                elif table and (table, label) in self.labels:
                    row, shares = self.labels[table, label], self.shares[period, table][1]
                    columns = [head for head in heads if (table, head.casefold()) in self.labels]
                    numbers = [cell for cell in numbers if isinstance(cell, int) or cell == HIDDEN]  # the note stands beside them
                    for head, cell in zip(columns, numbers, strict=False):
                        self.note("xlsx", (period, table, row, self.code(table, head)), _number(cell))
                    self._same_shares("xlsx", period, table, [shares.get(row)], numbers[len(columns) : len(columns) + len(shares and [0])])

    def dhis2(self, data: bytes, cells: Mapping[tuple[str, str], tuple[str, ...]], units: Mapping[str, str]) -> set[Place]:
        """What it tells: `cells` by element and option, table, row and column, or of a year table and column; `units`: regions."""
        said = json.loads(data)
        period = re.sub("Q", "-Q", said["period"])
        told = set()
        for value in said["dataValues"]:
            table, *place = cells[value["dataElement"], value.get("categoryOptionCombo", "")]
            row, column = place if len(place) == 2 else (units[said["orgUnit"]], *place)
            told.add((period, table, row, column))
            self.note("dhis2", (period, table, row, column), int(value["value"]))
        return told

    def webhook(self, body: bytes) -> None:
        said = json.loads(body)["data"]
        for table in said["tables"]:
            for row, cells in zip(table["rows"], table["cells"], strict=not table["too_few"]):
                for column, cell in zip(table["columns"], cells, strict=True):
                    self.note("webhook", (said["period"], table["name"], row, column), cell)

    # pages

    def page(self, raw: str) -> None:
        """Partners': each table, and each picture with what is read aloud of it."""
        for number, body in re.findall(r'aria-labelledby="r(\d+)-\w+-head">(.*?)</section>', raw, re.DOTALL):
            period = self.periods[int(number)]
            for title, heads, rows in tables_of(body):
                self._printed("page", period, title, heads, rows)
            for svg in re.findall(r"<svg class=\"plot\".*?</svg>", body, re.DOTALL):
                self._picture(period, svg)
        for year, body in re.findall(r'<h2 id="crossed\d">[^<]*(\d{4})</h2>(.*?)</section>', raw, re.DOTALL):
            for title, heads, rows in tables_of(body):
                self._printed("page", year, title, heads, rows)

    def press(self, raw: str) -> None:
        """Journalists': each number is a released one to the nearest 5, and none stands where that is hidden."""
        for number, body in re.findall(r'aria-labelledby="r(\d+)-\w+-head">(.*?)</section>', raw, re.DOTALL):
            for title, heads, rows in tables_of(body):
                table = self.titles[title.casefold()]
                for label, said in rows:
                    for head, cell in zip(heads, said, strict=True):
                        place = (self.periods[int(number)], table, self.code(table, label), self.code(table, head))
                        exact, rounded = self.cells[place], _number(cell)
                        self.read["press"] = self.read.get("press", 0) + 1
                        is_same = rounded is None or (
                            exact is not None and (rounded == exact if table == "places" else abs(rounded - exact) <= 2)
                        )
                        if not is_same:
                            self.faults.append(f"press: {place} is {rounded}, elsewhere {exact}")

    def _printed(self, source: str, period: str, title: str, heads: list[str], rows: list[tuple[str, list[str]]]) -> None:
        table = self.titles[title.casefold()]
        columns = [self.code(table, head) for head in heads if (table, head.casefold()) in self.labels]
        below, beside = self.shares[period, table]
        for label, said in rows:
            if (table, label.casefold()) not in self.labels:
                self._same_shares(source, period, table, [below.get(column) for column in columns], said)
                continue
            row = self.code(table, label)
            for column, cell in zip(columns, said, strict=False):
                self.note(source, (period, table, row, column), _number(cell))
            self._same_shares(source, period, table, [beside.get(row)], said[len(columns) :])

    def _same_shares(self, source: str, period: str, table: str, known: list[int | None], said: list) -> None:
        if said and known != [_number(cell) for cell in said]:
            self.faults.append(f"{source}: shares of {period} {table} are {said}, elsewhere {known}")

    def _picture(self, period: str, markup: str) -> None:
        """Its description says every cell of the first table; what is drawn says no number that the description does not."""
        svg = ET.fromstring(markup)  # noqa: S314 -- of our own making
        title, aloud = (html.unescape(svg.findtext(tag) or "") for tag in ("title", "desc"))
        table = self._table_of(title)
        rows, columns, _ = self.shapes[period, table]
        at = 0
        for row in rows:
            label = next(label for (of, label), code in self.labels.items() if (of, code) == (table, row))
            found = re.compile(rf"(?<!\w){re.escape(label)}[\u00a0 ]?: ([^.]*)\.", re.IGNORECASE).search(aloud, at)
            assert found, (period, table, row)
            at = found.end()
            for column, said in zip(columns, found[1].split(", "), strict=True):
                self.note("picture", (period, table, row, column), _number(said.rpartition(" ")[2]))
        drawn = [part.text or "" for part in svg.iter("text") if part.get("font-weight") == "700" and part.get("x") != "0"]
        known = set(re.findall(r"\d+|–", aloud))
        for said in drawn:
            hours = re.sub(r"(\d+)\s?h\s?(\d\d)", lambda part: str(60 * int(part[1]) + int(part[2])), said)
            strange = set(re.findall(r"\d+|–", re.sub(r"\d+\s?%", "", hours))) - known
            shares = {int(part) for part in re.findall(r"(\d+)\s?%", said)} - set(self.shares[period, table][0].values())
            if strange or shares:
                self.faults.append(f"picture: {period} {table} draws {said}")

    def _table_of(self, title: str) -> str:
        return self.titles[title.casefold()]


def tables_of(markup: str) -> Iterator[tuple[str, list[str], list[tuple[str, list[str]]]]]:
    """Title, heads and rows of each table on a page."""
    for table in re.findall(r"<table>.*?</table>", markup, re.DOTALL):
        title = re.search(r"<caption[^>]*>(.*?)</caption>", table, re.DOTALL)
        assert title
        heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table, re.DOTALL)
        rows = [
            (html.unescape(label), [html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", cells, re.DOTALL)])
            for label, cells in re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', table, re.DOTALL)
        ]
        yield html.unescape(title[1]), [html.unescape(head) for head in heads], rows


def _sheets(data: bytes) -> Iterator[list[dict[str, str | int]]]:
    """Rows of each sheet, by the letters of their columns: the XML of the parts, and nothing that wrote it."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert "xl/sharedStrings.xml" not in parts.namelist(), "text stands in its cell"
        for name in sorted(name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")):
            rows = []
            for row in ET.fromstring(parts.read(name)).iter(f"{SHEETS}row"):  # noqa: S314
                cells: dict[str, str | int] = {}
                for cell in row:
                    column, number = str(cell.get("r")).rstrip("0123456789"), cell.findtext(f"{SHEETS}v")
                    assert cell.find(f"{SHEETS}f") is None
                    if cell.get("t") == "inlineStr":
                        cells[column] = "".join(part.text or "" for part in cell.iter(f"{SHEETS}t"))
                    elif number is not None:
                        cells[column] = int(number)
                rows.append(cells)
            yield rows


def _number(said: str | int) -> int | None:
    return None if said == HIDDEN else int(said)
