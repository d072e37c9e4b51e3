"""Publishing as such, and what the clock publishes by itself: an edition without what went stale."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from hotline.content import read_sources
from hotline.engine.flow import Sources
from hotline.ports.desk.audit import AuditRecord
from hotline.ports.desk.staff import Staff
from hotline.ports.store import Store, StoreAway
from hotline.service.editions.activation import gone_at
from hotline.service.editions.publication import FOR_ROLLBACKS, MOST_HELD, FaultySources, NewEdition, TooSoon, enact, publish
from hotline.service.upkeep.stale_entries import drop_stale
from hotline.service.work import Work
from tests.service.fakes import DAY, TEN_O_CLOCK
from tests.service.fleet import LEAD, Fleet, Process, fleet_in, variant
from tests.service.line import FANTA, RULES
from tests.small_line import write_files

OPERATOR = "+22370000202"
DIRECTORY = """
services:
  samu:
    name: Secours
    kind: emergency
    phone: "+22370000320"
    source: an example
    source_date: 2026-01-31
    verified_on: 2026-11-10
    verified_by: Awa
    called_by_day: 2026-11-10
    called_by_night: 2026-11-09
  centre:
    name: Centre
    address: Rue 1
    phone: "+22370000321"
    source: an example
    source_date: 2026-01-31
    verified_on: 2026-06-01
    verified_by: Awa
"""
PLACE = """
regions:
  gao: {name: Gao}
places:
  gao-ville: {name: Gao, region: gao}
services:
  house:
    name: Maison
    place: gao-ville
    source: an example
    confirmed_on: 2024-11-26
    confirmed_by: Awa
"""
STALE_HOUSE = TEN_O_CLOCK + 3 * DAY
STALE_CENTRE, STALE_SAMU = TEN_O_CLOCK + 5 * DAY, TEN_O_CLOCK + 16 * DAY
LIFE = 1800


@pytest.fixture
def small(tmp_path: Path) -> Sources:
    """Edition of a small line with two numbers that will go stale."""
    sources, faults = read_sources(
        write_files(
            tmp_path / "files", {"staff.gone_dark": "{name}: plus montré", "centres.one@sms": "{name}\n{address}"}, directory=DIRECTORY
        )
    )
    assert sources is not None, faults
    return sources


@pytest.fixture
def fleet(empty_database: Path, tmp_path: Path) -> Iterator[Fleet]:
    with fleet_in(tmp_path, empty_database) as fleet:
        yield fleet


@pytest.fixture
def clock(fleet: Fleet, small: Sources) -> Process:
    """The clock's process, with the small line in force."""
    publish(fleet.store, small, "somebody", fleet.clock.at, fleet.clock.at)
    fleet.wait(60)
    return fleet.start()


def numbers(store: Store) -> list[int]:
    with store.read() as tx:
        return [row.number for row in tx.editions.all()]


def published(store: Store) -> list[tuple[str, str]]:
    """Who published what, by the audit."""
    with store.read() as tx:
        return [(record.who, record.about) for record in tx.audit.all() if record.what == "published"]


def inbox(clock: Process, number: str) -> list[str]:
    for _, post in clock.queue.take():
        clock.hotline.deliver(post)
    return [text for to, text in clock.gateway.messages if to == number]


def pass_to(fleet: Fleet, at: int) -> None:
    fleet.clock.at = at
    for process in fleet.processes:
        process.hotline.tick()


def test_an_edition_is_written_with_who_made_it(fleet: Fleet, small: Sources) -> None:
    """Its second person, and what it repeats, stand beside it; the audit has a line of it; what is faulty leaves nothing."""
    at = fleet.clock.at
    deps = fleet.start().hotline.deps
    with fleet.store.write() as tx:
        assert 2 == enact(Work(deps, tx, at), NewEdition(small, "awa", approved_by="fanta", again=1)).number
    with fleet.store.read() as tx:
        row = tx.editions.all()[0]
        assert (2, at, "awa", at + LEAD, "fanta", 1) == (row.number, row.made_at, row.made_by, row.active_from, row.approved_by, row.again)
        assert AuditRecord(at, "awa", "published", "2") in tx.audit.all()
    with pytest.raises(FaultySources):
        publish(fleet.store, replace(small, start="nowhere"), "awa", at, at + LEAD)
    assert [2, 1] == numbers(fleet.store)


def test_sessions_on_many_editions_finish_on_theirs_and_the_ninth_is_refused(fleet: Fleet) -> None:
    """One publication after the other is no matter until there are as many as may be held: then it is told when there is room. Going back goes on."""
    web = fleet.start()
    for n in range(2, MOST_HELD + 1):
        web.dial(session=f"{n - 1}")
        fleet.publish(n)
        fleet.wait(LEAD)
    keys = [web.dial("1", session=f"{n}").key for n in range(1, MOST_HELD)]
    assert ["tips.water" if n % 2 else "tips.soap" for n in range(1, MOST_HELD)] == keys
    at = fleet.clock.at

    def next_one(again: int | None = None, at: int = at) -> int:
        with fleet.store.write() as tx:
            return enact(Work(web.hotline.deps, tx, at), NewEdition(variant(1), "awa", again=again)).number

    with pytest.raises(TooSoon) as refused:
        next_one()
    with fleet.store.read() as tx:
        second = tx.editions.get(2)
    assert second is not None
    assert gone_at(second.active_from, LIFE) == refused.value.until
    assert [MOST_HELD + 1 + n for n in range(FOR_ROLLBACKS)] == [next_one(1) for _ in range(FOR_ROLLBACKS)]
    with pytest.raises(TooSoon):
        next_one(1)
    fleet.clock.at = refused.value.until + 3600
    assert MOST_HELD + FOR_ROLLBACKS + 1 == next_one(at=fleet.clock.at)


def test_what_is_stale_is_not_published(fleet: Fleet, small: Sources) -> None:
    """An edition is made without the numbers that nobody verified lately, whoever makes it."""
    publish(fleet.store, small, "awa", STALE_CENTRE, STALE_CENTRE + LEAD)
    fleet.clock.at = STALE_CENTRE + LEAD
    web = fleet.start()
    assert {"samu"} == {item.id for item in web.editions.active(fleet.clock.at).sources.items if "phone" in item.fields}


def test_the_clock_takes_off_what_went_stale(fleet: Fleet, clock: Process) -> None:
    """A day before nothing happens; then it publishes an edition without the number, and tells the supervisor where there is no operator."""
    pass_to(fleet, STALE_CENTRE - DAY)
    assert [2, 1] == numbers(fleet.store)
    fleet.staff_is_there()
    pass_to(fleet, STALE_CENTRE)
    pass_to(fleet, STALE_CENTRE + 61)
    assert ([3, 2, 1], ("clock", "3")) == (numbers(fleet.store), published(fleet.store)[-1])
    assert ["Centre: plus montré"] == inbox(clock, FANTA)
    fleet.wait(LEAD)
    texts = [clock.dial("3").text, clock.dial("3 1").text]
    assert not any("+22370000321" in text for text in texts)


def test_the_clock_marks_a_place_that_nobody_confirmed_for_two_years(fleet: Fleet, tmp_path: Path) -> None:
    """The next edition says that it is to be confirmed; no number went, so nobody is sent a message at night."""
    sources, faults = read_sources(write_files(tmp_path / "placed", {"staff.gone_dark": "{name}: plus montré"}, directory=PLACE))
    assert sources is not None, faults
    publish(fleet.store, sources, "somebody", fleet.clock.at, fleet.clock.at)
    fleet.wait(60)
    clock = fleet.start()
    pass_to(fleet, STALE_HOUSE - DAY)
    assert [2, 1] == numbers(fleet.store)
    fleet.staff_is_there()
    pass_to(fleet, STALE_HOUSE)
    pass_to(fleet, STALE_HOUSE + 61)
    assert [3, 2, 1] == numbers(fleet.store)
    fleet.wait(LEAD)
    house = next(item for item in clock.editions.active(fleet.clock.at).sources.items if item.id == "house")
    assert ({"confirmed_on", "confirmed_by"} & set(house.fields), inbox(clock, FANTA)) == (set(), [])


def test_the_day_is_the_line_s_own(fleet: Fleet, clock: Process) -> None:
    """Where it is tomorrow already: published once, without what is stale there, and not again and again until the day is over everywhere."""
    clock.clock.zone = 12 * 3600
    at = STALE_CENTRE - STALE_CENTRE % DAY - 6 * 3600
    for passed in (0, 61, 122):
        fleet.staff_is_there()
        pass_to(fleet, at + passed)
    assert [3, 2, 1] == numbers(fleet.store)


def test_the_operator_is_told(fleet: Fleet, clock: Process) -> None:
    """Each of them, and then no supervisor; all names in one SMS."""
    with fleet.store.write() as tx:
        tx.staff.save(Staff("e" * 32, "kadi", "operator", OPERATOR, "fr", ()))
    pass_to(fleet, STALE_SAMU)
    assert (["Secours, Centre: plus montré"], []) == (inbox(clock, OPERATOR), inbox(clock, FANTA))


def test_two_clocks_publish_one(fleet: Fleet, clock: Process) -> None:
    """On two machines, in the same second: the second one finds that it is done."""
    fleet.start()
    fleet.clock.at = STALE_CENTRE
    for process in fleet.processes:
        process.hotline.refresh()
    clock.hotline.tick()
    drop_stale(fleet.processes[1].hotline._deps, fleet.clock.at)
    assert [3, 2, 1] == numbers(fleet.store)
    fleet.wait(LEAD)
    fleet.processes[1].hotline.tick()
    assert [3, 2, 1] == numbers(fleet.store)


def test_the_clock_does_not_go_back_behind_an_edition_that_it_has_not_heard_of(fleet: Fleet, clock: Process, small: Sources) -> None:
    """Published since its last look: it would make its own of the one before, and undo it."""
    fleet.clock.at = STALE_CENTRE
    publish(fleet.store, small, "awa", fleet.clock.at, fleet.clock.at + LEAD)
    drop_stale(clock.hotline._deps, fleet.clock.at)
    assert [3, 2, 1] == numbers(fleet.store)


def test_a_database_that_stumbles_is_tried_again_a_minute_later(fleet: Fleet, clock: Process) -> None:
    """Nothing is published, nobody is told; then all of it."""
    pass_to(fleet, STALE_CENTRE - DAY)
    fleet.clock.at = STALE_CENTRE
    clock.store.failing = "at commit"
    with pytest.raises(StoreAway):
        clock.hotline.tick()
    clock.store.failing = "never"
    pass_to(fleet, STALE_CENTRE + 61)
    assert ([3, 2, 1], ["Centre: plus montré"]) == (numbers(fleet.store), inbox(clock, FANTA))


def test_health_says_whether_there_is_a_number_for_emergencies(fleet: Fleet, clock: Process) -> None:
    """Taken off, or not verified lately: none, whatever else the line shows."""
    assert ("ok", True) == (clock.hotline.health()["emergency_number"], clock.hotline.has_emergency_number())
    fleet.clock.at = STALE_SAMU
    assert ("none", False) == (clock.hotline.health()["emergency_number"], clock.hotline.has_emergency_number())
    fleet.clock.at = TEN_O_CLOCK + 120
    fleet.darken("+22370000320", item="samu")
    fleet.wait(2)
    assert "none" == clock.hotline.health()["emergency_number"]


def test_the_lead_is_the_one_that_is_set(fleet: Fleet, clock: Process) -> None:
    """What the clock publishes comes into force no sooner than what people do."""
    pass_to(fleet, STALE_CENTRE)
    with fleet.store.read() as tx:
        row = tx.editions.all()[0]
    assert RULES.lead_seconds == row.active_from - row.made_at
