"""How the line stands, as gauges show it; and what whoever keeps its machines is told by SMS."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hotline.ports.outgoing import GatewayRefused, GatewayUnknown
from hotline.ports.store import StoreAway
from hotline.ports.upkeep.backups import BACKUP_LATE_SECONDS, BackupRun
from hotline.service.upkeep.machine_alarms import AGAIN_SECONDS, DAILY, GRACE_SECONDS, MachineAlarm, MachineAlarms, missing
from tests.service.fakes import FakeGateway
from tests.service.line import AWA, CALLER, FANTA, Line

KEEPER, OTHER_KEEPER = "+22370000950", "+22370000951"
OTHER_CALLER = "+22370000302"
HOUR = 3600


@pytest.fixture
def kept(line: Line) -> Line:
    """A line whose machines one person keeps."""
    line.rule(replace(line.rules, technicians=(KEEPER,)))
    return line


@pytest.fixture
def backed_up(line: Line) -> Line:
    """A line that was backed up just now, as each is every night."""
    back_up(line, line.clock.now())
    return line


def back_up(line: Line, good_at: int | None, fault: str = "") -> None:
    with line.store.write() as tx:
        tx.backups.note(BackupRun("daily", line.clock.now(), good_at, fault))


def look(line: Line, alarms: MachineAlarms, *found: MachineAlarm, after: int = 0) -> list[str]:
    """What the keeper hears when this is seen, so many seconds later."""
    line.clock.at += after
    alarms.look(line.hotline.deps, found, line.clock.now())
    return line.inbox(KEEPER)


def test_promises_are_counted_to_the_last_full_hour(line: Line) -> None:
    """Made, kept once somebody rang, missed once the end has passed; whoever asks each second sees nothing move within an hour."""
    line.clock.at += -line.clock.at % HOUR
    before = line.hotline.state().promises
    line.walk("5 5")
    line.ring()
    line.text(AWA, "1")
    line.walk("5 5", "session-2", OTHER_CALLER)
    assert ({}, {}) == (before, line.hotline.state().promises)
    line.wait(HOUR)
    assert {("fr", "made"): 2, ("fr", "kept"): 1, ("fr", "missed"): 1} == line.hotline.state().promises


def test_who_met_nobody_is_counted_by_why(line: Line) -> None:
    """By language."""
    line.set_staff(AWA, seen_at=None)
    line.walk("5 5")
    line.hotline.refresh()
    assert {("fr", "nobody"): 1} == line.hotline.state().refused


def test_who_is_there_and_what_nobody_has_planned(line: Line) -> None:
    """Awa is, Oumou did not say so; the supervisors have planned nothing of the week to come."""
    state = line.hotline.state()
    assert ({"fr": 1, "bm": 1}, 0) == (state.there, state.on_call)
    assert 0 == state.uncovered["fr"]
    line.rule(replace(line.rules, supervised=True))
    line.set_staff(FANTA, on_call_until=line.clock.now() + 60)
    state = line.hotline.state()
    assert (1, True) == (state.on_call, state.uncovered["supervision"] > 0)


def test_the_oldest_message_that_waits(line: Line) -> None:
    """By queue; nothing that was handed over."""
    line.walk("5 5")
    line.clock.at += 30
    assert {"default": 30} == line.hotline.state().oldest_pending
    line.work()
    assert {} == line.hotline.state().oldest_pending


def test_a_line_without_its_database_has_no_state(line: Line) -> None:
    """It is left out, and never zero."""
    line.store.failing = "always"
    with pytest.raises(StoreAway):
        line.hotline.state()


def test_with_the_database_away_only_that_is_told(line: Line) -> None:
    """Whether the time is right, who is on call, and when the line was backed up, cannot be seen then: nobody is told what nobody knows."""
    line.wait(1)
    line.store.failing = "always"
    assert ("database",) == line.hotline.machine_alarms()


@pytest.mark.parametrize(
    ("part", "alarm"),
    [
        ("store", "database"),
        ("memory", "redis"),
        ("spool", "spool"),
        ("worker", "workers"),
        ("gateway", "gateway"),
        ("clock", "clock"),
    ],
)
def test_each_part_that_fails_is_an_alarm(backed_up: Line, part: str, alarm: str) -> None:
    """And a line that is well has none."""
    line = backed_up
    line.wait(1)
    assert () == line.hotline.machine_alarms()
    match part:
        case "store":
            line.store.failing = "always"
        case "memory":
            line.memory.away = line.queue.away = True
        case "spool":
            line.spool.away = True
        case "worker":
            line.queue.worked["default"] = False
        case "gateway":
            line.gateway.failure = GatewayRefused("no")
            line.walk("5 5")
            line.work()
        case _:
            line.clock.at += 60
    assert alarm in line.hotline.machine_alarms()
    assert part == "memory" or "redis" not in line.hotline.machine_alarms()


def test_with_redis_away_nobody_is_told_of_the_clock(backed_up: Line) -> None:
    """Its mark lies there: nothing is known of it."""
    backed_up.memory.away = backed_up.queue.away = True
    assert ("redis",) == backed_up.hotline.machine_alarms()


def test_a_line_that_is_not_backed_up_is_told_of(line: Line) -> None:
    """Where none was ever made, too, as with no key to seal it to; a night that went wrong is not, as long as the one before is good."""
    line.wait(1)
    assert ("backup",) == line.hotline.machine_alarms()
    back_up(line, None, "disk")
    assert ("backup",) == line.hotline.machine_alarms()
    back_up(line, line.clock.now() - BACKUP_LATE_SECONDS, "disk")
    assert () == line.hotline.machine_alarms()
    back_up(line, line.clock.now() - BACKUP_LATE_SECONDS - 1)
    assert ("backup",) == line.hotline.machine_alarms()


@pytest.mark.parametrize(
    ("shown", "alarms"),
    [
        (("callers", "console", "clock"), ()),
        (("callers", "callers", "clock"), ("console",)),
        (("console", "worker-urgent", "clock"), ("callers",)),
        ((), ("callers", "console")),
    ],
)
def test_what_answers_and_shows_itself_nowhere_is_told_of(shown: tuple[str, ...], alarms: tuple[MachineAlarm, ...]) -> None:
    """The processes that answer callers, and the room's; on another machine is somewhere."""
    assert alarms == tuple(missing(shown))


def test_the_keeper_is_told_once_it_has_lasted(kept: Line) -> None:
    """Not of what comes and goes; in words without a number or a detail."""
    alarms = MachineAlarms("clock")
    assert [] == look(kept, alarms, "database")
    assert [] == look(kept, alarms, after=GRACE_SECONDS)
    assert [] == look(kept, alarms, "database", after=30)
    told = look(kept, alarms, "database", after=GRACE_SECONDS)
    assert [kept.say("machine_database")] == told
    assert not any(letter.isdigit() for letter in told[0])


def test_a_kind_is_told_once_an_hour(kept: Line) -> None:
    """As long as it lasts, and if it comes again; another kind has an hour of its own."""
    alarms = MachineAlarms("clock")
    look(kept, alarms, "disk")
    assert [kept.say("machine_disk")] == look(kept, alarms, "disk", after=GRACE_SECONDS)
    assert [] == look(kept, alarms, "disk", "redis", after=AGAIN_SECONDS // 2)
    assert [kept.say("machine_redis")] == look(kept, alarms, "disk", "redis", after=GRACE_SECONDS)
    assert [kept.say("machine_disk")] == look(kept, alarms, "disk", after=AGAIN_SECONDS // 2)


@pytest.mark.parametrize("alarm", DAILY)
def test_what_grows_worse_by_the_day_is_told_once_in_one(kept: Line, alarm: MachineAlarm) -> None:
    """Nobody is woken each hour of a night for what the morning can mend."""
    alarms = MachineAlarms("clock")
    look(kept, alarms, alarm)
    assert [kept.say(f"machine_{alarm}")] == look(kept, alarms, alarm, after=GRACE_SECONDS)
    assert [] == look(kept, alarms, alarm, after=AGAIN_SECONDS)
    assert [kept.say(f"machine_{alarm}")] == look(kept, alarms, alarm, after=23 * HOUR)


def test_of_two_processes_one_tells(kept: Line) -> None:
    """As long as Redis is there to say which; a process that began anew tells nothing twice."""
    one, other = MachineAlarms("clock"), MachineAlarms("callers")
    look(kept, one, "clock")
    look(kept, other, "clock")
    assert 1 == len(look(kept, one, "clock", after=GRACE_SECONDS))
    assert [] == look(kept, other, "clock", after=1)


def test_who_was_not_first_tells_the_next_hour(kept: Line) -> None:
    """It may be the only one that still sees it then: at most once an hour, and no less for there being two."""
    one, other = MachineAlarms("clock"), MachineAlarms("callers")
    for alarms in (one, other):
        look(kept, alarms, "disk")
    look(kept, one, "disk", after=GRACE_SECONDS)
    assert [] == look(kept, other, "disk", after=AGAIN_SECONDS - 30)
    assert 1 == len(look(kept, other, "disk", after=30))
    assert [] == look(kept, one, "disk", after=30)


def test_it_needs_neither_database_nor_redis_nor_workers(kept: Line) -> None:
    """Any of them may be what is wrong: it goes to the vendor at once, past the outbox."""
    kept.store.failing, kept.memory.away, kept.queue.away = "always", True, True
    alarms = MachineAlarms("clock")
    look(kept, alarms, "database")
    assert [kept.say("machine_database")] == look(kept, alarms, "database", after=GRACE_SECONDS)
    assert [] == kept.posts()


def test_another_vendor_where_the_first_refuses(kept: Line) -> None:
    """Each number hears it by whoever takes it; what may have gone is not sent twice."""
    kept.others["second"] = FakeGateway("second")
    kept.rule(replace(kept.rules, technicians=(KEEPER, OTHER_KEEPER)))
    kept.gateway.failure = GatewayRefused("no")
    alarms = MachineAlarms("clock")
    look(kept, alarms, "workers")
    look(kept, alarms, "workers", after=GRACE_SECONDS)
    assert [KEEPER, OTHER_KEEPER] == [to for to, _ in kept.others["second"].messages]
    kept.gateway.failure = GatewayUnknown("silence")
    look(kept, alarms, "gateway")
    look(kept, alarms, "gateway", after=GRACE_SECONDS)
    assert 2 == len(kept.others["second"].messages)


def test_nobody_is_told_where_nobody_is_named(line: Line) -> None:
    """No setting, no SMS."""
    alarms = MachineAlarms("clock")
    look(line, alarms, "disk")
    look(line, alarms, "disk", after=GRACE_SECONDS)
    assert [] == [to for to, _ in line.gateway.messages if to not in {AWA, CALLER, FANTA}]
