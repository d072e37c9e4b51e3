"""Cells of releases that are hidden: worked examples cell by cell, and any numbers at all, with a linear programme as the judge."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.ports.figures.releases import TOTAL, UNKNOWN, FigureTable
from hotline.service.desk.figures.bounds import Equation, bounds
from hotline.service.desk.figures.cell_suppression import FEWEST
from hotline.service.desk.figures.counting import CountedTable
from hotline.service.desk.figures.definitions import SMALLEST_BASE, SPECS
from hotline.service.desk.figures.public_sums import PeriodTables, book
from hotline.service.desk.figures.release_suppression import Cell, Public, Sum, Unprotected, ranges, suppress
from tests import programme

NOTHING = Public()
TYPES = ("rape", "sexual_assault", "physical_assault", "forced_marriage", "denial", "psychological")


def a_line(period: str, counts: dict[str, int]) -> tuple[dict[Cell, int], list[Sum]]:
    """A table of one column with its total."""
    cells = {Cell(period, "types", row, "count"): count for row, count in counts.items()}
    total = Cell(period, "types", "total", "count")
    return {**cells, total: sum(counts.values())}, [Sum(tuple(cells), total)]


def a_table(period: str, name: str, rows: dict[str, dict[str, int]]) -> tuple[dict[Cell, int], list[Sum]]:
    """A table of several columns, with the totals of rows and of columns."""
    full = {row: {**columns, "total": sum(columns.values())} for row, columns in rows.items()}
    heads = next(iter(full.values()))
    full["total"] = {column: sum(columns[column] for columns in full.values()) for column in heads}
    counts = {Cell(period, name, row, column): count for row, columns in full.items() for column, count in columns.items()}
    across = [
        Sum(tuple(Cell(period, name, row, column) for column in heads if column != "total"), Cell(period, name, row, "total"))
        for row in full
    ]
    down = [Sum(tuple(Cell(period, name, row, column) for row in rows), Cell(period, name, "total", column)) for column in heads]
    return counts, across + down


def as_printed(counts: dict[Cell, int], hidden: dict[Cell, str]) -> list[int | None]:
    return [None if cell in hidden else count for cell, count in counts.items()]


def bounds_of(counts, sums, hidden, public=NOTHING) -> dict[str, tuple[int, int | None]]:
    return {
        f"{cell.period} {cell.row} {cell.column}": ends for cell, ends in ranges(counts, sums, frozenset(hidden), public, hidden).items()
    }


def test_example_a_cell_by_cell():
    """A: a few and none are hidden, and the smallest beside them, since together they are under five; each dash may be none to nine."""
    counts, sums = a_line("2027-Q1", dict(zip(TYPES, (6, 3, 21, 0, 9, 14), strict=True)))
    hidden = suppress(counts, sums)
    assert [None, None, 21, None, 9, 14, 53] == as_printed(counts, hidden)
    assert ["held", "few", "few"] == [hidden[cell] for cell in counts if cell in hidden]
    assert {(0, 9)} == set(bounds_of(counts, sums, hidden).values())


def test_example_b_cell_by_cell():
    """B: what is few in a row takes the other cell of its row with it, and no row or column tells either."""
    rows = {
        "bamako": {"under_18": 12, "adult": 40},
        "segou": {"under_18": 8, "adult": 11},
        "sikasso": {"under_18": 4, "adult": 12},
        "others": {"under_18": 3, "adult": 9},
    }
    counts, sums = a_table("2027", "regions_ages", rows)
    hidden = suppress(counts, sums)
    assert [12, 40, 52, 8, 11, 19, None, None, 16, None, None, 12, 27, 72, 99] == as_printed(counts, hidden)
    assert bounds_of(counts, sums, hidden) == {
        "2027 sikasso under_18": (0, 7),
        "2027 sikasso adult": (9, 16),
        "2027 others under_18": (0, 7),
        "2027 others adult": (5, 12),
    }


Q1 = {"rape": 8, "physical_assault": 20, "psychological": 9}
Q2 = {"rape": 3, "physical_assault": 18, "psychological": 6}


def the_trap():
    """C: both quarters and what they add up to."""
    first, first_sums = a_line("2027-Q1", Q1)
    second, second_sums = a_line("2027-Q2", Q2)
    both, both_sums = a_line("2027-S1", {row: Q1[row] + Q2[row] for row in Q1})
    joined = [
        Sum((Cell("2027-Q1", "types", row, "count"), Cell("2027-Q2", "types", row, "count")), Cell("2027-S1", "types", row, "count"))
        for row in (*Q1, "total")
    ]
    return first, second, both, [*first_sums, *second_sums], [*both_sums, *joined]


def test_example_c_the_trap_cell_by_cell():
    """C: what is public cannot be hidden any more, so that the sum that would give a hidden cell of a quarter away is hidden instead."""
    first, second, both, sums, later = the_trap()
    of_first = suppress(first, sums[:1])
    assert [8, 20, 9, 37] == as_printed(first, of_first)
    of_second = suppress(first | second, sums, Public(shown=frozenset(first)))
    assert [None, 18, None, 27] == as_printed(second, of_second)
    public = Public(shown=frozenset({*first, *(cell for cell in second if cell not in of_second)}), hidden=frozenset(of_second))
    assert [11, 38, 15, 64] == as_printed(both, suppress(both, later[:1])), "by itself it would tell that three were hidden: 11 - 8"
    counts = first | second | both
    of_both = suppress(counts, [*sums, *later], public)
    assert [None, 38, None, 64] == as_printed(both, of_both)
    assert bounds_of(counts, [*sums, *later], {*of_second, *of_both}, public) == {
        "2027-Q2 rape count": (0, 9),
        "2027-Q2 psychological count": (0, 9),
        "2027-S1 rape count": (8, 17),
        "2027-S1 psychological count": (9, 18),
    }


def test_example_c3_a_total_on_another_page():
    """C3: the total of both languages is public already; with four of one language the other goes too, and nothing of the table is left."""
    total = Cell("2027-Q1", "promises", "total", "total")
    bm, fr = (Cell("2027-Q1", "promises_languages", "total", language) for language in ("bm", "fr"))
    hidden = suppress({total: 100, bm: 96, fr: 4}, [Sum((bm, fr), total)], Public(shown=frozenset({total})))
    assert {bm: "held", fr: "few"} == hidden


def test_all_of_a_row_in_one_column():
    """Where all of a row are in one column, its zeros are hidden and the column with them: nobody learns that all were of one kind."""
    counts, sums = a_table(
        "2027",
        "regions_types",
        {"segou": {"rape": 12, "denial": 0}, "bamako": {"rape": 30, "denial": 25}, "kayes": {"rape": 9, "denial": 9}},
    )
    hidden = suppress(counts, sums)
    assert Cell("2027", "regions_types", "segou", "rape") in hidden
    assert all(most is None or most - least >= FEWEST for least, most in ranges(counts, sums, frozenset(hidden), Public(), hidden).values())


def test_nothing_left_to_hide():
    """Where what is public already gives a cell away, nothing is released: it is said which."""
    one, other, total = (Cell("2027-Q1", "types", row, "count") for row in ("rape", "denial", "total"))
    with pytest.raises(Unprotected) as unprotected:
        suppress({one: 3, other: 20, total: 23}, [Sum((one, other), total)], Public(shown=frozenset({other, total})))
    assert one == unprotected.value.cell


def test_what_a_rule_tells_counts_as_public():
    """That a base is below 20 bounds what is hidden in it."""
    total, part, rest = (Cell("2027-Q1", "delay", row, "count") for row in ("total", "to_3_days", "older"))
    counts = {total: 19, part: 10, rest: 9}
    public = Public(most={total: 19})
    assert (0, 19) == ranges(counts, [Sum((part, rest), total)], frozenset(counts), public, [part])[part]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bounds_are_those_of_the_programme(data):
    """Over any equations that have a solution: our own simplex and HiGHS say the same, and the true numbers lie between."""
    size = data.draw(st.integers(1, 7))
    true = data.draw(st.lists(st.integers(0, 30), min_size=size, max_size=size))
    equations = []
    for _ in range(data.draw(st.integers(1, 5))):
        terms = data.draw(st.dictionaries(st.integers(0, size - 1), st.sampled_from([-1, 1, 1, 2]), min_size=1))
        equations.append((terms, sum(times * true[name] for name, times in terms.items())))
    mine = bounds([Equation(terms, value) for terms, value in equations], range(size))
    judged = programme.ranges(range(size), equations)
    for name, (least, most) in mine.items():
        low, high = judged[name]
        assert math.ceil(low - 1e-6) == least <= true[name]
        assert (None if math.isinf(high) else math.floor(high + 1e-6)) == most
        assert most is None or true[name] <= most


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 4).flatmap(
        lambda wide: st.lists(
            st.lists(st.one_of(st.integers(0, 6), st.integers(0, 40)), min_size=wide, max_size=wide), min_size=2, max_size=4
        )
    )
)
def test_no_hidden_cell_of_any_table_is_narrowed_down(rows):
    """Whatever the numbers: all that is few is hidden, and by the judge each hidden cell has five numbers at least beside its least."""
    named = {f"r{y}": {f"c{x}": count for x, count in enumerate(row)} for y, row in enumerate(rows)}
    counts, sums = a_table("2027", "any", named)
    hidden = suppress(counts, sums)
    assert all(cell in hidden for cell, count in counts.items() if count < FEWEST)
    equations = []
    for sum_ in sums:
        terms = dict.fromkeys(sum_.parts, 1) | {sum_.total: -1}
        unknown = {cell: times for cell, times in terms.items() if cell in hidden}
        equations.append((unknown, -sum(times * counts[cell] for cell, times in terms.items() if cell not in hidden)))
    judged = programme.ranges(hidden, [(terms, value) for terms, value in equations if terms])
    assert all(high - low > FEWEST - 1e-6 for low, high in judged.values())


QUARTER = st.lists(st.one_of(st.integers(0, 6), st.integers(5, 30)), min_size=6, max_size=6)


@settings(max_examples=25, deadline=None)
@given(st.lists(QUARTER, min_size=4, max_size=4), st.integers(0, 12))
def test_no_hidden_cell_of_any_year_is_narrowed_down(quarters, unknown):
    """Four quarters let out one after another, then their year, with a second table of the same incidents beside each: with all of it, by the judge, each
    hidden cell has six numbers at least; and nothing under five is shown."""
    parts, printed = [], {}
    of_quarters = [tables_of(dict(zip(TYPES, counts, strict=True)), min(unknown, sum(counts))) for counts in quarters]
    of_year = [added(tables) for tables in zip(*of_quarters, strict=True)]
    for name, tables in [*((f"2027-Q{number}", tables) for number, tables in enumerate(of_quarters, start=1)), ("2027", of_year)]:
        pages = book(PeriodTables(name, tables), parts if name == "2027" else ())
        gone = set(suppress(pages.counts, pages.sums, pages.public)) | pages.public.hidden
        for table in tables:
            cells = tuple(
                tuple(None if Cell(name, table.name, row, "count") in gone else table.count(row, "count") for _ in "1")
                for row in table.rows
            )
            is_small = table.base < SMALLEST_BASE
            printed[name, table.name] = FigureTable(table.name, table.rows, ("count",), () if is_small else cells, too_few=is_small)
        parts.append(PeriodTables(name, tables, {table.name: printed[name, table.name] for table in tables}))
    cells = {(*key, row): table.cell(row, "count") for key, table in printed.items() if not table.too_few for row in table.rows}
    sums = [
        *(
            (tuple((period, name, row) for row in table.rows[: table.rows.index(TOTAL)]), (period, name, TOTAL))
            for (period, name), table in printed.items()
        ),
        *((((period, "minors", TOTAL), (period, "minors", UNKNOWN)), (period, "types", TOTAL)) for period, _ in printed),
        *((tuple((f"2027-Q{n}", name, row) for n in (1, 2, 3, 4)), ("2027", name, row)) for period, name, row in cells if period == "2027"),
    ]
    equations = []
    for parts_, total in sums:
        if all(cell in cells for cell in (*parts_, total)):
            terms = dict.fromkeys(parts_, 1) | {total: -1}
            known = sum(times * cells[cell] for cell, times in terms.items() if cells[cell] is not None)
            equations.append(({cell: times for cell, times in terms.items() if cells[cell] is None}, -known))
    judged = programme.ranges(
        [cell for cell, count in cells.items() if count is None], [(terms, value) for terms, value in equations if terms]
    )
    assert [] == [cell for cell, (low, high) in judged.items() if high - low < FEWEST - 1e-6]
    assert all(count is None or count >= FEWEST for count in cells.values())


def tables_of(types: dict[str, int], unknown: int) -> list[CountedTable]:
    """Incidents by type, and by age, which of some is not known."""
    total = sum(types.values())
    young = (total - unknown) // 5
    ages = {"under_18": young, "adult": total - unknown - young, TOTAL: total - unknown, UNKNOWN: unknown}
    return [
        CountedTable(SPECS[name], SPECS[name].rows, ("count",), {(row, "count"): counts.get(row, 0) for row in SPECS[name].rows})
        for name, counts in (("types", {**types, TOTAL: total}), ("minors", ages))
    ]


def added(tables: tuple[CountedTable, ...]) -> CountedTable:
    first = tables[0]
    return CountedTable(
        first.spec, first.rows, first.columns, {place: sum(table.counts[place] for table in tables) for place in first.counts}
    )
