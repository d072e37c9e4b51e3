"""A number is taken off the line: in every edition that somebody may be looking at, with its day and its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.adapters.keys.seal import Seal, new_keys
from hotline.adapters.sql import SqlStore
from hotline.app import SystemClock
from hotline.engine.flow import Item, Where
from hotline.engine.freshness import without_withdrawn
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.editions.editions import EditionRow, Withdrawal
from hotline.service.editions.snapshot import decode, encode
from hotline.service.editions.withdrawal import SHOWN_SECONDS
from tests.acting import withdraw
from tests.content_line import sources
from tests.databases import migrated
from tests.service.fakes import FakeClock

NOON = 1_795_521_600
"""2026-11-24, 12:00 UTC."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = SqlStore(migrated(f"sqlite:///{tmp_path}/hotline.db"), Seal.from_text(new_keys()), 20_000)
    yield store
    store.close()


def service(id: str, phone: str | None, **fields: str) -> Item:
    return Item("services", id, "Centre", {**fields, **({"phone": phone} if phone else {})}, Where("flows/directory.yml", 1))


def publish(store: SqlStore, number: int, active_from: int, *items: Item) -> None:
    with store.write() as tx:
        tx.editions.add(EditionRow(number, active_from - 10, "Awa", active_from, encode(replace(sources(), items=items))))


def withdrawals(store: SqlStore) -> list[tuple[str, str, str]]:
    with store.read() as tx:
        return [(withdrawal.item, withdrawal.phone, withdrawal.day) for withdrawal in tx.editions.withdrawals()]


def test_the_number_in_force_is_marked_with_its_day_and_its_name(store: SqlStore) -> None:
    """One withdrawal, one line of the audit; every screen made of it is without the number then."""
    publish(store, 1, NOON - 99_999, service("centre", "70 00 03 00", verified_on="2026-11-20"), service("other", "70 00 03 01"))
    taken_off = withdraw(store, FakeClock(NOON), "centre", "Awa", "a man answers")
    assert taken_off.values == {"name": "Centre", "phones": "70 00 03 00", "day": "2026-11-24"}
    with store.read() as tx:
        assert tx.editions.withdrawals() == (Withdrawal("centre", "70 00 03 00", "2026-11-24", NOON, "Awa"),)
        assert tx.audit.all() == (AuditRecord(NOON, "Awa", "number taken off", "centre: a man answers"),)
        edition = tx.editions.active(NOON)
    assert edition
    assert [item.fields.get("phone") for item in without_withdrawn(decode(edition.sources), withdrawals(store)).items] == [
        None,
        "70 00 03 01",
    ]


def test_every_number_that_somebody_may_be_looking_at_is_marked(store: SqlStore) -> None:
    """That of the edition in force, of one that is yet to come, and of those that a conversation may still be on; no older one."""
    publish(store, 1, NOON - 2 * SHOWN_SECONDS, service("centre", "70 00 03 00"))
    publish(store, 2, NOON - SHOWN_SECONDS - 60, service("centre", "70 00 03 01"))
    publish(store, 3, NOON - 600, service("centre", "70 00 03 02"))
    publish(store, 4, NOON - 300, service("centre", None))
    publish(store, 5, NOON + 5, service("centre", "70 00 03 03"), service("other", "70 00 03 04"))
    assert withdraw(store, FakeClock(NOON), "centre", "Awa").values["phones"] == "70 00 03 01, 70 00 03 02, 70 00 03 03"
    assert sorted(withdrawals(store)) == [("centre", f"70 00 03 0{n}", "2026-11-24") for n in (1, 2, 3)]


def test_a_young_line_is_dark_too(store: SqlStore) -> None:
    """Where no edition is as old as a conversation may be, all count."""
    publish(store, 1, NOON - 60, service("centre", "70 00 03 00"))
    assert withdraw(store, FakeClock(NOON), "centre", "Awa").values["phones"] == "70 00 03 00"


def test_twice_on_one_day_is_one_mark(store: SqlStore) -> None:
    """Whoever is not sure does it again; the audit tells so."""
    publish(store, 1, NOON - 60, service("centre", "70 00 03 00"))
    withdraw(store, FakeClock(NOON), "centre", "Awa")
    withdraw(store, FakeClock(NOON + 60), "centre", "Oumou")
    assert withdrawals(store) == [("centre", "70 00 03 00", "2026-11-24")]
    with store.read() as tx:
        assert [record.who for record in tx.audit.all()] == ["Awa", "Oumou"]


def test_the_day_is_the_lines_own(store: SqlStore) -> None:
    """A verification is compared with it, and that is written down by people who live there."""
    publish(store, 1, NOON - 60, service("centre", "70 00 03 00"))
    assert (
        withdraw(store, SystemClock("Pacific/Kiritimati"), "centre", "Awa").values["day"]
        >= withdraw(store, SystemClock("Pacific/Pago_Pago"), "centre", "Awa").values["day"]
    )
    assert withdraw(store, _At(SystemClock("Pacific/Kiritimati"), NOON), "centre", "Awa").values["day"] == "2026-11-25"


class _At:
    """A zone's clock that stands still."""

    def __init__(self, clock: SystemClock, at: int) -> None:
        self._clock = clock
        self._at = at

    def now(self) -> int:
        return self._at

    def local(self, at: int) -> int:
        return self._clock.local(at)

    def moment(self, minute: int) -> int:
        return self._clock.moment(minute)


def test_what_is_not_there_cannot_be_taken_off(store: SqlStore) -> None:
    """An unknown entry names its likes; one without a number says so; nothing is kept of either, the audit included."""
    assert withdraw(store, FakeClock(NOON), "centre", "Awa").code == "no_edition"
    publish(store, 1, NOON - 60, service("centre-mopti", "70 00 03 00"), service("centre-gao", None), service("ligne", "80333"))
    unknown = withdraw(store, FakeClock(NOON), "centre-mopty", "Awa")
    assert (unknown.code, "centre-mopti" in unknown.values["near"]) == ("gone", True)
    assert withdraw(store, FakeClock(NOON), "centre-gao", "Awa").code == "no_number"
    with store.read() as tx:
        assert (tx.editions.withdrawals(), tx.audit.all()) == ((), ())


def test_a_long_reason_does_not_hold_up_the_number(store: SqlStore) -> None:
    """The audit has as much of it as fits."""
    publish(store, 1, NOON - 60, service("centre", "70 00 03 00"))
    withdraw(store, FakeClock(NOON), "centre", "Awa", "x" * 500)
    with store.read() as tx:
        assert [len(record.about) for record in tx.audit.all()] == [64]
