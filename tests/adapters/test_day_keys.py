"""The days' keys: callers' numbers open where their secret halves lie, as long as somebody may be rung, and then nowhere."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, text

from hotline.adapters.keys.day_keeper import LOST_SECONDS, SETTLE_SECONDS, DayKeeper
from hotline.adapters.keys.day_keys import DaySecrets, NoSuchDay
from hotline.adapters.keys.keyring import read_keys
from hotline.adapters.keys.seal import Seal, SealBroken, new_keys
from hotline.adapters.sql import SqlStore
from hotline.adapters.sql.tables import day_keys, numbers
from tests.adapters.test_store import DAY, HERS, HOUR, NOW, OTHERS, a_callback, id_of, keep

FIRST = date(2026, 11, 28)


def day(at: int) -> date:
    return FIRST + timedelta(days=(at - NOW) // DAY)


class Machine:
    """A machine of the line: a process that answers callers, with the folders of its day keys, and one of the room, which is handed none."""

    def __init__(self, url: str, folder, keys: str) -> None:
        self.url, self.keys = url, keys
        self.folder, self.copy = folder / "days", folder / "copy"
        self.begin()

    def begin(self) -> None:
        self.secrets = DaySecrets(self.folder, self.copy)
        self.callers = SqlStore(self.url, Seal.from_text(self.keys, days=self.secrets), 20_000)
        self.room = SqlStore(self.url, Seal.from_text(self.keys), 20_000)
        self.keeper = DayKeeper(self.callers, self.secrets, day)

    def close(self) -> None:
        for store in (self.callers, self.room):
            store.close()

    def held(self) -> list[str]:
        return sorted(self.secrets.held())

    def states(self) -> dict[str, str]:
        with self.callers.read() as t:
            return {row.day: row.state for row in t.day_keys.all().values()}


@pytest.fixture
def keys() -> str:
    return new_keys()


@pytest.fixture
def machine(url, tmp_path, keys):
    machine = Machine(url, tmp_path / "one", keys)
    machine.keeper.tend(NOW)
    yield machine
    machine.close()


def number(store, n: int = 1) -> str | None:
    with store.read() as t:
        return t.numbers.of(id_of(n))


def test_who_answers_no_voice_keeps_numbers_and_opens_none(machine):
    """The room seals and hashes: it notes a number, finds its phone, agrees on another call to it and stops it; what it kept opens where calls are placed."""
    keep(machine.room, a_callback(1))
    with machine.room.write() as t:
        t.callbacks.add_like(a_callback(2, state="closed"), id_of(1))
        assert [True, True] == [t.numbers.reaches(id_of(n)) for n in (1, 2)]
    with machine.room.read() as t:
        assert {id_of(1): 0, id_of(2): 0} == t.numbers.phones((id_of(1), id_of(2)))
        for n in (1, 2):
            with pytest.raises(SealBroken, match="opens no number"):
                t.numbers.of(id_of(n))
    assert [HERS, HERS] == [number(machine.callers, n) for n in (1, 2)]
    with machine.room.write() as t:
        assert (id_of(1),) == t.numbers.stop_phone_of(id_of(1), NOW, NOW + DAY)
    assert [None, None] == [number(machine.callers, n) for n in (1, 2)]


def test_all_other_keys_open_nothing_once_a_day_is_over(machine, keys):
    """What a backup, a log or a disk still hold of a number opens with no key that is left, each of them tried on all of it; while its day's key lasted it did."""
    keep(machine.callers, a_callback(1, not_after=NOW + HOUR))
    with machine.callers.read() as t:
        kept = t._connection.execute(select(numbers.c.sealed)).scalar()
        box = machine.room._seal.open(kept, f"numbers.sealed.{id_of(1)}")
        public = t.day_keys.all()["2026-11-28"].public
    secret = (machine.folder / "2026-11-28").read_bytes()
    (machine.folder / ".77.2026-11-28").write_bytes(secret)  # as somebody leaves it who is killed while it is written
    assert HERS.encode() == machine.secrets.open(box)
    with machine.callers.write() as t:
        t.numbers.forget(id_of(1))
    for hours in range(24, 60):
        machine.keeper.tend(NOW + hours * HOUR)
    left = [*machine.folder.iterdir(), *machine.copy.iterdir()]
    assert "2026-11-28" not in {path.name for path in left}
    with pytest.raises(NoSuchDay):
        machine.secrets.open(box)
    others = [path.read_bytes() for path in left] + [key.secret for key in read_keys(keys).keys] + [public]
    assert secret not in others
    for other in others:
        (machine.folder / "2026-11-28").write_bytes(other)
        with pytest.raises((InvalidTag, NoSuchDay)):
            DaySecrets(machine.folder).open(box)
    assert HERS.encode()[4:] not in box


def test_a_day_lasts_as_long_as_a_number_lies_under_it(machine):
    """Each day has a pair of its own, made the day before; one goes when the last number under it has gone, on the disk, in the copy and in the database."""
    keep(machine.callers, a_callback(1, not_after=NOW + 3 * DAY))
    for n in (1, 2):
        machine.keeper.tend(NOW + n * DAY)
        keep(machine.callers, a_callback(1 + n, reference=str(700 + n)), number=OTHERS)
    assert ["2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"] == machine.held()
    assert [HERS, OTHERS, OTHERS] == [number(machine.callers, n) for n in (1, 2, 3)]
    with machine.callers.write() as t:
        t.numbers.forget(id_of(2))
    machine.keeper.tend(NOW + 2 * DAY + SETTLE_SECONDS)
    assert ["2026-11-28", "2026-11-30", "2026-12-01"] == machine.held()
    assert {"2026-11-28": "over", "2026-11-30": "used", "2026-12-01": "next"} == machine.states()
    with machine.callers.write() as t:
        t.numbers.forget(id_of(1))
    machine.keeper.tend(NOW + 2 * DAY + 2 * SETTLE_SECONDS)
    assert ["2026-11-30", "2026-12-01"] == machine.held()


def test_the_copy_has_no_day_for_longer_than_two(machine):
    """And gives back, while it has it, what was lost."""
    keep(machine.callers, a_callback(1, not_after=NOW + 9 * DAY))
    (machine.folder / "2026-11-28").unlink()
    machine.begin()
    machine.keeper.tend(NOW + 60)
    assert HERS == number(machine.callers)
    real = (machine.copy / "2026-11-28").stat().st_mtime
    os.utime(machine.copy / "2026-11-28", (real, NOW - 2 * DAY))
    machine.keeper.tend(NOW + DAY)
    assert not (machine.copy / "2026-11-28").exists()
    assert HERS == number(machine.callers)


def test_a_lost_day_is_known_as_such_and_another_seals_at_once(machine):
    """What is kept from then on opens; what lay under it is found, and no number but those."""
    keep(machine.callers, a_callback(1))
    for folder in (machine.folder, machine.copy):
        (folder / "2026-11-28").unlink()
    machine.close()
    machine.begin()
    machine.keeper.tend(NOW + 60)
    keep(machine.room, a_callback(2, reference="702"), number=OTHERS)
    assert [None, OTHERS] == [number(machine.callers, n) for n in (1, 2)]
    with machine.room.read() as t:
        assert () == t.numbers.lost()
    machine.keeper.tend(NOW + 60 + LOST_SECONDS)
    with machine.room.read() as t:
        assert (id_of(1),) == t.numbers.lost()
    assert {"2026-11-28": "lost", "2026-11-28.2": "used", "2026-11-29": "next"} == machine.states()


def test_two_machines_use_one_pair(machine, url, tmp_path, keys):
    """The second one learns of it by its own way, a copy of the folder; until then it makes none of its own that would push the other's out each time."""
    other = Machine(url, tmp_path / "two", keys)
    for name in machine.held():
        other.folder.mkdir(parents=True, exist_ok=True)
        (other.folder / name).write_bytes((machine.folder / name).read_bytes())
    for minute in range(3):
        for each in (machine, other):
            each.keeper.tend(NOW + minute * 60)
    keep(other.callers, a_callback(1))
    assert [HERS, HERS] == [number(each.callers) for each in (machine, other)]
    assert {"2026-11-28": "used", "2026-11-29": "next"} == machine.states()
    other.keeper.tend(NOW + DAY)
    used = machine.states()
    machine.keeper.tend(NOW + DAY + 1)
    other.keeper.tend(NOW + DAY + 2)
    assert used == machine.states()
    other.close()


def test_whoever_writes_to_the_database_can_put_no_pair_of_theirs_there(machine):
    """The public half is sealed: another one does not open, and nothing is kept under it."""
    with machine.callers.write() as t:
        t._connection.execute(day_keys.update().values(sealed=os.urandom(60)))
        with pytest.raises(SealBroken):
            t.callbacks.add(a_callback(1), HERS)


def test_a_number_from_before_the_days_had_keys_opens(machine):
    """Until its time is over."""
    with machine.callers.write() as t:
        t._connection.execute(text("DELETE FROM day_keys"))
    keep(machine.room, a_callback(1))
    machine.keeper.tend(NOW)
    assert [HERS, HERS] == [number(store) for store in (machine.callers, machine.room)]


def test_a_day_is_exchanged_before_it_is_over(machine):
    """Whoever read today's folder opens nothing more of what lives: it is sealed to another pair, which only whoever has the folder can do."""
    keep(machine.room, a_callback(1), a_callback(2))
    with machine.room.write() as t:
        t.numbers.silence(id_of(2))
    stolen = (machine.folder / "2026-11-28").read_bytes()
    machine.keeper.renew(NOW + 60)
    assert {"2026-11-28": "over", "2026-11-28.2": "used", "2026-11-29": "over", "2026-11-29.2": "next"} == machine.states()
    assert 1 == machine.room.rebox().left
    assert (1, 0) == (machine.callers.rebox().sealed, machine.callers.rebox().sealed)
    assert [HERS, None] == [number(machine.callers, n) for n in (1, 2)]
    machine.keeper.tend(NOW + 60 + SETTLE_SECONDS)
    assert ["2026-11-28.2", "2026-11-29.2"] == machine.held()
    assert stolen not in {path.read_bytes() for path in machine.folder.iterdir()}


def test_a_pair_that_opens_under_no_key_at_hand_keeps_nobody_from_being_noted(machine, tmp_path):
    """A backup came back whose key for numbers is gone: what lay under it is lost, and what comes now is kept under a pair of today's, and opens."""
    keep(machine.callers, a_callback(1))
    lines = machine.keys.splitlines()
    others = {key.purpose: line for key, line in zip(read_keys(new_keys()).keys, new_keys().splitlines(), strict=True)}
    after = "\n".join(others["number"].replace(":k1:", ":k7:") if line.startswith("number:") else line for line in lines)
    later = Machine(machine.url, tmp_path / "one", after)
    later.keeper.tend(NOW + 60)
    keep(later.callers, a_callback(2, reference="702"), number=OTHERS)
    assert OTHERS == number(later.callers, 2)
    later.keeper.tend(NOW + 120)
    later.close()


def test_an_empty_database_in_the_place_of_another_ends_no_day(machine):
    """A restore under a line that somebody forgot to stop: the secret halves of what comes back are still there."""
    keep(machine.callers, a_callback(1))
    machine.keeper.tend(NOW + DAY)
    with machine.callers.write() as t:
        before = t._connection.execute(select(day_keys)).all()
        t._connection.execute(day_keys.delete())
    for at in (60, 120):
        machine.keeper.tend(NOW + DAY + at)
    with machine.callers.write() as t:
        t._connection.execute(day_keys.delete())
        t._connection.execute(day_keys.insert(), [row._asdict() for row in before])
    machine.keeper.tend(NOW + DAY + 180)
    assert HERS == number(machine.callers)


@pytest.mark.parametrize("left", ["nothing", "copy"])
def test_a_backup_whose_day_is_gone_says_so_and_whose_copy_is_there_opens(machine, url, tmp_path, keys, left):
    """On a new machine, which has the copy of the days' keys or has it not: the number opens as before; or what is open is known to be lost, so that it is missed and shown,
    while what comes in now is kept."""
    keep(machine.callers, a_callback(1))
    there = Machine(url, tmp_path / "two", keys)
    if left == "copy":
        there.copy.mkdir(parents=True)
        for path in machine.folder.iterdir():
            (there.copy / path.name).write_bytes(path.read_bytes())
    for at in range(0, LOST_SECONDS + 120, 60):
        there.keeper.tend(NOW + HOUR + at)
    with there.callers.read() as t:
        lost = t.numbers.lost()
    assert ((), HERS) == (lost, number(there.callers)) if left == "copy" else ((id_of(1),), None) == (lost, number(there.callers))
    keep(there.callers, a_callback(2, reference="702"), number=OTHERS)
    assert OTHERS == number(there.callers, 2)
    there.close()


def test_a_lost_day_that_somebody_brings_opens_again(machine, url, tmp_path, keys):
    """Half an hour after a restore somebody finds the folder of the lost machine: what is open can be rung, and is no more known as lost; nothing new is sealed under it, and it is
    destroyed at its time as ever."""
    keep(machine.callers, a_callback(1))
    there = Machine(url, tmp_path / "two", keys)
    for at in range(0, LOST_SECONDS + 120, 60):
        there.keeper.tend(NOW + HOUR + at)
    assert there.states()["2026-11-28"] == "lost"
    (there.folder / "2026-11-28").write_bytes((machine.folder / "2026-11-28").read_bytes())
    there.keeper.tend(NOW + 2 * HOUR)
    with there.callers.read() as t:
        assert ((), HERS) == (t.numbers.lost(), t.numbers.of(id_of(1)))
    assert {"2026-11-28": "over", "2026-11-28.2": "used", "2026-11-29.2": "next"} == there.states()
    with there.callers.write() as t:
        t.numbers.forget(id_of(1))
    there.keeper.tend(NOW + 2 * HOUR + SETTLE_SECONDS)
    assert "2026-11-28" not in there.held()
    there.close()
