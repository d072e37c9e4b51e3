"""A caller who takes her consent back, at whatever stage: the line is as if she had never been asked, in every table, every file and on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import MetaData, select

from hotline.adapters.keys.seal import SealBroken
from hotline.ports.desk.drafts import incident_form
from hotline.service.acts import Result
from hotline.service.desk.casework import consents
from hotline.service.desk.figures.preparing import CannotPrepare
from hotline.service.desk.figures.releasing import prepare_release, release_figures
from hotline.service.editions.cache import EditionCache
from tests.console.desk import IDS, Desk
from tests.console.test_press import ADDRESS, HOST, ON, process
from tests.service.fakes import DAY
from tests.service.line import AWA, FANTA, staffed
from tests.service.test_released_figures import MadeUp, admin, at_day, day_of, decided, worked_example

HERS = {"denial": "yes", "region": "menaka", "age": "0-11", "relation": "guardian", "when": "to_3_days", "doer_age": "61"}
"""Nobody else's answers."""
MARKS = ("menaka", "Ménaka", '"0-11"', "guardian")
AUDIT = ("audit", "audit_base", "audit_head")
ROLES = ("awa", "fanta", "mariam", "djeneba", "rokia")


class World:
    """A line over one winter. `asked`: five callers say yes and take it back, each at another stage; else they are not asked for it."""

    def __init__(self, desk: Desk, *, asked: bool) -> None:
        self.desk, self.line, self.asked = desk, desk.line, asked
        self.made = MadeUp(desk.line)
        desk.install(ON)
        desk.add_partner(ends_on=99_999)
        worked_example(self.made)

    def caller(self, day: int, *, written: bool = True, **fields: object) -> str:
        """Somebody with whom a counselor spoke; `written`: and who let it be written down."""
        with self.line.real_store.write() as tx:
            codes = dict(HERS) if written or self.asked else None
            referrals = [("police", "unavailable")] if codes else []
            return self.made.add(tx, day, codes, figures=False, referrals=referrals, claimed_by=IDS["awa"], **fields)

    def says(self, id: str, *, yes: bool = True, kind: str = "figures", number: str = FANTA) -> None:
        if self.asked:
            act = consents.give_consent if yes else consents.take_back_consent
            assert "done" == self.line.act(number, act, id, kind).code

    def tables(self) -> dict[str, list[tuple[str, ...]]]:
        """Every row of every table that the database itself has, sealed values opened."""
        engine, seal, found = self.line.real_store._engine, self.line.seal, MetaData()
        found.reflect(engine)
        dumped: dict[str, list[tuple[str, ...]]] = {}
        with engine.connect() as connection:
            for table in found.sorted_tables:
                keys = [column.name for column in table.primary_key]

                def told(name: str, value: object, row: str, table: str = table.name) -> str:
                    if not isinstance(value, bytes):
                        return str(value)
                    try:
                        return seal.open(value, f"{table}.{name}.{row}").decode("utf-8", "replace").strip()
                    except SealBroken:
                        return value.hex()

                dumped[table.name] = sorted(
                    tuple(
                        told(name, value, key.hex() if isinstance(key := row[keys[0]], bytes) else str(key)) for name, value in row.items()
                    )
                    for row in connection.execute(select(table)).mappings()
                )
        return dumped

    def pages(self) -> Iterator[tuple[str, str, str]]:
        """Everything that anybody who signs in can open, and what journalists read: who, where, what is there."""
        urls = self.desk.app.url_map.bind("localhost")
        rules = [rule for rule in self.desk.app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
        paths = sorted({urls.build(rule.endpoint) for rule in rules} - {"/console/audit"})
        files = [f"/console/partners/1.{kind}" for kind in ("json", "csv", "xlsx")]
        for alias in ROLES:
            client = self.desk.browser(alias).client
            for path in (*paths, "/console/figures/1", "/console/partners?period=2027-Q1", *files):
                answer = client.get(path)
                body = re.sub(r'<input type="hidden"[^>]*>|token-[0-9]+', "", answer.get_data().decode("utf-8", "replace"))
                yield alias, path, f"{answer.status_code} {body}"
        yield "nobody", ADDRESS, process(self.desk, ON).get(ADDRESS, base_url=HOST).get_data(as_text=True)

    def live(self) -> None:
        """From January to August."""
        talking, after, last, due, late = (day_of(2027, *day) for day in ((2, 9), (2, 11), (2, 13), (3, 28), (2, 17)))
        # While they talk.
        self.line.clock.at = talking * DAY + 11 * 3600
        one = self.caller(talking, state="claimed", outcome=None, closed_at=None)
        self.says(one, number=AWA)
        self.says(one, yes=False, number=AWA)
        with self.line.real_store.write() as tx:
            callback = tx.callbacks.get(one)
            assert callback is not None
            tx.callbacks.save(replace(callback, state="closed", outcome="spoke", closed_at=self.line.clock.at))
        # When it is over, and with all that was written down.
        self.line.clock.at = after * DAY + 11 * 3600
        two = self.caller(after, written=False)
        self.says(two)
        if self.asked:  # and some of it is typed, and not sent
            typed = {"age": ("0-11",), "region": ("menaka",), "relation": ("guardian",)}
            with self.line.real_store.write() as tx:
                tx.form_drafts.save(IDS["awa"], incident_form(two, "survivor"), typed, self.line.clock.at + DAY)
            assert ["drafts", "incidents"] == sorted({name for name, row in self.rows_of(two) if "0-11" in row})
        self.says(two, yes=False, kind="record")
        self.gone_at_once(two)
        # On the last day.
        three = self.caller(last)
        self.says(three)
        at_day(self.line, 2027, 3, 14)
        self.made.purge()
        self.says(three, yes=False)
        # When it is all that holds a quarter up.
        four = self.caller(due, closed_at=(day_of(2027, 5, 2)) * DAY)
        self.says(four)
        at_day(self.line, 2027, 5, 12)
        self.made.purge()
        if self.asked:
            with pytest.raises(CannotPrepare):
                decided(self.line, "2027-Q1")
        self.says(four, yes=False)
        # When a release was prepared: a yes that came late holds it, until it is taken back.
        five = self.caller(late, closed_at=(day_of(2027, 5, 3)) * DAY)
        assert "done" == admin(self.line, "fanta (root)", prepare_release, decided(self.line, "2027-Q1")).code
        self.says(five)
        self.says(five, yes=False)
        assert "published" == self.let_out().code
        # And when all of it is past.
        at_day(self.line, 2027, 8, 12)
        self.made.purge()
        for id in (one, two, three, four, five):
            assert "gone" == self.line.act(FANTA, consents.take_back_consent, id, "figures").code

    def gone_at_once(self, id: str) -> None:
        """With *record* every code goes in that moment, and every referral that had no consent of its own."""
        with self.line.real_store.read() as tx:
            assert tx.cases.incident_of(id) is None
            assert () == tx.cases.referrals(id)
            assert all(consent.revoked_at is not None for consent in tx.cases.consents(id).values())
        assert not [name for name, row in self.rows_of(id) if name not in AUDIT and any(mark in row for mark in (*MARKS, "0-11"))]

    def rows_of(self, id: str) -> list[tuple[str, str]]:
        """Of all tables, with their names: in which a callback's id stands anywhere."""
        rows = [(name, " ".join(row)) for name, rows in self.tables().items() for row in rows]
        return [(name, row) for name, row in rows if id in row]

    def let_out(self) -> Result:
        return admin(self.line, "moussa (root)", release_figures, 1, decided(self.line, "2027-Q1"), "Lettre 12/2027")


def world(empty: Path, path: Path, editions: EditionCache, *, asked: bool) -> tuple[dict, list, list]:
    """Its tables, its pages, and what its audit says was done."""
    with staffed(empty, path, editions) as line:
        made = World(Desk(line), asked=asked)
        made.live()
        tables = made.tables()
        pages = list(made.pages())
        with line.real_store.read() as tx:
            audited = [(record.who, record.what) for record in tx.audit.all()]
        return tables, pages, audited


def test_taken_back_at_each_stage(empty_database: Path, tmp_path: Path, editions: EditionCache) -> None:
    """While they talk, after it, on the last day, as the last of a quarter, over a prepared release: once her call is gone, no table, page or file differs from
    those of a line that never asked her, and none has a word of her answers. The audit says that a consent was taken back, and no more."""
    tables, pages, audited = world(empty_database, tmp_path / "asked.db", editions, asked=True)
    others, same, silent = world(empty_database, tmp_path / "never.db", editions, asked=False)
    assert tables.keys() == others.keys()
    assert len(tables) > 50
    assert [] == [name for name in tables if name not in AUDIT and tables[name] != others[name]]
    assert not [(name, mark) for name, rows in tables.items() for row in rows for mark in MARKS if mark in " ".join(row)]
    assert [] == [(who, where) for (who, where, what), (_, _, other) in zip(pages, same, strict=True) if what != other]
    assert len([what for _, _, what in pages if what.startswith("200")]) > 60
    assert [] == [(who, where) for who, where, what in pages if any(mark in what for mark in MARKS[2:]) and "incident" not in where]
    more = [deed for deed in audited if deed not in silent]
    assert {"consent revoked"} == {what for _, what in more}
