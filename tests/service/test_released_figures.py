"""Figures that leave the line: a made-up year, prepared and let out quarter by quarter, and whoever holds all of it against each other."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json
from msgspec.structs import replace
from sqlalchemy import text

from hotline.engine.quarters import Span, span
from hotline.ports.desk.cases import Consent, Incident, Referral
from hotline.ports.desk.declarations import Declaration
from hotline.ports.editions.editions import EditionRow
from hotline.ports.figures.figures import Tally
from hotline.ports.figures.releases import TOTAL, Release
from hotline.service.acts import By, Result, run
from hotline.service.desk.casework import consents
from hotline.service.desk.figures.counting import Material, count_tables
from hotline.service.desk.figures.preparing import CannotPrepare, ReleaseDecision, decide, decision_of
from hotline.service.desk.figures.public_sums import PeriodTables, book
from hotline.service.desk.figures.release_suppression import suppress
from hotline.service.desk.figures.releasing import prepare_release, release_figures, withdraw_release
from hotline.settings import Rules
from tests.adapters.test_store import a_callback
from tests.attacker import narrowed
from tests.service.fakes import DAY
from tests.service.line import AWA, FANTA, Line

EPOCH = date(1970, 1, 1)
LADDER = {
    "rape": "penetration",
    "sexual_assault": "contact",
    "physical_assault": "physical",
    "forced_marriage": "marriage",
    "denial": "denial",
    "psychological": "psychological",
}
NO = dict.fromkeys(LADDER.values(), "no")


def day_of(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - EPOCH).days


def at_day(line: Line, year: int, month: int, day: int) -> None:
    line.clock.at = day_of(year, month, day) * DAY + 12 * 3600


def id_of(number: int) -> str:
    return f"{number:032x}"


class MadeUp:
    """Callers of some days, as the line keeps them."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.number = 1000

    def add(self, tx, day: int, codes: dict[str, str] | None, **fields) -> str:
        """A callback that is over, with its incident and consents. `figures`: the caller let it count."""
        figures, referrals = fields.pop("figures", True), fields.pop("referrals", ())
        self.number += 1
        at = day * DAY + 10 * 3600
        wanted = {"state": "closed", "outcome": "spoke", "attempts": 1, "closed_at": at + 1800, "language": "fr", "urgent": False, **fields}
        callback = a_callback(self.number, made_at=at, opens_at=at, not_after=at + 1800, **wanted)
        tx.callbacks.add(callback, f"+223700{self.number:05d}")
        if codes is not None:
            tx.cases.save_consent(callback.id, Consent("record", at))
            if figures:
                tx.cases.save_consent(callback.id, Consent("figures", at))
            tx.cases.save_incident(Incident(f"{self.number:032x}", callback.id, day, codes, figures=figures))
        for place, (kind, outcome) in enumerate(referrals):
            tx.cases.save_referral(Referral(f"{self.number:030x}{place:02x}", callback.id, kind, None, outcome, None, None, None, day))
        return callback.id

    def types(self, year: int, month: int, type_: str, count: int, **fields) -> list[str]:
        codes = {"non_gbv": NO, "open": {}}.get(type_) if type_ in ("non_gbv", "open") else {LADDER[type_]: "yes"}
        with self.line.real_store.write() as tx:
            return [self.add(tx, day_of(year, month, 3 + place % 20), dict(codes or {}), **fields) for place in range(count)]

    def purge(self) -> None:
        with self.line.real_store.write() as tx:
            tx.retention.purge(self.line.clock.at, Rules())


@pytest.fixture
def made(line: Line) -> MadeUp:
    return MadeUp(line)


def admin(line: Line, name: str, act, *args) -> Result:
    return run(line.hotline.deps, By(name, "shell"), act, *args)


def decided(line: Line, period: str) -> ReleaseDecision:
    return decide(line.hotline.deps, period, line.clock.at)


def let_out(line: Line, period: str) -> int:
    """Two people, a day that is right."""
    prepared = admin(line, "fanta (root)", prepare_release, decided(line, period))
    assert "done" == prepared.code, prepared
    number = int(prepared.values["release"])
    released = admin(line, "moussa (root)", release_figures, number, decided(line, period), "Lettre 12/2027")
    assert "published" == released.code, released
    return number


def printed(line: Line, number: int, table: str, column: str = "count") -> dict[str, int | None]:
    with line.real_store.read() as tx:
        found = tx.releases.release(number).table(table)
    return {row: found.cell(row, column) for row in found.rows}


def worked_example(made: MadeUp) -> None:
    """A, in 2027."""
    made.types(2027, 1, "rape", 6)
    made.types(2027, 2, "sexual_assault", 3)
    made.types(2027, 2, "physical_assault", 21)
    made.types(2027, 3, "denial", 9)
    made.types(2027, 3, "psychological", 14)
    made.types(2027, 3, "non_gbv", 2)
    made.types(2027, 1, "open", 4)


def test_example_a_from_callbacks_to_its_table(line: Line, made: MadeUp):
    """A: what nobody may count is left out, what is few is hidden, and the smallest beside it; what is tied and does not count holds nothing up."""
    worked_example(made)
    with line.real_store.write() as tx:
        for place in range(5):
            day = day_of(2027, 1, 3)
            made.add(tx, day, {"penetration": "yes"}, figures=False, closed_at=day_of(2027, 5, 1 + place) * DAY)
    at_day(line, 2027, 5, 10)
    made.purge()
    decision = decided(line, "2027-Q1")
    types = next(table for table in decision.tables if table.name == "types")
    assert ((None,), (None,), (21,), (None,), (9,), (14,), (53,)) == types.cells
    ranges = {hidden.row: (hidden.why, hidden.least, hidden.most) for hidden in decision.hidden if hidden.table == "types"}
    assert {"rape": ("held", 0, 9), "sexual_assault": ("few", 0, 9), "forced_marriage": ("few", 0, 9)} == ranges


def test_example_a1_not_final(line: Line, made: MadeUp):
    """A1: before its day, and while one row that counts can still be taken back, a quarter goes to nobody; then it does."""
    worked_example(made)
    (late,) = made.types(2027, 2, "denial", 1, closed_at=day_of(2027, 5, 2) * DAY)
    at_day(line, 2027, 5, 9)
    made.purge()
    for day in (9, 10, 31):
        at_day(line, 2027, 5, day)
        with pytest.raises(CannotPrepare) as refused:
            decided(line, "2027-Q1")
        assert ("not_final", "2027-05-10") == (refused.value.code, refused.value.values["due"])
    at_day(line, 2027, 6, 2)
    made.purge()
    with line.real_store.read() as tx:
        assert None is tx.callbacks.get(late)
    types = next(table for table in decided(line, "2027-Q1").tables if table.name == "types")
    assert 54 == types.cell(TOTAL, "count")


def test_example_a2_too_few_for_a_table(line: Line, made: MadeUp):
    """A2: about 19 there is no table, nor any cell."""
    made.types(2027, 1, "physical_assault", 19)
    at_day(line, 2027, 5, 10)
    made.purge()
    types = next(table for table in decided(line, "2027-Q1").tables if table.name == "types")
    assert (True, ()) == (types.too_few, types.cells)


def test_two_people(line: Line, made: MadeUp):
    """Whoever prepared it does not let it out, by whichever face; nor does anybody without a letter; and it is in the audit under whose names."""
    worked_example(made)
    at_day(line, 2027, 5, 10)
    made.purge()
    decision = decided(line, "2027-Q1")
    assert "forbidden" == line.act(AWA, prepare_release, decision).code
    assert "1" == line.act(FANTA, prepare_release, decision).values["release"]
    assert "overtaken" == line.act(FANTA, prepare_release, decision).code
    decision = decided(line, "2027-Q1")
    assert "same" == line.act(FANTA, prepare_release, decision).code
    assert "own" == line.act(FANTA, release_figures, 1, decision, "Lettre 12").code
    assert "own" == admin(line, "Fanta (root)", release_figures, 1, decision, "Lettre 12").code
    assert "letter" == admin(line, "moussa (root)", release_figures, 1, decision, " ").code
    assert "published" == admin(line, "moussa (root)", release_figures, 1, decision, "Lettre 12").code
    assert "state" == admin(line, "moussa (root)", release_figures, 1, decided(line, "2027-Q1"), "Lettre 12").code
    with line.real_store.read() as tx:
        found = [(record.who, record.what, record.about) for record in tx.audit.all()][-2:]
        release = tx.releases.release(1)
    assert [
        ("fanta", "figures prepared", "release 1, 2027-Q1"),
        ("moussa (root)", "figures released", "release 1, 2027-Q1, Lettre 12"),
    ] == found
    assert ("fanta", "moussa (root)", "Lettre 12") == (release.prepared_by, release.released_by, release.letter)


def test_two_people_at_once(line: Line, made: MadeUp):
    """Both prepare, and both let it out, in the same moment: there is one release, let out once, in one name and under one letter."""
    worked_example(made)
    at_day(line, 2027, 5, 10)
    made.purge()

    def at_once(act, *arguments) -> list[str]:
        gate = Barrier(2)

        def one(name: str) -> str:
            gate.wait()
            return admin(line, name, act, *arguments, *([f"Lettre de {name}"] if act is release_figures else [])).code

        with ThreadPoolExecutor(2) as people:
            return sorted(people.map(one, ("moussa (root)", "kadia (root)")))

    assert ["done", "overtaken"] == at_once(prepare_release, decided(line, "2027-Q1"))
    with line.real_store.write() as tx:
        tx.releases.save(replace(tx.releases.release(1), standing="withdrawn", withdrawn_at=1, withdrawn_by="moussa (root)"))
    assert "done" == admin(line, "fanta (root)", prepare_release, decided(line, "2027-Q1")).code
    assert ["published", "state"] == at_once(release_figures, 2, decided(line, "2027-Q1"))
    with line.real_store.read() as tx:
        (public,) = [release for release in tx.releases.releases() if release.standing == "released"]
        assert public.letter == f"Lettre de {public.released_by}"
        assert 1 == sum(record.what == "figures released" for record in tx.audit.all())


def test_example_c2_what_is_public_never_changes(line: Line, made: MadeUp):
    """C2: once out, the same again is the same; other numbers are refused; a table found wrong goes with a note, and none comes in its place."""
    worked_example(made)
    at_day(line, 2027, 5, 10)
    made.purge()
    number = let_out(line, "2027-Q1")
    assert "same" == line.act(FANTA, prepare_release, decided(line, "2027-Q1")).code
    with line.real_store.write() as tx:
        before = tx.releases.release(number)
        (gone,) = [
            incident for incident in tx.figures.incidents(span("2027-Q1").since, span("2027-Q1").until) if "denial" in incident.codes
        ][:1]
        tx._connection.exec_driver_sql("DELETE FROM incidents WHERE id = ?", (gone.id,))
    with pytest.raises(CannotPrepare) as refused:
        decided(line, "2027-Q1")
    assert ("differs", "2027-Q1") == (refused.value.code, refused.value.values["period"])
    assert "letter" == line.act(FANTA, withdraw_release, number, "").code
    assert "done" == line.act(FANTA, withdraw_release, number, "Un compte était faux.").code
    with line.real_store.read() as tx:
        after = tx.releases.release(number)
    assert (before.tables, before.digest, "withdrawn", "Un compte était faux.") == (after.tables, after.digest, after.standing, after.note)
    with line.real_store.write() as tx:
        tx.cases.save_incident(gone)
    assert "state" == line.act(FANTA, prepare_release, decided(line, "2027-Q1")).code


@pytest.mark.parametrize(
    "period", ["2027-03", "2027-S1", "2027-Q5", "2027-01-01", "2027-Q1,2027-Q2", "", "27", "9999", "9999-Q4", "2027-Q1\n", "٢٠٢٧"]
)
def test_example_c1_no_other_grain(line: Line, period: str):
    """C1: months, half-years and anything else are no period: only quarters and years are."""
    with pytest.raises(CannotPrepare) as refused:
        decided(line, period)
    assert "unlisted" == refused.value.code


def test_a_second_yes_that_comes_late(line: Line, made: MadeUp):
    """Who agrees after a quarter's figures were due counts in the month in which that was said: what is public stays as it is."""
    worked_example(made)
    (late,) = made.types(2027, 2, "denial", 1, closed_at=day_of(2027, 5, 2) * DAY, figures=False, referrals=[("health", "declined")])
    at_day(line, 2027, 5, 12)
    made.purge()
    let_out(line, "2027-Q1")
    line.set_staff(FANTA, role="supervisor")
    assert "done" == line.act(FANTA, consents.give_consent, late, "figures").code
    at_day(line, 2027, 6, 20)
    made.purge()
    assert decided(line, "2027-Q1").tables
    with line.real_store.read() as tx:
        (counted,) = tx.figures.incidents(day_of(2027, 4, 1), day_of(2027, 7, 1))
        assert (day_of(2027, 5, 1), {"denial": "yes"}) == (counted.day, counted.codes)
        assert {("health", "declined"): 1} == tx.figures.referrals_counted(day_of(2027, 4, 1), day_of(2027, 7, 1))


def test_a_second_yes_that_comes_late_and_stays_long(line: Line, made: MadeUp):
    """Where callbacks are kept for half a year, what counts in a quarter because the yes was said in it holds that quarter up until it is untied."""
    worked_example(made)
    at_day(line, 2027, 4, 30)
    made.purge()
    (late,) = made.types(2027, 2, "denial", 1, figures=False)
    at_day(line, 2027, 5, 12)
    assert "done" == line.act(FANTA, consents.give_consent, late, "figures").code
    at_day(line, 2027, 8, 12)
    with pytest.raises(CannotPrepare) as refused:
        decided(line, "2027-Q2")
    assert "not_final" == refused.value.code
    made.purge()
    assert decided(line, "2027-Q2").tables


STAGES = ("never asked", "to be written down alone", "at once", "with all of it", "on the last day")


@pytest.mark.parametrize("stage", STAGES)
def test_taken_back_at_each_stage(line: Line, made: MadeUp, stage: str):
    """Whenever a caller takes the second yes back, or never gives it: every table of the line that counts, and every table that leaves it, is as if the
    caller had never been asked."""
    worked_example(made)
    with line.real_store.write() as tx:
        day = day_of(2027, 2, 20)
        asked = made.add(tx, day, {"denial": "yes", "age": "12-17"}, figures=False, referrals=[("police", "unavailable")])
        if stage == "never asked":
            tx.cases.drop_incident(asked)
            tx._connection.exec_driver_sql("DELETE FROM consents WHERE callback = ?", (asked,))
            for referral in tx.cases.referrals(asked):
                tx.cases.drop_referral(referral.id)
    line.clock.at = day * DAY + 11 * 3600
    if stage in STAGES[2:]:
        assert "done" == line.act(FANTA, consents.give_consent, asked, "figures").code
    if stage == "on the last day":
        line.clock.at += 29 * DAY
        made.purge()
    if stage in STAGES[2:]:
        kind = "record" if stage == "with all of it" else "figures"
        assert "done" == line.act(FANTA, consents.take_back_consent, asked, kind).code
    at_day(line, 2027, 5, 10)
    made.purge()
    with line.real_store.read() as tx:
        assert None is tx.callbacks.get(asked)
        counted = {name: tx.figures._rows(text(f"SELECT * FROM {name} ORDER BY 1, 2")) for name in COUNTED}  # noqa: S608
        kept = [incident.codes for incident in tx.figures.incidents(0, 99_999)]
    assert ([], []) == (counted["referral_tallies"], counted["legal_tallies"])
    assert [(day_of(2027, month, 1), 1, "spoke", count) for month, count in ((1, 10), (2, 25), (3, 25))] == [
        tuple(row) for row in counted["tries_tallies"]
    ]
    assert (55, 9) == (len([codes for codes in kept if codes]), len([codes for codes in kept if codes.get("denial") == "yes"]))
    decision = decided(line, "2027-Q1")
    types = next(table for table in decision.tables if table.name == "types")
    assert ((None,), (None,), (21,), (None,), (9,), (14,), (53,)) == types.cells


COUNTED = ("tries_tallies", "safer_tallies", "referral_tallies", "legal_tallies")


def test_hours_are_kept_by_the_clock(line: Line):
    """On the day after, once, in each language: what was offered, less what a supervisor closed, and what somebody was planned for."""
    at_day(line, 2027, 3, 1)
    with line.real_store.write() as tx:
        tx.editions.add(EditionRow(1, line.clock.at, "awa", line.clock.at, b"{}"))
    line.wait(1)
    line.wait(DAY)
    with line.real_store.read() as tx:
        assert () == tx.figures.hours(0, day_of(2027, 3, 1)), "before there was a line"
        before = {hours.language: hours for hours in tx.figures.hours(day_of(2027, 3, 1), day_of(2027, 3, 2))}
    assert {"fr", "bm"} == before.keys()
    assert 0 < before["fr"].covered <= before["fr"].offered
    with line.real_store.write() as tx:
        midnight = day_of(2027, 3, 2) * 1440
        tx.declarations.add(Declaration("closed", midnight, midnight + 1440))
    line.wait(DAY)
    line.wait(1)
    with line.real_store.read() as tx:
        found = tx.figures.hours(day_of(2027, 3, 1), day_of(2027, 3, 4))
    assert [(day_of(2027, 3, 2), 0, 0)] * 2 == [
        (hours.day, hours.offered, hours.covered) for hours in found if hours.day > day_of(2027, 3, 1)
    ]
    assert before["fr"] in found


def test_example_c4_a_category_that_was_not_there(line: Line, made: MadeUp):
    """C4: with other rows than the year's first quarter had, nothing of that year is prepared."""
    worked_example(made)
    made.types(2027, 4, "physical_assault", 40)
    at_day(line, 2027, 8, 10)
    made.purge()
    number = let_out(line, "2027-Q1")
    assert decided(line, "2027-Q2").tables
    with line.real_store.write() as tx:
        release = tx.releases.release(number)
        fewer = tuple(
            replace(table, rows=table.rows[1:], cells=table.cells[1:]) if table.name == "types" else table for table in release.tables
        )
        tx._connection.exec_driver_sql("UPDATE releases SET tables = ?", (json.encode(fewer),))
    with pytest.raises(CannotPrepare) as refused:
        decided(line, "2027-Q2")
    assert ("differs", "2027-Q1") == (refused.value.code, refused.value.values["period"])


def test_a_year_over_a_quarter_that_was_wrong(line: Line, made: MadeUp):
    """A quarter that would not come out again stops the year; once it is withdrawn, nothing of the year says by how much it was wrong."""
    for quarter, (year, month) in enumerate(((2027, 5), (2027, 8), (2027, 11), (2028, 2)), start=1):
        made.types(2027, 3 * quarter - 2, "physical_assault", 30)
        at_day(line, year, month, 10)
        made.purge()
        let_out(line, f"2027-Q{quarter}")
    second = span("2027-Q2")
    with line.real_store.write() as tx:
        lost = tx.figures.incidents(second.since, second.until)[0]
        tx._connection.exec_driver_sql("DELETE FROM incidents WHERE id = ?", (lost.id,))
    with pytest.raises(CannotPrepare) as refused:
        decided(line, "2027")
    assert ("differs", "2027-Q2") == (refused.value.code, refused.value.values["period"])
    assert "done" == line.act(FANTA, withdraw_release, 2, "Un compte était faux.").code
    types = next(table for table in decided(line, "2027").tables if table.name == "types")
    assert {None} == {cell for row in types.cells for cell in row}
    let_out(line, "2027")
    assert "same" == line.act(FANTA, prepare_release, decided(line, "2027")).code


def test_what_was_right_of_a_quarter_that_was_wrong(line: Line, made: MadeUp):
    """Whoever kept a quarter that was withdrawn for its promises still has its types: the year tells no hidden cell of another quarter by them."""
    for quarter, (year, month) in enumerate(((2027, 5), (2027, 8), (2027, 11), (2028, 2)), start=1):
        for type_, count in (("physical_assault", 30), ("rape", 3 if quarter == 2 else 8), ("denial", 9)):
            made.types(2027, 3 * quarter - 2, type_, count)
        at_day(line, year, month, 10)
        made.purge()
        let_out(line, f"2027-Q{quarter}")
    third = span("2027-Q3")
    with line.real_store.write() as tx:
        for statement in (
            "UPDATE tallies SET count = count + 1 WHERE day = (SELECT min(day) FROM tallies WHERE day >= ?)",
            "UPDATE tries_tallies SET count = count + 1 WHERE month = ?",
        ):
            tx._connection.exec_driver_sql(statement, (third.since,))
    assert "done" == line.act(FANTA, withdraw_release, 3, "Les promesses étaient fausses.").code
    let_out(line, "2027")
    with line.real_store.read() as tx:
        releases = tx.releases.releases()
    was_wrong = ("promises", "promises_languages", "wrong")
    kept = tuple(table for table in releases[2].tables if table.name not in was_wrong)
    assert {} == narrowed([*releases[:2], replace(releases[2], tables=kept), *releases[3:]])


def test_example_c3_four_calls_in_a_language(line: Line, made: MadeUp):
    """C3: a hundred promises, four of them in French: by language nothing is told, since the total stands on another table."""
    with line.real_store.write() as tx:
        for place in range(100):
            made.add(tx, day_of(2027, 1, 1 + place % 28), None, language="fr" if place < 4 else "bm")
        for place in range(40):
            fate = {"state": "lapsed", "outcome": None, "attempts": 0}
            made.add(tx, day_of(2027, 2, 1 + place % 28), None, language="bm", urgent=place < 20, **fate)
    at_day(line, 2027, 5, 10)
    made.purge()
    tables = {table.name: table for table in decided(line, "2027-Q1").tables}
    shown = {cell for row in tables["promises_languages"].rows[:2] for cell in (row,) if tables["promises_languages"].cell(row, "fr")}
    assert set() == shown
    assert {None} == {tables["promises_languages"].cell("kept", language) for language in ("bm", "fr")}


def test_example_b_small_regions_stand_together():
    """B: with fewer than ten a region has no row of its own, in any table; all of a year's rows come out as they were worked by hand."""
    ages = {"bamako": (12, 40), "segou": (8, 11), "sikasso": (4, 12), "mopti": (2, 6), "kidal": (1, 3)}
    codes = [
        {"penetration": "yes", "region": region, "age": age}
        for region, counts in ages.items()
        for age, count in zip(("12-17", "26-40"), counts, strict=True)
        for _ in range(count)
    ]
    tables = {table.name: table for table in count_tables(Material(codes=tuple(codes), regions=tuple(ages)), Span(2027))}
    found = tables["regions_ages"]
    assert ("bamako", "segou", "sikasso", "others", TOTAL) == found.rows == tables["regions_types"].rows
    assert [[12, 40, 52], [8, 11, 19], [4, 12, 16], [3, 9, 12], [27, 72, 99]] == [
        [found.count(row, column) for column in found.columns] for row in found.rows
    ]
    alone = book(PeriodTables("2027", [found]))
    hidden = suppress(alone.counts, alone.sums, alone.public)
    assert {("sikasso", "under_18"): "few", ("sikasso", "adult"): "held", ("others", "under_18"): "few", ("others", "adult"): "held"} == {
        (cell.row, cell.column): why for cell, why in hidden.items()
    }


def test_the_row_of_small_regions_is_not_small_itself():
    """Where those below ten are fewer than ten together, the smallest of the others joins them."""
    codes = [
        {"denial": "yes", "region": region, "age": "26-40"}
        for region, count in {"bamako": 60, "segou": 11, "kayes": 12, "kidal": 2}.items()
        for _ in range(count)
    ]
    tables = count_tables(Material(codes=tuple(codes), regions=("kayes", "bamako", "segou", "kidal")), Span(2027))
    (found,) = [table for table in tables if table.name == "regions_types"]
    assert (("kayes", "bamako", "others", TOTAL), 13) == (found.rows, found.count("others", TOTAL))


TYPES = (*LADDER, "non_gbv", "open")
REGIONS = {"bamako": 55, "segou": 22, "sikasso": 14, "kayes": 5, "mopti": 3, "kidal": 1}


def a_month(line: Line, made: MadeUp, year: int, month: int, chance: Random) -> None:
    """Some 50 callers: consents that were never given, some that were taken back, small regions, few of some types, and one nearly empty quarter."""
    busy = 13 if month in (7, 8, 9) else chance.randint(40, 60)
    taken_back: list[str] = []
    with line.real_store.write() as tx:
        for _ in range(busy):
            type_ = chance.choices(TYPES, (9, 3, 24, 1, 12, 20, 3, 3))[0]
            codes = dict(NO) if type_ == "non_gbv" else {} if type_ == "open" else {LADDER[type_]: "yes"}
            region = chance.choices(tuple(REGIONS), tuple(REGIONS.values()))[0]
            codes |= {"region": region} if chance.random() < 0.9 else {}
            codes |= {"age": chance.choices(("12-17", "18-25", "26-40"), (2, 5, 5))[0]} if chance.random() < 0.9 else {}
            codes |= {"relation": chance.choice(("partner", "partner", "family", "unknown"))}
            codes |= {"when": chance.choice(("to_3_days", "to_5_days", "to_14_days", "to_month", "older", "unknown"))}
            fields = {"language": chance.choices(("fr", "bm"), (1, 4))[0], "urgent": chance.random() < 0.3}
            fields["outcome"] = chance.choices(("spoke", "no_answer", "someone_else"), (30, 3, 1))[0]
            answers = ("safer", "same", "less_safe", "unknown", None)
            safer = chance.choices(answers, (9, 5, 2, 2, 2))[0] if fields["outcome"] == "spoke" else None
            kinds = chance.sample(("health", "police", "legal", "psychosocial"), chance.randint(0, 2))
            referrals = [(kind, chance.choice(("referred", "declined", "unavailable"))) for kind in kinds]
            says = chance.random() < 0.85
            day = day_of(year, month, chance.randint(1, 28))
            id = made.add(tx, day, codes, figures=says, safer=safer, referrals=referrals, **fields)
            if says and chance.random() < 0.1:
                taken_back.append(id)
        for _ in range(chance.randint(0, 3)):
            made.add(tx, day_of(year, month, 5), None, state="lapsed", outcome=None, attempts=0)
    at_day(line, year, month, 28)
    for id in taken_back:
        assert "done" == line.act(FANTA, consents.take_back_consent, id, "figures").code
    made.purge()


def a_quarter_by_chance(chance: Random) -> Material:
    """Counts of any size that still fit each other, as a line's do."""
    busy = chance.choice((6, 30, 90))
    tallies, endings, safety = [], Counter(), Counter()
    for language in ("fr", "bm"):
        for urgent in (False, True):
            outcomes = {outcome: chance.choice((0, 2, busy // 3, busy)) for outcome in ("spoke", "no_answer", "someone_else")}
            endings.update(outcomes)
            tallies += [Tally(language, urgent, "closed", outcome, 1, count) for outcome, count in outcomes.items()]
            tallies.append(Tally(language, urgent, "lapsed", None, 0, chance.choice((0, 1, 6, busy // 4))))
    for _ in range(endings["spoke"]):
        safety[chance.choices(("safer", "same", "less_safe", "unknown"), (6, 3, 1, chance.choice((0, 3))))[0]] += 1
    weights = [chance.choice((0, 1, 5)) for _ in TYPES]
    codes = []
    for _ in range(chance.choice((busy // 2, busy)) if any(weights) else 0):
        type_ = chance.choices(TYPES, weights)[0]
        said = dict(NO) if type_ == "non_gbv" else {} if type_ == "open" else {LADDER[type_]: "yes"}
        for question, answers in (
            ("region", tuple(REGIONS)),
            ("age", ("12-17", "26-40", "41-60")),
            ("relation", ("partner", "family")),
            ("when", ("to_3_days", "older")),
        ):
            said |= {question: chance.choice(answers)} if chance.random() < 0.93 else {}
        codes.append(said)
    outcomes = ("referred", "declined", "unavailable", "not_applicable")
    referrals = {(kind, outcome): chance.choice((0, 0, 3, 9)) for kind in ("health", "police", "legal") for outcome in outcomes}
    return Material(tuple(tallies), endings, safety, referrals, tuple(codes), languages=("fr", "bm"), regions=tuple(REGIONS))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_any_quarter_of_all_tables(seed: int):
    """Whatever the numbers of a quarter: no hidden cell of any of its tables is narrowed down by all of them."""
    material = a_quarter_by_chance(Random(seed))  # noqa: S311
    tables = decision_of(PeriodTables("2027-Q1", count_tables(material, Span(2027, 1)))).tables
    assert {} == narrowed([Release(1, "2027-Q1", "released", tables, 0, "fanta", "", 0, "awa")])
